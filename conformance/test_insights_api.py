"""ListInsightsData, ListInsightsMetricData and Cairn's two pages of insights, over a past that was imported."""

import calendar
import collections
import datetime
import json
import time

import pytest
from clients import Clients, refusal
from insights_history import ACCOUNT, DAY_S, History
from server import Server
from waiting import wait_for

BOTH = [{"InsightType": "ApiCallRateInsight"}, {"InsightType": "ApiErrorRateInsight"}]
TRAIL = f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/main"
OTHERS = f"arn:aws:cloudtrail:us-east-1:999988887777:trail/main"
ERRORS = {"errorCode": "AccessDenied", "errorMessage": "no"}
CALLS = {"EventSource": "s3.amazonaws.com", "EventName": "PutBucketTagging", "InsightType": "ApiCallRateInsight"}
REFUSED = {"EventSource": "s3.amazonaws.com", "EventName": "DeleteBucket", "InsightType": "ApiErrorRateInsight"}
DATA = {"InsightSource": TRAIL, "DataType": "InsightsEvents"}


class World:
    """A server with a trail that wants insights, and days of log files that it has imported."""

    def __init__(self, server, directory):
        self.server, self.clients = server, Clients(server)
        self.cloudtrail, self.iam = self.clients.boto("cloudtrail"), self.clients.boto("iam")
        s3 = self.clients.boto("s3")
        s3.create_bucket(Bucket="logs")
        s3.put_bucket_policy(Bucket="logs", Policy=server.command("bucket-policy", "logs"))
        self.cloudtrail.create_trail(Name="main", S3BucketName="logs", IsMultiRegionTrail=True)
        self.cloudtrail.start_logging(Name="main")
        self.cloudtrail.put_insight_selectors(TrailName="main", InsightSelectors=BOTH)
        now = int(time.time()) // 60 * 60
        self.begin, self.burst_at = now - 3 * DAY_S, now - 2 * 60 * 60
        history = History(seed=9).steady("PutBucketTagging", a_minute=0.2, begin=self.begin, end=now - 120)
        history.burst("PutBucketTagging", count=90, at=self.burst_at, user="eve")
        history.steady("DeleteBucket", a_minute=0.02, begin=self.begin, end=now - 120, **ERRORS)
        for days in (20, 70, 85):
            history.burst("CreateUser", "iam.amazonaws.com", count=2, at=now - days * DAY_S)
        self.events = history.events
        server.command("import", "cloudtrail", str(history.write(directory)))
        self.insights = wait_for(self._both_ends, "the surge of the past is found", limit=40)

    def _both_ends(self):
        events = self.cloudtrail.lookup_events(EventCategory="insight")["Events"]
        told = [json.loads(event["CloudTrailEvent"]) for event in events]
        # The first calls of an action are unusual, too, where the account was seen long before.
        times = {instant(self.burst_at), instant(self.burst_at + 60)}
        of_burst = [one for one in told if one["eventTime"] in times]
        return of_burst if len(of_burst) == 2 else None

    def metric_data(self, asked=CALLS, **more):
        """Returns all pages of counts, and how many pages they were."""
        points, pages, token = [], 0, {}
        while True:
            page = self.cloudtrail.list_insights_metric_data(**asked, **more, **token)
            assert len(page["Timestamps"]) == len(page["Values"])
            points += zip((int(at.timestamp()) for at in page["Timestamps"]), page["Values"])
            pages += 1
            if "NextToken" not in page:
                return points, pages
            token = {"NextToken": page["NextToken"]}

    def counted(self, name, period):
        """Counts the imported events of a name by periods."""
        counts = collections.Counter(seconds(event) // period * period for event in self.events if event["eventName"] == name)
        return sorted(counts.items())

    def user(self, name, *actions):
        """Makes a user that may do this alone, and returns its clients."""
        self.iam.create_user(UserName=name)
        statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self.iam.put_user_policy(UserName=name, PolicyName="all", PolicyDocument=document)
        return self.clients.acting(self.iam.create_access_key(UserName=name)["AccessKey"])

    def page(self, method, path, body=b"", clients=None):
        """Asks one of Cairn's own pages; returns the status and what it told."""
        return (clients or self.clients).page(method, path, body)

    def recorded(self, name, member, value):
        """Returns an event of a name that has this value for a member; the index follows the answer."""

        def found():
            named = [{"AttributeKey": "EventName", "AttributeValue": name}]
            events = self.cloudtrail.lookup_events(LookupAttributes=named)["Events"]
            records = [json.loads(event["CloudTrailEvent"]) for event in events]
            return next((record for record in records if record[member] == value), None)

        return wait_for(found, f"{name} is recorded with {value}")


def seconds(event):
    return calendar.timegm(time.strptime(event["eventTime"], "%Y-%m-%dT%H:%M:%SZ"))


def at(second):
    return datetime.datetime.fromtimestamp(second, datetime.timezone.utc)


def instant(second):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(second))


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    server = Server(insights__grace="1s")
    try:
        yield World(server.start(), tmp_path_factory.mktemp("insights") / "logs")
    finally:
        server.close()


