"""Every way to tamper with a trail's files: what `aws cloudtrail validate-logs` says, and what `cairn validate` says."""

import json
import os
import re
import signal
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import digest_chain
import emulators
import pytest
import validation_page
from clients import Clients
from digest_chain import ARN, HOUR, START, Chain, Key, pack
from server import BINARY
from waiting import wait_for


class KeyList:
    """Answers ListPublicKeys with the keys it is told, as any CloudTrail would: both programs ask it."""

    def __enter__(self):
        self.keys = []
        owner = self

        class Answer(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                body = json.dumps({"PublicKeyList": owner.keys}).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/x-amz-json-1.1")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                """Says nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}"
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()


class World:
    """A server, a key, and both validators."""

    def __init__(self, server, key_list, key):
        self.clients, self.key_list, self.key = Clients(server), key_list, key
        self.s3 = self.clients.boto("s3")
        self.clients.environment |= {"AWS_ENDPOINT_URL_CLOUDTRAIL": key_list.endpoint}

    def chain(self, name, **arguments):
        self.s3.create_bucket(Bucket=name)
        self.key_list.keys = [self.key.listed()]
        return Chain(self.s3, name, self.key, **arguments)

    def aws(self, bucket, *arguments):
        return self.clients.aws("cloudtrail", "validate-logs", *question(bucket), *arguments, succeeds=False)

    def cairn(self, bucket, *arguments, **variables):
        done = subprocess.run(self.command(bucket, *arguments), env=self.environment() | variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert "panicked" not in done.stderr, done.stderr
        return done

    def command(self, bucket, *arguments):
        return [BINARY, "validate", *question(bucket), *arguments]

    def environment(self):
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("CAIRN_", "AWS_"))}
        return kept | self.clients.environment | {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}


def question(bucket):
    end = digest_chain.stamp(START + 5 * HOUR)
    return ["--trail-arn", ARN, "--start-time", digest_chain.stamp(START), "--end-time", end, "--s3-bucket", bucket]


@pytest.fixture(scope="module")
def key():
    return Key()


@pytest.fixture(scope="module")
def world(server, key):
    with KeyList() as key_list:
        yield World(server, key_list, key)


def replace_log(chain, body):
    chain.s3.put_object(Bucket=chain.bucket, Key=chain.logs[4], Body=body)


def log_bytes(chain):
    return chain.s3.get_object(Bucket=chain.bucket, Key=chain.logs[4])["Body"].read()


def delete(chain, *keys):
    for key in keys:
        chain.s3.delete_object(Bucket=chain.bucket, Key=key)


def move_log(chain):
    source = {"Bucket": chain.bucket, "Key": chain.logs[4]}
    chain.s3.copy_object(Bucket=chain.bucket, Key=chain.logs[4].replace("06x0", "moved"), CopySource=source)
    delete(chain, chain.logs[4])


def change_digest(chain):
    """The document loses a log file; its signature is the old one."""
    document = dict(chain.digests[2]["document"], logFiles=[])
    chain.put_digest(chain.digests[2], body=pack(json.dumps(document).encode()))


def sign_again(chain, key):
    """The document loses a log file and is signed anew."""
    document = dict(chain.digests[2]["document"], logFiles=[], digestPublicKeyFingerprint=key.fingerprint)
    again = Chain(chain.s3, chain.bucket, key, hours=0)
    again.put(document)


class Stranger:
    """A key that nobody lists; its signatures are of the right form."""

    fingerprint = "0" * 32

    def sign(self, _):
        return "00" * 256


def end_with(chain, **changes):
    """Makes the last digest anew, with the private key, with other members."""
    last = chain.digests.pop()
    chain.digests.append(chain.put(last["document"] | changes))


def leave_out_an_hour(chain):
    """The private key signs a last digest that begins an hour late."""
    delete(chain, chain.keys()[3], chain.keys()[4])
    chain.digests[3:] = []
    chain.append(START + 4 * HOUR, previous=chain.digests[2])


def begin_anew(chain):
    """Validation was off for an hour: a chain ends, another begins."""
    delete(chain, chain.keys()[3], chain.keys()[4])
    chain.append(START + 4 * HOUR, previous=None)


