"""Nobody gets at an object but through a call that policies allow, however the request is written."""

import http.client
import json
import urllib.parse

import pytest


@pytest.fixture(scope="module")
def raw(server, s3):
    """Two buckets, one of which lets everybody read, write and delete; and unsigned requests to them."""
    for bucket in ("public", "private"):
        s3.create_bucket(Bucket=bucket)
        s3.put_object(Bucket=bucket, Key="a", Body=b"open" if bucket == "public" else b"secret")
    s3.put_object(Bucket="public", Key="kept/a", Body=b"kept")
    s3.delete_public_access_block(Bucket="public")
    deeds = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket"]
    resources = ["arn:aws:s3:::public", "arn:aws:s3:::public/*"]
    kept = {"Effect": "Deny", "Principal": "*", "Action": "s3:DeleteObject", "Resource": "arn:aws:s3:::public/kept/*"}
    allow = {"Effect": "Allow", "Principal": "*", "Action": deeds, "Resource": resources}
    s3.put_bucket_policy(Bucket="public", Policy=json.dumps({"Version": "2012-10-17", "Statement": [allow, kept]}))
    address = urllib.parse.urlparse(server.credentials()["AWS_ENDPOINT_URL"])

    def send(method, target, headers=(), body=b""):
        connection = http.client.HTTPConnection(address.hostname, address.port, timeout=30)
        connection.request(method, target, body, dict(headers))
        response = connection.getresponse()
        return response.status, response.read()

    return send


def test_what_is_public_is_served(raw):
    assert raw("GET", "/public/a") == (200, b"open")
    assert raw("GET", "/private/a")[0] == 403


@pytest.mark.parametrize("suffix", ["s3.dualstack.us-east-1.amazonaws.com", "s3.cn-north-1.amazonaws.com.cn", "localhost"])
def test_a_host_names_one_bucket_for_policy_and_store(raw, suffix):
    status, body = raw("GET", "/private/a", {"Host": f"public.{suffix}"})
    assert status == 404 and b"secret" not in body
    assert raw("GET", "/a", {"Host": f"public.{suffix}"}) == (200, b"open")


@pytest.mark.parametrize("target", ["/public?%70olicy", "/public?%61cl", "/public?pol%69cyStatus"])
def test_an_escaped_sub_resource_is_not_served_as_a_listing(raw, target):
    status, body = raw("GET", target)
    assert status in (400, 403) and b"Statement" not in body


@pytest.mark.parametrize("target", ["/private%2Fa", "/%70rivate/a", "//private/a", "/public/../private/a"])
def test_no_spelling_of_a_path_leads_to_another_bucket(raw, target):
    status, body = raw("GET", target)
    assert status >= 400 and b"secret" not in body


def test_a_copy_reads_only_what_its_caller_may_read(raw):
    assert raw("PUT", "/public/copy", {"x-amz-copy-source": "/private/a"})[0] == 403
    assert raw("PUT", "/public/copy", {"x-amz-copy-source": "/public/a"})[0] == 200


def test_a_list_of_keys_is_decided_key_by_key(raw, s3):
    s3.put_object(Bucket="public", Key="gone", Body=b"")
    keys = "".join(f"<Object><Key>{key}</Key></Object>" for key in ("gone", "kept/a"))
    status, body = raw("POST", "/public?delete", body=f"<Delete>{keys}</Delete>".encode())
    assert status == 200 and body.count(b"<Deleted>") == 1 and body.count(b"AccessDenied") == 1
    assert raw("POST", "/private?delete", body=b"<Delete><Object><Key>a</Key></Object></Delete>")[1].count(b"<Deleted>") == 0
    assert s3.get_object(Bucket="private", Key="a")["Body"].read() == b"secret"
    assert s3.get_object(Bucket="public", Key="kept/a")["Body"].read() == b"kept"