@pytest.mark.parametrize("period", [60, 300, 3600])
def test_calls_are_summed_up_as_they_happened(world, period):
    points, pages = world.metric_data(Period=period)
    assert (points, pages) == (world.counted("PutBucketTagging", period), 1)
    assert sum(calls for _, calls in points) == sum(event["eventName"] == "PutBucketTagging" for event in world.events)


def test_an_hour_is_the_period_that_is_not_asked_for_and_errors_are_counted_by_their_code(world):
    assert world.metric_data() == world.metric_data(Period=3600)
    denied, _ = world.metric_data(REFUSED, ErrorCode="AccessDenied")
    assert denied == world.counted("DeleteBucket", 3600)
    assert world.metric_data(REFUSED, ErrorCode="NoSuchBucket") == ([], 1)
    answer = world.cloudtrail.list_insights_metric_data(**REFUSED, ErrorCode="AccessDenied")
    assert (answer["EventName"], answer["ErrorCode"], answer.get("TrailARN")) == ("DeleteBucket", "AccessDenied", None)


def test_the_start_is_inclusive_the_end_is_not_and_zeros_fill_what_was_not_called(world):
    begin, end = world.burst_at - 600, world.burst_at
    within = {"StartTime": at(begin), "EndTime": at(end), "Period": 60}
    filled, _ = world.metric_data(DataType="FillWithZeros", **within)
    assert [minute for minute, _ in filled] == list(range(begin, end, 60))
    called = {minute: calls for minute, calls in world.counted("PutBucketTagging", 60)}
    assert filled == [(minute, called.get(minute, 0)) for minute in range(begin, end, 60)]
    assert world.metric_data(DataType="NonZeroData", **within)[0] == [point for point in filled if point[1]]
    [(_, burst)], _ = world.metric_data(StartTime=at(end), EndTime=at(end + 1), Period=60)
    assert burst >= 90


