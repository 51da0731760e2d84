"""Delivery health of every destination: webhooks, NATS, event buses, log groups, and what a bucket that denies is owed."""

import contextlib
import json
from datetime import datetime

import pytest
from clients import Clients
from emulators import Moto
from test_console_pages import DELIVERY, told, user
from test_webhooks import ACCOUNT, SECRET, bus, hook, make_buckets, nats_server, receive, secret_file
from waiting import wait_for

__all__ = ["nats_server", "receive", "secret_file"]
DEFERRED = {"stream deferred", "events given up"}


def destinations(clients):
    return {place["Name"]: place for place in told(clients, DELIVERY)["Destinations"]}


def test_a_webhook_that_refuses_is_told_with_what_waits_and_over_a_restart(receive, secret_file, make_server):
    receiver = receive()
    server = make_server(**hook(receiver, secret_file=secret_file, of="hook")).start()
    clients = Clients(server)
    server.allowed |= DEFERRED
    make_buckets(server, 3)
    works = wait_for(lambda: (found := destinations(clients)["hook"]).get("LastSuccess") and found, "it works")
    assert works["Kind"] == "Webhook" and works["Address"] == f"http://127.0.0.1:{receiver.port}/events", "without the query"
    assert SECRET not in json.dumps(works) and "Error" not in works

    receiver.answer = lambda events: (503, {})
    make_buckets(server, 5, stem="down")

    def failing():
        place = destinations(clients)["hook"]
        return place if place.get("Error") == "Http503" and place["Waiting"] > 0 and place["LagSeconds"] > 0 else None

    failing_now = wait_for(failing, "the failure is told")
    assert failing_now["Advice"].startswith("The receiver failed.")
    assert failing_now["LastError"]["Code"] == "Http503" and datetime.fromisoformat(failing_now["LastError"]["Time"])
    before = failing_now["LastDay"]
    assert before["FailedTries"] > 0 and before["Events"] >= 3

    server.kill()
    clients = Clients(server.start())
    again = wait_for(failing, "it is told after a kill too")
    assert again["LastSuccess"] == failing_now["LastSuccess"], "a success is remembered"
    assert again["LastDay"]["Events"] <= failing_now["LastDay"]["Events"] + 1

    receiver.answer = lambda events: (400, {}) if any("down-002" in json.dumps(event) for event in events) else (204, {})

    def over():
        place = destinations(clients)["hook"]
        return place if "Error" not in place and place["LastDay"]["GivenUp"] == 1 else None

    mended = wait_for(over, "all but one arrives", limit=40)
    assert mended["LastDay"]["GivenUpFor"] == {"refused-400": 1}
    assert mended["DeadLetters"]["File"] == "dead-letters/hook.ndjson" and mended["DeadLetters"]["Bytes"] > 0
    # Every event that was taken is counted once, killed or not; what the page itself recorded goes on arriving.
    wait_for(lambda: destinations(clients)["hook"]["LastDay"]["Events"] >= len(set(receiver.ids())) - 2, "all are counted")
    assert destinations(clients)["hook"]["LastDay"]["Events"] <= len(receiver.ids())
    lines = server.command("trail", "health").splitlines()
    assert [line for line in lines if json.loads(line).get("Kind") == "Webhook"], lines


def test_nats_is_told_and_what_helps_when_no_stream_is_there(nats_server, make_server):
    nats_server.start()
    server = make_server(**bus(nats_server, jetstream="true")).start()
    server.allowed |= DEFERRED
    clients = Clients(server)
    make_buckets(server, 1)

    def failing():
        place = destinations(clients)["bus"]
        return place if place.get("Error") == "NoStream" else None

    place = wait_for(failing, "there is no stream")
    assert place["Kind"] == "NATS" and place["Address"] == nats_server.url and place["Advice"].startswith("No JetStream stream")
    assert "LastSuccess" not in place and place["Waiting"] > 0


