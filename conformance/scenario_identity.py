"""IAM's and STS's operations: success, and each error of the model that can be provoked."""

import json

from scenario import Table

ACCOUNT = "123456789012"
IAM, STS = Table("iam"), Table("sts")
ok, no = IAM.ok, IAM.no


def document(**statement):
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow"} | statement]})


def arn(kind, name):
    return f"arn:aws:iam::{ACCOUNT}:{kind}/{name}"


READ = document(Action="cloudtrail:LookupEvents", Resource="*")
TRUST = document(Action=["sts:AssumeRole", "sts:TagSession"], Principal={"AWS": ACCOUNT})
MALFORMED = document(Colour="red")
KEPT, NONE = arn("policy", "kept"), arn("policy", "none")
TAGS = [{"Key": "team", "Value": "blau"}]

# Users and their keys.
ok("CreateUser", {"UserName": "mia", "Path": "/staff/"}, {"User": {"UserName": "mia", "Arn": arn("user/staff", "mia"), "Path": "/staff/"}})
no("CreateUser", "EntityAlreadyExists", {"UserName": "mia"})
no("CreateUser", "NoSuchEntity", {"UserName": "zoe", "PermissionsBoundary": NONE})
no("CreateUser", "InvalidInput", {"UserName": "zoe", "Tags": TAGS * 2})
ok("GetUser", {"UserName": "mia"}, {"User": {"UserName": "mia"}})
no("GetUser", "NoSuchEntity", {"UserName": "none"})
ok("ListUsers", {"PathPrefix": "/staff/"}, {"Users": [{"UserName": "mia"}], "IsTruncated": False})
ok("UpdateUser", {"UserName": "mia", "NewUserName": "mara"})
no("UpdateUser", "NoSuchEntity", {"UserName": "mia", "NewUserName": "zoe"})
ok("CreateUser", {"UserName": "ben"})
no("UpdateUser", "EntityAlreadyExists", {"UserName": "ben", "NewUserName": "mara"})
ok("CreateAccessKey", {"UserName": "mara"}, {"AccessKey": {"UserName": "mara", "Status": "Active"}})
no("CreateAccessKey", "NoSuchEntity", {"UserName": "none"})
KEY = "${CreateAccessKey.AccessKey.AccessKeyId}"
ok("ListAccessKeys", {"UserName": "mara"}, {"AccessKeyMetadata": [{"UserName": "mara", "Status": "Active"}]})
no("ListAccessKeys", "NoSuchEntity", {"UserName": "none"})
ok("GetAccessKeyLastUsed", {"AccessKeyId": KEY}, {"UserName": "mara"})
STS.ok("GetAccessKeyInfo", {"AccessKeyId": KEY}, {"Account": ACCOUNT})
IAM.steps.append(STS.steps.pop())
ok("UpdateAccessKey", {"UserName": "mara", "AccessKeyId": KEY, "Status": "Inactive"})
no("UpdateAccessKey", "NoSuchEntity", {"UserName": "mara", "AccessKeyId": "AKIAIOSFODNN7EXAMPLE", "Status": "Inactive"})
no("UpdateAccessKey", "InvalidInput", {"UserName": "mara", "AccessKeyId": KEY, "Status": "Expired"})
no("DeleteUser", "DeleteConflict", {"UserName": "mara"})
ok("CreateAccessKey", {"UserName": "mara"})
no("CreateAccessKey", "LimitExceeded", {"UserName": "mara"})
ok("DeleteAccessKey", {"UserName": "mara", "AccessKeyId": KEY})
no("DeleteAccessKey", "NoSuchEntity", {"UserName": "mara", "AccessKeyId": KEY})
ok("TagUser", {"UserName": "mara", "Tags": TAGS})
no("TagUser", "NoSuchEntity", {"UserName": "none", "Tags": TAGS})
no("TagUser", "InvalidInput", {"UserName": "mara", "Tags": TAGS * 2})
no("TagUser", "LimitExceeded", {"UserName": "mara", "Tags": [{"Key": f"k{number}", "Value": ""} for number in range(50)]})
ok("ListUserTags", {"UserName": "mara"}, {"Tags": TAGS})
no("ListUserTags", "NoSuchEntity", {"UserName": "none"})
ok("UntagUser", {"UserName": "mara", "TagKeys": ["team"]})
no("UntagUser", "NoSuchEntity", {"UserName": "none", "TagKeys": ["team"]})

