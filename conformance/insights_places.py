"""Every place that tells of insights, each asked as its users would."""

import calendar
import gzip
import json
import time

from emulators import REGION
from log_files import INSIGHT_KEY
from test_outside import Queue, topic_with_queue
from test_streams import ACCOUNT, RIGHTS, ROLE, TRUST, arn, policy

TRAIL = f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/main"
BOTH = [{"InsightType": "ApiCallRateInsight"}, {"InsightType": "ApiErrorRateInsight"}]


class Places:
    """A trail `main` with a bucket, a topic and a log group, a rule on the event bus, and a webhook."""

    def __init__(self, server, clients, moto, receiver):
        self.server, self.moto, self.receiver = server, moto, receiver
        self.act(clients)
        self.logs = moto.client("logs")
        self.logs.create_log_group(logGroupName="audit")
        topic, url = topic_with_queue(moto, "files")
        self.topic = Queue(moto, url)
        self.rule = rule_to_queue(moto)
        self.heard = []
        self.s3.create_bucket(Bucket="logs")
        self.s3.put_bucket_policy(Bucket="logs", Policy=server.command("bucket-policy", "logs"))
        iam = clients.boto("iam")
        iam.create_role(RoleName="logs", Path="/stream/", AssumeRolePolicyDocument=policy(TRUST))
        iam.put_role_policy(RoleName="logs", PolicyName="logs", PolicyDocument=policy(RIGHTS))
        self.cloudtrail.create_trail(
            Name="main", S3BucketName="logs", IsMultiRegionTrail=True, EnableLogFileValidation=True, SnsTopicName=topic,
            CloudWatchLogsLogGroupArn=arn("audit"), CloudWatchLogsRoleArn=ROLE,
        )  # fmt: skip
        self.cloudtrail.put_insight_selectors(TrailName="main", InsightSelectors=BOTH)
        self.cloudtrail.start_logging(Name="main")

    def act(self, clients):
        """Uses these clients from now on."""
        self.clients = clients
        self.cloudtrail, self.s3 = clients.boto("cloudtrail"), clients.boto("s3")

    def history(self, name=None):
        """Returns the Insights events that LookupEvents shows, of a name where one is given, the newest first."""
        named = {"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": name}]} if name else {}
        pages = self.cloudtrail.get_paginator("lookup_events").paginate(EventCategory="insight", **named)
        return [json.loads(event["CloudTrailEvent"]) for page in pages for event in page["Events"]]

    def files(self):
        """Returns the files of Insights events, by key."""
        return insight_files(self.s3)

    def in_files(self):
        return [record for records in self.files().values() for record in records]

    def in_topic(self):
        """Returns the records of the files that the topic was told of."""
        # A file is there before the topic tells of it.
        keys = [key for key in self.topic.keys() if "/CloudTrail-Insight/" in key]
        files = self.files()
        return [record for key in keys for record in files[key]]

    def in_group(self):
        streams = self.logs.describe_log_streams(logGroupName="audit")["logStreams"]
        found = []
        for stream in streams:
            page = self.logs.get_log_events(
                logGroupName="audit", logStreamName=stream["logStreamName"], startFromHead=True, limit=10_000
            )
            found += [json.loads(event["message"]) for event in page["events"]]
        return insights(found)

    def on_bus(self):
        """Returns what the rule took; the rule asks for Insights events and for nothing else."""
        received = self.rule()
        assert all(event["source"] == "aws.cloudtrail" for event in received), received
        self.heard += [event["detail"] for event in received]
        return self.heard

    def tailed(self):
        return insights(map(json.loads, self.server.command("tail", "-n", "10000", "--json").splitlines()))

    def hooked(self):
        taken = list(self.receiver.taken)
        return [event["detail"] for event in taken if event["detail-type"] == "AWS Insight via CloudTrail"]

    def all(self):
        """Returns what every place tells, by its name."""
        return {
            "LookupEvents": self.history(), "files": self.in_files(), "topic": self.in_topic(), "log group": self.in_group(),
            "event bus": self.on_bus(), "tail": self.tailed(), "webhook": self.hooked(),
        }  # fmt: skip


def insights(records):
    """Returns those of some records that are Insights events."""
    return [record for record in records if record.get("eventCategory") == "Insight"]


def of(records, name, state=None):
    """Returns the insights on an action, those of one state where one is given."""
    told = [(record["insightDetails"], record) for record in records]
    return [record for details, record in told if details["eventName"] == name and state in (None, details["state"])]


def minute(record):
    """Returns the time of a record, which is a whole minute."""
    at = calendar.timegm(time.strptime(record["eventTime"], "%Y-%m-%dT%H:%M:%SZ"))
    assert at % 60 == 0
    return at


def insight_files(s3):
    """Returns the files of Insights events in the bucket `logs`, by key: the records of each."""
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket="logs")
    keys = [entry["Key"] for page in pages for entry in page.get("Contents", [])]
    return {key: insight_file(s3, key) for key in keys if "/CloudTrail-Insight/" in key}


def insight_file(s3, key):
    """Returns the records of a file, which has CloudTrail's name for it."""
    assert INSIGHT_KEY.fullmatch(key), key
    body = gzip.decompress(s3.get_object(Bucket="logs", Key=key)["Body"].read())
    records = json.loads(body)["Records"]
    assert {record["eventCategory"] for record in records} == {"Insight"}, key
    return records


def rule_to_queue(moto):
    """Makes a rule on Insights events whose target is a queue; returns what receives from it."""
    events, queues = moto.client("events"), moto.client("sqs")
    url = queues.create_queue(QueueName="rule")["QueueUrl"]
    pattern = {"detail-type": ["AWS Insight via CloudTrail"]}
    events.put_rule(Name="rule", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="rule", Targets=[{"Id": "1", "Arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:rule"}])

    def receive():
        messages = queues.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        for message in messages:
            queues.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return [json.loads(message["Body"]) for message in messages]

    return receive