def forbid(chain, key):
    resource = f"arn:aws:s3:::{chain.bucket}/{key}"
    statement = {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": resource}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    chain.s3.put_bucket_policy(Bucket=chain.bucket, Policy=json.dumps(policy))


def list_keys(world, *keys):
    world.key_list.keys = list(keys)


def backfill(chain, **log):
    """A backfill digest beside the chain, of one log file; perhaps that is then tampered with."""
    other = Chain(chain.s3, chain.bucket, chain.key, hours=0, suffix="_backfill")
    other.append(START + HOUR, logs=1)
    if log.get("deleted"):
        delete(chain, other.logs[0])


LOG, DIGEST, CHAIN = "log file", "digest file", "keys and chain"

# What is done, to what, and what each of the programs must say: exit code, and lines without names.
CASES = [
    ("nothing", CHAIN, lambda world, chain: None, (0, []), (0, [])),
    ("changed", LOG, lambda world, chain: replace_log(chain, pack(b'{"Records":[]}')),
     (1, ["Log file INVALID: hash value doesn't match"]), (1, ["Log file INVALID: hash value doesn't match"])),
    ("deleted", LOG, lambda world, chain: delete(chain, chain.logs[4]),
     (1, ["Log file INVALID: not found"]), (1, ["Log file INVALID: not found"])),
    ("moved", LOG, lambda world, chain: move_log(chain),
     (1, ["Log file INVALID: not found"]), (1, ["Log file INVALID: not found", "Log file WARNING: no digest file lists it"])),
    ("truncated", LOG, lambda world, chain: replace_log(chain, log_bytes(chain)[:60]),
     (1, ["Log file INVALID: hash value doesn't match"]), (1, ["Log file INVALID: hash value doesn't match"])),
    ("truncated by its last three bytes", LOG, lambda world, chain: replace_log(chain, log_bytes(chain)[:-3]),
     (0, []), (1, ["Log file INVALID: cut short: the end of the compressed stream is missing"])),
    ("trailing bytes", LOG, lambda world, chain: replace_log(chain, log_bytes(chain) + b"x"),
     (1, ["Log file INVALID: unexpected data after end of compressed stream"]), (1, ["Log file INVALID: unexpected data after end of compressed stream"])),
    ("a second gzip member", LOG, lambda world, chain: replace_log(chain, log_bytes(chain) + pack(b"x")),
     (1, ["Log file INVALID: unexpected data after end of compressed stream"]), (1, ["Log file INVALID: unexpected data after end of compressed stream"])),
    ("no gzip any more", LOG, lambda world, chain: replace_log(chain, b'{"Records":[]}'),
     (1, ["Log file INVALID: invalid format"]), (1, ["Log file INVALID: invalid format"])),
    ("emptied", LOG, lambda world, chain: replace_log(chain, b""),
     (1, ["Log file INVALID: hash value doesn't match"]), (1, ["Log file INVALID: hash value doesn't match"])),
    ("forged and added", LOG, lambda world, chain: chain.put_log(START + HOUR, "forged"),
     (0, []), (0, ["Log file WARNING: no digest file lists it"])),
    ("not readable (403)", LOG, lambda world, chain: forbid(chain, chain.logs[4]),
     (255, ["An error occurred (AccessDenied) when calling the GetObject operation"]), (2, ["Log file NOT CHECKED: AccessDenied"])),
    ("changed", DIGEST, lambda world, chain: change_digest(chain),
     (1, ["Digest file INVALID: signature verification failed"]), (1, ["Digest file INVALID: signature verification failed", "Chain INVALID: no valid digest file proves"])),
    ("deleted", DIGEST, lambda world, chain: delete(chain, chain.keys()[2]),
     (1, ["Digest file INVALID: not found"]), (1, ["Digest file INVALID: not found", "Chain INVALID: no valid digest file proves what was delivered then; 1 reported above"])),
    ("two in a row deleted", DIGEST, lambda world, chain: delete(chain, *chain.keys()[1:3]),
     (1, ["Digest file INVALID: not found"]), (1, ["Digest file INVALID: not found", "1 reported above, about 1 more must be missing"])),
    ("the newest two deleted", DIGEST, lambda world, chain: delete(chain, *chain.keys()[3:]),
     (0, []), (0, ["Chain WARNING: there is no digest file; logging was off, or the newest were removed"])),
    ("another's bytes", DIGEST, lambda world, chain: chain.put_digest(chain.digests[1], at=chain.keys()[2]),
     (1, ["Digest file INVALID: has been moved from its original location"]), (1, ["Digest file INVALID: has been moved from its original location", "Chain INVALID"])),
    ("no gzip any more", DIGEST, lambda world, chain: chain.put_digest(chain.digests[2], body=chain.digests[2]["bytes"]),
     (1, ["Digest file INVALID: invalid format"]), (1, ["Digest file INVALID: invalid format", "Chain INVALID"])),
    ("a member removed", DIGEST, lambda world, chain: chain.put_digest(chain.digests[2], body=pack(b"{}")),
     (1, ["Digest file INVALID: invalid format"]), (1, ["Digest file INVALID: invalid format", "Chain INVALID"])),
    ("trailing bytes", DIGEST, lambda world, chain: chain.put_digest(chain.digests[2], body=pack(chain.digests[2]["bytes"]) + b"x"),
     (0, []), (1, ["Digest file INVALID: unexpected data after end of compressed stream", "Chain INVALID"])),
    ("metadata stripped", DIGEST, lambda world, chain: chain.s3.put_object(Bucket=chain.bucket, Key=chain.keys()[2], Body=pack(chain.digests[2]["bytes"])),
     (1, ["Digest file INVALID: signature verification failed"]), (1, ["Digest file INVALID: signature verification failed", "Chain INVALID"])),
    ("another signature", DIGEST, lambda world, chain: chain.put_digest(chain.digests[2], signature="00" * 256),
     (1, ["Digest file INVALID: signature verification failed"]), (1, ["Digest file INVALID: signature verification failed", "Chain INVALID"])),
    ("signed again by a key of a stranger", DIGEST, lambda world, chain: sign_again(chain, Stranger()),
     (1, ["Digest file INVALID: public key not found in region us-east-1 for fingerprint 0000"]), (1, ["Digest file INVALID: public key not found in region us-east-1 for fingerprint 0000", "Chain INVALID"])),
    ("signed again with the trail's own private key", DIGEST, lambda world, chain: sign_again(chain, chain.key),
     (0, []), (1, ["Digest file INVALID: replaced: signed anew", "Chain INVALID"])),
    ("wrong hash of the digest before", CHAIN, lambda world, chain: end_with(chain, previousDigestHashValue="0" * 64),
     (0, []), (1, ["Chain INVALID: previousDigestHashValue is not the hash of"])),
    ("an hour left out between linked digests", CHAIN, lambda world, chain: leave_out_an_hour(chain),
     (0, []), (0, ["Chain WARNING: linked digest files leave this time out", "Log file WARNING", "Log file WARNING"])),
    ("validation off for an hour", CHAIN, lambda world, chain: begin_anew(chain),
     (0, ["No log files were delivered by CloudTrail between"]), (0, ["No log files were delivered by CloudTrail between", "Log file WARNING", "Log file WARNING"])),
    ("public key unknown", CHAIN, lambda world, chain: list_keys(world, world.key.listed() | {"Fingerprint": "other"}),
     (1, ["Digest file INVALID: public key not found in region us-east-1 for fingerprint"] * 5), (1, ["Digest file INVALID: public key not found in region us-east-1 for fingerprint"] * 5)),
    ("public key unreadable", CHAIN, lambda world, chain: list_keys(world, world.key.listed("bm9uZQ==")),
     (1, ["Digest file INVALID: Unable to load PKCS #1 key with fingerprint"] * 5), (1, ["Digest file INVALID: Unable to load PKCS #1 key with fingerprint"] * 5)),
    ("no public keys", CHAIN, lambda world, chain: list_keys(world),
     (255, ["No public keys found between"]), (2, ["No public keys found between"])),
    ("backfill digest beside it", CHAIN, lambda world, chain: backfill(chain), (0, []), (0, [])),
    ("backfill digest beside it, its log file deleted", CHAIN, lambda world, chain: backfill(chain, deleted=True),
     (1, ["Log file INVALID: not found"]), (1, ["Log file INVALID: not found"])),
]  # fmt: skip


@pytest.fixture(scope="module")
def rows(server, key):
    """What both programs say of every case; some at a time, for it is the AWS CLI's start that takes long."""

    def row(index):
        what, where, tamper, *_ = CASES[index]
        with KeyList() as key_list:
            world = World(server, key_list, key)
            chain = world.chain(f"case-{index}")
            tamper(world, chain)
            return where, what, said(world.aws(chain.bucket)), said(world.cairn(chain.bucket))

    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(row, range(len(CASES))))


