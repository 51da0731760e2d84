"""Delivery of organization trails: each account's files in its own folder, from its joining to its leaving, and proven.

The tests of this file are one story on one server, and go in order: each begins where the one before ended.
"""

import copy
import gzip
import json
import os
import re
import subprocess
from datetime import datetime, timedelta, timezone

import boto3
import pytest
from clients import Clients
from digest_files import DigestBuckets, follow
from organization_members import Members
from server import BINARY, Server
from waiting import wait_for

MANAGEMENT, LATE, OUTSIDER = (digit * 12 for digit in "145")
BUCKET, TRAIL = "organization-logs", "all"
ARN = f"arn:aws:cloudtrail:us-east-1:{MANAGEMENT}:trail/{TRAIL}"
SINCE = (datetime.now(timezone.utc) - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
EXCLUSION = "cairn:excluded-from-trails"
# What was read of log files and digests.
READ = {}
DEFERRED = {"log file delivery deferred", "digest deferred", "transparency log deferred"}


class Folder(DigestBuckets):
    """The digests and log files of one account."""

    def __init__(self, s3, account, *above):
        """Takes the organizations above the account's folders; an empty one stands for none."""
        super().__init__(s3, TRAIL, BUCKET)
        self.roots = [f"AWSLogs/{organization}/{account}/".replace("//", "/") for organization in above]

    def records(self):
        """Returns the records of all log files."""
        found = []
        for place in self.logs():
            found += json.loads(self._content(place))["Records"]
        return found

    def _places(self, folder):
        for root in self.roots:
            for page in self.s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=root):
                yield from ((BUCKET, entry["Key"]) for entry in page.get("Contents", []) if folder in entry["Key"])

    def _content(self, place):
        # Nothing that was delivered changes, but for what a test tampers with and mends.
        if place not in READ:
            READ[place] = super()._content(place)
        return READ[place]


class Account(Clients):
    """Clients of an account's administrator."""

    def __init__(self, server, account):
        lines = server.command("env", "--account-id", account).splitlines()
        self.environment = dict(line.removeprefix("export ").split("=", 1) for line in lines)
        self.region = self.environment["AWS_DEFAULT_REGION"]
        self._session = None

    def boto(self, service, region=None, **more):
        keys = self.environment["AWS_ACCESS_KEY_ID"], self.environment["AWS_SECRET_ACCESS_KEY"]
        self._session = self._session or boto3.Session(*keys)
        return super().boto(service, region, **more)


@pytest.fixture(scope="module")
def server():
    server = Server(account_id=MANAGEMENT, accounts=f"{LATE},{OUTSIDER}", digest__interval="2s")
    try:
        yield server.start()
    finally:
        server.close()


@pytest.fixture(scope="module")
def members(clients):
    """An organization with two members, and a trail for all of it."""
    members = Members(clients)
    members.shop, members.lab = members.make("shop"), members.make("lab")
    return members


@pytest.fixture(scope="module")
def trail(server, members, s3, cloudtrail):
    s3.create_bucket(Bucket=BUCKET)
    restore(server, members, s3)
    cloudtrail.create_trail(Name=TRAIL, S3BucketName=BUCKET, IsOrganizationTrail=True, EnableLogFileValidation=True)
    cloudtrail.start_logging(Name=TRAIL)
    return cloudtrail


def restore(server, members, s3, *statements):
    """Lets CloudTrail deliver for the organization, but for what the statements deny."""
    policy = json.loads(server.command("bucket-policy", BUCKET, "--organization", members.organization))
    policy["Statement"] += statements
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(policy))


def call(cloudtrail):
    """Makes a call and returns the id of its request."""
    return cloudtrail.list_public_keys()["ResponseMetadata"]["RequestId"]


def folder(s3, members, account):
    return Folder(s3, account, members.organization)


