"""Delivery: what GetTrailStatus says is true, trouble ends by itself, nothing is lost, Regions stay apart."""

import pytest
from clients import Clients, refusal
from log_files import KEY, LogBucket, log_keys
from waiting import wait_for

DEFERRED = "log file delivery deferred"


@pytest.fixture
def world(fresh):
    """A fresh server with a multi-Region trail `main` that logs into `logs`."""
    clients = Clients(fresh.start())
    s3, cloudtrail = clients.boto("s3"), clients.boto("cloudtrail")
    s3.create_bucket(Bucket="logs")
    policy = fresh.command("bucket-policy", "logs")
    s3.put_bucket_policy(Bucket="logs", Policy=policy)
    cloudtrail.create_trail(Name="main", S3BucketName="logs", IsMultiRegionTrail=True)
    cloudtrail.start_logging(Name="main")
    return fresh, clients, s3, cloudtrail, policy


def mark(client):
    """Makes a call and returns its request id, by which its event is known."""
    return client.describe_trails()["ResponseMetadata"]["RequestId"]


def requests(s3, bucket="logs"):
    return [record["requestID"] for record in LogBucket(s3, bucket).records()]


def delivered(s3, marks, bucket="logs"):
    """Waits for the marks in the log files, each exactly once."""
    wait_for(lambda: set(marks) <= set(requests(s3, bucket)), f"{len(marks)} calls are in log files", limit=30)
    found = requests(s3, bucket)
    assert [found.count(one) for one in marks] == [1] * len(marks)


def error_is(cloudtrail, code):
    told = cloudtrail.get_trail_status(Name="main").get("LatestDeliveryError")
    return told == code


def test_the_status_tells_of_a_delivery(world):
    _, _, s3, cloudtrail, _ = world
    delivered(s3, [mark(cloudtrail)])
    status = wait_for(lambda: told(cloudtrail), "the status tells of a delivery")
    assert status["LatestDeliveryTime"] >= status["StartLoggingTime"]
    assert "LatestDeliveryError" not in status
    assert status["LatestDeliveryAttemptSucceeded"] == status["LatestDeliveryAttemptTime"] != ""


def told(cloudtrail):
    status = cloudtrail.get_trail_status(Name="main")
    return status if "LatestDeliveryTime" in status else None


def test_a_missing_policy_is_told_and_got_over(world):
    server, _, s3, cloudtrail, policy = world
    server.allowed.add(DEFERRED)
    delivered(s3, [mark(cloudtrail)])
    s3.delete_bucket_policy(Bucket="logs")
    marks = [mark(cloudtrail) for _ in range(20)]
    wait_for(lambda: error_is(cloudtrail, "AccessDenied"), "the status tells AccessDenied", limit=30)
    assert set(marks).isdisjoint(requests(s3))
    s3.put_bucket_policy(Bucket="logs", Policy=policy)
    delivered(s3, marks)
    wait_for(lambda: error_is(cloudtrail, None), "the error is gone", limit=30)


def test_a_missing_bucket_is_told_and_got_over(world):
    server, clients, s3, cloudtrail, policy = world
    server.allowed.add(DEFERRED)
    delivered(s3, [mark(cloudtrail)])
    s3.delete_bucket_policy(Bucket="logs")
    for key in log_keys(s3, "logs"):
        s3.delete_object(Bucket="logs", Key=key)
    s3.delete_bucket(Bucket="logs")
    marks = [mark(cloudtrail) for _ in range(20)]
    wait_for(lambda: error_is(cloudtrail, "NoSuchBucket"), "the status tells NoSuchBucket", limit=30)
    server.kill()
    clients = Clients(server.start())
    s3, cloudtrail = clients.boto("s3"), clients.boto("cloudtrail")
    assert error_is(cloudtrail, "NoSuchBucket")
    marks.append(mark(cloudtrail))
    s3.create_bucket(Bucket="logs")
    s3.put_bucket_policy(Bucket="logs", Policy=policy)
    delivered(s3, marks)
    wait_for(lambda: error_is(cloudtrail, None), "the error is gone", limit=30)