@pytest.mark.parametrize("index", range(len(CASES)), ids=[f"{case[1]}-{case[0]}".replace(" ", "_") for case in CASES])
def test_a_case(index, rows):
    _, _, _, *expected = CASES[index]
    _, _, *found = rows[index]
    for program, (code, lines), (expected_code, expected_lines) in zip(("aws", "cairn"), found, expected):
        assert code == expected_code, (program, lines)
        assert len(lines) == len(expected_lines), (program, lines)
        assert all(wanted in line for line, wanted in zip(lines, expected_lines)), (program, lines)


def said(done):
    """Returns the exit code, and what was said on standard error without names and times."""
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    short = [re.sub(r"\t(s3://\S+|\S+ to \S+)\t", " ", line).replace("(backfill) ", "") for line in lines]
    return done.returncode, short


def test_the_page_tells_what_was_found(rows):
    """`UPDATE_EXPECT=1` writes docs/validation.md."""
    page = validation_page.page(rows)
    if os.environ.get("UPDATE_EXPECT"):
        validation_page.PAGE.write_text(page)
    assert validation_page.PAGE.read_text() == page, "docs/validation.md is stale: run again with UPDATE_EXPECT=1"


def test_both_tell_the_same_of_valid_files(world):
    chain = world.chain("verbose")
    theirs, ours = (run(chain.bucket, "--verbose") for run in (world.aws, world.cairn))
    files = [line for line in theirs.stdout.splitlines() if line.endswith("\tvalid")]
    assert len(files) == 15
    assert [line for line in ours.stdout.splitlines() if line.endswith("\tvalid")] == files
    for line in theirs.stdout.splitlines():
        assert line in ours.stdout, line


