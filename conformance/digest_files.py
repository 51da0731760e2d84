"""Digests, read as an auditor would: where they lie, what they say, what they cover."""

import gzip
import json


class DigestBuckets:
    """The digests and log files of one trail in one or more buckets."""

    def __init__(self, s3, trail, *buckets):
        self.s3, self.trail, self.buckets = s3, trail, buckets

    def digests(self, region="us-east-1"):
        """Returns place and document of each regular digest of a Region, in the order of their ends."""
        mark = f"_CloudTrail-Digest_{region}_{self.trail}_"
        return [digest for digest in self._all(mark) if "_backfill" not in digest[0][1]]

    def backfills(self, region="us-east-1"):
        """Returns place and document of each backfill digest of a Region, in the order of their ends."""
        mark = f"_CloudTrail-Digest_{region}_{self.trail}_"
        return [digest for digest in self._all(mark) if "_backfill" in digest[0][1]]

    def logs(self, region="us-east-1"):
        """Returns the places of the log files of a Region."""
        return {place for place in self._places("/CloudTrail/") if f"_CloudTrail_{region}_" in place[1]}

    def proven(self, *requests, region="us-east-1"):
        """Tells whether every log file of a Region is in one digest, and each request in one of the files."""
        listed = [(log["s3Bucket"], log["s3Object"]) for _, digest in self.digests(region) + self.backfills(region) for log in digest["logFiles"]]
        assert len(listed) == len(set(listed)), "a log file is in two digests"
        if not self.logs(region) <= set(listed):
            return False
        found = {record.get("requestID") for place in listed for record in json.loads(self._content(place))["Records"]}
        return set(requests) <= found

    def object(self, place):
        """Returns an object's bytes and metadata."""
        answer = self.s3.get_object(Bucket=place[0], Key=place[1])
        return answer["Body"].read(), answer["Metadata"]

    def put(self, place, body, metadata):
        self.s3.put_object(Bucket=place[0], Key=place[1], Body=body, Metadata=metadata)

    def _all(self, mark):
        places = [place for place in self._places("/CloudTrail-Digest/") if mark in place[1]]
        found = [(place, json.loads(self._content(place))) for place in places]
        return sorted(found, key=lambda digest: digest[1]["digestEndTime"])

    def _content(self, place):
        return gzip.decompress(self.object(place)[0])

    def _places(self, folder):
        for bucket in self.buckets:
            for page in self.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
                yield from ((bucket, entry["Key"]) for entry in page.get("Contents", []) if folder in entry["Key"])


def follow(digests):
    """Checks that windows abut and each digest names the one before; returns where chains begin."""
    begins = []
    for at, (place, digest) in enumerate(digests):
        assert (digest["digestS3Bucket"], digest["digestS3Object"]) == place
        if digest["previousDigestS3Object"] is None:
            begins.append(at)
            continue
        before_place, before = digests[at - 1]
        assert (digest["previousDigestS3Bucket"], digest["previousDigestS3Object"]) == before_place
        assert digest["digestStartTime"] == before["digestEndTime"]
    return begins
