"""Bucket policies as they meet real clients: what is denied is denied by every way to the object."""

import json

import pytest
from clients import refusal


@pytest.fixture
def guarded(s3, request):
    """A bucket whose `secret/` nobody may read or delete, with an object inside and one outside."""
    name = "guarded-" + request.node.name.removeprefix("test_").replace("_", "-")[:50].strip("-")
    s3.create_bucket(Bucket=name)
    for key in ("secret/1", "open/1"):
        s3.put_object(Bucket=name, Key=key, Body=b"body")
    denied = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": ["s3:GetObject", "s3:DeleteObject"],
        "Resource": f"arn:aws:s3:::{name}/secret/*",
    }
    s3.put_bucket_policy(Bucket=name, Policy=json.dumps({"Version": "2012-10-17", "Statement": [denied]}))
    return name


def test_reading_is_denied(s3, guarded):
    assert refusal(s3.get_object, Bucket=guarded, Key="secret/1")[0] == "AccessDenied"
    assert refusal(s3.head_object, Bucket=guarded, Key="secret/1")[0] == "403"
    assert s3.get_object(Bucket=guarded, Key="open/1")["Body"].read() == b"body"


def test_copying_is_reading(s3, guarded):
    copied = {"Bucket": guarded, "Key": "open/2", "CopySource": f"{guarded}/secret/1"}
    assert refusal(s3.copy_object, **copied)[0] == "AccessDenied"
    upload = s3.create_multipart_upload(Bucket=guarded, Key="open/2")["UploadId"]
    assert refusal(s3.upload_part_copy, **copied, UploadId=upload, PartNumber=1)[0] == "AccessDenied"
    s3.copy_object(Bucket=guarded, Key="open/2", CopySource=f"{guarded}/open/1")


def test_deleting_many_is_deleting_each(s3, guarded):
    assert refusal(s3.delete_object, Bucket=guarded, Key="secret/1")[0] == "AccessDenied"
    asked = {"Objects": [{"Key": "secret/1"}, {"Key": "open/1"}]}
    told = s3.delete_objects(Bucket=guarded, Delete=asked)
    assert [entry["Key"] for entry in told["Deleted"]] == ["open/1"]
    assert [(entry["Key"], entry["Code"]) for entry in told["Errors"]] == [("secret/1", "AccessDenied")]
    assert [entry["Key"] for entry in s3.list_objects_v2(Bucket=guarded)["Contents"]] == ["secret/1"]


def test_a_policy_that_can_not_be_evaluated_is_refused_and_shuts_nobody_out(s3, guarded):
    for key in ("aws:SorceIp", "s3:ExistingObjectTag/team"):
        statement = {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": f"arn:aws:s3:::{guarded}/*",
            "Condition": {"StringEquals": {key: "x"}},
        }
        code, message = refusal(
            s3.put_bucket_policy, Bucket=guarded, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        )
        assert code == "MalformedPolicy" and f"Statement[0].Condition.StringEquals.{key}: " in message
    assert s3.get_object(Bucket=guarded, Key="open/1")["Body"].read() == b"body"
