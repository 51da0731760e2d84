"""The endpoint over TLS: who is believed, what records tell of it, and certificates that change."""

import base64
import io
import json
import shutil
import signal
import socket
import ssl
import subprocess
import zlib

import pytest
from botocore.exceptions import SSLError
from clients import Clients, refusal
from server import BINARY, Server
from waiting import wait_for
from wire import Wire, receive

REFUSED = "new certificate refused; the old one serves on"


@pytest.fixture(scope="module")
def server():
    """A server with a certificate that it made itself."""
    server = Server(tls__generated="true")
    try:
        yield server.start()
    finally:
        server.close()


def events(clients, name):
    """Returns the newest events of that name, as records."""
    lookup = {"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": name}]}
    found = clients.boto("cloudtrail").lookup_events(**lookup)["Events"]
    return [json.loads(event["CloudTrailEvent"]) for event in found]


def handshake(server, **limits):
    """Shakes hands and returns the connection; `limits` are attributes of the TLS context."""
    context = server.trust()
    for name, value in limits.items():
        setattr(context, name, value)
    port = int(server.endpoint.rpartition(":")[2])
    connection = socket.create_connection(("127.0.0.1", port), timeout=20)
    return context.wrap_socket(connection, server_hostname="127.0.0.1")


def test_env_tells_the_endpoint_and_whom_to_trust(server):
    told = server.credentials()
    assert told["AWS_ENDPOINT_URL"] == server.endpoint and server.endpoint.startswith("https://127.0.0.1:")
    assert told["AWS_CA_BUNDLE"] == str(server.authority)


def test_the_cli_and_boto3_speak_it_and_records_tell_how(server, clients):
    clients.aws("s3", "mb", "s3://over-tls")
    clients.boto("cloudtrail").list_trails()
    [record] = wait_for(lambda: events(clients, "ListTrails"), "the call is found")
    details = record["tlsDetails"]
    assert details["tlsVersion"] == "TLSv1.3"
    assert details["cipherSuite"] in ("TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256")
    assert details["keyExchange"] in ("x25519", "X25519MLKEM768")
    assert details["clientProvidedHostHeader"] == server.endpoint.removeprefix("https://")
    [record] = wait_for(lambda: events(clients, "CreateBucket"), "the bucket's making is found")
    assert record["additionalEventData"]["CipherSuite"] == record["tlsDetails"]["cipherSuite"]


def test_boto3_sends_its_default_checksum_behind_the_body(clients):
    s3, sent = clients.boto("s3"), []
    s3.meta.events.register("before-send", lambda request, **_: sent.append(request.headers))
    s3.create_bucket(Bucket="checksums")
    body = bytes(range(256)) * 1000
    s3.upload_fileobj(io.BytesIO(body), "checksums", "k")
    assert sent[-1]["x-amz-content-sha256"] == b"STREAMING-UNSIGNED-PAYLOAD-TRAILER" and b"crc32" in sent[-1]["x-amz-trailer"]
    got = s3.get_object(Bucket="checksums", Key="k", ChecksumMode="ENABLED")
    assert got["ChecksumCRC32"] == base64.b64encode(zlib.crc32(body).to_bytes(4, "big")).decode()
    assert got["Body"].read() == body


def test_an_older_client_is_recorded_by_the_names_of_its_version(server, clients):
    request = Wire(server.credentials()).cloudtrail("GetTrailStatus", b'{"Name": "nowhere"}')
    with handshake(server, maximum_version=ssl.TLSVersion.TLSv1_2) as connection:
        connection.sendall(rendered(request, server))
        assert receive(connection).startswith(b"HTTP/1.1 400")
    [record] = wait_for(lambda: events(clients, "GetTrailStatus"), "the call is found")
    assert record["tlsDetails"]["tlsVersion"] == "TLSv1.2"
    assert record["tlsDetails"]["cipherSuite"] in ("ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-AES128-GCM-SHA256")


