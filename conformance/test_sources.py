"""Other sources: MinIO's audit webhook, the datagrams of boto3's client-side monitoring, access logs, CloudTrail files."""

import concurrent.futures
import gzip
import json
import os
import pathlib
import socket
import subprocess
import time
import urllib.error
import urllib.request

import boto3
import pytest
from botocore.config import Config
from clients import Clients
from log_files import LogBucket, log_keys
from server import BINARY, Server
from waiting import PATIENCE, wait_for

TOKEN = "a-token-that-minio-sends"
MARKER = "MARKERa8b61f0cSECRET"
SHARED = pathlib.Path(os.environ.get("CAIRN_SHARED", pathlib.Path(__file__).resolve().parent.parent.parent / "shared"))
REAL_EVENTS = SHARED / "fixtures" / "events"
LISTENING = "taking datagrams of SDKs"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server that takes events from everywhere."""
    token = tmp_path_factory.mktemp("minio") / "token"
    token.write_text(TOKEN + "\n")
    server = Server(sources__minio__token_file=str(token), sources__csm__listen="127.0.0.1:0")
    try:
        yield server.start()
    finally:
        server.close()


def today(at=0):
    return time.gmtime(time.time() - 60 + at)


# --- MinIO -------------------------------------------------------------------------------------------------------------


def entry(name, request_id, bucket="shop", key="", **api):
    """Makes an entry of MinIO's audit log, with a secret in every place that may hold one."""
    return {
        "version": "1",
        "deploymentid": "90e81272-45d9-4fe8-9c45-c9a7322bf4b5",
        "time": time.strftime("%Y-%m-%dT%H:%M:%S.123456789Z", today()),
        "trigger": "incoming",
        "api": {"name": name, "bucket": bucket, "object": key, "status": "OK", "statusCode": 200, "rx": 401, "tx": 7} | api,
        "remotehost": "192.0.2.7",
        "requestID": request_id,
        "userAgent": "MinIO (linux; amd64) minio-go/v7.0.70",
        "requestPath": f"/{bucket}/{key}",
        "requestHost": "minio.example:9000",
        "requestClaims": {"sub": "maya", "sessionPolicy": MARKER},
        "requestQuery": {"X-Amz-Signature": MARKER, "X-Amz-Security-Token": MARKER},
        "requestHeader": {
            "Authorization": f"AWS4-HMAC-SHA256 Credential=maya-key/20240509/us-east-1/s3/aws4_request, Signature={MARKER}",
            "Cookie": MARKER,
            "X-Amz-Meta-Note": MARKER,
            "X-Amz-Security-Token": MARKER,
            "X-Amz-Server-Side-Encryption-Customer-Key": MARKER,
        },
        "responseHeader": {"X-Amz-Id-2": "host-id", "Set-Cookie": MARKER},
        "tags": {"objectLocation": {"name": MARKER}},
        "accessKey": "maya-key",
        "parentUser": "maya",
    }


def send(server, *entries, token=f"Bearer {TOKEN}", body=None):
    """Sends entries as MinIO does, and returns status and answer."""
    body = body if body is not None else "".join(json.dumps(entry) + "\n" for entry in entries).encode()
    request = urllib.request.Request(f"{server.endpoint}/_cairn/sources/minio", data=body, method="POST")
    request.add_header("Content-Type", "application/json")
    if token:
        request.add_header("Authorization", token)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=20) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def found(cloudtrail, name, **conditions):
    """Returns the events of a name in the history that have the members given."""
    pages = cloudtrail.get_paginator("lookup_events").paginate(
        LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": name}]
    )
    events = [json.loads(event["CloudTrailEvent"]) for page in pages for event in page["Events"]]
    return [event for event in events if all(event.get(member) == value for member, value in conditions.items())]


def tailed(server):
    """Returns the newest events as text, data events among them."""
    return server.command("tail", "-n", "10000", "--json")


