"""Requests made by hand, byte by byte: what no well-behaved client would send."""

import json
import socket
import urllib.parse
import xml.etree.ElementTree as ElementTree
from datetime import timedelta

import botocore.auth
from answers import local
from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

TARGET = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101."
JSON = "application/x-amz-json-1.1"


class Answer:
    """A parsed answer; `code` and `message` are those of whichever protocol it is in."""

    def __init__(self, raw):
        head, _, self.body = raw.partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")
        self.status = int(lines[0].split()[1]) if lines[0] else None
        self.headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}
        self.code = self.message = None
        if self.body.startswith(b"{"):
            told = json.loads(self.body)
            self.code, self.message = told.get("__type"), told.get("Message")
        elif self.body.startswith(b"<"):
            told = {local(node.tag): node.text for node in ElementTree.fromstring(self.body).iter()}
            self.code, self.message = told.get("Code"), told.get("Message")

    @property
    def request_id(self):
        return self.headers.get("x-amzn-requestid") or self.headers.get("x-amz-request-id")

    def __repr__(self):
        return f"{self.status} {self.code} {self.message} {self.headers} {self.body[:300]}"


class Wire:
    """Signs and sends requests to one server."""

    def __init__(self, environment):
        self.address = urllib.parse.urlsplit(environment["AWS_ENDPOINT_URL"])
        self.credentials = Credentials(environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"])

    def signed(
        self, service, method="POST", path="/", headers=(), body=b"", region="us-east-1", key=None, skew=0, sign=None
    ):
        """Returns method, target, headers and body. `key` is another (id, secret); `skew` shifts the signing time."""
        url = f"{self.address.scheme}://{self.address.netloc}{path}"
        request = AWSRequest(method, url, headers=dict(headers), data=body)
        credentials = Credentials(*key) if key else self.credentials
        auth = (sign or (S3SigV4Auth if service == "s3" else SigV4Auth))(credentials, service, region)
        with ShiftedClock(skew):
            auth.add_auth(request)
        return method, request.url.partition(self.address.netloc)[2], dict(request.headers.items()), body

    def presigned(self, path, method="GET", expires=60, skew=0, key=None):
        def sign(credentials, service, region):
            return S3SigV4QueryAuth(credentials, service, region, expires=expires)

        return self.signed("s3", method, path, skew=skew, key=key, sign=sign)

    def cloudtrail(self, operation, body=b"{}", **how):
        headers = {"X-Amz-Target": TARGET + operation, "Content-Type": JSON} | how.pop("headers", {})
        return self.signed("cloudtrail", headers=headers, body=body, **how)

    def send(self, request, half_close=False, **changes):
        """Sends a signed request; `changes` replace headers after signing, `None` removes one."""
        method, path, headers, body = request
        renamed = {name.replace("_", "-"): value for name, value in changes.items()}
        kept = {name: value for name, value in headers.items() if name.lower() not in map(str.lower, renamed)}
        headers = {"Host": self.address.netloc, "Content-Length": len(body)} | kept | renamed
        lines = [f"{name}: {value}" for name, value in headers.items() if value is not None]
        return self.raw("\r\n".join([f"{method} {path} HTTP/1.1", *lines, "", ""]).encode() + body, half_close)

    def raw(self, data, half_close=False):
        """Sends bytes and returns the first answer; with `half_close` nothing more can follow them."""
        with socket.create_connection((self.address.hostname, self.address.port), timeout=20) as connection:
            try:
                connection.sendall(data)
                if half_close:
                    connection.shutdown(socket.SHUT_WR)
            except (BrokenPipeError, ConnectionResetError):
                pass
            return Answer(receive(connection))


def receive(connection):
    """Reads one answer: its head, and as much body as it announces."""
    data = b""
    while b"\r\n\r\n" not in data:
        try:
            piece = connection.recv(65536)
        except ConnectionResetError:
            piece = b""
        if not piece:
            return data
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    if head.startswith(b"HTTP/1.1 100"):
        return receive(connection) if not body else body
    lengths = [line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    while lengths and len(body) < int(lengths[0]):
        piece = connection.recv(65536)
        if not piece:
            break
        body += piece
    return head + b"\r\n\r\n" + body


class ShiftedClock:
    """Lets botocore sign at another time."""

    def __init__(self, seconds):
        self.seconds = seconds

    def __enter__(self):
        self.real = botocore.auth.get_current_datetime
        shift = timedelta(seconds=self.seconds)
        botocore.auth.get_current_datetime = lambda *arguments: self.real(*arguments) + shift

    def __exit__(self, *_):
        botocore.auth.get_current_datetime = self.real
