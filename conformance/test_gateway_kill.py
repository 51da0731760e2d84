"""Whatever ends the gateway, and when: each call that reached the upstream has one event, and an answered call one
that knows its outcome."""

import collections
import itertools
import json
import os
import random
import threading
import time
import urllib.error

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from clients import Clients
from disturbances import Anything, SmallDisk
from gateway_upstream import Caller, Upstream
from waiting import wait_for

KILLS = int(os.environ.get("CAIRN_KILLS", "20"))
LIFE_SECONDS_MAX = 0.4
START_SECONDS_MAX = 0.3
PHASES = {"CreateQueue": Upstream.PHASES[:3], "UpdateFunctionCode": Upstream.PHASES[:3], "GetFunction": Upstream.PHASES}
DISK_MB = 64
CALLS_MAX = 20_000


@pytest.fixture
def upstream():
    upstream = Upstream()
    yield upstream
    upstream.close()


@pytest.fixture
def make_gateway(make_server, upstream, tmp_path):
    """Makes a server that forwards everything to the upstream, under a policy."""

    def make(record, **settings):
        config = tmp_path / "gateway.toml"
        config.write_text(f'[upstreams.test]\nurl = "{upstream.endpoint}"\nrecord = "{record}"\n')
        server = make_server(**settings)
        server.arguments = ["--config", config]
        return server

    return make


def test_no_kill_leaves_a_call_without_its_one_event(make_gateway, upstream):
    server = make_gateway("require", history__seal_after="1s")
    # A kill breaks calls off on both sides.
    server.allowed |= {"call not answered by its upstream"}
    seed = int(os.environ.get("CAIRN_SEED", random.SystemRandom().randrange(2**32)))
    print(f"{KILLS} kills; repeat with CAIRN_SEED={seed}")
    chance, load = random.Random(seed), Load()
    server.start()
    for round in range(KILLS):
        since = load.marker()
        if round % 2:
            load.run(server, until=lambda: (time.sleep(chance.uniform(0, LIFE_SECONDS_MAX)), server.kill()))
        else:
            kind = chance.choice(list(PHASES))
            kill_at(server, upstream, load, kind, chance.choice(PHASES[kind]))
        upstream.release()
        if chance.random() < 0.3:
            # It dies again while it takes up what was left open.
            server.launch()
            time.sleep(chance.uniform(0, START_SECONDS_MAX))
            server.kill()
        server.start()
        check(server, upstream, load, since)
    found = check(server, upstream, load, since="")
    unknown = sum(outcome == "unknown" for outcomes in found.values() for outcome in outcomes)
    print(f"{len(load.answered)} calls answered, {len(set(upstream.reached))} reached the upstream, {unknown} with an unknown outcome")
    assert len(load.answered) > KILLS, "the load proves too little"
    assert unknown >= KILLS // 4, "too few calls were cut off in the middle"


def test_a_gateway_that_is_stopped_loses_nothing(make_gateway, upstream):
    server = make_gateway("require")
    load = Load()
    server.start()
    load.run(server, until=lambda: (wait_for(lambda: len(load.answered) > 20, "some calls are answered"), server.stop()))
    server.start()
    found = check(server, upstream, load, since="")
    assert all(outcomes == ["known"] for outcomes in found.values()), "a call under way ends before the server does"


def test_a_full_disk_refuses_before_the_upstream_sees_the_call(make_gateway, upstream):
    server = make_gateway("require")
    server.allowed = Anything()
    disk = SmallDisk(server, DISK_MB)
    if not disk.mounted:
        pytest.skip(disk.unavailable())
    try:
        caller = Caller(server.start().endpoint)
        assert caller.call("TagQueue", "marker-before") == 200
        fill(disk)
        answered, refused = [], []
        # What was written ahead takes some calls still.
        for number in range(CALLS_MAX):
            marker = f"marker-{number:05}"
            # Long events fill it, and short ones what is left.
            status = caller.call("CreateQueue" if refused else "TagQueue", marker)
            assert status in (200, 503)
            (answered if status == 200 else refused).append(marker)
            if len(refused) == 50:
                break
        assert len(refused) == 50, "the disk was never full"
        gone_out = set(refused) & set(upstream.reached)
        print(f"{len(answered)} calls answered and {len(refused)} refused; {len(gone_out)} of those had gone out")
        assert len(gone_out) <= 1, "only the call that was under way when the disk was full"
        reached = len(upstream.reached)
        assert refusals(server) == {"ServiceUnavailable"}
        assert len(upstream.reached) == reached
        make_room(disk)
        later = itertools.count(CALLS_MAX)
        wait_for(lambda: caller.call("TagQueue", f"marker-{next(later)}") == 200, "calls are taken once there is room", limit=30)
        caller.close()
        outcomes = wait_for(lambda: complete(server, upstream), "every call that reached the upstream has its event", limit=30)
        assert set(outcomes) == set(upstream.reached)
        assert all(len(found) == 1 for found in outcomes.values())
    finally:
        if server.process is not None:
            server.stop()
        disk.unmount()


