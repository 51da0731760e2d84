"""Webhooks and NATS for real: signatures checked with the Standard Webhooks library, a real NATS server, outages and kills."""

import asyncio
import contextlib
import http.server
import json
import pathlib
import shutil
import ssl
import subprocess
import sys
import tempfile
import threading
import time

import nats
import nats_credentials
import pytest
from clients import Clients
from server import BINARY, Server
from standardwebhooks.webhooks import Webhook, WebhookVerificationError
from waiting import wait_for

ACCOUNT = "123456789012"
SECRET = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDgTgTmNoW5n4="
OLD_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="
DEFERRED = "stream deferred"
GIVEN_UP = "events given up"
NATS_SERVER = pathlib.Path(sys.executable).with_name("nats-server")


class Receiver(http.server.ThreadingHTTPServer):
    """A webhook's other end: verifies every request, answers as it is told, and keeps what it took."""

    daemon_threads = True

    def __init__(self, secret=SECRET, tls=None, port=0):
        super().__init__(("127.0.0.1", port), Handler)
        self.secret, self.verdicts = secret, []
        self.requests, self.taken, self.refused_signatures = [], [], []
        self.answer = lambda events: (204, {})
        if tls is not None:
            self.socket = tls.wrap_socket(self.socket, server_side=True)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def port(self):
        return self.server_address[1]

    def names(self):
        return [name(event) for event in self.taken]

    def ids(self):
        return [event.get("id", event.get("eventID")) for event in self.taken]

    def close(self):
        self.shutdown()
        self.server_close()

    def handle_error(self, request, client_address):
        """A client that goes away is no failure of the test."""


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        receiver, body = self.server, self.rfile.read(int(self.headers["content-length"]))
        headers = {key.lower(): value for key, value in self.headers.items()}
        if receiver.secret is not None:
            try:
                Webhook(receiver.secret).verify(body, headers)
            except WebhookVerificationError as error:
                receiver.refused_signatures.append(str(error))
                return self.reply(401, {})
        events = json.loads(body)
        receiver.requests.append((time.monotonic(), headers, events))
        status, more = receiver.answer(events)
        if status is None:
            self.close_connection = True
            return
        if status < 300:
            receiver.taken.extend(events)
        self.reply(status, more)

    def reply(self, status, headers):
        self.send_response(status)
        for key, value in {"content-length": "0", **headers}.items():
            self.send_header(key, value)
        self.end_headers()

    def log_message(self, *_):
        pass


def name(event):
    return event.get("detail", event)["eventName"]


@pytest.fixture
def receive():
    """Makes receivers that are closed in the end."""
    with contextlib.ExitStack() as closing:

        def make(**given):
            receiver = Receiver(**given)
            closing.callback(receiver.close)
            return receiver

        yield make


@pytest.fixture
def secret_file(tmp_path):
    path = tmp_path / "secret"
    path.write_text(SECRET + "\n")
    return str(path)


def hook(receiver, scheme="http", of="hook", **settings):
    """Returns the settings of a webhook."""
    named = {"type": "webhook", "url": f"{scheme}://127.0.0.1:{receiver.port}/events?of={of}", **settings}
    return {f"destinations__{of}__{key}": value for key, value in named.items()}


def make_buckets(server, count, stem="b"):
    """Makes buckets; returns their names."""
    s3 = Clients(server).boto("s3")
    names = [f"{stem}-{number:03}" for number in range(count)]
    for bucket in names:
        s3.create_bucket(Bucket=bucket)
    return names


def buckets_of(events):
    return [event.get("detail", event)["requestParameters"]["bucketName"] for event in events if name(event) == "CreateBucket"]


def test_events_arrive_signed_in_order_and_once(receive, secret_file, make_server):
    receiver = receive()
    server = make_server(**hook(receiver, secret_file=secret_file)).start()
    made = make_buckets(server, 20)
    wait_for(lambda: buckets_of(receiver.taken) == made, "every call arrives, in order", limit=5)
    assert receiver.refused_signatures == []
    event = receiver.taken[-1]
    assert event["detail-type"] == "AWS API Call via CloudTrail" and event["source"] == "aws.s3"
    assert (event["account"], event["region"], event["id"]) == (ACCOUNT, "us-east-1", event["detail"]["eventID"])
    assert len(set(receiver.ids())) == len(receiver.ids())
    assert all(headers["content-type"] == "application/json" for _, headers, _ in receiver.requests)
    assert server.page("metrics").read().decode().count('cairn_stream_events_total{stream="webhook/hook"}') == 1


