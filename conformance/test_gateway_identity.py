"""Whose calls they are that go through the gateway: the directory, what answers teach, and who stands behind them."""

import http.client
import json

import boto3
import pytest
from botocore import UNSIGNED
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from clients import Clients
from emulators import ADMIN_KEY_ID, REGION, SECRET_ACCESS_KEY, Moto, SeaweedFS, running
from gateway_world import Gateway, before
from waiting import wait_for

DIRECTORY = f"""
[keys.{ADMIN_KEY_ID}]
arn = "arn:aws:iam::123456789012:user/ops/maya"
principal_id = "AIDAMAYA"
human = "maya@example.com"
"""


def verifying(store):
    """Returns the settings of an upstream that checks signatures."""
    return {"upstreams__default__url": store.endpoint, "upstreams__default__verifies_signatures": "true"}


def written(tmp_path, text):
    path = tmp_path / "directory.toml"
    path.write_text(text)
    path.chmod(0o600)
    return path


@pytest.fixture(scope="module")
def store():
    with running(SeaweedFS) as started:
        yield started


@pytest.fixture(scope="module")
def moto():
    with running(Moto) as started:
        yield started


@pytest.fixture(scope="module")
def stored(store, tmp_path_factory):
    """A gateway before a store that checks signatures, with a directory."""
    path = written(tmp_path_factory.mktemp("directory"), DIRECTORY)
    with before(store.endpoint, gateway__directory_file=str(path), **verifying(store)) as gateway:
        gateway.client("s3").create_bucket(Bucket="shop")
        gateway.client("s3").put_object(Bucket="shop", Key="list", Body=b"tea")
        yield gateway, path


def of_call(gateway, call, name, **members):
    """Makes a call, good or not, and returns its event."""
    seen = len(gateway.events.all())
    try:
        call()
    except ClientError:
        pass
    wanted = {"eventName": name} | members
    return gateway.events.wait(lambda event: wanted.items() <= event.items() and event in gateway.events.all()[seen:], str(wanted))


def test_a_key_of_the_directory_is_its_user(stored):
    gateway, _ = stored
    event = of_call(gateway, lambda: gateway.client("s3").get_object(Bucket="shop", Key="list"), "GetObject")
    assert event["userIdentity"] == {
        "type": "IAMUser", "principalId": "AIDAMAYA", "arn": "arn:aws:iam::123456789012:user/ops/maya",
        "accountId": "123456789012", "accessKeyId": ADMIN_KEY_ID, "userName": "maya",
    }  # fmt: skip
    assert event["additionalEventData"]["identityBasis"] == "accepted"
    actor = event["additionalEventData"]["actor"]
    assert (actor["human"], actor["humanFrom"], actor["sdk"]) == ("maya@example.com", "directory", "boto3")
    missing = of_call(gateway, lambda: gateway.client("s3").get_object(Bucket="shop", Key="none"), "GetObject", errorCode="NoSuchKey")
    assert missing["userIdentity"]["userName"] == "maya"


def presigned(gateway, **keys):
    client = gateway.client("s3", keys=keys.get("keys"), signature_version="s3v4")
    return client.generate_presigned_url("get_object", {"Bucket": "shop", "Key": "list"}, ExpiresIn=keys.get("expires", 60))