def test_best_effort_goes_on_and_an_event_tells_of_the_gap(make_gateway, upstream):
    server = make_gateway("best_effort")
    server.allowed = Anything()
    disk = SmallDisk(server, DISK_MB)
    if not disk.mounted:
        pytest.skip(disk.unavailable())
    try:
        caller = Caller(server.start().endpoint)
        assert caller.call("TagQueue", "marker-before") == 200
        wait_for(lambda: caught_up(server, 1), "the first call is recorded")
        fill(disk)
        calls = 1 + lose_some(server, caller, some=200)
        assert len(upstream.reached) == calls
        caller.close()
        make_room(disk)
        told = wait_for(lambda: all_told(server), "the gap is told while the server runs", limit=30)
        lost = sum(event["serviceEventDetails"]["count"] for event in told)
        recorded = wait_for(lambda: caught_up(server, calls - lost), "the others are found", limit=30)
        details = told[0]["serviceEventDetails"]
        print(f"{recorded} calls recorded, {lost} lost; {details}")
        assert recorded + lost == calls
        assert (details["upstream"], details["reason"], details["countIs"]) == ("test", "journal-full", "exact")
        assert told[0]["eventType"] == "AwsServiceEvent"
    finally:
        if server.process is not None:
            server.stop()
        disk.unmount()


def test_a_gap_outlives_the_process(make_gateway, upstream):
    server = make_gateway("best_effort")
    server.allowed = Anything()
    disk = SmallDisk(server, DISK_MB)
    if not disk.mounted:
        pytest.skip(disk.unavailable())
    try:
        caller = Caller(server.start().endpoint)
        fill(disk)
        lose_some(server, caller, some=1)
        # Its count is written within a second.
        kept = lambda: b"journal-full" in (server.data_dir / "gaps").read_bytes()
        wait_for(kept, "the gap is in its file")
        server.kill()
        make_room(disk)
        server.start()
        [told] = wait_for(lambda: events(server, "EventsNotRecorded"), "the gap is told", limit=30)
        details = told["serviceEventDetails"]
        assert details["countIs"] == "at-least" and details["count"] >= 1
    finally:
        if server.process is not None:
            server.stop()
        disk.unmount()


class Load:
    """Calls of each kind, one after the other, from a thread each. A marker is used once, whatever became of the call."""

    def __init__(self):
        self.answered, self.trouble, self._asked, self._lock = [], [], 0, threading.Lock()

    def marker(self):
        """Returns a marker that was never used; a later one is greater."""
        with self._lock:
            self._asked += 1
            return f"marker-{self._asked:07}"

    def run(self, server, until):
        threads = [threading.Thread(target=self._call, args=(server.endpoint, kind)) for kind in PHASES for _ in range(2)]
        for thread in threads:
            thread.start()
        until()
        for thread in threads:
            thread.join()
        assert self.trouble == []

    def call_once(self, endpoint, kind):
        """Makes one call; its connection may break."""
        marker = self.marker()
        try:
            caller = Caller(endpoint)
            if caller.call(kind, marker) == 200:
                self.answered.append(marker)
            caller.close()
        except OSError:
            pass

    def _call(self, endpoint, kind):
        try:
            caller = Caller(endpoint)
            while True:
                marker = self.marker()
                status = caller.call(kind, marker, pace=0.005)
                if status == 200:
                    self.answered.append(marker)
                elif status != 503:
                    self.trouble.append((marker, status))
        except OSError:
            pass


