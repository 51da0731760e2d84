"""An organization that moto's Organizations keeps, followed by a server of Cairn's."""

import json
import subprocess
import urllib.request

import boto3
import pytest
from clients import Clients, refusal
from emulators import Moto, running
from server import BINARY
from waiting import wait_for

CLOUDTRAIL = "cloudtrail.amazonaws.com"
# One of the few that moto has delegated administrators for.
GUARDDUTY = "guardduty.amazonaws.com"
MANAGEMENT = "123456789012"
NOT_READ = "the organization elsewhere could not be read"
# Said by one reading of what the next has to confirm.
DOUBTED = "the organization elsewhere is not followed"
EXCLUSION = "cairn:excluded-from-trails"
DENY = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]}


@pytest.fixture(scope="module")
def moto_of_all():
    with running(Moto) as emulator:
        yield emulator


@pytest.fixture
def moto(moto_of_all):
    """moto without what other tests made: an account can't make a second organization."""
    urllib.request.urlopen(urllib.request.Request(f"{moto_of_all.endpoint}/moto-api/reset", method="POST"), timeout=10).close()
    return moto_of_all


@pytest.fixture
def theirs(moto):
    """moto's Organizations, with an organization that trusts CloudTrail."""
    client = moto.client("organizations")
    client.create_organization(FeatureSet="ALL")
    client.enable_aws_service_access(ServicePrincipal=CLOUDTRAIL)
    return client


@pytest.fixture
def server(moto, theirs, make_server):
    return make_server(organizations__interval="1s", **settings(moto)).start()


@pytest.fixture
def clients(server):
    return Clients(server)


@pytest.fixture
def ours(clients):
    client = clients.boto("organizations")
    wait_for(lambda: is_in_use(client), "the organization is followed")
    return client


def settings(moto):
    """Returns the settings by which a server follows moto's organization."""
    named = moto.settings("organizations")
    return {name.replace("endpoints__organizations", "organizations__endpoint"): value for name, value in named.items()}


def is_in_use(client):
    try:
        return client.describe_organization()["Organization"]["Id"]
    except client.exceptions.AWSOrganizationsNotInUseException:
        return None


def make_account(client, name):
    made = client.create_account(AccountName=name, Email=f"{name}@example.com")["CreateAccountStatus"]
    return made["AccountId"]


def listed(client):
    """Returns an organization's accounts by id, as both sides tell them alike."""
    pages = client.get_paginator("list_accounts").paginate()
    accounts = [account for page in pages for account in page["Accounts"]]
    return {account["Id"]: (account["Name"], account["Email"], account["Status"], parent(client, account["Id"])) for account in accounts}


def parent(client, child):
    """Returns what an account or unit is in; nothing where it has just gone."""
    try:
        return client.list_parents(ChildId=child)["Parents"][0]["Id"]
    except client.exceptions.ChildNotFoundException:
        return None


def root(client):
    return client.list_roots()["Roots"][0]["Id"]


def alike(theirs, ours):
    """Waits until both list the same accounts."""
    wait_for(lambda: listed(ours) == listed(theirs), "the accounts here are those there")


def test_the_whole_organization_is_followed(theirs, ours):
    top = root(theirs)
    unit = theirs.create_organizational_unit(ParentId=top, Name="shops")["OrganizationalUnit"]["Id"]
    inner = theirs.create_organizational_unit(ParentId=unit, Name="europe")["OrganizationalUnit"]["Id"]
    shop, lab = make_account(theirs, "shop"), make_account(theirs, "lab")
    theirs.move_account(AccountId=shop, SourceParentId=top, DestinationParentId=inner)
    theirs.enable_policy_type(RootId=top, PolicyType="SERVICE_CONTROL_POLICY")
    policy = theirs.create_policy(Name="no-s3", Description="None at all", Type="SERVICE_CONTROL_POLICY", Content=json.dumps(DENY))
    policy = policy["Policy"]["PolicySummary"]["Id"]
    theirs.attach_policy(PolicyId=policy, TargetId=unit)
    theirs.register_delegated_administrator(AccountId=lab, ServicePrincipal=GUARDDUTY)
    theirs.tag_resource(ResourceId=shop, Tags=[{"Key": EXCLUSION, "Value": "main"}])
    wait_for(lambda: tags(ours, shop) == {EXCLUSION: "main"}, "the tags of the account")
    alike(theirs, ours)
    there, here = theirs.describe_organization()["Organization"], ours.describe_organization()["Organization"]
    for name in ("Id", "MasterAccountId", "FeatureSet"):
        assert here[name] == there[name], name
    assert ours.describe_organizational_unit(OrganizationalUnitId=inner)["OrganizationalUnit"]["Name"] == "europe"
    assert parent(ours, inner) == unit and parent(ours, shop) == inner
    described = ours.describe_policy(PolicyId=policy)["Policy"]
    assert json.loads(described["Content"]) == DENY and described["PolicySummary"]["Name"] == "no-s3"
    attached = ours.list_policies_for_target(TargetId=unit, Filter="SERVICE_CONTROL_POLICY")["Policies"]
    assert policy in {found["Id"] for found in attached}
    assert [service["ServicePrincipal"] for service in ours.list_aws_service_access_for_organization()["EnabledServicePrincipals"]] == [CLOUDTRAIL]
    assert [found["Id"] for found in ours.list_delegated_administrators(ServicePrincipal=GUARDDUTY)["DelegatedAdministrators"]] == [lab]


