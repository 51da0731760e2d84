"""Event configurations of trails: validated and kept, and data events counted into CloudTrail-Aggregated, each once."""

import gzip
import json
import re
from collections import Counter
from datetime import datetime, timedelta

import pytest
from clients import Clients, refusal
from waiting import wait_for

ACCOUNT = "123456789012"
ARN = f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/main"
USER = f"arn:aws:iam::{ACCOUNT}:user/administrator"
TEMPLATES = ["API_ACTIVITY", "RESOURCE_ACCESS", "USER_ACTIONS"]
SELECTED = [{"DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::shop/"]}]}]
KEY = re.compile(
    rf"AWSLogs/{ACCOUNT}/CloudTrail-Aggregated/us-east-1/\d{{4}}/\d\d/\d\d/"
    rf"{ACCOUNT}_CloudTrail-Aggregated_us-east-1_\d{{8}}T\d\d[0-5][05]Z_[0-9A-Za-z]{{16}}\.json\.gz"
)


def aggregation(*templates):
    return [{"EventCategory": "Data", "Templates": list(templates)}] if templates else []


@pytest.fixture
def world(make_server):
    """A server that counts over two seconds, with a trail that logs data events of `shop`."""
    server = make_server(delivery__aggregation_window="2s")
    clients = Clients(server.start())
    s3, cloudtrail = clients.boto("s3"), clients.boto("cloudtrail")
    for bucket in ("logs", "shop"):
        s3.create_bucket(Bucket=bucket)
    s3.put_bucket_policy(Bucket="logs", Policy=server.command("bucket-policy", "logs"))
    cloudtrail.create_trail(Name="main", S3BucketName="logs", IsMultiRegionTrail=True)
    cloudtrail.put_event_selectors(TrailName="main", EventSelectors=SELECTED)
    cloudtrail.start_logging(Name="main")
    return server, clients, s3, cloudtrail


def configure(cloudtrail, *templates):
    return cloudtrail.put_event_configuration(TrailName="main", AggregationConfigurations=aggregation(*templates))


def aggregated(s3):
    """Returns the aggregated events of all files; each file lies where it belongs, each id is there once."""
    listed = s3.list_objects_v2(Bucket="logs", Prefix=f"AWSLogs/{ACCOUNT}/CloudTrail-Aggregated/")
    keys = [entry["Key"] for entry in listed.get("Contents", [])]
    assert all(KEY.fullmatch(key) for key in keys), keys
    bodies = [s3.get_object(Bucket="logs", Key=key)["Body"].read() for key in keys]
    records = [record for body in bodies for record in json.loads(gzip.decompress(body))["Records"]]
    ids = [record["eventId"] for record in records]
    assert len(set(ids)) == len(ids)
    return records


def counts(records, dimension):
    """Adds up the records whose primary dimension it is, by value."""
    found = Counter()
    for record in records:
        primary = record["summary"]["primaryDimension"]
        if primary["dimension"] == dimension:
            (one,) = primary["statistics"]
            found[one["name"]] += one["value"]
    return found


def details(records, dimension, detail):
    """Adds up one detail of the records whose primary dimension is `dimension`."""
    found = Counter()
    for record in records:
        if record["summary"]["primaryDimension"]["dimension"] == dimension:
            for one in record["summary"]["details"]:
                if one["dimension"] == detail:
                    found.update({statistic["name"]: statistic["value"] for statistic in one["statistics"]})
    return found


def shop(s3, puts=0, gets=0, missing=0):
    for number in range(puts):
        s3.put_object(Bucket="shop", Key=f"key/{number}", Body=b"x")
    for _ in range(gets):
        s3.get_object(Bucket="shop", Key="key/0")["Body"].read()
    for _ in range(missing):
        assert refusal(s3.get_object, Bucket="shop", Key="none")[0] == "NoSuchKey"


def test_data_events_are_counted(world):
    _, _, s3, cloudtrail = world
    shop(s3, puts=1)
    put = configure(cloudtrail, *TEMPLATES)
    assert (put["TrailARN"], put["AggregationConfigurations"]) == (ARN, aggregation(*TEMPLATES))
    shop(s3, puts=5, gets=3, missing=2)
    names = {"PutObject": 5, "GetObject": 5}
    wait_for(lambda: counts(aggregated(s3), "eventName") == names, "all data events are counted, and none from before")
    records = aggregated(s3)
    assert counts(records, "resourceARN") == {"arn:aws:s3:::shop": 10}
    assert counts(records, "userIdentity") == {USER: 10}
    assert details(records, "userIdentity", "eventName") == names
    assert details(records, "eventName", "errorCode") == {"NoSuchKey": 2}
    assert details(records, "eventName", "sourceIpAddress") == {"127.0.0.1": 10}
    for record in records:
        assert list(record) == [
            "eventVersion", "accountId", "eventId", "eventCategory", "eventType", "awsRegion", "eventSource",
            "timeWindow", "summary",
        ]  # fmt: skip
        assert (record["eventVersion"], record["accountId"], record["awsRegion"]) == ("1.0", ACCOUNT, "us-east-1")
        assert (record["eventCategory"], record["eventType"]) == ("Aggregated", "AwsAggregatedEvent")
        assert record["eventSource"] == "s3.amazonaws.com"
        window = record["timeWindow"]
        start, end = (datetime.fromisoformat(window[name].replace("Z", "+00:00")) for name in ("windowStart", "windowEnd"))
        assert (end - start, window["windowSize"], start.timestamp() % 2) == (timedelta(seconds=2), "PT2S", 0)


