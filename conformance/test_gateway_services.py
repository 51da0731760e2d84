"""Over a hundred services of moto, called with boto3 past the gateway and through it: the same answers, and an event for each call."""

import dataclasses
import functools
import json
import re

import disturbances
import gateway_calls
import pytest
from botocore import xform_name
from botocore.exceptions import ClientError
from botocore.session import Session
from emulators import running
from gateway_moto import StillMoto, is_repeatable
from gateway_tap import ADDED, HOP_BY_HOP, Tap
from gateway_world import before
from scenario import filled

# Where a service's event source is not its signing name.
EVENT_SOURCES = {
    "mq": "amazonmq", "mobiletargeting": "pinpoint", "rds-data": "rdsdata", "docdb": "rds", "application-autoscaling": "autoscaling",
}  # fmt: skip

# Names that CloudTrail gives and the API does not.
EVENT_NAMES = {
    ("lambda", "ListFunctions"): "ListFunctions20150331", ("lambda", "GetFunction"): "GetFunction20150331v2",
}  # fmt: skip

MODELS = Session()
READS = re.compile(r"(Get|List|Describe|Detect)")
READ_TOO = {("kms", "Encrypt"), ("kms", "GenerateDataKey"), ("sts", "AssumeRole")}
WRITES_TOO = {("sts", "GetFederationToken")}


@dataclasses.dataclass
class Made:
    """A call as it went: the code of its error, and the answer's status, headers and body."""

    step: object
    code: str | None
    status: int
    headers: dict
    body: bytes
    # The request as the client sent it.
    sent: object = None
    event: dict | None = None
    # What the tap before the upstream saw.
    arrived: object = None
    answered: object = None

    def end_to_end(self):
        return self.status, kept(self.headers.items()), self.body

    def whoever_was_asked(self):
        """The same, without the address that the request was sent to: moto builds URLs from it."""
        authority = self.sent.url.partition("://")[2].partition("/")[0]
        status, headers, body = self.end_to_end()
        return status, headers, body.replace(authority.encode(), b"*")


@pytest.fixture(scope="module")
def runs():
    """Every call, made past the gateway, and then through it."""
    if not disturbances.faketime().exists():
        pytest.skip("answers NOT COMPARED: libfaketime was not built, moto's clock can't be stopped")
    with running(StillMoto) as moto, Tap(moto.endpoint) as tap, before(tap.endpoint) as gateway:
        direct = Caller(moto, lambda service: gateway.client(service, endpoint=moto.endpoint)).run()
        moto.reset()
        through = Caller(moto, gateway.client, gateway.events, tap).run()
        yield direct, through, gateway


class Caller:
    """Makes the calls of the table in their order."""

    def __init__(self, moto, client, events=None, tap=None):
        self._moto, self._client, self._events, self._tap = moto, client, events, tap
        self._clients, self._answers, self._sent, self._taken = {}, {}, None, None

    def run(self):
        return [self._make(number, step) for number, step in enumerate(gateway_calls.steps())]

    def _make(self, number, step):
        self._moto.seed(number)
        client = self._of(step.service)
        code = None
        try:
            self._answers[step.operation] = getattr(client, xform_name(step.operation))(**filled(step.input, self._answers))
        except ClientError as error:
            code = error.response["Error"]["Code"]
        answer = self._taken
        made = Made(step, code, answer.status_code, dict(answer.headers), answer.content, self._sent)
        if self._events:
            made.event = self._events.of_request(answer.headers["x-amzn-requestid"])
            [(made.arrived, made.answered)] = self._tap.exchanges()
        return made

    def _of(self, service):
        if service not in self._clients:
            self._clients[service] = self._client(service)
            self._clients[service].meta.events.register("before-send", self._send)
            self._clients[service].meta.events.register("after-call", self._take)
        return self._clients[service]

    def _send(self, request, **_):
        self._sent = request

    def _take(self, http_response, **_):
        self._taken = http_response


def test_the_table_has_a_hundred_services_and_many_errors():
    services = {step.service for step in gateway_calls.steps()}
    assert len(services) >= 100
    assert sum(step.error is not None for step in gateway_calls.steps()) >= 75


def test_calls_go_as_they_went(runs):
    direct, through, _ = runs
    wrong = [f"{made.step}: {made.code}" for run in (direct, through) for made in run if made.code != made.step.error]
    assert not wrong, "\n".join(wrong)