def kill_at(server, upstream, load, kind, phase):
    """Kills the gateway while a call of that kind is in that phase."""
    upstream.stand_still_at(phase)
    calling = threading.Thread(target=load.call_once, args=(server.endpoint, kind))
    calling.start()
    assert upstream.stood.wait(20), f"{kind} never came to {phase}"
    server.kill()
    calling.join()


def check(server, upstream, load, since):
    """Every call after `since` that reached the upstream is found once; an answered one with its outcome."""
    owed = {marker for marker in upstream.reached if marker > since}
    answered = {marker for marker in load.answered if marker > since}
    assert answered <= owed, "an answer that the upstream did not give"

    def settled():
        found = outcomes_since(server, since)
        return [found] if owed <= found.keys() else None

    [found] = wait_for(settled, f"all of {len(owed)} calls after {since!r} in the history", limit=30)
    assert {marker: outcomes for marker, outcomes in found.items() if len(outcomes) != 1} == {}
    assert {marker for marker in answered if found[marker] != ["known"]} == set()
    return found


def outcomes_since(server, since):
    """Returns the outcomes of calls by their markers, newest first, down to the first that is older."""
    found = collections.defaultdict(list)
    for event in history(server):
        marker = event.get("userAgent", "")
        if not marker.startswith("marker-"):
            continue
        if marker < since:
            # Calls of one life overlap, those of two do not; a settled one comes late.
            break
        found[marker].append((event.get("additionalEventData") or {}).get("outcome", "known"))
    return dict(found)


def history(server):
    for page in Clients(server).boto("cloudtrail").get_paginator("lookup_events").paginate():
        for event in page["Events"]:
            yield json.loads(event["CloudTrailEvent"])


def complete(server, upstream):
    found = outcomes_since(server, "")
    return found if set(upstream.reached) <= found.keys() else None


def events(server, name):
    return [event for event in history(server) if event["eventName"] == name]


def caught_up(server, count):
    recorded = sum(1 for event in history(server) if event.get("userAgent", "").startswith("marker-"))
    return recorded if recorded >= count else None


def lose_some(server, caller, some):
    """Calls until that many calls could not be recorded; returns how many it took, all of them answered."""
    for number in range(1, CALLS_MAX):
        assert caller.call("TagQueue", f"marker-{number:05}") == 200
        if number % 50 == 0 and unrecorded(server) >= some:
            return number
    raise AssertionError("the disk was never full")


def all_told(server):
    """Returns the events of gaps once they tell of every call that was not recorded."""
    try:
        server.page("readyz")
    except urllib.error.HTTPError:
        # A lookup could not be recorded, so it is refused.
        return None
    told = events(server, "EventsNotRecorded")
    return told if sum(event["serviceEventDetails"]["count"] for event in told) == unrecorded(server) else None


def unrecorded(server):
    """Returns how many calls the gateway says it could not record."""
    lines = server.page("metrics").read().decode().splitlines()
    return sum(int(float(line.split()[-1])) for line in lines if line.startswith("cairn_gateway_unrecorded_total{"))


def refusals(server):
    """Makes a call in each of several protocols, and returns the codes that boto3 reads from the refusals."""
    calls = {
        "sqs": lambda sqs: sqs.create_queue(QueueName="q"), "s3": lambda s3: s3.create_bucket(Bucket="b"),
        "sns": lambda sns: sns.create_topic(Name="t"), "ec2": lambda ec2: ec2.describe_vpcs(),
        "lambda": lambda functions: functions.list_functions(), "route53": lambda route53: route53.list_hosted_zones(),
    }  # fmt: skip
    session = boto3.Session("AKIAUPSTREAM00000001", "none", region_name="us-east-1")
    once = Config(retries={"total_max_attempts": 1}, proxies={})
    codes = set()
    for service, call in calls.items():
        with pytest.raises(ClientError) as refused:
            call(session.client(service, endpoint_url=server.endpoint, config=once))
        assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 503
        codes.add(refused.value.response["Error"]["Code"])
    return codes


def fill(disk):
    with open(disk.filler, "wb", buffering=0) as filler:
        try:
            while True:
                filler.write(bytes(65536))
        except OSError:
            pass


def make_room(disk):
    disk.filler.unlink()
