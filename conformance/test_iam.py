"""IAM with boto3 and the AWS CLI: every operation, its refusals, keys that sign at once and never after, and the records."""

import base64
import csv
import io
import json
import pathlib
import re
import urllib.parse

import boto3
import pytest
from botocore.config import Config
from clients import refusal
from waiting import wait_for

ACCOUNT = "123456789012"
OWN = f"arn:aws:iam::{ACCOUNT}:"
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
POLICY = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]})
TRUST = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}]}
)
# What any operation of the query protocol may answer.
COMMON_ERRORS = {"AccessDenied", "InvalidAction", "InvalidClientTokenId", "SignatureDoesNotMatch", "ValidationError"}


class Calls:
    """A client that notes which operations succeeded and with which codes they were refused."""

    def __init__(self, client):
        self.client = client
        self.answered, self.refused = set(), set()
        client.meta.events.register("after-call.iam", self.note)

    def note(self, http_response, parsed, model, **_):
        if http_response.status_code == 200:
            self.answered.add(model.name)
            return
        code = parsed["Error"]["Code"]
        declared = {shape.metadata.get("error", {}).get("code", shape.name) for shape in model.error_shapes}
        assert code in declared | COMMON_ERRORS, f"{model.name} does not declare {code}"
        self.refused.add((model.name, code))


@pytest.fixture(scope="module")
def calls(clients):
    return Calls(clients.boto("iam"))


@pytest.fixture(scope="module")
def iam(calls):
    return calls.client


def signed_by(server, key, service="iam", token=None):
    """Makes a client of another key, as unforgiving as all others."""
    return boto3.client(
        service,
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
        aws_session_token=token,
        region_name="us-east-1",
        endpoint_url=server.credentials()["AWS_ENDPOINT_URL"],
        config=Config(retries={"total_max_attempts": 1}, proxies={}),
    )


def allow(*actions, resource="*", **more):
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": resource} | more]})


def test_users(iam):
    tags = [{"Key": "dept", "Value": "it"}]
    made = iam.create_user(UserName="ann", Path="/team/", Tags=tags)["User"]
    assert made["Arn"] == f"{OWN}user/team/ann" and made["Tags"] == tags
    assert re.fullmatch("AIDA[A-Z2-7]{17}", made["UserId"])
    shown = iam.get_user(UserName="ann")["User"]
    assert shown == made
    assert iam.get_user()["User"]["UserName"] == "administrator"
    assert [user["UserName"] for user in iam.list_users(PathPrefix="/team/")["Users"]] == ["ann"]
    iam.update_user(UserName="ann", NewUserName="anna", NewPath="/")
    assert iam.get_user(UserName="anna")["User"]["UserId"] == made["UserId"]
    iam.tag_user(UserName="anna", Tags=[{"Key": "Dept", "Value": "hr"}, {"Key": "b", "Value": ""}])
    assert iam.list_user_tags(UserName="anna")["Tags"] == [{"Key": "Dept", "Value": "hr"}, {"Key": "b", "Value": ""}]
    iam.untag_user(UserName="anna", TagKeys=["b"])
    assert refusal(iam.create_user, UserName="ANNA") == ("EntityAlreadyExists", "User with name ANNA already exists.")
    assert refusal(iam.update_user, UserName="anna", NewUserName="Administrator")[0] == "EntityAlreadyExists"
    assert refusal(iam.create_user, UserName="x", Tags=[{"Key": "aws:a", "Value": ""}])[0] == "InvalidInput"
    assert refusal(iam.create_user, UserName="x", PermissionsBoundary=f"{OWN}policy/none")[0] == "NoSuchEntity"
    assert refusal(iam.tag_user, UserName="anna", Tags=[{"Key": "a", "Value": ""}, {"Key": "A", "Value": ""}])[0] == "InvalidInput"
    assert refusal(iam.create_user, UserName="not a name")[0] == "ValidationError"
    iam.delete_user(UserName="anna")
    for call in (iam.get_user, iam.delete_user, iam.list_user_tags):
        assert refusal(call, UserName="anna") == ("NoSuchEntity", "The user with name anna cannot be found.")
    assert refusal(iam.update_user, UserName="anna", NewUserName="b")[0] == "NoSuchEntity"
    assert refusal(iam.tag_user, UserName="anna", Tags=tags)[0] == "NoSuchEntity"
    assert refusal(iam.untag_user, UserName="anna", TagKeys=["b"])[0] == "NoSuchEntity"


def test_pages(iam):
    names = [f"page-{number:03}" for number in range(7)]
    for name in names:
        iam.create_user(UserName=name, Path="/pages/")
    pages = list(iam.get_paginator("list_users").paginate(PathPrefix="/pages/", PaginationConfig={"PageSize": 3}))
    assert [len(page["Users"]) for page in pages] == [3, 3, 1]
    assert [user["UserName"] for page in pages for user in page["Users"]] == names
    marker = iam.list_users(PathPrefix="/pages/", MaxItems=3)["Marker"]
    assert refusal(iam.list_users, PathPrefix="/", MaxItems=3, Marker=marker) == ("ValidationError", "Invalid Marker.")
    for name in names:
        iam.delete_user(UserName=name)


