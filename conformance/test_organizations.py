"""Organizations with boto3: organizations, accounts, units, handshakes, tags; refusals and records.

Policies, trusted services and delegated administrators are in `test_organization_policies.py`, the AWS CLI and the
delivered files of whoever comes and goes in `test_organization_membership.py`.
"""

import functools
import json
import re

import pytest
from answers import COMMON_ERRORS
from botocore.exceptions import ClientError
from calls import Calls
from clients import refusal
from server import Server
from waiting import wait_for

MANAGER, GUEST, STRANGER, RIVAL = "123456789012", "222222222222", "333333333333", "444444444444"
SUSPENDED = {"Status": "SUSPENDED", "State": "SUSPENDED"}
# What others test: policies, trusted services, delegated administrators.
ELSEWHERE = {
    "AttachPolicy", "CreatePolicy", "DeletePolicy", "DeregisterDelegatedAdministrator", "DescribePolicy", "DetachPolicy",
    "DisableAWSServiceAccess", "DisablePolicyType", "EnableAWSServiceAccess", "EnablePolicyType",
    "ListAWSServiceAccessForOrganization", "ListDelegatedAdministrators", "ListDelegatedServicesForAccount", "ListPolicies",
    "ListPoliciesForTarget", "ListTargetsForPolicy", "RegisterDelegatedAdministrator", "UpdatePolicy",
}  # fmt: skip
# Operations that Cairn does not have: `docs/compatibility.md`.
UNBUILT = {
    "CreateGovCloudAccount", "DeleteResourcePolicy", "DescribeEffectivePolicy", "DescribeResourcePolicy",
    "DescribeResponsibilityTransfer", "InviteOrganizationToTransferResponsibility", "ListAccountsWithInvalidEffectivePolicy",
    "ListEffectivePolicyValidationErrors", "ListInboundResponsibilityTransfers", "ListOutboundResponsibilityTransfers",
    "PutResourcePolicy", "TerminateResponsibilityTransfer", "UpdateResponsibilityTransfer",
}  # fmt: skip
# Errors that the model declares and nothing here provokes.
UNPROVOKED = {
    "ServiceException": "It would take a broken catalog.",
    "TooManyRequestsException": "Nothing is throttled.",
    "ConcurrentModificationException": "Sixteen others would have to be faster: `crates/organizations`.",
    "FinalizingOrganizationException": "An organization is there as soon as it is made.",
    "AccountOwnerNotVerifiedException": "Nobody verifies addresses.",
    "UnsupportedAPIEndpointException": "There is one endpoint.",
    "AccessDeniedForDependencyException": "Roles of services are made in the same commit.",
    "ConflictException": "Closing an account takes no time.",
    "PolicyTypeNotEnabledException": "No operation here needs policies.",
    "InvalidInputException": "These operations take nothing that could be wrong.",
    "ConstraintViolationException": "The limits of these operations are too high to be reached here: `crates/organizations`.",
    "PolicyChangesInProgressException": "Policies are changed at once.",
    ("AcceptHandshake", "HandshakeConstraintViolationException"): "Ten thousand accounts would have to be there: `crates/organizations`.",
    ("AcceptHandshake", "AWSOrganizationsNotInUseException"): "The handshakes of an organization end with it.",
    ("LeaveOrganization", "AccountNotFoundException"): "The account is the caller's.",
}


@pytest.fixture(scope="module")
def server():
    server = Server(accounts=",".join([GUEST, STRANGER, RIVAL]))
    try:
        yield server.start()
    finally:
        server.close()


@pytest.fixture(scope="module")
def calls():
    return Calls("organizations")


@pytest.fixture(scope="module")
def as_(clients, calls):
    """Returns clients of whom keys belong to, which send what the model forbids too."""
    return lambda keys, service="organizations": calls.of(clients.acting(keys).boto(service, parameter_validation=False))


@pytest.fixture(scope="module")
def by(server, as_):
    """Returns clients of an account's administrator."""
    keys = functools.cache(server.exports)
    return functools.cache(lambda account, service="organizations": as_(keys(account), service))


@pytest.fixture(scope="module")
def inside(by, as_):
    """Gets into an account that was made, as its manager may, and returns a client."""

    def into(account, service="organizations", role="OrganizationAccountAccessRole"):
        role = f"arn:aws:iam::{account}:role/{role}"
        return as_(by(MANAGER, "sts").assume_role(RoleArn=role, RoleSessionName="manager")["Credentials"], service)

    return into


@pytest.fixture(scope="module")
def manager(by):
    return by(MANAGER)


@pytest.fixture(scope="module")
def organization(manager):
    """The organization of all tests below."""
    return manager.create_organization(FeatureSet="ALL")["Organization"]


@pytest.fixture(scope="module")
def root(manager, organization):
    return manager.list_roots()["Roots"][0]


@pytest.fixture(scope="module")
def made(manager, organization):
    """Makes an account once for each name, and returns its id."""
    known = {}

    def of(name, **more):
        if name not in known:
            status = manager.create_account(Email=f"{name}@example.com", AccountName=name, **more)["CreateAccountStatus"]
            assert status["State"] == "SUCCEEDED", status
            known[name] = status["AccountId"]
        return known[name]

    return of


def reason(call, **arguments):
    """Makes a call that must be refused; returns its code and reason."""
    with pytest.raises(ClientError) as refused:
        call(**arguments)
    return refused.value.response["Error"]["Code"], refused.value.response.get("Reason")


