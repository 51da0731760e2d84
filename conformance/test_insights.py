"""Insights for real: eight days are imported, then calls surge, fail, fall silent; every place that tells of it is asked.

The tests of this file are one story on one server, and go in order. The server's clock is moved instead of waiting for
minutes to end; only the first surge is found at the pace of a clock that nobody moves.
"""

import re

import pytest
from clients import Clients
from digest_files import DigestBuckets
from disturbances import Clock
from emulators import Moto, running
from insights_clock import Minutes
from insights_history import ACCOUNT, DAY_S, History
from insights_places import BOTH, TRAIL, Places, minute, of
from server import Server
from test_sources import imported
from test_webhooks import Receiver
from waiting import wait_for

pytestmark = pytest.mark.skipif(Clock.unavailable() is not None, reason=str(Clock.unavailable()))

EC2, IAM = "ec2.amazonaws.com", "iam.amazonaws.com"
RIGHT_AWAY_S = 120


class World:
    """A server with eight days of history, whose events go wherever they can go, and its clock."""

    def __init__(self, server, clock, moto, receiver, directory):
        self.server, self.clock = server, clock
        self.places = Places(server, Clients(server), moto, receiver)
        self.places.s3.create_bucket(Bucket="tagged")
        now = clock.now()
        self.burst_at = (int(now - 2 * DAY_S) // 60) * 60
        history = History()
        history.steady("PutBucketTagging", a_minute=0.2, begin=now - 8 * DAY_S, end=now - 3600)
        history.steady("RunInstances", EC2, a_minute=0.1, begin=now - 8 * DAY_S, end=now - 3600)
        history.burst("RunInstances", EC2, count=90, at=self.burst_at, user="eve")
        self.told = imported(server, "cloudtrail", history.write(directory))
        self.events = len(history.events)

    def tag(self, times):
        for _ in range(times):
            self.places.s3.put_bucket_tagging(Bucket="tagged", Tagging={"TagSet": [{"Key": "a", "Value": "b"}]})

    def untag(self, times):
        for _ in range(times):
            self.places.s3.delete_bucket_tagging(Bucket="tagged")

    def found(self, name, state="Start", count=1, limit=20):
        """Waits until the history shows so many insights on an action, and returns the newest."""
        shown = lambda: of(self.places.history(name), name, state)
        return wait_for(lambda: len(shown()) >= count and shown(), f"{count} {state} of {name}", limit=limit)[0]


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    directory = tmp_path_factory.mktemp("insights")
    with running(Moto) as moto, pytest.MonkeyPatch.context() as patching:
        receiver = Receiver(secret=None)
        hook = {"destinations__siem__type": "webhook", "destinations__siem__url": f"http://127.0.0.1:{receiver.port}/"}
        server = Server(digest__interval="10m", **moto.settings("logs", "events", "sns"), **hook)
        clock = Minutes(server, directory / "clock")
        clock.sign(patching)
        try:
            yield World(server.start(), clock, moto, receiver, directory / "logs")
        finally:
            server.close()
            receiver.close()


def test_a_surge_of_the_past_is_found_at_once_and_goes_to_no_trail(world):
    assert (world.told["recorded"], world.told["refused"]) == (world.events, 0)
    start, end = world.found("RunInstances", limit=30), world.found("RunInstances", "End")
    assert minute(start) == world.burst_at
    assert start["sharedEventID"] == end["sharedEventID"] and start["eventID"] != end["eventID"]
    context = start["insightDetails"]["insightContext"]
    by_caller = next(block for block in context["attributions"] if block["attribute"] == "userIdentityArn")
    assert by_caller["insight"][0]["value"] == f"arn:aws:iam::{ACCOUNT}:user/eve"
    assert by_caller["baseline"][0]["value"] == f"arn:aws:iam::{ACCOUNT}:user/maya"
    assert abs(context["statistics"]["baseline"]["average"] - 0.1) < 0.02
    assert of(world.places.history(), "RunInstances") == [end, start]
    assert world.places.history("PutBucketTagging") == []


def test_a_surge_is_told_everywhere_within_two_minutes(world):
    world.clock.until_second(50)
    begun = world.clock.now()
    world.tag(60)
    start = world.found("PutBucketTagging", limit=RIGHT_AWAY_S)
    assert world.clock.now() - begun < RIGHT_AWAY_S
    assert abs(minute(start) - begun) < 120
    # Of the hour between the end of the log files and the start of the server nobody knows.
    watched = start["insightDetails"]["insightContext"]["statistics"]["baselineDuration"]
    assert 7 * 24 * 60 - 65 <= watched <= 7 * 24 * 60
    everywhere(world, "PutBucketTagging", "Start", [start["eventID"]])


def test_its_end_is_told_everywhere_and_once(world):
    for _ in range(3):
        world.tag(30)
        world.clock.judged(1)
    world.clock.judged(12)
    end = world.found("PutBucketTagging", "End")
    [start] = of(world.places.history("PutBucketTagging"), "PutBucketTagging", "Start")
    assert start["sharedEventID"] == end["sharedEventID"]
    everywhere(world, "PutBucketTagging", "End", [end["eventID"]])
    everywhere(world, "PutBucketTagging", "Start", [start["eventID"]])
    everywhere(world, "RunInstances", None, [], besides=("LookupEvents", "tail", "webhook"))


def test_errors_of_an_action_that_nobody_ever_called_are_unusual(world):
    for _ in range(30):
        with pytest.raises(world.places.s3.exceptions.ClientError):
            world.places.s3.put_bucket_versioning(Bucket="nowhere", VersioningConfiguration={"Status": "Enabled"})
    world.clock.judged(2)
    starts = lambda: of(world.places.history("PutBucketVersioning"), "PutBucketVersioning", "Start")
    wait_for(lambda: len(starts()) == 2, "the rate of calls and the rate of errors")
    by_type = {start["insightDetails"]["insightType"]: start["insightDetails"] for start in starts()}
    assert by_type["ApiErrorRateInsight"]["errorCode"] == "NoSuchBucket"
    assert "errorCode" not in by_type["ApiCallRateInsight"]
    blocks = {kind: [block["attribute"] for block in of_one["insightContext"]["attributions"]] for kind, of_one in by_type.items()}
    assert blocks == {
        "ApiErrorRateInsight": ["userIdentityArn", "userAgent"],
        "ApiCallRateInsight": ["userIdentityArn", "userAgent", "errorCode"],
    }


def test_what_is_muted_is_not_told_and_what_is_not_is(world):
    world.places.cloudtrail.add_tags(
        ResourceId=TRAIL, TagsList=[{"Key": "cairn:insights-mute:tags", "Value": "source=s3.amazonaws.com name=DeleteBucketTagging"}]
    )
    world.untag(60)
    own = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    for _ in range(60):
        world.places.s3.put_bucket_ownership_controls(Bucket="tagged", OwnershipControls=own)
    world.clock.judged(2)
    world.found("PutBucketOwnershipControls")
    assert world.places.history("DeleteBucketTagging") == []
    world.places.cloudtrail.remove_tags(ResourceId=TRAIL, TagsList=[{"Key": "cairn:insights-mute:tags"}])


def test_nothing_is_told_while_insights_are_off_and_all_is_known_when_they_are_on_again(world):
    world.places.cloudtrail.put_insight_selectors(TrailName="main", InsightSelectors=[])
    for _ in range(60):
        world.places.s3.delete_bucket_policy(Bucket="tagged")
    world.clock.judged(2)
    assert world.places.history("DeleteBucketPolicy") == []
    world.places.cloudtrail.put_insight_selectors(TrailName="main", InsightSelectors=BOTH)
    world.clock.judged(12)
    for _ in range(60):
        world.places.s3.put_public_access_block(Bucket="tagged", PublicAccessBlockConfiguration={"BlockPublicAcls": True})
    world.clock.judged(2)
    world.found("PutBucketPublicAccessBlock")
    assert world.places.history("DeleteBucketPolicy") == []


def test_a_trail_hears_of_what_is_unusual_at_its_sensitivity(world):
    calls = [
        ("low", "DeleteBucketEncryption", lambda s3: s3.delete_bucket_encryption(Bucket="tagged")),
        ("high", "DeleteBucketPublicAccessBlock", lambda s3: s3.delete_public_access_block(Bucket="tagged")),
    ]
    for sensitivity, name, call in calls:
        tags = [{"Key": "cairn:insights-sensitivity", "Value": sensitivity}]
        world.places.cloudtrail.add_tags(ResourceId=TRAIL, TagsList=tags)
        for _ in range(60):
            call(world.places.s3)
        world.clock.judged(2)
        start = world.found(name)
        assert start["insightDetails"]["sensitivity"] == sensitivity
        wait_for(lambda: of(world.places.in_files(), name, "Start") == [start], "it is in the trail's files")
    world.places.cloudtrail.remove_tags(ResourceId=TRAIL, TagsList=[{"Key": "cairn:insights-sensitivity"}])


def test_the_aws_cli_finds_insights_and_proves_their_files(world):
    clients, places = world.places.clients, world.places
    clients.environment |= world.server.environment
    shown = clients.aws("cloudtrail", "lookup-events", "--event-category", "insight", "--query", "length(Events)", "--output", "text")
    assert int(shown) == len(places.history())
    world.clock.judged()
    stop = places.cloudtrail.stop_logging(Name="main")["ResponseMetadata"]["RequestId"]
    buckets = DigestBuckets(places.s3, "main", "logs")
    wait_for(lambda: buckets.proven(stop), "digests have every file", limit=40)
    said = clients.aws("cloudtrail", "validate-logs", "--trail-arn", TRAIL, "--start-time", "2020-01-01T00:00:00Z", "--verbose")
    assert "INVALID" not in said
    assert set(re.findall(r"s3://logs/(\S*/CloudTrail-Insight/\S*)\s+valid", said)) == set(places.files()), said


def everywhere(world, name, state, ids, besides=()):
    """Demands insights of these ids, and no others on the action, once at every place but those that are named."""

    def there():
        told = {place: of(records, name, state) for place, records in world.places.all().items() if place not in besides}
        return {place: [record["eventID"] for record in records] for place, records in told.items()}

    wait_for(lambda: all(set(ids) <= set(found) for found in there().values()), f"{state} of {name} is told everywhere")
    assert there() == dict.fromkeys(there(), ids)