def test_a_pattern_chooses_and_the_plain_record_is_what_was_recorded(receive, make_server, tmp_path):
    everything, deletions = receive(secret=None), receive(secret=None)
    pattern = tmp_path / "pattern.json"
    pattern.write_text(json.dumps({"source": ["aws.s3"], "detail": {"eventName": [{"prefix": "Delete"}]}}))
    settings = hook(everything, of="all") | hook(deletions, of="deletions", pattern_file=str(pattern), format="record")
    server = make_server(**settings).start()
    s3 = Clients(server).boto("s3")
    for bucket in make_buckets(server, 3):
        s3.delete_bucket(Bucket=bucket)
    wait_for(lambda: everything.names().count("DeleteBucket") == 3, "everything arrives")
    wait_for(lambda: len(deletions.taken) == 3, "deletions arrive")
    assert deletions.names() == ["DeleteBucket"] * 3
    in_envelopes = [event["detail"] for event in everything.taken if name(event) == "DeleteBucket"]
    assert deletions.taken == in_envelopes
    assert "webhook-signature" not in deletions.requests[0][1]


def test_an_outage_with_a_kill_in_between_loses_nothing(receive, secret_file, make_server):
    receiver = receive()
    server = make_server(**hook(receiver, secret_file=secret_file, timeout="300ms")).start()
    server.allowed.add(DEFERRED)
    made = make_buckets(server, 5, "before")
    wait_for(lambda: len(buckets_of(receiver.taken)) == 5, "events arrive before the outage")
    failures = iter([(500, {}), (None, {}), (503, {"retry-after": "0"}), (404, {}), (302, {"location": "/x"}), (401, {})])

    def answer(events):
        failure = next(failures, None)
        return failure if failure else hang()

    def hang():
        time.sleep(0.5)
        return None, {}

    receiver.answer = answer
    made += make_buckets(server, 5, "during")
    wait_for(lambda: len(receiver.requests) > 5, "several tries fail")
    server.kill()
    receiver.answer = lambda events: (200, {})
    server.start()
    made += make_buckets(server, 5, "after")
    wait_for(lambda: set(buckets_of(receiver.taken)) == set(made), "everything arrives")
    seen = list(dict.fromkeys(buckets_of(receiver.taken)))
    assert seen == made, "in order, but for repetitions"
    assert receiver.refused_signatures == []


def test_retry_after_is_honoured(receive, make_server):
    receiver = receive(secret=None)
    server = make_server(**hook(receiver)).start()
    server.allowed.add(DEFERRED)
    answers = iter([(429, {"retry-after": "2"})])
    receiver.answer = lambda events: next(answers, (200, {}))
    made = make_buckets(server, 1)
    wait_for(lambda: buckets_of(receiver.taken) == made, "the event arrives")
    (first, _, _), (second, _, _) = receiver.requests[:2]
    assert 2 <= second - first < 6
    # A request that is repeated is the same request: the receiver can tell.
    assert receiver.requests[0][1]["webhook-id"] == receiver.requests[1][1]["webhook-id"]


