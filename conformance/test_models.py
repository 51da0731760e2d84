"""The check that every answer passes through: it finds what botocore would not tell."""

import json

import pytest
from answers import violations
from botocore.session import Session

JSON = {"Content-Type": "application/x-amz-json-1.1", "x-amzn-RequestId": "r"}
S3 = {"x-amz-request-id": "r", "x-amz-id-2": "h"}
STS = {"x-amzn-RequestId": "r"}


def check(service, operation, status, headers, body):
    model = Session().get_service_model(service).operation_model(operation)
    return violations(model, status, headers, body)


@pytest.mark.parametrize(
    "operation, answer, fault",
    [
        ("GetTrail", {"Trail": {"Name": "n", "IsMultiRegionTrail": True}}, None),
        ("GetTrail", {"Trail": {"Name": "n", "Surprise": 1}}, "Surprise is unknown"),
        ("GetTrail", {"Trail": {"Name": None}}, "None is no string"),
        ("GetTrail", {"Trail": {"IsMultiRegionTrail": "true"}}, "'true' is no boolean"),
        ("GetTrailStatus", {"LatestDeliveryTime": "2026-01-01T00:00:00Z"}, "is no timestamp"),
        ("GetTrailStatus", {"LatestDeliveryTime": True}, "is no timestamp"),
        ("PutEventSelectors", {"EventSelectors": [{"ReadWriteType": "Some"}]}, "'Some' is none of"),
        ("ListTags", {"ResourceTagList": [{"TagsList": [{"Value": "v"}]}]}, "Key is missing"),
        ("LookupEvents", {"Events": {}}, "is no list"),
    ],
)
def test_json_answers(operation, answer, fault):
    found = check("cloudtrail", operation, 200, JSON, json.dumps(answer).encode())
    assert found == [] if fault is None else len(found) == 1 and fault in found[0]


def test_json_errors():
    def errors(code, body, header=None):
        headers = JSON | {"x-amzn-ErrorType": header or code}
        return check("cloudtrail", "GetTrail", 400, headers, json.dumps(body).encode())

    unknown = "TrailNotFoundException"
    assert errors(unknown, {"__type": unknown, "Message": "m"}) == []
    assert errors(unknown, {"__type": unknown, "message": "m"}) != []
    assert errors(unknown, {"__type": unknown, "Message": "m"}, header="Other") != []
    undeclared = "TrailAlreadyExistsException"
    assert errors(undeclared, {"__type": undeclared, "Message": "m"}) != []


LISTED = b"<ListBucketResult><Name>b</Name>%s<KeyCount>1</KeyCount></ListBucketResult>"


@pytest.mark.parametrize(
    "inside, fault",
    [
        (b"<Contents><Key>k</Key><Size>1</Size></Contents><Contents><Key>l</Key></Contents>", None),
        (b"<Surprise/>", "Surprise is unknown"),
        (b"<Contents><Surprise/></Contents>", "Surprise is unknown"),
        (b"<Contents><Size>many</Size></Contents>", "is no long"),
        (b"<Contents><LastModified>today</LastModified></Contents>", "is no timestamp"),
        (b"<Contents><StorageClass>CHEAP</StorageClass></Contents>", "is no string"),
        (b"<IsTruncated>yes</IsTruncated>", "is no boolean"),
        (b"<Name>c</Name>", "Name is told twice"),
    ],
)
def test_s3_answers(inside, fault):
    found = check("s3", "ListObjectsV2", 200, S3, LISTED % inside)
    assert found == [] if fault is None else len(found) == 1 and fault in found[0]


def test_s3_headers_and_bodies():
    modified = {"Last-Modified": "Wed, 25 Nov 2026 13:00:00 GMT", "x-amz-meta-own": "v"}
    assert check("s3", "HeadObject", 200, S3 | modified, b"") == []
    assert check("s3", "HeadObject", 200, S3 | {"Last-Modified": "yesterday"}, b"") != []
    assert check("s3", "PutObject", 200, S3 | {"x-amz-surprise": "v"}, b"") != []
    assert check("s3", "PutObject", 200, S3, b"<x/>") != []
    assert check("s3", "PutObject", 200, {}, b"") != []


def test_s3_errors():
    error = b"<Error><Code>NoSuchKey</Code><Message>m</Message><RequestId>%s</RequestId><HostId>h</HostId></Error>"
    assert check("s3", "GetObject", 404, S3, error % b"r") == []
    assert check("s3", "GetObject", 404, S3, error % b"another") != []
    assert check("s3", "GetObject", 404, S3, b"") != []
    assert check("s3", "HeadObject", 404, S3, b"") == []


def test_sts_answers():
    told = b"<Account>1</Account><Arn>a</Arn><UserId>u</UserId>"
    inner = b"<GetCallerIdentityResult>%s</GetCallerIdentityResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata>"
    whole = b"<GetCallerIdentityResponse>" + inner + b"</GetCallerIdentityResponse>"
    assert check("sts", "GetCallerIdentity", 200, STS, whole % told) == []
    assert check("sts", "GetCallerIdentity", 200, STS, whole % (told + b"<More/>")) != []
    assert check("sts", "GetCallerIdentity", 200, STS, b"<GetCallerIdentityResponse/>") != []


def test_clients_are_checked(clients):
    """The identity is that of the administrator who was made at first start."""
    sts = clients.boto("sts")
    told = sts.get_caller_identity()
    assert (told["Account"], told["Arn"]) == ("123456789012", "arn:aws:iam::123456789012:user/administrator")

    def spoil(http_response, **_):
        http_response._content = http_response.content.replace(b"</Arn>", b"</Arn><Arn>b</Arn>")

    sts.meta.events.register_first("after-call", spoil)
    with pytest.raises(AssertionError, match="Arn is told twice"):
        sts.get_caller_identity()