def test_access_keys(iam, server):
    iam.create_user(UserName="keys")
    iam.put_user_policy(UserName="keys", PolicyName="self", PolicyDocument=allow("iam:*", resource=f"{OWN}user/keys"))
    key = iam.create_access_key(UserName="keys")["AccessKey"]
    assert (key["UserName"], key["Status"], len(key["SecretAccessKey"])) == ("keys", "Active", 40)
    assert re.fullmatch("AKIA[A-Z2-7]{16}", key["AccessKeyId"])
    last = iam.get_access_key_last_used(AccessKeyId=key["AccessKeyId"])
    assert (last["UserName"], last["AccessKeyLastUsed"]) == ("keys", {"ServiceName": "N/A", "Region": "N/A"})
    assert [entry["AccessKeyId"] for entry in iam.list_access_keys(UserName="keys")["AccessKeyMetadata"]] == [key["AccessKeyId"]]
    own = signed_by(server, key)
    assert own.get_user()["User"]["UserName"] == "keys"
    second = own.create_access_key()["AccessKey"]
    assert {entry["AccessKeyId"] for entry in own.list_access_keys()["AccessKeyMetadata"]} == {
        key["AccessKeyId"],
        second["AccessKeyId"],
    }
    too_many = refusal(iam.create_access_key, UserName="keys")
    assert too_many == ("LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2")

    def use():
        last = iam.get_access_key_last_used(AccessKeyId=key["AccessKeyId"])["AccessKeyLastUsed"]
        return last if "LastUsedDate" in last else None

    used = wait_for(use, "a key's use is known")
    assert (used["ServiceName"], used["Region"]) == ("iam", "us-east-1")
    iam.update_access_key(UserName="keys", AccessKeyId=key["AccessKeyId"], Status="Inactive")
    assert refusal(own.get_user)[0] == "InvalidClientTokenId"
    iam.update_access_key(UserName="keys", AccessKeyId=key["AccessKeyId"], Status="Active")
    own.get_user()
    assert refusal(own.list_users)[0] == "AccessDenied"
    iam.delete_access_key(UserName="keys", AccessKeyId=key["AccessKeyId"])
    assert refusal(own.get_user)[0] == "InvalidClientTokenId"
    assert refusal(iam.delete_user, UserName="keys")[0] == "DeleteConflict"
    for call in (iam.delete_access_key, iam.update_access_key):
        arguments = {"Status": "Active"} if call == iam.update_access_key else {}
        assert refusal(call, UserName="keys", AccessKeyId=key["AccessKeyId"], **arguments)[0] == "NoSuchEntity"
    assert refusal(iam.get_access_key_last_used, AccessKeyId=key["AccessKeyId"])[0] == "AccessDenied"
    for call in (iam.create_access_key, iam.list_access_keys):
        assert refusal(call, UserName="nobody")[0] == "NoSuchEntity"
    assert refusal(iam.update_access_key, UserName="keys", AccessKeyId=second["AccessKeyId"], Status="Expired")[0] == "InvalidInput"
    iam.delete_access_key(UserName="keys", AccessKeyId=second["AccessKeyId"])


def test_a_signature_that_does_not_hold_is_no_use_of_a_key(iam, server, cloudtrail):
    iam.create_user(UserName="unused")
    key = iam.create_access_key(UserName="unused")["AccessKey"]
    assert refusal(signed_by(server, key | {"SecretAccessKey": "guessed"}).get_user)[0] == "SignatureDoesNotMatch"
    attribute = [{"AttributeKey": "AccessKeyId", "AttributeValue": key["AccessKeyId"]}]
    wait_for(lambda: cloudtrail.lookup_events(LookupAttributes=attribute)["Events"], "the refused call is found")
    last = iam.get_access_key_last_used(AccessKeyId=key["AccessKeyId"])["AccessKeyLastUsed"]
    assert last == {"ServiceName": "N/A", "Region": "N/A"}


def test_a_renamed_user_keeps_keys_and_rights(iam, server):
    iam.create_user(UserName="before")
    iam.put_user_policy(UserName="before", PolicyName="self", PolicyDocument=allow("iam:GetUser"))
    own = signed_by(server, iam.create_access_key(UserName="before")["AccessKey"])
    iam.update_user(UserName="before", NewUserName="after")
    assert own.get_user()["User"]["Arn"] == f"{OWN}user/after"


def test_groups(iam):
    group = iam.create_group(GroupName="devs", Path="/eng/")["Group"]
    assert group["Arn"] == f"{OWN}group/eng/devs" and re.fullmatch("AGPA[A-Z2-7]{17}", group["GroupId"])
    iam.create_user(UserName="member")
    iam.add_user_to_group(GroupName="devs", UserName="member")
    assert [user["UserName"] for user in iam.get_group(GroupName="devs")["Users"]] == ["member"]
    assert "devs" in [entry["GroupName"] for entry in iam.list_groups()["Groups"]]
    iam.update_group(GroupName="devs", NewGroupName="makers")
    assert [entry["GroupName"] for entry in iam.list_groups_for_user(UserName="member")["Groups"]] == ["makers"]
    assert refusal(iam.create_group, GroupName="Makers")[0] == "EntityAlreadyExists"
    iam.create_group(GroupName="taken")
    assert refusal(iam.update_group, GroupName="makers", NewGroupName="taken")[0] == "EntityAlreadyExists"
    assert refusal(iam.delete_group, GroupName="makers") == (
        "DeleteConflict",
        "Cannot delete entity, must remove users from group first.",
    )
    assert refusal(iam.delete_user, UserName="member")[0] == "DeleteConflict"
    for number in range(9):
        iam.create_group(GroupName=f"g{number}")
        iam.add_user_to_group(GroupName=f"g{number}", UserName="member")
    assert refusal(iam.add_user_to_group, GroupName="taken", UserName="member") == (
        "LimitExceeded",
        "Cannot exceed quota for GroupsPerUser: 10",
    )
    iam.remove_user_from_group(GroupName="makers", UserName="member")
    iam.delete_group(GroupName="makers")
    for call in (iam.get_group, iam.delete_group):
        assert refusal(call, GroupName="makers") == ("NoSuchEntity", "The group with name makers cannot be found.")
    for call in (iam.add_user_to_group, iam.remove_user_from_group):
        assert refusal(call, GroupName="makers", UserName="member")[0] == "NoSuchEntity"
    assert refusal(iam.list_groups_for_user, UserName="nobody")[0] == "NoSuchEntity"
    assert refusal(iam.update_group, GroupName="makers", NewGroupName="x")[0] == "NoSuchEntity"


