"""LookupEvents: what was answered is found, by every attribute, in order, page by page, after every end."""

import collections
import json
import time
from datetime import datetime, timedelta, timezone

import pytest
from clients import Clients, refusal
from waiting import wait_for

BUCKETS = [f"lookup-{number:02}" for number in range(60)]


@pytest.fixture(scope="module")
def made(s3, cloudtrail):
    """Makes sixty buckets; returns the CreateBucket events, newest first, in one page after another."""
    for bucket in BUCKETS:
        s3.create_bucket(Bucket=bucket)
    wait_for(lambda: find(cloudtrail, "ResourceName", BUCKETS[-1]), "the last bucket is found", limit=1)
    return lookup_all(cloudtrail, LookupAttributes=[attribute("EventName", "CreateBucket")])


def attribute(key, value):
    return {"AttributeKey": key, "AttributeValue": value}


def find(cloudtrail, key, value, **arguments):
    return cloudtrail.lookup_events(LookupAttributes=[attribute(key, value)], **arguments)["Events"]


def lookup_all(cloudtrail, **arguments):
    pages = cloudtrail.get_paginator("lookup_events").paginate(**arguments)
    return [event for page in pages for event in page["Events"]]


def test_an_event_is_found_within_a_second_of_its_answer(s3, cloudtrail):
    for number in range(20):
        bucket = f"at-once-{number:02}"
        s3.create_bucket(Bucket=bucket)
        answered = time.monotonic()
        wait_for(lambda: find(cloudtrail, "ResourceName", bucket), f"{bucket} is found", limit=1, pause=0.01)
        assert time.monotonic() - answered < 1


def test_each_of_the_eight_attributes_finds_the_event(cloudtrail, made):
    event = next(event for event in made if event["Resources"][0]["ResourceName"] == BUCKETS[7])
    record = json.loads(event["CloudTrailEvent"])
    values = {
        "EventId": record["eventID"], "EventName": "CreateBucket", "ReadOnly": "false",
        "Username": record["userIdentity"]["userName"], "ResourceType": "AWS::S3::Bucket",
        "ResourceName": BUCKETS[7], "EventSource": "s3.amazonaws.com",
        "AccessKeyId": record["userIdentity"]["accessKeyId"],
    }  # fmt: skip
    for key, value in values.items():
        found = lookup_all(cloudtrail, LookupAttributes=[attribute(key, value)])
        assert event["EventId"] in [other["EventId"] for other in found], key
        changed = value.swapcase() if value.swapcase() != value else value + "x"
        found = lookup_all(cloudtrail, LookupAttributes=[attribute(key, changed)])
        assert event["EventId"] not in [other["EventId"] for other in found], f"{key} is compared exactly"
    assert [other["EventId"] for other in find(cloudtrail, "EventId", event["EventId"])] == [event["EventId"]]


def test_members_say_what_the_record_says(made):
    for event in made:
        record = json.loads(event["CloudTrailEvent"])
        assert event["EventId"] == record["eventID"]
        assert event["EventTime"] == datetime.strptime(record["eventTime"], "%Y-%m-%dT%H:%M:%S%z")
        assert event["ReadOnly"] == str(record["readOnly"]).lower()
        assert event["AccessKeyId"] == record["userIdentity"]["accessKeyId"]
        assert event["Username"] == record["userIdentity"]["userName"]
        assert event["EventSource"] == record["eventSource"] == "s3.amazonaws.com"
        bucket = record["requestParameters"]["bucketName"]
        assert {"ResourceType": "AWS::S3::Bucket", "ResourceName": bucket} in event["Resources"]


def test_events_come_newest_first_and_each_once(cloudtrail, made):
    everything = lookup_all(cloudtrail)
    times = [event["EventTime"] for event in everything]
    assert times == sorted(times, reverse=True)
    assert max(collections.Counter(event["EventId"] for event in everything).values()) == 1
    mine = [event["Resources"][0]["ResourceName"] for event in made]
    assert [bucket for bucket in mine if bucket in BUCKETS] == BUCKETS[::-1]


@pytest.mark.parametrize("size", [1, 2, 7, 49, 50])
def test_pages_of_any_size_join_to_the_same_list(cloudtrail, made, size):
    asked = {"LookupAttributes": [attribute("EventName", "CreateBucket")], "MaxResults": size}
    joined, page = [], cloudtrail.lookup_events(**asked)
    while True:
        assert len(page["Events"]) <= size
        joined += page["Events"]
        if "NextToken" not in page:
            break
        assert len(page["Events"]) == size
        page = cloudtrail.lookup_events(**asked, NextToken=page["NextToken"])
    assert [event["EventId"] for event in joined] == [event["EventId"] for event in made]