def test_what_is_never_taken_becomes_a_dead_letter_and_the_rest_goes_on(receive, make_server):
    receiver = receive(secret=None)
    server = make_server(**hook(receiver, dead_letter_max="3KiB")).start()
    server.allowed |= {GIVEN_UP, DEFERRED, "dead letter file is full; events not kept in it"}
    poison = {"poison-001", "poison-002", "poison-003"}
    # Held back first, so that what follows goes in one request.
    receiver.answer = lambda events: (503, {})
    make_buckets(server, 6, "poison")
    receiver.answer = lambda events: (422 if poison & set(buckets_of(events)) else 200, {})
    good = ["poison-000", "poison-004", "poison-005"]
    wait_for(lambda: buckets_of(receiver.taken) == good, "the others arrive, in order")
    letters = server.data_dir / "dead-letters" / "hook.ndjson"
    kept = wait_for(lambda: letters.exists() and [json.loads(line) for line in letters.read_text().splitlines()], "letters are written")
    assert buckets_of([line["event"] for line in kept]) == ["poison-001", "poison-002"][: len(kept)] and kept
    assert {(line["reason"], line["destination"]) for line in kept} == {("refused-422", "hook")}
    assert letters.stat().st_size <= 3 << 10 and letters.stat().st_mode & 0o777 == 0o600
    metrics = server.page("metrics").read().decode().splitlines()
    counted = {line.split()[0]: int(line.split()[1]) for line in metrics if line.startswith("cairn_dead_letters_total")}
    assert counted == {f'cairn_dead_letters_total{{destination="hook",fate="{fate}"}}': count for fate, count in (("kept", len(kept)), ("lost", 3 - len(kept)))}
    assert f"the destination `hook` never took {len(kept)} events" in doctor(server)


def doctor(server):
    done = subprocess.run([BINARY, "doctor", "--quick", "--data-dir", server.data_dir], stdout=subprocess.PIPE, text=True)
    return done.stdout


def test_https_with_an_authority_of_ones_own_and_with_the_wrong_one(receive, make_server, tmp_path):
    certified = make_server(tls__generated="true").start()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certified.data_dir / "tls" / "certificate.pem", certified.data_dir / "tls" / "key.pem")
    receiver = receive(secret=None, tls=tls)
    settings = hook(receiver, scheme="https", of="trusting", ca_file=str(certified.authority))
    settings |= hook(receiver, scheme="https", of="wary")
    server = make_server(**settings).start()
    server.allowed.add(DEFERRED)
    made = make_buckets(server, 2)
    wait_for(lambda: buckets_of(receiver.taken) == made, "who trusts the authority delivers")
    failed = 'cairn_stream_failed_total{stream="webhook/wary",code="CertificateRefused"}'
    wait_for(lambda: failed in server.page("metrics").read().decode(), "who does not trust it says so")
    assert {headers["host"] for _, headers, _ in receiver.requests} == {f"127.0.0.1:{receiver.port}"}


def test_secrets_are_replaced_without_a_gap(receive, make_server, tmp_path):
    secrets = tmp_path / "secrets"
    secrets.write_text(f"{SECRET}\n{OLD_SECRET}\n")
    old, new = receive(secret=OLD_SECRET), receive()
    settings = hook(old, of="old", secret_file=str(secrets)) | hook(new, of="new", secret_file=str(secrets))
    server = make_server(**settings).start()
    made = make_buckets(server, 2)
    for receiver in (old, new):
        wait_for(lambda: buckets_of(receiver.taken) == made, "both verify")
        assert receiver.refused_signatures == []


def test_a_destination_begins_now_or_with_what_the_journal_holds(receive, make_server):
    server = make_server().start()
    before = make_buckets(server, 2, "before")
    server.stop()
    late, early = receive(secret=None), receive(secret=None)
    server._settings |= {key.replace("__", "."): value for key, value in (hook(late, of="late") | hook(early, of="early", **{"from": "beginning"})).items()}
    server.start()
    after = make_buckets(server, 2, "after")
    wait_for(lambda: buckets_of(early.taken) == before + after, "one gets everything")
    wait_for(lambda: buckets_of(late.taken) == after, "the other what is new")


