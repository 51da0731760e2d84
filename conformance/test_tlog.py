"""Transparency logs: what lies in the bucket convinces a reader that was written from the specifications, what is
changed there is found out, and proofs convince without server."""

import contextlib
import gzip
import json
import subprocess

import pytest
from clients import Clients
from log_files import read_log_file
from server import BINARY, Server
from transparency import Log, check_proof, numbered, open_note
from waiting import wait_for

DEFERRED = "transparency log deferred"


class World:
    """A server with a validated trail `main` that logs into `logs`."""

    def __init__(self, server, store=None):
        """Takes the S3 that has the trail's bucket, where that is not the server's own."""
        self.server, self._store, self._read = server, store, {}
        self.connect()
        self.store.create_bucket(Bucket="logs")
        self.policy = server.command("bucket-policy", "logs")
        self.store.put_bucket_policy(Bucket="logs", Policy=self.policy)
        self.s3.create_bucket(Bucket="shop")
        self.cloudtrail.create_trail(
            Name="main", S3BucketName="logs", IsMultiRegionTrail=True, EnableLogFileValidation=True
        )
        selectors = [{
            "ReadWriteType": "All", "IncludeManagementEvents": True,
            "DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::shop/"]}],
        }]  # fmt: skip
        self.cloudtrail.put_event_selectors(TrailName="main", EventSelectors=selectors)
        self.cloudtrail.start_logging(Name="main")

    def connect(self):
        self.clients = Clients(self.server)
        self.s3, self.cloudtrail = self.clients.boto("s3"), self.clients.boto("cloudtrail")
        self.store = self._store or self.s3

    def logs(self, trail="main"):
        return [json.loads(line) for line in self.server.command("tlog", "show", trail, "--json").splitlines()]

    def log(self):
        """Returns the trail's log as the independent reader reads it."""
        told = self.logs()[-1]

        def fetch(path):
            return self.store.get_object(Bucket=told["bucket"], Key=told["folder"] + path)["Body"].read()

        return Log(fetch, told["publicKey"])

    def log_files(self):
        pages = self.store.get_paginator("list_objects_v2").paginate(Bucket="logs")
        keys = [entry["Key"] for page in pages for entry in page.get("Contents", [])]
        return [key for key in keys if "/CloudTrail/" in key and key.endswith(".gz")]

    def records(self):
        """Returns all delivered records."""
        for key in self.log_files():
            if key not in self._read:
                self._read[key] = read_log_file(self.store, "logs", key)
        return [record for records in self._read.values() for record in records]

    def logged(self, request_id):
        """Waits until the event of a request is delivered and logged; returns its record."""

        def find():
            return next((record for record in self.records() if record["requestID"] == request_id), None)

        record = wait_for(find, "the event is in a log file", limit=30)
        wait_for(lambda: self.cairn("prove", record["eventID"]).returncode == 0, "the event is logged", limit=30)
        return record

    def size(self):
        log = self.log()
        return open_note(log.checkpoint(), log.public_key)[1]

    @contextlib.contextmanager
    def silent(self):
        """Stops logging, and waits until everything is delivered and logged."""
        stop = self.cloudtrail.stop_logging(Name="main")["ResponseMetadata"]["RequestId"]
        self.logged(stop)
        wait_for(lambda: self.size() == len(self.records()), "as many entries as records", limit=30)
        yield
        self.cloudtrail.start_logging(Name="main")

    def call(self):
        return self.cloudtrail.describe_trails()["ResponseMetadata"]["RequestId"]

    def put(self, key):
        done = self.s3.put_object(Bucket="shop", Key=key, Body=b"one")
        return done["ResponseMetadata"]["HTTPHeaders"]["x-amz-request-id"]

    def cairn(self, *arguments):
        """Runs a command that may fail."""
        command = [BINARY, *arguments, "--data-dir", self.server.data_dir]
        return subprocess.run(command, env=self.server._environment(), capture_output=True, text=True)


