"""kill -9 under load: what was answered is found exactly once, in the history, in the log files and in the state."""

import collections
import json
import os
import random
import time

from clients import Clients
from load import MANAGEMENT, Load, marker_of
from log_files import LogBucket
from waiting import wait_for

KILLS = int(os.environ.get("CAIRN_KILLS", "100"))
LIFE_SECONDS_MAX = 0.5
START_SECONDS_MAX = 0.1


def test_no_kill_loses_or_repeats_a_call(make_server):
    server = make_server(history__seal_after="1s")
    seed = int(os.environ.get("CAIRN_SEED", random.SystemRandom().randrange(2**32)))
    chance, load, restarts = random.Random(seed), Load(), []
    print(f"{KILLS} kills; repeat with CAIRN_SEED={seed}")
    prepare(Clients(server.start()), server.command("bucket-policy", "logs"))
    for _ in range(KILLS):
        since = load.marker()
        load.run(Clients(server), until=lambda: (time.sleep(chance.uniform(0, LIFE_SECONDS_MAX)), server.kill()))
        assert load.trouble == []
        if chance.random() < 0.2:
            server.launch()
            time.sleep(chance.uniform(0, START_SECONDS_MAX))
            server.kill()
        before = time.monotonic()
        server.start()
        restarts.append(time.monotonic() - before)
        check_state(Clients(server), load)
        check_history(Clients(server).boto("cloudtrail"), load, since)
    calls = sum(map(len, load.answered.values()))
    print(f"{calls} calls answered; restarts took {sum(restarts) / KILLS:.2f} s, at most {max(restarts):.2f} s")
    assert all(len(answered) > KILLS / 2 for answered in load.answered.values()), "the load proves too little"
    check_history(Clients(server).boto("cloudtrail"), load, since="")
    check_log_files(Clients(server), load)


def prepare(clients, policy):
    """Makes what the load touches: a trail that delivers data events of one bucket."""
    s3, cloudtrail = clients.boto("s3"), clients.boto("cloudtrail")
    for bucket in ("logs", "tagged", "filled"):
        s3.create_bucket(Bucket=bucket)
    s3.put_bucket_policy(Bucket="logs", Policy=policy)
    cloudtrail.create_trail(Name="kill", S3BucketName="logs", IsMultiRegionTrail=True)
    data = {"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::filled/"]}
    cloudtrail.put_event_selectors(TrailName="kill", EventSelectors=[{"DataResources": [data]}])
    cloudtrail.start_logging(Name="kill")


def check_state(clients, load):
    """What was changed last is in force: the answered change, or a later one whose answer was lost."""
    s3, cloudtrail = clients.boto("s3"), clients.boto("cloudtrail")
    if answered := load.answered["PutBucketTagging"]:
        assert s3.get_bucket_tagging(Bucket="tagged")["TagSet"][0]["Value"] >= answered[-1]
    if answered := load.answered["AddTags"]:
        trail = cloudtrail.get_trail(Name="kill")["Trail"]["TrailARN"]
        tags = cloudtrail.list_tags(ResourceIdList=[trail])["ResourceTagList"][0]["TagsList"]
        assert tags[0]["Value"] >= answered[-1]
    if answered := load.answered["PutObject"]:
        assert s3.get_object(Bucket="filled", Key=answered[-1])["Body"].read() == answered[-1].encode()


def check_history(cloudtrail, load, since):
    """Every management call that was answered after `since` is found once, every other one once at most."""
    expected = {marker for name in MANAGEMENT for marker in load.answered[name] if marker > since}

    def caught_up():
        found = markers_since(cloudtrail, since)
        return [found] if expected <= found.keys() else None

    [found] = wait_for(caught_up, f"all of {len(expected)} answered calls after {since!r} in the history")
    assert set(found.values()) <= {1}, "found twice"


def markers_since(cloudtrail, since):
    """Counts the markers in the history, newest first, down to the first that is older."""
    found = collections.Counter()
    for page in cloudtrail.get_paginator("lookup_events").paginate():
        for event in page["Events"]:
            marker = marker_of(json.loads(event["CloudTrailEvent"]))
            if marker is not None and marker < since:
                return found
            if marker is not None:
                found[marker] += 1
    return found


def check_log_files(clients, load):
    """Every answered call is in one log file, once; every other one once at most."""
    s3 = clients.boto("s3")
    s3.create_bucket(Bucket="the-end")
    logs = LogBucket(s3, "logs")

    def ended():
        records = logs.records()
        return records if any(ends(record) for record in records) else None

    records = wait_for(ended, "the last call is in a log file", limit=60)
    assert len({record["eventID"] for record in records}) == len(records), "an event was delivered twice"
    found = collections.Counter(filter(None, map(marker_of, records)))
    expected = {marker for answered in load.answered.values() for marker in answered}
    assert expected - found.keys() == set()
    assert set(found.values()) == {1}


def ends(record):
    return record["eventName"] == "CreateBucket" and record["requestParameters"]["bucketName"] == "the-end"
