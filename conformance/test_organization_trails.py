"""Organization trails by CloudTrail's API: who may do what, which errors there are, and what members are shown.

The tests of this file are one story on one server, and go in order: each begins where the one before ended.
"""

import dataclasses
import json
import os
import subprocess

import boto3
import organization_errors
import pytest
from botocore.exceptions import ClientError
from clients import Clients, refusal
from server import BINARY, Server
from waiting import wait_for

MANAGEMENT, MEMBER, ADMIN, SPARE, LATE, OUTSIDER = (digit * 12 for digit in "123456")
SERVICE = "cloudtrail.amazonaws.com"
ROLE = "AWSServiceRoleForCloudTrail"
ARN = f"arn:aws:cloudtrail:us-east-1:{MANAGEMENT}:trail/"
NAMES = {MANAGEMENT: "management", MEMBER: "member", ADMIN: "administrator", SPARE: "member", LATE: "member", OUTSIDER: "outsider"}

ROWS = []
# What every call of `ROWS` that was refused must have left in the history of its account.
REFUSED = []


@dataclasses.dataclass
class Row:
    """A line of the page."""

    heading: str
    who: str
    call: str
    code: str
    message: str


class Account(Clients):
    """Clients of an account's administrator, or of somebody else in it."""

    def __init__(self, server, account, keys=None):
        lines = server.command("env", "--account-id", account).splitlines()
        self.environment = dict(line.removeprefix("export ").split("=", 1) for line in lines)
        if keys:
            self.environment |= {"AWS_ACCESS_KEY_ID": keys["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"]}
        self.region, self.account, self.server = self.environment["AWS_DEFAULT_REGION"], account, server
        self._session = boto3.Session(self.environment["AWS_ACCESS_KEY_ID"], self.environment["AWS_SECRET_ACCESS_KEY"])
        self.trail = self.boto("cloudtrail")

    def user(self, name, *denied):
        """Makes a user who may do all but what is denied, and returns its clients."""
        iam = self.boto("iam")
        iam.create_user(UserName=name)
        allow = {"Effect": "Allow", "Action": "*", "Resource": "*"}
        deny = {"Effect": "Deny", "Action": list(denied), "Resource": "*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [allow, deny]})
        iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=policy)
        return Account(self.server, self.account, iam.create_access_key(UserName=name)["AccessKey"])

    def cairn(self, *arguments):
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("CAIRN_", "AWS_"))}
        return subprocess.run([BINARY, *arguments], env=kept | self.environment, capture_output=True, text=True)


@pytest.fixture(scope="module")
def server():
    server = Server(account_id=MANAGEMENT, accounts=",".join([MEMBER, ADMIN, SPARE, LATE, OUTSIDER]))
    try:
        yield server.start()
    finally:
        server.close()


@pytest.fixture(scope="module")
def accounts(server):
    accounts = {account: Account(server, account) for account in NAMES}
    s3 = accounts[MANAGEMENT].boto("s3")
    for name in ["logs", "own-only"]:
        s3.create_bucket(Bucket=name)
    s3.put_bucket_policy(Bucket="own-only", Policy=server.command("bucket-policy", "own-only"))
    return accounts


@pytest.fixture(scope="module")
def organizations(accounts):
    return accounts[MANAGEMENT].boto("organizations")


def tell(heading, who, call, expected, operation, **arguments):
    """Makes a call that must be answered as expected, and makes a line of it."""
    name = NAMES[who.account]
    try:
        getattr(who.trail, operation)(**arguments)
        code, message = "succeeds", ""
    except ClientError as error:
        code, message = error.response["Error"]["Code"], error.response["Error"]["Message"]
        REFUSED.append((who.account, error.response["ResponseMetadata"]["RequestId"], code, message))
    assert code == expected, (heading, name, call, code, message)
    ROWS.append(Row(heading, name, call, "succeeds" if code == "succeeds" else f"`{code}`", message))


def create(name="all", **more):
    return {"Name": name, "S3BucketName": "logs", "IsOrganizationTrail": True} | more


NEEDED = [
    "organizations:DescribeOrganization", "organizations:ListAWSServiceAccessForOrganization", "organizations:ListAccounts",
    "organizations:EnableAWSServiceAccess", "organizations:DisableAWSServiceAccess", "iam:GetRole", "iam:CreateServiceLinkedRole",
]  # fmt: skip
DEPENDENCY = "InsufficientDependencyServiceAccessPermissionException"
CREATE = "CreateTrail, IsOrganizationTrail"
CONVERT = "UpdateTrail, IsOrganizationTrail"
REGISTER = "RegisterOrganizationDelegatedAdmin"
DEREGISTER = "DeregisterOrganizationDelegatedAdmin"
BOTH = "Two faults at once: what is checked first is told"
NOWHERE = {"S3BucketName": "nowhere"}


