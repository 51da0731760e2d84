"""The gateway as a whole: whose a call is, TLS and HTTP/2 on both sides, long forms, WebSockets, settings, a stop in good order."""

import contextlib
import http.server
import json
import socket
import subprocess
import threading
import time
import urllib.parse

import boto3
import gateway_requests as hand
import h2.config
import h2.connection
import h2.events
import httpx
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from clients import Clients
from emulators import Moto, running
from gateway_upstream import Quiet, Upstream
from gateway_world import Follower, before, select_everything
from server import BINARY, Server
from waiting import wait_for
from wire import Wire

FOREIGN = ("AKIAFOREIGNFOREIGN12", "foreign")


@contextlib.contextmanager
def serving(*arguments, environment=(), **settings):
    server = Server(**settings)
    server.arguments = list(arguments)
    server.environment = dict(environment)
    try:
        yield server.start()
    finally:
        server.close()


@pytest.fixture(scope="module")
def moto():
    with running(Moto) as moto:
        yield moto


@pytest.fixture(scope="module")
def gateway(moto):
    with before(moto.endpoint) as gateway:
        yield gateway


def buckets(client):
    return [bucket["Name"] for bucket in client.list_buckets()["Buckets"]]


def test_the_key_decides_between_what_is_built_in_and_the_upstream(gateway, moto):
    """Cairn's own keys see Cairn's buckets and users, other keys those of the upstream, behind one address."""
    own, foreign = gateway.own.boto("s3"), gateway.client("s3")
    foreign.create_bucket(Bucket="upstream-bucket")
    assert buckets(own) == ["trail-logs"]
    assert buckets(foreign) == buckets(moto.client("s3")) == ["upstream-bucket"]
    gateway.client("iam").create_user(UserName="of-the-upstream")
    assert [user["UserName"] for user in gateway.own.boto("iam").list_users()["Users"]] == ["administrator"]
    assert [user["UserName"] for user in moto.client("iam").list_users()["Users"]] == ["of-the-upstream"]
    # CloudTrail is always Cairn's: a key that is not its own is refused, and moto is not asked.
    with pytest.raises(Exception, match="UnrecognizedClient|InvalidClientTokenId|AccessDenied|security token"):
        gateway.client("cloudtrail").list_trails()


