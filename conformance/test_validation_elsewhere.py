"""`POST /_cairn/validation` of a trail whose bucket lies elsewhere: in moto's S3, and in SeaweedFS's with credentials that may only write."""

import gzip
import json
import os
import re
import subprocess
from datetime import datetime, timedelta, timezone

import pytest
from clients import Clients
from emulators import ACCESS_KEY_ID, SECRET_ACCESS_KEY, Moto, SeaweedFS, installed, running
from organization_members import Members
from server import BINARY, Server
from waiting import wait_for

PAGE = "/_cairn/validation"
ACCOUNT = "123456789012"
SINCE = f"{datetime.now(timezone.utc) - timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"
NO_ENCRYPTION = "the store does not encrypt objects with its own keys: they are put without"
SEES = ("cloudtrail:DescribeTrails", "cloudtrail:ListPublicKeys")


class World:
    """A server, and a stopped trail of its with three digests at least in a bucket of an emulator's."""

    def __init__(self, server, store, bucket):
        self.server, self.store, self.bucket = server, store, bucket
        self.s3, self.clients = store.client("s3"), Clients(server)
        cloudtrail = self.clients.boto("cloudtrail")
        self.s3.create_bucket(Bucket=bucket)
        self.trail = cloudtrail.create_trail(Name="main", S3BucketName=bucket, EnableLogFileValidation=True)["TrailARN"]
        cloudtrail.start_logging(Name="main")
        wait_for(lambda: cloudtrail.describe_trails() and len(self.logs()) >= 2, "log files are delivered", limit=30)
        wait_for(lambda: len(self.digests()) >= 3, "digests are delivered", limit=30)
        cloudtrail.stop_logging(Name="main")
        last = cloudtrail.get_trail_status(Name="main")["StopLoggingTime"]
        newest = lambda: datetime.strptime(re.search(r"_(\d{8}T\d{6})Z\.json\.gz", self.digests()[-1])[1] + "+0000", "%Y%m%dT%H%M%S%z")
        wait_for(lambda: newest() >= last.replace(microsecond=0) and self.listed() == set(self.logs()), "the last digest is there", limit=30)

    def listed(self):
        """The log files that digests list."""
        read = lambda key: json.loads(gzip.decompress(self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read()))
        return {log["s3Object"] for key in self.digests() for log in read(key)["logFiles"]}

    def keys(self, part):
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket)
        keys = [entry["Key"] for page in pages for entry in page.get("Contents", [])]
        return sorted(key for key in keys if part in key and key.endswith(".gz"))

    def logs(self):
        return self.keys("/CloudTrail/us-east-1/")

    def digests(self):
        return self.keys("/CloudTrail-Digest/us-east-1/")

    def lines(self, clients=None, **asked):
        """Runs a validation and returns its lines."""
        body = json.dumps({"TrailARN": self.trail, "StartTime": SINCE} | asked).encode()
        status, told = (clients or self.clients).page("POST", PAGE, body)
        assert status == 200, told
        return [json.loads(line) for line in told.splitlines()]

    def user(self, name, statements):
        """Makes a user with these statements, action and resource each; returns its clients."""
        iam = self.clients.boto("iam")
        iam.create_user(UserName=name)
        allowed = [{"Effect": "Allow", "Action": list(actions), "Resource": resource} for actions, resource in statements]
        iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": allowed}))
        return self.clients.acting(iam.create_access_key(UserName=name)["AccessKey"])

    def deny(self, action, resource):
        """Has the bucket deny something; whoever asks."""
        statement = {"Effect": "Deny", "Principal": "*", "Action": action, "Resource": resource}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self.s3.put_bucket_policy(Bucket=self.bucket, Policy=policy)


@pytest.fixture(scope="module")
def moto():
    with running(Moto) as emulator:
        yield emulator


@pytest.fixture(scope="module")
def world(moto):
    server = Server(**moto.settings("s3"), digest__interval="1s", tlog__enabled="false")
    try:
        yield World(server.start(), moto, "proven")
    finally:
        server.close()


