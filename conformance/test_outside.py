"""Destinations elsewhere, for real: buckets of moto, MiniStack and SeaweedFS, topics with queues behind them."""

import datetime
import json
import re
import shutil
import time

import pytest
from clients import Clients, refusal
from emulators import ACCESS_KEY_ID, SECRET_ACCESS_KEY, MiniStack, Moto, SeaweedFS, installed, running
from log_files import KEY, read_log_file
from waiting import wait_for

ACCOUNT = "123456789012"
DEFERRED = "log file delivery deferred"
UNTOLD = "notification deferred"
NO_ENCRYPTION = "the store does not encrypt objects with its own keys: they are put without"


@pytest.fixture(scope="module")
def moto():
    with running(Moto) as emulator:
        yield emulator


@pytest.fixture(scope="module")
def ministack():
    with running(MiniStack) as emulator:
        yield emulator


@pytest.fixture(scope="module")
def seaweedfs():
    with running(SeaweedFS) as emulator:
        yield emulator


@pytest.fixture(params=["moto", "ministack", "seaweedfs"])
def store(request):
    """Each that speaks S3."""
    return request.getfixturevalue(request.param)


@pytest.fixture(params=["moto", "ministack"])
def sns(request):
    """Each that speaks SNS and SQS."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def outside(make_server):
    """Starts a server that calls an emulator; returns it with clients of its own."""

    def start(emulator, *services, **settings):
        server = make_server(**emulator.settings(*services), **settings)
        server.allowed.add(NO_ENCRYPTION)
        return server.start(), Clients(server)

    return start


@pytest.fixture(scope="module")
def undelivered(tmp_path_factory):
    """A data directory with events that their bucket has refused so far, the calls' ids, and the built-in S3's files of
    those events."""
    from server import Server

    server, copy = Server(), tmp_path_factory.mktemp("undelivered") / "data"
    server.allowed.add(DEFERRED)
    try:
        clients = Clients(server.start())
        s3, cloudtrail = clients.boto("s3"), clients.boto("cloudtrail")
        s3.create_bucket(Bucket="logs")
        policy = server.command("bucket-policy", "logs", "--prefix", "audit")
        s3.put_bucket_policy(Bucket="logs", Policy=policy)
        cloudtrail.create_trail(Name="main", S3BucketName="logs", S3KeyPrefix="audit", IsMultiRegionTrail=True)
        s3.delete_bucket_policy(Bucket="logs")
        cloudtrail.start_logging(Name="main")
        marks = [mark(clients.boto("cloudtrail", region=region)) for region in ("us-east-1", "eu-west-1", "us-east-1")]
        wait_for(lambda: error_is(cloudtrail, "AccessDenied"), "the bucket has refused", limit=30)
        server.stop()
        shutil.copytree(server.data_dir, copy)
        # From the next second on, the server and those that start from its copy see calls of their own.
        parted = int(time.time()) + 1
        wait_for(lambda: time.time() >= parted, "a new second begins")
        clients = Clients(server.start())
        s3 = clients.boto("s3")
        s3.put_bucket_policy(Bucket="logs", Policy=policy)
        wait_for(lambda: set(marks) <= set(requests(s3, "logs")), "the built-in S3 has the events", limit=30)
        found = files(s3, "logs")
        until = f"{datetime.datetime.fromtimestamp(parted, datetime.timezone.utc):%Y-%m-%dT%H:%M:%SZ}"
        yield copy, marks, {key: found[key] for key in found if all(at < until for at in times(s3, "logs", key))}
    finally:
        server.close()


def mark(client):
    """Makes a call and returns its request id, by which its event is known."""
    return client.describe_trails()["ResponseMetadata"]["RequestId"]


def files(s3, bucket):
    """Returns the log files of a bucket by key; beside them lie digests, transparency logs and folder markers alone."""
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
    keys = [entry["Key"] for page in pages for entry in page.get("Contents", [])]
    named = [key for key in keys if not key.endswith("/") and not re.search("/CloudTrail-(Digest|Tlog)/", key)]
    assert all(KEY.fullmatch(key) for key in named), named
    return {key: s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in named}


def times(s3, bucket, key):
    return [record["eventTime"] for record in read_log_file(s3, bucket, key)]


def requests(s3, bucket):
    return [record["requestID"] for key in files(s3, bucket) for record in read_log_file(s3, bucket, key)]


def delivered(s3, marks, bucket):
    """Waits for the marks in the log files, each exactly once."""
    wait_for(lambda: set(marks) <= set(requests(s3, bucket)), f"{len(marks)} calls are in log files", limit=30)
    found = requests(s3, bucket)
    assert [found.count(one) for one in marks] == [1] * len(marks)


def error_is(cloudtrail, code, name="main", member="LatestDeliveryError"):
    return cloudtrail.get_trail_status(Name=name).get(member) == code


def empty(s3, bucket):
    """Removes a bucket with all that is in it."""
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
    for key in [entry["Key"] for page in pages for entry in page.get("Contents", [])]:
        s3.delete_object(Bucket=bucket, Key=key)
    s3.delete_bucket(Bucket=bucket)


def test_files_are_those_of_the_built_in_s3_byte_for_byte(store, undelivered, make_server):
    data, marks, built_in = undelivered
    s3 = store.client("s3")
    s3.create_bucket(Bucket="logs")
    server = make_server(**store.settings("s3"))
    server.allowed |= {DEFERRED, NO_ENCRYPTION}
    shutil.copytree(data, server.data_dir)
    server.start()
    delivered(s3, marks, "logs")
    found = files(s3, "logs")
    assert {key: found.get(key) for key in built_in} == built_in
    same = {record["requestID"] for key in built_in for record in read_log_file(s3, "logs", key)}
    assert same >= set(marks)
    head = s3.head_object(Bucket="logs", Key=sorted(built_in)[0])
    assert (head["ContentType"], head["ContentEncoding"]) == ("application/json", "gzip")


def test_a_bucket_that_goes_and_comes_back_loses_nothing(store, outside):
    server, clients = outside(store, "s3")
    server.allowed.add(DEFERRED)
    s3, cloudtrail = store.client("s3"), clients.boto("cloudtrail")
    assert refusal(cloudtrail.create_trail, Name="main", S3BucketName="logs-gone") == (
        "S3BucketDoesNotExistException", "S3 bucket logs-gone does not exist!",
    )  # fmt: skip
    s3.create_bucket(Bucket="logs-gone")
    cloudtrail.create_trail(Name="main", S3BucketName="logs-gone", IsMultiRegionTrail=True)
    cloudtrail.start_logging(Name="main")
    delivered(s3, [mark(cloudtrail)], "logs-gone")
    assert "LatestDeliveryError" not in cloudtrail.get_trail_status(Name="main")
    empty(s3, "logs-gone")
    marks = [mark(cloudtrail) for _ in range(5)]
    wait_for(lambda: error_is(cloudtrail, "NoSuchBucket"), "the status tells NoSuchBucket", limit=30)
    s3.create_bucket(Bucket="logs-gone")
    delivered(s3, marks, "logs-gone")
    wait_for(lambda: error_is(cloudtrail, None), "the error is gone", limit=30)


def test_a_bucket_that_takes_nothing_is_refused(seaweedfs, outside):
    _, clients = outside(seaweedfs, "s3")
    cloudtrail = clients.boto("cloudtrail")
    seaweedfs.client("s3").create_bucket(Bucket="closed")
    assert refusal(cloudtrail.create_trail, Name="main", S3BucketName="closed") == (
        "InsufficientS3BucketPolicyException", "Incorrect S3 bucket policy is detected for bucket: closed",
    )  # fmt: skip


def test_files_are_encrypted_with_a_key_that_is_elsewhere_too(moto, outside):
    server, clients = outside(moto, "s3", "kms")
    kms, s3, cloudtrail = moto.client("kms"), moto.client("s3"), clients.boto("cloudtrail")
    key = kms.create_key()["KeyMetadata"]
    kms.create_alias(AliasName="alias/trail", TargetKeyId=key["KeyId"])
    s3.create_bucket(Bucket="logs-sealed")

    def create(name):
        return refusal(cloudtrail.create_trail, Name="main", S3BucketName="logs-sealed", KmsKeyId=name)

    assert create("alias/none")[0] == "KmsKeyNotFoundException"
    kms.disable_key(KeyId=key["KeyId"])
    assert create("alias/trail") == ("KmsException", f"The KMS key can not be used: {key['Arn']} is disabled.")
    kms.enable_key(KeyId=key["KeyId"])
    made = cloudtrail.create_trail(Name="main", S3BucketName="logs-sealed", KmsKeyId="alias/trail")
    assert made["KmsKeyId"] == key["Arn"]
    cloudtrail.start_logging(Name="main")
    delivered(s3, [mark(cloudtrail)], "logs-sealed")
    head = s3.head_object(Bucket="logs-sealed", Key=sorted(files(s3, "logs-sealed"))[0])
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", key["Arn"])


def test_the_environment_of_aws_clients_changes_nothing(moto, make_server):
    server = make_server(**moto.settings("s3"))
    server.environment = {
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:1",
        "AWS_ACCESS_KEY_ID": "AKIAELSEWHERE", "AWS_SECRET_ACCESS_KEY": "none", "AWS_DEFAULT_REGION": "eu-north-1",
    }  # fmt: skip
    clients = Clients(server.start())
    cloudtrail, s3 = clients.boto("cloudtrail"), moto.client("s3")
    s3.create_bucket(Bucket="logs-environment")
    cloudtrail.create_trail(Name="main", S3BucketName="logs-environment")
    cloudtrail.start_logging(Name="main")
    delivered(s3, [mark(cloudtrail)], "logs-environment")


@pytest.mark.parametrize("emulator", [Moto, SeaweedFS], ids=["moto", "seaweedfs"])
def test_validate_logs_passes(emulator, make_server):
    """The AWS CLI signs to CloudTrail and to S3 with one key, so the store is told of the server's before it starts."""
    store = installed(emulator)
    server = make_server(**store.settings("s3"), digest__interval="1m")
    server.allowed.add(NO_ENCRYPTION)
    try:
        clients = Clients(server.start())
        store.trust(clients.environment["AWS_ACCESS_KEY_ID"], clients.environment["AWS_SECRET_ACCESS_KEY"], "Read", "List")
        s3, cloudtrail = store.start().client("s3"), clients.boto("cloudtrail")
        s3.create_bucket(Bucket="logs")
        begin = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(minutes=1)
        arn = cloudtrail.create_trail(Name="main", S3BucketName="logs", EnableLogFileValidation=True)["TrailARN"]
        cloudtrail.start_logging(Name="main")
        delivered(s3, [mark(cloudtrail)], "logs")
        cloudtrail.stop_logging(Name="main")
        wait_for(lambda: digests(s3, "logs"), "the last digest is delivered", limit=30)
        clients.environment["AWS_ENDPOINT_URL_S3"] = store.endpoint
        since = f"{begin:%Y-%m-%dT%H:%M:%SZ}"
        said = clients.aws("cloudtrail", "validate-logs", "--trail-arn", arn, "--start-time", since, "--verbose")
        chain, logs = len(digests(s3, "logs")), len(files(s3, "logs"))
        assert f"{chain}/{chain} digest files valid" in said and f"{logs}/{logs} log files valid" in said, said
        server.stop()
    finally:
        store.close()


