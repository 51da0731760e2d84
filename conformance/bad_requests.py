"""Bad requests by name: how each is sent, what it must be answered, and what its record must say."""

import dataclasses

from botocore.auth import S3SigV4Auth

UNKNOWN_KEY = ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
CREATE = b'{"Name": "smuggled", "S3BucketName": "logs"}'
FORM = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
STREAMING = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"


@dataclasses.dataclass
class Bad:
    """A bad request. `event` is the name of its event; without one it is not recorded."""

    send: object
    status: int
    code: str | None
    event: str | None = None
    identity: str = "IAMUser"
    message: str | None = None


def forged(headers):
    """Changes the last digit of the signature."""
    header = headers["Authorization"]
    return header[:-1] + ("0" if header[-1] != "0" else "1")


def cloudtrail(status, code, operation="CreateTrail", body=CREATE, identity="IAMUser", forge=False, changes=None, event=None, **how):
    def send(wire):
        request = wire.cloudtrail(operation, body, **how)
        altered = {"Authorization": forged(request[2])} if forge else {}
        return wire.send(request, **altered, **(changes or {}))

    return Bad(send, status, code, event or operation, identity)


def sts(status, code, body, event, identity="IAMUser", forge=False):
    def send(wire):
        request = wire.signed("sts", headers=FORM, body=body)
        return wire.send(request, **({"Authorization": forged(request[2])} if forge else {}))

    return Bad(send, status, code, event, identity)


def s3(
    status, code, event, method="GET", path="/logs/object", body=b"", identity="Unknown", forge=False, changes=None, **how
):
    def send(wire):
        request = wire.signed("s3", method, path, body=body, **how)
        altered = {"Authorization": forged(request[2])} if forge else {}
        return wire.send(request, **altered, **(changes or {}))

    return Bad(send, status, code, event, identity)


def presigned(status, code, message=None, change=lambda target: target, **how):
    def send(wire):
        method, target, headers, body = wire.presigned("/logs/object", **how)
        return wire.send((method, change(target), headers, body))

    return Bad(send, status, code, "GetObject", "Unknown", message)


def stating(payload):
    """Makes a signer that states `payload` as the hash of the body."""
    return type("Stating", (S3SigV4Auth,), {"payload": lambda self, request: payload})


def put(status, code, body, sent, half_close=False, identity="IAMUser", sign=None, **headers):
    """An upload whose sent bytes are not the announced ones."""

    def send(wire):
        method, target, signed, _ = wire.signed("s3", "PUT", "/logs/smuggled", headers, body, sign=sign)
        return wire.send((method, target, signed, sent), half_close, Content_Length=len(body))

    return Bad(send, status, code, "PutObject", identity)


def chunked(status, code, sent, decoded, half_close=False):
    """An upload in unsigned chunks with a trailing checksum."""

    def send(wire):
        headers = {
            "Content-Encoding": "aws-chunked", "x-amz-trailer": "x-amz-checksum-crc32",
            "x-amz-decoded-content-length": str(decoded),
        }  # fmt: skip
        request = wire.signed("s3", "PUT", "/logs/smuggled", headers, sign=stating(STREAMING))
        length = len(sent) + (100 if half_close else 0)
        return wire.send((*request[:3], sent), half_close, Content_Length=length)

    return Bad(send, status, code, "PutObject")


def trailing(checksum):
    return b"5\r\nhello\r\n0\r\nx-amz-checksum-crc32:" + checksum + b"\r\n\r\n"



