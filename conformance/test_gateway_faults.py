"""When the upstream or the client fails: the caller sees it as it is, the event says what was seen, and nothing is sent twice."""

import json
import socket
import threading
import urllib.parse

import gateway_requests as hand
import pytest
from gateway_unreliable import Unreliable
from gateway_world import before
from waiting import wait_for

GONE = {b"502", b"503", b"504"}
TARGET = [("X-Amz-Target", "AmazonSQS.SendMessage"), ("Content-Type", "application/x-amz-json-1.0")]


@pytest.fixture(scope="module")
def world():
    with Unreliable() as upstream, before(upstream.endpoint) as gateway:
        gateway.server.allowed |= ALLOWED
        yield upstream, gateway


@pytest.fixture(autouse=True)
def nothing_is_released(world):
    world[0].release.clear()
    yield
    world[0].release.set()


# What the server says of an upstream that fails.
ALLOWED = {"call not answered by its upstream"}


def get(behaviour, bucket="faults"):
    return hand.signed("GET", f"/{bucket}/{behaviour}")


def status(message):
    return message.first.split()[1]


def event_of(gateway, key, name="GetObject"):
    """Waits for the event of the one request that has this key."""
    return gateway.events.wait(lambda event: event["eventName"] == name and (event.get("requestParameters") or {}).get("key") == key, f"{name} of {key}", limit=5)


def test_half_an_answer_is_no_whole_one(world):
    """The connection ends early, as it did before the gateway; the event says that the answer was cut."""
    upstream, gateway = world
    for behaviour, expected in (("cut", b"x" * 300_000), ("cut-chunked", b"hello")):
        raw = received(gateway.endpoint, get(behaviour))
        assert raw.startswith(b"HTTP/1.1 200 OK")
        assert expected in raw
        assert not raw.endswith(b"0\r\n\r\n"), "half an answer was ended as if it were whole"
        event = event_of(gateway, behaviour)
        assert event["requestID"].startswith("R")
        assert event["additionalEventData"]["answerIncomplete"] is True


def test_half_of_a_small_answer_is_told_as_an_error(world):
    """A small answer is awaited whole, so there is time to say what became of it."""
    _, gateway = world
    answer = hand.exchange(gateway.endpoint, get("cut-short"))
    assert status(answer) == b"502" and b"<Error>" in answer.body
    assert event_of(gateway, "cut-short")["additionalEventData"]["answerIncomplete"] is True


@pytest.mark.parametrize(
    "behaviour, failure", [("silent", "ConnectionClosed"), ("garbage", "AnswerNotHttp"), ("large-head", "AnswerNotHttp")]
)
def test_no_answer_is_told_and_recorded(world, behaviour, failure):
    upstream, gateway = world
    answer = hand.exchange(gateway.endpoint, get(behaviour))
    assert status(answer) in GONE
    assert b"<Error>" in answer.body
    event = event_of(gateway, behaviour)
    assert event["errorCode"] == "ServiceUnavailable"
    told = event["additionalEventData"]
    assert (told["upstreamFailure"], told["outcome"]) == (failure, "unknown")
    assert upstream.reached(behaviour)


def test_what_is_not_idempotent_is_sent_once(world):
    """The upstream took the request and ended without an answer: it may have done it, so it is not asked again."""
    upstream, gateway = world
    body = json.dumps({"QueueUrl": "http://x/123456789012/q", "MessageBody": "once"}).encode()
    for _ in range(3):
        assert hand.exchange(gateway.endpoint, hand.signed("PUT", "/faults/well", b"x")) is not None
        before_it = len(upstream.reached("silent"))
        answer = hand.exchange(gateway.endpoint, hand.signed("POST", "/silent?uploads", body))
        assert status(answer) in GONE
        assert len(upstream.reached("silent")) == before_it + 1


def test_an_idle_connection_that_ended_fails_nobody(world):
    """Upstreams end idle connections whenever they like; a call must not meet one of those."""
    upstream, gateway = world
    for number in range(20):
        request = hand.signed("PUT", f"/faults/{number}/once", b"x") if number % 2 else get(f"{number}/once")
        answer = hand.exchange(gateway.endpoint, request)
        assert status(answer) == b"200", number
    assert len(upstream.reached("once")) == 20


def test_a_slow_upstream_is_waited_for(world):
    upstream, gateway = world
    answers = []
    asking = threading.Thread(target=lambda: answers.append(hand.exchange(gateway.endpoint, get("slow"))))
    asking.start()
    wait_for(lambda: upstream.reached("slow"), "the upstream is asked")
    assert answers == []
    # Others are served meanwhile.
    assert status(hand.exchange(gateway.endpoint, get("well"))) == b"200"
    upstream.release.set()
    asking.join(timeout=10)
    assert answers[0].body == b"well"


