"""Insights on data events, which belong to one trail; and on members of an organization, each judged by itself."""

import gzip
import json

import pytest
from botocore.exceptions import ClientError
from clients import Clients
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
READS = OBJECTS[:2] + [
    {"Field": "resources.ARN", "StartsWith": ["arn:aws:s3:::shop/", "arn:aws:s3:::of-shop/"]},
    {"Field": "eventName", "Equals": ["GetObject"]},
]
ON_DATA = [selector | {"EventCategories": ["Data"]} for selector in BOTH]


class World:
    """An organization with two members, its trails of management events and of reads of objects, and a trail of one
    bucket's data events; all of it a day old, for nothing is judged before."""

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
        reads = {"Name": "reads", "S3BucketName": "logs", "IsOrganizationTrail": True, "IsMultiRegionTrail": True}
        self.reads = self.cloudtrail.create_trail(**reads)["TrailARN"]
        self.cloudtrail.put_event_selectors(TrailName="reads", AdvancedEventSelectors=[{"FieldSelectors": READS}])
        self.cloudtrail.put_insight_selectors(TrailName="reads", InsightSelectors=ON_DATA)
        for name in ("all", "objects", "reads"):
            self.cloudtrail.start_logging(Name=name)
        self.s3.put_object(Bucket="shop", Key="first", Body=b"1")
        self.s3.get_object(Bucket="shop", Key="first")
        of_shop = self.of(self.shop, "s3")
        of_shop.create_bucket(Bucket="of-shop")
        of_shop.put_object(Bucket="of-shop", Key="first", Body=b"1")
        of_shop.get_object(Bucket="of-shop", Key="first")
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


@pytest.fixture(autouse=True)
def within_a_minute(world):
    """Has the calls of a test be of one minute, which is over and judged once another has passed."""
    world.clock.until_second(20)


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


def told_of(clients, trail, insight):
    """Asks for what there is of a trail's data events in each way; returns what each answered, or the error."""
    cloudtrail = clients.boto("cloudtrail")
    counts = {"EventSource": "s3.amazonaws.com", "EventName": "GetObject", "InsightType": "ApiCallRateInsight"}

    def tried(call, **arguments):
        try:
            return call(**arguments)
        except ClientError as error:
            return error.response["Error"]["Code"]

    listed = tried(cloudtrail.list_insights_data, InsightSource=trail, DataType="InsightsEvents")
    if isinstance(listed, dict):
        listed = [json.loads(event["CloudTrailEvent"])["eventID"] for event in listed["Events"]]
    counted = tried(cloudtrail.list_insights_metric_data, TrailName=trail, Period=60, **counts)
    if isinstance(counted, dict):
        counted = sum(counted["Values"])
    _, explained = clients.page("GET", f"/_cairn/insights/explanation?id={insight['eventID']}")
    if isinstance(explained, bytes):
        explained = json.loads(explained)["start"]["eventID"]
    _, found = clients.page("POST", "/_cairn/insights/backtest", json.dumps({"trail": trail}).encode())
    if isinstance(found, bytes):
        lines = [json.loads(line) for line in found.splitlines()]
        assert "done" in lines[-1], lines
        found = {line["found"]["eventId"] for line in lines if "found" in line} - {None}
    return listed, counted, explained, found


def test_of_an_organization_s_data_events_its_owner_and_administrator_learn_their_own_alone(world):
    """A member reads more than ever, and so does the management account: each is told of in its folder of the trail."""
    for bucket, s3 in {"shop": world.s3, "of-shop": world.of(world.shop, "s3")}.items():
        for _ in range(60):
            s3.get_object(Bucket=bucket, Key="first")
    world.clock.judged(1)

    def started(account):
        told = wait_for(lambda: of(world.files(account), "GetObject", "Start"), f"it is in the folder of {account}", limit=40)
        [start] = [one for one in told if one["insightDetails"]["insightSource"] == world.reads]
        assert start["recipientAccountId"] == account
        return start

    own, member_s = started(world.members.management), started(world.shop)
    world.cloudtrail.register_organization_delegated_admin(MemberAccountId=world.lab)
    shop, lab = [world.clients.acting(world.members.keys(account)) for account in (world.shop, world.lab)]
    ids = {own["eventID"]}
    assert told_of(world.clients, world.reads, own) == ([own["eventID"]], 61, own["eventID"], ids)
    assert told_of(world.clients, world.reads, member_s)[2] == "ResourceNotFoundException"
    for insight in (own, member_s):
        assert told_of(lab, world.reads, insight) == ([], 0, "ResourceNotFoundException", set())
    refused = "OperationNotPermittedException"
    assert told_of(shop, world.reads, member_s) == (refused, refused, refused, refused)
    assert told_of(shop, world.reads, own)[2] == "ResourceNotFoundException"