# Groups.
ok("CreateGroup", {"GroupName": "staff"}, {"Group": {"GroupName": "staff", "Arn": arn("group", "staff")}})
no("CreateGroup", "EntityAlreadyExists", {"GroupName": "staff"})
ok("AddUserToGroup", {"GroupName": "staff", "UserName": "mara"})
no("AddUserToGroup", "NoSuchEntity", {"GroupName": "staff", "UserName": "none"})
ok("GetGroup", {"GroupName": "staff"}, {"Group": {"GroupName": "staff"}, "Users": [{"UserName": "mara"}]})
no("GetGroup", "NoSuchEntity", {"GroupName": "none"})
ok("ListGroups", {}, {"Groups": [{"GroupName": "staff"}]})
ok("ListGroupsForUser", {"UserName": "mara"}, {"Groups": [{"GroupName": "staff"}]})
no("ListGroupsForUser", "NoSuchEntity", {"UserName": "none"})
no("DeleteGroup", "DeleteConflict", {"GroupName": "staff"})
ok("CreateGroup", {"GroupName": "other"})
no("UpdateGroup", "EntityAlreadyExists", {"GroupName": "other", "NewGroupName": "staff"})
ok("UpdateGroup", {"GroupName": "staff", "NewGroupName": "crew"})
no("UpdateGroup", "NoSuchEntity", {"GroupName": "staff", "NewGroupName": "x"})

# Roles.
ok("CreateRole", {"RoleName": "deploy", "AssumeRolePolicyDocument": TRUST}, {"Role": {"RoleName": "deploy", "Arn": arn("role", "deploy")}})
no("CreateRole", "EntityAlreadyExists", {"RoleName": "deploy", "AssumeRolePolicyDocument": TRUST})
no("CreateRole", "MalformedPolicyDocument", {"RoleName": "other", "AssumeRolePolicyDocument": MALFORMED})
no("CreateRole", "InvalidInput", {"RoleName": "other", "AssumeRolePolicyDocument": TRUST, "Tags": TAGS * 2})
ok("UpdateRole", {"RoleName": "deploy", "MaxSessionDuration": 7200})
no("UpdateRole", "NoSuchEntity", {"RoleName": "none"})
ok("UpdateRoleDescription", {"RoleName": "deploy", "Description": "ships"}, {"Role": {"Description": "ships"}})
no("UpdateRoleDescription", "NoSuchEntity", {"RoleName": "none", "Description": "x"})
ok("UpdateAssumeRolePolicy", {"RoleName": "deploy", "PolicyDocument": TRUST})
no("UpdateAssumeRolePolicy", "NoSuchEntity", {"RoleName": "none", "PolicyDocument": TRUST})
no("UpdateAssumeRolePolicy", "MalformedPolicyDocument", {"RoleName": "deploy", "PolicyDocument": MALFORMED})
ok("GetRole", {"RoleName": "deploy"}, {"Role": {"MaxSessionDuration": 7200, "AssumeRolePolicyDocument": json.loads(TRUST)}})
no("GetRole", "NoSuchEntity", {"RoleName": "none"})
ok("ListRoles", {}, {"Roles": [{"RoleName": "deploy"}, {"RoleName": "web"}]})
ok("TagRole", {"RoleName": "deploy", "Tags": TAGS})
no("TagRole", "NoSuchEntity", {"RoleName": "none", "Tags": TAGS})
no("TagRole", "InvalidInput", {"RoleName": "deploy", "Tags": TAGS * 2})
no("TagRole", "LimitExceeded", {"RoleName": "deploy", "Tags": [{"Key": f"k{number}", "Value": ""} for number in range(50)]})
ok("ListRoleTags", {"RoleName": "deploy"}, {"Tags": TAGS})
no("ListRoleTags", "NoSuchEntity", {"RoleName": "none"})
ok("UntagRole", {"RoleName": "deploy", "TagKeys": ["team"]})
no("UntagRole", "NoSuchEntity", {"RoleName": "none", "TagKeys": ["team"]})