@pytest.fixture
def kept(world):
    """Puts everything back that a test changes."""
    before = {key: world.s3.get_object(Bucket=world.bucket, Key=key) for key in world.logs() + world.digests()}
    before = {key: (found["Body"].read(), found["Metadata"]) for key, found in before.items()}
    yield world
    world.s3.delete_bucket_policy(Bucket=world.bucket)
    for key, (body, metadata) in before.items():
        world.s3.put_object(Bucket=world.bucket, Key=key, Body=body, Metadata=metadata)


def test_an_untouched_chain_is_valid_to_the_page_and_to_both_programs(world):
    told = world.lines()
    begun, ended = told[0], told[-1]
    assert (begun["Kind"], begun["Elsewhere"]) == ("Begun", True)
    assert (ended["Kind"], ended["Valid"], ended["Verdict"]) == ("Ended", True, "valid"), ended
    assert "MissingPermissions" not in ended
    assert ended["Files"] == {"Valid": len(world.logs()), "Invalid": 0, "Unchecked": 0}
    assert ended["Digests"] == {"Valid": len(world.digests()), "Invalid": 0, "Unchecked": 0}
    objects = {line["Object"] for line in told if "Object" in line}
    assert objects == {f"s3://{world.bucket}/{key}" for key in world.logs() + world.digests()}
    assert [line for line in told if line["Kind"] == "Progress"]
    there = world.clients.environment | {"AWS_ENDPOINT_URL_S3": world.store.endpoint}
    asked = ["--trail-arn", world.trail, "--start-time", SINCE]
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "CAIRN_"))}
    ours = subprocess.run([BINARY, "validate", *asked], env=clean | there, capture_output=True, text=True)
    assert ours.returncode == 0, ours.stderr
    found = lambda text: text.split("Results requested")[1].split("\n", 1)[1].strip()
    assert found(ours.stdout).startswith(found(ended["Report"]))
    theirs = world.clients.acting(there)
    theirs.environment["AWS_ENDPOINT_URL_S3"] = world.store.endpoint
    counts = f"{len(world.digests())}/{len(world.digests())} digest files valid"
    assert counts in theirs.aws("cloudtrail", "validate-logs", *asked)


def test_a_changed_file_and_a_deleted_digest_are_found(kept):
    changed, gone = kept.logs()[0], kept.digests()[1]
    metadata = kept.s3.head_object(Bucket=kept.bucket, Key=changed)["Metadata"]
    kept.s3.put_object(Bucket=kept.bucket, Key=changed, Body=gzip.compress(b'{"Records":[]}'), Metadata=metadata)
    told = kept.lines()
    wrong = {line["Object"]: line["Finding"] for line in told if line.get("Severity") == "invalid"}
    assert wrong == {f"s3://{kept.bucket}/{changed}": "hash value doesn't match"}
    assert (told[-1]["Verdict"], told[-1]["Files"]["Invalid"]) == ("invalid", 1)
    kept.s3.delete_object(Bucket=kept.bucket, Key=gone)
    told = kept.lines()
    digests = {line["Object"]: line["Finding"] for line in told if line["Kind"] == "Digest" and not line["Valid"]}
    assert digests == {f"s3://{kept.bucket}/{gone}": "not found"}
    gaps = [line for line in told if line["Kind"] == "Gap" and line["Severity"] == "invalid"]
    assert len(gaps) == 1 and told[-1]["Verdict"] == "invalid", told