def test_a_token_goes_on_with_the_request_that_it_answered_and_no_other(cloudtrail, made):
    asked = {"LookupAttributes": [attribute("EventName", "CreateBucket")], "MaxResults": 10}
    token = cloudtrail.lookup_events(**asked)["NextToken"]
    now = datetime.now(timezone.utc)
    others = [
        asked | {"MaxResults": 11},
        asked | {"LookupAttributes": [attribute("EventName", "DeleteBucket")]},
        asked | {"LookupAttributes": []},
        asked | {"StartTime": now - timedelta(days=1)},
        asked | {"EndTime": now},
        {"EventCategory": "insight", "MaxResults": 10},
    ]
    for other in others:
        assert refusal(cloudtrail.lookup_events, **other, NextToken=token)[0] == "InvalidNextTokenException", other
    for broken in [token[:-1], token + "A", token.swapcase(), "x", ""]:
        assert refusal(cloudtrail.lookup_events, **asked, NextToken=broken)[0] == "InvalidNextTokenException", broken
    assert len(cloudtrail.lookup_events(**asked, NextToken=token)["Events"]) == 10


def test_a_token_of_another_region_is_refused(clients, cloudtrail, made):
    token = cloudtrail.lookup_events(MaxResults=10)["NextToken"]
    elsewhere = clients.boto("cloudtrail", region="eu-west-1")
    assert refusal(elsewhere.lookup_events, MaxResults=10, NextToken=token)[0] == "InvalidNextTokenException"


def test_time_ranges_include_both_ends(cloudtrail, made):
    middle = made[len(made) // 2]["EventTime"]
    name = [attribute("EventName", "CreateBucket")]
    ids = [event["EventId"] for event in made]

    def within(start, end):
        times = {key: value for key, value in (("StartTime", start), ("EndTime", end)) if value}
        return [event["EventId"] for event in lookup_all(cloudtrail, LookupAttributes=name, **times)]

    def expected(start, end):
        return [
            event["EventId"]
            for event in made
            if (not start or event["EventTime"] >= start) and (not end or event["EventTime"] <= end)
        ]

    second = timedelta(seconds=1)
    for start, end in [(middle, middle), (middle, None), (None, middle), (middle - second, middle + second)]:
        assert within(start, end) == expected(start, end) != []
    assert within(made[0]["EventTime"] + timedelta(hours=1), None) == []
    assert within(None, made[-1]["EventTime"] - timedelta(hours=1)) == []
    assert within(datetime(1990, 1, 1), None) == ids, "the range is cut to ninety days, not refused"


def test_what_cannot_be_asked_is_refused_in_the_documented_words(clients):
    lookup = clients.boto("cloudtrail", parameter_validation=False).lookup_events
    now = datetime.now(timezone.utc)
    two = [attribute("EventName", "A"), attribute("ReadOnly", "true")]
    assert refusal(lookup, LookupAttributes=two)[0] == "InvalidLookupAttributesException"
    wrong = [("EventNam", "x"), ("", "x"), ("EventName", ""), ("EventName", "x" * 2001), ("EventName", "_" * 1001)]
    for key, value in wrong:
        code = refusal(lookup, LookupAttributes=[attribute(key, value)])[0]
        assert code == "InvalidLookupAttributesException", (key, value)
    assert lookup(LookupAttributes=[attribute("EventName", "_" * 1000)])["Events"] == []
    backwards = {"StartTime": now, "EndTime": now - timedelta(seconds=10)}
    assert refusal(lookup, **backwards)[0] == "InvalidTimeRangeException"
    for size in (0, 51, -1, 2**31 - 1):
        assert refusal(lookup, MaxResults=size)[0] == "InvalidMaxResultsException", size
    for category in ("management", "Insight", ""):
        assert refusal(lookup, EventCategory=category)[0] == "InvalidEventCategoryException", category
    asked = {"EventCategory": "insight", "LookupAttributes": [attribute("Username", "root")]}
    assert refusal(lookup, **asked)[0] == "InvalidLookupAttributesException"
    assert lookup(EventCategory="insight")["Events"] == []


def test_the_history_belongs_to_one_region(clients, cloudtrail):
    elsewhere = clients.boto("cloudtrail", region="eu-central-1")
    elsewhere.describe_trails()
    found = wait_for(lambda: find(elsewhere, "EventName", "DescribeTrails"), "the call is found there", limit=1)
    assert [json.loads(event["CloudTrailEvent"])["awsRegion"] for event in found] == ["eu-central-1"]
    here = lookup_all(cloudtrail, LookupAttributes=[attribute("EventId", found[0]["EventId"])])
    assert here == []


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_the_history_survives(fresh, end):
    clients = Clients(fresh.start())
    s3 = clients.boto("s3")
    for number in range(5):
        s3.create_bucket(Bucket=f"kept-{number}")
    first = clients.boto("cloudtrail").lookup_events(MaxResults=2)
    before = lookup_all(clients.boto("cloudtrail"), LookupAttributes=[attribute("EventName", "CreateBucket")])
    assert len(before) == 5
    getattr(fresh, end)()

    cloudtrail = Clients(fresh.start()).boto("cloudtrail")
    asked = {"LookupAttributes": [attribute("EventName", "CreateBucket")]}
    after = wait_for(lambda: settled(cloudtrail, asked, 5), "the history has caught up")
    assert after == before
    rest = cloudtrail.lookup_events(MaxResults=2, NextToken=first["NextToken"])["Events"]
    assert len(rest) == 2 and rest[0]["EventId"] not in [event["EventId"] for event in first["Events"]]


def settled(cloudtrail, asked, count):
    found = lookup_all(cloudtrail, **asked)
    return found if len(found) >= count else None
