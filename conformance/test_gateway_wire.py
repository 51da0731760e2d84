"""Requests byte by byte against SeaweedFS: what is sent to it and what is sent through the gateway is answered alike, and arrives alike."""

import dataclasses

import gateway_requests as hand
import pytest
from emulators import ADMIN_KEY_ID, running
from gateway_stores import Store, comparable
from gateway_tap import ADDED, Tap, parsed
from gateway_world import before

BODY = b"abcdefgh" * 20_000
BUCKET = f"/{hand.BUCKET}"
HOSTED = f"{hand.BUCKET}.{hand.DOMAIN}:8333"
WRONG = (ADMIN_KEY_ID, "wrong")
EXPECTS = [("Expect", "100-continue")]

# As they are on the wire; the last ones no client of ours would write so.
PATHS = (
    "a//b", "c%20%C3%A9%281%29%21%2A.txt", "c%20%C3%A9(1)!*.txt", "c%20%c3%a9(1)!*.txt", "x%2By%20z", "x+y", "pct%252Fkey",
    "tilde~$&@=;:,%3F", "%7Etilde", "%74ext", "./dot", "a/../b", "trailing/", "//twice", "%2F",
)  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Case:
    """A request made anew each time, the status it is answered with, and the event it becomes."""

    name: str
    raw: object
    status: int
    event: str | None
    error: str | None = None
    waits: bool = False

    def __str__(self):
        return self.name


def case(name, status, event, raw, error=None, **more):
    return Case(name, raw, status, event, error, **more)


def stored(path, body=b"k"):
    status = 400 if "/." in f"/{path}" else 200
    return case(f"key {path}", status, "PutObject", lambda: hand.signed("PUT", f"{BUCKET}/{path}", body), "InvalidRequest" if status == 400 else None)


def in_chunks(kind, **how):
    name = f"{kind} {how}"
    return case(name, 200, "PutObject", lambda: hand.chunked(f"{BUCKET}/chunks", BODY, kind, **how))


CASES = [
    case("put", 200, "PutObject", lambda: hand.signed("PUT", f"{BUCKET}/k", b"hello")),
    *[stored(path) for path in PATHS],
    case("hosted put", 200, "PutObject", lambda: hand.signed("PUT", "/hosted", b"hosted", host=HOSTED)),
    case("hosted get", 200, "GetObject", lambda: hand.signed("GET", "/hosted", host=HOSTED)),
    case("hosted list", 200, "ListObjects", lambda: hand.signed("GET", "/?list-type=2&prefix=a%2F", host=HOSTED)),
    *[in_chunks(kind, transfer_encoding=te) for te in (False, True) for kind in (
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
    )],
    case("spoiled chunk", 500, "PutObject", lambda: hand.chunked(f"{BUCKET}/spoiled", BODY, "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", spoil=True), "InternalError"),
    case("chunks read back", 200, "GetObject", lambda: hand.signed("GET", f"{BUCKET}/chunks")),
    case("waits", 200, "PutObject", lambda: hand.signed("PUT", f"{BUCKET}/waits", b"hello", EXPECTS), waits=True),
    case("waits in vain", 403, "PutObject", lambda: hand.signed("PUT", f"{BUCKET}/waits", b"hello", EXPECTS, WRONG), "SignatureDoesNotMatch", waits=True),
    case("does not wait", 200, "PutObject", lambda: hand.signed("PUT", f"{BUCKET}/waits", b"hello", EXPECTS)),
    case("head", 200, "HeadObject", lambda: hand.signed("HEAD", f"{BUCKET}/k")),
    case("head of nothing", 404, "HeadObject", lambda: hand.signed("HEAD", f"{BUCKET}/none"), "NoSuchKey"),
    case("range", 206, "GetObject", lambda: hand.signed("GET", f"{BUCKET}/k", headers=[("Range", "bytes=1-2")])),
    case("bad range", 416, "GetObject", lambda: hand.signed("GET", f"{BUCKET}/k", headers=[("Range", "bytes=99-")]), "InvalidRange"),
    case("spaces in values", 200, "PutObject", lambda: hand.signed("PUT", f"{BUCKET}/meta", b"", [("x-amz-meta-a", "  two   words ")])),
    case("query twice", 200, "ListObjects", lambda: hand.signed("GET", f"{BUCKET}?prefix=a%2Fb&list-type=2&empty=")),
    case("presigned get", 200, "GetObject", lambda: hand.presigned("GET", f"{BUCKET}/k")),
    case("presigned put", 200, "PutObject", lambda: hand.presigned("PUT", f"{BUCKET}/presigned", b"x")),
    case("presigned and tampered", 403, "GetObject", lambda: hand.presigned("GET", f"{BUCKET}/k", change=lambda url: url.replace("/k?", "/j?")), "SignatureDoesNotMatch"),
    case("presigned v2 get", 200, "GetObject", lambda: hand.presigned_v2("GET", f"{BUCKET}/k")),
    case("presigned v2, expired", 403, "GetObject", lambda: hand.presigned_v2("GET", f"{BUCKET}/k", expires=-10), "AccessDenied"),
    case("signed v2", 200, "GetObject", lambda: hand.signed_v2("GET", f"{BUCKET}/k")),
    case("form", 204, "PostObject", lambda: hand.form("posted.txt", "hello")),
    case("anonymous", 403, "GetObject", lambda: hand.plain("GET", f"{BUCKET}/k"), "AccessDenied"),
    case("unknown key", 403, "GetObject", lambda: hand.signed("GET", f"{BUCKET}/k", keys=("AKIANOBODY", "x")), "InvalidAccessKeyId"),
    case("wrong secret", 403, "GetObject", lambda: hand.signed("GET", f"{BUCKET}/k", keys=WRONG), "SignatureDoesNotMatch"),
    case("preflight", 200, "PreflightRequest", lambda: hand.plain("OPTIONS", f"{BUCKET}/k", headers=[("Origin", "https://shop.example"), ("Access-Control-Request-Method", "GET")])),
]  # fmt: skip