def everything(heading, who, expected, member=SPARE):
    """Makes the four calls that only an organization's management makes."""
    trail, delegation = expected
    tell(heading, who, CREATE, trail, "create_trail", **create())
    tell(heading, who, CONVERT, trail, "update_trail", Name="own", IsOrganizationTrail=True)
    tell(heading, who, REGISTER, delegation, "register_organization_delegated_admin", MemberAccountId=member)
    tell(heading, who, DEREGISTER, delegation, "deregister_organization_delegated_admin", DelegatedAdminAccountId=member)


def invite(accounts, organizations, account):
    target = {"Id": account, "Type": "ACCOUNT"}
    handshake = organizations.invite_account_to_organization(Target=target)["Handshake"]["Id"]
    accounts[account].boto("organizations").accept_handshake(HandshakeId=handshake)


def test_without_an_organization(accounts):
    accounts[MANAGEMENT].trail.create_trail(Name="own", S3BucketName="own-only")
    code = "OrganizationsNotInUseException"
    for account in (MANAGEMENT, OUTSIDER):
        everything("The account is in no organization", accounts[account], (code, code), MEMBER)
    manager = accounts[MANAGEMENT]
    tell(BOTH, manager, f"{CREATE}, too short a name × no organization", "InvalidTrailNameException", "create_trail", **create("a"))
    tell(BOTH, manager, f"{CREATE}, no organization × a name that is taken", code, "create_trail", **create("own"))
    user = manager.user("alone-unable", "cloudtrail:CreateTrail")
    call = f"{CREATE}, without cloudtrail:CreateTrail × no organization"
    tell(BOTH, user, call, "AccessDeniedException", "create_trail", **create())
    user = manager.user("alone-blind", "organizations:DescribeOrganization")
    call = f"{CREATE}, without organizations:DescribeOrganization × no organization"
    tell(BOTH, user, call, DEPENDENCY, "create_trail", **create())


def test_an_organization_for_one_bill(accounts, organizations):
    organizations.create_organization(FeatureSet="CONSOLIDATED_BILLING")
    invite(accounts, organizations, MEMBER)
    heading, code = "The organization is for consolidated billing only", "OrganizationNotInAllFeaturesModeException"
    everything(heading, accounts[MANAGEMENT], (code, code), MEMBER)
    tell(heading, accounts[MEMBER], CREATE, "NotOrganizationMasterAccountException", "create_trail", **create())
    call = f"{CREATE}, consolidated billing × trusted access off × a bucket that is not there"
    tell(BOTH, accounts[MANAGEMENT], call, code, "create_trail", **create(**NOWHERE))
    user = accounts[MANAGEMENT].user("billed-blind", "organizations:ListAWSServiceAccessForOrganization")
    call = f"{CREATE}, consolidated billing × without organizations:ListAWSServiceAccessForOrganization"
    tell(BOTH, user, call, code, "create_trail", **create())
    call = f"{REGISTER}, not the management account × consolidated billing"
    tell(BOTH, accounts[MEMBER], call, "NotOrganizationManagementAccountException", "register_organization_delegated_admin", MemberAccountId=MEMBER)
    organizations.remove_account_from_organization(AccountId=MEMBER)
    organizations.delete_organization()


def test_trusted_access_is_off(accounts, organizations):
    organizations.create_organization(FeatureSet="ALL")
    for account in (MEMBER, ADMIN, SPARE):
        invite(accounts, organizations, account)
    heading, code = "CloudTrail's trusted access is off", "CloudTrailAccessNotEnabledException"
    everything(heading, accounts[MANAGEMENT], (code, code))
    tell(heading, accounts[MEMBER], CREATE, "NotOrganizationMasterAccountException", "create_trail", **create())
    manager = accounts[MANAGEMENT]
    user = manager.user("off-blind", "organizations:ListAWSServiceAccessForOrganization")
    call = f"{CREATE}, without organizations:ListAWSServiceAccessForOrganization × trusted access off"
    tell(BOTH, user, call, DEPENDENCY, "create_trail", **create())
    user = manager.user("off-unable", "iam:CreateServiceLinkedRole", "organizations:ListAccounts")
    call = f"{CREATE}, trusted access off × without iam:CreateServiceLinkedRole"
    tell(BOTH, user, call, code, "create_trail", **create())
    tell(BOTH, manager, f"{CREATE}, trusted access off × a name that is taken", code, "create_trail", **create("own"))
    call = f"{CONVERT}, trusted access off × a trail that is not there"
    tell(BOTH, manager, call, code, "update_trail", Name="absent", IsOrganizationTrail=True)
    call = f"{REGISTER}, trusted access off × an account that is no member"
    tell(BOTH, manager, call, code, "register_organization_delegated_admin", MemberAccountId=OUTSIDER)
    organizations.enable_aws_service_access(ServicePrincipal=SERVICE)


