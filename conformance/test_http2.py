"""HTTP/2 with a client that is none of AWS's: over TLS, and in the clear with prior knowledge."""

import asyncio
import base64
import json
import os
import socket
import zlib

import h2.config
import h2.connection
import h2.errors
import h2.events
import h2.settings
import httpx
import pytest
from botocore.auth import S3SigV4Auth
from clients import Clients
from server import Server
from waiting import wait_for
from wire import Wire

TRAILER = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"


@pytest.fixture(scope="module", params=["tls", "clear"])
def server(request):
    server = Server(tls__generated="true" if request.param == "tls" else "false")
    try:
        yield server.start()
    finally:
        server.close()


@pytest.fixture(scope="module")
def wire(server):
    return Wire(server.credentials())


def options(server):
    trust = server.trust() if server.endpoint.startswith("https") else True
    limits = httpx.Limits(max_connections=1)
    return {"http1": False, "http2": True, "verify": trust, "trust_env": False, "limits": limits, "timeout": 60}


@pytest.fixture(scope="module")
def http(server):
    """A client that has one connection."""
    with httpx.Client(base_url=server.endpoint, **options(server)) as client:
        yield client


def send(http, request, content=None, **changes):
    method, path, headers, body = request
    headers = headers | {name.replace("_", "-"): value for name, value in changes.items()}
    answer = http.request(method, path, headers=headers, content=body if content is None else content)
    assert answer.http_version == "HTTP/2"
    return answer


def bucket(http, wire, name):
    assert send(http, wire.signed("s3", "PUT", f"/{name}")).status_code == 200
    return name


def record(server, name):
    """Returns the newest event of that name that the history has."""
    found = wait_for(lambda: server.command("lookup", "--event-name", name, "--max", "1"), f"{name} is found")
    return json.loads(found)


def test_a_signed_call_and_its_record(server, wire, http):
    answer = send(http, wire.cloudtrail("ListTrails"))
    assert answer.status_code == 200 and answer.json() == {"Trails": []}
    told = record(server, "ListTrails")
    assert told["userIdentity"]["userName"] == "administrator"
    assert told["tlsDetails"]["clientProvidedHostHeader"] == server.endpoint.split("://")[1]
    assert ("tlsVersion" in told["tlsDetails"]) == server.endpoint.startswith("https")


def test_a_wrong_signature_is_refused_and_recorded(server, wire, http):
    method, path, headers, body = wire.cloudtrail("DescribeTrails")
    answer = send(http, (method, path, headers, b'{"includeShadowTrails": true}'))
    assert answer.status_code == 403 and answer.json()["__type"] == "InvalidSignatureException"
    assert record(server, "DescribeTrails")["errorCode"] == "InvalidSignatureException"


@pytest.mark.parametrize(
    ("service", "words"),
    [("cloudtrail", "Unsupported AWS 'algorithm': 'AWS4-ECDSA-P256-SHA256'"), ("s3", "Please use AWS4-HMAC-SHA256")],
)
def test_an_asymmetric_signature_is_refused_clearly(server, wire, http, service, words):
    method, path, headers, body = wire.cloudtrail("GetTrail") if service == "cloudtrail" else wire.signed("s3", "GET", "/")
    sigv4a = headers["Authorization"].replace("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256").replace("/us-east-1/", "/")
    answer = send(http, (method, path, headers | {"Authorization": sigv4a, "X-Amz-Region-Set": "*"}, body))
    assert answer.status_code in (400, 403) and words in answer.text, answer.text
    told = record(server, "GetTrail" if service == "cloudtrail" else "ListBuckets")
    assert told["errorCode"] and "userName" not in told["userIdentity"]


def test_a_large_object_goes_there_and_back(server, wire, http):
    name, body = bucket(http, wire, "large"), os.urandom(1 << 20) * 32
    pieces = (body[at : at + 65_536] for at in range(0, len(body), 65_536))
    request = wire.signed("s3", "PUT", f"/{name}/object", body=body)
    assert send(http, request, content=pieces, Content_Length=str(len(body))).status_code == 200
    assert send(http, wire.signed("s3", "GET", f"/{name}/object")).content == body
    assert server.memory_bytes_max() < 250 << 20


def test_a_body_that_is_not_what_was_signed_leaves_no_object(wire, http):
    name, body = bucket(http, wire, "tampered"), os.urandom(300_000)
    answer = send(http, wire.signed("s3", "PUT", f"/{name}/object", body=body), content=body[:-1] + b"!")
    assert answer.status_code == 400 and "XAmzContentSHA256Mismatch" in answer.text
    assert send(http, wire.signed("s3", "GET", f"/{name}/object")).status_code == 404


def crc64nvme(body):
    """The checksum that AWS's JavaScript and Java SDKs and `awscrt` send by default, from its definition."""
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = (byte >> 1) ^ (0x9A6C9329AC4BC9B5 if byte & 1 else 0)
        table.append(byte)
    value = 0xFFFFFFFFFFFFFFFF
    for byte in body:
        value = table[(value ^ byte) & 0xFF] ^ (value >> 8)
    return value ^ 0xFFFFFFFFFFFFFFFF


def test_the_checksum_of_the_test_is_the_published_one():
    assert crc64nvme(b"123456789") == 0xAE8B14860A799888


