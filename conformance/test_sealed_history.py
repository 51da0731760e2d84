"""The history once events have moved from memory into splits, and the journal behind them is trimmed."""

import json
import secrets
import threading

import pytest
from clients import Clients
from log_files import LogBucket
from waiting import wait_for

CREATE = [{"AttributeKey": "EventName", "AttributeValue": "CreateBucket"}]


def lookup_all(cloudtrail, **arguments):
    pages = cloudtrail.get_paginator("lookup_events").paginate(**arguments)
    return [event for page in pages for event in page["Events"]]


def created(cloudtrail):
    return lookup_all(cloudtrail, LookupAttributes=CREATE)


def sealed(server, above):
    return (server.metric("cairn_history_split_events") or 0) >= above


def test_sealing_changes_no_answer_and_no_token(make_server):
    server = make_server(history__seal_after="1s")
    clients = Clients(server.start())
    s3, cloudtrail = clients.boto("s3"), clients.boto("cloudtrail")
    for number in range(70):
        s3.create_bucket(Bucket=f"sealed-{number:02}")
    before = wait_for(lambda: all_of(cloudtrail, 70), "every bucket is found", limit=1)
    asked = {"LookupAttributes": CREATE, "MaxResults": 30}
    first = cloudtrail.lookup_events(**asked)
    wait_for(lambda: sealed(server, above=70), "the events are in splits", limit=30)
    assert created(cloudtrail) == before
    second = cloudtrail.lookup_events(**asked, NextToken=first["NextToken"])
    third = cloudtrail.lookup_events(**asked, NextToken=second["NextToken"])
    assert first["Events"] + second["Events"] + third["Events"] == before and "NextToken" not in third
    for key, value in [("ResourceName", "sealed-33"), ("EventId", before[5]["EventId"])]:
        found = lookup_all(cloudtrail, LookupAttributes=[{"AttributeKey": key, "AttributeValue": value}])
        assert [event["EventName"] for event in found] == ["CreateBucket"], key
    server.kill()
    assert created(Clients(server.start()).boto("cloudtrail")) == before


def all_of(cloudtrail, count):
    found = created(cloudtrail)
    return found if len(found) == count else None


@pytest.mark.soak
def test_a_trimmed_journal_takes_nothing_with_it(make_server):
    """The journal is trimmed by segments of 128 MiB, so as much is recorded first."""
    server = make_server(history__seal_after="1s", journal__hold="0s")
    clients = Clients(server.start())
    s3, cloudtrail = clients.boto("s3"), clients.boto("cloudtrail")
    s3.create_bucket(Bucket="logs")
    s3.put_bucket_policy(Bucket="logs", Policy=server.command("bucket-policy", "logs"))
    cloudtrail.create_trail(Name="main", S3BucketName="logs", IsMultiRegionTrail=True)
    cloudtrail.start_logging(Name="main")
    for number in range(30):
        s3.create_bucket(Bucket=f"trimmed-{number:02}")
    before = [event["EventId"] for event in created(cloudtrail)]
    assert len(before) == 31

    fill(clients, lambda: json.load(server.page("readyz"))["journal"]["head"] > 40)
    server.kill()
    clients = Clients(server.start())
    assert [event["EventId"] for event in created(clients.boto("cloudtrail"))] == before
    end = clients.boto("cloudtrail").describe_trails()["ResponseMetadata"]["RequestId"]
    logs = LogBucket(clients.boto("s3"), "logs")
    wait_for(lambda: end in [record["requestID"] for record in logs.records()], "the end is delivered", limit=60)
    delivered = [record["eventID"] for record in logs.records()]
    assert len(set(delivered)) == len(delivered)
    assert set(before[:30]) <= set(delivered)


def fill(clients, full):
    """Makes large events, which do not compress well, from several threads until `full`."""
    done = threading.Event()

    def call():
        s3 = clients.boto("s3")
        while not done.is_set():
            tags = [{"Key": secrets.token_hex(64), "Value": secrets.token_urlsafe(192)} for _ in range(50)]
            s3.put_bucket_tagging(Bucket="trimmed-00", Tagging={"TagSet": tags})

    callers = [threading.Thread(target=call) for _ in range(8)]
    for caller in callers:
        caller.start()
    try:
        wait_for(full, "the journal begins behind the first events", limit=300, pause=0.5)
    finally:
        done.set()
        for caller in callers:
            caller.join()