def test_the_caller_lacks_permissions(accounts):
    manager = accounts[MANAGEMENT]
    heading = "The caller's policies don't let CloudTrail ask Organizations and IAM"
    for action in NEEDED:
        user = manager.user(f"without-{action.split(':')[1]}", action)
        tell(heading, user, f"{CREATE}, without {action}", DEPENDENCY, "create_trail", **create())
    user = manager.user("without-both", "organizations:*", "cloudtrail:CreateTrail")
    tell(heading, user, f"{CREATE}, without cloudtrail:CreateTrail", "AccessDeniedException", "create_trail", **create())
    for call, operation, member in [
        (REGISTER, "register_organization_delegated_admin", "MemberAccountId"),
        (DEREGISTER, "deregister_organization_delegated_admin", "DelegatedAdminAccountId"),
    ]:
        own = f"organizations:{'Register' if call == REGISTER else 'Deregister'}DelegatedAdministrator"
        for action in ["organizations:DescribeOrganization", "organizations:ListAWSServiceAccessForOrganization", own]:
            user = manager.user(f"{call[:3]}-without-{action.split(':')[1]}", action)
            tell(heading, user, f"{call}, without {action}", DEPENDENCY, operation, **{member: SPARE})
    for action in ["iam:GetRole", "iam:CreateServiceLinkedRole"]:
        user = manager.user(f"Reg-without-{action.split(':')[1]}", action)
        code = "InsufficientIAMAccessPermissionException"
        tell(heading, user, f"{REGISTER}, without {action}", code, "register_organization_delegated_admin", MemberAccountId=SPARE)
    call = f"{REGISTER}, without iam:CreateServiceLinkedRole × the management account"
    tell(BOTH, user, call, code, "register_organization_delegated_admin", MemberAccountId=MANAGEMENT)
    call = f"{CREATE}, without iam:CreateServiceLinkedRole × a name that is taken"
    tell(BOTH, user, call, DEPENDENCY, "create_trail", **create("own"))
    user = manager.user("both-register", "organizations:RegisterDelegatedAdministrator", "iam:GetRole")
    call = f"{REGISTER}, without organizations:RegisterDelegatedAdministrator × without iam:GetRole"
    tell(BOTH, user, call, DEPENDENCY, "register_organization_delegated_admin", MemberAccountId=SPARE)


def test_delegated_administrators(accounts, organizations):
    manager, heading = accounts[MANAGEMENT], "Delegated administrators are registered and deregistered"

    def register(who, account, expected, call=REGISTER):
        tell(heading, who, call, expected, "register_organization_delegated_admin", MemberAccountId=account)

    def deregister(who, account, expected, call=DEREGISTER):
        tell(heading, who, call, expected, "deregister_organization_delegated_admin", DelegatedAdminAccountId=account)

    register(manager, MANAGEMENT, "CannotDelegateManagementAccountException", f"{REGISTER} of the management account")
    register(manager, OUTSIDER, "AccountNotFoundException", f"{REGISTER} of an account that is no member")
    register(manager, "999999999999", "AccountNotFoundException", f"{REGISTER} of an account that is not there")
    register(manager, "12345678901x", "InvalidParameterException", f"{REGISTER} of no account's number")
    register(accounts[MEMBER], SPARE, "NotOrganizationManagementAccountException")
    register(manager, ADMIN, "succeeds")
    shown = organizations.list_delegated_administrators(ServicePrincipal=SERVICE)["DelegatedAdministrators"]
    assert [one["Id"] for one in shown] == [ADMIN]
    names = {role["RoleName"] for role in manager.boto("iam").list_roles()["Roles"]}
    assert {ROLE, "AWSServiceRoleForCloudTrailEventContext"} <= names
    register(manager, ADMIN, "AccountRegisteredException", f"{REGISTER} once more")
    register(accounts[ADMIN], SPARE, "NotOrganizationManagementAccountException")
    deregister(accounts[ADMIN], ADMIN, "NotOrganizationManagementAccountException")
    deregister(manager, SPARE, "AccountNotRegisteredException", f"{DEREGISTER} of a member that is none")
    deregister(manager, MANAGEMENT, "AccountNotRegisteredException", f"{DEREGISTER} of the management account")
    deregister(manager, OUTSIDER, "AccountNotFoundException", f"{DEREGISTER} of an account that is no member")
    invite(accounts, organizations, LATE)
    for account in (MEMBER, SPARE):
        register(manager, account, "succeeds")
    register(manager, LATE, "DelegatedAdminAccountLimitExceededException", f"{REGISTER} of a fourth")
    for account, fault, code in [
        (MANAGEMENT, "the management account", "CannotDelegateManagementAccountException"),
        (OUTSIDER, "an account that is no member", "AccountNotFoundException"),
        (ADMIN, "an account that is one already", "AccountRegisteredException"),
    ]:
        call = f"{REGISTER}, {fault} × there are three"
        tell(BOTH, manager, call, code, "register_organization_delegated_admin", MemberAccountId=account)
    for account in (MEMBER, SPARE):
        deregister(manager, account, "succeeds")