def test_the_command_line_tries_destinations_and_patterns(receive, secret_file, make_server, tmp_path):
    receiver = receive()
    server = make_server(**hook(receiver, secret_file=secret_file, pattern='{"source": ["aws.iam"]}'))
    told = json.loads(server.command("destination", "test", "hook"))
    assert told["accepted"] and not told["patternMatches"]
    [event] = receiver.taken
    assert (event["id"], event["detail"]["eventName"], event["source"]) == (told["eventID"], "DestinationTest", "aws.cairn")
    assert json.loads(server.command("destination", "list"))["type"] == "webhook"
    receiver.answer = lambda events: (404, {})
    failed = subprocess.run([BINARY, "destination", "test", "hook"], env=server._environment(), stderr=subprocess.PIPE, text=True)
    assert failed.returncode == 1 and "Http404" in failed.stderr
    pattern, envelope = tmp_path / "pattern", tmp_path / "event"
    pattern.write_text('{"source": ["aws.cairn"], "detail": {"eventName": ["DeleteTrail"]}}')
    envelope.write_text(json.dumps(event))
    test = [BINARY, "pattern", "test", "--pattern", pattern, "--event", envelope, "--json"]
    differs = subprocess.run(test, stdout=subprocess.PIPE, text=True)
    assert differs.returncode == 1
    assert json.loads(differs.stdout)["why"] == [['`detail.eventName` is "DestinationTest", none of the values that will do']]
    pattern.write_text('{"source": [{"prefix": "aws.c"}]}')
    assert json.loads(subprocess.run(test, stdout=subprocess.PIPE, text=True, check=True).stdout)["matches"]
    pattern.write_text('{"source": [{"prefixx": "aws.c"}]}')
    wrong = subprocess.run(test, stderr=subprocess.PIPE, text=True)
    assert "at `source[0].prefixx`: there is no match type `prefixx`" in wrong.stderr


class NatsServer:
    """A real NATS server with JetStream, on the same port after a restart."""

    def __init__(self):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="cairn-nats-"))
        self.port, self.process = -1, None

    def start(self, *more, jetstream=True):
        command = [NATS_SERVER, "-a", "127.0.0.1", "-p", str(self.port), "--ports_file_dir", self.home, *more]
        command += ["-js", "-sd", self.home / "js"] if jetstream else []
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=open(self.home / "log", "ab"))
        ports = wait_for(self.ports, "the NATS server says where it is")
        self.port = int((ports.get("nats") or ports["tls"])[0].rpartition(":")[2])
        return self

    def ports(self):
        for path in self.home.glob(f"*_{self.process.pid}.ports"):
            with contextlib.suppress(ValueError):
                return json.loads(path.read_text())
        return None

    @property
    def url(self):
        return f"nats://127.0.0.1:{self.port}"

    def stop(self):
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=10)
            self.process = None

    def close(self):
        self.stop()
        shutil.rmtree(self.home)

    def ask(self, asked, **options):
        """Runs `asked(connection)` on a connection of its own."""

        async def connected():
            connection = await nats.connect(self.url, **options)
            try:
                return await asked(connection)
            finally:
                await connection.close()

        return asyncio.run(connected())

    def stored(self, stream="events"):
        """Returns what a stream holds: subject, id and body of each message, in order."""

        async def read(connection):
            context = connection.jetstream()
            state = (await context.stream_info(stream)).state
            messages = [await context.get_msg(stream, number) for number in range(max(state.first_seq, 1), state.last_seq + 1)]
            return [(message.subject, message.headers["Nats-Msg-Id"], json.loads(message.data)) for message in messages if message.data]

        return self.ask(read)


@pytest.fixture
def nats_server():
    server = NatsServer()
    try:
        yield server
    finally:
        server.close()


def bus(nats_server, **settings):
    named = {"type": "nats", "url": nats_server.url, **settings}
    return {f"destinations__bus__{key}": value for key, value in named.items()}


def test_nats_subscribers_get_what_they_subscribe_to(nats_server, make_server, tmp_path):
    password = tmp_path / "password"
    password.write_text("s3cret\n")
    nats_server.start("--user", "cairn", "--pass", "s3cret")
    server = make_server(**bus(nats_server, user="cairn", password_file=str(password), subject_prefix="audit.log")).start()

    async def subscribed(connection):
        subscription = await connection.subscribe(f"audit.log.{ACCOUNT}.*.s3.CreateBucket")
        await connection.flush()
        made = await asyncio.to_thread(make_buckets, server, 5)
        messages = [await subscription.next_msg(timeout=10) for _ in made]
        return made, messages

    made, messages = nats_server.ask(subscribed, user="cairn", password="s3cret")
    events = [json.loads(message.data) for message in messages]
    assert buckets_of(events) == made
    assert {message.subject for message in messages} == {f"audit.log.{ACCOUNT}.us-east-1.s3.CreateBucket"}
    assert [message.headers["Nats-Msg-Id"] for message in messages] == [event["detail"]["eventID"] for event in events]


