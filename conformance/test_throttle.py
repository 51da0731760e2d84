"""AWS's rates, when they are switched on: by account, Region and operation; what is too much is refused unread and recorded."""

import json

import pytest
from botocore.exceptions import ClientError
from clients import Clients, refusal
from waiting import wait_for

THROTTLED = ("ThrottlingException", "Rate exceeded")


@pytest.fixture
def throttled(make_server):
    return Clients(make_server(cloudtrail__throttle="true").start())


def admitted_before_refusal(call, **arguments):
    """Calls until the rate is used up; returns how often that went well."""
    for admitted in range(1_000):
        try:
            call(**arguments)
        except ClientError as error:
            told = error.response["Error"]
            assert (told["Code"], told["Message"]) == THROTTLED
            return admitted
    raise AssertionError("never throttled")


def test_each_operation_has_its_rate(throttled):
    here, there = throttled.boto("cloudtrail"), throttled.boto("cloudtrail", region="eu-west-1")
    assert admitted_before_refusal(here.lookup_events) >= 2
    there.lookup_events()
    assert admitted_before_refusal(here.list_trails) >= 10
    # One change a second, whether it succeeds or not: what follows is refused whatever it asks for.
    for _ in range(100):
        code, message = refusal(here.stop_logging, Name="none")
        if code == "ThrottlingException":
            assert message == "Rate exceeded"
            break
        assert code == "TrailNotFoundException"
    else:
        raise AssertionError("never throttled")
    wait_for(lambda: refusal(here.stop_logging, Name="none")[0] == "TrailNotFoundException", "the second is over")


def test_a_throttled_call_is_recorded_without_its_parameters(throttled):
    cloudtrail = throttled.boto("cloudtrail")
    admitted_before_refusal(cloudtrail.lookup_events, MaxResults=7)
    wanted = {"AttributeKey": "EventName", "AttributeValue": "LookupEvents"}

    def found():
        try:
            events = cloudtrail.lookup_events(LookupAttributes=[wanted])["Events"]
        except ClientError:
            return None
        records = [json.loads(event["CloudTrailEvent"]) for event in events]
        return [record for record in records if "errorCode" in record]

    records = wait_for(found, "a throttled call is found")
    assert {(record["errorCode"], record["errorMessage"]) for record in records} == {THROTTLED}
    assert {json.dumps(record["requestParameters"]) for record in records} == {"null"}
    assert {record["userIdentity"]["userName"] for record in records} == {"administrator"}


def test_nothing_is_throttled_by_default(cloudtrail):
    for _ in range(50):
        cloudtrail.lookup_events(MaxResults=1)
        assert refusal(cloudtrail.stop_logging, Name="none")[0] == "TrailNotFoundException"