def test_the_management_account_lost_the_role(accounts):
    """Without an organization trail the role can be deleted; whoever makes the first has to make it again."""
    manager, heading = accounts[MANAGEMENT], "The management account lacks AWSServiceRoleForCloudTrail"
    iam = manager.boto("iam")
    task = iam.delete_service_linked_role(RoleName=ROLE)["DeletionTaskId"]
    assert iam.get_service_linked_role_deletion_status(DeletionTaskId=task)["Status"] == "SUCCEEDED"
    missing = "NoManagementAccountSLRExistsException"
    tell(heading, accounts[ADMIN], CREATE, missing, "create_trail", **create())
    for action in ("organizations:ListAccounts", "iam:GetRole"):
        user = accounts[ADMIN].user(f"no-role-{action.split(':')[1]}", action)
        tell(BOTH, user, f"{CREATE}, without {action} × the role is missing", DEPENDENCY, "create_trail", **create())
    call = f"{CREATE}, the role is missing × a name that is taken × a bucket that is not there"
    tell(BOTH, accounts[ADMIN], call, missing, "create_trail", **create("own", **NOWHERE))
    user = manager.user("no-maker", "iam:CreateServiceLinkedRole")
    tell(heading, user, f"{CREATE}, without iam:CreateServiceLinkedRole", DEPENDENCY, "create_trail", **create())
    tell(heading, manager, f"{CREATE}, a bucket for members is missing", "InsufficientS3BucketPolicyException",
         "create_trail", **create(S3BucketName="own-only"))  # fmt: skip
    assert refusal(iam.get_role, RoleName=ROLE)[0] == "NoSuchEntity", "nothing is made by what is refused"


def test_buckets_take_the_events_of_members(server, accounts, organizations):
    manager, heading = accounts[MANAGEMENT], "The bucket's policy"
    organization = organizations.describe_organization()["Organization"]["Id"]
    policies = {
        "no policy": None,
        "a policy for the management account's own trails alone": server.command("bucket-policy", "logs"),
    }
    s3 = manager.boto("s3")
    for name, policy in policies.items():
        if policy:
            s3.put_bucket_policy(Bucket="logs", Policy=policy)
        tell(heading, manager, f"{CREATE}, {name}", "InsufficientS3BucketPolicyException", "create_trail", **create())
    whole = json.loads(server.command("bucket-policy", "logs", "--organization", organization))
    members_alone = whole | {"Statement": [one for one in whole["Statement"] if one["Sid"] != "AWSCloudTrailWrite20150319"]}
    s3.put_bucket_policy(Bucket="logs", Policy=json.dumps(members_alone))
    call = f"{CREATE}, a policy for members alone"
    tell(heading, manager, call, "InsufficientS3BucketPolicyException", "create_trail", **create())
    s3.put_bucket_policy(Bucket="logs", Policy=json.dumps(whole))
    call = f"{CREATE}, a bucket that is not there"
    tell(heading, manager, call, "S3BucketDoesNotExistException", "create_trail", **create(S3BucketName="nowhere"))
    call = f"{CREATE}, a name that is taken × a bucket that is not there"
    tell(BOTH, manager, call, "TrailAlreadyExistsException", "create_trail", **create("own", **NOWHERE))
    key = {"KmsKeyId": "alias/absent"}
    call = f"{CREATE}, a bucket without a policy for members × a key that is not there"
    tell(BOTH, manager, call, "InsufficientS3BucketPolicyException", "create_trail", **create(S3BucketName="own-only", **key))
    call = f"{CREATE}, a key that is not there × a topic that is not there"
    tell(BOTH, manager, call, "KmsKeyNotFoundException", "create_trail", **create(SnsTopicName="absent", **key))
    call = f"{CONVERT}, a policy for the management account's own trails alone"
    tell(heading, manager, call, "InsufficientS3BucketPolicyException", "update_trail", Name="own", IsOrganizationTrail=True)
    tell(heading, manager, f"{CREATE}, both paths allowed", "succeeds", "create_trail", **create(IsMultiRegionTrail=True))
    manager.trail.start_logging(Name="all")
    for account in (MANAGEMENT, MEMBER, ADMIN, SPARE, LATE):
        role = accounts[account].boto("iam").get_role(RoleName=ROLE)["Role"]
        assert role["Path"] == f"/aws-service-role/{SERVICE}/", account


