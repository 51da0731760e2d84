"""What chance would seldom try: tokens, presigned addresses, rates and the command line of one account, used by another."""

import json
import os
import subprocess

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from clients import refusal
from server import BINARY, Server
from waiting import wait_for
from wire import Wire

MINE, OTHERS = "123456789012", "444455556666"


class Account:
    """An account's administrator."""

    def __init__(self, server, account):
        exported = server.command("env", "--account-id", account)
        self.environment = dict(line.removeprefix("export ").split("=", 1) for line in exported.splitlines())
        self.id = account

    def client(self, service, **more):
        keys = {"aws_access_key_id": self.environment["AWS_ACCESS_KEY_ID"],
                "aws_secret_access_key": self.environment["AWS_SECRET_ACCESS_KEY"]} | more  # fmt: skip
        config = Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}, proxies={})
        address = self.environment["AWS_ENDPOINT_URL"]
        return boto3.client(service, region_name="us-east-1", endpoint_url=address, config=config, **keys)


@pytest.fixture(scope="module")
def server():
    server = Server(accounts=OTHERS)
    try:
        yield server.start()
    finally:
        server.close()


@pytest.fixture(scope="module")
def mine(server):
    return Account(server, MINE)


@pytest.fixture(scope="module")
def others(server):
    return Account(server, OTHERS)


def test_tokens_of_another_accounts_lookups_are_refused(mine, others):
    for account in (mine, others):
        for _ in range(3):
            account.client("iam").list_users()
    history = others.client("cloudtrail")
    wait_for(lambda: "NextToken" in history.lookup_events(MaxResults=1), "two events are there")
    token = history.lookup_events(MaxResults=1)["NextToken"]
    assert history.lookup_events(MaxResults=1, NextToken=token)["Events"]
    assert refusal(mine.client("cloudtrail").lookup_events, MaxResults=1, NextToken=token)[0] == "InvalidNextTokenException"


def test_tokens_of_another_accounts_lists_are_refused(mine, others):
    for account in (mine, others):
        iam, kms = account.client("iam"), account.client("kms")
        for number in range(2):
            iam.create_user(UserName=f"one-{number}")
            kms.create_alias(AliasName=f"alias/one-{number}", TargetKeyId=kms.create_key()["KeyMetadata"]["KeyId"])
    marker = others.client("iam").list_users(MaxItems=1)["Marker"]
    assert refusal(mine.client("iam").list_users, Marker=marker)[0] in ("ValidationError", "InvalidInput")
    for listing in ("list_keys", "list_aliases"):
        marker = getattr(others.client("kms"), listing)(Limit=1)["NextMarker"]
        assert refusal(getattr(mine.client("kms"), listing), Marker=marker)[0] == "InvalidMarkerException"
    token = f"arn:aws:cloudtrail:us-east-1:{OTHERS}:trail/any"
    assert refusal(mine.client("cloudtrail").list_trails, NextToken=token)[0] == "ValidationException"
    others.client("cloudtrail").list_trails(NextToken=token)


def test_a_token_of_another_bucket_shows_nothing_of_it(mine, others):
    for account, bucket in ((mine, "mine-tokens"), (others, "others-tokens")):
        s3 = account.client("s3")
        s3.create_bucket(Bucket=bucket)
        for number in range(3):
            s3.put_object(Bucket=bucket, Key=f"{bucket}-{number}", Body=b"x")
    token = others.client("s3").list_objects_v2(Bucket="others-tokens", MaxKeys=1)["NextContinuationToken"]
    assert refusal(mine.client("s3").list_objects_v2, Bucket="others-tokens", ContinuationToken=token)[0] == "AccessDenied"
    page = mine.client("s3").list_objects_v2(Bucket="mine-tokens", ContinuationToken=token)
    assert all(entry["Key"].startswith("mine-") for entry in page.get("Contents", []))