def test_roles(iam):
    role = iam.create_role(RoleName="deploy", Path="/ci/", AssumeRolePolicyDocument=TRUST, MaxSessionDuration=7200)["Role"]
    assert role["Arn"] == f"{OWN}role/ci/deploy" and re.fullmatch("AROA[A-Z2-7]{17}", role["RoleId"])
    assert role["AssumeRolePolicyDocument"] == json.loads(TRUST)
    iam.update_role(RoleName="deploy", Description="Ships.", MaxSessionDuration=3600)
    shown = iam.get_role(RoleName="deploy")["Role"]
    assert (shown["Description"], shown["MaxSessionDuration"], shown["RoleLastUsed"]) == ("Ships.", 3600, {})
    assert iam.update_role_description(RoleName="deploy", Description="Sails.")["Role"]["Description"] == "Sails."
    assert [entry["RoleName"] for entry in iam.list_roles(PathPrefix="/ci/")["Roles"]] == ["deploy"]
    iam.update_assume_role_policy(RoleName="deploy", PolicyDocument=TRUST.replace("AssumeRole", "TagSession"))
    assert iam.get_role(RoleName="deploy")["Role"]["AssumeRolePolicyDocument"]["Statement"][0]["Action"] == "sts:TagSession"
    iam.tag_role(RoleName="deploy", Tags=[{"Key": "a", "Value": "b"}])
    assert iam.list_role_tags(RoleName="deploy")["Tags"] == [{"Key": "a", "Value": "b"}]
    iam.untag_role(RoleName="deploy", TagKeys=["a"])
    iam.put_role_permissions_boundary(RoleName="deploy", PermissionsBoundary=READ_ONLY)
    boundary = iam.get_role(RoleName="deploy")["Role"]["PermissionsBoundary"]
    assert boundary == {"PermissionsBoundaryType": "PermissionsBoundaryPolicy", "PermissionsBoundaryArn": READ_ONLY}
    iam.delete_role_permissions_boundary(RoleName="deploy")
    assert refusal(iam.create_role, RoleName="Deploy", AssumeRolePolicyDocument=TRUST)[0] == "EntityAlreadyExists"
    assert refusal(iam.create_role, RoleName="x", AssumeRolePolicyDocument=POLICY)[0] == "MalformedPolicyDocument"
    assert refusal(iam.update_assume_role_policy, RoleName="deploy", PolicyDocument="{")[0] == "MalformedPolicyDocument"
    long = TRUST.replace(ACCOUNT, f"{OWN}role/{'x' * 2000}")
    assert refusal(iam.create_role, RoleName="x", AssumeRolePolicyDocument=long)[0] == "LimitExceeded"
    assert refusal(iam.update_assume_role_policy, RoleName="deploy", PolicyDocument=long)[0] == "LimitExceeded"
    bad_tag = [{"Key": "aws:a", "Value": ""}]
    assert refusal(iam.create_role, RoleName="x", AssumeRolePolicyDocument=TRUST, Tags=bad_tag)[0] == "InvalidInput"
    assert refusal(iam.tag_role, RoleName="deploy", Tags=bad_tag)[0] == "InvalidInput"
    iam.put_role_policy(RoleName="deploy", PolicyName="p", PolicyDocument=POLICY)
    assert refusal(iam.delete_role, RoleName="deploy")[0] == "DeleteConflict"
    iam.delete_role_policy(RoleName="deploy", PolicyName="p")
    iam.delete_role(RoleName="deploy")
    gone = {"RoleName": "deploy"}
    for call, more in (
        (iam.get_role, {}),
        (iam.delete_role, {}),
        (iam.list_role_tags, {}),
        (iam.update_role, {}),
        (iam.update_role_description, {"Description": "x"}),
        (iam.update_assume_role_policy, {"PolicyDocument": TRUST}),
        (iam.tag_role, {"Tags": [{"Key": "a", "Value": "b"}]}),
        (iam.untag_role, {"TagKeys": ["a"]}),
        (iam.put_role_permissions_boundary, {"PermissionsBoundary": READ_ONLY}),
        (iam.delete_role_permissions_boundary, {}),
    ):
        assert refusal(call, **gone, **more) == ("NoSuchEntity", "The role with name deploy cannot be found.")