def digests(s3, bucket):
    listed = s3.list_objects_v2(Bucket=bucket).get("Contents", [])
    return [entry["Key"] for entry in listed if "/CloudTrail-Digest/" in entry["Key"] and not entry["Key"].endswith("/")]


@pytest.mark.parametrize("profile", ["audit", "default"])
def test_calls_are_signed_by_a_profile_and_never_by_keys_of_another_endpoint(profile, seaweedfs, make_server):
    """SeaweedFS checks signatures. The environment is that of a shell with `cairn env` in it."""
    key = f"aws_access_key_id={ACCESS_KEY_ID}\naws_secret_access_key={SECRET_ACCESS_KEY}"
    shared = seaweedfs.home / "credentials"
    shared.write_text(f"[{profile}]\n{key}\n")
    named = {"endpoints__profile": profile} if profile != "default" else {}
    server = make_server(endpoints__s3=seaweedfs.endpoint, **named)
    server.allowed.add(NO_ENCRYPTION)
    server.environment = {
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_ACCESS_KEY_ID": "AKIAELSEWHERE", "AWS_SECRET_ACCESS_KEY": "none",
        "AWS_SHARED_CREDENTIALS_FILE": str(shared), "AWS_CONFIG_FILE": "/dev/null",
    }  # fmt: skip
    cloudtrail, s3 = Clients(server.start()).boto("cloudtrail"), seaweedfs.client("s3")
    s3.create_bucket(Bucket=f"logs-{profile}")
    cloudtrail.create_trail(Name="main", S3BucketName=f"logs-{profile}")
    cloudtrail.start_logging(Name="main")
    delivered(s3, [mark(cloudtrail)], f"logs-{profile}")