def test_minio_s_management_call_is_found_once_however_often_it_is_told(server, cloudtrail):
    told = entry("PutBucketPolicy", "R-policy")
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: send(server, told), range(16)))
    assert {status for status, _ in answers} == {200}
    assert sum(json.loads(body)["recorded"] for _, body in answers) == 1
    [event] = wait_for(lambda: found(cloudtrail, "PutBucketPolicy", requestID="R-policy"), "the event")
    identity = event["userIdentity"]
    assert (identity["type"], identity["userName"], identity["accessKeyId"]) == ("IAMUser", "maya", "maya-key")
    assert event["additionalEventData"]["identityBasis"] == "accepted"
    assert event["additionalEventData"]["source"] == "minio-audit-webhook"
    assert event["resources"] == [{"type": "AWS::S3::Bucket", "ARN": "arn:aws:s3:::shop"}]
    assert (event["sourceIPAddress"], event["requestParameters"]["bucketName"]) == ("192.0.2.7", "shop")


def test_minio_s_webhook_is_for_those_who_have_the_token(server, fresh):
    told = entry("PutBucketPolicy", "R-token")
    for token in (None, "Bearer wrong-token-that-is-long", TOKEN, f"Basic {TOKEN}"):
        assert send(server, told, token=token)[0] == 403, token
    assert send(server, body=b"{}")[0] == 200, "MinIO tries whether anybody listens"
    assert send(server, body=b"no json")[0] == 400
    assert send(fresh.start(), told)[0] == 404, "not switched on"