def tags(client, resource):
    try:
        return {tag["Key"]: tag["Value"] for tag in client.list_tags_for_resource(ResourceId=resource)["Tags"]}
    except client.exceptions.TargetNotFoundException:
        return None


def test_a_trail_follows_accounts_in_and_out(server, theirs, ours, clients):
    organization, account = ours.describe_organization()["Organization"]["Id"], make_account(theirs, "shop")
    alike(theirs, ours)
    cloudtrail, s3 = clients.boto("cloudtrail"), clients.boto("s3")
    s3.create_bucket(Bucket="audit")
    s3.put_bucket_policy(Bucket="audit", Policy=json.dumps(bucket_policy(organization)))
    cloudtrail.create_trail(Name="all", S3BucketName="audit", IsMultiRegionTrail=True, IsOrganizationTrail=True)
    cloudtrail.start_logging(Name="all")
    member = session(server, clients, account)
    [copy] = member.describe_trails()["trailList"]
    assert copy["IsOrganizationTrail"] and copy["TrailARN"].endswith(f":{MANAGEMENT}:trail/all")
    prefix = f"AWSLogs/{organization}/{account}/CloudTrail/"
    wait_for(lambda: s3.list_objects_v2(Bucket="audit", Prefix=prefix).get("Contents"), "a log file of the member")
    theirs.remove_account_from_organization(AccountId=account)
    alike(theirs, ours)
    assert member.describe_trails()["trailList"] == []
    server.allowed.add(DOUBTED)
    theirs.disable_aws_service_access(ServicePrincipal=CLOUDTRAIL)
    wait_for(lambda: "the organization does not trust CloudTrail" in server.log_path.read_text(), "one reading is told, not believed")
    wait_for(lambda: not cloudtrail.describe_trails()["trailList"][0]["IsOrganizationTrail"], "the trail is an ordinary one")


def session(server, clients, account):
    """Returns a client of CloudTrail in an account that was made by CreateAccount."""
    role = f"arn:aws:iam::{account}:role/OrganizationAccountAccessRole"
    given = clients.boto("sts").assume_role(RoleArn=role, RoleSessionName="in")["Credentials"]
    return boto3.client(
        "cloudtrail", aws_access_key_id=given["AccessKeyId"], aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"], region_name="us-east-1", endpoint_url=server.endpoint,
    )  # fmt: skip


def bucket_policy(organization):
    service = {"Service": CLOUDTRAIL}
    put = {"Effect": "Allow", "Principal": service, "Action": "s3:PutObject"}
    owner = {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}}
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": service, "Action": "s3:GetBucketAcl", "Resource": "arn:aws:s3:::audit"},
            put | {"Resource": f"arn:aws:s3:::audit/AWSLogs/{MANAGEMENT}/*", "Condition": owner},
            put | {"Resource": f"arn:aws:s3:::audit/AWSLogs/{organization}/*", "Condition": owner},
        ],
    }