@pytest.mark.parametrize("kind", ["user", "group", "role"])
def test_policies_of_users_groups_and_roles(iam, kind):
    def call(name, **arguments):
        return getattr(iam, name)(**arguments)

    holder = {f"{kind.title()}Name": f"holder-of-{kind}"}
    nobody = {f"{kind.title()}Name": "nobody"}
    call(f"create_{kind}", **holder, **({"AssumeRolePolicyDocument": TRUST} if kind == "role" else {}))
    call(f"put_{kind}_policy", **holder, PolicyName="read", PolicyDocument=POLICY)
    assert call(f"get_{kind}_policy", **holder, PolicyName="read")["PolicyDocument"] == json.loads(POLICY)
    assert call(f"list_{kind}_policies", **holder)["PolicyNames"] == ["read"]
    call(f"attach_{kind}_policy", **holder, PolicyArn=READ_ONLY)
    attached = call(f"list_attached_{kind}_policies", **holder)["AttachedPolicies"]
    assert attached == [{"PolicyName": "ReadOnlyAccess", "PolicyArn": READ_ONLY}]

    def refused(name, code, **arguments):
        assert refusal(getattr(iam, name), **arguments)[0] == code

    refused(f"put_{kind}_policy", "MalformedPolicyDocument", **holder, PolicyName="bad", PolicyDocument=TRUST)
    long = allow(*(f"s3:{number:0500}" for number in range(21)))
    refused(f"put_{kind}_policy", "LimitExceeded", **holder, PolicyName="long", PolicyDocument=long)
    refused(f"put_{kind}_policy", "NoSuchEntity", **nobody, PolicyName="read", PolicyDocument=POLICY)
    for name in ("get", "delete"):
        refused(f"{name}_{kind}_policy", "NoSuchEntity", **holder, PolicyName="none")
    refused(f"list_{kind}_policies", "NoSuchEntity", **nobody)
    refused(f"list_attached_{kind}_policies", "NoSuchEntity", **nobody)
    for name in ("attach", "detach"):
        refused(f"{name}_{kind}_policy", "NoSuchEntity", **holder, PolicyArn=f"{OWN}policy/none")
    for number in range(9):
        iam.create_policy(PolicyName=f"{kind}-{number}", PolicyDocument=POLICY)
        call(f"attach_{kind}_policy", **holder, PolicyArn=f"{OWN}policy/{kind}-{number}")
    iam.create_policy(PolicyName=f"{kind}-more", PolicyDocument=POLICY)
    refused(f"attach_{kind}_policy", "LimitExceeded", **holder, PolicyArn=f"{OWN}policy/{kind}-more")
    refused(f"delete_{kind}", "DeleteConflict", **holder)
    call(f"detach_{kind}_policy", **holder, PolicyArn=READ_ONLY)
    call(f"delete_{kind}_policy", **holder, PolicyName="read")


def test_managed_policies(iam):
    tags = [{"Key": "a", "Value": "b"}]
    made = iam.create_policy(PolicyName="read", Path="/x/", PolicyDocument=POLICY, Description="Reads.", Tags=tags)["Policy"]
    arn = made["Arn"]
    assert arn == f"{OWN}policy/x/read" and re.fullmatch("ANPA[A-Z2-7]{17}", made["PolicyId"])
    version = iam.create_policy_version(PolicyArn=arn, PolicyDocument=POLICY, SetAsDefault=True)["PolicyVersion"]
    assert (version["VersionId"], version["IsDefaultVersion"]) == ("v2", True)
    assert iam.get_policy_version(PolicyArn=arn, VersionId="v2")["PolicyVersion"]["Document"] == json.loads(POLICY)
    iam.set_default_policy_version(PolicyArn=arn, VersionId="v1")
    assert iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"] == "v1"
    assert [entry["VersionId"] for entry in iam.list_policy_versions(PolicyArn=arn)["Versions"]] == ["v2", "v1"]
    iam.tag_policy(PolicyArn=arn, Tags=[{"Key": "c", "Value": "d"}])
    iam.untag_policy(PolicyArn=arn, TagKeys=["a"])
    assert iam.list_policy_tags(PolicyArn=arn)["Tags"] == [{"Key": "c", "Value": "d"}]
    assert "AdministratorAccess" in [entry["PolicyName"] for entry in iam.list_policies(Scope="AWS")["Policies"]]
    assert iam.list_policies(PathPrefix="/x/")["Policies"][0]["Arn"] == arn
    iam.create_user(UserName="bounded")
    iam.put_user_permissions_boundary(UserName="bounded", PermissionsBoundary=arn)
    using = iam.list_entities_for_policy(PolicyArn=arn)
    assert [entry["UserName"] for entry in using["PolicyUsers"]] == ["bounded"]
    assert (using["PolicyGroups"], using["PolicyRoles"]) == ([], [])
    assert refusal(iam.delete_policy, PolicyArn=arn) == ("DeleteConflict", "Cannot delete a policy attached to entities.")
    iam.delete_user_permissions_boundary(UserName="bounded")
    assert refusal(iam.delete_policy, PolicyArn=arn)[0] == "DeleteConflict"
    assert refusal(iam.delete_policy_version, PolicyArn=arn, VersionId="v1")[0] == "DeleteConflict"
    for _ in range(3):
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=POLICY)
    assert refusal(iam.create_policy_version, PolicyArn=arn, PolicyDocument=POLICY)[0] == "LimitExceeded"
    assert refusal(iam.create_policy_version, PolicyArn=arn, PolicyDocument="{}")[0] == "MalformedPolicyDocument"
    assert refusal(iam.create_policy, PolicyName="READ", PolicyDocument=POLICY)[0] == "EntityAlreadyExists"
    assert refusal(iam.create_policy, PolicyName="bad", PolicyDocument=TRUST)[0] == "MalformedPolicyDocument"
    long = allow(*(f"s3:{number:0500}" for number in range(13)))
    assert refusal(iam.create_policy, PolicyName="long", PolicyDocument=long)[0] == "LimitExceeded"
    bad_tag = [{"Key": "aws:a", "Value": ""}]
    assert refusal(iam.create_policy, PolicyName="x", PolicyDocument=POLICY, Tags=bad_tag)[0] == "InvalidInput"
    assert refusal(iam.tag_policy, PolicyArn=arn, Tags=bad_tag)[0] == "InvalidInput"
    for number in range(2, 6):
        iam.delete_policy_version(PolicyArn=arn, VersionId=f"v{number}")
    iam.delete_policy(PolicyArn=arn)
    for call, more in (
        (iam.get_policy, {}),
        (iam.delete_policy, {}),
        (iam.list_policy_versions, {}),
        (iam.list_policy_tags, {}),
        (iam.list_entities_for_policy, {}),
        (iam.get_policy_version, {"VersionId": "v1"}),
        (iam.set_default_policy_version, {"VersionId": "v1"}),
        (iam.delete_policy_version, {"VersionId": "v1"}),
        (iam.create_policy_version, {"PolicyDocument": POLICY}),
        (iam.tag_policy, {"Tags": tags}),
        (iam.untag_policy, {"TagKeys": ["a"]}),
    ):
        assert refusal(call, PolicyArn=arn, **more)[0] == "NoSuchEntity"
    assert refusal(iam.put_user_permissions_boundary, UserName="bounded", PermissionsBoundary=arn)[0] == "NoSuchEntity"
    assert refusal(iam.delete_user_permissions_boundary, UserName="nobody")[0] == "NoSuchEntity"
    assert refusal(iam.delete_policy, PolicyArn=READ_ONLY)[0] == "AccessDenied"