def validate(clients, account, region="us-east-1"):
    """Runs the AWS CLI for an account; returns its exit code, the counts of valid files, and what it complains of."""
    done = clients.aws(
        "cloudtrail", "validate-logs", "--trail-arn", ARN, "--start-time", SINCE, "--account-id", account, "--verbose",
        "--region", region, succeeds=False,
    )  # fmt: skip
    valid = {kind: int(count) for count, kind in re.findall(r"(\d+)/\d+ (digest|log) files valid", done.stdout)}
    return done.returncode, valid, [line for line in done.stderr.splitlines() if line]


def cairn_validate(clients, account):
    """Runs `cairn validate` for an account; returns its exit code and findings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CAIRN_", "AWS_"))}
    command = [BINARY, "validate", "--trail-arn", ARN, "--start-time", SINCE, "--account-id", account, "--output", "json"]
    done = subprocess.run(command, env=kept | clients.environment, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def test_each_accounts_events_lie_in_its_own_folder(members, s3, trail, clients, server):
    outsider = Account(server, OUTSIDER).boto("cloudtrail")
    accounts = [MANAGEMENT, members.shop, members.lab]
    requests = {}
    for account in accounts:
        cloudtrail = trail if account == MANAGEMENT else members.boto(account, "cloudtrail")
        requests[account] = [call(cloudtrail), call(cloudtrail)]
        call(outsider)
    for account in accounts:
        proven = lambda: folder(s3, members, account).proven(*requests[account])
        wait_for(proven, f"the calls of {account} are in log files that digests list", limit=40)
        records = folder(s3, members, account).records()
        assert {record["recipientAccountId"] for record in records} == {account}
        name = rf"AWSLogs/{members.organization}/{account}/CloudTrail/us-east-1/\d{{4}}/\d\d/\d\d/{account}_CloudTrail_us-east-1_\d{{8}}T\d{{4}}Z_\w{{16}}\.json\.gz"
        assert all(re.fullmatch(name, key) for _, key in folder(s3, members, account).logs())
    everything = DigestBuckets(s3, TRAIL, BUCKET)._places("/")
    assert {key.split("/")[2] for _, key in everything if key.startswith(f"AWSLogs/{members.organization}/")} == set(accounts)


def test_validate_logs_passes_for_every_member(server, members, s3, trail, clients):
    reading = {
        "Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{members.lab}:root"},
        "Action": ["s3:GetObject", "s3:ListBucket", "s3:GetBucketLocation"],
        "Resource": [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/AWSLogs/{members.organization}/{members.lab}/*"],
    }  # fmt: skip
    restore(server, members, s3, reading)
    itself = copy.copy(clients)
    itself.environment = clients.environment | members.keys(members.lab)
    for account, who in ((MANAGEMENT, clients), (members.shop, clients), (members.lab, clients), (members.lab, itself)):
        digests = folder(s3, members, account).digests()
        assert follow(digests) == [0] and {digest["awsAccountId"] for _, digest in digests} == {account}
        before = len(digests), len(folder(s3, members, account).logs())
        code, valid, complaints = validate(who, account)
        assert (code, complaints) == (0, []) and valid["digest"] >= before[0] and valid["log"] >= 1, (valid, before)
        code, output = cairn_validate(who, account)
        assert code == 0, output
    assert "AccessDenied" in validate(itself, members.shop)[2][-1], "a member reads no other's files"


def test_tampering_with_one_accounts_files_is_found_there_and_nowhere_else(members, s3, trail, clients):
    shop = folder(s3, members, members.shop)
    listed = [(log["s3Bucket"], log["s3Object"]) for _, digest in shop.digests() for log in digest["logFiles"]]
    body, metadata = shop.object(listed[0])
    records = json.loads(gzip.decompress(body))
    records["Records"][0]["sourceIPAddress"] = "192.0.2.7"
    shop.put(listed[0], gzip.compress(json.dumps(records).encode()), metadata)
    code, _, complaints = validate(clients, members.shop)
    assert (code, complaints) == (1, [f"Log file\ts3://{BUCKET}/{listed[0][1]}\tINVALID: hash value doesn't match"])
    code, output = cairn_validate(clients, members.shop)
    assert code == 1 and "hash" in output, output
    assert validate(clients, members.lab)[0] == 0 and cairn_validate(clients, members.lab)[0] == 0
    shop.put(listed[0], body, metadata)
    # Another member's digest in its place, signature and all.
    place, _ = shop.digests()[1]
    original = shop.object(place)
    foreign = folder(s3, members, members.lab).digests()[1][0]
    shop.put(place, *shop.object(foreign))
    code, _, complaints = validate(clients, members.shop)
    moved = f"Digest file\ts3://{BUCKET}/{place[1]}\tINVALID: has been moved from its original location"
    assert code == 1 and moved in complaints, complaints
    code, output = cairn_validate(clients, members.shop)
    assert code == 1 and "moved" in output, output
    shop.put(place, *original)
    assert cairn_validate(clients, members.shop)[0] == 0


def test_each_member_has_a_status_of_its_own(server, members, s3, trail, clients):
    server.allowed |= DEFERRED
    shop, lab = members.boto(members.shop, "cloudtrail"), members.boto(members.lab, "cloudtrail")
    for cloudtrail in (trail, shop, lab):
        status = cloudtrail.get_trail_status(Name=ARN)
        assert status["IsLogging"] and "LatestDeliveryTime" in status and "LatestDeliveryError" not in status, status
    denied = {
        "Sid": "NotShop", "Effect": "Deny", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{BUCKET}/AWSLogs/{members.organization}/{members.shop}/*",
    }  # fmt: skip
    restore(server, members, s3, denied)
    request = call(shop)
    error = lambda: shop.get_trail_status(Name=ARN).get("LatestDeliveryError")
    assert wait_for(error, "the member is told", limit=40) == "AccessDenied"
    later = call(lab)
    wait_for(lambda: folder(s3, members, members.lab).proven(later), "others' later files do not wait", limit=40)
    assert error() == "AccessDenied"
    for cloudtrail in (trail, lab):
        assert "LatestDeliveryError" not in cloudtrail.get_trail_status(Name=ARN)
    told_what_waits(clients, members)
    restore(server, members, s3)
    wait_for(lambda: folder(s3, members, members.shop).proven(request), "what was denied comes later", limit=40)
    wait_for(lambda: not error(), "the error is gone", limit=40)


def told_what_waits(clients, members):
    """Delivery health tells what waits for a denied folder: the management account and the member, and no other member."""

    def waits(asking):
        status, body = asking.page("GET", "/_cairn/delivery")
        health = next(found for found in json.loads(body)["Trails"] if found["TrailARN"] == ARN) if status == 200 else {}
        folders = health.get("Undelivered", {}).get("Folders", [])
        return [folder for folder in folders if folder["AccountId"] == members.shop or folder.get("Error")]

    shop, lab = (clients.acting(members.keys(account)) for account in (members.shop, members.lab))
    for asking in (clients, shop):
        (folder,) = wait_for(lambda: waits(asking), "what waits is told", limit=40)
        assert (folder["AccountId"], folder["Region"], folder["Folder"]) == (members.shop, "us-east-1", "CloudTrail")
        assert folder["Error"] == "AccessDenied" and folder["Files"] >= 1 and folder["Bytes"] > 0 and folder["Since"]
    assert waits(lab) == []


def test_an_account_is_covered_from_its_joining_to_its_leaving(server, members, s3, trail, clients):
    late = Account(server, LATE)
    cloudtrail, organizations = late.boto("cloudtrail"), late.boto("organizations")
    before = call(cloudtrail)
    asked = members.api.invite_account_to_organization(Target={"Id": LATE, "Type": "ACCOUNT"})["Handshake"]["Id"]
    organizations.accept_handshake(HandshakeId=asked)
    request = call(cloudtrail)
    here = folder(s3, members, LATE)
    wait_for(lambda: here.proven(request), "the newcomer's call is proven", limit=40)
    assert before not in {record.get("requestID") for record in here.records()}
    assert validate(clients, LATE)[::2] == (0, [])
    organizations.leave_organization()
    after = call(cloudtrail)
    # The chain ends: the management account's goes on.
    count = len(here.digests())
    last = lambda: folder(s3, members, MANAGEMENT).digests()[-1][1]["digestStartTime"]
    mark = wait_for(lambda: here.digests() and here.digests()[-1][1]["digestEndTime"], "a last digest", limit=40)
    wait_for(lambda: last() > here.digests()[-1][1]["digestEndTime"], "others go on", limit=40)
    ended = here.digests()
    assert follow(ended) == [0] and len(ended) >= count and ended[-1][1]["digestEndTime"] >= mark
    wait_for(lambda: here.proven(), "every file is in a digest", limit=40)
    requests = {record.get("requestID") for record in here.records()}
    assert after not in requests and request in requests
    assert validate(clients, LATE)[::2] == (0, []), "old log files remain, and remain provable"


def test_an_account_that_is_excluded_is_not_covered(members, s3, trail, clients):
    lab, here = members.boto(members.lab, "cloudtrail"), folder(s3, members, members.lab)
    members.api.tag_resource(ResourceId=members.lab, Tags=[{"Key": EXCLUSION, "Value": TRAIL}])
    excluded = call(lab)
    members.api.untag_resource(ResourceId=members.lab, TagKeys=[EXCLUSION])
    included = call(lab)
    wait_for(lambda: here.proven(included), "what was called afterwards is proven", limit=40)
    assert excluded not in {record.get("requestID") for record in here.records()}
    wait_for(lambda: len(follow(here.digests())) == 2, "a second chain", limit=40)
    code, _, complaints = validate(clients, members.lab)
    assert code == 0, complaints


def test_a_trail_that_becomes_ordinary_keeps_its_owners_chain(members, s3, trail, clients):
    trail.update_trail(Name=TRAIL, IsOrganizationTrail=False)
    own, both = Folder(s3, MANAGEMENT, ""), Folder(s3, MANAGEMENT, "", members.organization)
    request, foreign = call(trail), call(members.boto(members.shop, "cloudtrail"))
    wait_for(lambda: own.digests() and both.proven(request), "the owner's call lies in the ordinary folder", limit=40)
    assert request in {record.get("requestID") for record in own.records()}
    digests = both.digests()
    assert follow(digests) == [0], "one chain through both folders"
    shop = folder(s3, members, members.shop)
    wait_for(lambda: shop.proven(), "the member's last file is in its final digest", limit=40)
    assert foreign not in {record.get("requestID") for record in shop.records()}
    code, valid, complaints = validate(clients, MANAGEMENT)
    assert (code, complaints) == (0, []) and valid["digest"] >= len(digests), valid
    code, output = cairn_validate(clients, MANAGEMENT)
    assert code == 0, output
    # And an organization's again.
    trail.update_trail(Name=TRAIL, IsOrganizationTrail=True)
    request = call(members.boto(members.shop, "cloudtrail"))
    wait_for(lambda: shop.proven(request), "the member is covered again", limit=40)
    assert validate(clients, members.shop)[0] == 0


def test_a_stop_makes_a_final_digest_for_each_account(members, s3, trail, clients):
    request = trail.stop_logging(Name=TRAIL)["ResponseMetadata"]["RequestId"]
    own = Folder(s3, MANAGEMENT, "", members.organization)
    wait_for(lambda: own.proven(request), "the call that stopped it is in a digest", limit=40)
    for account in (members.shop, members.lab):
        wait_for(lambda: folder(s3, members, account).proven(), f"all of {account}", limit=40)
    for account in (MANAGEMENT, members.shop, members.lab):
        code, _, complaints = validate(clients, account)
        assert code == 0, complaints
