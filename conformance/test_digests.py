"""Digests: `aws cloudtrail validate-logs` passes whatever became of a trail, and tells every kind of tampering."""

import gzip
import hashlib
import json
import os
import re
import subprocess
import time
from datetime import datetime, timedelta, timezone

import pytest
import rsa
from clients import Clients
from digest_files import DigestBuckets, follow
from disturbances import Clock
from server import BINARY, Server
from waiting import wait_for

ACCOUNT = "123456789012"
# Shorter than anybody needs, so that nobody waits for an hour here.
INTERVAL = "1s"


def days_from_now(days):
    return (datetime.now(timezone.utc) + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


# Before every digest of this module.
SINCE = days_from_now(-1)


@pytest.fixture(scope="module")
def server():
    server = Server(digest__interval=INTERVAL)
    try:
        yield server.start()
    finally:
        server.close()


def arn(name, region="us-east-1"):
    return f"arn:aws:cloudtrail:{region}:{ACCOUNT}:trail/{name}"


def log_bucket(server, s3, name, *options):
    s3.create_bucket(Bucket=name)
    s3.put_bucket_policy(Bucket=name, Policy=server.command("bucket-policy", name, *options))
    return name


def validate(clients, trail_arn, region="us-east-1", until=None):
    """Runs the AWS CLI; returns its exit code, how many files of each kind are valid and how many not, and its complaints."""
    end = ("--end-time", until) if until else ()
    done = clients.aws(
        "cloudtrail", "validate-logs", "--trail-arn", trail_arn, "--start-time", SINCE, *end, "--verbose",
        "--region", region, succeeds=False,
    )  # fmt: skip
    valid = {kind: int(count) for count, kind in re.findall(r"(\d+)/\d+ (backfill digest|digest|log) files valid", done.stdout)}
    invalid = {kind: int(count) for count, kind in re.findall(r"(\d+)/\d+ (backfill digest|digest|log) files INVALID", done.stdout)}
    complaints = [line for line in done.stderr.splitlines() if line]
    return done.returncode, valid, invalid, complaints


def stop(cloudtrail, buckets, name, region="us-east-1"):
    """Stops a trail and waits for its final digest, which covers the call that stopped it."""
    request = cloudtrail.stop_logging(Name=name)["ResponseMetadata"]["RequestId"]
    wait_for(lambda: buckets.proven(request, region=region), "the final digest covers StopLogging", limit=40)


@pytest.fixture(scope="module")
def stopped(server, clients, s3):
    """A single-Region trail in eu-west-1 that made some digests and was stopped, with its buckets."""
    cloudtrail = clients.boto("cloudtrail", region="eu-west-1")
    buckets = DigestBuckets(s3, "single", log_bucket(server, s3, "single-logs"))
    cloudtrail.create_trail(Name="single", S3BucketName="single-logs", EnableLogFileValidation=True)
    cloudtrail.start_logging(Name="single")
    for count in range(2, 12, 2):
        cloudtrail.describe_trails()
        wait_for(lambda: len(buckets.digests("eu-west-1")) >= count, f"{count} digests", limit=40)
    stop(cloudtrail, buckets, "single", region="eu-west-1")
    return buckets


def test_a_single_region_trail_validates(clients, stopped):
    digests, logs = stopped.digests("eu-west-1"), stopped.logs("eu-west-1")
    assert follow(digests) == [0] and len(digests) >= 10 and len(logs) >= 5
    assert validate(clients, arn("single", "eu-west-1"), "eu-west-1") == (0, {"digest": len(digests), "log": len(logs)}, {}, [])
    status = clients.boto("cloudtrail", region="eu-west-1").get_trail_status(Name="single")
    assert "LatestDigestDeliveryTime" in status and "LatestDigestDeliveryError" not in status
    keys = clients.boto("cloudtrail", region="eu-west-1").list_public_keys()["PublicKeyList"]
    assert {key["Fingerprint"] for key in keys} == {digest["digestPublicKeyFingerprint"] for _, digest in digests}
    assert all(key["Value"].hex().startswith("3082010a0282010100") for key in keys)
    assert all(key["ValidityEndTime"] - key["ValidityStartTime"] == timedelta(days=30) for key in keys)


def test_a_digest_has_cloudtrails_form(stopped):
    place, digest = stopped.digests("eu-west-1")[1]
    end = datetime.strptime(digest["digestEndTime"], "%Y-%m-%dT%H:%M:%SZ")
    name = f"{ACCOUNT}_CloudTrail-Digest_eu-west-1_single_eu-west-1_{end:%Y%m%dT%H%M%SZ}.json.gz"
    assert place[1] == f"AWSLogs/{ACCOUNT}/CloudTrail-Digest/eu-west-1/{end:%Y/%m/%d}/{name}"
    body, metadata = stopped.object(place)
    assert set(metadata) == {"signature", "signature-algorithm"} and metadata["signature-algorithm"] == "SHA256withRSA"
    assert re.fullmatch("[0-9a-f]{512}", metadata["signature"])
    assert list(digest) == [
        "awsAccountId", "digestStartTime", "digestEndTime", "digestS3Bucket", "digestS3Object", "digestPublicKeyFingerprint",
        "digestSignatureAlgorithm", "newestEventTime", "oldestEventTime", "previousDigestS3Bucket", "previousDigestS3Object",
        "previousDigestHashValue", "previousDigestHashAlgorithm", "previousDigestSignature", "logFiles",
    ]  # fmt: skip
    assert gzip.decompress(body) == json.dumps(digest, separators=(",", ":")).encode()


def test_a_multi_region_trail_with_a_prefix_validates_in_each_region(make_server):
    # Hourly digests: the final ones are all there will be.
    server = make_server()
    clients = Clients(server.start())
    s3, cloudtrail = clients.boto("s3"), clients.boto("cloudtrail")
    buckets = DigestBuckets(s3, "everywhere", log_bucket(server, s3, "everywhere-logs", "--prefix", "deep/er"))
    cloudtrail.create_trail(
        Name="everywhere", S3BucketName="everywhere-logs", S3KeyPrefix="deep/er", IsMultiRegionTrail=True,
        EnableLogFileValidation=True,
    )  # fmt: skip
    cloudtrail.start_logging(Name="everywhere")
    request = clients.boto("cloudtrail", region="ap-south-1").describe_trails()["ResponseMetadata"]["RequestId"]
    stop(cloudtrail, buckets, "everywhere")
    fingerprints = set()
    for region, requests in (("us-east-1", []), ("ap-south-1", [request]), ("sa-east-1", [])):
        final = lambda: buckets.digests(region) and buckets.proven(*requests, region=region)
        wait_for(final, f"the final digest of {region}", limit=40)
        digests, logs = buckets.digests(region), buckets.logs(region)
        assert follow(digests) == [0] and digests[0][0][1].startswith("deep/er/AWSLogs/")
        fingerprints |= {digest["digestPublicKeyFingerprint"] for _, digest in digests}
    assert len(fingerprints) == 3, "Regions share no key"
    for region in ("us-east-1", "ap-south-1"):
        code, valid, invalid, complaints = validate(clients, arn("everywhere"), region)
        counts = len(buckets.digests(region)), len(buckets.logs(region))
        assert (code, valid["digest"], valid["log"], invalid, complaints) == (0, *counts, {}, [])


def test_a_chain_outlives_stops_rotations_moves_and_downtime(make_server):
    server = make_server(digest__interval=INTERVAL)
    clients = Clients(server.start())
    s3, cloudtrail = clients.boto("s3"), clients.boto("cloudtrail")
    log_bucket(server, s3, "first")
    log_bucket(server, s3, "second")
    buckets = DigestBuckets(s3, "long", "first", "second")
    cloudtrail.create_trail(Name="long", S3BucketName="first", EnableLogFileValidation=True)
    cloudtrail.start_logging(Name="long")
    stop(cloudtrail, buckets, "long")
    chain = len(buckets.digests())
    cloudtrail.start_logging(Name="long")
    wait_for(lambda: len(buckets.digests()) > chain, "a digest after the new start", limit=40)

    [old] = [json.loads(line)["Fingerprint"] for line in server.command("keys", "list").splitlines()]
    new = json.loads(server.command("keys", "rotate"))["Fingerprint"]
    assert [json.loads(line)["Fingerprint"] for line in server.command("keys", "list").splitlines()] == [old, new]
    signed_by = lambda: {digest["digestPublicKeyFingerprint"] for _, digest in buckets.digests()}
    wait_for(lambda: signed_by() == {old, new}, "a digest that the new key signed", limit=40)

    cloudtrail.update_trail(Name="long", S3BucketName="second")
    in_second = lambda: [place for place, _ in buckets.digests() if place[0] == "second"]
    wait_for(in_second, "a digest in the second bucket", limit=40)

    server.kill()
    down = time.monotonic()
    wait_for(lambda: time.monotonic() > down + 4, "windows pass while nothing runs")
    clients = Clients(server.start())
    s3, cloudtrail = clients.boto("s3"), clients.boto("cloudtrail")
    buckets = DigestBuckets(s3, "long", "first", "second")
    cloudtrail.describe_trails()
    stop(cloudtrail, buckets, "long")

    digests = buckets.digests()
    assert follow(digests) == [0, chain], "one chain until the stop, and one from the start on"
    moved = next(digest for place, digest in digests if place[0] == "second")
    assert moved["previousDigestS3Bucket"] == "first"
    code, valid, invalid, complaints = validate(clients, arn("long"))
    assert (code, valid, invalid) == (0, {"digest": len(digests), "log": len(buckets.logs())}, {})
    gap = f"No log files were delivered by CloudTrail between {digests[chain - 1][1]['digestEndTime']} and {digests[chain][1]['digestStartTime']}"
    assert complaints == [gap]


class Days(Clock):
    """A clock that jumps by days."""

    def jump(self, days):
        self._set(days * 86400)


@pytest.mark.skipif(Clock.unavailable() is not None, reason=str(Clock.unavailable()))
def test_days_of_downtime_are_made_up_and_what_a_clock_that_fell_back_left_out_is_backfilled(make_server, tmp_path):
    server = make_server()
    clock = Days(server, tmp_path / "clock")
    clients = Clients(server.start())
    s3, cloudtrail = clients.boto("s3"), clients.boto("cloudtrail")
    buckets = DigestBuckets(s3, "hourly", log_bucket(server, s3, "hourly-logs"))
    cloudtrail.create_trail(Name="hourly", S3BucketName="hourly-logs", EnableLogFileValidation=True)
    cloudtrail.start_logging(Name="hourly")
    wait_for(buckets.logs, "a log file")
    server.stop()
    clock.jump(3)
    server.start()
    made = lambda: re.search(r'cairn_digests_total{[^}]*} (\d+)', server.page("metrics").read().decode())
    wait_for(lambda: made() and int(made()[1]) >= 72, "three days of digests", limit=40)
    closed = lambda: json.load(server.page("readyz"))["insights"]["closed"]
    wait_for(lambda: closed() and closed() > days_from_now(2), "minutes of the third day are over: what comes now is not before them")
    clock.jump(0)
    clients = Clients(server)
    buckets.s3, cloudtrail = clients.boto("s3"), clients.boto("cloudtrail")
    stop(cloudtrail, buckets, "hourly")
    digests = buckets.digests()
    assert (len(digests), follow(digests)) == (73, [0]), "72 hours, and the final digest"
    code, valid, invalid, complaints = validate(clients, arn("hourly"), until=days_from_now(4))
    assert (code, invalid, complaints) == (0, {}, [])
    assert valid == {"digest": 73, "backfill digest": len(buckets.backfills()), "log": len(buckets.logs())}
    assert valid["backfill digest"] >= 1


def told(place, reason, kind="Digest"):
    return f"{kind} file\ts3://{place[0]}/{place[1]}\tINVALID: {reason}"


@pytest.fixture
def tampering(stopped):
    """Changes objects; all is as it was afterwards."""
    kept = {}

    class Tampering:
        def keep(self, place):
            kept[place] = stopped.object(place)
            return kept[place]

        def put(self, place, body, metadata=None):
            _, before = self.keep(place)
            stopped.put(place, body, before if metadata is None else metadata)

        def delete(self, place):
            self.keep(place)
            stopped.s3.delete_object(Bucket=place[0], Key=place[1])

    yield Tampering()
    for place, (body, metadata) in kept.items():
        stopped.put(place, body, metadata)


def test_log_files_that_were_tampered_with_are_told(clients, stopped, tampering):
    logs = sorted(stopped.logs("eu-west-1"))
    changed, deleted, truncated, longer, moved = logs[:5]
    body, _ = stopped.object(changed)
    tampering.put(changed, gzip.compress(gzip.decompress(body).replace(b"DescribeTrails", b"DescribeTrial.")))
    tampering.delete(deleted)
    tampering.put(truncated, stopped.object(truncated)[0][:-40])
    tampering.put(longer, stopped.object(longer)[0] + b"more")
    stopped.put((moved[0], moved[1] + ".moved"), *stopped.object(moved))
    tampering.delete(moved)
    code, valid, invalid, complaints = validate(clients, arn("single", "eu-west-1"), "eu-west-1")
    assert (code, invalid, valid["log"], valid["digest"]) == (1, {"log": 5}, len(logs) - 5, len(stopped.digests("eu-west-1")))
    mismatch, missing = "hash value doesn't match", "not found"
    assert sorted(complaints) == sorted([
        told(changed, mismatch, "Log"), told(deleted, missing, "Log"), told(truncated, mismatch, "Log"),
        told(longer, "unexpected data after end of compressed stream", "Log"), told(moved, missing, "Log"),
    ])  # fmt: skip
    stopped.s3.delete_object(Bucket=moved[0], Key=moved[1] + ".moved")


def test_digests_that_were_tampered_with_are_told(clients, stopped, tampering):
    digests = stopped.digests("eu-west-1")
    public, private = rsa.newkeys(1024)
    # Each has a good one behind it, from which the walk goes on; the last is the newest.
    changed, deleted, moved, forged, unknown = (digests[at] for at in (0, 2, 4, 6, 8))
    tampering.put(changed[0], edited(stopped, changed, newestEventTime="2020-01-01T00:00:00Z"))
    tampering.delete(deleted[0])
    tampering.put(moved[0], *stopped.object(digests[5][0]))
    body = edited(stopped, forged, logFiles=[])
    tampering.put(forged[0], body, signed(body, forged[1], private))
    body = edited(stopped, unknown, digestPublicKeyFingerprint="0" * 32)
    tampering.put(unknown[0], body, signed(body, unknown[1], private))
    code, valid, invalid, complaints = validate(clients, arn("single", "eu-west-1"), "eu-west-1")
    assert (code, invalid["digest"], valid["digest"]) == (1, 5, len(digests) - 5)
    assert sorted(complaints) == sorted([
        told(changed[0], "signature verification failed"), told(deleted[0], "not found"),
        told(moved[0], "has been moved from its original location"), told(forged[0], "signature verification failed"),
        told(unknown[0], f"public key not found in region eu-west-1 for fingerprint {'0' * 32}"),
    ])  # fmt: skip


def test_digests_that_are_none_or_lost_their_signature_are_told(clients, stopped, tampering):
    digests = stopped.digests("eu-west-1")
    broken, unsigned, shorter = (digests[at][0] for at in (1, 3, 5))
    tampering.put(broken, b"no gzip")
    tampering.put(unsigned, stopped.object(unsigned)[0], {})
    tampering.put(shorter, stopped.object(shorter)[0][:-9])
    code, _, invalid, complaints = validate(clients, arn("single", "eu-west-1"), "eu-west-1")
    assert (code, invalid["digest"]) == (1, 3)
    assert sorted(complaints) == sorted([
        told(broken, "invalid format"), told(unsigned, "signature verification failed"), told(shorter, "invalid format"),
    ])  # fmt: skip


def edited(buckets, digest, **members):
    """Returns the bytes of a digest with other members."""
    return gzip.compress(json.dumps(digest[1] | members, separators=(",", ":")).encode())


def signed(body, digest, private):
    """Returns metadata that somebody with another key would write."""
    content = gzip.decompress(body)
    place = f"{digest['digestS3Bucket']}/{digest['digestS3Object']}"
    text = f"{digest['digestEndTime']}\n{place}\n{hashlib.sha256(content).hexdigest()}\n{digest['previousDigestSignature']}"
    return {"signature": rsa.sign(text.encode(), private, "SHA-256").hex(), "signature-algorithm": "SHA256withRSA"}


def test_everything_validates_again_once_tampering_is_undone(clients, stopped):
    code, valid, invalid, complaints = validate(clients, arn("single", "eu-west-1"), "eu-west-1")
    assert (code, invalid, complaints) == (0, {}, []) and valid["digest"] == len(stopped.digests("eu-west-1"))


def test_rotating_needs_a_permission_and_is_recorded(server, cloudtrail, tmp_path):
    [key] = [json.loads(line) for line in server.command("user", "add", "curious").splitlines()]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("CAIRN_", "AWS_"))} | {
        "AWS_ENDPOINT_URL": server.endpoint, "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
    }  # fmt: skip
    rotate = lambda: subprocess.run([BINARY, "keys", "rotate"], env=environment, capture_output=True, text=True)
    done = rotate()
    assert done.returncode == 1 and "cairn:RotateSigningKey" in done.stderr, done
    statement = {"Effect": "Allow", "Action": "cairn:RotateSigningKey", "Resource": "*"}
    (tmp_path / "policy").write_text(json.dumps({"Version": "2012-10-17", "Statement": statement}))
    server.command("user", "policy", "curious", "--policy", str(tmp_path / "policy"))
    done = rotate()
    assert done.returncode == 0 and json.loads(done.stdout)["Region"] == "us-east-1", done
    listed = lambda: [json.loads(line)["Fingerprint"] for line in server.command("keys", "list", "--region", "eu-north-1").splitlines()]
    before = listed()
    made = json.loads(server.command("keys", "rotate", "--region", "eu-north-1"))
    assert listed() == [*before, made["Fingerprint"]]
    named = [{"AttributeKey": "EventName", "AttributeValue": "RotateSigningKey"}]
    found = lambda: cloudtrail.lookup_events(LookupAttributes=named)["Events"]
    wait_for(lambda: len(found()) == 2, "both calls in this Region are in the history")
    events = found()
    codes = [json.loads(event["CloudTrailEvent"]).get("errorCode") for event in events]
    assert codes[-1] == "AccessDenied" and set(codes[:-1]) == {None}