@pytest.fixture(scope="module")
def world():
    server = Server(tlog__interval="1s")
    try:
        yield World(server.start())
    finally:
        server.close()


@pytest.fixture
def proof(world, tmp_path):
    """A proof of a management event, in a file."""
    record = world.logged(world.call())
    file = tmp_path / "proof.json"
    world.server.command("prove", record["eventID"], "--trail", "main", "-o", file)
    return file


def alone(*arguments):
    """Runs a command far from any server."""
    return subprocess.run([BINARY, *arguments], env={"HOME": "/nonexistent"}, cwd="/", capture_output=True, text=True)


def copied(clients, address, directory):
    """Copies a log while it grows: first the checkpoint, then at least what that is about."""
    clients.aws("s3", "cp", "--quiet", f"{address}checkpoint", f"{directory}/checkpoint")
    clients.aws("s3", "cp", "--quiet", "--recursive", "--exclude", "checkpoint", address, str(directory))


def test_the_log_in_the_bucket_convinces_a_reader_of_the_specifications(world):
    for _ in range(300):
        last = world.call()
    world.logged(last)
    log = world.log()
    entries = wait_for(lambda: log.check(), "the log is read while it grows")
    assert len(entries) > 256, "there is a full tile"
    assert len(set(entries)) == len(entries) and {len(entry) for entry in entries} == {32}
    assert len(log.positions(len(entries))) == len(entries)


def test_every_delivered_event_is_in_the_log_and_nothing_else(world):
    world.logged(world.call())
    with world.silent():
        assert world.size() == len(world.records())


def test_a_proof_convinces_without_a_server(world, proof):
    told, key = json.loads(proof.read_text()), world.logs()[-1]["publicKey"]
    event = json.loads(check_proof(told, key))
    assert event in world.records()
    done = alone("verify-proof", proof, "--public-key", key)
    assert done.returncode == 0 and "PROVED" in done.stdout and event["eventID"] in done.stdout, done
    assert "came with the proof" not in done.stdout
    assert "came with the proof" in alone("verify-proof", proof).stdout
    shown = alone("verify-proof", proof, "--event").stdout
    assert shown == told["event"] + "\n"


def test_data_events_are_proved_too(world, tmp_path):
    record = world.logged(world.put("order"))
    assert record["eventCategory"] == "Data"
    proof = json.loads(world.server.command("prove", record["eventID"]))
    assert json.loads(check_proof(proof, world.logs()[-1]["publicKey"])) == record


def test_an_event_out_of_a_log_file_is_proved_by_its_content(world, tmp_path):
    record = world.logged(world.put("order"))
    key = next(key for key in world.log_files() if record in read_log_file(world.s3, "logs", key))
    file = tmp_path / "file.json.gz"
    file.write_bytes(world.s3.get_object(Bucket="logs", Key=key)["Body"].read())
    proof = json.loads(world.server.command("prove", record["eventID"], "--log-file", file))
    assert json.loads(check_proof(proof, world.logs()[-1]["publicKey"])) == record
    assert "no event with this id" in world.cairn("prove", "no-such-event", "--log-file", file).stderr
    records = read_log_file(world.s3, "logs", key)
    records[records.index(record)]["sourceIPAddress"] = "192.0.2.1"
    file.write_bytes(gzip.compress(json.dumps({"Records": records}, separators=(",", ":")).encode()))
    assert "in no trail's transparency log" in world.cairn("prove", record["eventID"], "--log-file", file).stderr


@pytest.mark.parametrize("part", ["event", "salt", "leafIndex", "path", "checkpoint", "publicKey"])
def test_a_proof_that_was_changed_proves_nothing(world, proof, part):
    told, key = json.loads(proof.read_text()), world.logs()[-1]["publicKey"]
    changed = {
        "event": lambda value: value.replace("DescribeTrails", "DeleteTrail"),
        "salt": lambda value: ("B" if value[0] == "A" else "A") + value[1:],
        "leafIndex": lambda value: value - 1,
        "path": lambda value: value[1:],
        "checkpoint": lambda value: value.replace("\n— ", "\n— other"),
        "publicKey": lambda value: value.replace("main", "mine"),
    }
    told[part] = changed[part](told[part])
    proof.write_text(json.dumps(told))
    done = alone("verify-proof", proof, *([] if part == "publicKey" else ["--public-key", key]))
    assert done.returncode == 1 and "PROVED: " not in done.stdout, done
    with pytest.raises(AssertionError):
        check_proof(told, told["publicKey"] if part == "publicKey" else key)