def test_a_policy_is_named_by_a_whole_arn(iam):
    bad = f"arn:aws:iam:us-east-1:{ACCOUNT}:policy/read"
    iam.create_user(UserName="arns")
    iam.create_group(GroupName="arns")
    iam.create_role(RoleName="arns", AssumeRolePolicyDocument=TRUST)
    for call, arguments in (
        (iam.attach_user_policy, {"UserName": "arns"}),
        (iam.attach_group_policy, {"GroupName": "arns"}),
        (iam.attach_role_policy, {"RoleName": "arns"}),
        (iam.detach_user_policy, {"UserName": "arns"}),
        (iam.detach_group_policy, {"GroupName": "arns"}),
        (iam.detach_role_policy, {"RoleName": "arns"}),
        (iam.get_policy, {}),
        (iam.delete_policy, {}),
        (iam.list_policy_versions, {}),
        (iam.list_policy_tags, {}),
        (iam.list_entities_for_policy, {}),
        (iam.get_policy_version, {"VersionId": "v1"}),
        (iam.set_default_policy_version, {"VersionId": "v1"}),
        (iam.delete_policy_version, {"VersionId": "v1"}),
        (iam.create_policy_version, {"PolicyDocument": POLICY}),
        (iam.untag_policy, {"TagKeys": ["a"]}),
    ):
        assert refusal(call, PolicyArn=bad, **arguments) == ("InvalidInput", f"ARN {bad} is not valid.")
    for call, arguments in (
        (iam.put_user_permissions_boundary, {"UserName": "arns"}),
        (iam.put_role_permissions_boundary, {"RoleName": "arns"}),
    ):
        assert refusal(call, PermissionsBoundary=bad, **arguments)[0] == "InvalidInput"


def test_tags_are_at_most_fifty(iam):
    fifty = [{"Key": f"k{number}", "Value": ""} for number in range(50)]
    more = [{"Key": "more", "Value": ""}]
    iam.create_user(UserName="tags", Tags=fifty)
    iam.create_role(RoleName="tags", AssumeRolePolicyDocument=TRUST, Tags=fifty)
    arn = iam.create_policy(PolicyName="tags", PolicyDocument=POLICY, Tags=fifty)["Policy"]["Arn"]
    for call, named in (
        (iam.tag_user, {"UserName": "tags"}),
        (iam.tag_role, {"RoleName": "tags"}),
        (iam.tag_policy, {"PolicyArn": arn}),
    ):
        assert refusal(call, **named, Tags=more) == ("LimitExceeded", "Cannot exceed quota for TagsPerResource: 50")


def test_the_account(iam):
    iam.create_account_alias(AccountAlias="acme")
    iam.create_account_alias(AccountAlias="acme-audit")
    assert iam.list_account_aliases()["AccountAliases"] == ["acme-audit"]
    assert refusal(iam.delete_account_alias, AccountAlias="acme")[0] == "NoSuchEntity"
    iam.delete_account_alias(AccountAlias="acme-audit")
    assert refusal(iam.create_account_alias, AccountAlias="a--b")[0] == "ValidationError"
    summary = iam.get_account_summary()["SummaryMap"]
    assert summary["AccessKeysPerUserQuota"] == 2 and summary["Users"] >= 1


