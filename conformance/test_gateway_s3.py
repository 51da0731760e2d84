"""Every operation of S3 with boto3 against SeaweedFS, in both styles of address, and moto: past the gateway and through it."""

import dataclasses
import socket

import gateway_s3_calls
import pytest
from botocore import xform_name
from botocore.exceptions import ClientError
from emulators import running
from gateway_moto import Moto
from gateway_requests import DOMAIN
from gateway_stores import Store, comparable
from gateway_tap import ADDED, Tap
from gateway_world import Marks, before
from scenario import filled

# CloudTrail's names where the API has others.
EVENT_NAMES = {
    "ListObjectsV2": "ListObjects",
    "PutBucketLifecycleConfiguration": "PutBucketLifecycle",
    "GetBucketLifecycleConfiguration": "GetBucketLifecycle",
    "PutBucketNotificationConfiguration": "PutBucketNotification",
    "GetBucketNotificationConfiguration": "GetBucketNotification",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "DeletePublicAccessBlock": "DeleteBucketPublicAccessBlock",
    "PutBucketAccelerateConfiguration": "PutAccelerateConfiguration",
    "GetBucketAccelerateConfiguration": "GetAccelerateConfiguration",
    "PutObjectLockConfiguration": "PutBucketObjectLockConfiguration",
    "GetObjectLockConfiguration": "GetBucketObjectLockConfiguration",
    **{
        f"{verb}Bucket{kind}Configuration{plural}": f"{verb}{kind}Configuration{plural}"
        for kind in ("Analytics", "Inventory", "Metrics", "IntelligentTiering")
        for verb, plural in (("Put", ""), ("Get", ""), ("Delete", ""), ("List", "s"))
    },
}

# The stores, with the style in which they are addressed and where that leads.
RUNS = {
    "seaweedfs-path": (Store, "path", "127.0.0.1"),
    "seaweedfs-virtual": (Store, "virtual", DOMAIN),
    "moto-path": (Moto, "path", "127.0.0.1"),
}


@dataclasses.dataclass
class Made:
    step: object
    input: dict
    code: str | None
    sent: object
    status: int
    headers: list
    body: bytes
    event: dict | None = None
    arrived: object = None
    answered: object = None

    @property
    def failed(self):
        """Whether the store says so: boto3 makes a 500 of an answer that lacks the XML which it expects."""
        return int(self.answered.first.split()[1]) >= 300 or b"<Error>" in self.answered.body

    def end_to_end(self):
        return comparable(self.status, self.headers, self.body)


@pytest.fixture(scope="module", params=RUNS)
def runs(request):
    """Every call of the table past the gateway, and then through it, on an empty store each."""
    kind, style, host = RUNS[request.param]
    with running(kind) as store, Tap(store.endpoint) as tap, before(tap.endpoint) as gateway, resolved(DOMAIN):
        def client(endpoint):
            where = endpoint.replace("127.0.0.1", host)
            return gateway.client("s3", endpoint=where, s3={"addressing_style": style}, signature_version="s3v4")

        direct = run(client(store.endpoint))
        store.reset()
        through = run(client(gateway.endpoint), gateway.events, tap)
        yield direct, through, gateway.events.text()


class resolved:
    """Lets names of a domain lead to this machine while it is entered: the test has no name server."""

    def __init__(self, domain):
        self._domain = domain

    def __enter__(self):
        self._real = socket.getaddrinfo
        socket.getaddrinfo = self._look_up

    def __exit__(self, *_):
        socket.getaddrinfo = self._real

    def _look_up(self, host, *arguments, **named):
        is_ours = isinstance(host, str) and (host == self._domain or host.endswith(f".{self._domain}"))
        return self._real("127.0.0.1" if is_ours else host, *arguments, **named)


