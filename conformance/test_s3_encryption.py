"""Encryption of the built-in S3 with boto3 and the AWS CLI: what is told, what lies on the disk, who may read it."""

import base64
import json
import os

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from clients import Clients, refusal
from log_files import LogBucket
from server import Server
from waiting import wait_for

ACCOUNT = "123456789012"
MARKER = b"the quick brown fox jumps over the lazy dog. "
DEFERRED = "log file delivery deferred"
NOT_WRITTEN = "log file not written"


@pytest.fixture(scope="module")
def kms(clients):
    return clients.boto("kms")


@pytest.fixture
def key(kms):
    return kms.create_key()["KeyMetadata"]["Arn"]


def told(answer):
    """What an answer says about encryption."""
    names = ("ServerSideEncryption", "SSEKMSKeyId", "BucketKeyEnabled")
    return tuple(answer[name] for name in names if name in answer)


def everything_below(directory):
    return {path: path.read_bytes() for path in directory.rglob("*") if path.is_file()}


def assert_sealed(server, marker=MARKER):
    clear = [str(path) for path, content in everything_below(server.data_dir / "s3").items() if marker in content]
    assert clear == []


@pytest.mark.parametrize("by", ["default", "s3", "kms"])
@pytest.mark.parametrize("size", [0, 1000, 70_000, 200_000])
def test_what_goes_in_comes_out_and_is_told_to_be_encrypted(s3, server, kms, key, by, size):
    name = f"roundtrip-{by}-{size}"
    s3.create_bucket(Bucket=name)
    asked, expected = {
        "default": ({}, ("AES256",)),
        "s3": ({"ServerSideEncryption": "AES256"}, ("AES256",)),
        "kms": ({"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key.rsplit("/")[-1]}, ("aws:kms", key)),
    }[by]
    body = (MARKER * (size // len(MARKER) + 1))[:size]
    put = s3.put_object(Bucket=name, Key="k", Body=body, **asked)
    assert told(put) == expected
    got = s3.get_object(Bucket=name, Key="k")
    assert (got["Body"].read(), told(got)) == (body, expected)
    assert told(s3.head_object(Bucket=name, Key="k")) == expected
    if size > 65_600:
        across = s3.get_object(Bucket=name, Key="k", Range="bytes=65500-65599")
        assert across["Body"].read() == body[65500:65600]
    copied = s3.copy_object(Bucket=name, Key="copy", CopySource=f"{name}/k", **asked)
    assert told(copied) == expected
    assert s3.get_object(Bucket=name, Key="copy")["Body"].read() == body
    assert_sealed(server)


def test_the_cli_sends_large_files_under_a_key(clients, s3, server, kms, key, tmp_path):
    """Twenty megabytes: `aws s3 cp` makes parts of eight, and reads in parts as well."""
    file, back = tmp_path / "large", tmp_path / "back"
    file.write_bytes(MARKER * ((20 << 20) // len(MARKER)) + os.urandom(11))
    s3.create_bucket(Bucket="large-kms")
    clients.aws("s3", "cp", "--quiet", "--sse", "aws:kms", "--sse-kms-key-id", key, str(file), "s3://large-kms/k")
    head = s3.head_object(Bucket="large-kms", Key="k")
    assert told(head) == ("aws:kms", key) and head["ETag"].endswith('-3"')
    clients.aws("s3", "cp", "--quiet", "s3://large-kms/k", str(back))
    assert back.read_bytes() == file.read_bytes()
    assert_sealed(server)
    # Onto itself: the way to encrypt anew what is there.
    clients.aws("s3", "cp", "--quiet", "--recursive", "--sse", "AES256", "s3://large-kms", "s3://large-kms")
    assert told(s3.head_object(Bucket="large-kms", Key="k")) == ("AES256",)
    back.unlink()
    clients.aws("s3", "cp", "--quiet", "s3://large-kms/k", str(back))
    assert back.read_bytes() == file.read_bytes()


def test_parts_are_sealed_as_they_arrive(s3, server, key):
    s3.create_bucket(Bucket="parts")
    begun = s3.create_multipart_upload(Bucket="parts", Key="k", ServerSideEncryption="aws:kms", SSEKMSKeyId=key)
    assert told(begun) == ("aws:kms", key)
    upload = {"Bucket": "parts", "Key": "k", "UploadId": begun["UploadId"]}
    bodies = [MARKER * ((5 << 20) // len(MARKER) + 1), MARKER * 10]
    parts = []
    for number, body in enumerate(bodies, start=1):
        part = s3.upload_part(PartNumber=number, Body=body, **upload)
        assert told(part) == ("aws:kms", key)
        parts.append({"PartNumber": number, "ETag": part["ETag"]})
    assert_sealed(server)
    done = s3.complete_multipart_upload(MultipartUpload={"Parts": parts}, **upload)
    assert told(done) == ("aws:kms", key)
    assert s3.get_object(Bucket="parts", Key="k")["Body"].read() == b"".join(bodies)
    assert s3.get_object(Bucket="parts", Key="k", PartNumber=2)["Body"].read() == bodies[1]


def test_etags(s3, key):
    s3.create_bucket(Bucket="etags")
    etag = lambda **asked: s3.put_object(Bucket="etags", Key="k", Body=b"hello", **asked)["ETag"]
    md5 = '"5d41402abc4b2a76b9719d911017c592"'
    kms = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key}
    assert (etag(), etag(ServerSideEncryption="AES256")) == (md5, md5)
    assert len({md5, etag(**kms), etag(**kms)}) == 3


def test_the_default_key_of_s3_is_made_on_first_use(s3, kms):
    s3.create_bucket(Bucket="own-key")
    algorithm, key = told(s3.put_object(Bucket="own-key", Key="k", Body=b"x", ServerSideEncryption="aws:kms"))
    described = kms.describe_key(KeyId="alias/aws/s3")["KeyMetadata"]
    assert (algorithm, key, described["KeyManager"]) == ("aws:kms", described["Arn"], "AWS")
    assert s3.get_object(Bucket="own-key", Key="k")["Body"].read() == b"x"


def test_a_bucket_has_a_default(clients, s3, kms, key):
    s3.create_bucket(Bucket="defaults")
    rule = lambda: s3.get_bucket_encryption(Bucket="defaults")["ServerSideEncryptionConfiguration"]["Rules"]
    own = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": False}
    assert rule() == [own]
    kms.create_alias(AliasName="alias/bucket-default", TargetKeyId=key)
    by_default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/bucket-default"}
    configuration = {"Rules": [{"ApplyServerSideEncryptionByDefault": by_default, "BucketKeyEnabled": True}]}
    s3.put_bucket_encryption(Bucket="defaults", ServerSideEncryptionConfiguration=configuration)
    assert rule() == configuration["Rules"]
    assert told(s3.put_object(Bucket="defaults", Key="k", Body=b"x")) == ("aws:kms", key, True)
    assert told(s3.get_object(Bucket="defaults", Key="k")) == ("aws:kms", key, True)
    clients.aws("s3api", "delete-bucket-encryption", "--bucket", "defaults")
    assert rule() == [own]
    assert told(s3.put_object(Bucket="defaults", Key="l", Body=b"x")) == ("AES256",)
    assert s3.get_object(Bucket="defaults", Key="k")["Body"].read() == b"x"


def test_refusals(s3, kms, key):
    s3.create_bucket(Bucket="refusals")
    code = lambda **asked: refusal(s3.put_object, Bucket="refusals", Key="k", Body=b"x", **asked)[0]
    kms_with = lambda **asked: code(ServerSideEncryption="aws:kms", **asked)
    assert code(ServerSideEncryption="aws:kms:dsse") == "NotImplemented"
    assert code(SSECustomerAlgorithm="AES256", SSECustomerKey="x" * 32) == "NotImplemented"
    assert code(SSEKMSKeyId=key) == "InvalidArgument"
    assert code(ServerSideEncryption="AES256", SSEKMSKeyId=key) == "InvalidArgument"
    assert kms_with(SSEKMSEncryptionContext="no base64") == "InvalidArgument"
    assert kms_with(SSEKMSKeyId="11111111-2222-4333-8444-555555555555") == "KMS.NotFoundException"
    assert kms_with(SSEKMSKeyId="alias/nobody") == "KMS.NotFoundException"
    away = key.replace("us-east-1", "eu-west-1")
    assert kms_with(SSEKMSKeyId=away) == "KMS.NotFoundException"
    assert "Contents" not in s3.list_objects_v2(Bucket="refusals")


def test_a_disabled_key_locks_its_objects(s3, kms, key):
    s3.create_bucket(Bucket="locked")
    asked = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key}
    s3.put_object(Bucket="locked", Key="k", Body=b"x", **asked)
    upload = s3.create_multipart_upload(Bucket="locked", Key="p", **asked)["UploadId"]
    part = {"Bucket": "locked", "Key": "p", "UploadId": upload, "PartNumber": 1, "Body": b"x"}
    kms.disable_key(KeyId=key)
    disabled = "KMS.DisabledException"
    answered, message = refusal(s3.get_object, Bucket="locked", Key="k")
    assert answered == disabled and key in message and "disabled" in message
    assert refusal(s3.put_object, Bucket="locked", Key="l", Body=b"x", **asked)[0] == disabled
    assert refusal(s3.copy_object, Bucket="locked", Key="l", CopySource="locked/k")[0] == disabled
    assert refusal(s3.upload_part, **part)[0] == disabled
    # What is told without opening anything, and what removes.
    assert told(s3.head_object(Bucket="locked", Key="k")) == ("aws:kms", key)
    assert [entry["Key"] for entry in s3.list_objects_v2(Bucket="locked")["Contents"]] == ["k"]
    kms.enable_key(KeyId=key)
    assert s3.get_object(Bucket="locked", Key="k")["Body"].read() == b"x"
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    assert refusal(s3.get_object, Bucket="locked", Key="k")[0] == "KMS.KMSInvalidStateException"
    s3.delete_object(Bucket="locked", Key="k")


def test_who_may_read_the_bucket_and_not_the_key_reads_nothing(server, clients, s3, kms, key):
    s3.create_bucket(Bucket="guarded")
    s3.put_object(Bucket="guarded", Key="k", Body=b"x", ServerSideEncryption="aws:kms", SSEKMSKeyId=key)
    iam = clients.boto("iam")
    iam.create_user(UserName="reader")
    allow = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    iam.put_user_policy(UserName="reader", PolicyName="s3", PolicyDocument=json.dumps(allow))
    made = iam.create_access_key(UserName="reader")["AccessKey"]
    reader = boto3.client(
        "s3", endpoint_url=clients.environment["AWS_ENDPOINT_URL"], region_name="us-east-1",
        aws_access_key_id=made["AccessKeyId"], aws_secret_access_key=made["SecretAccessKey"],
        config=Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1}, proxies={}),
    )  # fmt: skip
    code, message = refusal(reader.get_object, Bucket="guarded", Key="k")
    assert code == "AccessDenied" and "kms:Decrypt" in message, message
    code, message = refusal(
        reader.put_object, Bucket="guarded", Key="l", Body=b"x", ServerSideEncryption="aws:kms", SSEKMSKeyId=key
    )
    assert code == "AccessDenied" and "kms:GenerateDataKey" in message, message
    # The key's policy may let the user in, for objects of this bucket and through S3 only.
    policy = json.loads(kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"])
    policy["Statement"].append(
        {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:user/reader"},
            "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
            "Resource": "*",
            "Condition": {
                "StringLike": {"kms:EncryptionContext:aws:s3:arn": "arn:aws:s3:::guarded/*"},
                "StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"},
            },
        }
    )
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps(policy))
    assert reader.get_object(Bucket="guarded", Key="k")["Body"].read() == b"x"


def test_bucket_policies_can_demand_a_key(clients, s3, key, tmp_path):
    s3.create_bucket(Bucket="demanding")
    statement = {
        "Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::demanding/*",
    }  # fmt: skip
    algorithm = statement | {"Condition": {"StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}}}
    key_id = statement | {
        "Condition": {"StringNotEqualsIfExists": {"s3:x-amz-server-side-encryption-aws-kms-key-id": key}}
    }
    policy = {"Version": "2012-10-17", "Statement": [algorithm, key_id]}
    s3.put_bucket_policy(Bucket="demanding", Policy=json.dumps(policy))
    put = {"Bucket": "demanding", "Key": "k", "Body": b"x"}
    assert refusal(s3.put_object, **put)[0] == "AccessDenied"
    assert refusal(s3.put_object, ServerSideEncryption="AES256", **put)[0] == "AccessDenied"
    other = key.replace(key[-4:], "0000")
    assert refusal(s3.put_object, ServerSideEncryption="aws:kms", SSEKMSKeyId=other, **put)[0] == "AccessDenied"
    s3.put_object(ServerSideEncryption="aws:kms", SSEKMSKeyId=key, **put)
    # Parts come without these headers: their upload has them.
    file = tmp_path / "large"
    file.write_bytes(os.urandom(9 << 20))
    clients.aws("s3", "cp", "--quiet", "--sse", "aws:kms", "--sse-kms-key-id", key, str(file), "s3://demanding/large")
    assert s3.head_object(Bucket="demanding", Key="large")["ContentLength"] == 9 << 20


def test_records_tell_what_encrypts(server, clients, s3, kms, cloudtrail, key):
    for name in ("recorded", "records"):
        s3.create_bucket(Bucket=name)
    s3.put_bucket_policy(Bucket="records", Policy=server.command("bucket-policy", "records"))
    cloudtrail.create_trail(Name="records", S3BucketName="records")
    fields = [
        {"Field": "eventCategory", "Equals": ["Data"]},
        {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
    ]
    selectors = [
        {"FieldSelectors": fields},
        {"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]},
    ]
    cloudtrail.put_event_selectors(TrailName="records", AdvancedEventSelectors=selectors)
    cloudtrail.start_logging(Name="records")
    context = base64.b64encode(b'{"purpose":"test"}').decode()
    by_kms = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key, "SSEKMSEncryptionContext": context}
    applied = {
        s3.put_object(Bucket="recorded", Key="k", Body=b"x", **asked)["ResponseMetadata"]["RequestId"]: name
        for asked, name in [
            ({}, "Default_SSE_S3"),
            ({"ServerSideEncryption": "AES256"}, "SSE_S3"),
            (by_kms, "SSE_KMS"),
        ]
    }
    s3.get_object(Bucket="recorded", Key="k")
    log = LogBucket(s3, "records")
    found = wait_for(lambda: applied.keys() <= {one["requestID"] for one in log.records()} and log.records(), "records")
    told = {one["requestID"]: one["additionalEventData"]["SSEApplied"] for one in found if one["requestID"] in applied}
    assert told == applied
    record = next(one for one in found if applied.get(one["requestID"]) == "SSE_KMS")
    answered = {"x-amz-server-side-encryption": "aws:kms", "x-amz-server-side-encryption-aws-kms-key-id": key}
    assert answered.items() <= record["responseElements"].items()
    assert "purpose" not in json.dumps(record)
    bound = {"aws:s3:arn": "arn:aws:s3:::recorded/k", "purpose": "test"}
    uses = lambda: [
        one["eventName"]
        for one in log.records()
        if one["eventSource"] == "kms.amazonaws.com" and (one["requestParameters"] or {}).get("encryptionContext") == bound
    ]
    wait_for(lambda: sorted(uses()) == ["Decrypt", "GenerateDataKey"], "the key's uses are recorded")
    service = "cloudtrail.amazonaws.com"
    is_own_put = lambda one: (one["eventName"], one["userIdentity"].get("invokedBy")) == ("PutObject", service)
    own = wait_for(lambda: [one for one in log.records() if is_own_put(one)], "CloudTrail's own puts are recorded")
    assert {one["additionalEventData"]["SSEApplied"] for one in own} == {"Default_SSE_S3"}
    cloudtrail.delete_trail(Name="records")


def allow_cloudtrail(kms, key):
    policy = json.loads(kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"])
    service = {"Service": "cloudtrail.amazonaws.com"}
    context = "kms:EncryptionContext:aws:cloudtrail:arn"
    policy["Statement"] += [
        {
            "Sid": "cloudtrail", "Effect": "Allow", "Principal": service, "Action": "kms:GenerateDataKey*", "Resource": "*",
            "Condition": {"StringLike": {context: f"arn:aws:cloudtrail:*:{ACCOUNT}:trail/*"}},
        },
        {"Effect": "Allow", "Principal": service, "Action": "kms:DescribeKey", "Resource": "*"},
    ]  # fmt: skip
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps(policy))
    return policy


def test_log_files_of_a_trail_with_a_key(fresh):
    """They lie under the key; without it delivery waits and says why, and nothing is lost."""
    fresh.allowed |= {DEFERRED, NOT_WRITTEN}
    clients = Clients(fresh.start())
    s3, kms, cloudtrail = clients.boto("s3"), clients.boto("kms"), clients.boto("cloudtrail")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    policy = allow_cloudtrail(kms, key)
    s3.create_bucket(Bucket="logs")
    demanding = json.loads(fresh.command("bucket-policy", "logs"))
    by_kms = {"StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}}
    demanding["Statement"].append(
        {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::logs/*", "Condition": by_kms}
    )
    s3.put_bucket_policy(Bucket="logs", Policy=json.dumps(demanding))
    without_key = refusal(cloudtrail.create_trail, Name="main", S3BucketName="logs")[0]
    assert without_key == "InsufficientS3BucketPolicyException"
    trail = cloudtrail.create_trail(Name="main", S3BucketName="logs", KmsKeyId=key)
    assert trail["KmsKeyId"] == key
    cloudtrail.start_logging(Name="main")
    mark = lambda: cloudtrail.describe_trails()["ResponseMetadata"]["RequestId"]
    log = LogBucket(s3, "logs")
    seen = lambda: [record["requestID"] for record in log.records()]
    error = lambda: cloudtrail.get_trail_status(Name="main").get("LatestDeliveryError")
    first = mark()
    wait_for(lambda: first in seen(), "the first call is in a log file")
    assert {told(s3.head_object(Bucket="logs", Key=one)) for one in log.files} == {("aws:kms", key)}
    bound = {"aws:cloudtrail:arn": trail["TrailARN"], "aws:s3:arn": f"arn:aws:s3:::logs/{next(iter(log.files))}"}
    contexts = lambda: [
        one["requestParameters"]["encryptionContext"] for one in log.records() if one["eventName"] == "GenerateDataKey"
    ]
    wait_for(lambda: bound in contexts(), "the key's use for the first file is recorded")
    assert_sealed(fresh, b"\x1f\x8b\x08\x00\x00\x00\x00\x00")

    kms.disable_key(KeyId=key)
    wait_for(lambda: error() == "KMS.DisabledException", "the status tells of the disabled key", limit=30)
    locked = refusal(s3.get_object, Bucket="logs", Key=next(iter(log.files)))[0]
    assert locked == "KMS.DisabledException"
    marks = [mark() for _ in range(5)]
    kms.enable_key(KeyId=key)
    wait_for(lambda: set(marks) <= set(seen()), "what waited is delivered", limit=30)
    wait_for(lambda: error() is None, "the error is gone", limit=30)

    bare = policy | {"Statement": [one for one in policy["Statement"] if one.get("Sid") != "cloudtrail"]}
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps(bare))
    wait_for(lambda: error() == "AccessDenied", "the status tells of the policy", limit=30)
    marks.append(mark())
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps(policy))
    wait_for(lambda: set(marks) <= set(seen()), "what waited is delivered", limit=30)
    assert [seen().count(one) for one in marks] == [1] * len(marks)
    wait_for(lambda: error() is None, "the error is gone", limit=30)


def test_log_files_follow_the_buckets_default(fresh):
    clients = Clients(fresh.start())
    s3, kms, cloudtrail = clients.boto("s3"), clients.boto("kms"), clients.boto("cloudtrail")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    policy = json.loads(kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"])
    service = {"Service": "cloudtrail.amazonaws.com"}
    policy["Statement"].append(
        {"Effect": "Allow", "Principal": service, "Action": "kms:GenerateDataKey", "Resource": "*"}
    )
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps(policy))
    s3.create_bucket(Bucket="logs")
    by_default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    configuration = {"Rules": [{"ApplyServerSideEncryptionByDefault": by_default}]}
    s3.put_bucket_encryption(Bucket="logs", ServerSideEncryptionConfiguration=configuration)
    s3.put_bucket_policy(Bucket="logs", Policy=fresh.command("bucket-policy", "logs"))
    cloudtrail.create_trail(Name="main", S3BucketName="logs")
    cloudtrail.start_logging(Name="main")
    log = LogBucket(s3, "logs")
    wait_for(lambda: log.records(), "a log file is there")
    assert {told(s3.head_object(Bucket="logs", Key=one)) for one in log.files} == {("aws:kms", key)}


def test_another_master_key_opens_nothing(fresh):
    clients = Clients(fresh.start())
    s3 = clients.boto("s3")
    s3.create_bucket(Bucket="kept")
    s3.put_object(Bucket="kept", Key="k", Body=b"x")
    fresh.stop()
    fresh.start()
    assert Clients(fresh).boto("s3").get_object(Bucket="kept", Key="k")["Body"].read() == b"x"
    fresh.stop()
    # Without the catalog a new master key is made; the objects notice.
    for path in [*fresh.data_dir.glob("catalog.sqlite3*"), fresh.data_dir / "master.key"]:
        path.unlink()
    fresh.launch()
    assert fresh._ended(timeout=20) != 0
    assert "sealed with another master key" in fresh.log_path.read_text()
    fresh.log_path.unlink()