def test_the_built_in_api_answers_reads_alone(theirs, ours):
    organization = ours.describe_organization()["Organization"]["Id"]
    account, top = make_account(theirs, "shop"), root(ours)
    alike(theirs, ours)
    writes = [
        (ours.create_account, {"AccountName": "a", "Email": "a@example.com"}),
        (ours.remove_account_from_organization, {"AccountId": account}),
        (ours.close_account, {"AccountId": account}),
        (ours.create_organizational_unit, {"ParentId": top, "Name": "a"}),
        (ours.tag_resource, {"ResourceId": account, "Tags": [{"Key": EXCLUSION, "Value": "main"}]}),
        (ours.enable_aws_service_access, {"ServicePrincipal": "config.amazonaws.com"}),
        (ours.register_delegated_administrator, {"AccountId": account, "ServicePrincipal": CLOUDTRAIL}),
        (ours.create_policy, {"Name": "a", "Description": "", "Type": "SERVICE_CONTROL_POLICY", "Content": json.dumps(DENY)}),
        (ours.delete_organization, {}),
    ]
    for write, arguments in writes:
        code, message = refusal(write, **arguments)
        assert code == "AccessDeniedException" and f"organization {organization} is kept by" in message, (write.__name__, code, message)


def test_a_policy_that_is_not_understood_denies_and_is_named(server, theirs, ours, clients):
    account, top = make_account(theirs, "shop"), root(theirs)
    theirs.enable_policy_type(RootId=top, PolicyType="SERVICE_CONTROL_POLICY")
    condition = {"StringEquals": {"aws:NewerThanCairn": "x"}}
    unheard = {"Sid": "No machines", "Effect": "Deny", "Action": "ec2:*", "Resource": "*", "Condition": condition}
    attach(theirs, "unheard", {"Version": "2012-10-17", "Statement": [unheard]}, account)
    wait_for(lambda: "unheard" in {policy["Name"] for policy in attached(ours, account)}, "the policy is attached")
    assert session(server, clients, account).describe_trails()["trailList"] == []
    server.allowed.add("a service control policy can't be understood: accounts under it may do nothing")
    policy = attach(theirs, "nonsense", {"Version": "2012-10-17", "Statement": [unheard | {"Effect": "Perhaps"}]}, account)
    wait_for(lambda: "nonsense" in {policy["Name"] for policy in attached(ours, account)}, "the policy is attached")
    code, message = refusal(session(server, clients, account).describe_trails)
    assert code == "AccessDeniedException" and policy in message, (code, message)
    wait_for(lambda: server.metric("cairn_organization_policies_not_understood") == 1, "the figure tells it")


def attach(client, name, document, account):
    made = client.create_policy(Name=name, Description="", Type="SERVICE_CONTROL_POLICY", Content=json.dumps(document))
    policy = made["Policy"]["PolicySummary"]["Id"]
    client.attach_policy(PolicyId=policy, TargetId=account)
    return policy


def attached(client, account):
    try:
        return client.list_policies_for_target(TargetId=account, Filter="SERVICE_CONTROL_POLICY")["Policies"]
    except client.exceptions.TargetNotFoundException:
        return []


def test_a_dead_endpoint_changes_nothing_and_is_told(server, moto, theirs, ours):
    make_account(theirs, "shop")
    alike(theirs, ours)
    before, read = listed(ours), server.metric("cairn_organization_read_timestamp_seconds")
    server.allowed.update({NOT_READ, DOUBTED, "an AWS API elsewhere was not reached"})
    moto.stop()
    wait_for(lambda: NOT_READ in server.log_path.read_text(), "the log tells that nothing was read", limit=30)
    assert listed(ours) == before
    assert server.metric("cairn_organization_read_timestamp_seconds") >= read
    # moto forgets when it ends: the organization is another one, or none.
    moto.start()
    wait_for(lambda: is_in_use(ours) is None, "the organization ends with the one elsewhere", limit=30)


def test_one_that_is_kept_here_is_not_given_up(moto, theirs, make_server):
    server = make_server().start()
    made = Clients(server).boto("organizations").create_organization(FeatureSet="ALL")["Organization"]["Id"]
    server.stop()
    for name, value in settings(moto).items():
        server.set(name.replace("__", "."), value)
    environment = server._environment()
    ended = subprocess.run(
        [BINARY, "serve", "--data-dir", server.data_dir, "--listen", "127.0.0.1:0"],
        env=environment, capture_output=True, text=True, timeout=30,
    )  # fmt: skip
    assert ended.returncode != 0 and made in ended.stderr and "is kept here" in ended.stderr, ended.stderr


def test_without_its_endpoint_it_stays_as_it_was(server, theirs, ours):
    before = listed(ours)
    server.stop()
    server.set("organizations.endpoint", "")
    server.allowed.add("an organization that is kept elsewhere stays as it was last seen: organizations.endpoint is not set")
    server.start()
    again = Clients(server).boto("organizations")
    assert listed(again) == before
    assert refusal(again.create_account, AccountName="a", Email="a@example.com")[0] == "AccessDeniedException"
