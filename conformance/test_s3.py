"""The built-in S3 under real clients: objects, ranges, conditions, listings, styles of address, presigned URLs."""

import base64
import hashlib
import http.client
import io
import os
import urllib.parse
import urllib.request

import pytest
from clients import refusal


@pytest.fixture
def bucket(s3, request):
    """A bucket named for the test."""
    name = request.node.name.removeprefix("test_").split("[")[0].replace("_", "-")[:60].strip("-")
    s3.create_bucket(Bucket=name)
    return name


def keys(page):
    return [entry["Key"] for entry in page.get("Contents", [])]


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


def test_listing_from_any_marker(s3, bucket):
    names = [f"k{number:03}" for number in range(30)]
    for name in names:
        s3.put_object(Bucket=bucket, Key=name)
    for marker in ("", "a", "k", "k010", "k010x", "k0105/~", "k029", "z"):
        listed = keys(s3.list_objects(Bucket=bucket, Marker=marker))
        assert listed == [name for name in names if name > marker], marker
    page = s3.list_objects(Bucket=bucket, Marker="k0095", MaxKeys=5)
    assert (keys(page), page["IsTruncated"], page["Marker"]) == (names[10:15], True, "k0095")
    assert keys(s3.list_objects_v2(Bucket=bucket, StartAfter="k0255")) == names[26:]


def test_listing_with_delimiter_in_pages(s3, bucket):
    names = ["a/1", "a/2", "b", "c/d/1", "c/e", "d", "e/1", "ü/x"]
    for name in names:
        s3.put_object(Bucket=bucket, Key=name)
    for size in (1, 2, 3, 1000):
        found, prefixes, counts = [], [], []
        for page in s3.get_paginator("list_objects_v2").paginate(
            Bucket=bucket, Delimiter="/", PaginationConfig={"PageSize": size}
        ):
            found += keys(page)
            prefixes += [entry["Prefix"] for entry in page.get("CommonPrefixes", [])]
            counts.append(page["KeyCount"])
        assert (found, prefixes) == (["b", "d"], ["a/", "c/", "e/", "ü/"]), size
        assert max(counts) <= size and sum(counts) == 6
        v1 = s3.get_paginator("list_objects").paginate(Bucket=bucket, Delimiter="/", PaginationConfig={"PageSize": size})
        assert [key for page in v1 for key in keys(page)] == ["b", "d"]
    inner = s3.list_objects_v2(Bucket=bucket, Prefix="c/", Delimiter="/")
    assert (keys(inner), [entry["Prefix"] for entry in inner["CommonPrefixes"]]) == (["c/e"], ["c/d/"])
    assert keys(s3.list_objects_v2(Bucket=bucket, Prefix="none")) == []
    assert refusal(s3.list_objects_v2, Bucket=bucket, ContinuationToken="garbage")[0] == "InvalidArgument"


