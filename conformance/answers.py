"""Compares answers with the service model. The bodies are read here once more, since botocore drops what it does not know."""

import json
import xml.etree.ElementTree as ElementTree
from email.utils import parsedate_to_datetime

# Errors that every operation may answer: CloudTrail's list of common errors.
COMMON_ERRORS = {
    "AccessDeniedException", "ExpiredTokenException", "IncompleteSignatureException", "InternalFailure",
    "InvalidSignatureException", "MalformedHttpRequestException", "MissingAuthenticationTokenException",
    "RequestEntityTooLargeException", "SerializationException", "ServiceUnavailable", "ThrottlingException",
    "UnknownOperationException", "UnrecognizedClientException", "ValidationException",
}  # fmt: skip
ID_HEADERS = {"x-amz-request-id", "x-amz-id-2"}


def violations(operation, status, headers, body):
    """Returns what is wrong with an answer; `body` is `None` where it streams."""
    headers = {name.lower(): value for name, value in headers.items()}
    protocol = operation.service_model.metadata["protocol"]
    check = {"json": json_answer, "rest-xml": s3_answer, "query": query_answer}[protocol]
    return [f"{operation.name}: {found}" for found in check(operation, status, headers, body)]


def json_answer(operation, status, headers, body):
    if headers.get("content-type") != "application/x-amz-json-1.1":
        yield f"content type {headers.get('content-type')}"
    if not headers.get("x-amzn-requestid"):
        yield "no x-amzn-RequestId"
    if status == 200 and operation.output_shape is None:
        if body:
            yield f"a body where none is modelled: {body[:200]}"
        return
    told = json.loads(body)
    if status == 200:
        yield from json_value(operation.output_shape, told, "answer")
        return
    declared = {shape.name for shape in operation.error_shapes} | COMMON_ERRORS
    if told.get("__type") not in declared:
        yield f"error {told.get('__type')} is not declared"
    if headers.get("x-amzn-errortype") != told.get("__type"):
        yield f"x-amzn-ErrorType is {headers.get('x-amzn-errortype')}"
    # CloudTrail writes a capital, KMS writes it for the errors of the framework alone.
    modelled = next((shape for shape in operation.error_shapes if told.get("__type") == shape.name), None)
    member = "message" if modelled and "message" in modelled.members else "Message"
    # Organizations tells programs which of a class's reasons it is.
    reasons = modelled.members["Reason"].enum if modelled and "Reason" in modelled.members else []
    if reasons and told.pop("Reason", None) not in reasons:
        yield f"error without a reason {told}"
    if set(told) != {"__type", member} or not told.get(member):
        yield f"error body {told}"


def json_value(shape, value, at):
    kinds = {
        "boolean": bool, "string": str, "blob": str, "list": list, "map": dict, "structure": dict,
        "integer": int, "long": int, "float": (int, float), "double": (int, float), "timestamp": (int, float),
    }  # fmt: skip
    if not isinstance(value, kinds[shape.type_name]) or (isinstance(value, bool) and shape.type_name != "boolean"):
        yield f"{at}: {value!r} is no {shape.type_name}"
    elif shape.type_name == "structure":
        yield from (f"{at}: {name} is unknown" for name in value if name not in shape.members)
        yield from (f"{at}: {name} is missing" for name in shape.required_members if name not in value)
        for name in value.keys() & shape.members.keys():
            yield from json_value(shape.members[name], value[name], f"{at}.{name}")
    elif shape.type_name == "list":
        for index, entry in enumerate(value):
            yield from json_value(shape.member, entry, f"{at}[{index}]")
    elif shape.type_name == "map":
        for key, entry in value.items():
            yield from json_value(shape.key, key, f"{at} key")
            yield from json_value(shape.value, entry, f"{at}[{key}]")
    elif shape.type_name == "string" and shape.enum and value not in shape.enum:
        yield f"{at}: {value!r} is none of {shape.enum}"


def s3_answer(operation, status, headers, body):
    if not ID_HEADERS <= headers.keys():
        yield f"ids are missing among {sorted(headers)}"
    if status >= 300:
        yield from s3_error(operation, status, headers, body)
        return
    shape = operation.output_shape
    members = shape.members if shape else {}
    yield from s3_headers(members, headers)
    root = shape
    if shape and "payload" in shape.serialization:
        root = members[shape.serialization["payload"]]
    if root is None or root.type_name != "structure" or operation.name == "GetBucketLocation":
        return
    if all(member.serialization.get("location") for member in root.members.values()):
        if body:
            yield f"a body where none is modelled: {body[:200]}"
    elif body:
        yield from xml_value(root, ElementTree.fromstring(body), "answer")
    else:
        yield "no body"