def test_a_session_of_cairns_own_stays_here(gateway):
    sts = gateway.own.boto("sts")
    keys = sts.get_session_token()["Credentials"]
    names = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")
    values = (keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
    session = boto3.Session(**dict(zip(names, values)))
    assert buckets(session.client("s3", region_name="us-east-1", endpoint_url=gateway.endpoint)) == ["trail-logs"]


def test_what_nobody_signs_goes_to_the_upstream(gateway):
    config = Config(signature_version=UNSIGNED, retries={"total_max_attempts": 1})
    session = boto3.Session(*FOREIGN)
    sts = session.client("sts", region_name="us-east-1", endpoint_url=gateway.endpoint, config=config)
    role = "arn:aws:iam::123456789012:role/anybody"
    answer = sts.assume_role_with_web_identity(RoleArn=role, RoleSessionName="session", WebIdentityToken="a.b.c" * 9)
    assert answer["Credentials"]["AccessKeyId"].startswith("ASIA")
    event = gateway.events.of_request(answer["ResponseMetadata"]["RequestId"])
    assert (event["eventSource"], event["eventName"]) == ("sts.amazonaws.com", "AssumeRoleWithWebIdentity")
    assert event["requestParameters"]["roleArn"] == role


def test_a_form_longer_than_what_is_read_ahead_is_known_by_its_beginning(gateway):
    ses = gateway.client("ses")
    ses.verify_email_identity(EmailAddress="a@example.com")
    mail = f"From: a@example.com\nTo: b@example.com\nSubject: s\n\n{'x' * 600_000}"
    answer = ses.send_raw_email(Source="a@example.com", Destinations=["b@example.com"], RawMessage={"Data": mail})
    event = gateway.events.of_request(answer["ResponseMetadata"]["RequestId"])
    assert (event["eventSource"], event["eventName"]) == ("ses.amazonaws.com", "SendRawEmail")
    assert len(json.dumps(event)) < 10_000


def test_services_that_are_listed_go_to_their_upstream_whoever_signs():
    store, rest = Upstream(), Upstream()
    try:
        with serving("--upstream", f"s3,sqs={store.endpoint}", "--upstream", rest.endpoint) as server:
            wire = Wire(server.credentials())
            for service, path, key in (("s3", "/b/k", None), ("sqs", "/", FOREIGN), ("sns", "/", None), ("kms", "/", FOREIGN)):
                request = wire.signed(service, "PUT" if service == "s3" else "POST", path, body=b"{}", key=key)
                request[2]["User-Agent"] = service
                assert wire.send(request).status == 200
            assert (store.reached, rest.reached) == (["s3", "sqs"], ["sns", "kms"])
    finally:
        store.close()
        rest.close()


@pytest.mark.parametrize("http2", ["true", "false"])
def test_tls_and_http2_on_both_sides(http2):
    """Before another Cairn, which checks signatures, speaks TLS and either HTTP, and knows the host that was signed."""
    with serving(tls__generated="true") as behind:
        upstream = {
            "CAIRN_UPSTREAMS_BEHIND_URL": behind.endpoint,
            "CAIRN_UPSTREAMS_BEHIND_CA_FILE": str(behind.authority),
            "CAIRN_UPSTREAMS_BEHIND_HTTP2": http2,
            "CAIRN_UPSTREAMS_BEHIND_VERIFIES_SIGNATURES": "true",
        }
        with serving(environment=upstream, tls__generated="true") as server:
            keys = behind.credentials()
            keys = keys["AWS_ACCESS_KEY_ID"], keys["AWS_SECRET_ACCESS_KEY"]
            wire = Wire(server.credentials())
            body = b"x" * 300_000
            with httpx.Client(base_url=server.endpoint, http1=False, http2=True, verify=server.trust(), trust_env=False) as client:
                for method, path, sent in (("PUT", "/kept", b""), ("PUT", "/kept/a%2Fb//c", body), ("GET", "/kept/a%2Fb//c", b"")):
                    method, target, headers, sent = wire.signed("s3", method, path, body=sent, key=keys)
                    answer = client.request(method, target, headers=headers, content=sent)
                    assert (answer.http_version, answer.status_code) == ("HTTP/2", 200), answer.text
                assert answer.content == body
            event = named(server, "CreateBucket")
            assert event["tlsDetails"]["tlsVersion"] == "TLSv1.3"
            assert event["additionalEventData"]["identityBasis"] == "accepted"
            began = time.monotonic()
            server.stop()
            assert time.monotonic() - began < 10, "the connection to the upstream holds the stop up"
            server.start()


def test_a_websocket_is_a_tunnel_and_one_event():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=echo, args=(listener,), daemon=True).start()
        with serving("--upstream", f"http://127.0.0.1:{listener.getsockname()[1]}") as server:
            wire = Wire(server.credentials())
            asked = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Key": "a", "Sec-WebSocket-Version": "13"}
            method, target, headers, _ = wire.signed("iotdata", "GET", "/mqtt", key=FOREIGN)
            lines = [f"{method} {target} HTTP/1.1", f"Host: {wire.address.netloc}", *(f"{name}: {value}" for name, value in (headers | asked).items())]
            with socket.create_connection((wire.address.hostname, wire.address.port), timeout=10) as client:
                client.sendall("\r\n".join([*lines, "", ""]).encode())
                head = b""
                while not head.endswith(b"\r\n\r\n"):
                    head += client.recv(1)
                assert head.startswith(b"HTTP/1.1 101 ")
                client.sendall(b"\x82\x00\xff")
                assert client.recv(3) == b"\x82\x00\xff"
                events = wait_for(lambda: [event for event in tail(server) if event["eventSource"].startswith("iot")], "its event")
            assert len(events) == 1 and events[0].get("errorCode") is None, events


