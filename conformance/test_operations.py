"""Tables of operations: looked into, made of other models, and used by a server."""

import gzip
import json
import subprocess

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.httpsession import URLLib3Session
from server import BINARY, Server
from waiting import wait_for

# A service of a private cloud, as botocore would describe it.
ACME = {
    "metadata": {
        "apiVersion": "2026-01-01",
        "endpointPrefix": "acme",
        "protocol": "rest-json",
        "serviceId": "Acme",
        "signingName": "acme",
    },
    "operations": {
        "GetThing": {"name": "GetThing", "http": {"method": "GET", "requestUri": "/things/{Name}"}},
        "MakeThing": {"name": "MakeThing", "http": {"method": "POST", "requestUri": "/things?make"}},
    },
    "shapes": {},
}


def cairn(*arguments):
    done = subprocess.run([BINARY, "operations", *arguments], capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def acme(tmp_path):
    """A botocore that knows one service and a half."""
    package = tmp_path / "site-packages/botocore"
    for service, model in {"acme": ACME, "broken": {"metadata": {}}}.items():
        directory = package / "data" / service / "2026-01-01"
        directory.mkdir(parents=True)
        (directory / "service-2.json.gz").write_bytes(gzip.compress(json.dumps(model).encode()))
    (package / "__init__.py").write_text("__version__ = '9.9.9'\n")
    return package.parent


def test_the_built_in_table_is_listed():
    code, listed, _ = cairn("list", "--json")
    services = [json.loads(line) for line in listed.splitlines()]
    assert code == 0 and len(services) == 439 and sum(service["operations"] for service in services) == 19796
    code, listed, _ = cairn("list", "lambda", "--json")
    operations = {json.loads(line)["operation"]: json.loads(line) for line in listed.splitlines()}
    assert operations["GetFunction"]["eventName"] == "GetFunction20150331v2" and operations["GetFunction"]["readOnly"]
    code, shown, _ = cairn("show", "dynamodb", "getitem", "--json")
    assert json.loads(shown)["target"] == "DynamoDB_20120810.GetItem"
    code, _, said = cairn("show", "dynamodb", "Nothing")
    assert code == 1 and "cairn operations list dynamodb" in said
    code, _, said = cairn("list", "nothing")
    assert code == 1 and "cairn operations list" in said


def test_a_table_is_made_of_other_models(acme, tmp_path):
    table = tmp_path / "operations.bin"
    code, said, left_out = cairn("build", "--from", acme, "-o", table)
    assert code == 0 and "1 services with 2 operations of botocore 9.9.9" in said
    assert "broken is left out" in left_out
    code, listed, _ = cairn("list", "acme", "--operations-file", table, "--json")
    assert [json.loads(line)["operation"] for line in listed.splitlines()] == ["GetThing", "MakeThing"]
    code, _, said = cairn("build", "--from", tmp_path / "nowhere", "-o", table)
    assert code == 1 and "find botocore in" in said


def test_a_server_recognises_calls_by_a_table_of_its_own(acme, tmp_path):
    table = tmp_path / "operations.bin"
    assert cairn("build", "--from", acme, "-o", table)[0] == 0
    server = Server()
    server.arguments = ["--operations-file", str(table)]
    try:
        server.start()
        for method, path in [("POST", "/things?make"), ("GET", "/things/one"), ("PATCH", "/things/one?secret=s")]:
            assert send(server, method, path) == 501

        def recorded():
            lines = server.command("lookup", "--json", "--event-source", "acme.amazonaws.com").splitlines()
            return {event["eventName"]: event for event in map(json.loads, lines)}

        wait_for(lambda: len(recorded()) == 3, "three calls are found")
        events = recorded()
        assert set(events) == {"MakeThing", "GetThing", "UnknownOperation"}
        assert events["GetThing"]["readOnly"] and not events["MakeThing"]["readOnly"]
        unknown = events["UnknownOperation"]["additionalEventData"]
        assert (unknown["httpMethod"], unknown["httpPath"]) == ("PATCH", "/things/one")
        assert server.metric("cairn_requests_unrecognised_total") == 1
    finally:
        server.close()


def test_a_damaged_table_stops_the_start(tmp_path):
    table = tmp_path / "operations.bin"
    for content, reason in [(b"CAIRNOPS\1\0\0\0....", "its checksum is another"), (b"{}", "it is cut short")]:
        table.write_bytes(content)
        command = [BINARY, "serve", "--data-dir", tmp_path / "data", "--listen", "127.0.0.1:0"]
        done = subprocess.run(
            [*command, "--operations-file", table], capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 1 and reason in done.stderr and str(table) in done.stderr, done.stderr


def send(server, method, path):
    request = AWSRequest(method=method, url=server.endpoint + path)
    keys = server.credentials()
    credentials = Credentials(keys["AWS_ACCESS_KEY_ID"], keys["AWS_SECRET_ACCESS_KEY"])
    SigV4Auth(credentials, "acme", "us-east-1").add_auth(request)
    return URLLib3Session().send(request.prepare()).status_code