def test_minio_s_objects_reach_the_trails_that_select_them(server, cloudtrail, s3):
    s3.create_bucket(Bucket="minio-logs")
    policy = server.command("bucket-policy", "minio-logs")
    s3.put_bucket_policy(Bucket="minio-logs", Policy=policy)
    cloudtrail.create_trail(Name="minio", S3BucketName="minio-logs")
    selected = [
        {"Field": "eventCategory", "Equals": ["Data"]},
        {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
        {"Field": "resources.ARN", "StartsWith": ["arn:aws:s3:::shop/"]},
    ]
    cloudtrail.put_event_selectors(TrailName="minio", AdvancedEventSelectors=[{"FieldSelectors": selected}])
    cloudtrail.start_logging(Name="minio")
    deleted = entry("DeleteMultipleObjects", "R-delete", objects=[{"objectName": "a"}, {"objectName": "b/c"}])
    other = entry("PutObject", "R-other", bucket="elsewhere", key="k")
    assert json.loads(send(server, entry("PutObject", "R-put", key="a b"), other, deleted)[1]) == {"recorded": 4}
    # Told again in an array, as other senders do.
    assert json.loads(send(server, body=json.dumps([deleted, other]).encode())[1]) == {"recorded": 0}
    log = LogBucket(s3, "minio-logs")
    wait_for(lambda: len(log.records()) >= 4, "four events in the log files")
    named = sorted((record["eventName"], record["requestParameters"].get("key")) for record in log.records())
    assert named == [("DeleteObject", "a"), ("DeleteObject", "b/c"), ("DeleteObjects", None), ("PutObject", "a b")]
    cloudtrail.delete_trail(Name="minio")


def test_what_was_answered_survives_a_kill_and_is_known_afterwards(make_server, tmp_path):
    token = tmp_path / "token"
    token.write_text(TOKEN)
    server = make_server(sources__minio__token_file=str(token)).start()
    told = [entry("PutBucketVersioning", f"R-{number}") for number in range(50)]
    for event in told:
        assert json.loads(send(server, event)[1]) == {"recorded": 1}
    server.kill()
    server.start()
    assert json.loads(send(server, *told)[1]) == {"recorded": 0}
    cloudtrail = Clients(server).boto("cloudtrail")
    wait_for(lambda: len(found(cloudtrail, "PutBucketVersioning")) >= 50, "all events")
    assert len(found(cloudtrail, "PutBucketVersioning")) == 50


# --- SDK client-side monitoring ----------------------------------------------------------------------------------------


def datagram_port(server):
    lines = [json.loads(line) for line in server.log_path.read_text().splitlines() if LISTENING in line]
    return int(lines[-1]["fields"]["address"].rsplit(":", 1)[1])


def test_boto3_tells_what_it_calls(server, cloudtrail, monkeypatch):
    monkeypatch.setenv("AWS_CSM_ENABLED", "true")
    monkeypatch.setenv("AWS_CSM_PORT", str(datagram_port(server)))
    environment = server.credentials()
    keys = {
        "aws_access_key_id": environment["AWS_ACCESS_KEY_ID"],
        "aws_secret_access_key": environment["AWS_SECRET_ACCESS_KEY"],
        "aws_session_token": MARKER,
    }
    with socket.create_server(("127.0.0.1", 0)) as closed:
        nobody = f"http://127.0.0.1:{closed.getsockname()[1]}"
    config = Config(retries={"total_max_attempts": 1}, proxies={}, connect_timeout=2)
    session = boto3.Session(**keys)
    # Nobody is there: a call that failed is a call, too. The token is refused, so that nobody is believed.
    for endpoint, service, call in [
        (nobody, "dynamodb", "list_tables"),
        (server.endpoint, "sts", "get_caller_identity"),
    ]:
        client = session.client(service, region_name="eu-west-1", endpoint_url=endpoint, config=config)
        with pytest.raises(Exception):
            getattr(client, call)()
    # With a key that is known here.
    known = boto3.Session(**(keys | {"aws_session_token": None}))
    known.client("cloudtrail", region_name="eu-west-1", endpoint_url=server.endpoint, config=config).list_trails()
    history = Clients(server).boto("cloudtrail", region="eu-west-1")
    told = lambda name: [
        event
        for event in found(history, name)
        if event.get("additionalEventData", {}).get("source") == "sdk-client-side-monitoring"
    ]
    [unreachable] = wait_for(lambda: told("ListTables"), "the call that reached nobody")
    assert unreachable["errorCode"] == "EndpointConnectionError"
    [trails] = wait_for(lambda: told("ListTrails"), "the call of a known key")
    assert (trails["userIdentity"]["userName"], trails["additionalEventData"]["identityBasis"]) == ("administrator", "claimed")
    assert (trails["eventSource"], trails["requestParameters"]) == ("cloudtrail.amazonaws.com", None)
    [refused] = wait_for(lambda: told("GetCallerIdentity"), "the call that was refused")
    assert (refused["userIdentity"]["type"], refused["additionalEventData"]["identityBasis"]) == ("Unknown", "rejected")
    assert 'cairn_source_passed_total{source="sdk-client-side-monitoring",reason="summary"}' in metrics(server)


def test_datagrams_of_anybody_are_counted_and_harm_nothing(server):
    def unreadable():
        name = 'cairn_source_passed_total{source="sdk-client-side-monitoring",reason="unreadable"}'
        return next((float(line.split()[-1]) for line in metrics(server).splitlines() if line.startswith(name)), 0)

    before = unreadable()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for datagram in (b"", b"\0" * 100, b"[" * 8000, b"x" * 20_000, b'{"Type":"ApiCallAttempt","Service":7}'):
            sender.sendto(datagram, ("127.0.0.1", datagram_port(server)))
    wait_for(lambda: unreadable() == before + 5, "five datagrams passed")


def metrics(server):
    return server.page("metrics").read().decode()


# --- Imports -----------------------------------------------------------------------------------------------------------


def line(operation, request_id, request, key="-", status=200, user="arn:aws:iam::111122223333:user/maya"):
    """Makes a line of S3's server access log."""
    at = time.strftime("%d/%b/%Y:%H:%M:%S +0000", today())
    return (
        f"79a59df900b949e5 shop [{at}] 192.0.2.3 {user} {request_id} {operation} {key} "
        f'"{request} HTTP/1.1" {status} - 113 - 7 - "-" "S3Console/0.4" - host-id= SigV4 '
        f"ECDHE-RSA-AES128-GCM-SHA256 AuthHeader shop.s3.us-east-1.amazonaws.com TLSV1.2 - -"
    )


def imported(server, *arguments, code=0, environment=None):
    """Runs `cairn import` and returns what it tells."""
    named = ["--data-dir", server.data_dir] if environment is None else []
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CAIRN_", "AWS_"))}
    command = [BINARY, "import", *map(str, arguments), "--json", *named]
    limit = 60 * PATIENCE
    done = subprocess.run(command, env=kept | (environment or {}), capture_output=True, text=True, timeout=limit)
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout) if done.stdout else done.stderr


