"""The pages behind the console's trails and integrity: previews of selectors, deliveries, validations; signed, as anybody may ask them."""

import gzip
import json
import re
from datetime import datetime, timedelta, timezone

import pytest
from clients import Clients
from digest_files import DigestBuckets
from server import Server
from waiting import wait_for

ACCOUNT = "123456789012"
PREVIEW, DELIVERY, VALIDATION = "/_cairn/selectors/preview", "/_cairn/delivery", "/_cairn/validation"
SINCE = (datetime.now(timezone.utc) - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.fixture(scope="module")
def server():
    server = Server(digest__interval="1s", tlog__interval="1s")
    try:
        yield server.start()
    finally:
        server.close()


@pytest.fixture(scope="module")
def clients(server):
    return Clients(server)


@pytest.fixture(scope="module")
def trail(server, clients):
    """A trail with data events whose first files and digests are there."""
    s3, cloudtrail = clients.boto("s3"), clients.boto("cloudtrail")
    for bucket in ("page-logs", "page-data"):
        s3.create_bucket(Bucket=bucket)
    s3.put_bucket_policy(Bucket="page-logs", Policy=server.command("bucket-policy", "page-logs"))
    made = cloudtrail.create_trail(Name="pages", S3BucketName="page-logs", IsMultiRegionTrail=True, EnableLogFileValidation=True)
    cloudtrail.put_event_selectors(TrailName="pages", AdvancedEventSelectors=[
        {"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]},
        {"FieldSelectors": [
            {"Field": "eventCategory", "Equals": ["Data"]}, {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
            {"Field": "resources.ARN", "StartsWith": ["arn:aws:s3:::page-data/"]},
        ]},
    ])  # fmt: skip
    cloudtrail.start_logging(Name="pages")
    s3.put_object(Bucket="page-data", Key="kept", Body=b"content")
    request = s3.get_object(Bucket="page-data", Key="kept")["ResponseMetadata"]["RequestId"]
    buckets = DigestBuckets(s3, "pages", "page-logs")
    wait_for(lambda: buckets.proven(request), "the trail's digests cover its first calls", limit=40)
    return made["TrailARN"]


def ask(clients, path, body=None):
    """Asks a page; returns its status, and what it told or the error's code."""
    sent = b"" if body is None else json.dumps(body).encode()
    status, told = clients.page("GET" if body is None else "POST", path, sent)
    return (status, json.loads(told)) if status == 200 and path != VALIDATION else (status, told)


def told(clients, path, body=None):
    status, answer = ask(clients, path, body)
    assert status == 200, answer
    return answer


def lines(clients, body):
    """Runs a validation and returns its lines."""
    return [json.loads(line) for line in told(clients, VALIDATION, body).splitlines()]


def user(clients, name, *actions, resource="*"):
    """Makes a user who may do these actions; returns its clients."""
    iam = clients.boto("iam")
    iam.create_user(UserName=name)
    allowed = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": resource}]}
    iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=json.dumps(allowed))
    return clients.acting(iam.create_access_key(UserName=name)["AccessKey"])


def later(instant, seconds):
    """Returns an instant so much later, written the same way."""
    form = "%Y-%m-%dT%H:%M:%SZ"
    return (datetime.strptime(instant, form) + timedelta(seconds=seconds)).strftime(form)


def recorded(clients, name, **wanted):
    """Returns the newest event of a name that says so."""

    def found():
        events = clients.boto("cloudtrail").lookup_events(LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": name}])
        records = [json.loads(event["CloudTrailEvent"]) for event in events["Events"]]
        return next((record for record in records if all(record.get(key) == value for key, value in wanted.items())), None)

    return wait_for(found, f"{name} is in the event history")


def test_a_preview_shows_which_events_selectors_would_take(clients, trail):
    writes = {"EventSelectors": [{"ReadWriteType": "WriteOnly", "IncludeManagementEvents": True}]}
    preview = told(clients, PREVIEW, writes | {"MaxResults": 50})
    names = {event["EventName"] for event in preview["Matching"]}
    assert {"CreateTrail", "StartLogging", "CreateBucket"} <= names
    assert "PutObject" not in names
    assert all(event["ReadOnly"] == "false" for event in preview["Matching"])
    assert preview["Matched"] == preview["ByCategory"]["Management"] == len(preview["Matching"])
    assert preview["Scanned"] > preview["Matched"]
    assert {"PutObject", "GetObject"} <= {event["EventName"] for event in preview["NotMatching"]}
    times = [event["EventTime"] for event in preview["Matching"]]
    assert times == sorted(times, reverse=True)
    assert preview["ScannedSince"] <= datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    data = {"AdvancedEventSelectors": [{"FieldSelectors": [
        {"Field": "eventCategory", "Equals": ["Data"]}, {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
    ]}]}  # fmt: skip
    preview = told(clients, PREVIEW, data)
    assert {event["EventName"] for event in preview["Matching"]} == {"PutObject", "GetObject"}
    assert preview["ByCategory"]["Data"] == preview["Matched"] and preview["ByCategory"]["Management"] == 0
    assert all("CloudTrailEvent" in event for event in preview["Matching"])
    assert len(preview["NotMatching"]) <= 10
    event = recorded(clients, "PreviewEventSelectors", readOnly=True)
    assert "selectors" in event["additionalEventData"], event


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"EventSelectors": [], "AdvancedEventSelectors": []},
        {"EventSelectors": [{"ReadWriteType": "Some"}]},
        {"EventSelectors": [{"DataResources": [{"Type": "AWS::S3::Bucket", "Values": ["arn:aws:s3"]}]}]},
        {"AdvancedEventSelectors": [{"FieldSelectors": [{"Field": "colour", "Equals": ["red"]}]}]},
        {"AdvancedEventSelectors": "all"},
        {"AdvancedEventSelectors": [{"FieldSelectors": []}]},
    ],
)
def test_selectors_are_refused_as_put_event_selectors_refuses_them(clients, trail, body):
    status, code = ask(clients, PREVIEW, body)
    headers = {"X-Amz-Target": "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.PutEventSelectors"}
    assert status == 400
    assert code == put_selectors(clients, body | {"TrailName": "pages"}, headers)


def put_selectors(clients, body, headers):
    """Puts selectors past the client's own checks; returns the error's code."""
    import urllib.error
    import urllib.request

    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    environment = clients.environment
    request = AWSRequest("POST", environment["AWS_ENDPOINT_URL"] + "/", data=json.dumps(body), headers=headers | {"Content-Type": "application/x-amz-json-1.1"})
    keys = Credentials(environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"])
    SigV4Auth(keys, "cloudtrail", "us-east-1").add_auth(request)
    asked = urllib.request.Request(request.url, json.dumps(body).encode(), dict(request.headers))
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.build_opener(urllib.request.ProxyHandler({})).open(asked, timeout=30)
    return json.loads(refused.value.read())["__type"]


def test_a_preview_needs_the_permission_to_look_events_up(clients, trail):
    stranger = user(clients, "previewer", "cloudtrail:PutEventSelectors")
    writes = {"EventSelectors": [{"ReadWriteType": "WriteOnly", "IncludeManagementEvents": True}]}
    assert ask(stranger, PREVIEW, writes) == (403, "AccessDeniedException")
    denied = recorded(clients, "PreviewEventSelectors", errorCode="AccessDenied")
    assert denied["userIdentity"]["userName"] == "previewer"


def test_deliveries_of_the_last_day_are_told_with_every_place(clients, trail):
    cloudtrail = clients.boto("cloudtrail")
    health = next(found for found in told(clients, DELIVERY)["Trails"] if found["TrailARN"] == trail)
    assert (health["Name"], health["IsLogging"], health["WindowSeconds"]) == ("pages", True, 1)
    day = health["LastDay"]
    assert len(day["Hours"]) == 24
    starts = [hour["StartTime"] for hour in day["Hours"]]
    assert starts == sorted(starts) and all(start.endswith(":00:00Z") for start in starts)
    for count in ("Files", "Bytes", "Events", "Digests"):
        assert day[count] == sum(hour[count] for hour in day["Hours"]) > 0, count
    files = [entry for entry in listed(clients, "page-logs") if "/CloudTrail/us-east-1/" in entry["Key"]]
    assert 0 < day["Files"] <= len(files)
    digests = [entry for entry in listed(clients, "page-logs") if "/CloudTrail-Digest/us-east-1/" in entry["Key"]]
    assert 0 < day["Digests"] <= len(digests)
    places = {place["Kind"]: place for place in health["Destinations"]}
    assert {"S3", "Digest"} <= set(places)
    assert places["S3"]["Name"] == places["Digest"]["Name"] == "page-logs"
    assert "Error" not in places["S3"]
    status = cloudtrail.get_trail_status(Name="pages")
    assert places["S3"]["LastSuccess"] <= status["LatestDeliveryTime"].astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert health["Behind"] < 1000 and 0 <= health["LagSeconds"] < 60
    recorded(clients, "GetDeliveryHealth", readOnly=True)


def test_the_command_line_tells_how_trails_fared(server, clients, trail):
    told_trails = [json.loads(line) for line in server.command("trail", "health").splitlines()]
    health = next(found for found in told_trails if found["TrailARN"] == trail)
    assert health["IsLogging"] and health["LastDay"]["Files"] > 0 and health["LagSeconds"] < 60


def listed(clients, bucket):
    pages = clients.boto("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket)
    return [entry for page in pages for entry in page.get("Contents", [])]


def test_a_bucket_that_denies_shows_where_the_trail_is_told_of(server, clients, trail):
    s3, cloudtrail = clients.boto("s3"), clients.boto("cloudtrail")
    s3.create_bucket(Bucket="page-closed")
    s3.put_bucket_policy(Bucket="page-closed", Policy=server.command("bucket-policy", "page-closed"))
    closed = cloudtrail.create_trail(Name="closed", S3BucketName="page-closed")["TrailARN"]
    server.allowed |= {"log file delivery deferred", "log file denied; the rest goes on", "a folder is denied; what belongs there is owed"}
    s3.delete_bucket_policy(Bucket="page-closed")
    cloudtrail.start_logging(Name="closed")

    def error():
        trails = {found["TrailARN"]: found for found in told(clients, DELIVERY)["Trails"]}
        return trails[closed]["Destinations"][0].get("Error")

    assert wait_for(error, "the error is told") == "AccessDenied"

    def waits():
        health = next(found for found in told(clients, DELIVERY)["Trails"] if found["TrailARN"] == closed)
        return health["Behind"] > 0 and health["LagSeconds"] > health["WindowSeconds"]

    assert wait_for(waits, "what a denied bucket is owed counts as waiting")
    cloudtrail.delete_trail(Name="closed")
    assert closed not in {found["TrailARN"] for found in told(clients, DELIVERY)["Trails"]}


def test_a_trail_that_moved_needs_nobody(server, clients, trail):
    s3, cloudtrail = clients.boto("s3"), clients.boto("cloudtrail")
    for bucket in ("page-before", "page-after"):
        s3.create_bucket(Bucket=bucket)
        s3.put_bucket_policy(Bucket=bucket, Policy=server.command("bucket-policy", bucket))
    moves = cloudtrail.create_trail(Name="moves", S3BucketName="page-before", EnableLogFileValidation=True)["TrailARN"]
    cloudtrail.start_logging(Name="moves")

    def logs():
        health = next(found for found in told(clients, DELIVERY)["Trails"] if found["TrailARN"] == moves)
        return [place for place in health["Destinations"] if place["Kind"] == "TransparencyLog"]

    first = wait_for(logs, "the trail has a transparency log", limit=30)
    cloudtrail.update_trail(Name="moves", S3BucketName="page-after")

    def moved():
        now = logs()
        assert len(now) == 1 and "Error" not in now[0], now
        return now[0]["Name"] != first[0]["Name"]

    wait_for(moved, "another log follows", limit=30)
    cloudtrail.delete_trail(Name="moves")


def test_deliveries_are_for_who_may_see_trails_and_their_status(clients, trail):
    assert ask(user(clients, "nobody", "cloudtrail:GetTrailStatus"), DELIVERY) == (403, "AccessDeniedException")
    assert told(user(clients, "sees-names", "cloudtrail:DescribeTrails"), DELIVERY) == {"Trails": []}
    sees = user(clients, "sees-all", "cloudtrail:DescribeTrails", "cloudtrail:GetTrailStatus")
    assert trail in {found["TrailARN"] for found in told(sees, DELIVERY)["Trails"]}


def test_a_validation_tells_file_by_file_and_ends_with_a_report(server, clients, trail):
    buckets = DigestBuckets(clients.boto("s3"), "pages", "page-logs")

    def newest():
        return buckets.digests()[-1][1]["digestEndTime"]

    until = newest()
    wait_for(lambda: newest() > later(until, seconds=2), "all digests of the range are there")
    told_lines = lines(clients, {"TrailARN": trail, "StartTime": SINCE, "EndTime": until})
    begun, ended = told_lines[0], told_lines[-1]
    assert begun == {"Kind": "Begun", "TrailARN": trail, "StartTime": SINCE, "EndTime": until}
    assert ended["Kind"] == "Ended"
    assert ended["Files"]["Invalid"] == ended["Digests"]["Invalid"] == 0, ended["Report"]
    files = [line for line in told_lines if line["Kind"] == "LogFile"]
    digests = [line for line in told_lines if line["Kind"] in ("Digest", "Backfill")]
    assert len([line for line in files if "Finding" not in line]) == ended["Files"]["Valid"] > 0
    assert len([line for line in digests if line["Valid"]]) == ended["Digests"]["Valid"] > 0
    assert all(line["Object"].startswith("s3://page-logs/AWSLogs/") for line in files + digests)
    progress = [line for line in told_lines if line["Kind"] == "Progress"]
    assert [line["Digests"] for line in progress] == list(range(1, len(progress) + 1))
    # Digests are told once the log files before them are, so the last ones may follow the last progress.
    back = [line["CheckedBackTo"] for line in progress if "CheckedBackTo" in line]
    assert back == sorted(back, reverse=True) and all(SINCE < at for at in back)
    # As the AWS CLI says it; it is asked between two of ours, for digests go on being made, and those that end a little later count.
    done = clients.aws("cloudtrail", "validate-logs", "--trail-arn", trail, "--start-time", SINCE, "--end-time", until)
    after = lines(clients, {"TrailARN": trail, "StartTime": SINCE, "EndTime": until})[-1]
    for kind, name in (("digest", "Digests"), ("log", "Files")):
        count = int(re.search(rf"(\d+)/\1 {kind} files valid", done)[1])
        assert ended[name]["Valid"] <= count <= after[name]["Valid"], (done, after["Report"])
        assert f"{ended[name]['Valid']}/{ended[name]['Valid']} {kind} files valid" in ended["Report"]
    event = recorded(clients, "ValidateTrail", readOnly=True)
    assert event["additionalEventData"]["validation"]["trailARN"] == trail


def test_a_changed_file_is_found_and_said_in_words(clients, trail):
    s3 = clients.boto("s3")
    key = next(entry["Key"] for entry in listed(clients, "page-logs") if "/CloudTrail/us-east-1/" in entry["Key"])
    before = s3.get_object(Bucket="page-logs", Key=key)
    body, kept = before["Body"].read(), before["Metadata"]
    s3.put_object(Bucket="page-logs", Key=key, Body=gzip.compress(b'{"Records":[]}'), Metadata=kept)
    try:
        told_lines = lines(clients, {"TrailARN": trail, "StartTime": SINCE})
    finally:
        s3.put_object(Bucket="page-logs", Key=key, Body=body, Metadata=kept)
    wrong = [line for line in told_lines if line.get("Severity") == "invalid"]
    assert [line["Object"] for line in wrong] == [f"s3://page-logs/{key}"]
    assert wrong[0]["Valid"] is False and wrong[0]["Finding"] == "hash value doesn't match"
    ended = told_lines[-1]
    assert (ended["Valid"], ended["Verdict"], ended["Files"]["Invalid"]) == (False, "invalid", 1)
    assert wrong[0]["Finding"] in ended["Report"]


def test_a_validation_reads_with_the_rights_of_who_asks(clients, trail):
    ask_for = {"TrailARN": trail, "StartTime": SINCE}
    assert ask(user(clients, "no-keys", "cloudtrail:DescribeTrails", "s3:*"), VALIDATION, ask_for) == (403, "AccessDeniedException")
    sees = ("cloudtrail:DescribeTrails", "cloudtrail:ListPublicKeys")
    refused = lines(user(clients, "no-bucket", *sees), ask_for)
    assert [line["Kind"] for line in refused] == ["Begun", "Refused"]
    assert refused[1]["Code"] == "AccessDenied" and "s3:ListBucket" in refused[1]["Message"]
    unread = lines(user(clients, "no-objects", *sees, "s3:ListBucket"), ask_for)
    assert unread[-1]["Kind"] == "Ended" and not unread[-1]["Valid"]
    objects = [line for line in unread if "Object" in line]
    assert {line["Severity"] for line in objects} == {"unchecked"}
    assert all(line["Finding"].startswith("Not checked: AccessDenied: ") for line in objects)
    assert unread[-1]["Files"]["Valid"] == 0
    reads = lines(user(clients, "reads", *sees, "s3:ListBucket", "s3:GetObject"), ask_for)
    assert reads[-1]["Kind"] == "Ended" and reads[-1]["Files"]["Valid"] > 0 and reads[-1]["Files"]["Invalid"] == 0


@pytest.mark.parametrize(
    "body, code",
    [
        ({}, "ValidationException"),
        ({"TrailARN": "arn:aws:cloudtrail:us-east-1:123456789012:trail/none", "StartTime": SINCE}, "TrailNotFoundException"),
        ({"TrailARN": "arn:aws:cloudtrail:us-east-1:111122223333:trail/pages", "StartTime": SINCE}, "TrailNotFoundException"),
        ({"TrailARN": "x", "StartTime": "2026-03-02T00:00:00Z", "EndTime": "2026-03-01T00:00:00Z"}, "InvalidTimeRangeException"),
        ({"TrailARN": "x", "StartTime": "yesterday"}, "ValidationException"),
    ],
)
def test_what_can_not_be_validated_is_refused(clients, trail, body, code):
    assert ask(clients, VALIDATION, body) == (400, code)


def test_pages_are_for_who_signs(server, trail):
    import urllib.error
    import urllib.request

    for method, path in (("POST", PREVIEW), ("GET", DELIVERY), ("POST", VALIDATION)):
        request = urllib.request.Request(server.endpoint + path, b"{}" if method == "POST" else None, method=method)
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10)
        assert json.loads(refused.value.read())["__type"] == "MissingAuthenticationTokenException"