def echo(listener):
    """Opens one WebSocket, and sends everything back."""
    connection, _ = listener.accept()
    with connection:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += connection.recv(1)
        connection.sendall(b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
        while data := connection.recv(4096):
            connection.sendall(data)


def test_settings_are_shown_and_wrong_ones_refused(tmp_path):
    file = tmp_path / "cairn.toml"
    file.write_text('[upstreams.store]\nurl = "http://127.0.0.1:1"\nservices = "s3"\n')
    shown = cairn("config", "show", "--json", "--config", file)
    assert {"key": "upstreams.store.services", "origin": "the file", "value": "s3"} in map(json.loads, shown.stdout.splitlines())
    for wrong in ('url = "http://a/path"', 'url = "http://a"\nservices = "cloudtrail"', 'url = "http://a"\nca_file = "/nowhere"\n'):
        file.write_text(f"[upstreams.store]\n{wrong}\n".replace("http://a\"\nca_file", "https://a\"\nca_file"))
        done = cairn("serve", "--config", file, "--data-dir", tmp_path / "data", "--listen", "127.0.0.1:0")
        assert done.returncode == 1 and "upstream" in done.stderr, done.stderr
    done = cairn("serve", "--upstream", "http://a", "--upstream", "http://b", "--data-dir", tmp_path / "data")
    assert done.returncode == 1 and "--upstream http://b" in done.stderr


def cairn(*arguments):
    return subprocess.run([BINARY, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=20)


def tail(server):
    return [json.loads(line) for line in server.command("tail", "-n", "100").splitlines()]


def named(server, name):
    return next(event for event in tail(server) if event["eventName"] == name)


def test_a_client_that_leaves_before_its_turn_costs_the_upstream_nothing():
    """Its call is recorded as one that was not sent."""
    upstream = Upstream()
    environment = {"CAIRN_UPSTREAMS_ONE_URL": upstream.endpoint, "CAIRN_UPSTREAMS_ONE_CALLS_MAX": "1"}
    try:
        with serving(environment=environment) as server:
            wire = Wire(server.credentials())

            def begin(agent):
                method, target, headers, body = wire.signed("sns", body=b"Action=ListTopics&Version=2010-03-31", key=FOREIGN)
                headers |= {"User-Agent": agent, "Host": wire.address.netloc, "Content-Length": str(len(body))}
                lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
                client = socket.create_connection((wire.address.hostname, wire.address.port), timeout=20)
                client.sendall("\r\n".join(lines).encode() + body)
                return client

            upstream.stand_still_at("before the answer")
            first = begin("first")
            assert upstream.stood.wait(10)
            second = begin("second")
            wait_for(lambda: server.metric("cairn_intents_begun_total") == 2, "the second waits for its turn")
            second.close()
            event = wait_for(lambda: next((event for event in tail(server) if event["userAgent"] == "second"), None), "its event")
            assert event["additionalEventData"] | {"upstreamFailure": "NotSent", "clientAborted": True} == event["additionalEventData"]
            assert "outcome" not in event["additionalEventData"]
            upstream.release()
            assert first.recv(65536).startswith(b"HTTP/1.1 200")
            first.close()
            assert upstream.reached == ["first"]
    finally:
        upstream.close()


class Reader(http.server.BaseHTTPRequestHandler):
    """Reads each form to its end, gives leave where it is asked for, and answers well."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        if "Content-Length" in self.headers:
            self.rfile.read(int(self.headers["Content-Length"]))
        else:
            while length := int(self.rfile.readline(), 16):
                self.rfile.read(length + 2)
            self.rfile.readline()
        self.send_response(200)
        self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write(b"<a/>")

    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="module")
def reader():
    with Quiet(("127.0.0.1", 0), Reader) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        with before(f"http://127.0.0.1:{server.server_address[1]}") as gateway:
            yield gateway
        server.shutdown()


CREATES = "Action=CreateAccessKey&UserName=admin&Version=2010-05-08"
LISTS = "/?Action=ListUsers&Version=2010-05-08"
KEY_MADE = ("CreateAccessKey", {"userName": "admin"}, None)
UNTOLD = ("UnknownOperation", None, None)
UNREAD = ("UnknownOperation", None, "requestBody too large")


@pytest.mark.parametrize(
    "name, path, padding, form, expects, chunked, told",
    [
        ("leave is asked for", "/", 0, CREATES, True, False, KEY_MADE),
        ("padded", "/", 40_000, CREATES, False, True, KEY_MADE),
        ("chunked, and last", "/", 0, "UserName=admin&Version=2010-05-08&Action=CreateAccessKey", False, True, KEY_MADE),
        ("too long", "/", 300_000, CREATES, False, False, UNREAD),
        ("too long, and another in the query", LISTS, 300_000, CREATES, True, False, UNREAD),
        ("another in the query", LISTS, 0, CREATES, True, False, UNTOLD),
    ],
)
def test_no_form_hides_which_call_it_is(reader, name, path, padding, form, expects, chunked, told):
    form = f"pad={'x' * padding}&{form}" if padding else form
    wire = Wire(reader.server.credentials())
    headers = {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": name}
    method, target, headers, body = wire.signed("iam", path=path, headers=headers, body=form.encode(), key=FOREIGN)
    headers |= {"Host": wire.address.netloc} | ({"Expect": "100-continue"} if expects else {})
    headers |= {"Transfer-Encoding": "chunked"} if chunked else {"Content-Length": str(len(body))}
    raw = hand.rendered(method, target, headers.items(), hand.transfer_chunked(body) if chunked else body)
    assert hand.exchange(reader.endpoint, raw, waits=expects).body == b"<a/>"
    event = reader.events.wait(lambda event: event["userAgent"] == name, f"the event of {name}", limit=5)
    omitted = event["additionalEventData"].get("requestBody", {}).get("reason")
    assert (event["eventSource"], event["eventName"], event["requestParameters"], omitted) == ("iam.amazonaws.com", *told)


LONG = b"x" * 100_000


def serve_http2(listener):
    """Answers one connection's requests over HTTP/2, the end of each answer in a frame of its own."""
    connection, _ = listener.accept()
    state = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
    state.initiate_connection()
    with connection:
        connection.sendall(state.data_to_send())
        while data := connection.recv(65536):
            for event in state.receive_data(data):
                if isinstance(event, h2.events.RequestReceived):
                    state.send_headers(event.stream_id, [(":status", "200"), ("content-length", str(len(LONG)))])
                    if dict(event.headers)[b":method"] == b"GET":
                        for at in range(0, len(LONG), 16_000):
                            state.send_data(event.stream_id, LONG[at : at + 16_000])
                    state.send_data(event.stream_id, b"", end_stream=True)
            connection.sendall(state.data_to_send())


def test_an_answer_of_http2_whose_end_comes_late_is_whole():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve_http2, args=(listener,), daemon=True).start()
        upstream = f"http://127.0.0.1:{listener.getsockname()[1]}"
        environment = {"CAIRN_UPSTREAMS_STORE_URL": upstream, "CAIRN_UPSTREAMS_STORE_HTTP2": "true"}
        with serving(environment=environment) as server:
            select_everything(Clients(server), server, ["AWS::S3::Object"])
            events = Follower(server)
            for method, name in (("GET", "GetObject"), ("HEAD", "HeadObject")):
                answer = hand.exchange(server.endpoint, hand.signed(method, "/shop/long", keys=FOREIGN))
                assert answer.header("content-length") == str(len(LONG)).encode()
                assert answer.body == (LONG if method == "GET" else b"")
                event = events.named(name, limit=5)
                assert "clientAborted" not in event["additionalEventData"], event
            events.close()


def test_a_data_event_of_another_account_outlives_a_kill(tmp_path):
    """Whose the caller is shows only in the answer; the account that would have the event has it without one, too."""
    theirs = ("--account-id", "111122223333")
    directory = tmp_path / "directory.toml"
    directory.write_text(f'[keys.{FOREIGN[0]}]\narn = "arn:aws:iam::{theirs[1]}:user/maya"\nprincipal_id = "AIDAMAYA"\n')
    upstream = Upstream()
    environment = {"CAIRN_UPSTREAMS_STORE_URL": upstream.endpoint, "CAIRN_UPSTREAMS_STORE_VERIFIES_SIGNATURES": "true"}
    try:
        with serving(environment=environment, gateway__directory_file=str(directory), accounts=theirs[1]) as server:
            server.command("trail", "create", "main", "--bucket", "their-logs", "--create-bucket", *theirs)
            server.command("trail", "events", "main", "--data", "shop/", *theirs)
            upstream.stand_still_at("before the answer")
            address = urllib.parse.urlsplit(server.endpoint)
            with socket.create_connection((address.hostname, address.port), timeout=10) as client:
                client.sendall(hand.signed("PUT", "/shop/key", b"x", keys=FOREIGN))
                assert upstream.stood.wait(10)
                server.kill()
            upstream.release()
            server.start()

            def told():
                events = map(json.loads, server.command("tail", "-n", "100", *theirs).splitlines())
                return [event for event in events if event["eventName"] == "PutObject" and event["requestParameters"]["key"] == "key"]

            [event] = wait_for(told, "its event", 15)
            assert event["additionalEventData"]["outcome"] == "unknown"
            assert event["userIdentity"]["type"] == "Unknown" and event["recipientAccountId"] == theirs[1]
    finally:
        upstream.close()
