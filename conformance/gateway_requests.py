"""S3 requests made by hand, byte by byte and signed for a host that nobody listens on: the same bytes go to the store and through the gateway."""

import base64
import datetime
import hashlib
import hmac
import json
import socket
import urllib.parse
import zlib

from botocore.auth import HmacV1Auth, HmacV1QueryAuth, S3SigV4Auth, S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from emulators import ADMIN_KEY_ID, REGION, SECRET_ACCESS_KEY
from gateway_tap import parsed

HOST = "store.example"
DOMAIN = "s3.localhost"
BUCKET = "by-hand"
KEYS = (ADMIN_KEY_ID, SECRET_ACCESS_KEY)
CHUNK = 65536


def rendered(method, target, headers, body=b""):
    """Returns the bytes of a request."""
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers)]
    return "\r\n".join([*lines, "", ""]).encode("utf-8") + body


def signed(method, target, body=b"", headers=(), keys=KEYS, host=HOST, length=True, sha=None):
    """Signs with SigV4 in the head: over the path as S3 reads it, however it is spelled on the wire."""
    path, mark, query = target.partition("?")
    spelled = urllib.parse.quote(urllib.parse.unquote(path), safe="/-_.~") + mark + query
    request = AWSRequest(method, f"http://{host}{spelled}", headers=dict(headers), data=body)
    auth = S3SigV4Auth(Credentials(*keys), "s3", REGION)
    auth.payload = lambda _: sha or hashlib.sha256(body).hexdigest()
    with_host = [("Host", host)]
    auth.add_auth(request)
    if length:
        with_host.append(("Content-Length", str(len(body))))
    return rendered(method, target, with_host + list(request.headers.items()), body)


def presigned(method, target, body=b"", expires=60, keys=KEYS, change=lambda target: target):
    request = AWSRequest(method, f"http://{HOST}{target}")
    S3SigV4QueryAuth(Credentials(*keys), "s3", REGION, expires=expires).add_auth(request)
    return plain(method, change(request.url.partition(HOST)[2]), body)


def presigned_v2(method, target, expires=60):
    request = AWSRequest(method, f"http://{HOST}{target}")
    request.auth_path = target.partition("?")[0]
    HmacV1QueryAuth(Credentials(*KEYS), expires=expires).add_auth(request)
    return plain(method, request.url.partition(HOST)[2])


def signed_v2(method, target):
    request = AWSRequest(method, f"http://{HOST}{target}")
    request.auth_path = target.partition("?")[0]
    HmacV1Auth(Credentials(*KEYS)).add_auth(request)
    return rendered(method, target, [("Host", HOST), *request.headers.items()])


def plain(method, target, body=b"", headers=(), host=HOST):
    length = [("Content-Length", str(len(body)))] if body or method in ("PUT", "POST") else []
    return rendered(method, target, [("Host", host), *length, *headers], body)


def form(key, content, bucket=BUCKET):
    """An upload from a browser, with a signed policy in the form."""
    expires = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=10)
    conditions = {"expiration": expires.strftime("%Y-%m-%dT%H:%M:%SZ"), "conditions": [{"bucket": bucket}, {"key": key}]}
    policy = base64.b64encode(json.dumps(conditions).encode())
    signature = base64.b64encode(hmac.new(SECRET_ACCESS_KEY.encode(), policy, hashlib.sha1).digest())
    fields = {"key": key, "AWSAccessKeyId": ADMIN_KEY_ID, "policy": policy.decode(), "signature": signature.decode()}
    parts = [f'--edge\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()]
    parts.append(f'--edge\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n{content}\r\n--edge--\r\n')
    return plain("POST", f"/{bucket}", "".join(parts).encode(), [("Content-Type", "multipart/form-data; boundary=edge")])


def chunked(target, body, kind, transfer_encoding=False, spoil=False):
    """Sends a body in the chunks of aws-chunked, each signed, or with a trailer, or both."""
    headers = {"X-Amz-Decoded-Content-Length": str(len(body)), "Content-Encoding": "aws-chunked"}
    trailer = base64.b64encode(zlib.crc32(body).to_bytes(4, "big")).decode()
    if "TRAILER" in kind:
        headers["X-Amz-Trailer"] = "x-amz-checksum-crc32"
    head = signed("PUT", target, headers=headers, sha=kind, length=False)
    named = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:] if line)
    framed = Chunks(named, kind).framed(body, trailer)
    if spoil:
        framed = framed.replace(b"abc", b"abd", 1)
    if transfer_encoding:
        framing, framed = "Transfer-Encoding: chunked", transfer_chunked(framed)
    else:
        framing = f"Content-Length: {len(framed)}"
    return head[:-2] + f"{framing}\r\n\r\n".encode() + framed


