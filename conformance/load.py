"""Callers that put a new marker into each call and write down which calls were answered."""

import threading

from botocore.exceptions import BotoCoreError, ClientError


class Load:
    """What was called over all lives of a server. A marker is used once, whatever became of the call."""

    def __init__(self, calls=None, patient=False):
        """Takes the names of the calls to make; a patient caller goes on where the server can't record a call."""
        self.calls, self.patient, self.refused = calls or list(CALLS), patient, 0
        self.answered = {name: [] for name in CALLS}
        self.trouble = []
        self.ending = False
        self._asked, self._lock = 0, threading.Lock()

    def run(self, clients, until, stays=False):
        """Calls from one thread for each kind of call; `until` ends the server, and thereby the threads. Where
        the server stays, the threads end after it."""
        self.ending = False
        s3, cloudtrail = clients.boto("s3"), clients.boto("cloudtrail")
        threads = [threading.Thread(target=self._call, args=(name, s3, cloudtrail)) for name in self.calls]
        for thread in threads:
            thread.start()
        until()
        self.ending = stays
        for thread in threads:
            thread.join()

    def marker(self):
        """Returns a marker that was never used; a later one is greater."""
        with self._lock:
            self._asked += 1
            return f"marker-{self._asked:07}"

    def _call(self, name, s3, cloudtrail):
        while not self.ending:
            marker = self.marker()
            try:
                CALLS[name](s3, cloudtrail, marker)
            except BotoCoreError:
                return
            except ClientError as error:
                if self.patient and error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500:
                    self.refused += 1
                    continue
                self.trouble.append(error)
                return
            except Exception as error:
                self.trouble.append(error)
                return
            self.answered[name].append(marker)


def put_tagging(s3, cloudtrail, marker):
    s3.put_bucket_tagging(Bucket="tagged", Tagging={"TagSet": [{"Key": "marker", "Value": marker}]})


def put_object(s3, cloudtrail, marker):
    s3.put_object(Bucket="filled", Key=marker, Body=marker.encode())


def add_tags(s3, cloudtrail, marker):
    trail = "arn:aws:cloudtrail:us-east-1:123456789012:trail/kill"
    cloudtrail.add_tags(ResourceId=trail, TagsList=[{"Key": "marker", "Value": marker}])


def start_unknown(s3, cloudtrail, marker):
    """A refusal is an answer as well, and is recorded."""
    try:
        cloudtrail.start_logging(Name=marker)
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500:
            raise
        assert error.response["Error"]["Code"] == "TrailNotFoundException", error
    else:
        raise AssertionError(f"there is no trail {marker}")


CALLS = {
    "PutBucketTagging": put_tagging, "PutObject": put_object, "AddTags": add_tags, "StartLogging": start_unknown,
}  # fmt: skip
MANAGEMENT = ("PutBucketTagging", "AddTags", "StartLogging")


def marker_of(record):
    """Returns the marker in the record of a call of `CALLS`, or nothing."""
    asked = record["requestParameters"] or {}
    found = {
        "PutBucketTagging": lambda: asked["Tagging"]["TagSet"]["Tag"]["Value"],
        "PutObject": lambda: asked["key"],
        "AddTags": lambda: asked["tagsList"][0]["value"],
        "StartLogging": lambda: asked["name"],
    }.get(record["eventName"], lambda: "")()
    return found if found.startswith("marker-") else None
