"""Live streams for real: EventBridge rules that end in queues, and log groups, at moto's server and at MiniStack.

`aws logs tail` is in version 2 of the AWS CLI alone, which is not in the Python registry: its call, FilterLogEvents, is
made with version 1.
"""

import json
import os
import pathlib
import subprocess
import sys
import time

import pytest
from clients import Clients, refusal
from emulators import ACCESS_KEY_ID, REGION, SECRET_ACCESS_KEY, MiniStack, Moto, running
from server import Server
from waiting import wait_for

ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/stream/logs"
HERE = f"{ACCOUNT}_CloudTrail_{REGION}"
THERE = f"{ACCOUNT}_CloudTrail_eu-west-1"
DEFERRED = "stream deferred"
TRUST = {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "sts:AssumeRole"}
RIGHTS = {"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": "arn:aws:logs:*:*:log-group:*:log-stream:*"}


@pytest.fixture(scope="module", params=[Moto, MiniStack], ids=["moto", "ministack"])
def emulator(request):
    with running(request.param) as started:
        yield started


class World:
    """A server of Cairn's whose streams end at an emulator, with a bucket and a role to make trails with."""

    def __init__(self, server, emulator, prefix="aws."):
        self.server, self.emulator, self.prefix = server, emulator, prefix
        self.clients = Clients(server)
        self.cloudtrail = self.clients.boto("cloudtrail")
        self.iam = self.clients.boto("iam")
        self.logs = emulator.client("logs")
        s3 = self.clients.boto("s3")
        s3.create_bucket(Bucket="logs")
        s3.put_bucket_policy(Bucket="logs", Policy=server.command("bucket-policy", "logs"))
        self.iam.create_role(RoleName="logs", Path="/stream/", AssumeRolePolicyDocument=policy(TRUST))
        self.iam.put_role_policy(RoleName="logs", PolicyName="logs", PolicyDocument=policy(RIGHTS))

    def restart(self, end):
        """Ends the server in the way given and starts it again."""
        end()
        self.clients = Clients(self.server.start())
        self.cloudtrail, self.iam = self.clients.boto("cloudtrail"), self.clients.boto("iam")

    def trail(self, name, group=None, role=ROLE, **more):
        """Makes a multi-Region trail that logs; one that streams where a group is named."""
        streams = {"CloudWatchLogsLogGroupArn": arn(group), "CloudWatchLogsRoleArn": role} if group else {}
        self.cloudtrail.create_trail(Name=name, S3BucketName="logs", IsMultiRegionTrail=True, **streams, **more)
        self.cloudtrail.start_logging(Name=name)

    def group(self, name):
        self.logs.create_log_group(logGroupName=name)

    def lines(self, group, stream=HERE):
        """Returns the records of a stream; none while there is no such stream."""
        try:
            pages, token = [], None
            while True:
                more = {"nextToken": token} if token else {}
                page = self.logs.get_log_events(logGroupName=group, logStreamName=stream, startFromHead=True, **more)
                pages += page["events"]
                if not page["events"] or page["nextForwardToken"] == token:
                    return [json.loads(event["message"]) for event in pages]
                token = page["nextForwardToken"]
        except self.logs.exceptions.ResourceNotFoundException:
            return []

    def arrived(self, group, marks, limit=20.0):
        """Waits until the calls with these request ids are in the group, and returns how often each is."""
        wait_for(lambda: set(marks) <= set(self.ids(group)), f"{len(marks)} calls are in {group}", limit=limit)
        found = self.ids(group)
        return [found.count(mark) for mark in marks]

    def ids(self, group):
        return [record["requestID"] for record in self.lines(group)]

    def mark(self, client=None):
        """Makes a call that changes something and returns its request id."""
        client = client or self.cloudtrail
        return client.stop_logging(Name="marks")["ResponseMetadata"]["RequestId"]

    def status(self, trail):
        status = self.cloudtrail.get_trail_status(Name=trail)
        return status.get("LatestCloudWatchLogsDeliveryError"), status.get("LatestCloudWatchLogsDeliveryTime")


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def arn(group):
    return f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{group}:*"


@pytest.fixture(scope="module")
def world(emulator):
    prefix = "aws." if emulator.name == "moto" else "cairn."
    server = Server(eventbridge__source_prefix=prefix, **emulator.settings("logs", "events"))
    server.allowed |= {DEFERRED}
    try:
        world = World(server.start(), emulator, prefix)
        world.cloudtrail.create_trail(Name="marks", S3BucketName="logs")
        yield world
    finally:
        server.close()


@pytest.fixture
def made(world):
    """Names of trails and rules to make; they are removed again, for an account has five trails at most."""
    names = []
    yield names
    for name in names:
        world.cloudtrail.delete_trail(Name=name)