def test_whoever_is_in_no_organization_is_told_so(by):
    stranger = by(STRANGER)
    unused = "AWSOrganizationsNotInUseException"
    account, unit, handshake = {"AccountId": MANAGER}, {"OrganizationalUnitId": "ou-abcd-abcdefgh"}, {"HandshakeId": "h-abcdefgh"}
    parent, resource = {"ParentId": "r-abcd"}, {"ResourceId": "r-abcd"}
    for name, arguments in {
        "describe_organization": {}, "delete_organization": {}, "enable_all_features": {}, "leave_organization": {},
        "create_account": {"Email": "a@example.com", "AccountName": "a"}, "describe_account": account, "close_account": account,
        "describe_create_account_status": {"CreateAccountRequestId": "car-abcdefgh"}, "list_create_account_status": {},
        "remove_account_from_organization": account, "list_accounts": {}, "list_accounts_for_parent": parent,
        "list_children": parent | {"ChildType": "ACCOUNT"}, "list_parents": {"ChildId": MANAGER}, "list_roots": {},
        "move_account": account | {"SourceParentId": "r-abcd", "DestinationParentId": "r-abcd"},
        "create_organizational_unit": parent | {"Name": "a"}, "describe_organizational_unit": unit,
        "delete_organizational_unit": unit, "update_organizational_unit": unit | {"Name": "a"},
        "list_organizational_units_for_parent": parent, "list_handshakes_for_organization": {},
        "invite_account_to_organization": {"Target": {"Id": MANAGER, "Type": "ACCOUNT"}},
        "tag_resource": resource | {"Tags": [{"Key": "a", "Value": "b"}]}, "untag_resource": resource | {"TagKeys": ["a"]},
        "list_tags_for_resource": resource,
    }.items():  # fmt: skip
        assert refusal(getattr(stranger, name), **arguments)[0] == unused, name
    for name in ["accept", "decline", "cancel", "describe"]:
        call = getattr(stranger, f"{name}_handshake")
        assert refusal(call, **handshake)[0] == "HandshakeNotFoundException", name
    assert stranger.list_handshakes_for_account()["Handshakes"] == []


def test_an_organization_is_made_and_described(organization, manager, root):
    number = organization["Id"]
    assert re.fullmatch(r"o-[a-z0-9]{10}", number) and organization["FeatureSet"] == "ALL"
    assert organization["Arn"] == f"arn:aws:organizations::{MANAGER}:organization/{number}"
    assert organization["MasterAccountArn"] == f"arn:aws:organizations::{MANAGER}:account/{number}/{MANAGER}"
    assert organization["MasterAccountId"] == MANAGER and "@" in organization["MasterAccountEmail"]
    assert manager.describe_organization()["Organization"] == organization
    assert refusal(manager.create_organization)[0] == "AlreadyInOrganizationException"
    assert re.fullmatch(r"r-[a-z0-9]{4}", root["Id"]) and root["Name"] == "Root" and root["PolicyTypes"] == []
    assert root["Arn"] == f"arn:aws:organizations::{MANAGER}:root/{number}/{root['Id']}"
    own = manager.describe_account(AccountId=MANAGER)["Account"]
    assert own["Arn"] == organization["MasterAccountArn"] and own["JoinedMethod"] == "INVITED" and own["Status"] == "ACTIVE"
    assert own["Paths"] == [f"{number}/{root['Id']}/{MANAGER}/"]
    assert reason(manager.create_organization, FeatureSet="SOME") == ("InvalidInputException", "INVALID_ENUM")


def test_an_account_is_made_and_its_manager_gets_in(inside, manager, organization, root):
    asked = manager.create_account(Email="shop@example.com", AccountName="Shop", Tags=[{"Key": "team", "Value": "shop"}])
    status = asked["CreateAccountStatus"]
    assert re.fullmatch(r"car-[a-z0-9]{32}", status["Id"]) and status["AccountName"] == "Shop"
    assert manager.describe_create_account_status(CreateAccountRequestId=status["Id"])["CreateAccountStatus"] == status
    account = status["AccountId"]
    shown = manager.describe_account(AccountId=account)["Account"]
    assert (shown["Name"], shown["Email"], shown["JoinedMethod"]) == ("Shop", "shop@example.com", "CREATED")
    assert shown["Arn"] == f"arn:aws:organizations::{MANAGER}:account/{organization['Id']}/{account}"
    assert manager.list_tags_for_resource(ResourceId=account)["Tags"] == [{"Key": "team", "Value": "shop"}]
    assert manager.list_parents(ChildId=account)["Parents"] == [{"Id": root["Id"], "Type": "ROOT"}]
    shop = inside(account, "iam")
    role = shop.get_role(RoleName="OrganizationAccountAccessRole")["Role"]
    assert role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] == {"AWS": f"arn:aws:iam::{MANAGER}:root"}
    assert shop.create_user(UserName="mia")["User"]["Arn"] == f"arn:aws:iam::{account}:user/mia"
    assert inside(account).describe_organization()["Organization"]["Id"] == organization["Id"]
    named = manager.create_account(Email="named@example.com", AccountName="Named", RoleName="Boss")["CreateAccountStatus"]
    assert inside(named["AccountId"], "sts", role="Boss").get_caller_identity()["Account"] == named["AccountId"]