# Managed policies.
ok("CreatePolicy", {"PolicyName": "kept", "PolicyDocument": READ}, {"Policy": {"PolicyName": "kept", "Arn": KEPT, "DefaultVersionId": "v1"}})
no("CreatePolicy", "EntityAlreadyExists", {"PolicyName": "kept", "PolicyDocument": READ})
no("CreatePolicy", "MalformedPolicyDocument", {"PolicyName": "other", "PolicyDocument": MALFORMED})
no("CreatePolicy", "InvalidInput", {"PolicyName": "other", "PolicyDocument": READ, "Tags": TAGS * 2})
ok("GetPolicy", {"PolicyArn": KEPT}, {"Policy": {"Arn": KEPT, "AttachmentCount": 0}})
no("GetPolicy", "NoSuchEntity", {"PolicyArn": NONE})
ok("ListPolicies", {"Scope": "Local"}, {"Policies": [{"Arn": KEPT}]})
for number in range(2, 6):
    ok("CreatePolicyVersion", {"PolicyArn": KEPT, "PolicyDocument": READ}, {"PolicyVersion": {"VersionId": f"v{number}"}})
no("CreatePolicyVersion", "LimitExceeded", {"PolicyArn": KEPT, "PolicyDocument": READ})
no("CreatePolicyVersion", "NoSuchEntity", {"PolicyArn": NONE, "PolicyDocument": READ})
no("CreatePolicyVersion", "MalformedPolicyDocument", {"PolicyArn": KEPT, "PolicyDocument": MALFORMED})
ok("GetPolicyVersion", {"PolicyArn": KEPT, "VersionId": "v1"}, {"PolicyVersion": {"Document": json.loads(READ), "IsDefaultVersion": True}})
no("GetPolicyVersion", "NoSuchEntity", {"PolicyArn": KEPT, "VersionId": "v9"})
ok("SetDefaultPolicyVersion", {"PolicyArn": KEPT, "VersionId": "v5"})
no("SetDefaultPolicyVersion", "NoSuchEntity", {"PolicyArn": KEPT, "VersionId": "v9"})
no("DeletePolicyVersion", "DeleteConflict", {"PolicyArn": KEPT, "VersionId": "v5"})
no("DeletePolicyVersion", "NoSuchEntity", {"PolicyArn": KEPT, "VersionId": "v9"})
no("DeletePolicy", "DeleteConflict", {"PolicyArn": KEPT})
for number in range(1, 5):
    ok("DeletePolicyVersion", {"PolicyArn": KEPT, "VersionId": f"v{number}"})
ok("ListPolicyVersions", {"PolicyArn": KEPT}, {"Versions": [{"VersionId": "v5", "IsDefaultVersion": True}]})
no("ListPolicyVersions", "NoSuchEntity", {"PolicyArn": NONE})
ok("TagPolicy", {"PolicyArn": KEPT, "Tags": TAGS})
no("TagPolicy", "NoSuchEntity", {"PolicyArn": NONE, "Tags": TAGS})
no("TagPolicy", "InvalidInput", {"PolicyArn": KEPT, "Tags": TAGS * 2})
no("TagPolicy", "LimitExceeded", {"PolicyArn": KEPT, "Tags": [{"Key": f"k{number}", "Value": ""} for number in range(50)]})
ok("ListPolicyTags", {"PolicyArn": KEPT}, {"Tags": TAGS})
no("ListPolicyTags", "NoSuchEntity", {"PolicyArn": NONE})
ok("UntagPolicy", {"PolicyArn": KEPT, "TagKeys": ["team"]})
no("UntagPolicy", "NoSuchEntity", {"PolicyArn": NONE, "TagKeys": ["team"]})