READS = [("get_trail", "Name"), ("get_trail_status", "Name"), ("get_event_selectors", "TrailName"), ("get_event_configuration", "TrailName")]
CHANGES = [
    ("update_trail", "Name", {"EnableLogFileValidation": True}), ("stop_logging", "Name", {}), ("start_logging", "Name", {}),
    ("delete_trail", "Name", {}), ("put_event_selectors", "TrailName", {"EventSelectors": [{"ReadWriteType": "All"}]}),
    ("put_insight_selectors", "TrailName", {"InsightSelectors": []}),
    ("put_event_configuration", "TrailName", {"AggregationConfigurations": []}),
    ("add_tags", "ResourceId", {"TagsList": [{"Key": "k"}]}), ("remove_tags", "ResourceId", {"TagsList": [{"Key": "k"}]}),
]  # fmt: skip


def spoken(operation):
    """Returns an operation as AWS writes it."""
    return "".join(word.capitalize() for word in operation.split("_"))


def test_members_see_the_trail(accounts):
    whole = accounts[MANAGEMENT].trail.get_trail(Name="all")["Trail"]
    assert whole["IsOrganizationTrail"] and whole["TrailARN"] == ARN + "all"
    for account in (MEMBER, ADMIN, SPARE, LATE):
        for region in ("us-east-1", "eu-west-1"):
            trail = accounts[account].boto("cloudtrail", region=region)
            assert trail.describe_trails()["trailList"] == [whole], "with all its settings, in every Region"
            assert trail.describe_trails(includeShadowTrails=False)["trailList"] == []
            assert trail.describe_trails(trailNameList=["all"])["trailList"] == []
            assert trail.describe_trails(trailNameList=[ARN + "all"])["trailList"] == [whole]
            assert trail.list_trails()["Trails"] == [{name: whole[name] for name in ("TrailARN", "Name", "HomeRegion")}]
    outsider = accounts[OUTSIDER].trail
    assert outsider.describe_trails(trailNameList=[ARN + "all"])["trailList"] == outsider.list_trails()["Trails"] == []
    member, unknown = accounts[MEMBER], "TrailNotFoundException"
    for operation, key in READS:
        tell("A member reads", member, f"{spoken(operation)} by ARN", "succeeds", operation, **{key: ARN + "all"})
        tell("A member reads", member, f"{spoken(operation)} by name", unknown, operation, **{key: "all"})
        call = f"{spoken(operation)} by ARN"
        tell("An outsider reads and changes", accounts[OUTSIDER], call, unknown, operation, **{key: ARN + "all"})
    call = "GetInsightSelectors by ARN, without Insights"
    tell("A member reads", member, call, "InsightNotEnabledException", "get_insight_selectors", TrailName=ARN + "all")
    tell("A member reads", member, "ListTags by ARN", "succeeds", "list_tags", ResourceIdList=[ARN + "all"])
    deaf = member.user("deaf", "cloudtrail:GetTrail")
    tell("A member reads", deaf, "GetTrail by ARN, without cloudtrail:GetTrail", "AccessDeniedException", "get_trail", Name=ARN + "all")
    elsewhere = {"StringNotEquals": {"aws:ResourceAccount": MEMBER}}
    statements = [{"Effect": "Allow", "Action": "*", "Resource": "*"}, {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": elsewhere}]
    iam = member.boto("iam")
    iam.put_user_policy(UserName="deaf", PolicyName="own", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": statements}))
    call = "GetTrail by ARN, with a policy against resources of other accounts"
    tell("A member reads", deaf, call, "AccessDeniedException", "get_trail", Name=ARN + "all")


def test_members_change_nothing(accounts):
    before = accounts[MANAGEMENT].trail.get_trail(Name="all")["Trail"]
    member, outsider = accounts[MEMBER], accounts[OUTSIDER]
    for operation, key, more in CHANGES:
        heading, refused = "A member changes", "NotOrganizationMasterAccountException"
        tell(heading, member, f"{spoken(operation)} by ARN", refused, operation, **{key: ARN + "all"}, **more)
        absent = "CloudTrailARNInvalidException" if key == "ResourceId" else "TrailNotFoundException"
        tell(heading, member, f"{spoken(operation)} by name", absent, operation, **{key: "all"}, **more)
        absent = "ResourceNotFoundException" if key == "ResourceId" else "TrailNotFoundException"
        heading = "An outsider reads and changes"
        tell(heading, outsider, f"{spoken(operation)} by ARN", absent, operation, **{key: ARN + "all"}, **more)
    call = f"{CONVERT} false by ARN"
    tell("A member changes", member, call, "NotOrganizationMasterAccountException", "update_trail", Name=ARN + "all", IsOrganizationTrail=False)
    user = member.user("careful", "cloudtrail:StopLogging")
    call = "StopLogging by ARN, without cloudtrail:StopLogging"
    tell("A member changes", user, call, "AccessDeniedException", "stop_logging", Name=ARN + "all")
    west = Account(member.server, MEMBER)
    west.trail = member.boto("cloudtrail", region="eu-west-1")
    call = "StopLogging by ARN, in another Region"
    tell("A member changes", west, call, "NotOrganizationMasterAccountException", "stop_logging", Name=ARN + "all")
    assert accounts[MANAGEMENT].trail.get_trail(Name="all")["Trail"] == before
    assert accounts[MANAGEMENT].trail.get_trail_status(Name="all")["IsLogging"]
    assert accounts[MEMBER].trail.get_trail_status(Name=ARN + "all")["IsLogging"]


def test_administrators_change_it_by_its_arn(accounts):
    admin, manager, heading = accounts[ADMIN], accounts[MANAGEMENT], "An administrator changes"
    for operation, key, more in CHANGES:
        if operation != "delete_trail":
            tell(heading, admin, f"{spoken(operation)} by ARN", "succeeds", operation, **{key: ARN + "all"}, **more)
    tell(heading, admin, "StopLogging by name", "TrailNotFoundException", "stop_logging", Name="all")
    only_owner = "NotOrganizationMasterAccountException"
    tell(heading, admin, f"{CONVERT} false by ARN", only_owner, "update_trail", Name=ARN + "all", IsOrganizationTrail=False)
    tell(heading, admin, f"{CREATE}, of a name that is taken", "TrailAlreadyExistsException", "create_trail", **create())
    tell(heading, admin, CREATE, "succeeds", "create_trail", **create("second"))
    assert manager.trail.get_trail(Name="second")["Trail"]["TrailARN"] == ARN + "second", "the management account owns it"
    west = Account(admin.server, ADMIN)
    west.trail = admin.boto("cloudtrail", region="eu-west-1")
    tell(heading, west, "StopLogging by ARN, in another Region", "InvalidHomeRegionException", "stop_logging", Name=ARN + "all")
    user = admin.user("administrator-without", "organizations:DescribeOrganization")
    call = "StopLogging by ARN, without organizations:DescribeOrganization"
    tell(heading, user, call, DEPENDENCY, "stop_logging", Name=ARN + "all")
    user.trail = user.boto("cloudtrail", region="eu-west-1")
    call = "StopLogging by ARN, in another Region × without organizations:DescribeOrganization"
    tell(BOTH, user, call, "InvalidHomeRegionException", "stop_logging", Name=ARN + "all")
    call = "CreateTrail, IsOrganizationTrail, of a name that is taken × a bucket that is not there"
    tell(BOTH, admin, call, "TrailAlreadyExistsException", "create_trail", **create(**NOWHERE))
    manager.trail.deregister_organization_delegated_admin(DelegatedAdminAccountId=ADMIN)
    tell("An administrator that is one no more", admin, "StopLogging by ARN", only_owner, "stop_logging", Name=ARN + "second")
    assert manager.trail.get_trail(Name="second")["Trail"]["IsOrganizationTrail"], "what it made stays"
    manager.trail.register_organization_delegated_admin(MemberAccountId=ADMIN)
    tell(heading, admin, "DeleteTrail by ARN", "succeeds", "delete_trail", Name=ARN + "second")


def test_the_role_is_needed_while_there_are_trails(accounts):
    iam = accounts[MANAGEMENT].boto("iam")
    task = iam.delete_service_linked_role(RoleName=ROLE)["DeletionTaskId"]
    assert iam.get_service_linked_role_deletion_status(DeletionTaskId=task)["Status"] == "FAILED"
    assert iam.get_role(RoleName=ROLE)


def test_copies_come_beyond_the_limit(accounts):
    heading, member, manager = "Limits", accounts[SPARE], accounts[MANAGEMENT]
    s3 = member.boto("s3")
    s3.create_bucket(Bucket="spare")
    policy = manager.server.command("bucket-policy", "spare").replace(MANAGEMENT, SPARE)
    s3.put_bucket_policy(Bucket="spare", Policy=policy)
    for number in range(4):
        member.trail.create_trail(Name=f"own-{number}", S3BucketName="spare")
    full = "MaximumNumberOfTrailsExceededException"
    tell(heading, member, "CreateTrail, with a copy and four trails", full, "create_trail", Name="own-4", S3BucketName="spare")
    tell(heading, manager, f"{CREATE}, though a member has five", "succeeds", "create_trail", **create("beyond"))
    assert len(member.trail.list_trails()["Trails"]) == 6
    for number in range(2):
        manager.trail.create_trail(**create(f"more-{number}"))
    tell(heading, accounts[ADMIN], f"{CREATE}, though the management account has five", full, "create_trail", **create("sixth"))
    call = f"{CREATE}, a name that is taken × five trails"
    tell(BOTH, manager, call, "TrailAlreadyExistsException", "create_trail", **create("beyond"))
    call = f"{CREATE}, five trails × a bucket that is not there"
    tell(BOTH, manager, call, full, "create_trail", **create("sixth", **NOWHERE))
    for name in ("beyond", "more-0", "more-1"):
        manager.trail.delete_trail(Name=name)


def test_a_trail_becomes_the_organizations_and_its_owners_own_again(accounts):
    manager, member = accounts[MANAGEMENT], accounts[MEMBER].trail
    updated = manager.trail.update_trail(Name="own", IsOrganizationTrail=True, S3BucketName="logs")
    assert updated["IsOrganizationTrail"] and member.get_trail(Name=ARN + "own")["Trail"]["S3BucketName"] == "logs"
    # Without a word about it, it stays what it is.
    assert manager.trail.update_trail(Name="own", S3KeyPrefix="")["IsOrganizationTrail"]
    updated = manager.trail.update_trail(Name="own", IsOrganizationTrail=False)
    assert not updated["IsOrganizationTrail"]
    assert refusal(member.get_trail, Name=ARN + "own")[0] == "TrailNotFoundException"


def test_a_copy_comes_and_goes_with_its_account(accounts, organizations):
    late = accounts[LATE]
    assert late.trail.get_trail_status(Name=ARN + "all")["IsLogging"]
    late.boto("organizations").leave_organization()
    assert late.trail.list_trails()["Trails"] == []
    tell("An account that has left", late, "GetTrail by ARN", "TrailNotFoundException", "get_trail", Name=ARN + "all")
    tell("An account that has left", late, "StopLogging by ARN", "TrailNotFoundException", "stop_logging", Name=ARN + "all")
    assert refusal(late.boto("iam").get_role, RoleName=ROLE)[0] == "NoSuchEntity"
    invite(accounts, organizations, LATE)
    assert late.trail.get_trail_status(Name=ARN + "all")["IsLogging"]
    assert late.boto("iam").get_role(RoleName=ROLE)


def test_an_excluded_account_sees_nothing_of_the_trail(accounts, organizations):
    tag = "cairn:excluded-from-trails"
    member, heading = accounts[SPARE], "An account that is excluded from the trail"
    for excluded, expected in [("all", False), ("another", True), ("@all", False)]:
        organizations.tag_resource(ResourceId=SPARE, Tags=[{"Key": tag, "Value": excluded}])
        shown = ARN + "all" in [trail["TrailARN"] for trail in member.trail.list_trails()["Trails"]]
        assert shown == expected, excluded
    tell(heading, member, "GetTrail by ARN", "TrailNotFoundException", "get_trail", Name=ARN + "all")
    tell(heading, member, "StopLogging by ARN", "TrailNotFoundException", "stop_logging", Name=ARN + "all")
    organizations.tag_resource(ResourceId=ADMIN, Tags=[{"Key": tag, "Value": "@all"}])
    tell(heading, accounts[ADMIN], "GetTrail by ARN", "succeeds", "get_trail", Name=ARN + "all")
    tell(heading, accounts[ADMIN], "StartLogging by ARN", "succeeds", "start_logging", Name=ARN + "all")
    for account in (SPARE, ADMIN):
        organizations.untag_resource(ResourceId=account, TagKeys=[tag])
    assert member.trail.get_trail(Name=ARN + "all")


def test_every_refusal_is_in_the_history_of_the_account_that_was_refused(accounts):
    """Each has the code of the answer as its error, and none is in any other account's history."""
    assert len(REFUSED) > 90

    def histories():
        """Returns the events of each account, once all that are looked for are there."""
        found = {}
        for account, who in accounts.items():
            found[account] = {event["requestID"]: event for region in ("us-east-1", "eu-west-1") for event in history(who, region)}
        return all(request in found[account] for account, request, _, _ in REFUSED) and found

    found = wait_for(histories, "every refusal is in a history")
    for account, request, code, message in REFUSED:
        event = found[account][request]
        assert event["errorCode"] == code.replace("AccessDeniedException", "AccessDenied"), code
        assert event["errorMessage"] == message
        assert event["recipientAccountId"] == account and event["userIdentity"]["accountId"] == account
        assert [other for other in found if request in found[other]] == [account], "who is refused tells nobody else"


def history(who, region):
    paginator = who.boto("cloudtrail", region=region).get_paginator("lookup_events")
    of_cloudtrail = [{"AttributeKey": "EventSource", "AttributeValue": SERVICE}]
    pages = paginator.paginate(LookupAttributes=of_cloudtrail)
    return [json.loads(event["CloudTrailEvent"]) for page in pages for event in page["Events"]]


def test_what_cloudtrail_does_in_a_callers_name_is_the_callers_too(accounts):
    """The roles that it makes in IAM and the administrators that it registers in Organizations."""

    def done(name):
        found = accounts[MANAGEMENT].trail.lookup_events(LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": name}])
        events = [json.loads(event["CloudTrailEvent"]) for event in found["Events"]]
        return [event for event in events if event["userIdentity"].get("invokedBy") == SERVICE]

    administrators = wait_for(lambda: done("RegisterDelegatedAdministrator"), "it is recorded")
    asked = {(event["eventSource"], event["requestParameters"]["servicePrincipal"]) for event in administrators}
    assert asked == {("organizations.amazonaws.com", SERVICE)}
    assert {event["requestParameters"]["accountId"] for event in administrators} == {ADMIN, MEMBER, SPARE}
    assert all(event["sourceIPAddress"] == SERVICE and event["readOnly"] is False for event in administrators)
    ended = wait_for(lambda: done("DeregisterDelegatedAdministrator"), "it is recorded")
    assert {event["requestParameters"]["accountId"] for event in ended} == {ADMIN, MEMBER, SPARE}
    roles = wait_for(lambda: done("CreateServiceLinkedRole"), "it is recorded")
    made = sorted(event["requestParameters"]["aWSServiceName"] for event in roles)
    assert made == [SERVICE, f"context.{SERVICE}"], "once each: trusted access made the first at the beginning"


def test_trails_are_made_ordinary_when_access_ends(accounts, organizations):
    manager, member = accounts[MANAGEMENT].trail, accounts[MEMBER].trail
    manager.deregister_organization_delegated_admin(DelegatedAdminAccountId=ADMIN)
    organizations.disable_aws_service_access(ServicePrincipal=SERVICE)
    assert not manager.get_trail(Name="all")["Trail"]["IsOrganizationTrail"]
    assert manager.get_trail_status(Name="all")["IsLogging"]
    assert member.list_trails()["Trails"] == []
    code = "CloudTrailAccessNotEnabledException"
    tell("CloudTrail's trusted access is off", accounts[MANAGEMENT], CONVERT + ", once it ended", code, "update_trail", Name="all", IsOrganizationTrail=True)
    organizations.enable_aws_service_access(ServicePrincipal=SERVICE)
    assert manager.update_trail(Name="all", IsOrganizationTrail=True)["IsOrganizationTrail"]
    assert [trail["TrailARN"] for trail in member.list_trails()["Trails"]] == [ARN + "all"]


def test_the_command_line_shows_and_makes_them(accounts):
    manager, member = accounts[MANAGEMENT], accounts[MEMBER]
    made = manager.cairn("trail", "create", "everyone", "--organization", "--bucket", "everyones", "--create-bucket", "--json")
    assert made.returncode == 0, made
    assert json.loads(made.stdout)["IsOrganizationTrail"]
    shown = member.cairn("trail", "list", "--json")
    lines = [json.loads(line) for line in shown.stdout.splitlines()]
    assert [(line["trail"]["Name"], line["status"]["IsLogging"]) for line in lines] == [("all", True), ("everyone", True)]
    assert json.loads(member.cairn("trail", "show", ARN + "everyone", "--json").stdout)["trail"]["IsOrganizationTrail"]
    refused = member.cairn("trail", "stop", ARN + "everyone")
    assert refused.returncode == 1 and "NotOrganizationMasterAccountException" in refused.stderr
    assert manager.cairn("trail", "delete", "everyone").returncode == 0


def test_the_page_is_up_to_date():
    """`UPDATE_EXPECT=1` writes docs/organization-errors.md."""
    page = organization_errors.page(ROWS)
    if os.environ.get("UPDATE_EXPECT"):
        organization_errors.PAGE.write_text(page)
    assert organization_errors.PAGE.read_text() == page, "docs/organization-errors.md is stale: run again with UPDATE_EXPECT=1"
