"""Calls as bytes: botocore's own serializers and signers, with nothing between them and the socket, and the whole answer."""

import base64
import dataclasses
import hashlib
import http.client
import json
import re
import urllib.parse

import botocore.parsers
import botocore.session
from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth, SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest, prepare_request_dict
from botocore.credentials import Credentials
from botocore.serialize import create_serializer
from botocore.utils import percent_encode_sequence

SERVICES = ("cloudtrail", "iam", "kms", "organizations", "s3", "sts")
PAGES = "cairn"
QUERIES = ("iam", "sts")
REGIONS = ("us-east-1", "us-west-2", "eu-central-1")
MODELS = {name: botocore.session.get_session().get_service_model(name) for name in SERVICES}
SERIALIZERS = {name: create_serializer(model.metadata["protocol"], False) for name, model in MODELS.items()}


@dataclasses.dataclass(frozen=True)
class Actor:
    """Who calls. `principal` has the ids by which AWS tells other accounts who it was; nobody has no account."""

    name: str
    account: str | None
    key: str | None = None
    secret: str | None = None
    token: str | None = None
    principal: tuple = ()


NOBODY = Actor("nobody", None)


@dataclasses.dataclass
class Answer:
    """An answer as it came, and as botocore understands it."""

    sent: bytes
    status: int
    head: bytes
    body: bytes
    told: dict

    @property
    def raw(self):
        return self.head + b"\r\n\r\n" + self.body

    @property
    def ok(self):
        return 200 <= self.status < 300

    @property
    def code(self):
        return self.told.get("Error", {}).get("Code", "")

    @property
    def request_id(self):
        found = re.search(rb"(?i)\r\nx-amzn?-request-?id: (\S+)", self.head)
        return found[1].decode() if found else ""


class Line:
    """One connection to a server."""

    def __init__(self, endpoint):
        self.address = urllib.parse.urlsplit(endpoint)
        self.connection = http.client.HTTPConnection(self.address.hostname, self.address.port, timeout=30)

    def call(self, actor, service, operation, parameters, region="us-east-1", presign=False):
        """Makes an API call; of `service` PAGES `operation` is `METHOD PATH` and `parameters` the body."""
        if service == PAGES:
            method, path = operation.split(" ", 1)
            return self.send(actor, "cloudtrail", method, path, {}, parameters, region, presign=presign)
        model = MODELS[service].operation_model(operation)
        parts = SERIALIZERS[service].serialize_to_request(parameters, model)
        prepare_request_dict(parts, self.address.geturl(), user_agent="isolation")
        body = parts["body"]
        body = percent_encode_sequence(body).encode() if isinstance(body, dict) else body
        body = body.encode() if isinstance(body, str) else bytes(body or b"")
        headers = dict(parts["headers"])
        if service == "s3" and body:
            headers["Content-MD5"] = base64.b64encode(hashlib.md5(body).digest()).decode()
        url = urllib.parse.urlsplit(AWSRequest(parts["method"], parts["url"]).prepare().url)
        target = (url.path or "/") + (f"?{url.query}" if url.query else "")
        if presign and service in QUERIES:
            # As a form in a body the address could not hold it.
            parts["method"], target, body = "GET", f"/?{body.decode()}", b""
            del headers["Content-Type"]
        unsigned = model.auth_type == "none"
        return self.send(
            NOBODY if unsigned else actor, service, parts["method"], target, headers, body, region, model, presign
        )

    def send(self, actor, service, method, target, headers, body, region, model=None, presign=False):
        """Signs and sends a request. Nobody's is sent as it is, presigned ones carry what proves them in the address."""
        headers = {name: value.decode() if isinstance(value, bytes) else str(value) for name, value in headers.items()}
        request = AWSRequest(method, f"{self.address.scheme}://{self.address.netloc}{target}", headers=headers, data=body)
        if actor.key:
            credentials = Credentials(actor.key, actor.secret, actor.token)
            if presign and not body:
                signer = (S3SigV4QueryAuth if service == "s3" else SigV4QueryAuth)(credentials, service, region, expires=60)
            else:
                signer = (S3SigV4Auth if service == "s3" else SigV4Auth)(credentials, service, region)
            signer.add_auth(request)
        sent = urllib.parse.urlsplit(request.url)
        target = sent.path + (f"?{sent.query}" if sent.query else "")
        signed = dict(request.headers.items())
        status, head, answered = self.exchange(method, target, body, signed)
        kept = {name: value for name, value in signed.items() if name.lower() not in ("authorization", "x-amz-security-token")}
        text = b"\n".join([f"{method} {target} {kept}".encode("utf-8", "replace"), body])
        return Answer(text, status, head, answered, parsed(model, status, head, answered))

    def exchange(self, method, target, body, headers):
        for attempt in (1, 2):
            try:
                self.connection.request(method, target, body, {name: value.encode("utf-8") for name, value in headers.items()})
                response = self.connection.getresponse()
                lines = [f"{response.status} {response.reason}", *(f"{name}: {value}" for name, value in response.getheaders())]
                return response.status, "\r\n".join(lines).encode("latin-1"), response.read()
            except (http.client.HTTPException, ConnectionError):
                # The server may have closed a connection that was kept.
                self.connection.close()
                if attempt == 2:
                    raise


def parsed(model, status, head, body):
    """Reads an answer as botocore does; nothing where it does not understand it."""
    headers = dict(line.split(": ", 1) for line in head.decode("latin-1").split("\r\n")[1:])
    headers = {name.lower(): value for name, value in headers.items()}
    if model is None:
        try:
            told = json.loads(body)
        except ValueError:
            return {}
        return told if isinstance(told, dict) else {}
    parser = botocore.parsers.create_parser(model.service_model.metadata["protocol"])
    streams = model.has_streaming_output and status < 300
    shape = None if streams else model.output_shape
    try:
        return parser.parse({"status_code": status, "headers": headers, "body": b"" if streams else body}, shape)
    except botocore.parsers.ResponseParserError:
        return {}