def test_an_account_that_can_not_be_made_says_why(manager, made):
    made("first")
    for address, why in [
        ("first@example.com", "EMAIL_ALREADY_EXISTS"), ("FIRST@example.com", "EMAIL_ALREADY_EXISTS"), ("a,b@example.com", "INVALID_EMAIL"),
    ]:  # fmt: skip
        status = manager.create_account(Email=address, AccountName="x")["CreateAccountStatus"]
        assert (status["State"], status["FailureReason"], "AccountId" in status) == ("FAILED", why, False)
    failed = [one["State"] for one in manager.list_create_account_status(States=["FAILED"])["CreateAccountStatuses"]]
    assert len(failed) == 3 and set(failed) == {"FAILED"}
    assert manager.list_create_account_status(States=["IN_PROGRESS"])["CreateAccountStatuses"] == []
    twice = [{"Key": "a", "Value": "b"}] * 2
    fifty_one = [{"Key": f"k{number}", "Value": ""} for number in range(51)]
    for arguments, why in [
        ({}, "INPUT_REQUIRED"), ({"Email": "a@b", "AccountName": "x"}, "MIN_LENGTH_EXCEEDED"),
        ({"Email": "nobody-at-example", "AccountName": "x"}, "INVALID_PATTERN"),
        ({"Email": "a@example.com", "AccountName": "x" * 51}, "MAX_LENGTH_EXCEEDED"),
        ({"Email": "a@example.com", "AccountName": "x", "RoleName": "a b"}, "INVALID_PATTERN"),
        ({"Email": "a@example.com", "AccountName": "x", "IamUserAccessToBilling": "MAYBE"}, "INVALID_ENUM"),
        ({"Email": "a@example.com", "AccountName": "x", "Tags": twice}, "DUPLICATE_TAG_KEY"),
        ({"Email": "a@example.com", "AccountName": "x", "Tags": [{"Key": "aws:a", "Value": ""}]}, "INVALID_SYSTEM_TAGS_PARAMETER"),
    ]:  # fmt: skip
        assert reason(manager.create_account, **arguments) == ("InvalidInputException", why), arguments
    many = reason(manager.create_account, Email="a@example.com", AccountName="x", Tags=fifty_one)
    assert many == ("ConstraintViolationException", "MAX_TAG_LIMIT_EXCEEDED")
    none = refusal(manager.describe_create_account_status, CreateAccountRequestId="car-abcdefgh")
    assert none[0] == "CreateAccountStatusNotFoundException"
    assert refusal(manager.describe_account, AccountId=STRANGER)[0] == "AccountNotFoundException"


def test_units_and_moves(manager, made, organization, root):
    top, account = root["Id"], made("moved")
    unit = manager.create_organizational_unit(ParentId=top, Name="Prod", Tags=[{"Key": "a", "Value": "b"}])["OrganizationalUnit"]
    assert re.fullmatch(rf"ou-{top[2:]}-[a-z0-9]{{8}}", unit["Id"]) and unit["Path"] == f"{organization['Id']}/{top}/{unit['Id']}/"
    assert unit["Arn"] == f"arn:aws:organizations::{MANAGER}:ou/{organization['Id']}/{unit['Id']}"
    assert manager.describe_organizational_unit(OrganizationalUnitId=unit["Id"])["OrganizationalUnit"] == unit
    assert manager.list_tags_for_resource(ResourceId=unit["Id"])["Tags"] == [{"Key": "a", "Value": "b"}]
    beside = manager.create_organizational_unit(ParentId=top, Name="Test")["OrganizationalUnit"]["Id"]
    duplicate = "DuplicateOrganizationalUnitException"
    assert refusal(manager.create_organizational_unit, ParentId=top, Name="Prod")[0] == duplicate
    assert refusal(manager.update_organizational_unit, OrganizationalUnitId=beside, Name="Prod")[0] == duplicate
    renamed = manager.update_organizational_unit(OrganizationalUnitId=beside, Name="Tests")["OrganizationalUnit"]
    assert renamed["Name"] == "Tests" and manager.update_organizational_unit(OrganizationalUnitId=beside)["OrganizationalUnit"] == renamed
    below = manager.create_organizational_unit(ParentId=unit["Id"], Name="Prod")["OrganizationalUnit"]
    assert below["Path"] == f"{unit['Path']}{below['Id']}/"

    move = {"AccountId": account, "SourceParentId": top, "DestinationParentId": below["Id"]}
    manager.move_account(**move)
    assert manager.list_parents(ChildId=account)["Parents"] == [{"Id": below["Id"], "Type": "ORGANIZATIONAL_UNIT"}]
    assert manager.list_parents(ChildId=below["Id"])["Parents"] == [{"Id": unit["Id"], "Type": "ORGANIZATIONAL_UNIT"}]
    assert manager.describe_account(AccountId=account)["Account"]["Paths"] == [f"{below['Path']}{account}/"]
    assert manager.list_children(ParentId=below["Id"], ChildType="ACCOUNT")["Children"] == [{"Id": account, "Type": "ACCOUNT"}]
    assert [one["Id"] for one in manager.list_accounts_for_parent(ParentId=below["Id"])["Accounts"]] == [account]
    units = manager.list_children(ParentId=unit["Id"], ChildType="ORGANIZATIONAL_UNIT")["Children"]
    assert units == [{"Id": below["Id"], "Type": "ORGANIZATIONAL_UNIT"}]
    assert manager.list_organizational_units_for_parent(ParentId=unit["Id"])["OrganizationalUnits"] == [below]

    nowhere, no_account = f"ou-{top[2:]}-00000000", "999999999999"
    for change, code in [
        ({}, "DuplicateAccountException"), ({"DestinationParentId": nowhere}, "DestinationParentNotFoundException"),
        ({"DestinationParentId": top}, "SourceParentNotFoundException"), ({"SourceParentId": nowhere}, "SourceParentNotFoundException"),
        ({"AccountId": no_account}, "AccountNotFoundException"), ({"AccountId": "1"}, "InvalidInputException"),
    ]:  # fmt: skip
        assert refusal(manager.move_account, **move | change)[0] == code, change
    for delete in [unit["Id"], below["Id"]]:
        assert refusal(manager.delete_organizational_unit, OrganizationalUnitId=delete)[0] == "OrganizationalUnitNotEmptyException"
    deep = below["Id"]
    for level in range(3, 6):
        deep = manager.create_organizational_unit(ParentId=deep, Name=f"{level}")["OrganizationalUnit"]["Id"]
    sixth = reason(manager.create_organizational_unit, ParentId=deep, Name="6")
    assert sixth == ("ConstraintViolationException", "OU_DEPTH_LIMIT_EXCEEDED")
    manager.delete_organizational_unit(OrganizationalUnitId=deep)
    for call, code in [
        (lambda: manager.describe_organizational_unit(OrganizationalUnitId=deep), "OrganizationalUnitNotFoundException"),
        (lambda: manager.delete_organizational_unit(OrganizationalUnitId=deep), "OrganizationalUnitNotFoundException"),
        (lambda: manager.update_organizational_unit(OrganizationalUnitId=deep, Name="x"), "OrganizationalUnitNotFoundException"),
        (lambda: manager.create_organizational_unit(ParentId=deep, Name="x"), "ParentNotFoundException"),
        (lambda: manager.list_accounts_for_parent(ParentId=deep), "ParentNotFoundException"),
        (lambda: manager.list_organizational_units_for_parent(ParentId=deep), "ParentNotFoundException"),
        (lambda: manager.list_children(ParentId=deep, ChildType="ACCOUNT"), "ParentNotFoundException"),
        (lambda: manager.list_parents(ChildId=deep), "ChildNotFoundException"),
        (lambda: manager.list_parents(ChildId=no_account), "ChildNotFoundException"),
    ]:  # fmt: skip
        assert refusal(call)[0] == code