def topic_with_queue(sns, name):
    """Makes a topic that lets CloudTrail publish, with a queue behind it; returns the topic's ARN and the queue's URL."""
    arn = sns.client("sns").create_topic(Name=name)["TopicArn"]
    let_publish(sns, arn)
    sqs = sns.client("sqs")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    queue = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.client("sns").subscribe(TopicArn=arn, Protocol="sqs", Endpoint=queue)
    return arn, url


def let_publish(sns, arn, effect="Allow"):
    statement = {
        "Sid": "AWSCloudTrailSNSPolicy20131101", "Effect": effect, "Principal": {"Service": "cloudtrail.amazonaws.com"},
        "Action": "SNS:Publish", "Resource": arn,
        "Condition": {"StringEquals": {"aws:SourceArn": f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/main"}},
    }  # fmt: skip
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sns.client("sns").set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=policy)


class Queue:
    """Every message of a queue so far, as CloudTrail wrote it."""

    def __init__(self, sns, url):
        self.sqs, self.url, self.messages = sns.client("sqs"), url, []

    def keys(self):
        while True:
            received = self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10).get("Messages", [])
            for message in received:
                self.messages.append(json.loads(json.loads(message["Body"])["Message"]))
                self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
            if not received:
                return [key for message in self.messages for key in message["s3ObjectKey"]]