def test_access_logs_are_imported_from_files_directories_and_buckets_once(server, cloudtrail, s3, tmp_path):
    lines = [line("REST.GET.VERSIONING", f"R{number}", "GET /shop?versioning") for number in range(5000)]
    logs = tmp_path / "logs"
    (logs / "deep").mkdir(parents=True)
    (logs / "a").write_text("\n".join(lines[:2000]) + "\n\nthis is no line\n")
    (logs / "deep" / "b.gz").write_bytes(gzip.compress("\n".join(lines[2000:4500]).encode()))
    first = imported(server, "access-logs", logs, code=1)
    assert (first["files"], first["recorded"], first["repeated"], first["refused"]) == (2, 4500, 0, 1)
    assert first["refusedLines"] == [
        {"file": str(logs / "a"), "line": 2002, "reason": "it has 4 fields, at least 10 are needed"}
    ]
    s3.create_bucket(Bucket="access-logs")
    for number, part in enumerate((lines[:10], lines[4000:4800], lines[4800:])):
        s3.put_object(Bucket="access-logs", Key=f"logs/2026-11-25 {number}+", Body="\n".join(part).encode())
    second = imported(server, "access-logs", "s3://access-logs/logs/")
    assert (second["files"], second["recorded"], second["repeated"]) == (3, 500, 510)
    [event] = wait_for(lambda: found(cloudtrail, "GetBucketVersioning", requestID="R4999"), "the last line's event")
    assert event["userIdentity"]["arn"] == "arn:aws:iam::111122223333:user/maya"
    assert event["additionalEventData"]["source"] == "s3-server-access-log"
    began, ended = on_record(cloudtrail, second)
    assert began["userIdentity"]["userName"] == ended["userIdentity"]["userName"] == "administrator"
    said = began["additionalEventData"]["import"]
    assert (said["places"], said["documents"], "recorded" in said) == (["s3://access-logs/logs/"], 3, False)
    told = ended["additionalEventData"]["import"]
    assert (told["outcome"], told["documents"], told["recorded"], told["repeated"]) == ("complete", 3, 500, 510)
    assert told["firstEventTime"] <= event["eventTime"] <= told["lastEventTime"]


def on_record(cloudtrail, told):
    """Returns the events that tell of an import: its beginning and its end, and there are no others."""

    def events():
        of_it = lambda event: (event.get("additionalEventData") or event["serviceEventDetails"])["import"].get("importId")
        return [event for event in found(cloudtrail, "ImportEvents") if of_it(event) == told["importId"]]

    # The newest is the first.
    ended, began = wait_for(lambda: len(events()) >= 2 and events(), "the records of the import")
    assert began["eventID"] == told["importId"] and began["additionalEventData"]["import"]["stage"] == "begun"
    return began, ended


def test_lines_come_from_standard_input_and_objects_need_a_trail(server):
    text = line("REST.GET.OBJECT", "R-object", "GET /shop/a%20b", key="a%2520b") + "\n"
    command = [BINARY, "import", "access-logs", "-", "--json", "--data-dir", server.data_dir]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)
    assert (told["recorded"], told["notSelected"]) == (0, 1)


