"""Objects of the built-in S3 under real clients: bytes, metadata, ranges, conditions, parts, copies, deletions."""

import base64
import hashlib
import io
import os

import pytest
from clients import keys, refusal


def test_an_object_keeps_its_bytes_metadata_and_headers(s3, bucket):
    body = os.urandom(100_000)
    headers = {
        "ContentType": "application/pdf", "CacheControl": "max-age=60", "ContentDisposition": "attachment",
        "ContentEncoding": "identity", "ContentLanguage": "de", "Metadata": {"author": "A. B.", "empty": ""},
    }  # fmt: skip
    put = s3.put_object(Bucket=bucket, Key="a/b c+d%25é.pdf", Body=body, **headers)
    assert put["ETag"] == f'"{hashlib.md5(body).hexdigest()}"'
    for answer in (s3.get_object(Bucket=bucket, Key="a/b c+d%25é.pdf"), s3.head_object(Bucket=bucket, Key="a/b c+d%25é.pdf")):
        assert {name: answer[name] for name in headers} == headers
        assert (answer["ETag"], answer["ContentLength"]) == (put["ETag"], len(body))
    assert s3.get_object(Bucket=bucket, Key="a/b c+d%25é.pdf")["Body"].read() == body
    assert keys(s3.list_objects_v2(Bucket=bucket)) == ["a/b c+d%25é.pdf"]


def test_an_empty_object(s3, bucket):
    s3.put_object(Bucket=bucket, Key="empty")
    answer = s3.get_object(Bucket=bucket, Key="empty")
    assert (answer["Body"].read(), answer["ContentLength"]) == (b"", 0)
    assert refusal(s3.get_object, Bucket=bucket, Key="empty", Range="bytes=0-")[0] == "InvalidRange"


@pytest.mark.parametrize(
    "asked, expected",
    [("bytes=0-9", (0, 10)), ("bytes=990-", (990, 1000)), ("bytes=-5", (995, 1000)), ("bytes=500-9999", (500, 1000))],
)
def test_ranges(s3, asked, expected):
    s3.create_bucket(Bucket="ranges")
    body = bytes(number % 251 for number in range(1000))
    s3.put_object(Bucket="ranges", Key="k", Body=body)
    answer = s3.get_object(Bucket="ranges", Key="k", Range=asked)
    start, end = expected
    assert answer["Body"].read() == body[start:end]
    assert answer["ContentRange"] == f"bytes {start}-{end - 1}/1000"
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 206
    assert refusal(s3.get_object, Bucket="ranges", Key="k", Range="bytes=1000-")[0] == "InvalidRange"


def test_conditions(s3, bucket):
    etag = s3.put_object(Bucket=bucket, Key="once", Body=b"first", IfNoneMatch="*")["ETag"]
    again = refusal(s3.put_object, Bucket=bucket, Key="once", Body=b"second", IfNoneMatch="*")
    assert again == ("PreconditionFailed", "At least one of the pre-conditions you specified did not hold")
    assert s3.get_object(Bucket=bucket, Key="once")["Body"].read() == b"first"
    assert refusal(s3.put_object, Bucket=bucket, Key="once", Body=b"x", IfMatch='"0"')[0] == "PreconditionFailed"
    assert refusal(s3.put_object, Bucket=bucket, Key="none", Body=b"x", IfMatch=etag)[0] == "NoSuchKey"
    s3.put_object(Bucket=bucket, Key="once", Body=b"third", IfMatch=etag)
    assert refusal(s3.get_object, Bucket=bucket, Key="once", IfMatch=etag)[0] == "PreconditionFailed"
    current = s3.head_object(Bucket=bucket, Key="once")["ETag"]
    assert refusal(s3.get_object, Bucket=bucket, Key="once", IfNoneMatch=current)[0] == "304"
    upload = {"Bucket": bucket, "Key": "once"}
    upload["UploadId"] = s3.create_multipart_upload(**upload)["UploadId"]
    part = s3.upload_part(**upload, PartNumber=1, Body=b"x")
    parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    complete = refusal(s3.complete_multipart_upload, **upload, MultipartUpload=parts, IfNoneMatch="*")
    assert complete[0] == "PreconditionFailed"


def test_checksums_are_kept_and_wrong_ones_refused(s3, bucket):
    put = s3.put_object(Bucket=bucket, Key="k", Body=b"123456789", ChecksumAlgorithm="CRC32")
    assert put["ChecksumCRC32"] == "y/Q5Jg=="
    assert s3.get_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")["ChecksumCRC32"] == "y/Q5Jg=="
    sha = s3.put_object(Bucket=bucket, Key="s", Body=b"123456789", ChecksumAlgorithm="SHA256")
    assert sha["ChecksumSHA256"] == base64.b64encode(hashlib.sha256(b"123456789").digest()).decode()
    assert refusal(s3.put_object, Bucket=bucket, Key="w", Body=b"x", ChecksumCRC32="AAAAAA==")[0] == "BadDigest"
    assert refusal(s3.put_object, Bucket=bucket, Key="w", Body=b"x", ContentMD5="1B2M2Y8AsgTpgAmy7PhCfg==")[0] == "BadDigest"
    assert keys(s3.list_objects_v2(Bucket=bucket)) == ["k", "s"]