def test_the_command_line(clients, iam):
    shown = json.loads(clients.aws("iam", "create-user", "--user-name", "cli", "--tags", "Key=a,Value=b"))
    assert shown["User"]["Arn"] == f"{OWN}user/cli"
    clients.aws("iam", "attach-user-policy", "--user-name", "cli", "--policy-arn", READ_ONLY)
    listed = json.loads(clients.aws("iam", "list-attached-user-policies", "--user-name", "cli"))
    assert listed["AttachedPolicies"][0]["PolicyArn"] == READ_ONLY
    document = json.loads(clients.aws("iam", "get-policy-version", "--policy-arn", READ_ONLY, "--version-id", "v1"))
    assert document["PolicyVersion"]["Document"]["Statement"]
    refused = clients.aws("iam", "get-user", "--user-name", "nobody", succeeds=False)
    assert "NoSuchEntity" in refused.stderr and "The user with name nobody cannot be found." in refused.stderr
    key = json.loads(clients.aws("iam", "create-access-key", "--user-name", "cli"))["AccessKey"]
    clients.aws("iam", "delete-access-key", "--user-name", "cli", "--access-key-id", key["AccessKeyId"])
    users = json.loads(clients.aws("iam", "list-users", "--page-size", "1", "--max-items", "2"))
    assert len(users["Users"]) == 2 and users["NextToken"]


