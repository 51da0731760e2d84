"""Servers that end and begin again: no silence is told that was theirs, and everything else once."""

import json

import pytest
from clients import Clients
from disturbances import Clock
from insights_clock import Minutes
from insights_history import DAY_S, History
from insights_places import BOTH, insight_files, minute, of
from server import Server
from test_sources import imported
from waiting import wait_for

pytestmark = pytest.mark.skipif(Clock.unavailable() is not None, reason=str(Clock.unavailable()))

EACH_MINUTE = 6


class World:
    """A server that knows a week of six calls a minute, and goes on getting them while a test lets it."""

    def __init__(self, server, clock, directory):
        self.server, self.clock = server, clock
        self.connect()
        self.s3.create_bucket(Bucket="tagged")
        self.s3.create_bucket(Bucket="logs")
        self.s3.put_bucket_policy(Bucket="logs", Policy=server.command("bucket-policy", "logs"))
        self.cloudtrail.create_trail(Name="main", S3BucketName="logs")
        self.cloudtrail.put_insight_selectors(TrailName="main", InsightSelectors=BOTH)
        self.cloudtrail.start_logging(Name="main")
        end = clock.now() // 60 * 60
        history = History().regular("PutBucketTagging", a_minute=EACH_MINUTE, begin=end - 7 * DAY_S, end=end)
        told = imported(server, "cloudtrail", history.write(directory))
        assert told["recorded"] == len(history.events)
        # An import is learnt from once nothing has come for five seconds.
        clock.judged(1)

    def connect(self):
        clients = Clients(self.server)
        self.cloudtrail, self.s3 = clients.boto("cloudtrail"), clients.boto("s3")

    def again(self, end):
        """Ends the server in the way given and starts it."""
        end()
        self.server.start()
        self.connect()

    def minutes(self, count, calls=EACH_MINUTE):
        """Lets minutes pass, each with calls; those without are watched, too."""
        if not calls:
            return self.clock.judged(count)
        for _ in range(count):
            for _ in range(calls):
                self.s3.put_bucket_tagging(Bucket="tagged", Tagging={"TagSet": [{"Key": "a", "Value": "b"}]})
            self.clock.forward(60)

    def history(self, state=None):
        answer = self.cloudtrail.lookup_events(EventCategory="insight")["Events"]
        return of([json.loads(event["CloudTrailEvent"]) for event in answer], "PutBucketTagging", state)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    directory = tmp_path_factory.mktemp("downtime")
    with pytest.MonkeyPatch.context() as patching:
        server = Server()
        clock = Minutes(server, directory / "clock")
        clock.sign(patching)
        try:
            yield World(server.start(), clock, directory / "logs")
        finally:
            server.close()


def test_a_server_that_was_down_tells_no_silence(world):
    world.minutes(3)
    world.clock.judged()
    world.server.stop()
    world.clock.forward(40 * 60)
    world.server.start()
    world.connect()
    world.minutes(6)
    world.clock.judged()
    assert world.history() == []


def test_a_silence_is_found_within_five_minutes_and_ends_when_calls_come_again(world):
    begun = world.clock.now()
    world.minutes(10, calls=0)
    world.clock.judged()
    [start] = world.history("Start")
    assert start["insightDetails"]["insightContext"]["statistics"]["insight"]["average"] < 1
    assert start["insightDetails"]["insightContext"]["statistics"]["insightDuration"] <= 5
    assert abs(minute(start) - begun) <= 60
    world.minutes(6)
    world.clock.judged()
    [end] = world.history("End")
    assert start["sharedEventID"] == end["sharedEventID"]
    assert len(world.history()) == 2


def test_kills_in_the_middle_tell_everything_once(world):
    before = len(world.history())
    for kill in range(1, 3):
        world.minutes(1, calls=200)
        world.again(world.server.kill)
        world.minutes(1, calls=200)
        world.again(world.server.kill)
        world.minutes(3)
        world.again(world.server.kill)
        world.minutes(8)
        world.clock.judged()
        assert len(world.history()) == before + 2 * kill
    ids = [record["eventID"] for record in world.history()]
    assert len(ids) == len(set(ids)), "the history has something twice"
    shared = [record["sharedEventID"] for record in world.history()]
    assert {shared.count(one) for one in shared} == {2}
    delivered = lambda: [record["eventID"] for records in insight_files(world.s3).values() for record in of(records, "PutBucketTagging")]
    wait_for(lambda: set(ids) <= set(delivered()), "all are in files")
    assert sorted(delivered()) == sorted(ids), "a file has something twice"
