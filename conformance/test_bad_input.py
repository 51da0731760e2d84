"""Bad input: refused in the caller's protocol, recorded, without effect, and nothing falls over."""

import pytest
from bad_requests import BAD, chunked, trailing
from clients import refusal
from log_files import LogBucket
from waiting import wait_for
from wire import Wire


@pytest.fixture(scope="module")
def wire(clients):
    return Wire(clients.environment)


@pytest.fixture(scope="module")
def state(server, s3, cloudtrail):
    """Makes a trail that logs everything into `audit`, and returns a function that tells the state of all."""
    for bucket in ("audit", "logs"):
        s3.create_bucket(Bucket=bucket)
    s3.put_bucket_policy(Bucket="audit", Policy=server.command("bucket-policy", "audit"))
    cloudtrail.create_trail(Name="all", S3BucketName="audit", IsMultiRegionTrail=True)
    everything = {"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::logs/"]}
    cloudtrail.put_event_selectors(TrailName="all", EventSelectors=[{"DataResources": [everything]}])
    cloudtrail.start_logging(Name="all")
    s3.put_object(Bucket="logs", Key="object", Body=b"body")

    def tell():
        return [
            cloudtrail.list_trails()["Trails"],
            [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]],
            [(entry["Key"], entry["ETag"]) for entry in s3.list_objects_v2(Bucket="logs")["Contents"]],
        ]

    return tell


@pytest.fixture(scope="module")
def answers(wire, state):
    """Sends every bad request once."""
    before = state()
    answers = {name: bad.send(wire) for name, bad in BAD.items()}
    assert state() == before, "a bad request changed something"
    return answers


@pytest.fixture(scope="module")
def records(answers, s3, cloudtrail):
    """The records of log files by request id, once all of them are there."""
    end = cloudtrail.describe_trails()["ResponseMetadata"]["RequestId"]
    logs = LogBucket(s3, "audit")

    def complete():
        records = {record["requestID"]: record for record in logs.records()}
        return records if end in records else None

    return wait_for(complete, "the last call is in a log file", limit=30)


@pytest.mark.parametrize("name", BAD)
def test_it_is_refused_in_the_callers_protocol(answers, name):
    answer, bad = answers[name], BAD[name]
    assert (answer.status, answer.code) == (bad.status, bad.code), answer
    assert answer.message and bad.message in (None, answer.message)
    expected = "application/x-amz-json-1.1" if name.startswith("json") else "text/xml" if name.startswith("sts") else "application/xml"
    assert answer.headers["content-type"] == expected


@pytest.mark.parametrize("name", BAD)
def test_it_is_recorded_without_a_name_that_nobody_proved(answers, records, name):
    bad, record = BAD[name], records.get(answers[name].request_id)
    if bad.event is None:
        assert record is None
        return
    assert (record["eventName"], record["errorCode"], record["awsRegion"]) == (bad.event, bad.code, "us-east-1")
    identity = record["userIdentity"]
    assert identity["type"] == bad.identity
    if bad.identity == "Unknown":
        assert identity.keys() <= {"type", "accessKeyId"}
        basis = record["additionalEventData"]["identityBasis"]
        assert basis == ("none" if "unsigned" in name else "rejected")
        if name.startswith("json") and basis == "rejected":
            assert record["requestParameters"] is None, "a body that nobody signed says nothing"
    if bad.identity == "IAMUser":
        assert identity["userName"] and "identityBasis" not in record.get("additionalEventData", {})


def test_the_same_requests_pass_when_nothing_is_wrong_with_them(wire, state):
    good = wire.send(wire.signed("s3", "GET", "/logs/object"))
    assert (good.status, good.body) == (200, b"body")
    assert wire.send(wire.cloudtrail("ListTrails")).status == 200
    assert wire.send(wire.presigned("/logs/object")).body == b"body"
    assert chunked(200, None, trailing(b"NhCmhg=="), 5).send(wire).status == 200
    assert wire.send(wire.signed("s3", "DELETE", "/logs/smuggled")).status == 204


@pytest.mark.parametrize(
    "sent, status",
    [
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"x" * 200, 400),
        (b"GET / HTTP/9.9\r\n\r\n", 400),
        (b"GET /\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nbroken header\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nLong: " + b"x" * 200_000 + b"\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\nHost: a\r\n" + b"Many: x\r\n" * 300 + b"\r\n", 431),
        (b"GET /" + b"x" * 200_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 431),
    ],
    ids=["tls", "version", "no version", "header", "long header", "many headers", "long target"],
)
def test_what_is_no_request_is_refused_and_ends_the_connection(wire, server, sent, status):
    assert wire.raw(sent).status == status
    assert server.ready()


SERVICES = [
    ("ec2", "describe_instances", "InvalidAction"), ("rds", "describe_db_instances", "InvalidAction"),
    ("dynamodb", "list_tables", "UnknownOperationException"), ("lambda", "list_functions", "UnknownOperationException"),
    ("cloudwatch", "list_metrics", "UnknownOperationException"), ("route53", "list_hosted_zones", "NotImplemented"),
]  # fmt: skip


@pytest.mark.parametrize("service, method, code", SERVICES)
def test_services_that_are_not_here_say_so_to_their_own_clients(clients, service, method, code):
    """One of each protocol: EC2's query, query, JSON, REST-JSON, CBOR, REST-XML."""
    client = clients.boto(service, checked=False)
    told = refusal(getattr(client, method))
    name = {"cloudwatch": "monitoring"}.get(service, service)
    assert told == (code, f"Cairn does not serve {name}, and no upstream is configured for it.")


def test_unserved_calls_are_recorded(clients, cloudtrail):
    for service, method, _ in SERVICES:
        refusal(getattr(clients.boto(service, checked=False), method))
    wanted = {"ec2", "rds", "dynamodb", "lambda", "monitoring", "route53"}

    def sources():
        events = cloudtrail.lookup_events(MaxResults=50)["Events"]
        return {event["EventSource"].removesuffix(".amazonaws.com") for event in events}

    wait_for(lambda: wanted <= sources(), "each service's call is found", limit=1)