def test_a_log_is_shown_to_have_only_grown(world, tmp_path):
    old, new = tmp_path / "old", tmp_path / "new"
    world.logged(world.call())
    world.server.command("tlog", "checkpoint", "main", "-o", old)
    world.logged(world.call())
    world.server.command("tlog", "checkpoint", "main", "-o", new)
    done = world.cairn("tlog", "consistency", old, new)
    assert done.returncode == 0 and "PROVED" in done.stdout, done
    done = world.cairn("validate", "--consistency", old, new)
    assert done.returncode == 0 and "PROVED" in done.stdout, done
    told = world.logs()[-1]
    address = f"s3://{told['bucket']}/{told['folder']}"
    done = world.cairn("tlog", "consistency", old, f"{address}checkpoint", "--tiles", address)
    assert done.returncode == 0, done
    assert world.cairn("tlog", "consistency", old).returncode == 0, "the newest is the default"
    assert world.cairn("validate", "--consistency", old, "absent").returncode == 2, "not checked"
    backwards = world.cairn("tlog", "consistency", new, old)
    assert backwards.returncode == 1 and "larger tree" in backwards.stderr, backwards
    # A copy of the folder is enough, far from any server.
    copy = tmp_path / "copy"
    copied(world.clients, address, copy)
    placed = ["--tiles", copy, "--public-key", told["publicKey"]]
    assert "PROVED" in alone("tlog", "consistency", old, new, *placed).stdout
    assert "SOUND" in alone("tlog", "audit", *placed).stdout
    forged = old.read_text().split("\n")
    forged[2] = new.read_text().split("\n")[2]
    old.write_text("\n".join(forged))
    done = alone("tlog", "consistency", old, new, *placed)
    assert done.returncode == 1 and "did not sign" in done.stderr, done


def test_events_of_a_deleted_trail_are_proved_as_before(world):
    world.s3.create_bucket(Bucket="brief-logs")
    world.s3.put_bucket_policy(Bucket="brief-logs", Policy=world.policy.replace(":::logs", ":::brief-logs"))
    world.cloudtrail.create_trail(Name="brief", S3BucketName="brief-logs", EnableLogFileValidation=True)
    world.cloudtrail.start_logging(Name="brief")
    event_id = world.logged(world.call())["eventID"]
    world.cloudtrail.delete_trail(Name="brief")
    proved = wait_for(lambda: (done := world.cairn("prove", event_id, "--trail", "brief")).returncode == 0 and done, "proved")
    proof, [log] = json.loads(proved.stdout), world.logs("brief")
    assert json.loads(check_proof(proof, log["publicKey"]))["eventID"] == event_id
    assert "Unknown trail" in world.cairn("prove", event_id, "--trail", "never").stderr


def test_who_may_not_look_up_events_gets_no_proofs(world):
    record = world.logged(world.call())
    iam = world.clients.boto("iam")
    iam.create_user(UserName="reader")
    key = iam.create_access_key(UserName="reader")["AccessKey"]
    environment = {
        "AWS_ENDPOINT_URL": world.server.endpoint, "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"], "AWS_DEFAULT_REGION": "us-east-1",
    }  # fmt: skip

    def prove():
        command = [BINARY, "prove", record["eventID"]]
        return subprocess.run(command, env=environment, cwd=world.server.home, capture_output=True, text=True)

    def allow(*actions):
        statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam.put_user_policy(UserName="reader", PolicyName="own", PolicyDocument=policy)

    assert "AccessDenied" in prove().stderr
    allow("cloudtrail:LookupEvents")
    assert "cairn:GetEventProof" in prove().stderr, "looking up is not enough"
    allow("cloudtrail:LookupEvents", "cairn:GetEventProof")
    assert prove().returncode == 0
    assert "no event" in world.cairn("prove", "no-such-event").stderr
    wait_for(lambda: "GetEventProof" in [record["eventName"] for record in world.records()], "it is recorded", limit=30)