def test_an_import_goes_on_where_it_broke_off(make_server, tmp_path):
    server = make_server().start()
    lines = [line("REST.GET.ACL", f"R{number}", "GET /shop?acl") for number in range(6000)]
    (tmp_path / "a").write_text("\n".join(lines[:1000]))
    (tmp_path / "b").write_text("\n".join(lines[1000:]))
    state = tmp_path / "state"
    command = [BINARY, "import", "access-logs", tmp_path / "a", tmp_path / "b", "--resume", state, "--json"]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CAIRN_", "AWS_"))}
    process = subprocess.Popen([*command, "--data-dir", server.data_dir], env=kept, stdout=subprocess.PIPE)
    wait_for(lambda: state.exists() and len(state.read_text().splitlines()) > 1, "the first file is done", pause=0.001)
    process.kill()
    process.communicate()
    server.kill()
    server.start()
    told = imported(server, *command[2:-1])
    assert (told["skippedFiles"], told["files"]) == (1, 1)
    assert told["recorded"] + told["repeated"] == 5000
    assert not state.exists(), "an import that is over leaves nothing"
    again = imported(server, "access-logs", tmp_path / "a", tmp_path / "b")
    assert (again["recorded"], again["repeated"]) == (0, 6000)


def test_a_directory_of_small_files_is_one_import_on_record(make_server, tmp_path):
    server = make_server().start()
    lines = [line("REST.GET.ACL", f"R{number}", "GET /shop?acl") for number in range(300)]
    for number, text in enumerate(lines):
        (tmp_path / f"{number:03}").write_text(text + "\nnothing\n" * (number == 7))
    told = imported(server, "access-logs", tmp_path, code=1)
    assert (told["files"], told["recorded"], told["refused"]) == (300, 300, 1)
    assert told["refusedLines"][0]["file"] == str(tmp_path / "007") and told["refusedLines"][0]["line"] == 2
    cloudtrail = Clients(server).boto("cloudtrail")
    _, ended = on_record(cloudtrail, told)
    ended = ended["additionalEventData"]["import"]
    assert (ended["recorded"], ended["refused"], ended["documents"], ended["batches"]) == (300, 1, 300, 1)
    assert len(found(cloudtrail, "ImportEvents")) == 2


def test_an_import_of_many_requests_outlives_the_server_and_is_its_importer_s_alone(make_server):
    server = make_server().start()
    clients = Clients(server)
    lines = [line("REST.GET.CORS", f"R{number}", "GET /shop?cors").encode() for number in range(4)]
    opening = {"format": "access-log", "places": ["a client's own"], "documents": 2}
    status, answer = clients.page("POST", "/_cairn/import/begin", json.dumps(opening).encode())
    assert status == 200
    begun = json.loads(answer)
    assert begun["silenceSeconds"] == 600
    path = f"/_cairn/import?format=access-log&import={begun['importId']}"
    assert clients.page("POST", path, b"\n".join(lines[:3]))[0] == 200
    server.kill()
    server.start()
    clients = Clients(server)
    assert json.loads(clients.page("POST", path, b"\n".join(lines))[1])["recorded"] == 1
    other = path.replace("access-log", "cloudtrail")
    assert clients.page("POST", other, b"{}") == (400, "ResourceNotFoundException")
    second = clients.acting(json.loads(server.command("user", "add", "second", "--administrator")))
    assert second.page("POST", path, lines[0]) == (400, "ResourceNotFoundException"), "it is another's"
    end = json.dumps({"importId": begun["importId"], "outcome": "complete"}).encode()
    assert second.page("POST", "/_cairn/import/end", end) == (400, "ResourceNotFoundException")
    status, answer = clients.page("POST", "/_cairn/import/end", end)
    counts = json.loads(answer)
    assert (status, counts["recorded"], counts["repeated"]) == (200, 4, 3)
    assert clients.page("POST", path, lines[0]) == (400, "ResourceNotFoundException"), "it is over"
    cloudtrail = clients.boto("cloudtrail")
    wait_for(lambda: len(found(cloudtrail, "ImportEvents")) >= 6, "its two records and those of four refusals")
    events = found(cloudtrail, "ImportEvents")
    assert [event.get("errorCode") for event in events].count("ResourceNotFoundException") == 4
    ended, began = [event for event in events if "errorCode" not in event]
    assert began["eventID"] == begun["importId"]
    told = ended["additionalEventData"]["import"]
    assert (told["stage"], told["batches"], told["recorded"], told["repeated"]) == ("ended", 2, 4, 3)