def test_jetstream_keeps_everything_once_through_an_outage_and_a_kill(nats_server, make_server):
    nats_server.start()
    server = make_server(**bus(nats_server, jetstream="true", format="record", timeout="1s")).start()
    server.allowed.add(DEFERRED)
    made = make_buckets(server, 3, "before")
    failed = 'cairn_stream_failed_total{stream="nats/bus",code="NoStream"}'
    wait_for(lambda: failed in server.page("metrics").read().decode(), "without a stream nothing counts as sent")

    async def create(connection):
        await connection.jetstream().add_stream(name="events", subjects=["cairn.>"])

    nats_server.ask(create)
    wait_for(lambda: set(buckets_of(event for *_, event in nats_server.stored())) == set(made), "the stream has what came before it")
    nats_server.stop()
    made += make_buckets(server, 3, "during")
    server.kill()
    server.start()
    made += make_buckets(server, 3, "after")
    nats_server.start()
    wait_for(lambda: set(buckets_of(event for *_, event in nats_server.stored())) == set(made), "the stream has everything")
    stored = nats_server.stored()
    assert buckets_of(event for *_, event in stored) == made, "once each, and in order"
    assert all(id == event["eventID"] for _, id, event in stored)


def test_nats_says_who_is_not_let_in(nats_server, make_server, tmp_path):
    config = tmp_path / "nats.conf"
    allowed = '{publish: ["cairn.>", "_INBOX.>"], subscribe: "_INBOX.>"}'
    denied = '{publish: ["other.>", "_INBOX.>"], subscribe: "_INBOX.>"}'
    config.write_text(f"authorization {{users: [{{user: may, password: a, permissions: {allowed}}}, {{user: maynot, password: b, permissions: {denied}}}]}}")
    nats_server.start("-c", str(config))
    said = {}
    for user, password in (("may", "a"), ("maynot", "b"), ("nobody", "c")):
        secret = tmp_path / user
        secret.write_text(password)
        server = make_server(**bus(nats_server, user=user, password_file=str(secret), timeout="2s"))
        tried = subprocess.run([BINARY, "destination", "test", "bus"], env=server._environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        said[user] = (tried.returncode, tried.stdout + tried.stderr)
    assert said["may"][0] == 0 and json.loads(said["may"][1])["accepted"]
    assert said["maynot"][0] == 1 and "Permissions Violation for Publish" in said["maynot"][1]
    assert said["nobody"][0] == 1 and "NotAuthorized" in said["nobody"][1]


def test_nats_over_tls_with_a_credentials_file(nats_server, make_server, tmp_path):
    certified = make_server(tls__generated="true").start()
    tls = certified.data_dir / "tls"
    config, credentials = nats_credentials.server_config()
    (tmp_path / "nats.conf").write_text(config)
    (tmp_path / "cairn.creds").write_text(credentials)
    nats_server.start("-c", str(tmp_path / "nats.conf"), "--tls", "--tlscert", str(tls / "certificate.pem"), "--tlskey", str(tls / "key.pem"), jetstream=False)
    trust = ssl.create_default_context(cafile=certified.authority)
    named = {"url": f"tls://127.0.0.1:{nats_server.port}", "credentials_file": str(tmp_path / "cairn.creds"), "ca_file": str(certified.authority)}
    server = make_server(**bus(nats_server, **named)).start()

    async def subscribed(connection):
        subscription = await connection.subscribe("cairn.>")
        await connection.flush()
        made = await asyncio.to_thread(make_buckets, server, 2)
        return made, [await subscription.next_msg(timeout=10) for _ in made]

    made, messages = nats_server.ask(subscribed, tls=trust, user_credentials=str(tmp_path / "cairn.creds"))
    assert buckets_of(json.loads(message.data) for message in messages) == made
    without = make_server(**bus(nats_server, **named | {"ca_file": ""}))
    tried = subprocess.run([BINARY, "destination", "test", "bus"], env=without._environment(), stderr=subprocess.PIPE, text=True)
    assert tried.returncode == 1 and "CertificateRefused" in tried.stderr