def test_a_log_goes_on_after_a_kill_and_while_the_bucket_refuses(tmp_path):
    server = Server(tlog__interval="1s")
    try:
        world = World(server.start())
        first = world.logged(world.call())
        world.server.command("tlog", "checkpoint", "main", "-o", tmp_path / "old")
        for _ in range(3):
            world.call()
            server.kill()
            server.start()
            world.connect()
            world.logged(world.call())
        server.allowed |= {DEFERRED, "log file delivery deferred", "digest delivery deferred"}
        world.s3.delete_bucket_policy(Bucket="logs")
        last = world.call()
        failed = 'cairn_tlog_failed_total{trail="arn:aws:cloudtrail:us-east-1:123456789012:trail/main",code="AccessDenied"}'
        wait_for(lambda: world.server.metric(failed), "the log is refused", limit=30)
        world.s3.put_bucket_policy(Bucket="logs", Policy=world.policy)
        world.logged(last)
        world.log().check()
        done = world.cairn("tlog", "consistency", tmp_path / "old")
        assert done.returncode == 0, done
        assert [log["ended"] for log in world.logs()] == [None], "one log all the way"
        assert json.loads(check_proof(json.loads(server.command("prove", first["eventID"])), world.logs()[-1]["publicKey"]))
    finally:
        server.close()


def test_a_log_lies_where_the_trails_bucket_is(make_server, tmp_path):
    """The bucket is in the S3 of another server."""
    there, secret = Clients(make_server().start()), tmp_path / "secret"
    secret.write_text(there.environment["AWS_SECRET_ACCESS_KEY"])
    keys = {"access_key_id": there.environment["AWS_ACCESS_KEY_ID"], "secret_access_key_file": secret}
    settings = {"s3": there.environment["AWS_ENDPOINT_URL"]} | keys
    server = make_server(tlog__interval="1s", **{f"endpoints__{name}": str(value) for name, value in settings.items()})
    world = World(server.start(), there.boto("s3"))
    record = world.logged(world.call())
    proof = json.loads(server.command("prove", record["eventID"]))
    assert json.loads(check_proof(proof, world.logs()[-1]["publicKey"])) == record
    assert world.log().check()
    told, copy = world.logs()[-1], tmp_path / "copy"
    copied(there, f"s3://logs/{told['folder']}", copy)
    assert "SOUND" in alone("tlog", "audit", "--tiles", copy, "--public-key", told["publicKey"]).stdout


@pytest.mark.parametrize("kind", ["entries", "0"])
def test_what_is_changed_in_the_bucket_is_found_out(world, kind):
    world.server.allowed.add("event not proved")
    record = world.logged(world.call())
    with world.silent():
        told, size = world.logs()[-1], world.size()
        last = (size - 1) // 256
        key = f"{told['folder']}tile/{kind}/{numbered(last, size - last * 256)}"
        whole = world.s3.get_object(Bucket="logs", Key=key)["Body"].read()
        world.s3.put_object(Bucket="logs", Key=key, Body=whole[:-1] + bytes([whole[-1] ^ 1]))
        done = world.cairn("tlog", "audit", "main")
        assert done.returncode == 1 and "FAULT" in done.stdout, done
        with pytest.raises(AssertionError):
            world.log().check()
        proved = world.cairn("prove", record["eventID"])
        if kind == "0":
            assert proved.returncode == 1 and "does not bear it out" in proved.stderr, proved
        world.s3.put_object(Bucket="logs", Key=key, Body=whole)
        assert world.cairn("tlog", "audit", "main").returncode == 0