def test_a_changed_bucket_or_prefix_takes_what_comes_then(world):
    server, _, s3, cloudtrail, _ = world
    delivered(s3, [mark(cloudtrail)])
    s3.create_bucket(Bucket="other")
    s3.put_bucket_policy(Bucket="other", Policy=server.command("bucket-policy", "other", "--prefix", "deep/er"))
    cloudtrail.update_trail(Name="main", S3BucketName="other", S3KeyPrefix="deep/er")
    later = mark(cloudtrail)
    delivered(s3, [later], bucket="other")
    assert later not in requests(s3)
    assert {KEY.fullmatch(key)["prefix"] for key in log_keys(s3, "other")} == {"deep/er"}


def test_regions_stay_apart(world):
    server, clients, s3, cloudtrail, _ = world
    s3.create_bucket(Bucket="west")
    s3.put_bucket_policy(Bucket="west", Policy=server.command("bucket-policy", "west"))
    west = clients.boto("cloudtrail", region="eu-west-1")
    west.create_trail(Name="single", S3BucketName="west")
    west.start_logging(Name="single")
    here, there = [mark(cloudtrail) for _ in range(3)], [mark(west) for _ in range(3)]
    delivered(s3, here + there)
    delivered(s3, there, bucket="west")
    assert set(here).isdisjoint(requests(s3, "west"))
    assert {KEY.fullmatch(key)["region"] for key in log_keys(s3, "logs")} == {"us-east-1", "eu-west-1"}
    assert {KEY.fullmatch(key)["region"] for key in log_keys(s3, "west")} == {"eu-west-1"}


def test_logging_stops_and_goes_on(world):
    _, _, s3, cloudtrail, _ = world
    first = mark(cloudtrail)
    stop = cloudtrail.stop_logging(Name="main")["ResponseMetadata"]["RequestId"]
    between = mark(cloudtrail)
    start = cloudtrail.start_logging(Name="main")["ResponseMetadata"]["RequestId"]
    last = mark(cloudtrail)
    delivered(s3, [first, stop, start, last])
    assert between not in requests(s3)


def test_a_deleted_trail_delivers_its_end(world):
    _, _, s3, cloudtrail, _ = world
    end = cloudtrail.delete_trail(Name="main")["ResponseMetadata"]["RequestId"]
    later = mark(cloudtrail)
    delivered(s3, [end])
    assert later not in requests(s3)
    assert refusal(cloudtrail.get_trail_status, Name="main")[0] == "TrailNotFoundException"


def test_stopping_the_server_loses_no_event(world):
    server, _, _, cloudtrail, _ = world
    marks = [mark(cloudtrail) for _ in range(5)]
    server.stop()
    clients = Clients(server.start())
    delivered(clients.boto("s3"), [*marks, mark(clients.boto("cloudtrail"))])


@pytest.mark.parametrize("recursive", [True, False])
def test_a_trail_that_watches_its_own_bucket(world, recursive):
    """With RecursiveLogging a trail records its own deliveries, and does not drown in them."""
    _, _, s3, cloudtrail, _ = world
    data = {"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::logs/"]}
    cloudtrail.put_event_selectors(TrailName="main", EventSelectors=[{"DataResources": [data]}])
    cloudtrail.update_trail(Name="main", RecursiveLogging=recursive)
    put = s3.put_object(Bucket="logs", Key="AWSLogs.txt")["ResponseMetadata"]["RequestId"]
    s3.delete_object(Bucket="logs", Key="AWSLogs.txt")
    delivered(s3, [put])

    def own():
        records = LogBucket(s3, "logs").records()
        return [one for one in records if one["eventName"] == "PutObject" and one["requestID"] != put]

    if recursive:
        found = wait_for(own, "a delivery is recorded", limit=30)
        assert {one["userIdentity"]["invokedBy"] for one in found} == {"cloudtrail.amazonaws.com"}
        assert {one["eventCategory"] for one in found} == {"Data"}
    else:
        delivered(s3, [mark(cloudtrail)])
        assert own() == []