def test_a_rule_on_delete_trail_ends_in_a_queue(world):
    source = f"{world.prefix}cloudtrail"
    pattern = {"source": [source], "detail-type": ["AWS API Call via CloudTrail"], "detail": {"eventName": ["DeleteTrail"]}}
    receive = rule_to_queue(world.emulator, pattern)
    world.trail("watched")
    deleted = world.cloudtrail.delete_trail(Name="watched")["ResponseMetadata"]["RequestId"]
    event = wait_for(receive, "the rule has sent the event to the queue")[0]
    detail = event["detail"]
    assert (detail["eventName"], detail["requestID"], detail["requestParameters"]) == ("DeleteTrail", deleted, {"name": "watched"})
    assert (event["source"], event["detail-type"]) == (source, "AWS API Call via CloudTrail")
    # The rest of the envelope is the bus's own; moto's is not complete.
    rest = {"account": ACCOUNT, "region": REGION, "resources": [], "time": detail["eventTime"]}
    assert event.items() >= {name: value for name, value in rest.items() if name in event}.items()


def test_a_log_group_shows_what_happened(world, made):
    world.group("tailed")
    world.trail("tailed", "tailed")
    made.append("tailed")
    marks = [world.mark() for _ in range(3)]
    elsewhere = world.clients.boto("cloudtrail", region="eu-west-1").describe_trails()["ResponseMetadata"]["RequestId"]
    assert world.arrived("tailed", marks) == [1, 1, 1]
    records = [json.loads(event["message"]) for event in printed(world.emulator, "tailed")]
    assert set(marks) <= {record["requestID"] for record in records}
    there = wait_for(lambda: world.lines("tailed", THERE), "the other Region has a stream of its own")
    assert [record["requestID"] for record in there] == [elsewhere]
    assert {record["awsRegion"] for record in world.lines("tailed")} == {REGION}
    error, at = wait_for(lambda: told(world, "tailed"), "the status tells of the delivery")
    assert error is None and at is not None


def rule_to_queue(emulator, pattern):
    """Makes a rule whose target is a queue; returns what receives the next few events from it."""
    events, queues = emulator.client("events"), emulator.client("sqs")
    url = queues.create_queue(QueueName="rule")["QueueUrl"]
    events.put_rule(Name="rule", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="rule", Targets=[{"Id": "1", "Arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:rule"}])

    def receive():
        messages = queues.receive_message(QueueUrl=url, WaitTimeSeconds=1, MaxNumberOfMessages=10).get("Messages", [])
        for message in messages:
            queues.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return [json.loads(message["Body"]) for message in messages]

    return receive


def ids(events):
    return [event["detail"]["requestID"] for event in events]


def told(world, trail):
    status = world.status(trail)
    return status if status != (None, None) else None


