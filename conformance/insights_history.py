"""Days of an account's past as CloudTrail's log files hold them: what insights learn from when they are imported."""

import gzip
import json
import random
import time
import uuid

ACCOUNT, REGION = "123456789012", "us-east-1"
DAY_S = 24 * 60 * 60


class History:
    """Events of the past, drawn with a seed and written as log files, one an hour."""

    def __init__(self, seed=7):
        self._chance = random.Random(seed)
        self.events = []

    def steady(self, name, source="s3.amazonaws.com", *, a_minute, begin, end, **more):
        """Adds calls that come by chance, so many a minute on average."""
        count = round((end - begin) / 60 * a_minute)
        self._add(sorted(self._chance.uniform(begin, end) for _ in range(count)), name, source, more)
        return self

    def regular(self, name, source="s3.amazonaws.com", *, a_minute, begin, end, **more):
        """Adds calls at even distances, the same number each minute."""
        minutes = range(int(begin) // 60, int(end) // 60)
        self._add([minute * 60 + at * 60 / a_minute for minute in minutes for at in range(a_minute)], name, source, more)
        return self

    def burst(self, name, source="s3.amazonaws.com", *, count, at, **more):
        """Adds calls within one minute."""
        self._add([int(at) // 60 * 60 + number * 60 / count for number in range(count)], name, source, more)
        return self

    def write(self, directory):
        """Writes the log files and returns the directory."""
        files = {}
        for event in self.events:
            files.setdefault(event["eventTime"][:13], []).append(event)
        for hour, events in sorted(files.items()):
            day, minute = hour[:10].replace("-", "/"), hour.replace("-", "") + "00Z"
            folder = directory / "AWSLogs" / ACCOUNT / "CloudTrail" / REGION / day
            folder.mkdir(parents=True, exist_ok=True)
            body = json.dumps({"Records": events}, separators=(",", ":")).encode()
            name = f"{ACCOUNT}_CloudTrail_{REGION}_{minute}_{self._unique()}.json.gz"
            (folder / name).write_bytes(gzip.compress(body, compresslevel=1))
        return directory

    def _add(self, times, name, source, more):
        self.events += [self._event(at, name, source, **more) for at in times]

    def _event(self, at, name, source, user="maya", **more):
        identity = {
            "type": "IAMUser", "principalId": "AIDAEXAMPLE", "arn": f"arn:aws:iam::{ACCOUNT}:user/{user}",
            "accountId": ACCOUNT, "accessKeyId": "AKIAEXAMPLE", "userName": user,
        }  # fmt: skip
        event = {
            "eventVersion": "1.11", "userIdentity": identity, "eventTime": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at)),
            "eventSource": source, "eventName": name, "awsRegion": REGION, "sourceIPAddress": "192.0.2.7",
            "userAgent": "aws-cli/2.31.0", "requestParameters": None, "responseElements": None, "requestID": self._guid(),
            "eventID": self._guid(), "readOnly": False, "eventType": "AwsApiCall", "managementEvent": True,
            "recipientAccountId": ACCOUNT, "eventCategory": "Management",
        }  # fmt: skip
        return event | more

    def _guid(self):
        return str(uuid.UUID(int=self._chance.getrandbits(128), version=4))

    def _unique(self):
        return f"{self._chance.getrandbits(80):020d}"[:16]
