"""Programs that audit: Cloud Custodian's policies over trails, trailscraper over delivered log files."""

import json
import os
import subprocess

import pytest
from log_files import LogBucket
from real_clients import BUILT
from server import ROOT
from stand_in import TaggingStandIn
from waiting import wait_for

SELECTORS = [{"ReadWriteType": "WriteOnly", "IncludeManagementEvents": True}]


def run(program, *arguments, environment, given=None):
    """Runs a program as it was installed and returns what it prints."""
    path = BUILT / program
    if not path.exists():
        pytest.skip(f"{path.name} SKIPPED: `make conformance` installs it to {BUILT.relative_to(ROOT)}")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "CAIRN_"))}
    kept |= environment | {"AWS_EC2_METADATA_DISABLED": "true", "NO_PROXY": "127.0.0.1,localhost"}
    done = subprocess.run([path, *arguments], env=kept, input=given, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, f"{program} {arguments}: {done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def trails(server, s3, clients, cloudtrail):
    """A trail that logs writes everywhere, one that logs nothing, and one at home elsewhere."""
    for bucket in ("logs", "other-logs"):
        s3.create_bucket(Bucket=bucket)
        s3.put_bucket_policy(Bucket=bucket, Policy=server.command("bucket-policy", bucket))
    cloudtrail.create_trail(Name="wide", S3BucketName="logs", IsMultiRegionTrail=True)
    cloudtrail.create_trail(Name="silent", S3BucketName="other-logs")
    abroad = clients.boto("cloudtrail", region="eu-west-1")
    abroad.create_trail(Name="shadow", S3BucketName="other-logs", IsMultiRegionTrail=True)
    cloudtrail.put_event_selectors(TrailName="wide", EventSelectors=SELECTORS)
    cloudtrail.start_logging(Name="wide")


CUSTODIAN = {
    "shadows": [{"type": "is-shadow"}],
    "at-home": [{"type": "is-shadow", "state": False}],
    "not-logging": [{"type": "status", "key": "IsLogging", "value": False}],
    "writes-only": [{"type": "event-selectors", "key": "EventSelectors[].ReadWriteType", "op": "contains", "value": "WriteOnly"}],
    "unvalidated": [{"LogFileValidationEnabled": False}],
    "tagged": [{"tag:team": "blau"}],
}  # fmt: skip
FOUND = {
    "shadows": ["shadow"], "at-home": ["silent", "wide"], "not-logging": ["shadow", "silent"], "writes-only": ["wide"],
    "unvalidated": ["shadow", "silent", "wide"], "tagged": [],
}  # fmt: skip


@pytest.fixture(scope="module")
def custodian(trails, clients, tmp_path_factory):
    """What Cloud Custodian found, by policy. It asks another service for tags, which a stand-in answers."""
    home = tmp_path_factory.mktemp("custodian")
    policies = [{"name": name, "resource": "aws.cloudtrail", "filters": filters} for name, filters in CUSTODIAN.items()]
    # And one that acts.
    act = [{"type": "value", "key": "Name", "value": "silent"}]
    policies.append({"name": "act", "resource": "aws.cloudtrail", "filters": act, "actions": [{"type": "set-logging", "enabled": True}]})
    (home / "policies.json").write_text(json.dumps({"policies": policies}))
    with TaggingStandIn() as stand_in:
        environment = clients.environment | {"AWS_ENDPOINT_URL_RESOURCE_GROUPS_TAGGING_API": stand_in.endpoint}
        arguments = ["--region", "us-east-1", "-s", home / "out", "--cache-period", "0", home / "policies.json"]
        run("custodian/bin/custodian", "run", *arguments, environment=environment)
    found = {name: json.loads((home / "out" / name / "resources.json").read_text()) for name in CUSTODIAN}
    return {name: sorted(trail["Name"] for trail in trails) for name, trails in found.items()}


@pytest.mark.parametrize("policy", CUSTODIAN)
def test_custodian_finds_the_trails(custodian, policy):
    assert custodian[policy] == FOUND[policy]


def test_custodian_switches_logging_on(custodian, cloudtrail):
    assert cloudtrail.get_trail_status(Name="silent")["IsLogging"]


def test_trailscraper_reads_the_delivered_files(trails, s3, clients, tmp_path):
    s3.create_bucket(Bucket="shop")
    clients.boto("iam").create_user(UserName="mia")

    def delivered():
        names = [record["eventName"] for record in LogBucket(s3, "logs").records()]
        return {"CreateBucket", "CreateUser"} <= set(names) and len(names)

    count = wait_for(delivered, "the calls are in log files", limit=60)
    options = ["--bucket", "logs", "--account-id", "123456789012", "--region", "us-east-1", "--from", "-1 hour"]
    environment = clients.environment | {"HOME": str(tmp_path)}
    run("trailscraper/bin/trailscraper", "download", *options, "--log-dir", tmp_path, environment=environment)
    selected = run("trailscraper/bin/trailscraper", "select", "--log-dir", tmp_path, environment=environment)
    records = json.loads(selected)["Records"]
    assert len(records) >= count
    assert {"CreateBucket", "CreateUser"} <= {record["eventName"] for record in records}
    assert all(record["readOnly"] is False for record in records)
    generated = json.loads(run("trailscraper/bin/trailscraper", "generate", environment=environment, given=selected))
    actions = {action for statement in generated["Statement"] for action in statement["Action"]}
    assert generated["Version"] == "2012-10-17" and {"s3:CreateBucket", "iam:CreateUser"} <= actions
