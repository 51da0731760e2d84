"""What an organization leaves of its members' rights, which services and members act for it, and the roles of services."""

import json

import pytest
from clients import Clients, refusal
from organization_members import Members
from server import Server
from waiting import wait_for

STRANGER = "777788889999"
FULL = "p-FullAWSAccess"
SCP = "SERVICE_CONTROL_POLICY"
CLOUDTRAIL = "cloudtrail.amazonaws.com"
EXPLICIT = "with an explicit deny in a service control policy"


class World:
    """An organization with two members, `prod` in a unit of a unit and `dev` in the root; callers of each kind."""

    def __init__(self, server):
        self.server = server
        clients = Clients(server)
        members = Members(clients)
        self.prod, self.dev = members.make("prod"), members.make("dev")
        self.shops = members.unit("shops")
        self.unit = members.unit("prod", self.shops)
        members.move(self.prod, self.unit)
        members.api.enable_policy_type(RootId=members.root, PolicyType=SCP)
        # Root users have no keys before somebody with the data directory makes them.
        server.stop()
        self.roots = {account: server.exports(account, "--root") for account in (self.prod, members.management)}
        self.stranger = server.exports(STRANGER)
        server.start()
        self.clients = Clients(server)
        members.clients = self.clients
        members.api = self.clients.boto("organizations")
        self.members, self.api = members, members.api
        made = members.boto(self.prod, "iam")
        made.create_user(UserName="mia")
        made.attach_user_policy(UserName="mia", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
        key = made.create_access_key(UserName="mia")["AccessKey"]
        self.mia = {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}

    def boto(self, keys, service):
        return self.clients.acting(keys).boto(service)

    def prod_callers(self):
        """The kinds of callers of `prod`: a session, a user, the root user."""
        return [self.members.keys(self.prod), self.mia, self.roots[self.prod]]

    def policy(self, name, *statements):
        document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
        made = self.api.create_policy(Name=name, Description=f"{name} of a test", Content=document, Type=SCP)
        return made["Policy"]["PolicySummary"]["Id"]


@pytest.fixture(scope="module")
def server():
    server = Server(accounts=STRANGER)
    try:
        yield server.start()
    finally:
        server.close()


@pytest.fixture(scope="module")
def world(server):
    return World(server)


@pytest.fixture
def attached(world):
    """Attaches policies to targets until the test is over."""
    done = []

    def attach(policy, target):
        world.api.attach_policy(PolicyId=policy, TargetId=target)
        done.append((policy, target))

    yield attach
    for policy, target in reversed(done):
        world.api.detach_policy(PolicyId=policy, TargetId=target)


def deny(*actions, **more):
    return {"Effect": "Deny", "Action": list(actions), "Resource": "*"} | more


def allow(*actions):
    return {"Effect": "Allow", "Action": list(actions), "Resource": "*"}


CALLS = [
    ("iam", "ListUsers", lambda client, world: (client.list_users, {})),
    ("s3", "ListAllMyBuckets", lambda client, world: (client.list_buckets, {})),
    ("cloudtrail", "DescribeTrails", lambda client, world: (client.describe_trails, {})),
    ("kms", "ListKeys", lambda client, world: (client.list_keys, {})),
    ("organizations", "DescribeOrganization", lambda client, world: (client.describe_organization, {})),
]


@pytest.mark.parametrize("place", ["root", "shops", "unit", "account"])
def test_a_deny_anywhere_above_reaches_every_caller_of_a_member(world, attached, place):
    policy = world.policy(f"deny-at-{place}", deny(*(f"{service}:{action}" for service, action, _ in CALLS)))
    target = {"root": world.members.root, "shops": world.shops, "unit": world.unit, "account": world.prod}[place]
    for keys in world.prod_callers():
        for service, _, call in CALLS:
            method, arguments = call(world.boto(keys, service), world)
            method(**arguments)
    attached(policy, target)
    for keys in world.prod_callers():
        for service, action, call in CALLS:
            method, arguments = call(world.boto(keys, service), world)
            code, message = refusal(method, **arguments)
            assert code.startswith("AccessDenied"), code
            assert f"is not authorized to perform: {service}:{action}" in message, message
            assert message.endswith(EXPLICIT), message
    # The other member only where it lies below, the management account never.
    for service, _, call in CALLS:
        method, arguments = call(world.members.boto(world.dev, service), world)
        if place == "root":
            assert EXPLICIT in refusal(method, **arguments)[1]
        else:
            method(**arguments)
        for manager in (world.clients.environment, world.roots[world.members.management]):
            method, arguments = call(world.boto(manager, service), world)
            method(**arguments)


def test_sts_is_denied_and_what_needs_no_permission_is_not(world, attached):
    policy = world.policy("deny-sts", deny("sts:*"))
    attached(policy, world.unit)
    for keys in world.prod_callers():
        sts = world.boto(keys, "sts")
        assert sts.get_caller_identity()["Account"] == world.prod
        assert refusal(sts.get_access_key_info, AccessKeyId=world.mia["AWS_ACCESS_KEY_ID"])[1].endswith(EXPLICIT)
    for keys in (world.mia, world.members.keys(world.prod)):
        for role in ("OrganizationAccountAccessRole", "missing"):
            arn = f"arn:aws:iam::{world.prod}:role/{role}"
            code, message = refusal(world.boto(keys, "sts").assume_role, RoleArn=arn, RoleSessionName="s1")
            assert code == "AccessDenied" and message.endswith(EXPLICIT), message
    # Whoever comes from the management account is limited by nothing: its role in the member can be taken still.
    assert world.members.keys(world.prod)


def test_a_list_of_what_is_allowed_leaves_nothing_else(world, attached):
    policy = world.policy("only-s3-and-iam", allow("s3:*", "iam:Get*", "sts:*"))
    attached(policy, world.unit)
    world.api.detach_policy(PolicyId=FULL, TargetId=world.unit)
    try:
        for keys in world.prod_callers():
            world.boto(keys, "s3").list_buckets()
            code, message = refusal(world.boto(keys, "iam").list_users)
            assert code == "AccessDenied"
            assert message.endswith("because no service control policy allows the iam:ListUsers action"), message
            code, message = refusal(world.boto(keys, "kms").list_keys)
            assert code == "AccessDeniedException" and "no service control policy allows" in message
        code, message = refusal(
            world.api.detach_policy, PolicyId=policy, TargetId=world.unit
        )
        assert code == "ConstraintViolationException"
    finally:
        world.api.attach_policy(PolicyId=FULL, TargetId=world.unit)


def test_conditions_resources_and_exceptions_are_judged(world, attached):
    role = f"arn:aws:iam::{world.prod}:role/OrganizationAccountAccessRole"
    unless = {"ArnNotLike": {"aws:PrincipalArn": role}}
    policy = world.policy("deny-but-the-role", deny("iam:CreateGroup", Condition=unless), deny("s3:DeleteBucket", Resource="arn:aws:s3:::kept-*"))
    attached(policy, world.prod)
    iam = world.members.boto(world.prod, "iam")
    iam.create_group(GroupName="by-the-role")
    assert EXPLICIT in refusal(world.boto(world.mia, "iam").create_group, GroupName="by-mia")[1]
    s3 = world.boto(world.mia, "s3")
    for bucket in ("kept-a", "other-a"):
        s3.create_bucket(Bucket=bucket)
    assert refusal(s3.delete_bucket, Bucket="kept-a")[1].endswith(EXPLICIT)
    s3.delete_bucket(Bucket="other-a")


def test_a_call_across_accounts_is_limited_by_the_callers_organization_alone(world, attached):
    s3 = world.clients.boto("s3")
    s3.create_bucket(Bucket="shared-by-all")
    s3.put_object(Bucket="shared-by-all", Key="a", Body=b"a")
    of_organization = {"StringEquals": {"aws:PrincipalOrgID": world.members.organization}}
    below = {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": f"{world.members.organization}/{world.members.root}/{world.shops}/*"}}

    def share(condition):
        statement = allow("s3:GetObject") | {"Principal": "*", "Resource": "arn:aws:s3:::shared-by-all/*", "Condition": condition}
        s3.delete_public_access_block(Bucket="shared-by-all")
        s3.put_bucket_policy(Bucket="shared-by-all", Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))

    def read(keys):
        return world.boto(keys, "s3").get_object(Bucket="shared-by-all", Key="a")["Body"].read()

    dev = world.members.keys(world.dev)
    share(of_organization)
    assert read(world.mia) == read(dev) == b"a"
    assert refusal(world.boto(world.stranger, "s3").get_object, Bucket="shared-by-all", Key="a")[0] == "AccessDenied"
    share(below)
    assert read(world.mia) == b"a"
    assert refusal(world.boto(dev, "s3").get_object, Bucket="shared-by-all", Key="a")[0] == "AccessDenied"
    share(of_organization)
    outward = {"StringNotEquals": {"aws:ResourceOrgID": world.members.organization}}
    attached(world.policy("nothing-outside", deny("s3:*", Condition=outward)), world.unit)
    assert read(world.mia) == b"a"
    attached(world.policy("no-reading", deny("s3:GetObject")), world.unit)
    assert refusal(world.boto(world.mia, "s3").get_object, Bucket="shared-by-all", Key="a")[1].endswith(EXPLICIT)
    assert read(dev) == b"a"


def test_services_are_not_limited(world, attached):
    """A trail of a member delivers although nobody of the member may write to its bucket."""
    s3, cloudtrail = world.members.boto(world.dev, "s3"), world.members.boto(world.dev, "cloudtrail")
    s3.create_bucket(Bucket="logs-of-dev")
    policy = world.server.command("bucket-policy", "logs-of-dev", "--account-id", world.dev)
    s3.put_bucket_policy(Bucket="logs-of-dev", Policy=policy)
    attached(world.policy("no-writing", deny("s3:PutObject")), world.dev)
    assert refusal(s3.put_object, Bucket="logs-of-dev", Key="a", Body=b"")[1].endswith(EXPLICIT)
    cloudtrail.create_trail(Name="own", S3BucketName="logs-of-dev")
    cloudtrail.start_logging(Name="own")
    world.members.boto(world.dev, "iam").create_group(GroupName="seen")
    wait_for(lambda: s3.list_objects_v2(Bucket="logs-of-dev", Prefix=f"AWSLogs/{world.dev}/CloudTrail/").get("Contents"), "a log file is there")
    cloudtrail.delete_trail(Name="own")


def test_a_denied_call_is_in_the_members_own_history(world, attached):
    attached(world.policy("no-trails", deny("cloudtrail:StopLogging")), world.unit)
    cloudtrail = world.boto(world.mia, "cloudtrail")
    arn = f"arn:aws:cloudtrail:{world.clients.region}:{world.prod}:trail/none"
    assert EXPLICIT in refusal(cloudtrail.stop_logging, Name=arn)[1]

    def recorded():
        found = cloudtrail.lookup_events(LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "StopLogging"}])
        return found["Events"]

    event = json.loads(wait_for(recorded, "the call is recorded")[0]["CloudTrailEvent"])
    assert event["errorCode"].startswith("AccessDenied") and EXPLICIT in event["errorMessage"]
    assert event["recipientAccountId"] == world.prod


def test_policies_are_made_changed_and_shown(world):
    api = world.api
    full = api.describe_policy(PolicyId=FULL)["Policy"]
    assert full["PolicySummary"] == {
        "Id": FULL,
        "Arn": "arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess",
        "Name": "FullAWSAccess",
        "Description": "Allows access to every operation",
        "Type": SCP,
        "AwsManaged": True,
    }
    assert json.loads(full["Content"])["Statement"] == [{"Effect": "Allow", "Action": "*", "Resource": "*"}]
    made = world.policy("shown", deny("iam:*"))
    summary = api.describe_policy(PolicyId=made)["Policy"]["PolicySummary"]
    manager, organization = world.members.management, world.members.organization
    assert summary["Arn"] == f"arn:aws:organizations::{manager}:policy/{organization}/service_control_policy/{made}"
    changed = api.update_policy(PolicyId=made, Name="shown-otherwise", Description="")["Policy"]["PolicySummary"]
    assert (changed["Name"], changed["Description"]) == ("shown-otherwise", "")
    document = json.dumps({"Version": "2012-10-17", "Statement": [deny("kms:*")]})
    api.update_policy(PolicyId=made, Content=document)
    assert api.describe_policy(PolicyId=made)["Policy"]["Content"] == document
    tag = [{"Key": "team", "Value": "red"}]
    api.tag_resource(ResourceId=made, Tags=tag)
    assert api.list_tags_for_resource(ResourceId=made)["Tags"] == tag
    pages = api.get_paginator("list_policies").paginate(Filter=SCP, PaginationConfig={"PageSize": 1})
    listed = [policy["Id"] for page in pages for policy in page["Policies"]]
    assert len(listed) == len(set(listed)) and {FULL, made} <= set(listed)
    assert api.list_policies(Filter="TAG_POLICY")["Policies"] == []
    api.delete_policy(PolicyId=made)
    assert refusal(api.describe_policy, PolicyId=made)[0] == "PolicyNotFoundException"


def test_targets_and_attachments_are_told_in_both_directions(world, attached):
    policy = world.policy("told", deny("iam:DeleteUser"))
    for target in (world.members.root, world.unit, world.prod):
        attached(policy, target)
    pages = world.api.get_paginator("list_targets_for_policy").paginate(PolicyId=policy, PaginationConfig={"PageSize": 2})
    targets = {target["TargetId"]: target for page in pages for target in page["Targets"]}
    assert {name: (target["Name"], target["Type"]) for name, target in targets.items()} == {
        world.members.root: ("Root", "ROOT"),
        world.unit: ("prod", "ORGANIZATIONAL_UNIT"),
        world.prod: ("prod", "ACCOUNT"),
    }
    for target in targets:
        found = world.api.list_policies_for_target(TargetId=target, Filter=SCP)["Policies"]
        assert {one["Id"] for one in found} == {FULL, policy}
    found = world.api.list_policies_for_target(TargetId=world.shops, Filter=SCP)["Policies"]
    assert [one["Id"] for one in found] == [FULL]


def test_what_is_wrong_with_a_policy_is_said(world, attached):
    api = world.api
    document = json.dumps({"Version": "2012-10-17", "Statement": [deny("iam:*")]})
    make = {"Name": "wrong", "Description": "", "Content": document, "Type": SCP}
    taken = world.policy("taken", deny("iam:*"))
    named = json.dumps({"Version": "2012-10-17", "Statement": [deny("iam:*", Principal="*")]})
    for change, code in [
        ({"Name": "taken"}, "DuplicatePolicyException"),
        ({"Name": "FullAWSAccess"}, "DuplicatePolicyException"),
        ({"Content": "{"}, "MalformedPolicyDocumentException"),
        ({"Content": named}, "MalformedPolicyDocumentException"),
        ({"Content": document + " " * 5120}, "ConstraintViolationException"),
        ({"Type": "TAG_POLICY"}, "PolicyTypeNotAvailableForOrganizationException"),
    ]:
        assert refusal(api.create_policy, **(make | change))[0] == code, change
    for call, arguments, code in [
        (api.update_policy, {"PolicyId": FULL, "Name": "mine"}, "InvalidInputException"),
        (api.delete_policy, {"PolicyId": FULL}, "InvalidInputException"),
        (api.delete_policy, {"PolicyId": "p-00000000"}, "PolicyNotFoundException"),
        (api.attach_policy, {"PolicyId": "p-00000000", "TargetId": world.unit}, "PolicyNotFoundException"),
        (api.attach_policy, {"PolicyId": taken, "TargetId": STRANGER}, "TargetNotFoundException"),
        (api.attach_policy, {"PolicyId": taken, "TargetId": "ou-abcd-00000000"}, "TargetNotFoundException"),
        (api.attach_policy, {"PolicyId": FULL, "TargetId": world.unit}, "DuplicatePolicyAttachmentException"),
        (api.detach_policy, {"PolicyId": taken, "TargetId": world.unit}, "PolicyNotAttachedException"),
        (api.detach_policy, {"PolicyId": FULL, "TargetId": world.unit}, "ConstraintViolationException"),
        (api.enable_policy_type, {"RootId": world.members.root, "PolicyType": SCP}, "PolicyTypeAlreadyEnabledException"),
        (api.enable_policy_type, {"RootId": "r-0000", "PolicyType": SCP}, "RootNotFoundException"),
        (api.disable_policy_type, {"RootId": world.members.root, "PolicyType": "TAG_POLICY"}, "PolicyTypeNotEnabledException"),
    ]:
        assert refusal(call, **arguments)[0] == code, arguments
    attached(taken, world.dev)
    assert refusal(api.delete_policy, PolicyId=taken)[0] == "PolicyInUseException"
    for number in range(3):
        attached(world.policy(f"more-{number}", deny("iam:*")), world.dev)
    fifth = world.policy("one-too-many", deny("iam:*"))
    with pytest.raises(api.exceptions.ConstraintViolationException) as refused:
        api.attach_policy(PolicyId=fifth, TargetId=world.dev)
    assert refused.value.response["Reason"] == "MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED"
    # Members may do none of it, nor look at it.
    own = world.members.boto(world.prod, "organizations")
    assert refusal(own.create_policy, **make)[0] == "AccessDeniedException"
    assert refusal(own.describe_policy, PolicyId=taken)[0] == "AccessDeniedException"
    assert refusal(own.list_policies, Filter=SCP)[0] == "AccessDeniedException"


def test_policies_mean_nothing_while_their_type_is_disabled(world):
    api, root = world.api, world.members.root
    policy = world.policy("for-a-while", deny("iam:*"))
    api.attach_policy(PolicyId=policy, TargetId=world.unit)
    iam = world.boto(world.mia, "iam")
    assert EXPLICIT in refusal(iam.list_users)[1]
    assert api.disable_policy_type(RootId=root, PolicyType=SCP)["Root"]["PolicyTypes"] == []
    iam.list_users()
    assert api.list_roots()["Roots"][0]["PolicyTypes"] == []
    assert api.list_policies_for_target(TargetId=world.unit, Filter=SCP)["Policies"] == []
    assert api.list_targets_for_policy(PolicyId=FULL)["Targets"] == []
    assert refusal(api.attach_policy, PolicyId=policy, TargetId=world.unit)[0] == "PolicyTypeNotEnabledException"
    assert refusal(api.disable_policy_type, RootId=root, PolicyType=SCP)[0] == "PolicyTypeNotEnabledException"
    enabled = api.enable_policy_type(RootId=root, PolicyType=SCP)["Root"]["PolicyTypes"]
    assert enabled == [{"Type": SCP, "Status": "ENABLED"}]
    # Enabled again, it begins anew: everything is allowed everywhere.
    iam.list_users()
    targets = api.list_targets_for_policy(PolicyId=FULL)["Targets"]
    assert {target["TargetId"] for target in targets} >= {root, world.shops, world.unit, world.prod, world.dev, world.members.management}
    api.delete_policy(PolicyId=policy)


def test_services_are_trusted_and_members_administer_them(world):
    api = world.api
    service = "config.amazonaws.com"
    register = {"AccountId": world.prod, "ServicePrincipal": service}
    with pytest.raises(api.exceptions.ConstraintViolationException) as refused:
        api.register_delegated_administrator(**register)
    assert refused.value.response["Reason"] == "SERVICE_ACCESS_NOT_ENABLED"
    for _ in range(2):
        api.enable_aws_service_access(ServicePrincipal=service)
    trusted = [one["ServicePrincipal"] for one in api.list_aws_service_access_for_organization()["EnabledServicePrincipals"]]
    assert trusted == [CLOUDTRAIL, service]
    assert refusal(api.enable_aws_service_access, ServicePrincipal="nobody")[0] == "InvalidInputException"
    api.register_delegated_administrator(**register)
    for arguments, code in [
        (register, "AccountAlreadyRegisteredException"),
        (register | {"AccountId": world.members.management}, "ConstraintViolationException"),
        (register | {"AccountId": STRANGER}, "AccountNotFoundException"),
    ]:
        assert refusal(api.register_delegated_administrator, **arguments)[0] == code
    administrators = api.list_delegated_administrators(ServicePrincipal=service)["DelegatedAdministrators"]
    assert [(one["Id"], one["Email"]) for one in administrators] == [(world.prod, "prod@example.com")]
    assert api.list_delegated_administrators(ServicePrincipal=CLOUDTRAIL)["DelegatedAdministrators"] == []
    services = api.list_delegated_services_for_account(AccountId=world.prod)["DelegatedServices"]
    assert [one["ServicePrincipal"] for one in services] == [service]
    assert refusal(api.list_delegated_services_for_account, AccountId=world.dev)[0] == "AccountNotRegisteredException"
    # An administrator looks at the organization and changes nothing of it.
    own = world.members.boto(world.prod, "organizations")
    assert {one["Id"] for one in own.list_accounts()["Accounts"]} >= {world.prod, world.dev}
    assert refusal(own.register_delegated_administrator, **register)[0] == "AccessDeniedException"
    assert refusal(api.remove_account_from_organization, AccountId=world.prod)[0] == "ConstraintViolationException"
    assert refusal(api.disable_aws_service_access, ServicePrincipal=service)[0] == "ConstraintViolationException"
    api.deregister_delegated_administrator(**register)
    assert refusal(api.deregister_delegated_administrator, **register)[0] == "AccountNotRegisteredException"
    assert refusal(own.list_accounts)[0] == "AccessDeniedException"
    for _ in range(2):
        api.disable_aws_service_access(ServicePrincipal=service)


def test_roles_of_services_come_with_what_needs_them(world):
    names = lambda keys: {role["RoleName"] for role in world.boto(keys, "iam").list_roles(PathPrefix="/aws-service-role/")["Roles"]}
    assert names(world.clients.environment) == {"AWSServiceRoleForOrganizations", "AWSServiceRoleForCloudTrail"}
    assert names(world.mia) == {"AWSServiceRoleForOrganizations"}
    iam = world.boto(world.mia, "iam")
    protected = refusal(iam.delete_role, RoleName="AWSServiceRoleForOrganizations")
    assert protected[0] == "UnmodifiableEntity" and "only modifiable by AWS" in protected[1]
    task = iam.delete_service_linked_role(RoleName="AWSServiceRoleForOrganizations")["DeletionTaskId"]
    status = iam.get_service_linked_role_deletion_status(DeletionTaskId=task)
    assert status["Status"] == "FAILED" and world.members.organization in status["Reason"]["RoleUsageList"][0]["Resources"][0]
    made = iam.create_service_linked_role(AWSServiceName=CLOUDTRAIL)["Role"]
    assert made["Path"] == f"/aws-service-role/{CLOUDTRAIL}/"
    task = iam.delete_service_linked_role(RoleName=made["RoleName"])["DeletionTaskId"]
    assert iam.get_service_linked_role_deletion_status(DeletionTaskId=task)["Status"] == "SUCCEEDED"
    # No member escapes its organization's policies with a role of its own under that path.
    trust = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": world.prod}, "Action": "sts:AssumeRole"}]})
    path = f"/aws-service-role/{CLOUDTRAIL}/"
    assert refusal(iam.create_role, RoleName="free", Path=path, AssumeRolePolicyDocument=trust)[0] == "InvalidInput"


def test_trust_in_cloudtrail_ends_with_its_organization_trails(world):
    s3, cloudtrail, api = world.clients.boto("s3"), world.clients.boto("cloudtrail"), world.api
    s3.create_bucket(Bucket="logs-of-all")
    manager, organization = world.members.management, world.members.organization
    arn = f"arn:aws:cloudtrail:{world.clients.region}:{manager}:trail/all"
    service = {"Principal": {"Service": CLOUDTRAIL}, "Condition": {"StringEquals": {"aws:SourceArn": arn}}}
    put = {"StringEquals": {"aws:SourceArn": arn, "aws:SourceOrgID": organization, "s3:x-amz-acl": "bucket-owner-full-control"}}
    statements = [allow("s3:GetBucketAcl") | service | {"Resource": "arn:aws:s3:::logs-of-all"}]
    for owner in (manager, organization):
        statements.append(allow("s3:PutObject") | service | {"Resource": f"arn:aws:s3:::logs-of-all/AWSLogs/{owner}/*", "Condition": put})
    s3.put_bucket_policy(Bucket="logs-of-all", Policy=json.dumps({"Version": "2012-10-17", "Statement": statements}))
    cloudtrail.create_trail(Name="all", S3BucketName="logs-of-all", IsMultiRegionTrail=True, IsOrganizationTrail=True)
    own = world.members.boto(world.prod, "cloudtrail")
    assert [trail["TrailARN"] for trail in own.describe_trails()["trailList"]] == [arn]
    roles = world.members.boto(world.prod, "iam").list_roles(PathPrefix="/aws-service-role/")["Roles"]
    assert "AWSServiceRoleForCloudTrail" in {role["RoleName"] for role in roles}
    api.disable_aws_service_access(ServicePrincipal=CLOUDTRAIL)
    assert own.describe_trails()["trailList"] == []
    assert cloudtrail.get_trail(Name="all")["Trail"]["IsOrganizationTrail"] is False
    cloudtrail.delete_trail(Name="all")
    api.enable_aws_service_access(ServicePrincipal=CLOUDTRAIL)


def test_nobody_of_a_closed_account_may_do_anything(world):
    made = world.members.make("closing")
    keys = world.members.keys(made)
    world.boto(keys, "s3").list_buckets()
    world.api.close_account(AccountId=made)
    for service, _, call in CALLS:
        method, arguments = call(world.boto(keys, service), world)
        code, message = refusal(method, **arguments)
        assert code.startswith("AccessDenied") and message.endswith("because the account is closed"), message
    assert refusal(world.boto(keys, "sts").get_caller_identity)[0] == "AccessDenied"
    role = f"arn:aws:iam::{made}:role/OrganizationAccountAccessRole"
    assert refusal(world.clients.boto("sts").assume_role, RoleArn=role, RoleSessionName="s1")[0] == "AccessDenied"