def test_policies_decide_who_may_call(iam, server):
    """Paths, tags and conditions of the request hold as they do on AWS."""
    iam.create_user(UserName="helper", Path="/desk/")
    own = signed_by(server, iam.create_access_key(UserName="helper")["AccessKey"])
    code, message = refusal(own.create_user, UserName="x", Path="/desk/")
    assert code == "AccessDenied"
    assert f"User: {OWN}user/desk/helper is not authorized to perform: iam:CreateUser on resource: {OWN}user/desk/x" in message
    statement = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": ["iam:CreateUser", "iam:UpdateUser", "iam:TagUser"], "Resource": f"{OWN}user/desk/*"},
            {
                "Effect": "Allow",
                "Action": "iam:AttachUserPolicy",
                "Resource": "*",
                "Condition": {"ArnEquals": {"iam:PolicyARN": READ_ONLY}},
            },
            {
                "Effect": "Deny",
                "Action": "iam:TagUser",
                "Resource": "*",
                "Condition": {"ForAnyValue:StringEquals": {"aws:TagKeys": ["owner"]}},
            },
        ],
    }
    iam.put_user_policy(UserName="helper", PolicyName="desk", PolicyDocument=json.dumps(statement))
    own.create_user(UserName="x", Path="/desk/")
    own.tag_user(UserName="x", Tags=[{"Key": "a", "Value": "b"}])
    own.attach_user_policy(UserName="x", PolicyArn=READ_ONLY)
    for call, arguments in (
        (own.create_user, {"UserName": "y"}),
        (own.create_user, {"UserName": "y", "Path": "/desks/"}),
        (own.update_user, {"UserName": "x", "NewPath": "/admins/"}),
        (own.update_user, {"UserName": "administrator", "NewPath": "/desk/"}),
        (own.tag_user, {"UserName": "x", "Tags": [{"Key": "owner", "Value": "b"}]}),
        (own.attach_user_policy, {"UserName": "x", "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}),
        (own.get_user, {"UserName": "nobody"}),
        (own.get_user, {"UserName": "x"}),
    ):
        assert refusal(call, **arguments)[0] == "AccessDenied", arguments
    own.update_user(UserName="x", NewUserName="z")


def test_attached_policies_groups_and_boundaries_decide_at_once(iam, server):
    iam.create_user(UserName="reader")
    own = signed_by(server, iam.create_access_key(UserName="reader")["AccessKey"])

    def may():
        try:
            own.list_users(MaxItems=1)
        except own.exceptions.ClientError as error:
            assert error.response["Error"]["Code"] == "AccessDenied"
            return False
        return True

    assert not may()
    iam.attach_user_policy(UserName="reader", PolicyArn=READ_ONLY)
    assert may()
    iam.put_user_permissions_boundary(UserName="reader", PermissionsBoundary="arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess")
    assert not may()
    iam.delete_user_permissions_boundary(UserName="reader")
    iam.detach_user_policy(UserName="reader", PolicyArn=READ_ONLY)
    assert not may()
    iam.create_group(GroupName="readers")
    iam.add_user_to_group(GroupName="readers", UserName="reader")
    versioned = iam.create_policy(PolicyName="listing", PolicyDocument=POLICY)["Policy"]["Arn"]
    iam.attach_group_policy(GroupName="readers", PolicyArn=versioned)
    assert not may()
    iam.create_policy_version(PolicyArn=versioned, PolicyDocument=allow("iam:ListUsers"), SetAsDefault=True)
    assert may()
    iam.set_default_policy_version(PolicyArn=versioned, VersionId="v1")
    assert not may()
    iam.put_group_policy(GroupName="readers", PolicyName="inline", PolicyDocument=allow("iam:List*"))
    iam.update_group(GroupName="readers", NewGroupName="renamed")
    assert may()
    iam.remove_user_from_group(GroupName="renamed", UserName="reader")
    assert not may()


def test_what_is_not_built_in_is_refused(clients):
    iam = clients.boto("iam", checked=False)
    code, message = refusal(iam.list_server_certificates)
    assert (code, message) == ("InvalidAction", "Cairn does not serve the IAM action ListServerCertificates.")


def test_a_credential_report_tells_who_has_what(server, clients, iam):
    assert refusal(iam.get_credential_report)[0] == "ReportNotPresent"
    iam.create_user(UserName="audited")
    key = iam.create_access_key(UserName="audited")["AccessKey"]
    iam.create_access_key(UserName="audited")
    iam.put_user_policy(UserName="audited", PolicyName="p", PolicyDocument=allow("iam:*"))
    signed_by(server, key).list_users()
    wait_for(lambda: "LastUsedDate" in iam.get_access_key_last_used(AccessKeyId=key["AccessKeyId"])["AccessKeyLastUsed"], "the key was used")
    begun = iam.generate_credential_report()
    assert begun["State"] == "STARTED" and begun["Description"]
    wait_for(lambda: iam.generate_credential_report()["State"] == "COMPLETE", "the report is written")
    answer = iam.get_credential_report()
    assert answer["ReportFormat"] == "text/csv" and answer["GeneratedTime"]
    rows = {row["user"]: row for row in csv.DictReader(io.StringIO(answer["Content"].decode()))}
    assert next(iter(rows)) == "<root_account>" and rows["<root_account>"]["arn"] == f"{OWN}root"
    audited = rows["audited"]
    assert len(audited) == 22 and audited["arn"] == f"{OWN}user/audited"
    assert (audited["password_enabled"], audited["password_last_used"], audited["mfa_active"]) == ("false", "N/A", "false")
    assert (audited["access_key_1_active"], audited["access_key_1_last_used_service"]) == ("true", "iam")
    assert audited["access_key_1_last_used_region"] == "us-east-1" and audited["access_key_1_last_used_date"] != "N/A"
    assert (audited["access_key_2_active"], audited["access_key_2_last_used_date"]) == ("true", "N/A")
    assert (audited["cert_1_active"], audited["cert_2_last_rotated"]) == ("false", "N/A")
    printed = json.loads(clients.aws("iam", "get-credential-report"))
    assert base64.b64decode(printed["Content"]) == answer["Content"]


def test_every_call_is_recorded(iam, cloudtrail):
    iam.create_user(UserName="recorded", Path="/r/", Tags=[{"Key": "a", "Value": "b"}])
    key = iam.create_access_key(UserName="recorded")["AccessKey"]
    iam.put_user_policy(UserName="recorded", PolicyName="p", PolicyDocument=POLICY)
    iam.get_user(UserName="recorded")
    refusal(iam.create_user, UserName="recorded")

    def found(name, wanted):
        def look():
            attribute = [{"AttributeKey": "EventName", "AttributeValue": name}]
            events = cloudtrail.lookup_events(LookupAttributes=attribute, MaxResults=50)["Events"]
            records = [json.loads(event["CloudTrailEvent"]) for event in events]
            return next((record for record in records if wanted(record)), None)

        return wait_for(look, f"{name} is found")

    def about(record):
        return (record["requestParameters"] or {}).get("userName") == "recorded"

    made = found("CreateUser", lambda record: about(record) and "errorCode" not in record)
    assert (made["eventSource"], made["awsRegion"], made["readOnly"]) == ("iam.amazonaws.com", "us-east-1", False)
    assert made["eventType"] == "AwsApiCall" and made["managementEvent"] is True and "resources" not in made
    assert made["requestParameters"] == {"userName": "recorded", "path": "/r/", "tags": [{"key": "a", "value": "b"}]}
    user = made["responseElements"]["user"]
    assert user["arn"] == f"{OWN}user/r/recorded" and user["tags"] == [{"key": "a", "value": "b"}]
    assert re.fullmatch(r"[A-Z][a-z]{2} \d{1,2}, \d{4} \d{1,2}:\d{2}:\d{2} [AP]M", user["createDate"])
    assert made["userIdentity"]["userName"] == "administrator"
    created = found("CreateAccessKey", about)
    assert created["responseElements"]["accessKey"] == {
        "userName": "recorded",
        "accessKeyId": key["AccessKeyId"],
        "status": "Active",
        "createDate": created["responseElements"]["accessKey"]["createDate"],
    }
    assert key["SecretAccessKey"] not in json.dumps(created)
    put = found("PutUserPolicy", about)
    assert put["requestParameters"]["policyDocument"] == POLICY and put["responseElements"] is None
    shown = found("GetUser", about)
    assert shown["readOnly"] is True and shown["responseElements"] is None
    refused = found("CreateUser", lambda record: about(record) and "errorCode" in record)
    assert refused["errorCode"] == "EntityAlreadyExistsException"
    assert refused["errorMessage"] == "User with name recorded already exists."
    assert refused["responseElements"] is None


def test_no_secret_is_in_any_record(iam, server, cloudtrail):
    key = iam.create_access_key()["AccessKey"]
    iam.delete_access_key(AccessKeyId=key["AccessKeyId"])
    pages = cloudtrail.get_paginator("lookup_events").paginate(
        LookupAttributes=[{"AttributeKey": "EventSource", "AttributeValue": "iam.amazonaws.com"}]
    )
    records = "".join(event["CloudTrailEvent"] for page in pages for event in page["Events"])
    assert "CreateAccessKey" in records and "secretAccessKey" not in records
    for spelling in (key["SecretAccessKey"], urllib.parse.quote(key["SecretAccessKey"], safe="")):
        assert spelling not in records


def test_the_roles_of_services_are_changed_by_them_alone(iam):
    service = "cloudtrail.amazonaws.com"
    role = iam.create_service_linked_role(AWSServiceName=service)["Role"]
    name = role["RoleName"]
    assert role["Arn"] == f"{OWN}role/aws-service-role/{service}/AWSServiceRoleForCloudTrail"
    assert refusal(iam.create_service_linked_role, AWSServiceName=service)[0] == "InvalidInput"
    policy = "arn:aws:iam::aws:policy/aws-service-role/CloudTrailServiceRolePolicy"
    for call, arguments in [
        (iam.attach_role_policy, {"PolicyArn": READ_ONLY}),
        (iam.detach_role_policy, {"PolicyArn": policy}),
        (iam.put_role_policy, {"PolicyName": "own", "PolicyDocument": POLICY}),
        (iam.delete_role_policy, {"PolicyName": "own"}),
        (iam.put_role_permissions_boundary, {"PermissionsBoundary": READ_ONLY}),
        (iam.delete_role_permissions_boundary, {}),
        (iam.update_assume_role_policy, {"PolicyDocument": TRUST}),
        (iam.update_role, {}),
        (iam.delete_role, {}),
    ]:
        assert refusal(call, RoleName=name, **arguments)[0] == "UnmodifiableEntity"
    iam.update_role_description(RoleName=name, Description="ours")
    iam.create_user(UserName="attaching")
    iam.create_group(GroupName="attaching")
    iam.create_role(RoleName="attaching", AssumeRolePolicyDocument=TRUST)
    for call, arguments in [
        (iam.attach_user_policy, {"UserName": "attaching", "PolicyArn": policy}),
        (iam.attach_group_policy, {"GroupName": "attaching", "PolicyArn": policy}),
        (iam.attach_role_policy, {"RoleName": "attaching", "PolicyArn": policy}),
        (iam.put_user_permissions_boundary, {"UserName": "attaching", "PermissionsBoundary": policy}),
        (iam.put_role_permissions_boundary, {"RoleName": "attaching", "PermissionsBoundary": policy}),
    ]:
        assert refusal(call, **arguments)[0] == "PolicyNotAttachable"
    assert refusal(iam.delete_service_linked_role, RoleName="attaching")[0] == "NoSuchEntity"
    for forget in (iam.delete_user, iam.delete_group, iam.delete_role):
        forget(**{f"{forget.__name__.removeprefix('delete_').title()}Name": "attaching"})
    task = iam.delete_service_linked_role(RoleName=name)["DeletionTaskId"]
    assert iam.get_service_linked_role_deletion_status(DeletionTaskId=task)["Status"] == "SUCCEEDED"
    assert refusal(iam.get_role, RoleName=name)[0] == "NoSuchEntity"
    assert refusal(iam.get_service_linked_role_deletion_status, DeletionTaskId=f"{task}A")[0] == "NoSuchEntity"
    assert refusal(iam.get_service_linked_role_deletion_status, DeletionTaskId="none")[0] == "InvalidInput"


def test_every_operation_was_called(calls):
    """The last of the module: each tabled operation has succeeded here, and was refused with every error that it declares."""
    served = {name for name in operations() if not SIGN_IN.search(name)}
    assert len(served) == 78
    assert served - calls.answered == set()
    missing = ungiven(calls, served)
    assert missing == [], "\n".join(map(str, missing))


def ungiven(calls, served):
    """The errors that operations declare and were never refused with, of those that something can cause."""
    model = calls.client.meta.service_model
    declared = {
        (name, shape.metadata.get("error", {}).get("code", shape.name))
        for name in served
        for shape in model.operation_model(name).error_shapes
    }
    given = {pair for pair in declared - NEVER_GIVEN_BY if pair[1] not in NEVER_GIVEN}
    given = {(name, code) for name, code in given if code != "LimitExceeded" or not name.startswith(ADDS_NOTHING)}
    print(f"{len(given & calls.refused)} of {len(declared)} declared errors were given; {len(declared - given)} never are")
    return sorted(given - calls.refused)


# What happens to Cairn alone in a race or when its disk fails.
NEVER_GIVEN = {"ConcurrentModification", "EntityTemporarilyUnmodifiable", "ServiceFailure"}
# What test_login_profiles.py calls.
SIGN_IN = re.compile("MFADevice|Password|LoginProfile")
# Calls that add nothing break no limit.
ADDS_NOTHING = (
    "ChangePassword", "CreateLoginProfile", "Deactivate", "Resync", "UpdateAccountPasswordPolicy", "UpdateLoginProfile",
    "Delete", "Detach", "Remove", "SetDefault", "UpdateAccessKey", "UpdateUser", "CreateAccountAlias",
)  # fmt: skip
# What takes thousands of entities, hours or a second account is tried in crates/iam/tests; the rest nothing here can cause.
NEVER_GIVEN_BY = {
    ("CreateUser", "LimitExceeded"), ("CreateGroup", "LimitExceeded"), ("UpdateGroup", "LimitExceeded"),
    ("CreateAccountAlias", "EntityAlreadyExists"), ("CreateGroup", "NoSuchEntity"),
    ("ListAttachedGroupPolicies", "InvalidInput"), ("ListAttachedRolePolicies", "InvalidInput"),
    ("ListAttachedUserPolicies", "InvalidInput"), ("UpdateRoleDescription", "UnmodifiableEntity"),
    ("GenerateCredentialReport", "LimitExceeded"), ("GetCredentialReport", "ReportExpired"),
    ("GetCredentialReport", "ReportInProgress"), ("CreateServiceLinkedRole", "LimitExceeded"), ("CreateServiceLinkedRole", "NoSuchEntity"),
    ("CreateVirtualMFADevice", "LimitExceeded"), ("ListMFADeviceTags", "InvalidInput"), ("UntagMFADevice", "InvalidInput"),
    ("UpdateAccountPasswordPolicy", "MalformedPolicyDocument"), ("UpdateAccountPasswordPolicy", "NoSuchEntity"),
}  # fmt: skip


def operations():
    """Reads the operations out of the generated table."""
    table = pathlib.Path(__file__).resolve().parent.parent / "crates/wire/src/iam/operation.rs"
    return set(re.findall(r"^    (\w+),$", table.read_text(), re.MULTILINE))
