"""Who is told of an insight: trails of each sensitivity, and trails that mute it by action, caller and time."""

import gzip
import json
import time

import pytest
from botocore.exceptions import ClientError
from clients import Clients
from disturbances import Clock
from insights_clock import Minutes
from insights_history import ACCOUNT, DAY_S, History
from server import Server
from test_sources import imported
from waiting import wait_for

pytestmark = pytest.mark.skipif(Clock.unavailable() is not None, reason=str(Clock.unavailable()))

S3 = "s3.amazonaws.com"
BOTH = [{"InsightType": "ApiCallRateInsight"}, {"InsightType": "ApiErrorRateInsight"}]
SENSITIVITY, MUTE = "cairn:insights-sensitivity", "cairn:insights-mute:"
# A Region has room for five trails.
TRAILS = {
    "plain": {},
    "high": {SENSITIVITY: "high", MUTE + "another": "name=Delete... principal=user/maya"},
    "low": {SENSITIVITY: "low", MUTE + "yesterday": "window=2020-02-01/2020-02-29"},
    "by-caller": {MUTE + "me": "source=s3 principal=user/administrator"},
    "by-time": {MUTE + "today": ""},
}


class World:
    """A server with eight days of history, five trails that look for insights, and a surge of one action."""

    def __init__(self, server, clock, directory):
        self.server, self.clock = server, clock
        clients = Clients(server)
        self.environment = clients.environment
        self.cloudtrail, self.s3 = clients.boto("cloudtrail"), clients.boto("s3")
        self.s3.create_bucket(Bucket="tagged")
        days = [time.strftime("%a", time.gmtime(clock.now() + ahead)) for ahead in (0, DAY_S)]
        for name, tags in TRAILS.items():
            tags = [{"Key": key, "Value": value or "window=" + "+".join(days)} for key, value in tags.items()]
            bucket = f"logs-{name}"
            self.s3.create_bucket(Bucket=bucket)
            self.s3.put_bucket_policy(Bucket=bucket, Policy=server.command("bucket-policy", bucket))
            self.cloudtrail.create_trail(Name=name, S3BucketName=bucket, TagsList=tags)
            self.cloudtrail.put_insight_selectors(TrailName=name, InsightSelectors=BOTH)
            self.cloudtrail.start_logging(Name=name)
        history = History()
        now = clock.now()
        history.steady("PutBucketTagging", a_minute=0.5, begin=now - 8 * DAY_S, end=now - 600)
        imported(server, "cloudtrail", history.write(directory))

    def told(self, trail):
        """Returns what a trail's files tell of the surge: state and sensitivity, in order."""
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=f"logs-{trail}")
        keys = [entry["Key"] for page in pages for entry in page.get("Contents", []) if entry["Size"]]
        keys = [key for key in keys if "/CloudTrail-Insight/" in key]
        files = [self.s3.get_object(Bucket=f"logs-{trail}", Key=key)["Body"].read() for key in keys]
        records = [record for file in files for record in json.loads(gzip.decompress(file))["Records"]]
        details = [record["insightDetails"] for record in records]
        named = [one for one in details if (one["eventSource"], one["eventName"]) == (S3, "PutBucketTagging")]
        return [(one["state"], one.get("sensitivity")) for one in named]


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    directory = tmp_path_factory.mktemp("routing")
    with pytest.MonkeyPatch.context() as patching:
        server = Server(digest__interval="10m")
        clock = Minutes(server, directory / "clock")
        clock.sign(patching)
        try:
            yield World(server.start(), clock, directory / "logs")
        finally:
            server.close()


def test_each_trail_is_told_at_its_sensitivity_of_what_it_does_not_mute(world):
    for _ in range(80):
        world.s3.put_bucket_tagging(Bucket="tagged", Tagging={"TagSet": [{"Key": "a", "Value": "b"}]})
    world.clock.judged(2)
    world.clock.judged(15)
    expected = {
        "plain": [("Start", None), ("End", None)],
        "high": [("Start", "high"), ("End", "high")],
        "low": [("Start", "low"), ("End", "low")],
        "by-caller": [],
        "by-time": [],
    }
    for trail in ["plain", "high", "low"]:
        wait_for(lambda: len(world.told(trail)) == 2, f"start and end are in the files of {trail}")
    assert {trail: world.told(trail) for trail in TRAILS} == expected


def test_the_history_tells_sensitivities_apart(world):
    found = world.cloudtrail.lookup_events(
        EventCategory="insight", LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "PutBucketTagging"}]
    )["Events"]
    records = [json.loads(event["CloudTrailEvent"]) for event in found]
    details = [record["insightDetails"] for record in records]
    told = sorted((one.get("sensitivity", "medium"), one["state"]) for one in details)
    assert told == [(of, state) for of in ("high", "low", "medium") for state in ("End", "Start")]
    assert len({record["eventID"] for record in records}) == 6
    assert len({record["sharedEventID"] for record in records}) == 3
    callers = details[0]["insightContext"]["attributions"][0]
    assert callers["attribute"] == "userIdentityArn"
    assert [one["value"] for one in callers["insight"]] == [f"arn:aws:iam::{ACCOUNT}:user/administrator"]
    assert [one["value"] for one in callers["baseline"]] == [f"arn:aws:iam::{ACCOUNT}:user/maya"]


def test_tags_that_say_nothing_are_refused(world):
    arn = world.cloudtrail.get_trail(Name="plain")["Trail"]["TrailARN"]
    tags = lambda: world.cloudtrail.list_tags(ResourceIdList=[arn])["ResourceTagList"][0]["TagsList"]
    before = tags()
    for key, value, words in [
        (SENSITIVITY, "loud", "low, medium or high"),
        (MUTE + "x", "ec2", "terms are source=, name=, principal= and window="),
        (MUTE + "x", "window=22:00", "22:00 is not a window"),
        ("cairn:insights-mutes:x", "source=ec2", "is not known"),
    ]:
        with pytest.raises(ClientError, match=words) as refused:
            world.cloudtrail.add_tags(ResourceId=arn, TagsList=[{"Key": key, "Value": value}])
        assert refused.value.response["Error"]["Code"] == "InvalidTagParameterException"
    assert tags() == before
    world.cloudtrail.add_tags(ResourceId=arn, TagsList=[{"Key": MUTE + "x", "Value": "source=ec2 window=Sat-Sun/22:00-06:00"}])
    assert tags()[-1] == {"Key": MUTE + "x", "Value": "source=ec2 window=Sat-Sun/22:00-06:00"}
    world.cloudtrail.remove_tags(ResourceId=arn, TagsList=[{"Key": MUTE + "x"}])
    assert tags() == before