def test_a_presigned_address_opens_what_its_signer_may_open(mine, others):
    others.client("s3").create_bucket(Bucket="others-presigned")
    others.client("s3").put_object(Bucket="others-presigned", Key="a", Body=b"theirs")
    wire = {account.id: Wire(account.environment) for account in (mine, others)}
    assert wire[OTHERS].send(wire[OTHERS].presigned("/others-presigned/a")).body == b"theirs"
    answer = wire[MINE].send(wire[MINE].presigned("/others-presigned/a"))
    assert (answer.status, answer.code) == (403, "AccessDenied") and b"theirs" not in answer.body
    # What another signed can be turned to nothing else.
    method, target, headers, body = wire[OTHERS].presigned("/others-presigned/a")
    turned = wire[MINE].send((method, target.replace("/a?", "/b?"), headers, body))
    assert turned.code == "SignatureDoesNotMatch"


def test_a_session_token_serves_its_own_key_alone(mine, others):
    given = {account.id: account.client("sts").get_session_token()["Credentials"] for account in (mine, others)}
    mixed = mine.client(
        "s3", aws_access_key_id=given[MINE]["AccessKeyId"], aws_secret_access_key=given[MINE]["SecretAccessKey"],
        aws_session_token=given[OTHERS]["SessionToken"],
    )  # fmt: skip
    assert refusal(mixed.list_buckets)[0] == "InvalidToken"


def test_a_call_that_is_refused_for_its_signature_is_told_to_the_keys_account_alone(mine, others):
    key = others.environment["AWS_ACCESS_KEY_ID"]
    forged = mine.client("iam", aws_access_key_id=key, aws_secret_access_key="x" * 40)
    assert refusal(forged.get_user)[0] == "SignatureDoesNotMatch"
    unsigned_for = others.client("sts").get_federation_token(Name="robot", Policy=json.dumps(EVERYTHING))["Credentials"]
    federated = mine.client(
        "iam", aws_access_key_id=unsigned_for["AccessKeyId"], aws_secret_access_key=unsigned_for["SecretAccessKey"],
        aws_session_token=unsigned_for["SessionToken"],
    )  # fmt: skip
    assert refusal(federated.list_users)[0] == "InvalidClientTokenId"

    def told(account, key):
        attribute = {"AttributeKey": "AccessKeyId", "AttributeValue": key}
        events = account.client("cloudtrail").lookup_events(LookupAttributes=[attribute])["Events"]
        records = [json.loads(event["CloudTrailEvent"]) for event in events]
        return [record for record in records if record["userIdentity"]["type"] == "Unknown"]

    for one in (key, unsigned_for["AccessKeyId"]):
        record = wait_for(lambda one=one: told(others, one), "the refused call is in its key's account")[0]
        assert record["recipientAccountId"] == OTHERS
        assert told(mine, one) == []


EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


def test_a_condition_on_tags_tells_nothing_of_another_accounts_trail(mine, others):
    s3, cloudtrail = others.client("s3"), others.client("cloudtrail")
    s3.create_bucket(Bucket="others-logs")
    policy = [{"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "s3:*",
               "Resource": ["arn:aws:s3:::others-logs", "arn:aws:s3:::others-logs/*"]}]  # fmt: skip
    s3.put_bucket_policy(Bucket="others-logs", Policy=json.dumps({"Version": "2012-10-17", "Statement": policy}))
    tags = [{"Key": "codename", "Value": "falcon"}]
    arn = cloudtrail.create_trail(Name="tagged", S3BucketName="others-logs", TagsList=tags)["TrailARN"]
    iam = mine.client("iam")
    iam.create_user(UserName="curious")
    key = iam.create_access_key(UserName="curious")["AccessKey"]
    curious = mine.client("cloudtrail", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])
    answers = set()
    for guess in ("falcon", "eagle"):
        only = {"StringEquals": {"aws:ResourceTag/codename": guess}}
        allow = {"Effect": "Allow", "Action": "cloudtrail:*", "Resource": "*", "Condition": only}
        iam.put_user_policy(UserName="curious", PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [allow]}))
        answers.add(refusal(curious.get_trail, Name=arn))
    assert len(answers) == 1, answers
    assert cloudtrail.get_trail(Name=arn)["Trail"]["Name"] == "tagged"


