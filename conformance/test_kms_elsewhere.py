"""The built-in S3 with keys of a KMS that runs elsewhere: moto's server."""

import json

import boto3
import pytest
from botocore.config import Config
from clients import Clients, refusal
from emulators import Moto, installed, running
from log_files import LogBucket
from waiting import wait_for

pytestmark = pytest.mark.skipif(not installed(Moto), reason="moto is not installed")

DEFERRED = "log file delivery deferred"
NO_KEY = {"no data key", "data key not decrypted", DEFERRED, "log file not written"}


@pytest.fixture(scope="module")
def moto():
    with running(Moto) as emulator:
        yield emulator


@pytest.fixture
def server(moto, make_server):
    server = make_server(**moto.settings("kms"))
    server.allowed.update(NO_KEY)
    return server.start()


@pytest.fixture
def clients(server):
    return Clients(server)


@pytest.fixture
def kms(moto):
    return moto.client("kms")


@pytest.fixture
def key(kms):
    return kms.create_key()["KeyMetadata"]["Arn"]


def reader(clients, server, *actions):
    """Makes a user who may do `actions`, and an S3 client of it."""
    iam = clients.boto("iam")
    iam.create_user(UserName="reader")
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName="reader", PolicyName="own", PolicyDocument=document)
    made = iam.create_access_key(UserName="reader")["AccessKey"]
    config = Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1}, proxies={})
    return boto3.client(
        "s3", aws_access_key_id=made["AccessKeyId"], aws_secret_access_key=made["SecretAccessKey"], region_name="us-east-1",
        endpoint_url=server.credentials()["AWS_ENDPOINT_URL"], config=config,
    )  # fmt: skip


def test_objects_are_sealed_by_a_key_elsewhere(clients, server, kms, key):
    s3 = clients.boto("s3")
    s3.create_bucket(Bucket="sealed")
    kms.create_alias(AliasName="alias/elsewhere", TargetKeyId=key)
    put = s3.put_object(Bucket="sealed", Key="a", Body=b"secret", ServerSideEncryption="aws:kms", SSEKMSKeyId="alias/elsewhere")
    assert put["SSEKMSKeyId"] == key
    assert s3.get_object(Bucket="sealed", Key="a")["Body"].read() == b"secret"
    own = clients.boto("kms").create_key()["KeyMetadata"]["Arn"]
    put = s3.put_object(Bucket="sealed", Key="b", Body=b"secret", ServerSideEncryption="aws:kms", SSEKMSKeyId=own)
    assert put["SSEKMSKeyId"] == own and s3.get_object(Bucket="sealed", Key="b")["Body"].read() == b"secret"
    someone = reader(clients, server, "s3:GetObject")
    code, message = refusal(someone.get_object, Bucket="sealed", Key="a")
    assert code == "AccessDenied" and f"is not authorized to perform: kms:Decrypt on resource: {key}" in message
    clients.boto("iam").put_user_policy(
        UserName="reader", PolicyName="own",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:GetObject", "kms:Decrypt"], "Resource": "*"}]}),
    )  # fmt: skip
    assert someone.get_object(Bucket="sealed", Key="a")["Body"].read() == b"secret"


def test_log_files_are_sealed_by_a_key_elsewhere(clients, server, kms, key):
    s3, cloudtrail = clients.boto("s3"), clients.boto("cloudtrail")
    s3.create_bucket(Bucket="logs")
    s3.put_bucket_policy(Bucket="logs", Policy=server.command("bucket-policy", "logs"))
    trail = {"Name": "main", "S3BucketName": "logs"}
    assert refusal(cloudtrail.create_trail, **trail, KmsKeyId="alias/none")[0] == "KmsKeyNotFoundException"
    kms.disable_key(KeyId=key.rsplit("/", 1)[1])
    assert refusal(cloudtrail.create_trail, **trail, KmsKeyId=key) == ("KmsException", f"The KMS key can not be used: {key} is disabled.")
    kms.enable_key(KeyId=key.rsplit("/", 1)[1])
    assert cloudtrail.create_trail(**trail, KmsKeyId=key)["KmsKeyId"] == key
    cloudtrail.start_logging(Name="main")
    log_files = LogBucket(s3, "logs")
    wait_for(lambda: [record for record in log_files.records() if record["eventName"] == "StartLogging"], "a log file")
    head = s3.head_object(Bucket="logs", Key=sorted(log_files.files)[0])
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", key)


def test_nothing_opens_while_the_kms_is_away(clients, server, kms, key, moto):
    """The last of the module: the emulator forgets its keys. (It lets disabled keys be used.)"""
    s3, cloudtrail = clients.boto("s3"), clients.boto("cloudtrail")
    s3.create_bucket(Bucket="away")
    s3.put_bucket_policy(Bucket="away", Policy=server.command("bucket-policy", "away"))
    s3.put_object(Bucket="away", Key="a", Body=b"secret", ServerSideEncryption="aws:kms", SSEKMSKeyId=key)
    cloudtrail.create_trail(Name="away", S3BucketName="away", KmsKeyId=key)
    moto.stop()
    cloudtrail.start_logging(Name="away")
    assert refusal(s3.get_object, Bucket="away", Key="a")[0] == "ServiceUnavailable"
    told = lambda: cloudtrail.get_trail_status(Name="away").get("LatestDeliveryError")
    assert wait_for(told, "delivery says why", limit=60)
    assert [entry["Key"] for entry in s3.list_objects_v2(Bucket="away")["Contents"]] == ["a"]