def test_an_answer_streams(world):
    """The first half of a body is with the client before the upstream has sent the second."""
    upstream, gateway = world
    address = urllib.parse.urlsplit(gateway.endpoint)
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        connection.sendall(get("drip"))
        data = b""
        while not data.endswith(b"first"):
            data += connection.recv(65536)
        upstream.release.set()
        while not data.endswith(b"later"):
            piece = connection.recv(65536)
            assert piece, data[-100:]
            data += piece


def test_an_answer_before_the_body_reaches_a_client_that_still_sends(world):
    upstream, gateway = world
    address = urllib.parse.urlsplit(gateway.endpoint)
    request = hand.signed("PUT", "/faults/early", b"x" * (8 << 20))
    head = request[: request.index(b"\r\n\r\n") + 4]
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        connection.sendall(head + b"x" * 1000)
        answer = hand.answer(connection, b"PUT")
    assert status(answer) == b"403" and b"<Code>AccessDenied</Code>" in answer.body
    assert event_of(gateway, "early", "PutObject")["errorCode"] == "AccessDenied"


def test_a_late_error_in_a_success_is_an_error_in_the_event(world):
    upstream, gateway = world
    answer = hand.exchange(gateway.endpoint, hand.signed("POST", "/faults/late-error?uploadId=1", b"<CompleteMultipartUpload/>"))
    assert status(answer) == b"200" and b"<Code>InternalError</Code>" in answer.body
    assert event_of(gateway, "late-error", "CompleteMultipartUpload")["errorCode"] == "InternalError"


def test_a_packed_error_is_read(world):
    upstream, gateway = world
    request = hand.signed("POST", "/?packed", b'{"QueueName": "q"}', TARGET[1:] + [("X-Amz-Target", "AmazonSQS.CreateQueue")])
    request = request.replace(b"/s3/aws4_request", b"/sqs/aws4_request")
    answer = hand.exchange(gateway.endpoint, request)
    assert status(answer) == b"400" and answer.header("content-encoding") == b"gzip"
    event = gateway.events.of_request(answer.header("x-amzn-requestid").decode())
    assert (event["eventName"], event["errorCode"]) == ("CreateQueue", "ThrottlingException")


def test_an_interim_answer_does_no_harm(world):
    upstream, gateway = world
    assert hand.exchange(gateway.endpoint, get("interim")).body == b"well"


def test_an_answer_that_ends_with_its_connection(world):
    upstream, gateway = world
    answer = hand.exchange(gateway.endpoint, get("until-the-end"))
    assert answer.body == b"no length"


def test_a_client_that_leaves_is_recorded(world):
    """In the middle of its request, and in the middle of the answer."""
    upstream, gateway = world
    address = urllib.parse.urlsplit(gateway.endpoint)
    request = hand.signed("PUT", "/faults/left/well", b"x" * 100_000)
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        connection.sendall(request[:50_000])
    assert event_of(gateway, "left/well", "PutObject")["additionalEventData"]["clientAborted"] is True
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        connection.sendall(get("left/drip"))
        data = b""
        while not data.endswith(b"first"):
            data += connection.recv(65536)
    upstream.release.set()
    event = event_of(gateway, "left/drip")
    assert event["requestID"].startswith("R")
    assert event["additionalEventData"]["clientAborted"] is True


def test_an_upstream_that_is_gone_and_comes_back():
    with Unreliable() as upstream:
        port = int(upstream.endpoint.rpartition(":")[2])
        with before(upstream.endpoint) as gateway:
            gateway.server.allowed |= ALLOWED
            assert status(hand.exchange(gateway.endpoint, get("well"))) == b"200"
            upstream.close()
            wait_for(lambda: status(hand.exchange(gateway.endpoint, get("gone"))) in GONE, "the upstream is gone")
            event = event_of(gateway, "gone")
            assert event["errorCode"] == "ServiceUnavailable"
            assert event["additionalEventData"]["upstreamFailure"] == "ConnectFailed"
            assert "outcome" not in event["additionalEventData"], "what was never sent has a known outcome"
            # Cairn's own services don't need it.
            assert gateway.own.boto("cloudtrail").describe_trails()["trailList"]
            with Unreliable(port):
                wait_for(lambda: status(hand.exchange(gateway.endpoint, get("well"))) == b"200", "the upstream is back")


def received(endpoint, raw):
    """Sends a request and returns everything until the connection ends."""
    address = urllib.parse.urlsplit(endpoint)
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        connection.sendall(raw.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1))
        data = b""
        try:
            while piece := connection.recv(65536):
                data += piece
        except ConnectionResetError:
            pass
        return data


def test_half_an_answer_that_nobody_waits_for_is_no_whole_one(world):
    upstream, gateway = world
    address = urllib.parse.urlsplit(gateway.endpoint)
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        connection.sendall(get("left/slow-cut"))
        wait_for(lambda: upstream.reached("slow-cut"), "the upstream is asked")
    # By the time that another call is over, the gateway has noticed that this one's client is gone.
    assert status(hand.exchange(gateway.endpoint, get("well"))) == b"200"
    upstream.release.set()
    assert event_of(gateway, "left/slow-cut")["additionalEventData"]["answerIncomplete"] is True