def test_multipart_upload_of_64_megabytes(s3, bucket):
    body = os.urandom(1 << 20) * 64
    upload = {"Bucket": bucket, "Key": "large"}
    upload["UploadId"] = s3.create_multipart_upload(**upload, Metadata={"kind": "large"})["UploadId"]
    parts = []
    for number in range(1, 9):
        piece = body[(number - 1) << 23 : number << 23]
        part = s3.upload_part(**upload, PartNumber=number, Body=piece)
        parts.append({"PartNumber": number, "ETag": part["ETag"]})
    assert [part["PartNumber"] for part in s3.list_parts(**upload)["Parts"]] == list(range(1, 9))
    assert [one["Key"] for one in s3.list_multipart_uploads(Bucket=bucket)["Uploads"]] == ["large"]
    assert keys(s3.list_objects_v2(Bucket=bucket)) == []
    swapped = {"Parts": [parts[1], parts[0]]}
    assert refusal(s3.complete_multipart_upload, **upload, MultipartUpload=swapped)[0] == "InvalidPartOrder"
    wrong = {"Parts": [parts[0] | {"ETag": '"0"'}]}
    assert refusal(s3.complete_multipart_upload, **upload, MultipartUpload=wrong)[0] == "InvalidPart"
    done = s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
    assert done["ETag"].endswith('-8"')
    answer = s3.get_object(Bucket=bucket, Key="large")
    assert hashlib.sha256(answer["Body"].read()).digest() == hashlib.sha256(body).digest()
    assert answer["Metadata"] == {"kind": "large"}
    assert s3.get_object(Bucket=bucket, Key="large", PartNumber=3)["ContentLength"] == 1 << 23
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=bucket)


def test_small_parts_and_aborted_uploads(s3, bucket):
    upload = {"Bucket": bucket, "Key": "k"}
    upload["UploadId"] = s3.create_multipart_upload(**upload)["UploadId"]
    tags = [s3.upload_part(**upload, PartNumber=number, Body=b"small")["ETag"] for number in (1, 2)]
    parts = {"Parts": [{"PartNumber": number, "ETag": tag} for number, tag in enumerate(tags, 1)]}
    assert refusal(s3.complete_multipart_upload, **upload, MultipartUpload=parts)[0] == "EntityTooSmall"
    s3.abort_multipart_upload(**upload)
    assert refusal(s3.list_parts, **upload)[0] == "NoSuchUpload"
    assert refusal(s3.upload_part, **upload, PartNumber=1, Body=b"x")[0] == "NoSuchUpload"


def test_copies(s3, bucket):
    s3.put_object(Bucket=bucket, Key="from é", Body=b"body", Metadata={"a": "1"}, ContentType="text/plain", Tagging="t=1")
    source = {"Bucket": bucket, "Key": "from é"}
    copied = s3.copy_object(Bucket=bucket, Key="to", CopySource=source)
    assert copied["CopyObjectResult"]["ETag"] == s3.head_object(Bucket=bucket, Key="to")["ETag"]
    answer = s3.get_object(Bucket=bucket, Key="to")
    assert (answer["Body"].read(), answer["Metadata"], answer["ContentType"]) == (b"body", {"a": "1"}, "text/plain")
    assert s3.get_object_tagging(Bucket=bucket, Key="to")["TagSet"] == [{"Key": "t", "Value": "1"}]
    s3.copy_object(Bucket=bucket, Key="to", CopySource=source, MetadataDirective="REPLACE", Metadata={"b": "2"})
    assert s3.head_object(Bucket=bucket, Key="to")["Metadata"] == {"b": "2"}
    itself = refusal(s3.copy_object, Bucket=bucket, Key="to", CopySource=f"{bucket}/to")
    assert itself[0] == "InvalidRequest"
    assert refusal(s3.copy_object, Bucket=bucket, Key="x", CopySource=f"{bucket}/none")[0] == "NoSuchKey"
    upload = {"Bucket": bucket, "Key": "parts"}
    upload["UploadId"] = s3.create_multipart_upload(**upload)["UploadId"]
    part = s3.upload_part_copy(**upload, PartNumber=1, CopySource=source, CopySourceRange="bytes=1-2")["CopyPartResult"]
    s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]})
    assert s3.get_object(Bucket=bucket, Key="parts")["Body"].read() == b"od"


def test_deleting_many(s3, bucket):
    for number in range(5):
        s3.put_object(Bucket=bucket, Key=f"k{number}")
    asked = [{"Key": f"k{number}"} for number in (0, 1, 2, 9)]
    told = s3.delete_objects(Bucket=bucket, Delete={"Objects": asked})
    assert sorted(entry["Key"] for entry in told["Deleted"]) == ["k0", "k1", "k2", "k9"]
    quiet = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "k3"}], "Quiet": True})
    assert "Deleted" not in quiet and "Errors" not in quiet
    assert keys(s3.list_objects_v2(Bucket=bucket)) == ["k4"]
    many = [{"Key": str(number)} for number in range(1001)]
    assert refusal(s3.delete_objects, Bucket=bucket, Delete={"Objects": many})[0] == "MalformedXML"


def test_a_body_of_unknown_length_streams(s3, bucket):
    """boto3 sends it in signed chunks with a trailing checksum."""
    body = os.urandom(300_000)
    s3.upload_fileobj(io.BytesIO(body), bucket, "streamed")
    assert s3.get_object(Bucket=bucket, Key="streamed")["Body"].read() == body