def test_every_point_is_on_one_page(world):
    whole, _ = world.metric_data(Period=60)
    paged, pages = world.metric_data(Period=60, MaxResults=100)
    assert paged == whole and pages == -(-len(whole) // 100)
    first = world.cloudtrail.list_insights_metric_data(**CALLS, Period=60, MaxResults=100)
    for other in ({"MaxResults": 99}, {"Period": 300}, {"DataType": "FillWithZeros"}):
        asked = CALLS | {"Period": 60, "MaxResults": 100, "NextToken": first["NextToken"]} | other
        assert refusal(world.cloudtrail.list_insights_metric_data, **asked)[0] == "InvalidParameterException"


def test_shorter_periods_are_kept_for_shorter(world):
    user = {"EventSource": "iam.amazonaws.com", "EventName": "CreateUser", "InsightType": "ApiCallRateInsight"}
    days = lambda period: sorted((time.time() - second) // DAY_S for second, _ in world.metric_data(user, Period=period)[0])
    assert (days(60), days(300), days(3600)) == ([], [20], [20, 70, 85])


@pytest.mark.parametrize(
    "wrong",
    [
        {"Period": 61},
        {"Period": 30},
        {"EventSource": "s3"},
        {"EventName": "x" * 129},
        {"InsightType": "Insight"},
        {"InsightType": "ApiErrorRateInsight"},
        {"ErrorCode": "AccessDenied"},
        {"MaxResults": 0},
        {"MaxResults": 21601},
        {"DataType": "All"},
        {"NextToken": "first"},
        {"StartTime": 2_000_000_001, "EndTime": 2_000_000_000},
        {"TrailName": "none"},
        {"TrailName": OTHERS},
        {"TrailName": "arn:aws:s3:::logs"},
    ],
    ids=str,
)
def test_what_is_wrong_with_counts_is_refused(world, wrong):
    lenient = world.clients.boto("cloudtrail", parameter_validation=False)
    assert refusal(lenient.list_insights_metric_data, **CALLS | wrong)[0] == "InvalidParameterException"


def test_a_name_that_no_trail_can_have_is_refused_as_such(world):
    assert refusal(world.cloudtrail.list_insights_metric_data, **CALLS, TrailName="a")[0] == "InvalidTrailNameException"


@pytest.mark.parametrize(
    "wrong",
    [
        {"InsightSource": "main"},
        {"InsightSource": OTHERS},
        {"DataType": "Metrics"},
        {"Dimensions": {"EventName": "a", "EventId": "b"}},
        {"Dimensions": {"Username": "a"}},
        {"Dimensions": {"EventName": ""}},
        {"MaxResults": 51},
        {"NextToken": "first"},
        {"StartTime": 2_000_000_001, "EndTime": 2_000_000_000},
    ],
    ids=str,
)
def test_what_is_wrong_with_a_list_is_refused(world, wrong):
    lenient = world.clients.boto("cloudtrail", parameter_validation=False)
    assert refusal(lenient.list_insights_data, **DATA | wrong)[0] == "InvalidParameterException"


def test_insights_of_management_events_are_no_data(world):
    answer = world.cloudtrail.list_insights_data(**DATA, Dimensions={"EventName": "PutBucketTagging"})
    assert answer["Events"] == [] and "NextToken" not in answer
    store = f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:eventdatastore/00000000-0000-4000-8000-000000000001"
    asked = DATA | {"InsightSource": store}
    assert refusal(world.cloudtrail.list_insights_data, **asked)[0] == "UnsupportedOperationException"


def test_the_cli_lists_both(world):
    counts = json.loads(
        world.clients.aws(
            "cloudtrail", "list-insights-metric-data", "--event-source", "s3.amazonaws.com", "--event-name",
            "PutBucketTagging", "--insight-type", "ApiCallRateInsight", "--period", "3600", "--output", "json",
        )
    )  # fmt: skip
    assert counts["Values"] == [calls for _, calls in world.counted("PutBucketTagging", 3600)]
    listed = world.clients.aws(
        "cloudtrail", "list-insights-data", "--insight-source", TRAIL, "--data-type", "InsightsEvents", "--output", "json"
    )
    assert json.loads(listed) == {"Events": []}


def test_whoever_may_look_events_up_sees_their_counts_and_a_trails_with_list_insights_data(world):
    looks = world.user("looks", "cloudtrail:LookupEvents").boto("cloudtrail")
    assert looks.list_insights_metric_data(**CALLS)["Values"]
    code, message = refusal(looks.list_insights_metric_data, **CALLS, TrailName="main")
    assert code == "AccessDeniedException" and f"perform: cloudtrail:ListInsightsData on resource: {TRAIL}" in message
    assert refusal(looks.list_insights_data, **DATA)[0] == "AccessDeniedException"
    lists = world.user("lists", "cloudtrail:ListInsights*").boto("cloudtrail")
    assert lists.list_insights_data(**DATA)["Events"] == []
    code, message = refusal(lists.list_insights_metric_data, **CALLS)
    assert code == "AccessDeniedException" and "perform: cloudtrail:LookupEvents on resource: *" in message
    both = world.user("both", "cloudtrail:LookupEvents", "cloudtrail:ListInsightsData").boto("cloudtrail")
    assert both.list_insights_metric_data(**CALLS, TrailName="main")["TrailARN"] == TRAIL


def test_both_are_recorded_as_they_were_asked(world):
    world.cloudtrail.list_insights_metric_data(**CALLS, Period=300, MaxResults=7)
    given = {"eventSource": "s3.amazonaws.com", "eventName": "PutBucketTagging", "insightType": "ApiCallRateInsight"}
    record = world.recorded("ListInsightsMetricData", "requestParameters", given | {"period": 300, "maxResults": 7})
    assert (record["responseElements"], record["readOnly"], record["managementEvent"]) == (None, True, True)
    world.cloudtrail.list_insights_data(**DATA, Dimensions={"EventName": "GetObject"})
    asked = {"insightSource": TRAIL, "dataType": "InsightsEvents", "dimensions": {"EventName": "GetObject"}}
    assert world.recorded("ListInsightsData", "requestParameters", asked)["responseElements"] is None


def test_an_insight_is_explained_by_any_of_its_ids(world):
    end, start = world.insights
    for name in (start["eventID"], end["eventID"], start["sharedEventID"]):
        status, body = world.page("GET", f"/_cairn/insights/explanation?id={name}")
        told = json.loads(body)
        assert (status, told["direction"], told["sensitivity"], told["trail"]) == (200, "surge", "medium", None)
        assert (told["start"], told["end"], told["imported"], told["trails"]) == (start, end, True, [])
        series = told["series"]
        first = calendar.timegm(time.strptime(series["from"], "%Y-%m-%dT%H:%M:%SZ"))
        calls = {first + 60 * minute: calls for minute, calls in series["calls"]}
        assert calls[world.burst_at] >= 90
        until = first + 60 * series["minutes"]
        assert calls == {minute: calls for minute, calls in world.counted("PutBucketTagging", 60) if minute < until}
    record = world.recorded("GetInsightExplanation", "readOnly", True)
    assert record["additionalEventData"]["insight"]["id"] in (start["eventID"], end["eventID"], start["sharedEventID"])
    unknown = "/_cairn/insights/explanation?id=00000000-0000-4000-8000-000000000001"
    assert world.page("GET", unknown) == (400, "ResourceNotFoundException")
    for query in ("", "?id=", "?id=first", "?id=a&id=b"):
        assert world.page("GET", f"/_cairn/insights/explanation{query}") == (400, "InvalidParameterException")
    lists = world.user("explains", "cloudtrail:ListInsightsData")
    assert world.page("GET", unknown, clients=lists) == (403, "AccessDeniedException")


def test_a_backtest_finds_what_was_found(world):
    _, start = world.insights
    asked = {"from": instant(world.begin), "sensitivity": "medium"}
    status, body = world.page("POST", "/_cairn/insights/backtest", json.dumps(asked).encode())
    lines = [json.loads(line) for line in body.splitlines()]
    assert status == 200 and [list(line) for line in lines[-1:]] == [["done"]]
    found = [line["found"] for line in lines if "found" in line]
    [burst] = [one for one in found if one["start"] == instant(world.burst_at)]
    assert (burst["eventName"], burst["insightType"], burst["eventId"]) == ("PutBucketTagging", "ApiCallRateInsight", start["eventID"])
    assert burst["end"] == instant(world.burst_at + 60) and burst["calls"] >= 90 and burst["opening"]["minutes"] == 1
    assert lines[-1]["done"]["from"] == instant(world.begin)
    progress = [line["progress"] for line in lines if "progress" in line]
    assert progress[-1]["metrics"] == progress[-1]["of"] == lines[-1]["done"]["metrics"] > 2
    every = world.page("POST", "/_cairn/insights/backtest")[1].splitlines()
    sensitivities = {json.loads(line)["found"]["sensitivity"] for line in every if b'"found"' in line}
    assert sensitivities == {"low", "medium", "high"}
    record = world.recorded("BacktestInsights", "readOnly", True)
    assert record["additionalEventData"]["backtest"]["trail"] is None
    for wrong, code in [
        (b"[]", "InvalidParameterException"),
        (b'{"since": 1}', "InvalidParameterException"),
        (b'{"sensitivity": "all"}', "InvalidParameterException"),
        (b'{"trail": "none"}', "InvalidParameterException"),
        (b'{"from": "2026-02-01T00:00:00Z", "to": "2026-01-01T00:00:00Z"}', "InvalidTimeRangeException"),
    ]:
        assert world.page("POST", "/_cairn/insights/backtest", wrong) == (400, code)


def test_aws_lets_one_ask_for_counts_once_a_second(make_server):
    server = make_server(cloudtrail__throttle="true")
    cloudtrail = Clients(server.start()).boto("cloudtrail")

    def codes():
        told = []
        for _ in range(4):
            try:
                cloudtrail.list_insights_metric_data(**CALLS)
            except cloudtrail.exceptions.ThrottlingException as error:
                told.append(error.response["Error"]["Message"])
        return told

    assert set(codes()) == {"Rate exceeded"}