def test_a_topic_is_told_of_each_file_once(sns, outside):
    server, clients = outside(sns, "s3", "sns")
    s3, cloudtrail = sns.client("s3"), clients.boto("cloudtrail")
    s3.create_bucket(Bucket="logs-told")
    arn, url = topic_with_queue(sns, "told")
    made = cloudtrail.create_trail(Name="main", S3BucketName="logs-told", SnsTopicName="told")
    assert (made["SnsTopicARN"], made["SnsTopicName"]) == (f"arn:aws:sns:us-east-1:{ACCOUNT}:told", "told")
    assert arn == made["SnsTopicARN"]
    cloudtrail.start_logging(Name="main")
    queue = Queue(sns, url)
    for _ in range(3):
        delivered(s3, [mark(cloudtrail)], "logs-told")
    wait_for(lambda: set(files(s3, "logs-told")) <= set(queue.keys()), "each file is told of", limit=30)
    assert sorted(queue.keys()) == sorted(files(s3, "logs-told"))
    assert all(list(message) == ["s3Bucket", "s3ObjectKey"] for message in queue.messages), queue.messages
    assert {message["s3Bucket"] for message in queue.messages} == {"logs-told"}
    status = cloudtrail.get_trail_status(Name="main")
    assert status["LatestNotificationTime"] >= status["StartLoggingTime"]
    assert "LatestNotificationError" not in status


def test_a_topic_must_exist_and_let_cloudtrail_publish(sns, outside):
    server, clients = outside(sns, "s3", "sns")
    cloudtrail = clients.boto("cloudtrail")
    sns.client("s3").create_bucket(Bucket="logs-refused")
    insufficient = ("InsufficientSnsTopicPolicyException", "SNS Topic does not exist or the topic policy is incorrect!")

    def create(topic):
        return refusal(cloudtrail.create_trail, Name="main", S3BucketName="logs-refused", SnsTopicName=topic)

    assert create("nowhere") == insufficient
    arn = sns.client("sns").create_topic(Name="closed")["TopicArn"]
    assert create("closed") == insufficient
    assert create(arn) == insufficient
    let_publish(sns, arn, "Deny")
    assert create("closed") == insufficient
    assert create("a topic")[0] == "InvalidSnsTopicNameException"
    let_publish(sns, arn)
    cloudtrail.create_trail(Name="main", S3BucketName="logs-refused")
    assert cloudtrail.update_trail(Name="main", SnsTopicName=arn)["SnsTopicARN"] == arn
    assert cloudtrail.get_trail(Name="main")["Trail"]["SnsTopicARN"] == arn


def test_a_topic_that_is_gone_holds_up_no_file_and_is_told_of_all_once_it_is_back(moto, outside):
    server, clients = outside(moto, "s3", "sns")
    server.allowed.add(UNTOLD)
    s3, cloudtrail = moto.client("s3"), clients.boto("cloudtrail")
    s3.create_bucket(Bucket="logs-untold")
    arn, _ = topic_with_queue(moto, "untold")
    cloudtrail.create_trail(Name="main", S3BucketName="logs-untold", SnsTopicName=arn)
    moto.client("sns").delete_topic(TopicArn=arn)
    cloudtrail.start_logging(Name="main")
    delivered(s3, [mark(cloudtrail)], "logs-untold")
    wait_for(lambda: error_is(cloudtrail, "NotFound", member="LatestNotificationError"), "the status tells NotFound", limit=30)
    assert error_is(cloudtrail, None), "files go on"
    # No message shall come between the topic and its queue, so the topic is made while nobody publishes.
    server.stop()
    queue = Queue(moto, topic_with_queue(moto, "untold")[1])
    cloudtrail = Clients(server.start()).boto("cloudtrail")
    wait_for(lambda: set(files(s3, "logs-untold")) <= set(queue.keys()), "each file is told of", limit=30)
    wait_for(lambda: error_is(cloudtrail, None, member="LatestNotificationError"), "the error is gone", limit=30)
    # The last call of a trail is delivered after it is deleted, and told of.
    last = cloudtrail.delete_trail(Name="main")["ResponseMetadata"]["RequestId"]
    delivered(s3, [last], "logs-untold")
    wait_for(lambda: set(files(s3, "logs-untold")) <= set(queue.keys()), "the last file is told of", limit=30)