def s3_error(operation, status, headers, body):
    if not body:
        if operation.http["method"] != "HEAD" and status != 304:
            yield "an error without a body"
        return
    error = ElementTree.fromstring(body)
    told = {local(child.tag): child.text for child in error}
    if local(error.tag) != "Error" or not {"Code", "Message", "RequestId", "HostId"} <= told.keys():
        yield f"error body {body}"
    if told.get("RequestId") != headers.get("x-amz-request-id"):
        yield "two request ids"


def s3_headers(members, headers):
    named, prefixes = {}, ()
    for member in members.values():
        location, name = member.serialization.get("location"), member.serialization.get("name", "").lower()
        if location == "header":
            named[name] = member
        elif location == "headers":
            prefixes += (name,)
    for name, value in headers.items():
        if name in named:
            yield from scalar(named[name], value, f"header {name}", "rfc822")
        elif name.startswith("x-amz-") and name not in ID_HEADERS and not name.startswith(prefixes or ("\0",)):
            yield f"header {name} is unknown"


def query_answer(operation, status, headers, body):
    answer = ElementTree.fromstring(body)
    parts = {local(child.tag): child for child in answer}
    if status != 200:
        error = {local(child.tag) for child in parts.get("Error", ())}
        if local(answer.tag) != "ErrorResponse" or not {"Type", "Code", "Message"} <= error or "RequestId" not in parts:
            yield f"error body {body}"
        return
    # An operation that answers nothing has no result.
    wrapper = operation.output_shape and operation.output_shape.serialization["resultWrapper"]
    if local(answer.tag) != f"{operation.name}Response" or set(parts) != {wrapper, "ResponseMetadata"} - {None}:
        yield f"body {body}"
        return
    if wrapper:
        yield from xml_value(operation.output_shape, parts[wrapper], "answer")


def xml_value(shape, node, at):
    if shape.type_name == "structure":
        yield from xml_structure(shape, node, at)
    elif shape.type_name == "list":
        entry_name = shape.member.serialization.get("name", "member")
        for index, child in enumerate(node):
            if local(child.tag) != entry_name:
                yield f"{at}: {local(child.tag)} is unknown"
            yield from xml_value(shape.member, child, f"{at}[{index}]")
    else:
        yield from scalar(shape, node.text or "", at, "iso8601")


def xml_structure(shape, node, at):
    members = {}
    for name, member in shape.members.items():
        if member.serialization.get("location"):
            continue
        wire_name = member.serialization.get("name", name)
        if member.type_name == "list" and member.serialization.get("flattened"):
            wire_name = member.serialization.get("name", member.member.serialization.get("name", name))
        members[wire_name] = (name, member)
    seen = {local(child.tag) for child in node} | {f"xsi:{local(key)}" for key in node.attrib}
    for wire_name, (name, member) in members.items():
        if name in shape.required_members and wire_name not in seen:
            yield f"{at}: {wire_name} is missing"
    scalars = []
    for child in node:
        tag = local(child.tag)
        if tag not in members:
            yield f"{at}: {tag} is unknown"
            continue
        member = members[tag][1]
        flat = member.type_name == "list" and member.serialization.get("flattened")
        if not flat and tag in scalars:
            yield f"{at}: {tag} is told twice"
        scalars.append(tag)
        yield from xml_value(member.member if flat else member, child, f"{at}.{tag}")


def scalar(shape, text, at, time_format):
    if not is_scalar(shape, text, shape.serialization.get("timestampFormat", time_format)):
        yield f"{at}: {text!r} is no {shape.type_name} {getattr(shape, 'enum', None) or ''}"


def is_scalar(shape, text, time_format):
    if shape.type_name in ("integer", "long"):
        return text.lstrip("-").isdigit()
    if shape.type_name == "boolean":
        return text in ("true", "false")
    if shape.type_name == "timestamp" and time_format == "rfc822":
        return text.endswith(" GMT") and parsedate_to_datetime(text) is not None
    if shape.type_name == "timestamp":
        # S3 writes milliseconds, the query protocol does not.
        return len(text) in (20, 24) and text[10] == "T" and text.endswith("Z")
    return not getattr(shape, "enum", None) or text in shape.enum


def local(tag):
    """Returns an element's name without its namespace."""
    return tag.rsplit("}", 1)[-1]