def test_a_bucket_that_denies_reads_says_which_permission_is_missing(kept):
    everything = f"arn:aws:s3:::{kept.bucket}/*"
    kept.deny("s3:GetObject", everything)
    told = kept.lines()
    ended = told[-1]
    assert (ended["Kind"], ended["Verdict"], ended["MissingPermissions"]) == ("Ended", "incomplete", ["s3:GetObject"]), ended
    assert ended["Digests"]["Valid"] == 0 and ended["Digests"]["Unchecked"] > 0
    findings = {line["Finding"] for line in told if line["Kind"] == "Digest"}
    assert findings == {f"Not checked: CredentialsDenied: Cairn's own credentials lack s3:GetObject in bucket {kept.bucket}"}
    assert "Cairn's own credentials lack s3:GetObject in the bucket." in ended["Report"]
    kept.deny("s3:GetObject", f"arn:aws:s3:::{kept.bucket}/{kept.logs()[0]}")
    ended = kept.lines()[-1]
    assert (ended["Verdict"], ended["Files"]["Unchecked"], ended["MissingPermissions"]) == ("incomplete", 1, ["s3:GetObject"])


def test_what_callers_may_read_is_decided_by_their_own_policies(world):
    folder = f"arn:aws:s3:::{world.bucket}"
    sees = (SEES, "*")
    told = world.lines(world.user("no-bucket", [sees]))
    assert [line["Kind"] for line in told] == ["Begun", "Refused"]
    assert told[1]["Code"] == "AccessDenied" and "s3:ListBucket" in told[1]["Message"]
    told = world.lines(world.user("no-objects", [sees, (["s3:ListBucket"], folder)]))
    assert told[-1]["Verdict"] == "incomplete" and "MissingPermissions" not in told[-1]
    unread = {line["Finding"] for line in told if line["Kind"] == "Digest"}
    assert all("is not authorized to perform: s3:GetObject" in finding for finding in unread), unread
    digests = f"{folder}/AWSLogs/*/CloudTrail-Digest/*"
    told = world.lines(world.user("digests-alone", [sees, (["s3:ListBucket"], folder), (["s3:GetObject"], digests)]))
    ended = told[-1]
    assert (ended["Digests"]["Valid"], ended["Files"]) == (
        len(world.digests()), {"Valid": 0, "Invalid": 0, "Unchecked": len(world.logs())},
    )  # fmt: skip
    told = world.lines(world.user("reads", [sees, (["s3:ListBucket"], folder), (["s3:GetObject"], f"{folder}/*")]))
    assert told[-1]["Valid"] and told[-1]["Files"]["Valid"] == len(world.logs())


def test_a_bucket_that_is_gone_is_not_taken_for_one_of_that_name_here(world):
    cloudtrail, here = world.clients.boto("cloudtrail"), world.clients.boto("s3")
    world.s3.create_bucket(Bucket="gone")
    arn = cloudtrail.create_trail(Name="gone", S3BucketName="gone", EnableLogFileValidation=True)["TrailARN"]
    for key in [entry["Key"] for entry in world.s3.list_objects_v2(Bucket="gone").get("Contents", [])]:
        world.s3.delete_object(Bucket="gone", Key=key)
    world.s3.delete_bucket(Bucket="gone")
    here.create_bucket(Bucket="gone")
    told = world.lines(TrailARN=arn)
    assert told[-1]["Kind"] == "Refused"
    assert (told[-1]["Code"], told[-1]["Message"]) == (
        "S3BucketDoesNotExistException", "There is no bucket gone where Cairn delivers to now.",
    )  # fmt: skip