@pytest.fixture(scope="module")
def world():
    with running(Store) as store, Tap(store.endpoint) as tap, before(tap.endpoint) as gateway:
        store.client("s3").create_bucket(Bucket=hand.BUCKET)
        store.client("s3").put_object(Bucket=hand.BUCKET, Key="k", Body=b"hello")
        yield store, tap, gateway


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_request_is_answered_and_arrives_as_without_the_gateway(world, case):
    store, tap, gateway = world
    direct = hand.exchange(store.endpoint, case.raw(), case.waits)
    tap.exchanges()
    raw = case.raw()
    through = hand.exchange(gateway.endpoint, raw, case.waits)
    assert status(direct) == status(through) == case.status
    assert comparable(*parts(through)) == comparable(*parts(direct))

    [(arrived, answered)] = tap.exchanges()
    [sent] = parsed(raw)
    assert arrived.end_to_end(ADDED) == sent.end_to_end(), "the request was changed on its way"
    assert answered.end_to_end() == through.end_to_end(), "the answer was changed on its way"
    if sent.header("content-length") is not None:
        assert arrived.header("content-length") == sent.header("content-length")
    assert arrived.trailers == sent.trailers

    event = gateway.events.of_request(through.header("x-amz-request-id").decode())
    assert (event["eventName"], event.get("errorCode")) == (case.event, case.error)
    assert_nothing_is_told(event, sent)


def test_a_whole_connection_of_requests(world):
    """One connection carries many requests, with bodies and without; each is answered in turn."""
    store, tap, gateway = world
    wanted = [hand.signed("PUT", f"{BUCKET}/in-turn", b"%d" % number) for number in range(20)]
    answers = hand.in_turn(gateway.endpoint, wanted + [hand.signed("GET", f"{BUCKET}/in-turn")])
    assert [status(answer) for answer in answers] == [200] * 21
    assert answers[-1].body == b"19"


def assert_nothing_is_told(event, sent):
    """No signature is in an event, wherever the request had it."""
    text = str(event)
    authorization = (sent.header("authorization") or b"").decode()
    signature = authorization.rpartition("Signature=")[2] or authorization.rpartition(":")[2]
    target = sent.first.decode().split(" ")[1]
    in_query = [pair.partition("=")[2] for pair in target.partition("?")[2].split("&") if "ignature=" in pair]
    for secret in filter(None, [signature, *in_query]):
        assert secret not in text


def status(message):
    return int(message.first.split()[1])


def parts(message):
    return status(message), [(name, value.decode()) for name, value in message.headers], message.body