def test_who_may_import_is_decided_by_a_permission_of_its_own(server, tmp_path):
    policy = tmp_path / "policy.json"
    log = tmp_path / "log"
    log.write_text(line("REST.GET.CORS", "R-denied", "GET /shop?cors"))
    environment = {"AWS_ENDPOINT_URL": server.endpoint, "AWS_DEFAULT_REGION": "us-east-1"}
    for user, action, code in [("auditor", "cloudtrail:*", 1), ("importer", "cairn:ImportEvents", 0)]:
        statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
        policy.write_text(json.dumps({"Version": "2012-10-17", "Statement": statement}))
        key = json.loads(server.command("user", "add", user, "--policy", str(policy)))
        keys = {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}
        told = imported(server, "access-logs", log, code=code, environment=environment | keys)
        if code:
            assert "AccessDenied" in told and "cairn:ImportEvents" in told
        else:
            assert told["recorded"] == 1


def test_delivered_log_files_are_imported_byte_for_byte(server, make_server, cloudtrail, s3, tmp_path):
    s3.create_bucket(Bucket="delivered")
    s3.put_bucket_policy(Bucket="delivered", Policy=server.command("bucket-policy", "delivered"))
    cloudtrail.create_trail(Name="delivered", S3BucketName="delivered")
    cloudtrail.start_logging(Name="delivered")
    for number in range(5):
        cloudtrail.list_tags(ResourceIdList=[cloudtrail.get_trail(Name="delivered")["Trail"]["TrailARN"]])
    keys = wait_for(lambda: log_keys(s3, "delivered"), "a log file")
    body = s3.get_object(Bucket="delivered", Key=keys[0])["Body"].read()
    (tmp_path / "log.json.gz").write_bytes(body)
    cloudtrail.delete_trail(Name="delivered")
    records = json.loads(gzip.decompress(body))["Records"]
    lookup = json.loads(Clients(server).aws("cloudtrail", "lookup-events", "--max-items", "20"))
    (tmp_path / "lookup.json").write_text(json.dumps(lookup, indent=1))
    (tmp_path / "lines.json").write_text("".join(json.dumps({"detail-type": "x", "detail": record}) + "\n" for record in records))
    other = make_server().start()
    first = imported(other, "cloudtrail", tmp_path / "log.json.gz")
    assert (first["recorded"], first["refused"]) == (len(records), 0)
    assert imported(other, "cloudtrail", tmp_path / "lines.json")["repeated"] == len(records)
    assert imported(other, "cloudtrail", tmp_path / "lookup.json")["refused"] == 0
    text = gzip.decompress(body).decode()
    wanted = records[0]
    [event] = wait_for(lambda: by_id(other, wanted["eventID"]), "the imported event")
    assert event["CloudTrailEvent"] in text, "not byte for byte"


def by_id(server, event_id):
    attributes = [{"AttributeKey": "EventId", "AttributeValue": event_id}]
    return Clients(server).boto("cloudtrail").lookup_events(LookupAttributes=attributes)["Events"]