def test_tags(manager, made, root, organization):
    account = made("tagged")
    for resource in [account, root["Id"]]:
        manager.tag_resource(ResourceId=resource, Tags=[{"Key": "a", "Value": "1"}, {"Key": "cairn:excluded-from-trails", "Value": "@all"}])
        manager.tag_resource(ResourceId=resource, Tags=[{"Key": "a", "Value": "2"}])
        tags = manager.list_tags_for_resource(ResourceId=resource)["Tags"]
        assert tags == [{"Key": "a", "Value": "2"}, {"Key": "cairn:excluded-from-trails", "Value": "@all"}]
        manager.untag_resource(ResourceId=resource, TagKeys=["cairn:excluded-from-trails", "none"])
        assert manager.list_tags_for_resource(ResourceId=resource)["Tags"] == [{"Key": "a", "Value": "2"}]
    manager.tag_resource(ResourceId=account, Tags=[{"Key": f"k{number:02}", "Value": ""} for number in range(49)])
    paged = manager.get_paginator("list_tags_for_resource").paginate(ResourceId=account)
    assert [len(page["Tags"]) for page in paged] == [20, 20, 10]
    more = {"ResourceId": account, "Tags": [{"Key": "one more", "Value": ""}]}
    assert reason(manager.tag_resource, **more) == ("ConstraintViolationException", "MAX_TAG_LIMIT_EXCEEDED")
    system = ("InvalidInputException", "INVALID_SYSTEM_TAGS_PARAMETER")
    assert reason(manager.tag_resource, ResourceId=account, Tags=[{"Key": "AWS:x", "Value": ""}]) == system
    assert reason(manager.untag_resource, ResourceId=account, TagKeys=["aws:x"]) == system
    for call in [
        lambda: manager.tag_resource(ResourceId=STRANGER, Tags=[{"Key": "a", "Value": ""}]),
        lambda: manager.untag_resource(ResourceId="ou-abcd-abcdefgh", TagKeys=["a"]),
        lambda: manager.list_tags_for_resource(ResourceId="p-abcdefgh"),
    ]:
        assert refusal(call)[0] == "TargetNotFoundException"