def test_locations_and_regions(clients, s3):
    west = clients.boto("s3", region="eu-west-1")
    west.create_bucket(Bucket="in-the-west", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.create_bucket(Bucket="in-the-east")
    assert west.get_bucket_location(Bucket="in-the-west")["LocationConstraint"] == "eu-west-1"
    assert s3.get_bucket_location(Bucket="in-the-east")["LocationConstraint"] is None
    assert refusal(s3.get_bucket_location, Bucket="not-there")[0] == "NoSuchBucket"
    names = [entry["Name"] for entry in s3.list_buckets()["Buckets"]]
    assert {"in-the-west", "in-the-east"} <= set(names) and names == sorted(names)


def test_buckets_are_made_and_removed(s3, bucket):
    assert refusal(s3.create_bucket, Bucket="Bad_Name")[0] == "InvalidBucketName"
    s3.put_object(Bucket=bucket, Key="k")
    assert refusal(s3.delete_bucket, Bucket=bucket)[0] == "BucketNotEmpty"
    s3.delete_object(Bucket=bucket, Key="k")
    s3.delete_object(Bucket=bucket, Key="never-there")
    s3.delete_bucket(Bucket=bucket)
    assert refusal(s3.head_bucket, Bucket=bucket)[0] == "404"
    assert refusal(s3.get_object, Bucket=bucket, Key="k")[0] == "NoSuchBucket"
    assert refusal(s3.delete_bucket, Bucket=bucket)[0] == "NoSuchBucket"


def test_policies(s3, server, bucket):
    assert refusal(s3.get_bucket_policy, Bucket=bucket)[0] == "NoSuchBucketPolicy"
    policy = server.command("bucket-policy", bucket).strip()
    s3.put_bucket_policy(Bucket=bucket, Policy=policy)
    assert s3.get_bucket_policy(Bucket=bucket)["Policy"] == policy
    assert s3.get_bucket_policy_status(Bucket=bucket)["PolicyStatus"] == {"IsPublic": False}
    for broken in ("{", "[]", '{"Statement":[]}', policy.replace("Effect", "Efect"), policy.replace(bucket, "other")):
        assert refusal(s3.put_bucket_policy, Bucket=bucket, Policy=broken)[0] == "MalformedPolicy", broken
    assert s3.get_bucket_policy(Bucket=bucket)["Policy"] == policy
    s3.delete_bucket_policy(Bucket=bucket)
    s3.delete_bucket_policy(Bucket=bucket)
    assert refusal(s3.get_bucket_policy, Bucket=bucket)[0] == "NoSuchBucketPolicy"


def test_access_control_lists(s3, bucket):
    acl = s3.get_bucket_acl(Bucket=bucket)
    owner = acl["Owner"]["ID"]
    grants = [(grant["Grantee"]["ID"], grant["Permission"]) for grant in acl["Grants"]]
    assert grants == [(owner, "FULL_CONTROL")]
    s3.put_object(Bucket=bucket, Key="k", ACL="bucket-owner-full-control")
    assert s3.get_object_acl(Bucket=bucket, Key="k")["Owner"]["ID"] == owner
    refused = refusal(s3.put_object, Bucket=bucket, Key="k", ACL="public-read")
    assert refused == ("AccessControlListNotSupported", "The bucket does not allow ACLs")
    controls = s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]
    assert controls["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]


def test_tags_of_objects_and_buckets(s3, bucket):
    tags = [{"Key": "a", "Value": "1"}, {"Key": "b c", "Value": "ü"}]
    s3.put_object(Bucket=bucket, Key="k", Tagging="a=1&b%20c=%C3%BC")
    assert s3.get_object_tagging(Bucket=bucket, Key="k")["TagSet"] == tags
    assert s3.get_object(Bucket=bucket, Key="k")["TagCount"] == 2
    s3.put_object_tagging(Bucket=bucket, Key="k", Tagging={"TagSet": tags[:1]})
    assert s3.get_object_tagging(Bucket=bucket, Key="k")["TagSet"] == tags[:1]
    s3.delete_object_tagging(Bucket=bucket, Key="k")
    assert s3.get_object_tagging(Bucket=bucket, Key="k")["TagSet"] == []
    eleven = {"TagSet": [{"Key": str(number), "Value": ""} for number in range(11)]}
    assert refusal(s3.put_object_tagging, Bucket=bucket, Key="k", Tagging=eleven)[0] == "BadRequest"
    assert refusal(s3.get_bucket_tagging, Bucket=bucket)[0] == "NoSuchTagSet"
    s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": tags})
    assert s3.get_bucket_tagging(Bucket=bucket)["TagSet"] == tags
    s3.delete_bucket_tagging(Bucket=bucket)
    assert refusal(s3.get_bucket_tagging, Bucket=bucket)[0] == "NoSuchTagSet"


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


def test_virtual_hosted_style(clients, bucket):
    """The bucket in the host name: botocore resolves it with help, for the test has no name server."""
    endpoint = urllib.parse.urlsplit(clients.environment["AWS_ENDPOINT_URL"])
    signer = clients.boto("s3", s3={"addressing_style": "path"})
    signer.put_object(Bucket=bucket, Key="k e y", Body=b"hosted")
    for domain in ("localhost", "s3.localhost"):
        hosted = clients.boto("s3", endpoint=f"http://{domain}:{endpoint.port}", s3={"addressing_style": "virtual"})
        url = urllib.parse.urlsplit(hosted.generate_presigned_url("get_object", {"Bucket": bucket, "Key": "k e y"}))
        assert url.hostname == f"{bucket}.{domain}" and url.path == "/k%20e%20y"
        connection = http.client.HTTPConnection(endpoint.hostname, endpoint.port, timeout=10)
        connection.request("GET", f"{url.path}?{url.query}", headers={"Host": url.netloc})
        assert connection.getresponse().read() == b"hosted"
        connection.close()


def test_presigned_urls(s3, bucket):
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    put = s3.generate_presigned_url("put_object", {"Bucket": bucket, "Key": "p q"}, ExpiresIn=60)
    answer = opener.open(urllib.request.Request(put, data=b"presigned", method="PUT", headers={"Content-Type": ""}))
    assert answer.status == 200
    get = s3.generate_presigned_url("get_object", {"Bucket": bucket, "Key": "p q", "ResponseContentType": "text/x"})
    answer = opener.open(get)
    assert (answer.read(), answer.headers["Content-Type"]) == (b"presigned", "text/x")
    for changed in (get.replace("p%20q", "other"), get + "0", get.replace("X-Amz-Expires=3600", "X-Amz-Expires=7200")):
        assert changed != get
        with pytest.raises(urllib.error.HTTPError) as refused:
            opener.open(changed)
        assert refused.value.code == 403 and b"<Code>SignatureDoesNotMatch</Code>" in refused.value.read()


def test_what_is_not_built_says_so(s3, bucket):
    assert refusal(s3.get_bucket_encryption, Bucket=bucket)[0] == "ServerSideEncryptionConfigurationNotFoundError"
    assert refusal(s3.put_bucket_website, Bucket=bucket, WebsiteConfiguration={})[0] == "NotImplemented"
    versioning = {"Status": "Enabled"}
    assert refusal(s3.put_bucket_versioning, Bucket=bucket, VersioningConfiguration=versioning)[0] == "NotImplemented"
    encrypted = {"Bucket": bucket, "Key": "k", "Body": b"", "ServerSideEncryption": "AES256"}
    assert refusal(s3.put_object, **encrypted)[0] == "NotImplemented"


def test_a_body_of_unknown_length_streams(s3, bucket):
    """boto3 sends it in signed chunks with a trailing checksum."""
    body = os.urandom(300_000)
    s3.upload_fileobj(io.BytesIO(body), bucket, "streamed")
    assert s3.get_object(Bucket=bucket, Key="streamed")["Body"].read() == body