def test_json_is_one_object(world):
    chain = world.chain("json")
    delete(chain, chain.logs[0])
    done = world.cairn(chain.bucket, "--output", "json")
    report = json.loads(done.stdout)
    assert (done.returncode, done.stderr, report["verdict"]) == (1, "", "invalid")
    [finding] = report["findings"]
    assert (finding["severity"], finding["kind"], finding["fault"]) == ("invalid", "log", "notFound")
    assert finding["object"] == {"bucket": chain.bucket, "key": chain.logs[0]}
    assert report["summary"]["logFiles"] == {"valid": 9, "invalid": 1, "unchecked": 0}
    assert report["summary"]["digestFiles"]["valid"] == 5


@pytest.fixture(scope="module")
def mirror(world, tmp_path_factory):
    """A bucket as `aws s3 sync` mirrors it, and its public keys as the AWS CLI lists them."""
    chain = world.chain("mirrored")
    directory = tmp_path_factory.mktemp("mirror")
    world.clients.aws("s3", "sync", f"s3://{chain.bucket}", str(directory))
    keys = directory.parent / "keys.json"
    keys.write_text(world.clients.aws("cloudtrail", "list-public-keys"))
    return chain, directory, ["--local", str(directory), "--public-keys", str(keys)]


def test_a_mirror_is_proved_offline_but_for_its_newest_digest(world, mirror):
    chain, directory, flags = mirror
    offline = {"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_ENDPOINT_URL_CLOUDTRAIL": "http://127.0.0.1:1"}
    done = world.cairn(chain.bucket, *flags, **offline)
    assert done.returncode == 2
    assert "4/5 digest files valid, 1/5 digest files NOT CHECKED" in done.stdout
    assert "its signature lies in its object's metadata" in done.stderr
    newest = chain.keys()[-1]
    head = world.clients.aws("s3api", "head-object", "--bucket", chain.bucket, "--key", newest)
    (directory / f"{newest}.metadata.json").write_text(head)
    done = world.cairn(chain.bucket, *flags, **offline)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    assert "5/5 digest files valid" in done.stdout and "10/10 log files valid" in done.stdout
    (directory / f"{newest}.metadata.json").unlink()


def test_tampering_shows_in_a_mirror_too(world, mirror):
    chain, directory, flags = mirror
    log = directory / chain.logs[0]
    kept = log.read_bytes()
    log.write_bytes(pack(b"{}"))
    done = world.cairn(chain.bucket, *flags)
    log.write_bytes(kept)
    assert done.returncode == 1 and "INVALID: hash value doesn't match" in done.stderr


def test_a_bomb_is_refused(world):
    chain = world.chain("bomb")
    replace_log(chain, pack(bytes(257 << 20)))
    done = world.cairn(chain.bucket)
    assert done.returncode == 1 and "INVALID: inflates to more than any log file has" in done.stderr