def test_answers_are_the_same_with_and_without_the_gateway(runs):
    direct, through, _ = runs
    pairs = [pair for pair in zip(direct, through, strict=True) if is_repeatable(pair[0].step)]
    assert len(pairs) > 250
    wrong = [
        f"{one.step}\n  past it:    {one.end_to_end()}\n  through it: {other.end_to_end()}"
        for one, other in pairs
        if one.whoever_was_asked() != other.whoever_was_asked()
    ]
    assert not wrong, "\n".join(wrong)


def test_every_byte_that_moto_answers_reaches_the_client(runs):
    _, through, _ = runs
    for made in through:
        status = int(made.answered.first.split()[1])
        assert (status, kept(text(made.answered.headers)), made.answered.body) == made.end_to_end(), made.step


def test_every_byte_that_a_client_sends_reaches_moto(runs):
    _, through, _ = runs
    for made in through:
        sent, arrived = made.sent, made.arrived
        target = sent.url.partition("://")[2].partition("/")[2]
        assert arrived.first == f"{sent.method} /{target} HTTP/1.1".encode(), made.step
        body = sent.body.encode() if isinstance(sent.body, str) else bytes(sent.body or b"")
        assert arrived.body == body, made.step
        signed = {name.lower(): value.decode() if isinstance(value, bytes) else value for name, value in sent.headers.items()}
        there = {name: value for name, value in text(arrived.headers) if name not in ADDED}
        assert signed.items() <= there.items(), made.step


def test_every_call_is_the_event_it_should_be(runs):
    _, through, _ = runs
    wrong = [f"{made.step}: {what}" for made in through for what in faults(made)]
    assert not wrong, "\n".join(wrong)


def test_the_history_has_the_events(runs):
    _, through, gateway = runs
    cloudtrail = gateway.own.boto("cloudtrail")
    managed = [made.event for made in through if made.event["managementEvent"]]
    assert len(managed) > 200
    for event in managed[::10]:
        wanted = [{"AttributeKey": "EventId", "AttributeValue": event["eventID"]}]
        [found] = cloudtrail.lookup_events(LookupAttributes=wanted)["Events"]
        assert json.loads(found["CloudTrailEvent"]) == event


def test_no_secret_is_in_any_event(runs):
    text = runs[2].events.text()
    assert text.count("\n") > 250
    assert gateway_calls.SECRET not in text
    assert "Signature=" not in text


def text(headers):
    return [(name, value.decode()) for name, value in headers]


def kept(headers):
    """Returns the headers that must not change on the way; a client sees one that comes twice as one."""
    found = {}
    for name, value in headers:
        found.setdefault(name.lower(), []).append(value)
    return {name: ", ".join(values) for name, values in found.items() if name not in HOP_BY_HOP}


def faults(made):
    """Yields what of an event is not as the call was."""
    step, event = made.step, made.event
    model = service_model(step.service)
    signing_name = model.signing_name
    operation = (step.service, step.operation)
    expected = {
        "eventSource": EVENT_SOURCES.get(signing_name, signing_name) + ".amazonaws.com",
        "eventName": EVENT_NAMES.get(operation, step.operation),
        "readOnly": operation not in WRITES_TOO and (operation in READ_TOO or READS.match(step.operation) is not None),
        "awsRegion": "us-east-1",
        "recipientAccountId": gateway_calls.ACCOUNT,
    }
    for name, value in expected.items():
        if event.get(name) != value:
            yield f"{name} is {event.get(name)!r}, not {value!r}"
    if (event.get("errorCode") is None) != (step.error is None):
        yield f"errorCode is {event.get('errorCode')!r}, the client was told {step.error!r}"
    elif step.error and not same_error(event["errorCode"], step.error, model):
        yield f"errorCode is {event['errorCode']!r}, not {step.error!r}"


@functools.cache
def service_model(service):
    return MODELS.get_service_model(service)


def same_error(recorded, told, model):
    """Whether a recorded code is the one on the wire, or the name of the shape that it belongs to."""
    # boto3 tells SQS's old codes, which come in a header beside the ones of the protocol.
    if told.startswith("AWS.SimpleQueueService."):
        return recorded == "QueueDoesNotExist"
    shapes = {shape.metadata.get("error", {}).get("code", shape.name): shape.name for shape in model.error_shapes}
    bare = told.rsplit(".", 1)[-1]
    return recorded in {told, bare, "Client." + told, "Server." + told, shapes.get(told), shapes.get(bare)}
