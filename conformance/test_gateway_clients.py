"""The AWS CLI, boto3's transfers and the JavaScript SDK through the gateway against SeaweedFS, which checks every signature."""

import base64
import io
import json
import os
import pathlib
import subprocess
import sys
import urllib.request

import pytest
from emulators import ADMIN_KEY_ID, REGION, SECRET_ACCESS_KEY, running
from gateway_stores import Store
from gateway_world import before
from real_clients import BUILT, HERE, absent

LARGE_BYTES = 96 << 20

# What a body that is ten times as large may take more of memory.
GROWTH_BYTES_MAX = 24 << 20


@pytest.fixture(scope="module")
def world():
    with running(Store) as store, before(store.endpoint) as gateway:
        yield store, gateway


@pytest.fixture(scope="module")
def environment(world):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "CAIRN_"))}
    return kept | {
        "AWS_ENDPOINT_URL": world[1].endpoint, "AWS_ACCESS_KEY_ID": ADMIN_KEY_ID, "AWS_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY,
        "AWS_DEFAULT_REGION": REGION, "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull, "AWS_PAGER": "",
        "AWS_EC2_METADATA_DISABLED": "true", "AWS_MAX_ATTEMPTS": "1", "NO_PROXY": "127.0.0.1,localhost",
        "NODE_PATH": str(BUILT / "js" / "node_modules"),
    }  # fmt: skip


@pytest.fixture(scope="module")
def aws(environment):
    def run(*arguments):
        program = pathlib.Path(sys.executable).parent / "aws"
        done = subprocess.run([program, *arguments], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert done.returncode == 0, f"aws {' '.join(map(str, arguments))}: {done.stderr}"
        return done.stdout

    return run


def test_the_cli_copies_moves_and_lists(world, aws, tmp_path):
    """Twenty megabytes go up in parts; what the store has is what was sent."""
    store, gateway = world
    file = tmp_path / "large file+ü.bin"
    file.write_bytes(os.urandom(20 << 20))
    aws("s3", "mb", "s3://from-cli")
    aws("s3", "cp", "--quiet", str(file), "s3://from-cli/dir/large file+ü.bin")
    direct = store.client("s3")
    assert direct.get_object(Bucket="from-cli", Key="dir/large file+ü.bin")["Body"].read() == file.read_bytes()
    aws("s3", "mv", "--quiet", "s3://from-cli/dir/large file+ü.bin", "s3://from-cli/moved")
    assert "moved" in aws("s3", "ls", "--recursive", "s3://from-cli")
    aws("s3", "cp", "--quiet", "s3://from-cli/moved", str(tmp_path / "back"))
    assert (tmp_path / "back").read_bytes() == file.read_bytes()
    names = [event["eventName"] for event in gateway.events.all() if "from-cli" in json.dumps(event.get("requestParameters"))]
    assert {"CreateBucket", "CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload", "DeleteObject", "ListObjects", "GetObject", "HeadObject"} <= set(names)
    assert names.count("UploadPart") >= 3
    event = gateway.events.named("CompleteMultipartUpload", limit=5)
    assert event["userAgent"].startswith("[aws-cli/") and event["additionalEventData"]["AuthenticationMethod"] == "AuthHeader"


def test_the_cli_syncs_a_tree(world, aws, tmp_path):
    _, gateway = world
    there, back = tmp_path / "there", tmp_path / "back"
    for number in range(60):
        file = there / f"dir {number % 3}" / f"ü+{number:02}%.txt"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(f"{number}\n".encode() * (number % 7))
    aws("s3", "mb", "s3://synced")
    aws("s3", "sync", "--quiet", str(there), "s3://synced/some/prefix")
    aws("s3", "sync", "--quiet", "s3://synced/some/prefix", str(back))
    contents = lambda root: {path.relative_to(root): path.read_bytes() for path in root.rglob("*") if path.is_file()}
    assert contents(back) == contents(there) and len(contents(there)) == 60
    keys = {event["requestParameters"]["key"] for event in gateway.events.all() if event["eventName"] == "PutObject" and event["requestParameters"]["bucketName"] == "synced"}
    assert keys == {f"some/prefix/{path.relative_to(there)}" for path in there.rglob("*") if path.is_file()}


def test_a_presigned_url_of_the_cli(world, aws):
    store, gateway = world
    store.client("s3").create_bucket(Bucket="presigned")
    store.client("s3").put_object(Bucket="presigned", Key="k e y", Body=b"presigned")
    url = aws("s3", "presign", "s3://presigned/k e y").strip()
    answer = urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=10)
    assert answer.read() == b"presigned"
    event = gateway.events.of_request(answer.headers["x-amz-request-id"])
    assert event["eventName"] == "GetObject" and event["additionalEventData"]["AuthenticationMethod"] == "QueryString"
    assert url.rpartition("Signature=")[2] not in json.dumps(event)