def test_an_interrupted_run_goes_on(world, tmp_path):
    """Stopped while the store stands still; what was done before is not done again, and counts."""
    chain = world.chain("resumed", logs=40)
    delete(chain, chain.logs[-1])
    state = tmp_path / "state.json"
    flags = ["--resume", str(state), "--jobs", "1"]
    process = subprocess.Popen(world.command(chain.bucket, *flags, "--verbose"), env=world.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while "Log file" not in process.stdout.readline():
        pass
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    if not state.exists():
        assert process.returncode == 1 and "200 log files" in out, (out, err)
        pytest.skip("NOT TESTED: it was done before it could be stopped")
    assert "stopped; to go on, add: --resume" in err
    before = json.loads(state.read_text())["tally"]["logFiles"]
    assert 0 < before["valid"] + before["invalid"] < 200
    done = world.cairn(chain.bucket, *flags)
    assert done.returncode == 1 and "not found" in done.stderr
    assert "5/5 digest files valid" in done.stdout and "199/200 log files valid, 1/200 log files INVALID" in done.stdout
    again = [line for line in done.stdout.splitlines() if line.endswith("\tvalid")]
    assert again == [] and not state.exists()
    other = world.cairn(chain.bucket, "--resume", str(tmp_path / "absent" / "state.json"))
    assert other.returncode == 1, "a state that is not there yet is no error"


@pytest.mark.parametrize("kind", [emulators.Moto, emulators.SeaweedFS], ids=lambda kind: kind.name)
def test_other_stores_are_read_too(kind, world):
    """Both programs on both stores: what was put is valid, what was changed is told, and so is what is in no digest."""
    with emulators.running(kind) as store:
        s3 = store.client("s3")
        s3.create_bucket(Bucket="logs")
        chain = Chain(s3, "logs", world.key, logs=3)
        world.key_list.keys = [world.key.listed()]
        keys = {"AWS_ACCESS_KEY_ID": emulators.ADMIN_KEY_ID, "AWS_SECRET_ACCESS_KEY": emulators.SECRET_ACCESS_KEY}
        there = keys | {"AWS_ENDPOINT_URL": store.endpoint, "AWS_ENDPOINT_URL_CLOUDTRAIL": world.key_list.endpoint}
        done = world.cairn(chain.bucket, **there)
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
        assert "5/5 digest files valid\n15/15 log files valid" in done.stdout
        replace_log(chain, pack(b"{}"))
        delete(chain, chain.logs[0])
        chain.put_log(START + HOUR, "forged")
        kept, world.clients.environment = world.clients.environment, world.clients.environment | there
        theirs, done = world.aws(chain.bucket), world.cairn(chain.bucket)
        world.clients.environment = kept
        assert theirs.returncode == done.returncode == 1
        [forged] = [line for line in done.stderr.splitlines() if "WARNING: no digest file lists it" in line]
        assert done.stderr.replace(f"{forged}\n\n", "") == theirs.stderr


def test_wrong_questions_are_refused(world):
    for flags, words in [
        (["--end-time", "2020-01-01"], "Invalid time range specified: start-time must occur before end-time"),
        (["--trail-arn", "arn:aws:s3:::b"], "Invalid trail ARN provided: arn:aws:s3:::b"),
        (["--local", "/nowhere/at/all"], "it is not there"),
        (["--public-keys", os.devnull], "list-public-keys"),
    ]:
        pairs = question("none")
        for name in flags[::2]:
            if name in pairs:
                at = pairs.index(name)
                del pairs[at : at + 2]
        done = subprocess.run([BINARY, "validate", *pairs, *flags], env=world.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert done.returncode == 2 and words in done.stderr, (flags, done.stderr)


def test_the_trails_bucket_is_asked_for(server, world):
    """Without --s3-bucket DescribeTrails says where; the server's own digests, under its own keys, are valid."""
    s3, cloudtrail = world.clients.boto("s3"), world.clients.boto("cloudtrail", endpoint=world.clients.environment["AWS_ENDPOINT_URL"])
    s3.create_bucket(Bucket="own-logs")
    s3.put_bucket_policy(Bucket="own-logs", Policy=server.command("bucket-policy", "own-logs", "--prefix", "pre"))
    trail = cloudtrail.create_trail(Name="own", S3BucketName="own-logs", S3KeyPrefix="pre", EnableLogFileValidation=True)
    cloudtrail.start_logging(Name="own")
    keys = lambda: [entry["Key"] for entry in s3.list_objects_v2(Bucket="own-logs").get("Contents", [])]
    wait_for(lambda: any("/CloudTrail/" in key for key in keys()), "a log file is there", limit=30)
    cloudtrail.stop_logging(Name="own")
    wait_for(lambda: any("CloudTrail-Digest/" in key and key.endswith(".gz") for key in keys()), "the last digest is there", limit=30)
    environment = world.environment()
    del environment["AWS_ENDPOINT_URL_CLOUDTRAIL"]
    command = [BINARY, "validate", "--trail-arn", trail["TrailARN"], "--start-time", "2026-01-01"]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 0, (done.stdout, done.stderr)
    assert re.search(r"(\d+)/\1 digest files valid\n(\d+)/\2 log files valid", done.stdout), done.stdout