def get(gateway, target, **headers):
    connection = http.client.HTTPConnection(gateway.endpoint.removeprefix("http://"), timeout=10)
    connection.request("GET", target, headers=headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


@pytest.mark.parametrize("way", ["header", "head", "presigned", "twice", "mixed", "lowercase"])
def test_a_wrong_signature_never_carries_the_name_behind_its_key(stored, way):
    gateway, _ = stored
    forged = gateway.client("s3", keys=(ADMIN_KEY_ID, "not the secret"))
    unknown_key = {"type": "Unknown", "accessKeyId": ADMIN_KEY_ID}
    target = presigned(gateway, keys=(ADMIN_KEY_ID, "not the secret")).removeprefix(gateway.endpoint)
    if way == "header":
        event = of_call(gateway, lambda: forged.list_buckets(), "ListBuckets", errorCode="SignatureDoesNotMatch")
        assert event["additionalEventData"]["identityBasis"] == "rejected"
    elif way == "head":
        # The answer to HEAD has no body that would say why.
        event = of_call(gateway, lambda: forged.head_object(Bucket="shop", Key="list"), "HeadObject")
    elif way == "presigned":
        event = of_call(gateway, lambda: get(gateway, target), "GetObject")
    elif way == "twice":
        event = of_call(gateway, lambda: get(gateway, target, Authorization=f"AWS {ADMIN_KEY_ID}:c2lnbmF0dXJl"), "GetObject")
    elif way == "mixed":
        event = of_call(gateway, lambda: get(gateway, f"{target}&AWSAccessKeyId={ADMIN_KEY_ID}&Signature=x&Expires=1"), "GetObject")
    else:
        event = of_call(gateway, lambda: get(gateway, target.replace("X-Amz-Credential", "x-amz-credential")), "GetObject")
    assert event["userIdentity"] in (unknown_key, {"type": "Unknown"}), event["userIdentity"]
    assert "maya" not in json.dumps(event)


FORGED = [
    ("get_object", {"Bucket": "absent", "Key": "list"}),
    ("get_object", {"Bucket": "shop", "Key": "absent"}),
    ("put_object", {"Bucket": "shop", "Key": "forged", "Body": b"tea"}),
    ("copy_object", {"Bucket": "shop", "Key": "forged", "CopySource": "shop/list"}),
    ("delete_object", {"Bucket": "shop", "Key": "list"}),
    ("delete_objects", {"Bucket": "shop", "Delete": {"Objects": [{"Key": "list"}]}}),
    ("list_objects_v2", {"Bucket": "absent"}),
    ("create_bucket", {"Bucket": "forged"}),
    ("delete_bucket", {"Bucket": "absent"}),
    ("head_bucket", {"Bucket": "absent"}),
    ("head_object", {"Bucket": "absent", "Key": "list"}),
    ("get_bucket_policy", {"Bucket": "absent"}),
    ("put_bucket_policy", {"Bucket": "shop", "Policy": "{}"}),
    ("put_bucket_tagging", {"Bucket": "shop", "Tagging": {"TagSet": []}}),
    ("create_multipart_upload", {"Bucket": "shop", "Key": "forged"}),
    ("upload_part", {"Bucket": "shop", "Key": "forged", "UploadId": "0", "PartNumber": 1, "Body": b"tea"}),
    ("complete_multipart_upload", {"Bucket": "shop", "Key": "forged", "UploadId": "0", "MultipartUpload": {"Parts": []}}),
    ("get_object_acl", {"Bucket": "shop", "Key": "list"}),
]


def test_no_forged_call_of_any_kind_carries_the_name(stored):
    gateway, _ = stored
    seen = len(gateway.events.all())
    forged = gateway.client("s3", keys=(ADMIN_KEY_ID, "not the secret"))
    for operation, arguments in FORGED:
        with pytest.raises(ClientError):
            getattr(forged, operation)(**arguments)
    expired = presigned(gateway, keys=(ADMIN_KEY_ID, "not the secret"), expires=1).removeprefix(gateway.endpoint)
    wait_for(lambda: b"expired" in body_of(gateway, expired), "the address expires")
    gateway.client("s3").list_buckets()
    gateway.events.wait(lambda event: event["eventName"] == "ListBuckets" and event in gateway.events.all()[seen:], "the last call")
    events = gateway.events.all()[seen:]
    # Each of them is there, and only the call that was signed well has the name.
    assert len(events) > len(FORGED) + 1
    assert {event["eventName"] for event in events if "maya" in json.dumps(event)} == {"ListBuckets"}


SCOPED = f"AWS4-HMAC-SHA256 Credential={ADMIN_KEY_ID}/20260101/us-east-1/%s/aws4_request, SignedHeaders=host, Signature={'0' * 64}"


def raw(gateway, method, target, service, **headers):
    """Sends a request with a forged signature for the administrator's key, and returns the status."""
    connection = http.client.HTTPConnection(gateway.endpoint.removeprefix("http://"), timeout=10)
    connection.request(method, target, headers={"Authorization": SCOPED % service} | headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


def test_what_a_store_answers_without_a_look_at_the_signature_names_nobody(stored):
    gateway, _ = stored
    seen = len(gateway.events.all())
    cors = {"Origin": "http://example.com", "Access-Control-Request-Method": "GET"}
    assert raw(gateway, "OPTIONS", "/shop/list", "s3", **cors) == 200
    assert raw(gateway, "GET", "/healthz", "s3") == raw(gateway, "GET", "/%68ealthz", "s3") == 200
    # A date that can't be read is refused before the key is looked up.
    assert raw(gateway, "GET", "/shop/list", "s3", **{"X-Amz-Date": "nonsense", "X-Amz-Content-Sha256": "UNSIGNED-PAYLOAD"}) >= 400
    gateway.client("s3").list_buckets()
    gateway.events.wait(lambda event: event["eventName"] == "ListBuckets" and event in gateway.events.all()[seen:], "the last call")
    events = gateway.events.all()[seen:]
    assert len(events) >= 5, [event["eventName"] for event in events]
    assert [event["eventName"] for event in events if "maya" in json.dumps(event)] == ["ListBuckets"]


def test_an_object_that_looks_like_an_answer_teaches_nothing(stored):
    gateway, _ = stored
    seen, before_it = len(gateway.events.all()), gateway.server.metric("cairn_identities_learned_total")
    answer = (
        "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>AKIAVICTIM</AccessKeyId></Credentials><AssumedRoleUser>"
        "<Arn>arn:aws:sts::123456789012:assumed-role/r/mallory</Arn></AssumedRoleUser></AssumeRoleResult></AssumeRoleResponse>"
    )
    gateway.client("s3").put_object(Bucket="shop", Key="evil.xml", Body=answer.encode())
    target = f"{gateway.endpoint}/shop/evil.xml?Action=AssumeRole&Version=2011-06-15"
    request = AWSRequest("GET", target, headers={"X-Amz-Content-Sha256": "UNSIGNED-PAYLOAD"})
    SigV4Auth(Credentials(ADMIN_KEY_ID, SECRET_ACCESS_KEY), "sts", REGION).add_auth(request)
    connection = http.client.HTTPConnection(gateway.endpoint.removeprefix("http://"), timeout=10)
    connection.request("GET", target.removeprefix(gateway.endpoint), headers=dict(request.headers))
    reply = connection.getresponse()
    assert (reply.status, reply.read()) == (200, answer.encode())
    connection.close()
    gateway.client("s3").list_buckets()
    gateway.events.wait(lambda event: event["eventName"] == "ListBuckets" and event in gateway.events.all()[seen:], "the call after it")
    assert gateway.server.metric("cairn_identities_learned_total") == before_it


def body_of(gateway, target):
    connection = http.client.HTTPConnection(gateway.endpoint.removeprefix("http://"), timeout=10)
    connection.request("GET", target)
    body = connection.getresponse().read()
    connection.close()
    return body


def test_who_signs_nothing_is_anonymous_and_a_key_of_nobody_stays_unknown(stored):
    gateway, _ = stored
    anonymous = boto3.client("s3", endpoint_url=gateway.endpoint, region_name=REGION, config=Config(signature_version=UNSIGNED))
    event = of_call(gateway, lambda: anonymous.get_object(Bucket="shop", Key="list"), "GetObject")
    assert event["userIdentity"] == {"type": "AWSAccount", "principalId": "", "accountId": "anonymous"}
    nobody = gateway.client("s3", keys=("ASIAY34FZKBOKMUTVV7A", "secret"))
    event = of_call(gateway, nobody.list_buckets, "ListBuckets", errorCode="InvalidAccessKeyId")
    assert event["userIdentity"] == {"type": "Unknown", "accessKeyId": "ASIAY34FZKBOKMUTVV7A"}
    assert event["additionalEventData"]["accountIdFromKey"] == "609629065308"


def posted(gateway, keys=None, **more):
    """Uploads by a form, as a browser does, and returns the status."""
    form = gateway.client("s3", keys=keys, signature_version="s3v4").generate_presigned_post("shop", "form")
    fields = form["fields"] | more
    parts = [f'--b1\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()]
    body = "".join(parts) + '--b1\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\ntea\r\n--b1--\r\n'
    connection = http.client.HTTPConnection(gateway.endpoint.removeprefix("http://"), timeout=10)
    connection.request("POST", "/shop", body=body, headers={"Content-Type": "multipart/form-data; boundary=b1"})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


def test_who_uploads_by_a_form_is_told_by_its_fields(stored):
    gateway, _ = stored
    event = of_call(gateway, lambda: posted(gateway), "PostObject")
    assert event.get("errorCode") is None and event["userIdentity"]["userName"] == "maya"
    event = of_call(gateway, lambda: posted(gateway, keys=(ADMIN_KEY_ID, "not the secret")), "PostObject")
    assert event["userIdentity"] in ({"type": "Unknown", "accessKeyId": ADMIN_KEY_ID}, {"type": "Unknown"})
    assert event["errorCode"] and "maya" not in json.dumps(event)


def test_a_secret_of_the_directory_proves_and_disproves(store, tmp_path):
    text = DIRECTORY + f'secret = "{SECRET_ACCESS_KEY}"\n'
    with before(store.endpoint, gateway__directory_file=str(written(tmp_path, text)), **verifying(store)) as gateway:
        event = of_call(gateway, gateway.client("s3").list_buckets, "ListBuckets")
        assert event["userIdentity"]["userName"] == "maya"
        assert "identityBasis" not in event["additionalEventData"]
        forged = gateway.client("s3", keys=(ADMIN_KEY_ID, "not the secret"))
        event = of_call(gateway, forged.list_buckets, "ListBuckets", errorCode="SignatureDoesNotMatch")
        assert event["userIdentity"] == {"type": "Unknown", "accessKeyId": ADMIN_KEY_ID}
        assert event["additionalEventData"]["signatureCheck"] == "mismatch"
        listed = json.loads(gateway.server.command("directory", "list"))
        assert listed["hasSecret"] and SECRET_ACCESS_KEY not in json.dumps(listed)


def test_an_upstream_that_checks_nothing_vouches_for_nobody_but_a_secret_does(moto, tmp_path):
    text = DIRECTORY + f'secret = "{SECRET_ACCESS_KEY}"\n'
    with before(moto.endpoint, gateway__directory_file=str(written(tmp_path, text))) as gateway:
        event = of_call(gateway, gateway.client("iam").list_users, "ListUsers")
        assert event["userIdentity"]["userName"] == "maya" and "identityBasis" not in event.get("additionalEventData", {})
        event = of_call(gateway, gateway.client("iam", keys=(ADMIN_KEY_ID, "not the secret")).list_users, "ListUsers")
        assert event["userIdentity"] == {"type": "Unknown", "accessKeyId": ADMIN_KEY_ID}


def test_a_key_of_cairn_s_own_is_proven_wherever_its_call_goes(moto):
    with before(f"sqs={moto.endpoint}") as gateway:
        own = Clients(gateway.server)
        event = of_call(gateway, lambda: own.boto("sqs", checked=False).create_queue(QueueName="own"), "CreateQueue")
        assert event["userIdentity"]["userName"] == "administrator" and event["userIdentity"]["principalId"].startswith("AIDA")
        assert "identityBasis" not in event.get("additionalEventData", {})
        key = event["userIdentity"]["accessKeyId"]
        forged = gateway.client("sqs", keys=(key, "not the secret"))
        event = of_call(gateway, lambda: forged.create_queue(QueueName="forged"), "CreateQueue")
        assert event["userIdentity"] == {"type": "Unknown", "accessKeyId": key}
        assert event["additionalEventData"]["identityBasis"] == "rejected"


def test_a_changed_directory_is_taken_while_the_server_runs(stored):
    gateway, path = stored
    path.write_text(DIRECTORY.replace("maya", "noor"))
    try:
        renamed = lambda: of_call(gateway, gateway.client("s3").list_buckets, "ListBuckets")["userIdentity"]["userName"] == "noor"
        wait_for(renamed, "the new name is told", limit=15)
    finally:
        path.write_text(DIRECTORY)
        wait_for(lambda: not renamed(), "the old name is told again", limit=15)


@pytest.fixture(scope="module")
def emulated(moto):
    with before(moto.endpoint, gateway__trusted_proxies="127.0.0.0/8", gateway__people_headers="human=X-Forwarded-User,agent=X-Agent-Id") as gateway:
        yield gateway


def with_headers(client, headers):
    client.meta.events.register("before-send", lambda request, **_: request.headers.update(headers) or None)
    return client


def test_what_answers_teach_outlives_a_restart(emulated):
    gateway = emulated
    iam, sts = gateway.client("iam"), gateway.client("sts")
    iam.create_user(UserName="lee", Path="/eng/")
    key = iam.create_access_key(UserName="lee")["AccessKey"]
    lee = gateway.client("sts", keys=(key["AccessKeyId"], key["SecretAccessKey"]))
    event = of_call(gateway, lee.get_caller_identity, "GetCallerIdentity")
    assert event["userIdentity"]["userName"] == "lee"
    assert event["userIdentity"]["arn"] == "arn:aws:iam::123456789012:user/eng/lee"
    assert event["additionalEventData"]["identityBasis"] == "claimed"
    trust = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}]})
    role = iam.create_role(RoleName="deploy", Path="/ci/", AssumeRolePolicyDocument=trust)["Role"]
    answer = lee.assume_role(
        RoleArn=role["Arn"], RoleSessionName="run-7", SourceIdentity="lee.s", Tags=[{"Key": "agent", "Value": "release-bot"}]
    )
    session = answer["Credentials"]
    keys = (session["AccessKeyId"], session["SecretAccessKey"], session["SessionToken"])

    def as_role():
        return of_call(gateway, gateway.client("s3", keys=keys).list_buckets, "ListBuckets")

    event = as_role()
    identity = event["userIdentity"]
    assert identity["type"] == "AssumedRole" and identity["arn"].endswith(":assumed-role/deploy/run-7")
    issuer = identity["sessionContext"]["sessionIssuer"]
    assert (issuer["arn"], issuer["userName"]) == (role["Arn"], "deploy")
    assert identity["sessionContext"]["sourceIdentity"] == "lee.s"
    actor = event["additionalEventData"]["actor"]
    assert (actor["human"], actor["humanFrom"]) == ("lee.s", "sourceIdentity")
    assert (actor["agent"], actor["agentFrom"]) == ("release-bot", "tag:agent")
    assert actor["assumedBy"] == ["arn:aws:iam::123456789012:user/eng/lee"]
    for secret in (session["SecretAccessKey"], session["SessionToken"], key["SecretAccessKey"]):
        assert secret not in gateway.events.text()

    gateway.server.stop()
    gateway.server.start()
    gateway.events.close()
    gateway.events = type(gateway.events)(gateway.server)
    assert as_role()["userIdentity"] == identity
    iam = gateway.client("iam")
    iam.delete_access_key(UserName="lee", AccessKeyId=key["AccessKeyId"])
    lee = gateway.client("s3", keys=(key["AccessKeyId"], key["SecretAccessKey"]))
    event = of_call(gateway, lee.list_buckets, "ListBuckets")
    assert event["userIdentity"] == {"type": "Unknown", "accessKeyId": key["AccessKeyId"], "accountId": "123456789012"}