def test_an_account_is_invited_and_joins(by, manager, organization, root):
    guest, target = by(GUEST), {"Id": GUEST, "Type": "ACCOUNT"}
    shake = manager.invite_account_to_organization(Target=target, Notes="Join us", Tags=[{"Key": "from", "Value": "outside"}])["Handshake"]
    assert re.fullmatch(r"h-[a-z0-9]{32}", shake["Id"]) and (shake["State"], shake["Action"]) == ("REQUESTED", "INVITE")
    assert shake["Arn"] == f"arn:aws:organizations::{MANAGER}:handshake/{organization['Id']}/invite/{shake['Id']}"
    assert shake["Parties"] == [{"Id": organization["Id"], "Type": "ORGANIZATION"}, target]
    assert (shake["ExpirationTimestamp"] - shake["RequestedTimestamp"]).days == 15
    told = {one["Type"]: one["Value"] for one in shake["Resources"]}
    assert told == {"ORGANIZATION": organization["Id"], "ACCOUNT": GUEST, "NOTES": "Join us"}
    assert refusal(manager.invite_account_to_organization, Target=target)[0] == "DuplicateHandshakeException"
    assert guest.describe_handshake(HandshakeId=shake["Id"])["Handshake"] == shake
    assert guest.list_handshakes_for_account(Filter={"ActionType": "INVITE"})["Handshakes"] == [shake]
    assert guest.list_handshakes_for_account(Filter={"ActionType": "ENABLE_ALL_FEATURES"})["Handshakes"] == []
    assert shake in manager.list_handshakes_for_organization()["Handshakes"]
    for name in ["accept", "decline", "describe", "cancel"]:
        assert refusal(getattr(by(STRANGER), f"{name}_handshake"), HandshakeId=shake["Id"])[0] == "HandshakeNotFoundException"
    assert refusal(guest.cancel_handshake, HandshakeId=shake["Id"])[0] == "AccessDeniedException"
    assert refusal(manager.accept_handshake, HandshakeId=shake["Id"])[0] == "AccessDeniedException"
    assert refusal(manager.decline_handshake, HandshakeId=shake["Id"])[0] == "AccessDeniedException"

    assert guest.decline_handshake(HandshakeId=shake["Id"])["Handshake"]["State"] == "DECLINED"
    assert refusal(guest.decline_handshake, HandshakeId=shake["Id"])[0] == "HandshakeAlreadyInStateException"
    assert refusal(guest.accept_handshake, HandshakeId=shake["Id"])[0] == "InvalidHandshakeTransitionException"
    again = manager.invite_account_to_organization(Target=target)["Handshake"]["Id"]
    assert manager.cancel_handshake(HandshakeId=again)["Handshake"]["State"] == "CANCELED"
    assert refusal(manager.cancel_handshake, HandshakeId=again)[0] == "HandshakeAlreadyInStateException"
    assert refusal(guest.decline_handshake, HandshakeId=again)[0] == "InvalidHandshakeTransitionException"
    third = manager.invite_account_to_organization(Target=target, Tags=[{"Key": "from", "Value": "outside"}])["Handshake"]["Id"]
    assert guest.accept_handshake(HandshakeId=third)["Handshake"]["State"] == "ACCEPTED"
    assert refusal(guest.accept_handshake, HandshakeId=third)[0] == "HandshakeAlreadyInStateException"
    assert refusal(manager.cancel_handshake, HandshakeId=third)[0] == "InvalidHandshakeTransitionException"
    account = manager.describe_account(AccountId=GUEST)["Account"]
    assert (account["JoinedMethod"], account["Status"]) == ("INVITED", "ACTIVE")
    assert manager.list_tags_for_resource(ResourceId=GUEST)["Tags"] == [{"Key": "from", "Value": "outside"}]
    assert guest.describe_organization()["Organization"] == organization
    member = ("HandshakeConstraintViolationException", "ALREADY_IN_AN_ORGANIZATION")
    assert reason(manager.invite_account_to_organization, Target=target) == member
    for target, why in [
        ({"Id": "999999999999", "Type": "ACCOUNT"}, "TARGET_NOT_SUPPORTED"), ({"Id": organization["Id"], "Type": "ORGANIZATION"}, "INVALID_PARTY_TYPE_TARGET"),
        ({"Id": "nobody@example.com", "Type": "EMAIL"}, "INVALID_EMAIL_ADDRESS_TARGET"), ({"Id": GUEST}, "INPUT_REQUIRED"),
    ]:  # fmt: skip
        assert reason(manager.invite_account_to_organization, Target=target) == ("InvalidInputException", why), target
    both = {"ActionType": "INVITE", "ParentHandshakeId": third}
    assert reason(manager.list_handshakes_for_organization, Filter=both) == ("InvalidInputException", "MAX_LIMIT_EXCEEDED_FILTER")


def test_members_may_look_at_nothing_but_their_organization(inside, manager, organization, made):
    member = inside(made("member"))
    own = made("member")
    for call in [
        member.list_accounts, member.list_roots, member.list_create_account_status, member.list_handshakes_for_organization,
        member.delete_organization, member.enable_all_features,
        lambda: member.describe_account(AccountId=own), lambda: member.describe_account(AccountId="999999999999"),
        lambda: member.create_account(Email="x@example.com", AccountName="x"), lambda: member.close_account(AccountId=own),
        lambda: member.remove_account_from_organization(AccountId=own), lambda: member.list_parents(ChildId=own),
        lambda: member.create_organizational_unit(ParentId="r-abcd", Name="x"), lambda: member.list_tags_for_resource(ResourceId=own),
        lambda: member.tag_resource(ResourceId=own, Tags=[{"Key": "a", "Value": "b"}]), lambda: member.untag_resource(ResourceId=own, TagKeys=["a"]),
        lambda: member.move_account(AccountId=own, SourceParentId="r-abcd", DestinationParentId="r-abcd"),
        lambda: member.invite_account_to_organization(Target={"Id": STRANGER, "Type": "ACCOUNT"}),
        lambda: member.list_children(ParentId="r-abcd", ChildType="ACCOUNT"), lambda: member.list_accounts_for_parent(ParentId="r-abcd"),
        lambda: member.list_organizational_units_for_parent(ParentId="r-abcd"),
        lambda: member.describe_organizational_unit(OrganizationalUnitId="ou-abcd-abcdefgh"),
        lambda: member.delete_organizational_unit(OrganizationalUnitId="ou-abcd-abcdefgh"),
        lambda: member.update_organizational_unit(OrganizationalUnitId="ou-abcd-abcdefgh"),
        lambda: member.describe_create_account_status(CreateAccountRequestId="car-abcdefgh"),
    ]:  # fmt: skip
        assert refusal(call) == ("AccessDeniedException", "You don't have permissions to access this resource.")
    assert member.describe_organization()["Organization"] == organization
    assert refusal(member.create_organization)[0] == "AlreadyInOrganizationException"


