"""Searches behind Event history: /_cairn/history/search, …/summary, …/export and `cairn events`."""

import collections
import csv
import datetime
import io
import json

import pytest
from clients import Clients
from server import Server
from waiting import wait_for

NAMES = ["CreateBucket", "DeleteBucket", "GetBucketPolicy"]
CSV = ["Event name", "Event time", "User name", "Event source", "Resource type", "Resource name", "AWS access key", "AWS region", "Error code", "Event ID", "Read-only", "Request ID", "Source IP address"]


def made(number, now):
    """An event of an earlier recorder; every sixth was denied, one has a name that a spreadsheet would run."""
    event = {
        "eventVersion": "1.11",
        "userIdentity": {"type": "IAMUser", "principalId": f"AIDA{number % 4}", "arn": f"arn:aws:iam::123456789012:user/user-{number % 4}", "accountId": "123456789012", "accessKeyId": f"AKIA{number % 3:016}", "userName": "=cmd()" if number == 7 else f"user-{number % 4}"},
        "eventTime": (now - datetime.timedelta(minutes=number)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventSource": "s3.amazonaws.com",
        "eventName": NAMES[number % 3],
        "awsRegion": "us-east-1",
        "sourceIPAddress": f"203.0.113.{number % 5}",
        "userAgent": f"tool-{number % 2}/1.0",
        "requestParameters": {"bucketName": f"bucket-{number}", "note": f"word-{number:04}-end"},
        "responseElements": None,
        "requestID": f"REQUEST{number:04}",
        "eventID": f"00000000-0000-4000-8000-{number:012}",
        "readOnly": number % 3 == 2,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": "123456789012",
        "eventCategory": "Management",
    }
    if number % 6 == 0:
        event |= {"errorCode": "AccessDenied", "errorMessage": "Access Denied"}
    return event


class World:
    """A server with a past of 300 events, most of them in sealed splits."""

    def __init__(self, server, directory):
        self.server, self.clients = server, Clients(server)
        now = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(minutes=5)
        self.events = [made(number, now) for number in range(300)]
        path = directory / "events.json"
        path.write_text(json.dumps({"Records": self.events}))
        server.command("import", "cloudtrail", str(path))
        wait_for(lambda: self.search(self.ours())["Total"]["Count"] == 300, "all events are found")

    def ours(self, *filters, **beside):
        """Asks for imported events alone: their addresses tell."""
        return {"Filters": [{"Field": "SourceIPAddress", "Operator": "StartsWith", "Values": ["203.0.113."]}, *filters]} | beside

    def ask(self, page, body):
        status, answer = self.clients.page("POST", f"/_cairn/history/{page}", json.dumps(body).encode())
        return status, answer

    def search(self, body):
        status, answer = self.ask("search", body)
        assert status == 200, answer
        return json.loads(answer)

    def all(self, body):
        """Follows the pages to the end; the ids."""
        found, token = [], {}
        while True:
            page = self.search(body | token)
            found += [event["EventId"] for event in page["Events"]]
            if "NextToken" not in page:
                return found
            token = {"NextToken": page["NextToken"]}


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    server = Server(history__seal_after="1s")
    try:
        yield World(server.start(), tmp_path_factory.mktemp("history"))
    finally:
        server.close()


def filtered(field, operator, *values):
    return {"Field": field, "Operator": operator} | ({"Values": list(values)} if values else {})


def user(event):
    return event["userIdentity"]["userName"]


@pytest.mark.parametrize("filters, holds", [
    ([filtered("EventName", "Equals", "CreateBucket", "DeleteBucket")], lambda event: event["eventName"] in NAMES[:2]),
    ([filtered("EventName", "NotEquals", "CreateBucket")], lambda event: event["eventName"] != "CreateBucket"),
    ([filtered("Username", "Equals", "user-1"), filtered("ReadOnly", "Equals", "false")], lambda event: user(event) == "user-1" and not event["readOnly"]),
    ([filtered("Outcome", "Equals", "failed")], lambda event: "errorCode" in event),
    ([filtered("Outcome", "Equals", "denied")], lambda event: "errorCode" in event),
    ([filtered("Outcome", "NotEquals", "failed")], lambda event: "errorCode" not in event),
    ([filtered("ErrorCode", "Exists")], lambda event: "errorCode" in event),
    ([filtered("ErrorCode", "NotExists"), filtered("UserAgent", "StartsWith", "tool-1")], lambda event: "errorCode" not in event and event["userAgent"].startswith("tool-1")),
    ([filtered("ErrorCode", "Equals", "AccessDenied")], lambda event: "errorCode" in event),
    ([filtered("SourceIPAddress", "Equals", "203.0.113.2")], lambda event: event["sourceIPAddress"] == "203.0.113.2"),
    ([filtered("PrincipalArn", "StartsWith", "arn:aws:iam::123456789012:user/user-2")], lambda event: event["userIdentity"]["arn"].endswith("user-2")),
    ([filtered("RequestId", "StartsWith", "REQUEST001")], lambda event: event["requestID"].startswith("REQUEST001")),
    ([filtered("ResourceName", "StartsWith", "bucket-29")], lambda event: event["requestParameters"]["bucketName"].startswith("bucket-29")),
    ([filtered("EventId", "Equals", "00000000-0000-4000-8000-000000000123")], lambda event: event["eventID"].endswith("123")),
    ([filtered("EventType", "Equals", "AwsApiCall"), filtered("RecipientAccountId", "Equals", "123456789012")], lambda event: True),
    ([filtered("EventName", "Equals", "CreateBucket"), filtered("ReadOnly", "Equals", "true")], lambda event: False),
])
def test_all_filters_hold_and_pages_follow_one_another(world, filters, holds):
    wanted = [event["eventID"] for event in world.events if holds(event)]
    assert world.all(world.ours(*filters, MaxResults=20)) == wanted
    page = world.search(world.ours(*filters))
    assert [event["EventId"] for event in page["Events"]] == wanted[:50]
    # Without reading events it can't be told for those fields whose values are not kept beside them.
    unkept = {"RequestId", "ResourceName", "EventId"} & {one["Field"] for one in filters}
    if not unkept or len(wanted) <= 50:
        assert page["Total"] == {"Count": len(wanted), "Exact": True}


@pytest.mark.parametrize("text, holds", [
    ("word-0123-end", lambda event: "word-0123" in json.dumps(event)),
    ("ORD-012", lambda event: "word-012" in json.dumps(event)),
    ("user-3 denied", lambda event: user(event) == "user-3" and "errorCode" in event),
    ('"Access Denied"', lambda event: "errorMessage" in event),
    ("nowhere-to-be-found", lambda event: False),
])
def test_words_are_found_anywhere(world, text, holds):
    assert world.all(world.ours(Text=text, MaxResults=7)) == [event["eventID"] for event in world.events if holds(event)]


def test_times_narrow_a_search(world):
    start, end = world.events[200]["eventTime"], world.events[100]["eventTime"]
    assert world.all(world.ours(StartTime=start, EndTime=end)) == [event["eventID"] for event in world.events[100:201]]


def test_a_summary_counts_what_a_search_finds(world):
    start, end = world.events[-1]["eventTime"], world.events[0]["eventTime"]
    status, answer = world.ask("summary", world.ours(filtered("ReadOnly", "Equals", "false"), StartTime=start, EndTime=end, Buckets=12))
    assert status == 200, answer
    summary, right = json.loads(answer), [event for event in world.events if not event["readOnly"]]
    assert summary["Total"] == len(right) == sum(bucket["Count"] for bucket in summary["Buckets"])
    assert sum(bucket["Errors"] for bucket in summary["Buckets"]) == sum("errorCode" in event for event in right)
    assert all(bucket["BySource"] in ({}, {"s3.amazonaws.com": bucket["Count"]}) for bucket in summary["Buckets"])
    begins = [datetime.datetime.fromisoformat(bucket["StartTime"]) for bucket in summary["Buckets"]]
    assert {(after - before).total_seconds() for before, after in zip(begins, begins[1:])} == {summary["BucketSeconds"]}
    for name, values in [("Username", [user(event) for event in right]), ("EventName", [event["eventName"] for event in right]), ("Denied", [user(event) for event in right if "errorCode" in event])]:
        told = {ranked["Value"]: ranked["Count"] for ranked in summary["Top"][name]}
        assert told == dict(collections.Counter(values)), name
    # Words are counted by reading.
    status, answer = world.ask("summary", world.ours(Text="user-3 denied"))
    assert json.loads(answer)["Total"] == sum(user(event) == "user-3" and "errorCode" in event for event in world.events)


def test_an_export_is_all_that_is_found(world):
    status, answer = world.ask("export?format=ndjson", world.ours())
    assert status == 200 and [json.loads(line)["eventID"] for line in answer.splitlines()] == [event["eventID"] for event in world.events]
    status, answer = world.ask("export", world.ours(MaxEvents=10))
    assert [event["eventID"] for event in json.loads(answer)["Records"]] == [event["eventID"] for event in world.events[:10]]
    status, answer = world.ask("export?format=json", world.ours(Text="nowhere-to-be-found"))
    assert json.loads(answer) == {"Records": []}


def test_a_table_runs_nothing(world):
    status, answer = world.ask("export?format=csv", world.ours())
    rows = list(csv.reader(io.StringIO(answer.decode())))
    assert status == 200 and rows[0] == CSV and len(rows) == 301
    assert rows[8][2] == "'=cmd()" and rows[1] == ["CreateBucket", world.events[0]["eventTime"], "user-0", "s3.amazonaws.com", "AWS::S3::Bucket", "bucket-0", "AKIA0000000000000000", "us-east-1", "AccessDenied", world.events[0]["eventID"], "false", "REQUEST0000", "203.0.113.0"]


@pytest.mark.parametrize("page, body, code", [
    ("search", {"Filters": [filtered("Nothing", "Equals", "x")]}, "InvalidLookupAttributesException"),
    ("search", {"Filters": [filtered("EventName", "Like", "x")]}, "InvalidLookupAttributesException"),
    ("search", {"Filters": [filtered("EventName", "Equals")]}, "InvalidLookupAttributesException"),
    ("search", {"Filters": [filtered("EventName", "Exists", "x")]}, "InvalidLookupAttributesException"),
    ("search", {"Filters": [filtered("EventName", "Equals", "")]}, "InvalidLookupAttributesException"),
    ("search", {"Filters": [filtered("EventName", "Equals", *map(str, range(51)))]}, "InvalidLookupAttributesException"),
    ("search", {"MaxResults": 101}, "InvalidMaxResultsException"),
    ("search", {"MaxResults": -1}, "InvalidMaxResultsException"),
    ("search", {"NextToken": "x"}, "InvalidNextTokenException"),
    ("search", {"EventCategory": "data"}, "InvalidEventCategoryException"),
    ("search", {"StartTime": "2026-01-02T00:00:00Z", "EndTime": "2026-01-01T00:00:00Z"}, "InvalidTimeRangeException"),
    ("search", {"StartTime": "yesterday"}, "InvalidParameterException"),
    ("search", {"Text": "a " * 21}, "InvalidParameterException"),
    ("search", {"Unknown": 1}, "InvalidParameterException"),
    ("summary", {"Buckets": 201}, "InvalidParameterException"),
    ("export?format=xml", {}, "InvalidParameterException"),
])
def test_what_means_nothing_is_refused(world, page, body, code):
    status, answer = world.ask(page, body)
    assert (status, answer.split("#")[-1]) == (400, code)


def test_a_token_continues_its_own_search_alone(world):
    page = world.search(world.ours(MaxResults=5))
    status, answer = world.ask("search", world.ours(filtered("ErrorCode", "Exists"), NextToken=page["NextToken"]))
    assert status == 400 and "InvalidNextTokenException" in answer


def test_searches_are_recorded_with_what_was_asked(world):
    world.search({"Text": "recorded-words", "Filters": [filtered("EventName", "Equals", "CreateBucket")]})
    found = wait_for(lambda: world.search({"Filters": [filtered("EventName", "Equals", "SearchEvents")], "Text": "recorded-words"})["Events"], "the search is found")
    event = json.loads(found[-1]["CloudTrailEvent"])
    assert event["additionalEventData"]["search"] == {"text": "recorded-words", "filters": [{"field": "EventName", "operator": "Equals", "values": ["CreateBucket"]}]}
    assert event["eventSource"] == "cloudtrail.amazonaws.com"


def test_who_may_not_look_up_may_not_search(world):
    iam = world.clients.boto("iam")
    iam.create_user(UserName="nobody")
    key = iam.create_access_key(UserName="nobody")["AccessKey"]
    nobody = world.clients.acting(key)
    for page in ["search", "summary", "export"]:
        status, answer = nobody.page("POST", f"/_cairn/history/{page}", b"{}")
        assert status == 403 and "AccessDenied" in answer, answer


def failed_in_many_ways(now):
    """Events of an address of their own: many more codes than a summary ranks, and failures without any."""
    codes = [f"Code{number:02}" for number in range(12)] * 2
    codes += ["Client.UnauthorizedOperation", "AccessDeniedException", "VpceAccessDenied", "SignatureDoesNotMatch", "AuthFailure"]
    apart = {"sourceIPAddress": "192.0.2.1", "userIdentity": {"type": "Root", "principalId": "123456789012"}}
    for number, code in enumerate(codes):
        yield made(1000 + number, now) | apart | {"errorCode": code}
    for number, (name, told) in enumerate([("ConsoleLogin", "Failed authentication"), ("CheckMfa", None), ("SwitchRole", None)]):
        sign_in = made(1100 + number, now) | apart | {"eventSource": "signin.amazonaws.com", "eventName": name, "responseElements": {name: "Failure"}}
        yield sign_in | ({"errorMessage": told} if told else {})
    yield made(1201, now) | apart | {"eventSource": "signin.amazonaws.com", "eventName": "SwitchRole", "responseElements": {"SwitchRole": "Success"}}


def test_what_failed_and_what_was_denied_is_counted_and_found_alike(world, tmp_path):
    events = list(failed_in_many_ways(datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(minutes=5)))
    path = tmp_path / "failed.json"
    path.write_text(json.dumps({"Records": events}))
    world.server.command("import", "cloudtrail", str(path))
    here = filtered("SourceIPAddress", "Equals", "192.0.2.1")
    wait_for(lambda: world.search({"Filters": [here]})["Total"]["Count"] == len(events), "all events are found")
    status, answer = world.ask("summary", {"Filters": [here]})
    summary = json.loads(answer)
    assert (status, summary["Total"], summary["Failed"], summary["Denied"]) == (200, 33, 32, 3)
    assert sum(bucket["Errors"] for bucket in summary["Buckets"]) == 32
    for outcome, count in [("failed", 32), ("denied", 3), ("succeeded", 1)]:
        ask = {"Filters": [here, filtered("Outcome", "Equals", outcome)]}
        assert len(world.all(ask | {"MaxResults": 10})) == count
        assert world.search(ask)["Total"] == {"Count": count, "Exact": True}
    status, answer = world.ask("search", {"Filters": [filtered("Outcome", "Equals", "Denied")]})
    assert (status, answer) == (400, "InvalidLookupAttributesException")


def test_the_command_line_searches(world):
    found = world.server.command("events", "denied", "--where", "username=user-0,user-2", "--where", "event-source=s3.amazonaws.com", "--output", "json")
    wanted = [event["eventID"] for event in world.events if user(event) in ("user-0", "user-2") and "errorCode" in event]
    assert [json.loads(line)["eventID"] for line in found.splitlines()] == wanted
    table = world.server.command("events", "--where", "EventName=CreateBucket", "--where", "source-ip-address^=203.", "--output", "table", "--max", "3")
    assert "the newest 3 of 100 in us-east-1" in table and table.count("CreateBucket") == 3
    # More than a page of the server, and fewer than match: it does not say that this is all.
    table = world.server.command("events", "--where", "source-ip-address^=203.", "--output", "table", "--max", "250")
    assert "the newest 250 of 300 in us-east-1" in table and table.count("user-") + table.count("=cmd") == 250
    table = world.server.command("events", "--where", "source-ip-address^=203.", "--output", "table", "--max", "300")
    assert "300 events in us-east-1" in table
    denied = world.server.command("events", "--where", "outcome=denied", "--where", "source-ip-address^=203.", "--output", "json")
    assert len(denied.splitlines()) == 50
    lines = world.server.command("events", "word-0123", "--where", "EventSource=s3.amazonaws.com", "--output", "csv").splitlines()
    assert len(lines) == 2 and lines[1].startswith("CreateBucket,")
