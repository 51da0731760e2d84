"""Deleting a list of objects is told by an event of its own and by one for each key, as selectors want it."""

import json

import pytest
from clients import Clients
from log_files import LogBucket
from waiting import wait_for

OBJECTS = [
    {"Field": "eventCategory", "Equals": ["Data"]},
    {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
    {"Field": "resources.ARN", "StartsWith": ["arn:aws:s3:::shop/"]},
]


@pytest.fixture
def shop(fresh):
    clients = Clients(fresh.start())
    s3, cloudtrail = clients.boto("s3"), clients.boto("cloudtrail")
    for bucket in ("logs", "shop"):
        s3.create_bucket(Bucket=bucket)
    s3.put_bucket_policy(Bucket="logs", Policy=fresh.command("bucket-policy", "logs"))
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:DeleteObject", "Resource": "arn:aws:s3:::shop/kept/*"}
    s3.put_bucket_policy(Bucket="shop", Policy=json.dumps({"Version": "2012-10-17", "Statement": [deny]}))
    cloudtrail.create_trail(Name="main", S3BucketName="logs")

    def select(*further):
        selectors = [{"FieldSelectors": [*OBJECTS, *further]}]
        cloudtrail.put_event_selectors(TrailName="main", AdvancedEventSelectors=selectors)
        cloudtrail.start_logging(Name="main")
        return s3

    return select


def delete(s3, keys):
    """Deletes a list of keys, then reads an object whose event ends the wait; returns what was told before it."""
    listed = {"Objects": [{"Key": key} for key in keys]}
    request = s3.delete_objects(Bucket="shop", Delete=listed)["ResponseMetadata"]["RequestId"]
    s3.put_object(Bucket="shop", Key="mark", Body=b"")
    logs = LogBucket(s3, "logs")
    wait_for(lambda: "PutObject" in [record["eventName"] for record in logs.records()], "the mark is delivered", 30)
    return [record for record in logs.records() if record.get("requestID") == request]


def test_a_list_of_keys_is_told_key_by_key(shop):
    records = delete(shop(), ["a", "kept/b", " c & d", *(f"many/{n}" for n in range(500))])
    [own] = [record for record in records if record["eventType"] == "AwsApiCall"]
    assert own["eventName"] == "DeleteObjects" and "key" not in own["requestParameters"]
    single = {record["requestParameters"]["key"]: record for record in records if record is not own}
    assert len(records) == 504 and len(single) == 503
    assert {record["eventName"] for record in single.values()} == {"DeleteObject"}
    assert {record["eventType"] for record in single.values()} == {"AwsServiceEvent"}
    assert single["kept/b"]["errorCode"] == "AccessDenied" and "errorCode" not in single[" c & d"]
    assert single[" c & d"]["resources"][0] == {"type": "AWS::S3::Object", "ARN": "arn:aws:s3:::shop/ c & d"}
    assert len({record["eventID"] for record in records}) == 504


def test_selectors_can_leave_the_single_events_out(shop):
    records = delete(shop({"Field": "eventType", "NotEquals": ["AwsServiceEvent"]}), ["a", "b"])
    assert [record["eventName"] for record in records] == ["DeleteObjects"]