def test_buses_are_told_to_their_account_and_servers_destinations_to_who_may_see_every_trail(receive, make_server):
    receiver = receive(secret=None)
    with contextlib.closing(Moto().start()) as moto:
        server = make_server(
            endpoints__events=moto.endpoint, endpoints__access_key_id="AKIAOUTSIDE",
            endpoints__secret_access_key_file=str(moto.secret_file), **hook(receiver),
        ).start()  # fmt: skip
        server.allowed |= DEFERRED | {"log file delivery deferred"}
        clients = Clients(server)
        s3, cloudtrail = clients.boto("s3"), clients.boto("cloudtrail")
        s3.create_bucket(Bucket="health-logs")
        s3.put_bucket_policy(Bucket="health-logs", Policy=server.command("bucket-policy", "health-logs"))
        trail = cloudtrail.create_trail(Name="health", S3BucketName="health-logs")["TrailARN"]
        cloudtrail.start_logging(Name="health")
        make_buckets(server, 2)
        name = f"arn:aws:events:*:{ACCOUNT}:event-bus/default"
        sent = wait_for(lambda: (found := destinations(clients)[name])["LastDay"]["Events"] and found, "the bus has events")
        assert sent["Kind"] == "EventBridge" and sent["Address"].rstrip("/") == moto.endpoint and "Error" not in sent

        moto.stop()
        make_buckets(server, 2, stem="later")
        gone = wait_for(lambda: (found := destinations(clients)[name]).get("Error") and found, "the bus is gone")
        assert gone["LastError"]["Region"] == "us-east-1" and "endpoint" in gone["Advice"], gone
        assert "Error" not in destinations(clients)["hook"], "others go on"

        scoped = user(clients, "sees-one", "cloudtrail:DescribeTrails", "cloudtrail:GetTrailStatus", resource=trail)
        status, _ = scoped.page("GET", DELIVERY)
        assert status == 403, "DescribeTrails is for every trail"
        names = told(user(clients, "sees-names", "cloudtrail:DescribeTrails"), DELIVERY)
        assert "Destinations" not in names and "cloudtrail:GetTrailStatus" in names["DestinationsDenied"]


def test_what_a_denied_folder_is_owed_is_told_by_account_and_region(make_server):
    server = make_server().start()
    server.allowed |= {"log file delivery deferred", "log file denied; the rest goes on", "a folder is denied; what belongs there is owed"}
    clients = Clients(server)
    s3, cloudtrail = clients.boto("s3"), clients.boto("cloudtrail")
    s3.create_bucket(Bucket="owed-logs")
    policy = server.command("bucket-policy", "owed-logs")
    s3.put_bucket_policy(Bucket="owed-logs", Policy=policy)
    cloudtrail.create_trail(Name="owed", S3BucketName="owed-logs", IsMultiRegionTrail=True)
    s3.delete_bucket_policy(Bucket="owed-logs")
    cloudtrail.start_logging(Name="owed")
    make_buckets(server, 4)
    clients.boto("cloudtrail", region="eu-west-1").describe_trails()

    def health():
        return told(clients, DELIVERY)["Trails"][0]

    def waits():
        found = health().get("Undelivered")
        folders = found["Folders"] if found else []
        # What waits is told at once, why it does once the bucket was asked.
        is_whole = {"us-east-1", "eu-west-1"} <= {folder["Region"] for folder in folders} and found["Events"] >= 6
        return found if is_whole and any("Error" in folder for folder in folders) else None

    found = wait_for(waits, "what waits is told of both Regions", limit=40)
    assert found["Files"] >= 2 and found["Bytes"] > 1000 and not found["More"]
    for count in ("Files", "Events", "Bytes"):
        assert found[count] == sum(folder[count] for folder in found["Folders"]), count
    assert found["Since"] == min(folder["Since"] for folder in found["Folders"])
    assert all(folder["AccountId"] == ACCOUNT and folder["Folder"] == "CloudTrail" for folder in found["Folders"])
    assert {folder["Error"] for folder in found["Folders"] if "Error" in folder} == {"AccessDenied"}
    s3.put_bucket_policy(Bucket="owed-logs", Policy=policy)
    wait_for(lambda: "Undelivered" not in health(), "nothing waits once it is let in", limit=60)