def test_only_what_is_configured_is_counted(world):
    _, _, s3, cloudtrail = world
    configure(cloudtrail, "RESOURCE_ACCESS")
    shop(s3, puts=3)
    wait_for(lambda: counts(aggregated(s3), "resourceARN")["arn:aws:s3:::shop"] == 3, "three calls are counted")
    configure(cloudtrail)
    assert cloudtrail.get_event_configuration(TrailName="main")["AggregationConfigurations"] == []
    shop(s3, gets=4)
    configure(cloudtrail, "API_ACTIVITY")
    s3.delete_object(Bucket="shop", Key="key/0")
    wait_for(lambda: counts(aggregated(s3), "eventName") == {"DeleteObject": 1}, "counting goes on")
    records = aggregated(s3)
    assert counts(records, "resourceARN") == {"arn:aws:s3:::shop": 3}, "nothing was counted while it was off"
    assert counts(records, "userIdentity") == {}


def test_kills_neither_lose_nor_repeat_a_count(world):
    server, _, s3, cloudtrail = world
    configure(cloudtrail, "API_ACTIVITY")
    for _ in range(4):
        shop(s3, puts=7)
        server.kill()
        clients = Clients(server.start())
        s3 = clients.boto("s3")
    assert clients.boto("cloudtrail").get_event_configuration(TrailName="main")["AggregationConfigurations"] != []
    shop(s3, gets=1)
    expected = {"PutObject": 28, "GetObject": 1}
    wait_for(lambda: counts(aggregated(s3), "eventName") == expected, "every call is counted once", limit=30)


def test_a_deleted_trail_delivers_its_last_counts(world):
    _, _, s3, cloudtrail = world
    configure(cloudtrail, "API_ACTIVITY")
    shop(s3, puts=2)
    cloudtrail.delete_trail(Name="main")
    shop(s3, puts=2)
    wait_for(lambda: counts(aggregated(s3), "eventName") == {"PutObject": 2}, "the last calls are counted", limit=30)


def test_refusals(world):
    _, clients, _, cloudtrail = world
    put, west = cloudtrail.put_event_configuration, clients.boto("cloudtrail", region="eu-west-1")
    here = {"TrailName": "main"}
    context = [{"Type": "TagContext", "Equals": ["team"]}]
    one = {"AggregationConfigurations": aggregation("API_ACTIVITY")}
    for call, arguments, code in [
        (put, here, "InvalidParameterException"),
        (put, one, "InvalidParameterCombinationException"),
        (put, here | one | {"EventDataStore": "store"}, "InvalidParameterCombinationException"),
        (put, here | one | {"MaxEventSize": "Large"}, "InvalidParameterCombinationException"),
        (put, here | one | {"ContextKeySelectors": context}, "InvalidParameterCombinationException"),
        (put, {"EventDataStore": "store", "MaxEventSize": "Large"}, "UnsupportedOperationException"),
        (put, here | {"AggregationConfigurations": aggregation("API_ACTIVITY", "API_ACTIVITY")}, "InvalidParameterException"),
        (put, here | {"AggregationConfigurations": aggregation("EVERYTHING")}, "InvalidParameterException"),
        (put, here | {"AggregationConfigurations": 2 * aggregation("API_ACTIVITY")}, "InvalidParameterException"),
        (put, {"TrailName": "none"} | one, "TrailNotFoundException"),
        (put, {"TrailName": "a!b"} | one, "InvalidTrailNameException"),
        (put, {"TrailName": "arn:aws:cloudtrail:x"} | one, "CloudTrailARNInvalidException"),
        (west.put_event_configuration, {"TrailName": ARN} | one, "InvalidHomeRegionException"),
        (cloudtrail.get_event_configuration, {}, "InvalidParameterCombinationException"),
        (cloudtrail.get_event_configuration, {"EventDataStore": "store"}, "UnsupportedOperationException"),
        (cloudtrail.get_event_configuration, {"TrailName": "none"}, "TrailNotFoundException"),
    ]:
        assert refusal(call, **arguments)[0] == code, arguments
    assert west.get_event_configuration(TrailName=ARN)["AggregationConfigurations"] == []
    cloudtrail.put_event_selectors(TrailName="main", EventSelectors=[{}])
    assert refusal(put, **here, **one)[0] == "InvalidParameterException", "there are no data events to count"


def test_the_call_is_recorded(world):
    _, clients, _, cloudtrail = world
    shape = json.dumps(aggregation("API_ACTIVITY"))
    told = clients.aws(
        "cloudtrail", "put-event-configuration", "--trail-name", "main", "--aggregation-configurations", shape
    )
    assert json.loads(told) == {"TrailARN": ARN, "AggregationConfigurations": aggregation("API_ACTIVITY")}
    attribute = {"AttributeKey": "EventName", "AttributeValue": "PutEventConfiguration"}
    (event,) = cloudtrail.lookup_events(LookupAttributes=[attribute])["Events"]
    record = json.loads(event["CloudTrailEvent"])
    configurations = [{"eventCategory": "Data", "templates": ["API_ACTIVITY"]}]
    assert record["requestParameters"] == {"trailName": "main", "aggregationConfigurations": configurations}
    assert record["responseElements"] == {"trailARN": ARN, "aggregationConfigurations": configurations}
    assert record["readOnly"] is False
