"""Operations that are not built answer with the documented refusal, each of the model's."""

import pytest
from botocore.session import Session
from clients import refusal
from server import ROOT
from waiting import wait_for

MODEL = Session().get_service_model("cloudtrail")


def documented():
    """Returns the state of each operation as docs/compatibility.md tells it."""
    table = (ROOT / "docs" / "compatibility.md").read_text().split("## CloudTrail operations")[1].split("\n## ")[0]
    rows = [line.split("|") for line in table.splitlines() if line.startswith("| ")]
    return {row[1].strip(): row[2].strip() for row in rows[1:] if row[1].strip() in MODEL.operation_names}


STATES = documented()


def example(shape):
    """Makes a value that the model allows."""
    if shape.type_name == "structure":
        return {name: example(shape.members[name]) for name in shape.required_members}
    if shape.type_name == "list":
        return [example(shape.member)] * max(1, shape.metadata.get("min", 0))
    if shape.type_name == "map":
        return {}
    if shape.type_name in ("integer", "long"):
        return shape.metadata.get("min", 1)
    if shape.type_name == "boolean":
        return True
    if shape.type_name == "timestamp":
        return 0
    return shape.enum[0] if shape.enum else "1" * max(shape.metadata.get("min", 1), 12)


def test_every_operation_has_a_documented_state():
    assert set(STATES) == set(MODEL.operation_names)
    assert set(STATES.values()) == {"supported", "refused"}


REFUSED = [name for name, state in STATES.items() if state == "refused"]


@pytest.fixture(scope="module")
def refusals(clients):
    """Calls every refused operation once, with the least that the model demands."""
    client = clients.boto("cloudtrail", parameter_validation=False)
    methods = {operation: method for method, operation in client.meta.method_to_api_mapping.items()}

    def call(name):
        shape = MODEL.operation_model(name).input_shape
        return refusal(getattr(client, methods[name]), **(example(shape) if shape else {}))

    return {name: call(name) for name in REFUSED}


@pytest.mark.parametrize("name", REFUSED)
def test_a_refused_operation_says_so(refusals, name):
    message = f"The operation {name} is not available in this version of Cairn."
    assert refusals[name] == ("UnsupportedOperationException", message)


def test_refusals_are_recorded(refusals, cloudtrail):
    def told():
        pages = cloudtrail.get_paginator("lookup_events").paginate()
        return {event["EventName"] for page in pages for event in page["Events"]}

    wait_for(lambda: refusals.keys() <= told(), "every refusal is found", limit=1)


def test_ingestion_is_refused(clients):
    """The service `cloudtrail-data` speaks REST-JSON; it is not served."""
    client = clients.boto("cloudtrail-data", checked=False)
    event = {"id": "1", "eventData": "{}"}
    channel = "arn:aws:cloudtrail:us-east-1:123456789012:channel/x"
    code, _ = refusal(client.put_audit_events, auditEvents=[event], channelArn=channel)
    assert code == "UnknownOperationException"
