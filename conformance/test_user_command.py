"""`cairn user`: users and keys without the AWS CLI."""

import json
import subprocess

import boto3
from botocore.config import Config
from clients import refusal
from server import BINARY


def lines(server, *arguments):
    return [json.loads(line) for line in server.command("user", *arguments).splitlines()]


def client(server, key, service="cloudtrail"):
    config = Config(retries={"total_max_attempts": 1}, proxies={})
    return boto3.client(
        service, region_name="us-east-1", endpoint_url=server.endpoint, config=config,
        aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"],
    )  # fmt: skip


def test_a_user_may_what_its_policy_says_and_until_its_key_is_deleted(server, tmp_path):
    policy = tmp_path / "policy.json"
    statement = {"Effect": "Allow", "Action": "cloudtrail:ListTrails", "Resource": "*"}
    policy.write_text(json.dumps({"Version": "2012-10-17", "Statement": statement}))
    [key] = lines(server, "add", "reader", "--policy", str(policy))
    cloudtrail = client(server, key)
    assert cloudtrail.list_trails()["Trails"] == []
    assert refusal(cloudtrail.describe_trails)[0] == "AccessDeniedException"
    server.command("user", "policy", "reader", "--administrator")
    assert cloudtrail.describe_trails()["trailList"] == []
    server.command("user", "policy", "reader")
    assert refusal(cloudtrail.list_trails)[0] == "AccessDeniedException"
    [other] = lines(server, "key", "reader")
    server.command("user", "key", "reader", "--delete", key["AccessKeyId"])
    assert refusal(cloudtrail.list_trails)[0] == "UnrecognizedClientException"
    assert refusal(client(server, other).list_trails)[0] == "AccessDeniedException"


def test_users_are_listed_with_their_keys_and_no_secret(server):
    [key] = lines(server, "add", "listed")
    text = server.command("user", "list")
    assert key["SecretAccessKey"] not in text
    listed = {one["user"]["UserName"]: one for one in map(json.loads, text.splitlines())}
    assert "administrator" in listed
    assert [one["AccessKeyId"] for one in listed["listed"]["keys"]] == [key["AccessKeyId"]]


def test_a_user_is_deleted_with_all_it_has(server, clients):
    lines(server, "add", "leaver", "--administrator")
    iam = clients.boto("iam")
    iam.create_group(GroupName="staff")
    iam.add_user_to_group(GroupName="staff", UserName="leaver")
    server.command("user", "delete", "leaver")
    assert "leaver" not in [one["UserName"] for one in iam.list_users()["Users"]]
    done = subprocess.run(
        [BINARY, "user", "delete", "leaver", "--data-dir", server.data_dir],
        env=server._environment(), capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 1 and "NoSuchEntity" in done.stderr, done
