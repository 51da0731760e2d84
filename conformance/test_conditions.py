"""Conditions of policies, told by the real server about real requests of boto3."""

import json

import boto3
import pytest
from clients import refusal

TEAM = [{"Key": "team", "Value": "blue"}]
NO_TRAIL_ACCESS = "AccessDeniedException"


def statement(action, resource="*", condition=None, effect="Allow"):
    return {"Effect": effect, "Action": action, "Resource": resource, "Condition": condition or {}}


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


@pytest.fixture(scope="module")
def administrator(clients, server):
    """An administrator's clients, a trail of team blue, and mia, of team blue too."""
    s3, iam, cloudtrail = (clients.boto(service) for service in ("s3", "iam", "cloudtrail"))
    s3.create_bucket(Bucket="logs")
    s3.put_bucket_policy(Bucket="logs", Policy=server.command("bucket-policy", "logs"))
    cloudtrail.create_trail(Name="main", S3BucketName="logs", TagsList=TEAM)
    iam.create_user(UserName="mia", Path="/team/", Tags=TEAM)
    return {"iam": iam, "cloudtrail": cloudtrail}


@pytest.fixture(scope="module")
def as_mia(administrator, server):
    """Gives mia the statements, and makes a client of hers."""
    iam = administrator["iam"]
    key = iam.create_access_key(UserName="mia")["AccessKey"]

    def make(service, *statements, region="us-east-1"):
        iam.put_user_policy(UserName="mia", PolicyName="p", PolicyDocument=document(*statements))
        return boto3.client(
            service,
            aws_access_key_id=key["AccessKeyId"],
            aws_secret_access_key=key["SecretAccessKey"],
            region_name=region,
            endpoint_url=server.credentials()["AWS_ENDPOINT_URL"],
        )

    return make


def test_a_trail_of_the_callers_team(administrator, as_mia):
    same_team = {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}}
    cloudtrail = as_mia("cloudtrail", statement("cloudtrail:*", condition=same_team))
    assert cloudtrail.get_trail_status(Name="main")["IsLogging"] is False
    assert refusal(cloudtrail.lookup_events)[0] == NO_TRAIL_ACCESS
    arn = administrator["cloudtrail"].get_trail(Name="main")["Trail"]["TrailARN"]
    administrator["cloudtrail"].add_tags(ResourceId=arn, TagsList=[{"Key": "team", "Value": "red"}])
    assert refusal(cloudtrail.get_trail_status, Name="main")[0] == NO_TRAIL_ACCESS


def test_keys_of_tags(administrator, as_mia):
    arn = administrator["cloudtrail"].get_trail(Name="main")["Trail"]["TrailARN"]
    owner = statement("cloudtrail:*", condition={"ForAnyValue:StringEquals": {"aws:TagKeys": "owner"}}, effect="Deny")
    cloudtrail = as_mia("cloudtrail", statement("cloudtrail:*"), owner)
    cloudtrail.add_tags(ResourceId=arn, TagsList=[{"Key": "cost", "Value": "7"}])
    for call in (cloudtrail.add_tags, cloudtrail.remove_tags):
        code, message = refusal(call, ResourceId=arn, TagsList=[{"Key": "owner"}])
        assert code == NO_TRAIL_ACCESS and message.endswith(" with an explicit deny in an identity-based policy")


def test_each_trail_that_is_named_must_be_allowed(administrator, as_mia):
    arn = administrator["cloudtrail"].get_trail(Name="main")["Trail"]["TrailARN"]
    cloudtrail = as_mia("cloudtrail", statement("cloudtrail:ListTags", arn))
    assert cloudtrail.list_tags(ResourceIdList=[arn])["ResourceTagList"]
    assert f"on resource: {arn}2 " in refusal(cloudtrail.list_tags, ResourceIdList=[arn, f"{arn}2"])[1]


def test_region_and_time(as_mia):
    now = {
        "StringEquals": {"aws:RequestedRegion": "us-east-1"},
        "NumericGreaterThan": {"aws:EpochTime": "1700000000"},
        "DateGreaterThan": {"aws:CurrentTime": "2024-01-01T00:00:00Z"},
    }
    assert as_mia("cloudtrail", statement("cloudtrail:*", condition=now)).describe_trails()["trailList"]
    elsewhere = as_mia("cloudtrail", statement("cloudtrail:*", condition=now), region="eu-west-1")
    assert refusal(elsewhere.describe_trails)[0] == NO_TRAIL_ACCESS


def test_folders_and_how_a_request_is_signed(as_mia):
    own = statement("s3:ListBucket", condition={"StringLike": {"s3:prefix": "home/${aws:username}/*"}})
    presigned = {"StringNotEquals": {"s3:authType": "REST-QUERY-STRING"}}
    s3 = as_mia("s3", own, statement("s3:PutObject"), statement("s3:PutObject", "*", presigned, "Deny"))
    s3.list_objects_v2(Bucket="logs", Prefix="home/mia/x")
    assert refusal(s3.list_objects_v2, Bucket="logs", Prefix="home/max/x") == (
        "AccessDenied",
        "User: arn:aws:iam::123456789012:user/team/mia is not authorized to perform: s3:ListBucket on resource: "
        '"arn:aws:s3:::logs" because no identity-based policy allows the s3:ListBucket action',
    )
    assert refusal(s3.put_object, Bucket="logs", Key="a", Body=b"1")[0] == "AccessDenied"