def test_lists_come_in_pages_whose_tokens_are_good_for_nothing_else(by, manager, made, root):
    for number in range(5):
        made(f"paged-{number}")
    whole = manager.list_accounts()["Accounts"]
    assert len(whole) > 5 and [one["Id"] for one in whole] == sorted(one["Id"] for one in whole)
    pages = list(manager.get_paginator("list_accounts").paginate(PaginationConfig={"PageSize": 2}))
    assert [one for page in pages for one in page["Accounts"]] == whole and {len(page["Accounts"]) for page in pages[:-1]} == {2}
    token = manager.list_accounts(MaxResults=2)["NextToken"]
    wrong = ("InvalidInputException", "INVALID_NEXT_TOKEN")
    assert reason(manager.list_accounts_for_parent, ParentId=root["Id"], NextToken=token) == wrong
    assert reason(manager.list_accounts, NextToken="bm9uZQ") == wrong
    assert reason(manager.list_accounts, MaxResults=0) == ("InvalidInputException", "MIN_VALUE_EXCEEDED")
    assert reason(manager.list_accounts, MaxResults=21) == ("InvalidInputException", "MAX_VALUE_EXCEEDED")
    rival = by(RIVAL)
    rival.create_organization()
    assert reason(rival.list_accounts, NextToken=token) == wrong
    for name, key, arguments in [
        ("list_children", "Children", {"ParentId": root["Id"], "ChildType": "ACCOUNT"}), ("list_roots", "Roots", {}),
        ("list_accounts_for_parent", "Accounts", {"ParentId": root["Id"]}), ("list_create_account_status", "CreateAccountStatuses", {}),
        ("list_organizational_units_for_parent", "OrganizationalUnits", {"ParentId": root["Id"]}),
        ("list_handshakes_for_organization", "Handshakes", {}), ("list_parents", "Parents", {"ChildId": MANAGER}),
    ]:  # fmt: skip
        call = getattr(manager, name)
        single = list(manager.get_paginator(name).paginate(**arguments, PaginationConfig={"PageSize": 1}))
        assert [one for page in single for one in page[key]] == call(**arguments)[key], name
        assert reason(call, **arguments, NextToken="bm9uZQ") == wrong, name


def test_accounts_of_others_are_not_there(by, manager, made):
    rival, account = by(RIVAL), made("not-yours")
    for call, code in [
        (lambda: rival.describe_account(AccountId=account), "AccountNotFoundException"),
        (lambda: rival.close_account(AccountId=account), "AccountNotFoundException"),
        (lambda: rival.remove_account_from_organization(AccountId=account), "AccountNotFoundException"),
        (lambda: rival.list_parents(ChildId=account), "ChildNotFoundException"),
        (lambda: rival.list_tags_for_resource(ResourceId=account), "TargetNotFoundException"),
        (lambda: rival.list_children(ParentId=manager.list_roots()["Roots"][0]["Id"], ChildType="ACCOUNT"), "ParentNotFoundException"),
    ]:  # fmt: skip
        assert refusal(call)[0] == code


def test_an_account_goes_over_into_another_organization(by, manager, organization):
    rival, guest = by(RIVAL), by(GUEST)
    shake = rival.invite_account_to_organization(Target={"Id": GUEST, "Type": "ACCOUNT"})["Handshake"]["Id"]
    guest.accept_handshake(HandshakeId=shake)
    assert guest.describe_organization()["Organization"]["MasterAccountId"] == RIVAL
    assert refusal(manager.describe_account, AccountId=GUEST)[0] == "AccountNotFoundException"
    own = rival.invite_account_to_organization(Target={"Id": MANAGER, "Type": "ACCOUNT"})["Handshake"]["Id"]
    assert refusal(manager.accept_handshake, HandshakeId=own)[0] == "MasterCannotLeaveOrganizationException"
    rival.remove_account_from_organization(AccountId=GUEST)
    assert refusal(guest.describe_organization)[0] == "AWSOrganizationsNotInUseException"
    back = manager.invite_account_to_organization(Target={"Id": GUEST, "Type": "ACCOUNT"})["Handshake"]["Id"]
    guest.accept_handshake(HandshakeId=back)