def test_what_was_found_is_kept_where_the_bucket_before_is_gone(world):
    """A trail that moved: its chain goes on in the bucket before, which nobody has any more."""
    cloudtrail = world.clients.boto("cloudtrail")
    for bucket in ("moves-before", "moves-after"):
        world.s3.create_bucket(Bucket=bucket)
    arn = cloudtrail.create_trail(Name="moves", S3BucketName="moves-before", EnableLogFileValidation=True)["TrailARN"]
    cloudtrail.start_logging(Name="moves")
    digests = lambda bucket: [entry["Key"] for entry in world.s3.list_objects_v2(Bucket=bucket).get("Contents", []) if "Digest" in entry["Key"] and entry["Key"].endswith(".gz")]
    wait_for(lambda: digests("moves-before"), "digests are in the first bucket", limit=30)
    cloudtrail.update_trail(Name="moves", S3BucketName="moves-after")
    wait_for(lambda: len(digests("moves-after")) >= 2, "digests are in the second bucket", limit=30)
    cloudtrail.stop_logging(Name="moves")
    both = world.lines(TrailARN=arn)
    assert both[-1]["Valid"], both[-1]
    assert {line["Object"].split("/")[2] for line in both if line["Kind"] == "Digest"} == {"moves-before", "moves-after"}
    for key in [entry["Key"] for entry in world.s3.list_objects_v2(Bucket="moves-before")["Contents"]]:
        world.s3.delete_object(Bucket="moves-before", Key=key)
    world.s3.delete_bucket(Bucket="moves-before")
    told = world.lines(TrailARN=arn)
    assert (told[-1]["Kind"], told[-1]["Verdict"]) == ("Ended", "incomplete"), told[-1]
    assert told[-1]["Digests"]["Valid"] >= 2
    assert any("older digest files can't be listed" in line.get("Finding", "") for line in told), told
    cloudtrail.delete_trail(Name="moves")


def test_files_of_a_member_are_for_whose_trail_it_is(world):
    """What a bucket's policy elsewhere says of members can't be known here: they are refused as by one without a policy."""
    members = Members(world.clients)
    member, cloudtrail = members.make("afar"), world.clients.boto("cloudtrail")
    world.s3.create_bucket(Bucket="of-all")
    arn = cloudtrail.create_trail(Name="of-all", S3BucketName="of-all", IsOrganizationTrail=True, EnableLogFileValidation=True)["TrailARN"]
    cloudtrail.start_logging(Name="of-all")
    members.boto(member, "iam").create_user(UserName="seen")
    keys = lambda: [entry["Key"] for entry in world.s3.list_objects_v2(Bucket="of-all").get("Contents", [])]
    named = lambda part: [key for key in keys() if f"/{member}/{part}/us-east-1/" in key]
    wait_for(lambda: named("CloudTrail") and named("CloudTrail-Digest"), "the member's files are there", limit=40)
    cloudtrail.stop_logging(Name="of-all")
    told = world.lines(TrailARN=arn, AccountId=member)
    assert told[-1]["Kind"] == "Ended" and told[-1]["Files"]["Invalid"] == 0 < told[-1]["Digests"]["Valid"], told[-1]
    assert all(f"/{member}/" in line["Object"] for line in told if "Object" in line)
    acting = world.clients.acting(members.keys(member))
    for asked in ({}, {"AccountId": member}, {"AccountId": ACCOUNT}):
        told = world.lines(acting, TrailARN=arn, **asked)
        assert [line["Kind"] for line in told] == ["Begun", "Refused"], told
        assert told[1]["Code"] == "AccessDenied" and "no resource-based policy allows" in told[1]["Message"], told
    cloudtrail.delete_trail(Name="of-all")


def test_credentials_that_may_only_write_are_told_of(make_server):
    """A store that keeps rights apart: what Cairn delivers with may write, and nothing else."""
    store = installed(SeaweedFS)
    try:
        store.trust(ACCESS_KEY_ID + "BLIND", SECRET_ACCESS_KEY, "Write:blind")
        settings = store.settings("s3") | {"endpoints__access_key_id": ACCESS_KEY_ID + "BLIND"}
        server = make_server(**settings, digest__interval="1s", tlog__enabled="false")
        server.allowed.add(NO_ENCRYPTION)
        store.start()
        told = World(server.start(), store, "blind").lines()
        assert [line["Kind"] for line in told] == ["Begun", "Refused"]
        assert (told[1]["Code"], told[1]["Message"]) == (
            "CredentialsDenied", "Cairn's own credentials lack s3:ListBucket in bucket blind",
        )  # fmt: skip
        server.stop()
    finally:
        store.close()
