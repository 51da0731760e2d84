"""An organization in the AWS CLI, and in the files of its trail: how an account comes and goes."""

import gzip
import json

import pytest
from clients import Clients
from server import Server
from waiting import wait_for

GUEST = "222222222222"


@pytest.fixture(scope="module")
def server():
    server = Server(accounts=GUEST)
    try:
        yield server.start()
    finally:
        server.close()


@pytest.fixture(scope="module")
def manager(clients):
    return clients.boto("organizations")


@pytest.fixture(scope="module")
def organization(manager):
    return manager.create_organization(FeatureSet="ALL")["Organization"]


def test_the_command_line_knows_organizations(clients, manager, organization):
    ids = clients.aws("organizations", "list-accounts", "--query", "Accounts[].Id", "--output", "text").split()
    assert ids == [one["Id"] for page in manager.get_paginator("list_accounts").paginate() for one in page["Accounts"]]
    described = json.loads(clients.aws("organizations", "describe-organization"))["Organization"]
    assert described["Id"] == organization["Id"]
    failed = clients.aws("organizations", "describe-account", "--account-id", "999999999999", succeeds=False)
    assert "(AccountNotFoundException)" in failed.stderr


def test_the_trail_hears_how_an_account_comes_and_goes(server, clients, manager, organization):
    own = Clients(server, GUEST)
    guest, sts, s3 = own.boto("organizations"), own.boto("sts"), clients.boto("s3")
    s3.create_bucket(Bucket="audit")
    manager.enable_aws_service_access(ServicePrincipal="cloudtrail.amazonaws.com")
    s3.put_bucket_policy(Bucket="audit", Policy=server.command("bucket-policy", "audit", "--organization", organization["Id"]))
    trails = clients.boto("cloudtrail")
    trails.create_trail(Name="all", S3BucketName="audit", IsOrganizationTrail=True, IsMultiRegionTrail=True)
    trails.start_logging(Name="all")
    before = sts.get_caller_identity()
    shake = manager.invite_account_to_organization(Target={"Id": GUEST, "Type": "ACCOUNT"})["Handshake"]["Id"]
    answers = [guest.accept_handshake(HandshakeId=shake), sts.get_caller_identity(), guest.leave_organization()]
    after = sts.get_caller_identity()
    requests = [answer["ResponseMetadata"]["RequestId"] for answer in answers]

    def delivered():
        listed = s3.list_objects_v2(Bucket="audit", Prefix=f"AWSLogs/{organization['Id']}/{GUEST}/CloudTrail/").get("Contents", [])
        files = [gzip.decompress(s3.get_object(Bucket="audit", Key=entry["Key"])["Body"].read()) for entry in listed]
        found = [record for file in files for record in json.loads(file)["Records"]]
        return found if any(record["eventName"] == "LeaveOrganization" for record in found) else None

    found = wait_for(delivered, "the trail delivers how the account left")
    assert [record["requestID"] for record in found] == requests
    assert not {answer["ResponseMetadata"]["RequestId"] for answer in (before, after)} & set(requests)
    roles = [role["RoleName"] for role in own.boto("iam").list_roles(PathPrefix="/aws-service-role/")["Roles"]]
    assert roles == ["AWSServiceRoleForOrganizations"]
