"""Insights on data events, which belong to one trail; and on members of an organization, each judged by itself."""

import gzip
import json

import pytest
from clients import Clients, refusal
from disturbances import Clock
from insights_clock import Minutes
from insights_places import BOTH, of
from organization_members import Members
from server import Server
from waiting import wait_for

pytestmark = pytest.mark.skipif(Clock.unavailable() is not None, reason=str(Clock.unavailable()))

DAY_AND_MORE_S = 25 * 60 * 60
OBJECTS = [
    {"Field": "eventCategory", "Equals": ["Data"]},
    {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
    {"Field": "resources.ARN", "StartsWith": ["arn:aws:s3:::shop/"]},
]
ON_DATA = [selector | {"EventCategories": ["Data"]} for selector in BOTH]


class World:
    """An organization with two members, its trail of management events, and a trail of one bucket's data events; all of
    it a day old, for nothing is judged before."""

    def __init__(self, server, clock):
        self.server, self.clock = server, clock
        self.clients = Clients(server)
        self.members = Members(self.clients)
        self.shop, self.lab = self.members.make("shop"), self.members.make("lab")
        self.cloudtrail, self.s3 = self.clients.boto("cloudtrail"), self.clients.boto("s3")
        self.s3.create_bucket(Bucket="logs")
        policy = server.command("bucket-policy", "logs", "--organization", self.members.organization)
        self.s3.put_bucket_policy(Bucket="logs", Policy=policy)
        self.s3.create_bucket(Bucket="shop")
        self.cloudtrail.create_trail(Name="all", S3BucketName="logs", IsOrganizationTrail=True, IsMultiRegionTrail=True)
        self.arn = self.cloudtrail.create_trail(Name="objects", S3BucketName="logs")["TrailARN"]
        self.cloudtrail.put_event_selectors(TrailName="objects", AdvancedEventSelectors=[{"FieldSelectors": OBJECTS}])
        self.cloudtrail.put_insight_selectors(TrailName="objects", InsightSelectors=ON_DATA)
        self.cloudtrail.put_insight_selectors(TrailName="all", InsightSelectors=BOTH)
        for name in ("all", "objects"):
            self.cloudtrail.start_logging(Name=name)
        self.s3.put_object(Bucket="shop", Key="first", Body=b"1")
        self.of(self.shop, "s3").create_bucket(Bucket="of-shop")
        self.of(self.lab, "s3").create_bucket(Bucket="of-lab")
        clock.forward(DAY_AND_MORE_S)

    def of(self, account, service):
        return self.members.boto(account, service)

    def data(self, **asked):
        """Returns the Insights events on the trail's data events."""
        pages = self.cloudtrail.get_paginator("list_insights_data").paginate(
            InsightSource=self.arn, DataType="InsightsEvents", **asked
        )
        return [json.loads(event["CloudTrailEvent"]) for page in pages for event in page["Events"]]

    def files(self, account, organization=True):
        """Returns the Insights events in an account's folder."""
        above = f"{self.members.organization}/" if organization else ""
        listed = self.s3.list_objects_v2(Bucket="logs", Prefix=f"AWSLogs/{above}{account}/CloudTrail-Insight/")
        bodies = [self.s3.get_object(Bucket="logs", Key=entry["Key"])["Body"].read() for entry in listed.get("Contents", [])]
        return [record for body in bodies for record in json.loads(gzip.decompress(body))["Records"]]


def history(cloudtrail):
    events = cloudtrail.lookup_events(EventCategory="insight")["Events"]
    return [json.loads(event["CloudTrailEvent"]) for event in events]


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patching:
        server = Server()
        clock = Minutes(server, tmp_path_factory.mktemp("data") / "clock", behind=DAY_AND_MORE_S + 60 * 60)
        clock.sign(patching)
        try:
            yield World(server.start(), clock)
        finally:
            server.close()


def test_a_surge_of_data_events_is_told_to_the_trail_that_selects_them(world):
    for number in range(60):
        world.s3.put_object(Bucket="shop", Key=f"k{number}", Body=b"1")
    world.clock.judged(1)
    [start] = world.data()
    details = start["insightDetails"]
    assert (details["eventName"], details["insightSource"], details["sourceEventCategory"]) == ("PutObject", world.arn, "Data")
    assert world.data(Dimensions={"EventName": "PutObject"}) == [start]
    assert world.data(Dimensions={"EventName": "GetObject"}) == []
    wait_for(lambda: world.files(world.members.management, organization=False) == [start], "it is in the trail's bucket")
    assert of(history(world.cloudtrail), "PutObject") == [], "LookupEvents shows insights on management events alone"
    assert of(world.files(world.members.management), "PutObject") == [], "the other trail did not ask"


def test_the_counts_behind_it_are_listed(world):
    asked = {"EventSource": "s3.amazonaws.com", "EventName": "PutObject", "InsightType": "ApiCallRateInsight", "Period": 60}
    listed = world.cloudtrail.list_insights_metric_data(TrailName="objects", **asked)
    assert listed["TrailARN"] == world.arn
    assert (sum(listed["Values"]), listed["Values"][0]) == (61, 1)
    assert listed["Timestamps"][-1] > listed["Timestamps"][0]
    assert world.cloudtrail.list_insights_metric_data(**asked)["Values"] == [], "of management events there are none"


def test_a_member_s_surge_is_its_own_and_its_organization_s(world):
    s3 = world.of(world.shop, "s3")
    for _ in range(60):
        s3.put_bucket_tagging(Bucket="of-shop", Tagging={"TagSet": [{"Key": "a", "Value": "b"}]})
    world.clock.judged(1)
    [start] = of(history(world.of(world.shop, "cloudtrail")), "PutBucketTagging", "Start")
    assert start["recipientAccountId"] == world.shop
    wait_for(lambda: of(world.files(world.shop), "PutBucketTagging", "Start") == [start], "it is in the member's folder")
    assert of(history(world.cloudtrail), "PutBucketTagging") == []
    assert of(history(world.of(world.lab, "cloudtrail")), "PutBucketTagging") == []


def test_calls_of_members_are_not_added_up(world):
    """Each makes two calls of an action that nobody ever called; three would be unusual, and are where one makes them."""
    clients = {"shop": world.s3, "of-shop": world.of(world.shop, "s3"), "of-lab": world.of(world.lab, "s3")}
    for _ in range(6):
        clients["of-lab"].delete_bucket_encryption(Bucket="of-lab")
    for bucket, s3 in clients.items():
        for _ in range(2):
            s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration={"BlockPublicAcls": True})
    world.clock.judged(1)
    assert of(history(world.of(world.lab, "cloudtrail")), "DeleteBucketEncryption", "Start") != []
    for client in (world.cloudtrail, world.of(world.shop, "cloudtrail"), world.of(world.lab, "cloudtrail")):
        assert of(history(client), "PutBucketPublicAccessBlock") == []


def test_members_may_not_ask_for_the_insights_of_the_organization_s_trail(world):
    arn = world.cloudtrail.get_trail(Name="all")["Trail"]["TrailARN"]
    asked = {"InsightSource": arn, "DataType": "InsightsEvents"}
    assert refusal(world.of(world.shop, "cloudtrail").list_insights_data, **asked)[0] != "InternalFailure"
    assert world.cloudtrail.list_insights_data(**asked)["Events"] == []
