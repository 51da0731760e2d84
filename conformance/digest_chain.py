"""Chains of digests as CloudTrail writes them (reference §5), made and signed here: independent of Cairn's own code."""

import base64
import datetime
import gzip
import hashlib
import json

import rsa

ACCOUNT, REGION, TRAIL = "111122223333", "us-east-1", "main"
ARN = f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/{TRAIL}"
START = datetime.datetime(2026, 3, 2, 4, 0, tzinfo=datetime.timezone.utc)
HOUR = datetime.timedelta(hours=1)


class Key:
    """A key that signs, and how ListPublicKeys tells of it."""

    def __init__(self):
        self.public, self.private = rsa.newkeys(2048)
        self.der = self.public.save_pkcs1("DER")
        self.fingerprint = hashlib.md5(self.der).hexdigest()

    def listed(self, value=None):
        """An entry of PublicKeyList."""
        value = base64.b64encode(self.der).decode() if value is None else value
        return {"Value": value, "Fingerprint": self.fingerprint, "ValidityStartTime": 1767225600, "ValidityEndTime": 1798761600}

    def sign(self, text):
        return rsa.sign(text.encode(), self.private, "SHA-256").hex()


def stamp(at):
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def pack(data):
    return gzip.compress(data, mtime=0)


class Chain:
    """Digests of some hours with log files, in one bucket. Each digest is kept as its document and its signature."""

    def __init__(self, s3, bucket, key, hours=5, logs=2, suffix=""):
        self.s3, self.bucket, self.key, self.suffix = s3, bucket, key, suffix
        self.digests, self.logs = [], []
        for hour in range(hours):
            self.append(START + hour * HOUR, logs)

    def digest_key(self, end):
        """The key of the digest that ends then."""
        folder = f"AWSLogs/{ACCOUNT}/CloudTrail-Digest/{REGION}/{end:%Y/%m/%d}"
        return f"{folder}/{ACCOUNT}_CloudTrail-Digest_{REGION}_{TRAIL}_{REGION}_{end:%Y%m%dT%H%M%SZ}{self.suffix}.json.gz"

    def log_key(self, at, name):
        folder = f"AWSLogs/{ACCOUNT}/CloudTrail/{REGION}/{at:%Y/%m/%d}"
        return f"{folder}/{ACCOUNT}_CloudTrail_{REGION}_{at:%Y%m%dT%H%MZ}_{name:0>16}.json.gz"

    def put_log(self, at, name):
        """Puts a log file and returns its entry in a digest."""
        body = json.dumps({"Records": [{"eventID": name, "eventTime": stamp(at)}] * 20}).encode()
        key = self.log_key(at, name)
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=pack(body), ContentType="application/json", ContentEncoding="gzip")
        self.logs.append(key)
        entry = {"s3Bucket": self.bucket, "s3Object": key, "hashValue": hashlib.sha256(body).hexdigest()}
        return entry | {"hashAlgorithm": "SHA-256", "newestEventTime": stamp(at), "oldestEventTime": stamp(at)}

    def append(self, start, logs=2, previous="last", **changes):
        """Adds the digest of an hour."""
        if previous == "last":
            previous = self.digests[-1] if self.digests else None
        entries = [self.put_log(start + datetime.timedelta(minutes=5 * n + 5), f"{start:%H}x{n}{self.suffix}") for n in range(logs)]
        document = {
            "awsAccountId": ACCOUNT,
            "digestStartTime": stamp(start),
            "digestEndTime": stamp(start + HOUR),
            "digestS3Bucket": self.bucket,
            "digestS3Object": self.digest_key(start + HOUR),
            "digestPublicKeyFingerprint": self.key.fingerprint,
            "digestSignatureAlgorithm": "SHA256withRSA",
            "newestEventTime": None,
            "oldestEventTime": None,
            "previousDigestS3Bucket": previous and previous["document"]["digestS3Bucket"],
            "previousDigestS3Object": previous and previous["document"]["digestS3Object"],
            "previousDigestHashValue": previous and hashlib.sha256(previous["bytes"]).hexdigest(),
            "previousDigestHashAlgorithm": previous and "SHA-256",
            "previousDigestSignature": previous and previous["signature"],
            "logFiles": entries,
        }
        self.digests.append(self.put(document | changes))

    def put(self, document, **metadata):
        """Signs a document, puts it where it says it is, and returns it with its bytes and signature."""
        data = json.dumps(document, separators=(",", ":")).encode()
        place = f"{document['digestS3Bucket']}/{document['digestS3Object']}"
        previous = document["previousDigestSignature"] or "null"
        text = f"{document['digestEndTime']}\n{place}\n{hashlib.sha256(data).hexdigest()}\n{previous}"
        digest = {"document": document, "bytes": data, "signature": self.key.sign(text)}
        if self.suffix:
            metadata["backfill-generation-timestamp"] = document["digestEndTime"].replace("Z", ".000Z")
        self.put_digest(digest, **metadata)
        return digest

    def put_digest(self, digest, body=None, at=None, signature=None, **metadata):
        """Puts a digest's bytes, or others in their stead, at its key or another."""
        metadata |= {"signature": signature or digest["signature"], "signature-algorithm": "SHA256withRSA"}
        key = at or digest["document"]["digestS3Object"]
        body = pack(digest["bytes"]) if body is None else body
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=body, Metadata={name: value for name, value in metadata.items() if value != "none"})

    def keys(self):
        return [digest["document"]["digestS3Object"] for digest in self.digests]