def test_accounts_leave_are_removed_and_closed(inside, manager, organization, made):
    leaver = made("leaver")
    member = inside(leaver)
    member.leave_organization()
    assert refusal(member.leave_organization)[0] == "AWSOrganizationsNotInUseException"
    assert refusal(manager.describe_account, AccountId=leaver)[0] == "AccountNotFoundException"
    assert refusal(manager.leave_organization)[0] == "MasterCannotLeaveOrganizationException"
    assert refusal(manager.remove_account_from_organization, AccountId=MANAGER)[0] == "MasterCannotLeaveOrganizationException"
    assert refusal(manager.remove_account_from_organization, AccountId=leaver)[0] == "AccountNotFoundException"
    removed = made("removed")
    manager.remove_account_from_organization(AccountId=removed)
    assert removed not in [one["Id"] for page in manager.get_paginator("list_accounts").paginate() for one in page["Accounts"]]
    # It is an account of its own now, whose manager still gets in by the role that it made there.
    assert inside(removed, "sts").get_caller_identity()["Account"] == removed

    closed = made("closed")
    manager.close_account(AccountId=closed)
    shown = manager.describe_account(AccountId=closed)["Account"]
    assert {name: shown[name] for name in SUSPENDED} == SUSPENDED
    assert refusal(manager.close_account, AccountId=closed)[0] == "AccountAlreadyClosedException"
    assert refusal(manager.close_account, AccountId="999999999999")[0] == "AccountNotFoundException"
    own = reason(manager.close_account, AccountId=MANAGER)
    assert own == ("ConstraintViolationException", "CANNOT_CLOSE_MANAGEMENT_ACCOUNT")
    stays = reason(manager.remove_account_from_organization, AccountId=closed)
    assert stays == ("ConstraintViolationException", "ACCOUNT_CANNOT_LEAVE_ORGANIZATION")
    assert refusal(manager.delete_organization)[0] == "OrganizationNotEmptyException"


def test_delegated_administrators_look_and_can_not_leave(inside, manager, made):
    account = made("auditor")
    service = "cloudtrail.amazonaws.com"
    manager.enable_aws_service_access(ServicePrincipal=service)
    manager.register_delegated_administrator(AccountId=account, ServicePrincipal=service)
    auditor = inside(account)
    assert auditor.list_accounts()["Accounts"] == manager.list_accounts()["Accounts"]
    assert auditor.describe_account(AccountId=MANAGER)["Account"]["Id"] == MANAGER
    assert refusal(auditor.create_organizational_unit, ParentId="r-abcd", Name="x")[0] == "AccessDeniedException"
    stays = ("ConstraintViolationException", "CANNOT_REMOVE_DELEGATED_ADMINISTRATOR_FROM_ORG")
    assert reason(auditor.leave_organization) == stays
    assert reason(manager.remove_account_from_organization, AccountId=account) == stays
    manager.deregister_delegated_administrator(AccountId=account, ServicePrincipal=service)
    assert refusal(auditor.list_accounts)[0] == "AccessDeniedException"


def test_policies_say_who_may_what(as_, by, manager, made, root, organization):
    iam, account = by(MANAGER, "iam"), made("guarded")
    arn = f"arn:aws:organizations::{MANAGER}:account/{organization['Id']}/{account}"
    tagged = {"StringEquals": {"aws:RequestTag/team": "shop"}}
    iam.create_user(UserName="clerk")
    document = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": ["organizations:ListAccounts", "organizations:List*Handshakes*"], "Resource": "*"},
        {"Effect": "Allow", "Action": ["organizations:DescribeAccount"], "Resource": arn},
        {"Effect": "Allow", "Action": ["organizations:TagResource"], "Resource": "*", "Condition": tagged},
    ]}  # fmt: skip
    iam.put_user_policy(UserName="clerk", PolicyName="own", PolicyDocument=json.dumps(document))
    clerk = as_(iam.create_access_key(UserName="clerk")["AccessKey"])
    assert clerk.list_accounts()["Accounts"] == manager.list_accounts()["Accounts"]
    assert clerk.describe_account(AccountId=account)["Account"]["Id"] == account
    code, message = refusal(clerk.describe_account, AccountId=MANAGER)
    assert code == "AccessDeniedException" and "organizations:DescribeAccount" in message
    clerk.tag_resource(ResourceId=account, Tags=[{"Key": "team", "Value": "shop"}])
    assert refusal(clerk.tag_resource, ResourceId=account, Tags=[{"Key": "team", "Value": "x"}])[0] == "AccessDeniedException"
    for call in [
        clerk.describe_organization, clerk.create_organization, clerk.leave_organization, clerk.list_roots, clerk.delete_organization,
        lambda: clerk.create_account(Email="y@example.com", AccountName="y"), lambda: clerk.close_account(AccountId=account),
        lambda: clerk.accept_handshake(HandshakeId="h-abcdefgh"), lambda: clerk.decline_handshake(HandshakeId="h-abcdefgh"),
        lambda: clerk.describe_handshake(HandshakeId="h-abcdefgh"), lambda: clerk.cancel_handshake(HandshakeId="h-abcdefgh"),
    ]:  # fmt: skip
        assert refusal(call)[0] == "AccessDeniedException"
    iam.delete_user_policy(UserName="clerk", PolicyName="own")
    assert refusal(clerk.list_handshakes_for_account)[0] == "AccessDeniedException"


