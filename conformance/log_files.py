"""Delivered log files, read as an auditor would: every byte is accounted for."""

import json
import re
import zlib

KEY = re.compile(
    r"(?:(?P<prefix>.+)/)?AWSLogs/(?P<account>\d{12})/CloudTrail/(?P<region>[a-z]{2}(?:-[a-z]+)+-\d)"
    r"/(?P<date>\d{4}/\d{2}/\d{2})/(?P=account)_CloudTrail_(?P=region)_(?P<time>\d{8}T\d{2}[0-5][05]Z)"
    r"_(?P<unique>[0-9A-Za-z]{16})\.json\.gz"
)

# Files of Insights events have names of the same form.
INSIGHT_KEY = re.compile(KEY.pattern.replace("CloudTrail", "CloudTrail-Insight"))

# Insights events, digests, transparency logs, and the empty marker that the first check leaves in a bucket elsewhere.
OTHER = re.compile(r"/CloudTrail-(?:Insight|Digest|Tlog)/|/CloudTrail/$")


def log_keys(s3, bucket):
    """Returns the keys of all log files in a bucket; each has CloudTrail's form, and nothing unknown lies there."""
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
    keys = [entry["Key"] for page in pages for entry in page.get("Contents", [])]
    keys = [key for key in keys if not OTHER.search(key)]
    for key in keys:
        named = KEY.fullmatch(key)
        assert named, f"not the name of a log file: {key}"
        assert named["date"].replace("/", "") == named["time"][:8], key
    return keys


def read_log_file(s3, bucket, key):
    """Returns the records of one log file: a single gzip member that holds one line."""
    answer = s3.get_object(Bucket=bucket, Key=key)
    assert (answer["ContentType"], answer["ContentEncoding"]) == ("application/json", "gzip"), key
    member = zlib.decompressobj(wbits=31)
    body = member.decompress(answer["Body"].read())
    assert member.eof and member.unused_data == b"", f"not one gzip member: {key}"
    assert b"\n" not in body, key
    document = json.loads(body)
    assert list(document) == ["Records"] and document["Records"], key
    region = KEY.fullmatch(key)["region"]
    assert {record["awsRegion"] for record in document["Records"]} == {region}, key
    return document["Records"]


class LogBucket:
    """The records of a bucket's log files; each file is read once, for they are never overwritten."""

    def __init__(self, s3, bucket):
        self.s3, self.bucket, self.files = s3, bucket, {}

    def records(self):
        for key in log_keys(self.s3, self.bucket):
            if key not in self.files:
                self.files[key] = read_log_file(self.s3, self.bucket, key)
        return [record for records in self.files.values() for record in records]
