"""Insight selectors of trails: kept, shown and validated. What comes of them: `test_insights.py`."""

import json

import pytest
from clients import Clients, refusal

RATE = {"InsightType": "ApiCallRateInsight"}
ERRORS = {"InsightType": "ApiErrorRateInsight"}
ARN = "arn:aws:cloudtrail:us-east-1:123456789012:trail/main"
DATA = [
    {
        "FieldSelectors": [
            {"Field": "eventCategory", "Equals": ["Data"]},
            {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
        ]
    }
]


def set_up(server):
    clients = Clients(server.start())
    s3, cloudtrail = clients.boto("s3"), clients.boto("cloudtrail")
    s3.create_bucket(Bucket="logs")
    s3.put_bucket_policy(Bucket="logs", Policy=server.command("bucket-policy", "logs"))
    cloudtrail.create_trail(Name="main", S3BucketName="logs", IsMultiRegionTrail=True)
    return clients, s3, cloudtrail


@pytest.fixture
def world(fresh):
    return fresh, *set_up(fresh)


def off(cloudtrail, name="main"):
    return refusal(cloudtrail.get_insight_selectors, TrailName=name)


def test_insights_are_switched_on_and_off(world):
    server, clients, _, cloudtrail = world
    message = (
        f"Trail {ARN} does not have Insights enabled. Edit the trail settings to enable Insights, "
        "and then try the operation again."
    )
    assert off(cloudtrail) == ("InsightNotEnabledException", message)
    given = [RATE, ERRORS | {"EventCategories": ["Management"]}]
    put = cloudtrail.put_insight_selectors(TrailName="main", InsightSelectors=given)
    assert (put["TrailARN"], put["InsightSelectors"]) == (ARN, given)
    west = clients.boto("cloudtrail", region="eu-west-1")
    for client, name in [(cloudtrail, "main"), (cloudtrail, ARN), (west, ARN)]:
        got = client.get_insight_selectors(TrailName=name)
        assert (got["TrailARN"], got["InsightSelectors"]) == (ARN, given)
        assert client.get_trail(Name=name)["Trail"]["HasInsightSelectors"] is True
    assert [trail["HasInsightSelectors"] for trail in west.describe_trails()["trailList"]] == [True]
    server.kill()
    cloudtrail = Clients(server.start()).boto("cloudtrail")
    assert cloudtrail.get_insight_selectors(TrailName="main")["InsightSelectors"] == given
    assert cloudtrail.put_insight_selectors(TrailName="main", InsightSelectors=[])["InsightSelectors"] == []
    assert off(cloudtrail) == ("InsightNotEnabledException", message)
    assert cloudtrail.get_trail(Name="main")["Trail"]["HasInsightSelectors"] is False


def test_what_the_trail_does_not_log_feeds_no_insights(world):
    _, _, _, cloudtrail = world

    def put(*selectors):
        return cloudtrail.put_insight_selectors(TrailName="main", InsightSelectors=list(selectors))

    def refused(selector):
        told = refusal(cloudtrail.put_insight_selectors, TrailName="main", InsightSelectors=[selector])
        return told[0] == "InvalidInsightSelectorsException"

    data = {"EventCategories": ["Data"]}
    assert refused(RATE | data)
    cloudtrail.put_event_selectors(TrailName="main", EventSelectors=[{"ReadWriteType": "ReadOnly"}])
    assert refused(RATE)
    put(ERRORS)
    cloudtrail.put_event_selectors(TrailName="main", AdvancedEventSelectors=DATA)
    assert refused(ERRORS)
    put(RATE | data, ERRORS | data)


def test_refusals(world):
    _, clients, _, cloudtrail = world
    put, west = cloudtrail.put_insight_selectors, clients.boto("cloudtrail", region="eu-west-1")
    loose = clients.boto("cloudtrail", parameter_validation=False)
    one = {"InsightSelectors": [RATE]}
    for call, arguments, code in [
        (put, {"TrailName": "none"} | one, "TrailNotFoundException"),
        (put, {"TrailName": "a!b"} | one, "InvalidTrailNameException"),
        (put, {"TrailName": "arn:aws:cloudtrail:x"} | one, "CloudTrailARNInvalidException"),
        (west.put_insight_selectors, {"TrailName": ARN} | one, "InvalidHomeRegionException"),
        (put, {"TrailName": "main", "InsightSelectors": [RATE, RATE]}, "InvalidInsightSelectorsException"),
        (put, {"TrailName": "main", "InsightSelectors": [{}]}, "InvalidInsightSelectorsException"),
        (put, {"TrailName": "main", "InsightSelectors": [{"InsightType": "x"}]}, "InvalidInsightSelectorsException"),
        (loose.put_insight_selectors, {"TrailName": "main"}, "InvalidInsightSelectorsException"),
        (put, one, "InvalidParameterCombinationException"),
        (put, {"TrailName": "main", "EventDataStore": "store"} | one, "InvalidParameterCombinationException"),
        (put, {"TrailName": "main", "InsightsDestination": "store"} | one, "InvalidParameterCombinationException"),
        (put, {"EventDataStore": "store", "InsightsDestination": "other"} | one, "UnsupportedOperationException"),
        (put, {"EventDataStore": "!!!"} | one, "InvalidParameterException"),
        (cloudtrail.get_insight_selectors, {}, "InvalidParameterCombinationException"),
        (cloudtrail.get_insight_selectors, {"EventDataStore": "store"}, "UnsupportedOperationException"),
        (cloudtrail.get_insight_selectors, {"TrailName": "none"}, "TrailNotFoundException"),
        (west.get_insight_selectors, {"TrailName": "main"}, "TrailNotFoundException"),
    ]:
        assert refusal(call, **arguments)[0] == code, arguments
    assert off(cloudtrail)[0] == "InsightNotEnabledException", "a refused change changes nothing"


def test_the_bucket_must_take_insights_events(world):
    server, _, s3, cloudtrail = world
    policy = server.command("bucket-policy", "logs").replace("/AWSLogs/123456789012/*", "/AWSLogs/123456789012/CloudTrail/*")
    s3.put_bucket_policy(Bucket="logs", Policy=policy)
    cloudtrail.update_trail(Name="main", S3KeyPrefix="")
    told = refusal(cloudtrail.put_insight_selectors, TrailName="main", InsightSelectors=[RATE])
    message = "Incorrect S3 bucket policy is detected for bucket: logs"
    assert told == ("InsufficientS3BucketPolicyException", message)


def test_the_calls_are_recorded(world):
    _, clients, _, cloudtrail = world
    clients.aws("cloudtrail", "put-insight-selectors", "--trail-name", "main", "--insight-selectors", json.dumps([RATE]))
    clients.aws("cloudtrail", "get-insight-selectors", "--trail-name", "main")

    def record(name):
        attribute = {"AttributeKey": "EventName", "AttributeValue": name}
        events = cloudtrail.lookup_events(LookupAttributes=[attribute])["Events"]
        return json.loads(events[0]["CloudTrailEvent"])

    put, got = record("PutInsightSelectors"), record("GetInsightSelectors")
    selectors = [{"insightType": "ApiCallRateInsight"}]
    assert put["requestParameters"] == {"trailName": "main", "insightSelectors": selectors}
    assert put["responseElements"] == {"trailARN": ARN, "insightSelectors": selectors}
    assert (got["requestParameters"], got["responseElements"]) == ({"trailName": "main"}, None)
    assert (put["readOnly"], got["readOnly"]) == (False, True)