def test_large_bodies_take_no_memory(world):
    """One PUT and one GET of 96 MB, after one each of a tenth: the server's peak hardly rises."""
    store, gateway = world
    client = gateway.client("s3", s3={"addressing_style": "path"}, signature_version="s3v4")
    store.client("s3").create_bucket(Bucket="large")
    block = os.urandom(1 << 20)
    peaks = []
    for size in (LARGE_BYTES // 10, LARGE_BYTES):
        body = block * (size >> 20)
        client.put_object(Bucket="large", Key="body", Body=io.BytesIO(body))
        stream = client.get_object(Bucket="large", Key="body")["Body"]
        at = 0
        while piece := stream.read(1 << 20):
            assert piece == body[at : at + len(piece)]
            at += len(piece)
        assert at == len(body)
        peaks.append(gateway.server.memory_bytes_max())
    assert peaks[1] - peaks[0] < GROWTH_BYTES_MAX, f"peaks of {[peak >> 20 for peak in peaks]} MiB"
    is_it = lambda event: event["eventName"] == "GetObject" and event["additionalEventData"]["bytesTransferredOut"] == at
    gateway.events.wait(is_it, "an event of the large body, with its length", limit=5)


@pytest.mark.parametrize("style", ["path", "virtual"])
def test_the_javascript_sdk(world, environment, style):
    """Its streams go out in chunks of chunks, and its requests name the operation themselves."""
    if absent("JavaScript"):
        pytest.skip(f"JavaScript SKIPPED: {absent('JavaScript')}")
    store, gateway = world
    bucket = f"js-{style}"
    store.client("s3").create_bucket(Bucket=bucket)
    endpoint = gateway.endpoint.replace("127.0.0.1", "127.0.0.1" if style == "path" else "s3.localhost")
    calls = [
        ("PutObject", {"Key": "text", "Body": "hello"}),
        ("PutObject", {"Key": "streamed", "stream": "streamed " * 5000, "length": 45000}),
        ("GetObject", {"Key": "streamed"}),
        ("PutObject", {"Key": "c é(1)!*.txt", "Body": "odd"}),
        ("GetObject", {"Key": "c é(1)!*.txt"}),
        ("CopyObject", {"Key": "copied", "CopySource": f"{bucket}/text"}),
        ("ListObjectsV2", {"Prefix": "c"}),
        ("GetObject", {"Key": "absent"}),
        ("DeleteObjects", {"Delete": {"Objects": [{"Key": "text"}]}}),
    ]
    told = run_js(environment | {"AWS_ENDPOINT_URL": endpoint}, style, bucket, calls)
    for (operation, _), answer in zip(calls, told, strict=True):
        assert "failure" not in answer, answer
        event = gateway.events.of_request(answer["requestId"], {"ListObjectsV2": "ListObjects"}.get(operation, operation), limit=5)
        assert event["userAgent"].startswith("[aws-sdk-js/")
        assert event.get("errorCode") == answer.get("error")
    assert base64.b64decode(told[2]["output"]["body"]) == b"streamed " * 5000
    assert base64.b64decode(told[4]["output"]["body"]) == b"odd"
    assert [entry["Key"] for entry in told[6]["output"]["Contents"]] == ["c é(1)!*.txt", "copied"]
    assert told[7]["error"] == "NoSuchKey"


def run_js(environment, style, bucket, calls):
    """Makes calls with the client program; names of the domain are looked up by Node itself."""
    lines = [json.dumps({"operation": name, "style": style, "input": {"Bucket": bucket} | input}) for name, input in calls]
    program = [*node(), HERE / "js" / "s3.cjs"]
    done = subprocess.run(program, env=environment, input="\n".join(lines), stdout=subprocess.PIPE, text=True, timeout=60)
    return [json.loads(line) for line in done.stdout.splitlines()]


def node():
    """Node, with every name of this machine's domain leading to this machine."""
    return ["node", "--require", str(HERE / "js" / "local.cjs")]