BAD = {
    "json, forged signature": cloudtrail(403, "InvalidSignatureException", identity="Unknown", forge=True),
    "json, unknown key": cloudtrail(403, "UnrecognizedClientException", identity="Unknown", key=UNKNOWN_KEY),
    "json, late clock": cloudtrail(403, "InvalidSignatureException", identity="Unknown", skew=-1000),
    "json, early clock": cloudtrail(403, "InvalidSignatureException", identity="Unknown", skew=1000),
    "json, unknown region": cloudtrail(403, "InvalidSignatureException", identity="Unknown", region="mars-north-1"),
    "json, unsigned": cloudtrail(403, "MissingAuthenticationTokenException", identity="Unknown", changes={"Authorization": None}),
    "json, no date": cloudtrail(403, "IncompleteSignatureException", identity="Unknown", changes={"X-Amz-Date": None}),
    "json, another target": cloudtrail(403, "InvalidSignatureException", identity="Unknown", event="DeleteTrail",
        changes={"X-Amz-Target": "CloudTrail_20131101.DeleteTrail"}),
    "json, cut off": cloudtrail(400, "SerializationException", body=b'{"Name": "smug'),
    "json, no object": cloudtrail(400, "SerializationException", body=b"[]"),
    "json, not UTF-8": cloudtrail(400, "SerializationException", body=b'{"Name": "\xff"}'),
    "json, number for a text": cloudtrail(400, "SerializationException", body=b'{"Name": 5, "S3BucketName": "logs"}'),
    "json, text for a truth": cloudtrail(400, "SerializationException", body=b'{"IsMultiRegionTrail": "yes"}'),
    "json, object for a list": cloudtrail(400, "SerializationException", body=b'{"TagsList": {}}'),
    "json, too deep": cloudtrail(400, "SerializationException", body=b'{"x": ' + b"[" * 1000 + b"]" * 1000 + b"}"),
    "json, nothing required": cloudtrail(400, "InvalidParameterException", body=b"{}"),
    "json, too large": dataclasses.replace(
        cloudtrail(413, "RequestEntityTooLargeException", body=b" " * (2 << 20) + b"{}"), event=None),
    "json, another content type": cloudtrail(400, "MalformedHttpRequestException", headers={"Content-Type": "text/plain"}),
    "json, unknown operation": cloudtrail(404, "UnknownOperationException", operation="MakeCoffee"),
    "sts, forged signature": sts(403, "SignatureDoesNotMatch", b"Action=GetCallerIdentity&Version=2011-06-15", "GetCallerIdentity", "Unknown", forge=True),
    "sts, no action": sts(400, "MissingAction", b"Version=2011-06-15", "UnknownOperation"),
    "sts, unknown action": sts(400, "InvalidAction", b"Action=MakeCoffee&Version=2011-06-15", "MakeCoffee"),
    "s3, forged signature": s3(403, "SignatureDoesNotMatch", "GetObject", forge=True),
    "s3, unknown key": s3(403, "InvalidAccessKeyId", "GetObject", key=UNKNOWN_KEY),
    "s3, late clock": s3(403, "RequestTimeTooSkewed", "GetObject", skew=-1000),
    "s3, early clock": s3(403, "RequestTimeTooSkewed", "GetObject", skew=1000),
    "s3, unknown region": s3(400, "AuthorizationHeaderMalformed", "GetObject", region="mars-north-1"),
    "s3, unsigned": s3(403, "AccessDenied", "GetObject", changes={"Authorization": None}, identity="AWSAccount"),
    "s3, version 2": s3(400, "InvalidRequest", "GetObject", changes={"Authorization": "AWS AKIAIOSFODNN7EXAMPLE:c2ln"}),
    "s3, bearer": s3(400, "InvalidRequest", "GetObject", changes={"Authorization": "Bearer token"}),
    "s3, another path": s3(403, "SignatureDoesNotMatch", "GetObject", path="/logs/%6Fbject?x=1", changes={"Host": "other"}),
    "s3, broken escape": s3(400, "InvalidURI", "GetObject", path="/logs/a%zz"),
    "s3, long key": s3(400, "KeyTooLongError", "PutObject", "PUT", "/logs/" + "k" * 1025, identity="IAMUser"),
    "s3, bad bucket": s3(400, "InvalidBucketName", "CreateBucket", "PUT", "/Bad_Bucket", identity="IAMUser"),
    "s3, bad XML": s3(400, "MalformedXML", "DeleteObjects", "POST", "/logs?delete", b"<Delete><Object>", identity="IAMUser"),
    "s3, long headers": s3(400, "RequestHeaderSectionTooLarge", "GetObject", headers={"x-amz-meta-long": "x" * 70_000}),
    "s3, many headers": s3(400, "RequestHeaderSectionTooLarge", "GetObject", headers={f"x-n{number}": "" for number in range(150)}),
    "s3, no such method": s3(501, "NotImplemented", "UnknownOperation", "PATCH", identity="IAMUser"),
    "presigned, expired": presigned(403, "AccessDenied", "Request has expired", skew=-100),
    "presigned, from the future": presigned(403, "AccessDenied", "Request is not valid yet", skew=1000),
    "presigned, for too long": presigned(400, "AuthorizationQueryParametersError", expires=604801),
    "presigned, for another object": presigned(403, "SignatureDoesNotMatch", change=lambda target: target.replace("/object", "/other")),
    "presigned, prolonged": presigned(403, "SignatureDoesNotMatch", change=lambda target: target.replace("Expires=60", "Expires=600")),
    "presigned, unknown key": presigned(403, "InvalidAccessKeyId", key=UNKNOWN_KEY),
    "put, another body": put(400, "XAmzContentSHA256Mismatch", b"good", b"evil"),
    "put, cut off": put(400, "IncompleteBody", b"x" * 1000, b"x" * 10, half_close=True),
    "put, no hash": put(400, "InvalidArgument", b"good", b"good", identity="Unknown", sign=stating("nonsense")),
    "put, wrong checksum": put(400, "BadDigest", b"good", b"good", **{"x-amz-checksum-crc32": "AAAAAA=="}),
    "chunks, cut off": chunked(400, "IncompleteBody", b"5\r\nhel", 5, half_close=True),
    "chunks, no last one": chunked(400, "IncompleteBody", b"5\r\nhello\r\n", 5),
    "chunks, wrong checksum": chunked(400, "BadDigest", trailing(b"AAAAAA=="), 5),
    "chunks, another length": chunked(400, "IncompleteBody", trailing(b"NhCmhg=="), 6),
    "chunks, no size": chunked(400, "InvalidRequest", b"xyz\r\nhello\r\n0\r\n\r\n", 5),
}  # fmt: skip
