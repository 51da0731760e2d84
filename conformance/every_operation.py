"""A request for each operation of each AWS service, made by botocore's own serializer from the pinned models."""

import datetime
import gzip
import json
import warnings
from pathlib import Path
from urllib.parse import urlsplit

from botocore.awsrequest import AWSRequest, prepare_request_dict
from botocore.model import ServiceModel
from botocore.serialize import create_serializer
from botocore.utils import percent_encode_sequence

ENDPOINT = "http://127.0.0.1:4566"
DEPTH_MAX = 6
SCOPE = "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261125/us-east-1/{}/aws4_request"
# What endpoint rules sign for under another name than the model's.
SIGNED_AS = {
    ("s3", "CreateSession"): "s3express",
    ("s3", "ListDirectoryBuckets"): "s3express",
    ("s3", "WriteGetObjectResponse"): "s3-object-lambda",
}


def models(data):
    """Yields the newest model of each service, as the table of operations takes them."""
    for service in sorted(path for path in Path(data).iterdir() if path.is_dir()):
        versions = sorted(service.glob("*/service-2.json.gz"))
        if versions:
            yield service.name, ServiceModel(json.loads(gzip.decompress(versions[-1].read_bytes())), service.name)


def requests(data, whole):
    """Yields (service, operation, protocol, request) for each operation and each protocol it can be called in.

    Parameters are the required ones; with `whole` every member of the top level."""
    warnings.simplefilter("ignore")
    for service, model in models(data):
        protocols = model.metadata.get("protocols") or [model.metadata["protocol"]]
        for protocol in protocols:
            serializer = create_serializer(protocol, include_validation=False)
            for name in model.operation_names:
                operation = model.operation_model(name)
                yield service, name, protocol, request(service, operation, serializer, whole)


def request(service, operation, serializer, whole):
    shape = operation.input_shape
    parameters = value(shape, whole, []) if shape else {}
    parts = serializer.serialize_to_request(parameters, operation)
    prepare_request_dict(parts, ENDPOINT, user_agent="Boto3/1.44.5")
    body = parts["body"]
    if isinstance(body, dict):
        body = percent_encode_sequence(body)
    sent = AWSRequest(
        method=parts["method"], url=parts["url"], data=body, headers=parts["headers"]
    ).prepare()
    headers = [[key, text(held)] for key, held in sent.headers.items()]
    address = urlsplit(sent.url)
    headers.append(["Host", address.netloc])
    unsigned = operation.auth_type == "none" or operation.auth == ["smithy.api#noAuth"]
    bearer = operation.service_model.metadata.get("signatureVersion") == "bearer"
    if bearer:
        headers.append(["Authorization", "Bearer token"])
    elif not unsigned:
        signing_name = SIGNED_AS.get((service, operation.name), operation.service_model.signing_name)
        headers.append(["Authorization", SCOPE.format(signing_name)])
    return {
        "method": sent.method,
        "target": (address.path or "/") + (f"?{address.query}" if address.query else ""),
        "headers": headers,
        "body": body.decode("utf-8", "replace") if isinstance(body, bytes) else body if isinstance(body, str) else "",
    }


def text(held):
    return held.decode("utf-8", "replace") if isinstance(held, bytes) else str(held)


def value(shape, whole, above):
    """A value of a shape: what is required, and at the top level everything with `whole`."""
    kind = shape.type_name
    if kind == "structure":
        if getattr(shape, "is_document_type", False) or getattr(shape, "is_eventstream", False):
            return {}
        if shape.name in above or len(above) > DEPTH_MAX:
            return {}
        wanted = shape.members if whole and not above else shape.required_members
        if shape.metadata.get("union") and shape.members:
            wanted = [next(iter(shape.members))]
        inside = [*above, shape.name]
        return {
            name: value(shape.members[name], whole, inside)
            for name in wanted
            if not getattr(shape.members[name], "is_eventstream", False)
        }
    if kind == "list":
        return [value(shape.member, whole, [*above, shape.name])] if len(above) < DEPTH_MAX else []
    if kind == "map":
        if len(above) > DEPTH_MAX:
            return {}
        return {"key": value(shape.value, whole, [*above, shape.name])}
    if kind == "blob":
        return b"x"
    if kind in ("integer", "long"):
        return 1
    if kind in ("float", "double"):
        return 1.5
    if kind == "boolean":
        return True
    if kind == "timestamp":
        return datetime.datetime(2026, 11, 25, 12, tzinfo=datetime.UTC)
    if shape.enum:
        return shape.enum[0]
    plain = shape.name == "BucketName" or shape.serialization.get("hostLabel")
    return "a/b c" if whole and not plain else "value"