class Chunks:
    """The framing of aws-chunked; each signature follows from the one before."""

    def __init__(self, headers, kind):
        self._kind = kind
        authorization = headers["Authorization"]
        self._scope = authorization.partition("Credential=")[2].partition(",")[0].partition("/")[2]
        self._previous = authorization.partition("Signature=")[2]
        self._date = headers["X-Amz-Date"]
        key = b"AWS4" + SECRET_ACCESS_KEY.encode()
        for word in self._scope.split("/"):
            key = digest(key, word)
        self._key = key

    def framed(self, body, checksum):
        pieces = [body[at : at + CHUNK] for at in range(0, len(body), CHUNK)]
        framed = b"".join(self._head(piece) + piece + b"\r\n" for piece in pieces) + self._head(b"")
        if "TRAILER" not in self._kind:
            return framed + b"\r\n"
        trailer = f"x-amz-checksum-crc32:{checksum}"
        framed += f"{trailer}\r\n".encode()
        if self._is_signed:
            to_sign = self._to_sign("AWS4-HMAC-SHA256-TRAILER", hashed(f"{trailer}\n".encode()))
            framed += f"x-amz-trailer-signature:{self._signature(to_sign)}\r\n".encode()
        return framed + b"\r\n"

    @property
    def _is_signed(self):
        return "HMAC" in self._kind

    def _head(self, piece):
        if not self._is_signed:
            return f"{len(piece):x}\r\n".encode()
        to_sign = self._to_sign("AWS4-HMAC-SHA256-PAYLOAD", f"{hashed(b'')}\n{hashed(piece)}")
        return f"{len(piece):x};chunk-signature={self._signature(to_sign)}\r\n".encode()

    def _to_sign(self, algorithm, rest):
        return f"{algorithm}\n{self._date}\n{self._scope}\n{self._previous}\n{rest}"

    def _signature(self, to_sign):
        self._previous = hmac.new(self._key, to_sign.encode(), hashlib.sha256).hexdigest()
        return self._previous


def digest(key, word):
    return hmac.new(key, word.encode(), hashlib.sha256).digest()


def hashed(data):
    return hashlib.sha256(data).hexdigest()


def transfer_chunked(data, piece=10000):
    chunks = [data[at : at + piece] for at in range(0, len(data), piece)]
    return b"".join(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n" for chunk in chunks) + b"0\r\n\r\n"


def exchange(endpoint, raw, waits=False):
    """Sends the bytes of a request and returns the answer; one that waits sends its body when it is told to."""
    address = urllib.parse.urlsplit(endpoint)
    method = raw.partition(b" ")[0]
    with socket.create_connection((address.hostname, address.port), timeout=20) as connection:
        head, end, body = raw.partition(b"\r\n\r\n")
        told = b""
        if waits:
            connection.sendall(head + end)
            told = until_head(connection)
            if told.startswith(b"HTTP/1.1 100"):
                _, _, told = told.partition(b"\r\n\r\n")
                connection.sendall(body)
        else:
            connection.sendall(raw)
        return answer(connection, method, told)


def in_turn(endpoint, requests):
    """Sends requests over one connection, each after the answer to the one before."""
    address = urllib.parse.urlsplit(endpoint)
    answers = []
    with socket.create_connection((address.hostname, address.port), timeout=20) as connection:
        for raw in requests:
            connection.sendall(raw)
            answers.append(answer(connection, raw.partition(b" ")[0]))
    return answers


def until_head(connection):
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(1 << 16)
        assert piece, f"the connection ended after {data!r}"
        data += piece
    return data


def answer(connection, method, data=b""):
    """Reads one whole answer, interim ones aside."""
    while True:
        messages = parsed(data, [method])
        if messages and is_whole(messages[0], method):
            return messages[0]
        piece = connection.recv(1 << 16)
        if not piece:
            return messages[0] if messages else None
        data += piece


def is_whole(message, method):
    length = message.header("content-length")
    if method == b"HEAD" or length is None:
        return True
    return len(message.body) == int(length) or message.first.split()[1] in (b"204", b"304")