def test_headers_of_a_trusted_proxy_name_the_person_and_the_agent(emulated):
    told = {"X-Forwarded-User": "maya@example.com", "X-Agent-Id": "planner-7", "X-Forwarded-For": "203.0.113.9"}
    client = with_headers(emulated.client("s3"), told)
    event = of_call(emulated, client.list_buckets, "ListBuckets")
    actor = event["additionalEventData"]["actor"]
    assert (actor["human"], actor["humanFrom"]) == ("maya@example.com", "header:x-forwarded-user")
    assert (actor["agent"], actor["agentFrom"]) == ("planner-7", "header:x-agent-id")
    assert event["sourceIPAddress"] == "203.0.113.9"
    found = emulated.server.command("lookup", "--actor", "planner-7", "--json").splitlines()
    assert [json.loads(line)["eventID"] for line in found] == [event["eventID"]]


def test_nobody_else_is_believed_about_people(stored):
    gateway, _ = stored
    client = with_headers(gateway.client("s3"), {"X-Forwarded-User": "mallory", "X-Forwarded-For": "203.0.113.9"})
    event = of_call(gateway, client.list_buckets, "ListBuckets")
    assert "mallory" not in json.dumps(event) and event["sourceIPAddress"] == "127.0.0.1"


def test_built_in_services_tell_the_person_and_the_tool_too(emulated):
    own = Clients(emulated.server)
    event = of_call(emulated, lambda: own.aws("cloudtrail", "describe-trails"), "DescribeTrails")
    actor = event["additionalEventData"]["actor"]
    assert actor["tool"] == "aws-cli" and actor["toolVersion"]
    trust = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": ["sts:AssumeRole", "sts:TagSession"]}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = own.boto("iam").create_role(RoleName="agents", AssumeRolePolicyDocument=policy)["Role"]
    tags = [{"Key": "human", "Value": "maya@example.com"}, {"Key": "agent", "Value": "planner"}]
    session = own.boto("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="run-7", Tags=tags)["Credentials"]
    keys = (session["AccessKeyId"], session["SecretAccessKey"], session["SessionToken"])
    event = of_call(emulated, emulated.client("cloudtrail", keys=keys).describe_trails, "DescribeTrails", errorCode="AccessDenied")
    actor = event["additionalEventData"]["actor"]
    assert (actor["human"], actor["humanFrom"]) == ("maya@example.com", "tag:human")
    assert (actor["agent"], actor["agentFrom"]) == ("planner", "tag:agent")


def test_a_store_s_list_of_users_becomes_a_directory(store, tmp_path):
    gateway = Gateway(store.endpoint)
    try:
        listed = gateway.server.command("directory", "import", "--format", "seaweedfs", str(store.home / "identities.json"))
        assert f"[keys.{ADMIN_KEY_ID}]" in listed and SECRET_ACCESS_KEY not in listed
        path = written(tmp_path, listed)
        rows = [json.loads(line) for line in gateway.server.command("directory", "list", str(path)).splitlines()]
        assert ADMIN_KEY_ID in {row["key"] for row in rows}
    finally:
        gateway.close()


def test_the_owner_and_the_caller_of_another_account_are_told_of_one_call(store, tmp_path):
    text = f'[keys.{ADMIN_KEY_ID}]\narn = "arn:aws:iam::111122223333:user/maya"\nprincipal_id = "AIDAMAYA"\n'
    settings = {"gateway__directory_file": str(written(tmp_path, text)), "accounts": "111122223333"}
    with before(store.endpoint, **settings, **verifying(store)) as gateway:
        gateway.client("s3").create_bucket(Bucket="theirs")
        owners = gateway.events.named("CreateBucket", requestParameters={"bucketName": "theirs", "Host": gateway.endpoint[7:]})
        assert owners["userIdentity"] == {"type": "AWSAccount", "principalId": "AIDAMAYA", "accountId": "111122223333"}
        assert owners["recipientAccountId"] == "123456789012"
        found = gateway.server.command("lookup", "--account-id", "111122223333", "--event-name", "CreateBucket", "--json")
        callers = json.loads(found)
        assert callers["userIdentity"]["arn"] == "arn:aws:iam::111122223333:user/maya"
        assert callers["recipientAccountId"] == "111122223333"
        assert callers["sharedEventID"] == owners["sharedEventID"] and callers["eventID"] != owners["eventID"]