def test_events_that_nobody_would_find_are_told_and_left_out(server, tmp_path):
    event = {
        "eventVersion": "1.08", "eventTime": "2020-01-01T00:00:00Z", "eventSource": "iam.amazonaws.com",
        "eventName": "CreateUser", "awsRegion": "us-east-1", "eventID": "old", "eventCategory": "Management",
    }  # fmt: skip
    data = event | {"eventTime": time.strftime("%Y-%m-%dT%H:%M:%SZ", today()), "eventCategory": "Data", "eventID": "data"}
    (tmp_path / "events").write_text("\n".join(map(json.dumps, (event, data, event | {"eventID": ""}))))
    told = imported(server, "cloudtrail", tmp_path / "events", code=1)
    assert (told["tooOld"], told["notSelected"], told["recorded"]) == (1, 1, 0)
    assert told["refusedLines"][0]["reason"] == "it has no eventID"


def test_real_events_of_many_makers_are_read(server):
    if not REAL_EVENTS.exists():
        pytest.skip(f"the real events are not at {REAL_EVENTS}")
    told = imported(server, "cloudtrail", REAL_EVENTS / "invictus", code=0)
    assert told["tooOld"] + told["recorded"] + told["repeated"] + told["notSelected"] > 1000 and told["refused"] == 0


# --- Secrets -----------------------------------------------------------------------------------------------------------


def test_no_source_s_secrets_are_anywhere(server, cloudtrail, s3, tmp_path):
    s3.create_bucket(Bucket="all-logs")
    s3.put_bucket_policy(Bucket="all-logs", Policy=server.command("bucket-policy", "all-logs"))
    cloudtrail.create_trail(Name="all", S3BucketName="all-logs")
    selected = [{"Field": "eventCategory", "Equals": ["Data"]}, {"Field": "resources.type", "Equals": ["AWS::S3::Object"]}]
    cloudtrail.put_event_selectors(TrailName="all", AdvancedEventSelectors=[{"FieldSelectors": selected}])
    cloudtrail.start_logging(Name="all")
    names = ["PutObject", "GetObject", "PutBucketPolicy", "AssumeRole", "AddUser", "ServerInfo", "DeleteMultipleObjects"]
    entries = [entry(name, f"R-secret-{name}", key="k", objects=[{"objectName": "k"}]) for name in names]
    entries += [told | {"requestPath": "/minio/admin/v3/x"} for told in entries[4:6]]
    assert send(server, *entries)[0] == 200
    attempt = {
        "Version": 1, "Type": "ApiCallAttempt", "Service": "S3", "Api": "GetObject", "Timestamp": int(time.time() * 1000),
        "AccessKey": "AKIASECRETS", "SessionToken": MARKER, "Region": "us-east-1", "HttpStatusCode": 400, "Password": MARKER,
        "AwsException": "ValidationException", "AwsExceptionMessage": f"Value '{MARKER}' at 'password' failed",
    }  # fmt: skip
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(json.dumps(attempt).encode(), ("127.0.0.1", datagram_port(server)))
    signed = f"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature={MARKER}&X-Amz-Security-Token={MARKER}"
    log = tmp_path / "log"
    log.write_text(
        line("REST.GET.OBJECT", "R-secret-line", f"GET /shop/k?{signed}", key="k")
        + "\n"
        + line("REST.GET.OBJECT", "R-secret-old", f"GET /shop/k?AWSAccessKeyId=A&Signature={MARKER}", key="k")
    )
    assert imported(server, "access-logs", log)["recorded"] == 2
    wait_for(lambda: "AKIASECRETS" in tailed(server), "the datagram's event")
    everything = tailed(server)
    for told in ("R-secret-PutObject", "R-secret-ServerInfo", "R-secret-line", "AKIASECRETS"):
        assert told in everything, told
    for place, text in [("events", everything), ("log", server.log_path.read_text()), ("metrics", metrics(server))]:
        assert MARKER not in text, place
    cloudtrail.delete_trail(Name="all")
