"""The session of the README, word for word: with the AWS CLI, and the same with boto3."""

import collections
import json

import pytest
from clients import Clients
from log_files import LogBucket
from server import ROOT
from waiting import wait_for

SELECTORS = [
    {"Name": "management", "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]},
    {
        "Name": "shop data",
        "FieldSelectors": [
            {"Field": "eventCategory", "Equals": ["Data"]},
            {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
            {"Field": "resources.ARN", "StartsWith": ["arn:aws:s3:::shop-data/"]},
        ],
    },
]
REQUIRED = {
    "eventVersion", "userIdentity", "eventTime", "eventSource", "eventName", "awsRegion", "sourceIPAddress",
    "userAgent", "requestParameters", "responseElements", "requestID", "eventID", "readOnly", "eventType",
    "managementEvent", "recipientAccountId", "eventCategory",
}  # fmt: skip

# What the session calls, in order of the calls, as (source, name); the last one ends the wait.
MANAGEMENT = collections.Counter({
    ("s3", "CreateBucket"): 2, ("s3", "PutBucketPolicy"): 1, ("cloudtrail", "CreateTrail"): 1,
    ("cloudtrail", "PutEventSelectors"): 1, ("cloudtrail", "StartLogging"): 1, ("cloudtrail", "LookupEvents"): 1,
    ("sts", "GetCallerIdentity"): 1,
})  # fmt: skip
# Called before StartLogging, so the trail does not have them; the history does.
BEFORE = collections.Counter({
    ("s3", "CreateBucket"): 2, ("s3", "PutBucketPolicy"): 1, ("cloudtrail", "CreateTrail"): 1,
    ("cloudtrail", "PutEventSelectors"): 1,
})  # fmt: skip


def by_cli(server):
    clients = Clients(server)
    aws = clients.aws
    aws("s3", "mb", "s3://audit-logs")
    aws("s3", "mb", "s3://shop-data")
    policy = server.command("bucket-policy", "audit-logs")
    aws("s3api", "put-bucket-policy", "--bucket", "audit-logs", "--policy", policy)
    aws("cloudtrail", "create-trail", "--name", "main", "--s3-bucket-name", "audit-logs", "--is-multi-region-trail")
    selectors = json.dumps(SELECTORS)
    aws("cloudtrail", "put-event-selectors", "--trail-name", "main", "--advanced-event-selectors", selectors)
    aws("cloudtrail", "start-logging", "--name", "main")
    aws("s3", "cp", str(ROOT / "README.md"), "s3://shop-data/")
    aws("s3", "cp", str(ROOT / "README.md"), "s3://audit-logs/copies/README.md")
    aws("s3", "rm", "s3://audit-logs/copies/README.md")
    attribute = "AttributeKey=EventName,AttributeValue=CreateBucket"
    found = json.loads(aws("cloudtrail", "lookup-events", "--lookup-attributes", attribute))
    aws("sts", "get-caller-identity")

    def listed():
        listing = clients.aws("s3", "ls", "--recursive", "s3://audit-logs/AWSLogs/", succeeds=False)
        return listing.returncode == 0 and listing.stdout

    wait_for(listed, "`aws s3 ls` shows log files", limit=60)
    return found


def by_boto(server):
    clients = Clients(server)
    s3, cloudtrail = clients.boto("s3"), clients.boto("cloudtrail")
    s3.create_bucket(Bucket="audit-logs")
    s3.create_bucket(Bucket="shop-data")
    s3.put_bucket_policy(Bucket="audit-logs", Policy=server.command("bucket-policy", "audit-logs"))
    cloudtrail.create_trail(Name="main", S3BucketName="audit-logs", IsMultiRegionTrail=True)
    cloudtrail.put_event_selectors(TrailName="main", AdvancedEventSelectors=SELECTORS)
    cloudtrail.start_logging(Name="main")
    s3.upload_file(str(ROOT / "README.md"), "shop-data", "README.md")
    s3.upload_file(str(ROOT / "README.md"), "audit-logs", "copies/README.md")
    s3.delete_object(Bucket="audit-logs", Key="copies/README.md")
    attribute = {"AttributeKey": "EventName", "AttributeValue": "CreateBucket"}
    found = cloudtrail.lookup_events(LookupAttributes=[attribute])
    clients.boto("sts").get_caller_identity()
    return found


@pytest.mark.parametrize("session", [by_cli, by_boto])
def test_the_session_is_recorded_found_and_delivered(fresh, session):
    found = session(fresh.start())

    told = [(event["EventName"], event["Resources"][0]["ResourceName"]) for event in found["Events"]]
    assert told == [("CreateBucket", "shop-data"), ("CreateBucket", "audit-logs")]

    clients = Clients(fresh)
    logs = LogBucket(clients.boto("s3"), "audit-logs")
    records = wait_for(lambda: complete(logs.records()), "all calls are in log files", limit=60)
    assert len({record["eventID"] for record in records}) == len(records), "an event was delivered twice"
    assert calls(records, "Management", by_us) == MANAGEMENT - BEFORE
    check_data_events([record for record in records if record["eventCategory"] == "Data"])
    for record in records:
        assert REQUIRED <= record.keys(), record
        assert record["recipientAccountId"] == "123456789012"
    secret = clients.environment["AWS_SECRET_ACCESS_KEY"]
    assert secret not in json.dumps(records)
    assert "Signature=" not in json.dumps(records)
    check_history(clients, records)


def complete(records):
    names = {record["eventName"] for record in records}
    return records if {"PutObject", "LookupEvents", "GetCallerIdentity"} <= names else None


def check_data_events(data):
    """Data events of shop-data are there, those of other buckets are not."""
    keys = [(record["eventName"], record["resources"][0]["ARN"]) for record in data]
    assert keys == [("PutObject", "arn:aws:s3:::shop-data/README.md")]
    assert data[0]["requestParameters"] | {"bucketName": "shop-data", "key": "README.md"} == data[0]["requestParameters"]
    assert data[0]["additionalEventData"]["bytesTransferredIn"] == (ROOT / "README.md").stat().st_size


def check_history(clients, records):
    """The history has what the trail has, and what was called before the trail logged."""
    cloudtrail = clients.boto("cloudtrail")
    pages = cloudtrail.get_paginator("lookup_events").paginate()
    history = [json.loads(event["CloudTrailEvent"]) for page in pages for event in page["Events"]]
    delivered = {record["eventID"]: record for record in records if record["eventCategory"] == "Management"}
    kept = {record["eventID"]: record for record in history}
    assert {key: kept.get(key) for key in delivered} == delivered
    assert BEFORE <= calls(history, "Management", by_us)


def calls(records, category, which):
    """Counts the calls of a category by (source, name)."""
    of_category = [record for record in records if record["eventCategory"] == category and which(record)]
    return collections.Counter(
        (record["eventSource"].removesuffix(".amazonaws.com"), record["eventName"]) for record in of_category
    )


def by_us(record):
    return "invokedBy" not in record["userIdentity"]