# Policies of users, groups and roles: inline, attached, and as boundaries.
for kind, name in (("User", "mara"), ("Group", "crew"), ("Role", "deploy")):
    who, nobody = {f"{kind}Name": name}, {f"{kind}Name": "none"}
    inline = {"PolicyName": "own", "PolicyDocument": READ}
    ok(f"Put{kind}Policy", who | inline)
    no(f"Put{kind}Policy", "NoSuchEntity", nobody | inline)
    no(f"Put{kind}Policy", "MalformedPolicyDocument", who | inline | {"PolicyDocument": MALFORMED})
    no(f"Put{kind}Policy", "LimitExceeded", who | inline | {"PolicyDocument": document(Action="a:B", Resource=["arn:aws:s3:::" + "x" * 500] * 25)})
    ok(f"Get{kind}Policy", who | {"PolicyName": "own"}, who | {"PolicyName": "own", "PolicyDocument": json.loads(READ)})
    no(f"Get{kind}Policy", "NoSuchEntity", who | {"PolicyName": "none"})
    ok(f"List{kind}Policies", who, {"PolicyNames": ["own"]})
    no(f"List{kind}Policies", "NoSuchEntity", nobody)
    ok(f"Attach{kind}Policy", who | {"PolicyArn": KEPT})
    no(f"Attach{kind}Policy", "NoSuchEntity", who | {"PolicyArn": NONE})
    ok(f"ListAttached{kind}Policies", who, {"AttachedPolicies": [{"PolicyArn": KEPT, "PolicyName": "kept"}]})
    no(f"ListAttached{kind}Policies", "NoSuchEntity", nobody)
    if kind != "Group":
        ok(f"Put{kind}PermissionsBoundary", who | {"PermissionsBoundary": KEPT})
        no(f"Put{kind}PermissionsBoundary", "NoSuchEntity", nobody | {"PermissionsBoundary": KEPT})
        ok(f"Delete{kind}PermissionsBoundary", who)
        no(f"Delete{kind}PermissionsBoundary", "NoSuchEntity", nobody)
ok("ListEntitiesForPolicy", {"PolicyArn": KEPT}, {
    "PolicyUsers": [{"UserName": "mara"}], "PolicyGroups": [{"GroupName": "crew"}], "PolicyRoles": [{"RoleName": "deploy"}],
})  # fmt: skip
no("ListEntitiesForPolicy", "NoSuchEntity", {"PolicyArn": NONE})
no("DeletePolicy", "DeleteConflict", {"PolicyArn": KEPT})
no("DeleteRole", "DeleteConflict", {"RoleName": "deploy"})
for kind, name in (("User", "mara"), ("Group", "crew"), ("Role", "deploy")):
    who = {f"{kind}Name": name}
    ok(f"Detach{kind}Policy", who | {"PolicyArn": KEPT})
    no(f"Detach{kind}Policy", "NoSuchEntity", who | {"PolicyArn": KEPT})
    ok(f"Delete{kind}Policy", who | {"PolicyName": "own"})
    no(f"Delete{kind}Policy", "NoSuchEntity", who | {"PolicyName": "own"})

# Roles of services.
LINKED = {"RoleName": "AWSServiceRoleForCloudTrail"}
SERVICE_POLICY = "arn:aws:iam::aws:policy/aws-service-role/CloudTrailServiceRolePolicy"
ok("CreateServiceLinkedRole", {"AWSServiceName": "cloudtrail.amazonaws.com"}, {"Role": LINKED})
no("CreateServiceLinkedRole", "InvalidInput", {"AWSServiceName": "cloudtrail.amazonaws.com"})
for operation, more in (
    ("AttachRolePolicy", {"PolicyArn": KEPT}), ("DetachRolePolicy", {"PolicyArn": SERVICE_POLICY}),
    ("PutRolePolicy", {"PolicyName": "own", "PolicyDocument": READ}), ("DeleteRolePolicy", {"PolicyName": "own"}),
    ("PutRolePermissionsBoundary", {"PermissionsBoundary": KEPT}), ("DeleteRolePermissionsBoundary", {}),
    ("UpdateAssumeRolePolicy", {"PolicyDocument": TRUST}), ("UpdateRole", {}), ("DeleteRole", {}),
):  # fmt: skip
    no(operation, "UnmodifiableEntity", LINKED | more)
for kind, name in (("User", "mara"), ("Group", "crew"), ("Role", "deploy")):
    no(f"Attach{kind}Policy", "PolicyNotAttachable", {f"{kind}Name": name, "PolicyArn": SERVICE_POLICY})
    if kind != "Group":
        boundary = {f"{kind}Name": name, "PermissionsBoundary": SERVICE_POLICY}
        no(f"Put{kind}PermissionsBoundary", "PolicyNotAttachable", boundary)