@pytest.mark.parametrize("right", [True, False])
@pytest.mark.parametrize(("algorithm", "reckon", "length"), [("crc32", zlib.crc32, 4), ("crc64nvme", crc64nvme, 8)])
def test_chunks_with_a_trailing_checksum(wire, http, algorithm, reckon, length, right):
    """As the SDKs send bodies whose length they know, and whose checksum they reckon on the way."""
    name, body = bucket(http, wire, f"{algorithm}-{str(right).lower()}"), os.urandom(200_000)
    checksum = base64.b64encode((reckon(body) ^ (not right)).to_bytes(length, "big")).decode()
    trailer = f"x-amz-checksum-{algorithm}"
    pieces = [body[at : at + 65_536] for at in range(0, len(body), 65_536)]
    framed = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
    framed += f"0\r\n{trailer}:{checksum}\r\n\r\n".encode()
    headers = {"x-amz-decoded-content-length": str(len(body)), "x-amz-trailer": trailer}
    headers |= {"Content-Encoding": "aws-chunked"}
    signer = type("Trailing", (S3SigV4Auth,), {"payload": lambda self, request: TRAILER})
    request = wire.signed("s3", "PUT", f"/{name}/object", headers, b"", sign=signer)
    answer = send(http, request, content=(framed[at : at + 10_000] for at in range(0, len(framed), 10_000)))
    if right:
        assert answer.status_code == 200 and answer.headers[trailer] == checksum, answer.text
        assert send(http, wire.signed("s3", "GET", f"/{name}/object")).content == body
    else:
        assert answer.status_code == 400 and "BadDigest" in answer.text
        assert send(http, wire.signed("s3", "GET", f"/{name}/object")).status_code == 404


def test_many_calls_at_once_on_one_connection(server, wire, http):
    name = bucket(http, wire, "many")

    async def put(client, number):
        method, path, headers, body = wire.signed("s3", "PUT", f"/{name}/{number}", body=b"%d" % number * 1000)
        return (await client.request(method, path, headers=headers, content=body)).status_code

    async def all_of_them():
        async with httpx.AsyncClient(base_url=server.endpoint, **options(server)) as client:
            await client.get("/_cairn/healthz")
            return await asyncio.gather(*(put(client, number) for number in range(600)))

    assert asyncio.run(all_of_them()) == [200] * 600
    count = Clients(server).boto("s3").get_paginator("list_objects_v2").paginate(Bucket=name)
    assert sum(page["KeyCount"] for page in count) == 600


class Raw:
    """One HTTP/2 connection, frame by frame."""

    def __init__(self, server):
        port = int(server.endpoint.rpartition(":")[2])
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        if server.endpoint.startswith("https"):
            context = server.trust()
            context.set_alpn_protocols(["h2"])
            self.socket = context.wrap_socket(self.socket, server_hostname="127.0.0.1")
            assert self.socket.selected_alpn_protocol() == "h2"
        self.h2 = h2.connection.H2Connection(h2.config.H2Configuration(validate_outbound_headers=False))
        self.h2.initiate_connection()
        self.flush()

    def flush(self):
        self.socket.sendall(self.h2.data_to_send())

    def wait(self, kind):
        """Returns the next event of that kind."""
        while data := self.socket.recv(65_536):
            for event in self.h2.receive_data(data):
                if isinstance(event, kind):
                    return event
            self.flush()
        raise AssertionError(f"the connection ended before {kind}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()


def test_the_limits_are_told(server):
    with Raw(server) as raw:
        told = {code: change.new_value for code, change in raw.wait(h2.events.RemoteSettingsChanged).changed_settings.items()}
    assert told[h2.settings.SettingCodes.MAX_CONCURRENT_STREAMS] == 128
    assert told[h2.settings.SettingCodes.MAX_HEADER_LIST_SIZE] == 128 << 10


def head(server, authority=None, path="/_cairn/healthz", method="GET"):
    scheme, _, own = server.endpoint.partition("://")
    return [(":method", method), (":scheme", scheme), (":authority", authority or own), (":path", path)]


def test_the_authority_is_the_host_whatever_a_host_header_says(server, wire):
    method, path, headers, _ = wire.signed("s3", "GET", "/")
    signed = [(name.lower(), value) for name, value in headers.items()]
    for authority, host, status in (
        (None, "other.s3.localhost", "200"), ("other.s3.localhost", wire.address.netloc, "403"),
    ):  # fmt: skip
        with Raw(server) as raw:
            raw.h2.send_headers(1, [*head(server, authority, path, method), *signed, ("host", host)], end_stream=True)
            raw.flush()
            assert dict(raw.wait(h2.events.ResponseReceived).headers)[b":status"].decode() == status


def test_headers_beyond_the_limit_are_refused_and_others_are_served(server):
    with Raw(server) as raw:
        raw.h2.send_headers(1, [*head(server), *((f"x-{number}", "v" * 4000) for number in range(40))], end_stream=True)
        raw.flush()
        assert dict(raw.wait(h2.events.ResponseReceived).headers)[b":status"] == b"431"
    assert server.ready()


def test_who_opens_and_resets_without_end_is_let_go(server, http):
    with Raw(server) as raw:
        raw.wait(h2.events.RemoteSettingsChanged)
        try:
            for number in range(5_000):
                stream = 2 * number + 1
                raw.h2.send_headers(stream, head(server), end_stream=True)
                raw.h2.reset_stream(stream, h2.errors.ErrorCodes.CANCEL)
                if number % 500 == 499:
                    raw.flush()
            raw.flush()
            ended = raw.wait(h2.events.ConnectionTerminated)
            assert ended.error_code == h2.errors.ErrorCodes.ENHANCE_YOUR_CALM
        except OSError:
            pass
    assert http.get("/_cairn/healthz").status_code == 200, "others are served"