def run(client, events=None, tap=None):
    sent, taken, answers, made, marks = [], [], {}, [], Marks()
    marks.on(client)
    client.meta.events.register("before-send", lambda request, **_: sent.append(request))
    client.meta.events.register("before-parse.s3", lambda response_dict, **_: taken.append(response_dict))
    for number, step in enumerate(gateway_s3_calls.S3.steps):
        marks.mark = f"call/{number}"
        input, code, streamed = filled(step.input, answers), None, b""
        try:
            answers[step.operation] = answer = getattr(client, xform_name(step.operation))(**input)
            streamed = answer["Body"].read() if "Body" in answer else b""
            # A stream of events is read to its end, and judged at the tap.
            streamed = list(answer["Payload"]) and None if "Payload" in answer else streamed
        except ClientError as error:
            code = error.response["Error"]["Code"]
        told = taken.pop()
        body = told["body"] if isinstance(told["body"], bytes) else streamed
        one = Made(step, input, code, sent.pop(), told["status_code"], list(told["headers"].items()), body)
        if events:
            one.event = events.marked(marks.mark, EVENT_NAMES.get(step.operation, step.operation))
            [(one.arrived, one.answered)] = tap.exchanges()
        made.append(one)
    return made


def test_every_call_ends_as_it_does_without_the_gateway(runs):
    direct, through, _ = runs
    assert len({made.step.operation for made in direct}) > 85
    assert sum(made.code is None for made in direct) > 100
    wrong = [
        f"{one.step}\n  past it:    {one.end_to_end()}\n  through it: {other.end_to_end()}"
        for one, other in zip(direct, through, strict=True)
        if one.end_to_end() != other.end_to_end()
    ]
    assert not wrong, "\n".join(wrong)


def test_every_byte_reaches_the_other_side(runs):
    _, through, _ = runs
    for made in through:
        status = int(made.answered.first.split()[1])
        headers = [(name, value.decode()) for name, value in made.answered.headers]
        body = made.answered.body if made.body is not None else None
        status = made.status if (status, made.code) == (200, "500") else status
        assert comparable(status, headers, body) == made.end_to_end(), made.step
        authority, _, target = made.sent.url.partition("://")[2].partition("/")
        assert made.arrived.first == f"{made.sent.method} /{target} HTTP/1.1".encode(), made.step
        assert made.arrived.header("host").decode() == authority, made.step
        signed = {name.lower(): value.decode() if isinstance(value, bytes) else value for name, value in made.sent.headers.items()}
        there = {name: value.decode() for name, value in made.arrived.headers if name not in ADDED}
        assert signed.items() <= there.items(), made.step
        body = made.input.get("Body")
        assert body is None or made.arrived.body == body, made.step


def test_every_call_is_the_event_it_should_be(runs):
    _, through, _ = runs
    wrong = [f"{made.step}: {what}" for made in through for what in faults(made)]
    assert not wrong, "\n".join(wrong)


def test_no_content_is_in_any_event(runs):
    *_, text = runs
    assert text.count("\n") > 150
    assert gateway_s3_calls.SECRET not in text
    assert "Signature=" not in text


def faults(made):
    """Yields what of an event is not as the call was."""
    event, operation = made.event, made.step.operation
    bucket, key = made.input.get("Bucket"), made.input.get("Key")
    expected = {
        "eventSource": "s3.amazonaws.com",
        "eventName": EVENT_NAMES.get(operation, operation),
        "readOnly": operation.startswith(("Get", "List", "Head", "Select")),
    }
    for name, value in expected.items():
        if event.get(name) != value:
            yield f"{name} is {event.get(name)!r}, not {value!r}"
    if (event.get("errorCode") is not None) != made.failed:
        yield f"errorCode is {event.get('errorCode')!r}, the client was told {made.code!r}"
    elif made.failed and not made.code.isdigit() and event["errorCode"] != made.code:
        yield f"errorCode is {event['errorCode']!r}, not {made.code!r}"
    parameters = event.get("requestParameters") or {}
    if parameters.get("bucketName") != bucket:
        yield f"bucketName is {parameters.get('bucketName')!r}, not {bucket!r}"
    if parameters.get("key") != key:
        yield f"key is {parameters.get('key')!r}, not {key!r}"
    arns = {resource.get("ARN") for resource in event.get("resources") or []}
    if key and f"arn:aws:s3:::{bucket}/{key}" not in arns:
        yield f"the object is not among the resources: {arns}"