ok("DeleteServiceLinkedRole", LINKED)
no("DeleteServiceLinkedRole", "NoSuchEntity", LINKED)
TASK = "${DeleteServiceLinkedRole.DeletionTaskId}"
ok("GetServiceLinkedRoleDeletionStatus", {"DeletionTaskId": TASK}, {"Status": "SUCCEEDED"})
no("GetServiceLinkedRoleDeletionStatus", "NoSuchEntity", {"DeletionTaskId": f"{TASK}A"})
no("GetServiceLinkedRoleDeletionStatus", "InvalidInput", {"DeletionTaskId": "none"})

# The account.
ok("CreateAccountAlias", {"AccountAlias": "acme"})
ok("ListAccountAliases", {}, {"AccountAliases": ["acme"]})
ok("DeleteAccountAlias", {"AccountAlias": "acme"})
no("DeleteAccountAlias", "NoSuchEntity", {"AccountAlias": "acme"})
ok("GetAccountSummary", {}, {"SummaryMap": {"Groups": 2, "Roles": 2, "Policies": 1}})

# Sessions.
ROLE = {"RoleArn": arn("role", "deploy"), "RoleSessionName": "run"}
STS.ok("GetCallerIdentity", {}, {"Account": ACCOUNT})
STS.ok("AssumeRole", ROLE, {"AssumedRoleUser": {"Arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/run"}})
STS.no("AssumeRole", "MalformedPolicyDocument", ROLE | {"Policy": MALFORMED})
MANY = [{"Key": f"{number:0>128}", "Value": "v" * 256} for number in range(50)]
STS.no("AssumeRole", "PackedPolicyTooLarge", ROLE | {"Tags": MANY})
STS.no("AssumeRole", "AccessDenied", ROLE | {"RoleArn": arn("role", "none")})
STS.no("AssumeRole", "ValidationError", ROLE | {"DurationSeconds": 43200})
STS.ok("GetSessionToken", {"DurationSeconds": 900})
STS.ok("GetFederationToken", {"Name": "guest"}, {"FederatedUser": {"Arn": f"arn:aws:sts::{ACCOUNT}:federated-user/guest"}})
STS.no("GetFederationToken", "MalformedPolicyDocument", {"Name": "guest", "Policy": MALFORMED})
STS.no("GetFederationToken", "PackedPolicyTooLarge", {"Name": "guest", "Tags": MANY})
STS.no("GetAccessKeyInfo", "ValidationError", {"AccessKeyId": "AKIAIOSFODNN7EXAMPLE"})
WEB = ROLE | {"RoleArn": arn("role/prepared", "web"), "WebIdentityToken": "${Prepared.WebIdentityToken}"}
STS.ok("AssumeRoleWithWebIdentity", WEB, {"Provider": arn("oidc-provider", "ci.example/acme")})
STS.no("AssumeRoleWithWebIdentity", "ExpiredTokenException", WEB | {"WebIdentityToken": "${Prepared.ExpiredToken}"})
STS.no("AssumeRoleWithWebIdentity", "MalformedPolicyDocument", WEB | {"Policy": MALFORMED})
STS.no("AssumeRoleWithWebIdentity", "InvalidIdentityToken", ROLE | {"WebIdentityToken": "no token"})
IAM.steps.extend(STS.steps)

# Removal.
ok("DeleteRole", {"RoleName": "deploy"})
no("DeleteRole", "NoSuchEntity", {"RoleName": "deploy"})
ok("RemoveUserFromGroup", {"GroupName": "crew", "UserName": "mara"})
no("RemoveUserFromGroup", "NoSuchEntity", {"GroupName": "none", "UserName": "mara"})
ok("DeleteGroup", {"GroupName": "crew"})
no("DeleteGroup", "NoSuchEntity", {"GroupName": "crew"})
ok("DeleteUser", {"UserName": "ben"})
no("DeleteUser", "NoSuchEntity", {"UserName": "ben"})
ok("DeletePolicy", {"PolicyArn": KEPT})
no("DeletePolicy", "NoSuchEntity", {"PolicyArn": KEPT})
STEPS = IAM.steps