def printed(emulator, group):
    """Returns the events of a log group as the AWS CLI prints them."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "CAIRN_"))}
    aws = {
        "AWS_ACCESS_KEY_ID": ACCESS_KEY_ID, "AWS_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY, "AWS_DEFAULT_REGION": REGION,
        "AWS_ENDPOINT_URL": emulator.endpoint, "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_PAGER": "", "AWS_EC2_METADATA_DISABLED": "true", "NO_PROXY": "127.0.0.1",
    }  # fmt: skip
    program = pathlib.Path(sys.executable).parent / "aws"
    command = [program, "logs", "filter-log-events", "--log-group-name", group, "--output", "json"]
    done = subprocess.run(command, env=kept | aws, check=True, stdout=subprocess.PIPE, text=True, timeout=60)
    return json.loads(done.stdout)["events"]


def test_a_dead_group_delays_no_other_and_loses_nothing(world, made):
    world.group("dead")
    world.group("sound")
    world.trail("dead", "dead")
    world.trail("sound", "sound")
    made += ["dead", "sound"]
    first = world.mark()
    world.arrived("dead", [first])
    world.logs.delete_log_group(logGroupName="dead")
    marks = [world.mark() for _ in range(5)]
    begun = time.monotonic()
    assert world.arrived("sound", marks) == [1] * 5
    assert time.monotonic() - begun < 5
    wait_for(lambda: world.status("dead")[0] == "ResourceNotFoundException", "the status tells what is wrong")
    assert world.status("sound")[0] is None
    world.group("dead")
    assert world.arrived("dead", marks, limit=30) == [1] * 5
    wait_for(lambda: world.status("dead")[0] is None, "the error is gone")


def test_a_trail_gets_a_group_and_gives_it_away(world, made):
    world.trail("later")
    made.append("later")
    before = world.mark()
    world.group("later")
    world.cloudtrail.update_trail(Name="later", CloudWatchLogsLogGroupArn=arn("later"), CloudWatchLogsRoleArn=ROLE)
    during = world.mark()
    assert world.arrived("later", [during]) == [1]
    world.cloudtrail.update_trail(Name="later", CloudWatchLogsLogGroupArn="", CloudWatchLogsRoleArn="")
    after = world.mark()
    world.cloudtrail.update_trail(Name="later", CloudWatchLogsLogGroupArn=arn("later"), CloudWatchLogsRoleArn=ROLE)
    last = world.mark()
    world.arrived("later", [last])
    assert not {before, after} & set(world.ids("later"))


def test_a_role_without_rights_is_refused_and_later_reported(world, made):
    world.group("guarded")
    asked = {"Name": "guarded", "S3BucketName": "logs"}
    log_group = {"CloudWatchLogsLogGroupArn": arn("guarded")}
    world.iam.create_role(RoleName="bare", AssumeRolePolicyDocument=policy(TRUST))
    other = TRUST | {"Principal": {"Service": "ec2.amazonaws.com"}}
    world.iam.create_role(RoleName="other", AssumeRolePolicyDocument=policy(other))
    for role, code, message in [
        ("bare", "InvalidCloudWatchLogsLogGroupArnException", "Access denied. Check the permissions for your role."),
        ("other", "InvalidCloudWatchLogsRoleArnException", "Access denied. Check the trust relationships for your role."),
        ("none", "InvalidCloudWatchLogsRoleArnException", "Access denied. Check the trust relationships for your role."),
    ]:
        role_arn = {"CloudWatchLogsRoleArn": f"arn:aws:iam::{ACCOUNT}:role/{role}"}
        assert refusal(world.cloudtrail.create_trail, **asked, **log_group, **role_arn) == (code, message)
    for group in [arn("nowhere"), arn("guarded").replace(ACCOUNT, "999999999999"), arn("guarded").removesuffix(":*")]:
        bad = {"CloudWatchLogsLogGroupArn": group, "CloudWatchLogsRoleArn": ROLE}
        assert refusal(world.cloudtrail.create_trail, **asked, **bad) == (
            "InvalidCloudWatchLogsLogGroupArnException", "CloudTrail cannot validate the specified log group ARN.",
        )  # fmt: skip
    world.trail("guarded", "guarded")
    made.append("guarded")
    world.iam.delete_role_policy(RoleName="logs", PolicyName="logs")
    marks = [world.mark()]
    wait_for(lambda: world.status("guarded")[0] == "AccessDenied", "the status tells AccessDenied")
    world.iam.put_role_policy(RoleName="logs", PolicyName="logs", PolicyDocument=policy(RIGHTS))
    assert world.arrived("guarded", marks, limit=30) == [1]


def test_kills_lose_nothing(world, made):
    """The server is killed at any instant: everything that was answered arrives, and little of it twice."""
    world.group("killed")
    world.trail("killed", "killed")
    made.append("killed")
    marks = []
    for _ in range(3):
        marks += [world.mark() for _ in range(10)]
        world.restart(world.server.kill)
    marks.append(world.mark())
    counts = world.arrived("killed", marks, limit=30)
    assert min(counts) == 1, "each at least once"
    assert max(counts) <= 4, "not again and again"


def test_an_outage_of_everything_loses_nothing(world, made):
    """The emulators forget everything when they end: what they must have afterwards is what happened meanwhile."""
    world.group("outage")
    world.trail("outage", "outage")
    made.append("outage")
    world.arrived("outage", [world.mark()])
    world.emulator.stop()
    marks = [world.mark() for _ in range(15)]
    wait_for(lambda: world.status("outage")[0] == "EndpointUnreachable", "the status tells of the outage")
    world.restart(world.server.stop)
    marks.append(world.mark())
    world.emulator.start()
    world.group("outage")
    assert world.arrived("outage", marks, limit=40) == [1] * 16


def test_a_source_that_is_refused_waits_for_another_prefix(make_server):
    """MiniStack takes sources that begin with `aws.` from nobody, as EventBridge does."""
    with running(MiniStack) as emulator:
        server = make_server(**emulator.settings("events"))
        server.allowed.add(DEFERRED)
        world = World(server.start(), emulator)
        receive = rule_to_queue(emulator, {"source": ["cairn.cloudtrail"]})
        world.cloudtrail.create_trail(Name="marks", S3BucketName="logs")
        world.trail("main")
        marks = {world.mark() for _ in range(15)}
        code = 'code="NotAuthorizedForSourceException"'
        wait_for(lambda: code in server.page("metrics").read().decode(), "the metrics tell of the refusal")
        server.stop()
        server.set("eventbridge.source_prefix", "cairn.")
        server.start()
        found = set()
        wait_for(lambda: found.update(ids(receive())) or marks <= found, "what was refused is in the queue", limit=30)


def test_without_an_endpoint_a_log_group_is_unavailable(fresh):
    clients = Clients(fresh.start())
    s3, cloudtrail, iam = clients.boto("s3"), clients.boto("cloudtrail"), clients.boto("iam")
    s3.create_bucket(Bucket="logs")
    s3.put_bucket_policy(Bucket="logs", Policy=fresh.command("bucket-policy", "logs"))
    iam.create_role(RoleName="logs", Path="/stream/", AssumeRolePolicyDocument=policy(TRUST))
    iam.put_role_policy(RoleName="logs", PolicyName="logs", PolicyDocument=policy(RIGHTS))
    asked = {"Name": "main", "S3BucketName": "logs", "CloudWatchLogsLogGroupArn": arn("g"), "CloudWatchLogsRoleArn": ROLE}
    code, _ = refusal(cloudtrail.create_trail, **asked)
    assert code == "CloudWatchLogsDeliveryUnavailableException"