def test_lists_of_keys_tell_nothing_of_another_accounts(mine, others):
    kms = others.client("kms")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    service = {"GranteePrincipal": f"arn:aws:iam::{OTHERS}:root", "RetiringServicePrincipal": "backup.amazonaws.com"}
    source = {"SourceArn": f"arn:aws:backup:us-east-1:{OTHERS}:vault/v"}
    kms.create_grant(KeyId=key, Operations=["Decrypt"], Constraints=source, **service)
    listed = {account.id: account.client("kms").list_retirable_grants(RetiringServicePrincipal="backup.amazonaws.com") for account in (mine, others)}
    assert [len(listed[account]["Grants"]) for account in (MINE, OTHERS)] == [0, 1]
    missing = key[:-12] + "0" * 12
    for name in (key, missing):
        assert refusal(mine.client("kms").list_aliases, KeyId=name) == ("NotFoundException", f"Key '{name}' does not exist")
    assert kms.list_aliases(KeyId=key)["Aliases"] == []


def test_one_accounts_rates_are_no_others(make_server):
    server = make_server(cloudtrail__throttle="true", accounts=OTHERS).start()
    busy, quiet = (Account(server, account).client("cloudtrail") for account in (MINE, OTHERS))
    for _ in range(1000):
        try:
            busy.lookup_events()
        except ClientError as error:
            assert error.response["Error"]["Code"] == "ThrottlingException"
            break
    else:
        raise AssertionError("never throttled")
    quiet.lookup_events()


def test_metrics_name_no_account_but_to_who_has_the_token(make_server):
    server = make_server(accounts=OTHERS).start()
    account = Account(server, OTHERS)
    account.client("s3").create_bucket(Bucket="logs")
    policy = [{"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "s3:*",
               "Resource": ["arn:aws:s3:::logs", "arn:aws:s3:::logs/*"]}]  # fmt: skip
    account.client("s3").put_bucket_policy(Bucket="logs", Policy=json.dumps({"Version": "2012-10-17", "Statement": policy}))
    account.client("cloudtrail").create_trail(Name="private-trail", S3BucketName="logs")
    account.client("cloudtrail").start_logging(Name="private-trail")
    open_page = wait_for(lambda: page if "left out" in (page := metrics(server)[1]) else None, "lines are left out")
    assert "private-trail" not in open_page and OTHERS not in open_page and "cairn_projection_lag_seconds" in open_page
    server.stop()
    token = server.home / "token"
    token.write_text("a-token-that-nobody-guesses\n")
    server.set("metrics.token_file", token)
    server.start()
    assert metrics(server)[0] == 401 and metrics(server, "Bearer a-token-that-nobody-guesse")[0] == 401
    wait_for(lambda: "trail/private-trail" in metrics(server, "Bearer a-token-that-nobody-guesses")[1], "the trail's figures are shown")


def metrics(server, authorization=None):
    wire = Wire({"AWS_ENDPOINT_URL": server.endpoint, "AWS_ACCESS_KEY_ID": "none", "AWS_SECRET_ACCESS_KEY": "none"})
    headers = {"Authorization": authorization} if authorization else {}
    answer = wire.send(("GET", "/_cairn/metrics", headers, b""))
    return answer.status, answer.body.decode()


def test_the_command_line_shows_what_its_keys_may_see(make_server):
    """Commands with one account's keys in the environment and no data directory say nothing of the other."""
    server = make_server(accounts=OTHERS).start()
    mine, others = Account(server, MINE), Account(server, OTHERS)
    others.client("iam").create_user(UserName="their-secret-user")
    others.client("s3").create_bucket(Bucket="their-secret-bucket")
    mine.client("iam").create_user(UserName="my-own-user")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("CAIRN_", "AWS_"))} | mine.environment
    environment |= {"AWS_CONFIG_FILE": os.devnull, "HOME": str(server.home)}

    def told(*arguments):
        done = subprocess.run([BINARY, *arguments], env=environment, cwd=server.home, capture_output=True, text=True, timeout=30)
        return done.stdout + done.stderr

    wait_for(lambda: "my-own-user" in told("lookup", "--max", "500"), "the command shows what the account did")
    for arguments in (("lookup", "--max", "500"), ("tail", "-n", "1000"), ("trail", "list"), ("user", "list"), ("tlog", "show"),
                      ("organization",), ("lookup", "--organization"), ("tail", "--organization", "-n", "1000")):  # fmt: skip
        shown = told(*arguments)
        assert "their-secret" not in shown and OTHERS not in shown, (arguments, shown)
    # What one asks for oneself is in one's history from then on.
    assert told("lookup", "--username", "their-secret-user").count("their-secret") <= 1