def test_an_organization_for_one_bill_goes_over_to_all_features(by):
    rival, guest = by(RIVAL), by(STRANGER)
    rival.delete_organization()
    assert refusal(rival.describe_organization)[0] == "AWSOrganizationsNotInUseException"
    bill = rival.create_organization(FeatureSet="CONSOLIDATED_BILLING")["Organization"]
    assert bill["FeatureSet"] == "CONSOLIDATED_BILLING" and bill["AvailablePolicyTypes"] == []
    shake = rival.invite_account_to_organization(Target={"Id": STRANGER, "Type": "ACCOUNT"})["Handshake"]["Id"]
    guest.accept_handshake(HandshakeId=shake)
    own = rival.create_account(Email="own@rival.example", AccountName="own")["CreateAccountStatus"]["AccountId"]
    assert reason(rival.close_account, AccountId=own) == ("ConstraintViolationException", "ORGANIZATION_NOT_IN_ALL_FEATURES_MODE")
    question = rival.enable_all_features()["Handshake"]
    assert (question["Action"], question["State"]) == ("ENABLE_ALL_FEATURES", "REQUESTED")
    violation = "HandshakeConstraintViolationException"
    pending = (violation, "ORGANIZATION_IS_ALREADY_PENDING_ALL_FEATURES_MIGRATION")
    assert reason(rival.enable_all_features) == pending
    invite = {"Target": {"Id": GUEST, "Type": "ACCOUNT"}}
    assert reason(rival.invite_account_to_organization, **invite) == (violation, "INVITE_DISABLED_DURING_ENABLE_ALL_FEATURES")
    children = rival.list_handshakes_for_organization(Filter={"ParentHandshakeId": question["Id"]})["Handshakes"]
    [asked] = guest.list_handshakes_for_account(Filter={"ActionType": "ENABLE_ALL_FEATURES"})["Handshakes"]
    assert children == [asked] and {"Type": "PARENT_HANDSHAKE", "Value": question["Id"]} in asked["Resources"]
    assert refusal(rival.accept_handshake, HandshakeId=question["Id"])[0] == "AccessDeniedException"
    guest.accept_handshake(HandshakeId=asked["Id"])
    assert rival.describe_handshake(HandshakeId=question["Id"])["Handshake"]["State"] == "ACCEPTED"
    [last] = rival.list_handshakes_for_account(Filter={"ActionType": "APPROVE_ALL_FEATURES"})["Handshakes"]
    rival.accept_handshake(HandshakeId=last["Id"])
    assert rival.describe_organization()["Organization"]["FeatureSet"] == "ALL"
    assert reason(rival.enable_all_features) == (violation, "ORGANIZATION_ALREADY_HAS_ALL_FEATURES")


def history(by, account, name=None):
    """Returns an account's records of Organizations, oldest first."""
    attribute = {"AttributeKey": "EventName", "AttributeValue": name} if name else {"AttributeKey": "EventSource", "AttributeValue": "organizations.amazonaws.com"}
    pages = by(account, "cloudtrail").get_paginator("lookup_events").paginate(LookupAttributes=[attribute])
    return [json.loads(event["CloudTrailEvent"]) for page in pages for event in page["Events"]][::-1]


def test_records_are_those_of_organizations(by, manager, organization, made):
    account = made("recorded")
    find = lambda name: [one for one in history(by, MANAGER, name) if account in json.dumps(one)]
    [record] = wait_for(lambda: find("CreateAccount"), "the account's making is found")
    assert (record["eventSource"], record["awsRegion"], record["readOnly"]) == ("organizations.amazonaws.com", "us-east-1", False)
    hidden = "HIDDEN_DUE_TO_SECURITY_REASONS"
    assert record["requestParameters"] == {"email": hidden, "accountName": hidden}
    status = record["responseElements"]["createAccountStatus"]
    assert status["accountName"] == hidden and status["accountId"] == account and status["state"] == "SUCCEEDED"
    [result] = find("CreateAccountResult")
    assert result["eventType"] == "AwsServiceEvent" and result["userIdentity"] == {"accountId": MANAGER, "invokedBy": "AWS Internal"}
    told = result["serviceEventDetails"]["createAccountStatus"]
    assert told["id"] == status["id"] and told["accountName"] == "****" and told["state"] == "SUCCEEDED"
    [joined] = find("AccountJoinedOrganization")
    assert joined["serviceEventDetails"]["joinedMethod"] == "CREATED"
    assert {one["serviceEventDetails"]["departureMethod"] for one in history(by, MANAGER, "AccountDepartedOrganization")} == {"LEFT", "REMOVED"}
    [closed] = history(by, MANAGER, "CloseAccountResult")
    assert closed["serviceEventDetails"]["closeAccountStatus"]["accountId"] == made("closed")
    accepted = [one for one in history(by, GUEST, "AcceptHandshake") if "errorCode" not in one][0]
    assert accepted["recipientAccountId"] == GUEST and accepted["responseElements"]["handshake"]["state"] == "ACCEPTED"
    assert "@" not in json.dumps(accepted["responseElements"])
    [left] = [one for one in history(by, MANAGER, "LeaveOrganization") if one["errorCode"] != "AccessDenied"]
    assert left["errorCode"] == "MasterCannotLeaveOrganizationException"
    denied = next(one for one in history(by, GUEST) if one.get("errorCode") == "AccessDenied")
    assert (denied["eventName"], denied["requestParameters"]) == ("CancelHandshake", None)


def test_every_operation_and_every_error_that_can_occur_is_tried(manager, calls):
    model = manager.meta.service_model
    assert UNBUILT < set(model.operation_names)
    own = set(model.operation_names) - ELSEWHERE - UNBUILT
    assert own - calls.answered == set()
    declared = {(name, shape.name) for name in own for shape in model.operation_model(name).error_shapes}
    missed = declared - calls.refused
    assert {pair for pair in missed if pair not in UNPROVOKED and pair[1] not in UNPROVOKED} == set()
    assert {code for name, code in calls.refused if name in own} <= {code for _, code in declared} | COMMON_ERRORS