def rendered(request, server):
    method, path, headers, body = request
    headers = {"Host": server.endpoint.removeprefix("https://"), "Content-Length": len(body)} | headers
    lines = [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([f"{method} {path} HTTP/1.1", *lines, "", ""]).encode() + body


def test_what_is_too_old_is_no_handshake(server):
    with pytest.warns(DeprecationWarning), pytest.raises((ssl.SSLError, ConnectionError)):
        handshake(server, minimum_version=ssl.TLSVersion.TLSv1, maximum_version=ssl.TLSVersion.TLSv1_1)
    assert server.ready()


def test_nobody_is_believed_who_is_not_trusted(server, tmp_path):
    wary = Clients(server)
    wary.environment.pop("AWS_CA_BUNDLE")
    with pytest.raises(SSLError, match="certificate verify failed"):
        wary.boto("cloudtrail").list_trails()
    environment = server._environment() | server.credentials() | {"SSL_CERT_FILE": str(server.authority)}
    environment["AWS_CA_BUNDLE"] = ""
    lookup = [BINARY, "lookup", "--max", "1"]
    done = subprocess.run(lookup, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    environment["SSL_CERT_FILE"] = str(tmp_path / "absent.pem")
    done = subprocess.run(lookup, env=environment | {"SSL_CERT_DIR": str(tmp_path)}, capture_output=True, text=True)
    assert done.returncode == 1 and "AWS_CA_BUNDLE" in done.stderr, done


def test_cairns_own_commands_speak_it(server, clients):
    clients.boto("cloudtrail").describe_trails()
    found = wait_for(lambda: server.command("lookup", "--event-name", "DescribeTrails"), "lookup finds the call")
    assert json.loads(found.splitlines()[0])["eventName"] == "DescribeTrails"
    last = [json.loads(line)["eventName"] for line in server.command("tail", "-n", "5").splitlines()]
    assert "LookupEvents" in last
    findings = [json.loads(line) for line in server.command("doctor", "--json", "--quick").splitlines()]
    assert any("is ready" in finding["message"] and "https://" in finding["message"] for finding in findings)


@pytest.mark.parametrize(
    ("service", "code"), [("cloudtrail", "MalformedHttpRequestException"), ("s3", "InvalidRequest")]
)
def test_plain_http_is_told_to_use_https(server, clients, service, code):
    plain = clients.boto(service, endpoint=server.endpoint.replace("https:", "http:"), checked=False)
    call = plain.list_buckets if service == "s3" else plain.list_event_data_stores
    told, message = refusal(call)
    assert told == code and "use https:// instead of http://" in message
    name = "ListBuckets" if service == "s3" else "ListEventDataStores"
    assert events(clients, name) == [], "nothing was served, nothing is recorded"


def test_a_client_that_shakes_no_hand_is_let_go(server):
    port = int(server.endpoint.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=30) as silent:
        assert silent.recv(1) == b"", "ended by the server, ten seconds after it was accepted"
    wait_for(lambda: b'cairn_connections_failed_total{reason="handshake"}' in server.page("metrics").read(), "counted")


def test_a_generated_certificate_outlives_restarts(make_server):
    server = make_server(tls__generated="true").start()
    before = server.authority.read_bytes()
    shown = shown_by(server)
    server.stop()
    server.start()
    assert server.authority.read_bytes() == before and shown_by(server) == shown


def shown_by(server):
    with handshake(server) as connection:
        return connection.getpeercert(binary_form=True)


def test_policies_see_whether_a_call_is_encrypted(clients, server, make_server):
    policy = {"Version": "2012-10-17", "Statement": {
        "Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::only-tls/*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }}  # fmt: skip
    outcomes = {}
    for name, one in (("tls", clients), ("clear", Clients(make_server().start()))):
        s3 = one.boto("s3")
        s3.create_bucket(Bucket="only-tls")
        s3.put_bucket_policy(Bucket="only-tls", Policy=json.dumps(policy))
        try:
            outcomes[name] = s3.put_object(Bucket="only-tls", Key="k", Body=b"x")["ResponseMetadata"]["HTTPStatusCode"]
        except s3.exceptions.ClientError as error:
            outcomes[name] = error.response["Error"]["Code"]
    assert outcomes == {"tls": 200, "clear": "AccessDenied"}


def test_a_new_certificate_is_taken_while_connections_go_on(server, make_server, tmp_path):
    other = make_server(tls__generated="true").start()
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"

    def put(source, name, target):
        """Puts a file in place as renewals do: whole, or not at all."""
        fresh = tmp_path / "fresh"
        shutil.copyfile(source.authority.parent / name, fresh)
        fresh.rename(target)

    put(server, "certificate.pem", certificate)
    put(server, "key.pem", key)
    served = make_server(tls__certificate=str(certificate), tls__key=str(key))
    served.authority = server.authority
    served.start()
    first = shown_by(served)
    with handshake(served) as connection:
        put(other, "certificate.pem", certificate)
        served.allowed.add(REFUSED)
        wait_for(lambda: REFUSED in served.log_path.read_text(), "half a renewal is refused, in words")
        assert shown_by(served) == first, "the old pair serves on"
        put(other, "key.pem", key)
        served.process.send_signal(signal.SIGHUP)
        served.authority = other.authority
        wait_for(lambda: is_trusted(served), "the new pair is shown")
        connection.sendall(b"GET /_cairn/healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert receive(connection).startswith(b"HTTP/1.1 200"), "who was connected stays so"
    assert shown_by(served) != first


def is_trusted(server):
    try:
        return shown_by(server)
    except ssl.SSLError:
        return None


def test_a_bad_certificate_stops_the_start(tmp_path):
    (tmp_path / "empty.pem").write_text("")
    settings = {"CAIRN_TLS_CERTIFICATE": str(tmp_path / "empty.pem"), "CAIRN_TLS_KEY": str(tmp_path / "absent.pem")}
    command = [BINARY, "serve", "--data-dir", tmp_path / "data", "--listen", "127.0.0.1:0"]
    done = subprocess.run(command, env=settings, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "could not encrypt the endpoint: use the certificate" in done.stderr
    assert "it holds no certificate in PEM" in done.stderr
