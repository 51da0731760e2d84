"""Streams of an organization: one log group for all members, each member's own event bus at moto, and a webhook.

The tests of this file are one story on one server, and go in order: each begins where the one before ended. moto keeps
log groups, rules and queues for each account apart, and lets roles be taken on that nobody made.
"""

import contextlib
import json
import time

import boto3
import pytest
from clients import Clients
from emulators import ADMIN_KEY_ID, REGION, SECRET_ACCESS_KEY, Moto, running
from organization_members import Members
from server import Server
from test_webhooks import Receiver
from waiting import wait_for

MANAGEMENT, LATE, OUTSIDER = "123456789012", "444455556666", "777788889999"
GROUP = f"arn:aws:logs:{REGION}:{MANAGEMENT}:log-group:audit:*"
ARN = f"arn:aws:cloudtrail:{REGION}:{MANAGEMENT}:trail/all"
TRUST = {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "sts:AssumeRole"}
DEFERRED = "stream deferred"
EXCLUSION = "cairn:excluded-from-trails"


class ManyAccounts(Moto):
    """moto, each call in the account of its key; the environment would make it one account for all."""

    def command(self):
        program, _ = super().command()
        return program, {}


class World:
    """A server whose streams end at moto and at a webhook, and an organization with two members."""

    def __init__(self, server, moto, receiver):
        self.server, self.moto, self.receiver = server, moto, receiver
        self.clients = Clients(server)
        self.members = Members(self.clients)
        self.shop, self.lab = self.members.make("shop"), self.members.make("lab")
        self.accounts = {"management": MANAGEMENT, "shop": self.shop, "lab": self.lab, "late": LATE, "outsider": OUTSIDER}
        self.queues = {account: self.queue(account) for account in self.accounts.values()}
        self.seen = {account: [] for account in self.queues}
        self.logs = moto.client("logs")
        self.logs.create_log_group(logGroupName="audit")

    def boto(self, account, service):
        """Returns a client of an account, whether or not it is a member."""
        if account in (self.shop, self.lab):
            return self.members.boto(account, service)
        lines = self.server.command("env", "--account-id", account).splitlines()
        exported = dict(line.removeprefix("export ").split("=", 1) for line in lines)
        session = boto3.Session(exported["AWS_ACCESS_KEY_ID"], exported["AWS_SECRET_ACCESS_KEY"])
        return session.client(service, region_name=REGION, endpoint_url=self.server.endpoint)

    def there(self, account, service):
        """Returns a client of moto's in an account."""
        if account == MANAGEMENT:
            return self.moto.client(service)
        own = boto3.Session(ADMIN_KEY_ID, SECRET_ACCESS_KEY).client("sts", region_name=REGION, endpoint_url=self.moto.endpoint)
        given = own.assume_role(RoleArn=f"arn:aws:iam::{account}:role/any", RoleSessionName="streams")["Credentials"]
        keys = given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"]
        return boto3.Session(*keys).client(service, region_name=REGION, endpoint_url=self.moto.endpoint)

    def queue(self, account):
        """Makes a rule of an account whose target is a queue; returns what receives from it."""
        events, queues = self.there(account, "events"), self.there(account, "sqs")
        url = queues.create_queue(QueueName="rule")["QueueUrl"]
        events.put_rule(Name="rule", EventPattern=json.dumps({"source": ["aws.s3"]}))
        events.put_targets(Rule="rule", Targets=[{"Id": "1", "Arn": f"arn:aws:sqs:{REGION}:{account}:rule"}])

        def receive():
            messages = queues.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
            for message in messages:
                queues.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            return [json.loads(message["Body"])["detail"] for message in messages]

        return receive

    def mark(self, account):
        """Makes a call in an account that changes something, and returns its request id."""
        answer = self.boto(account, "s3").create_bucket(Bucket=f"b-{account}-{time.monotonic_ns()}")
        return answer["ResponseMetadata"]["RequestId"]

    def lines(self, account, organization=True, logs=None):
        """Returns the request ids of an account's stream in the group; none while there is no such stream."""
        prefix = f"{self.members.organization}_" if organization else ""
        name = f"{prefix}{account}_CloudTrail_{REGION}"
        with contextlib.suppress((logs or self.logs).exceptions.ResourceNotFoundException):
            page = (logs or self.logs).get_log_events(logGroupName="audit", logStreamName=name, startFromHead=True, limit=10_000)
            records = [json.loads(event["message"]) for event in page["events"]]
            assert {record["recipientAccountId"] for record in records} <= {account}
            return [record["requestID"] for record in records if "requestID" in record]
        return []

    def on_bus(self, account):
        """Returns the request ids that an account's queue has got so far."""
        received = self.queues[account]()
        assert {detail["recipientAccountId"] for detail in received} <= {account}
        self.seen[account] += [detail["requestID"] for detail in received]
        return self.seen[account]

    def in_group(self, mark, account, **more):
        wait_for(lambda: mark in self.lines(account, **more), f"{mark} is in the stream of {account}", limit=20)

    def at_bus(self, mark, account):
        wait_for(lambda: mark in self.on_bus(account), f"{mark} is in the queue of {account}", limit=20)


@pytest.fixture(scope="module")
def world():
    with running(ManyAccounts) as moto:
        receiver = Receiver(secret=None)
        destinations = {"destinations__siem__type": "webhook", "destinations__siem__url": f"http://127.0.0.1:{receiver.port}/"}
        settings = moto.settings("logs", "events") | destinations
        server = Server(account_id=MANAGEMENT, accounts=f"{LATE},{OUTSIDER}", endpoints__role="audit/cairn", **settings)
        server.allowed |= {DEFERRED, "an AWS API elsewhere was not reached"}
        try:
            yield World(server.start(), moto, receiver)
        finally:
            server.close()
            receiver.close()


@pytest.fixture(scope="module")
def trail(world):
    """An organization trail with a log group."""
    iam, s3, cloudtrail = (world.clients.boto(service) for service in ("iam", "s3", "cloudtrail"))
    s3.create_bucket(Bucket="logs")
    s3.put_bucket_policy(Bucket="logs", Policy=world.server.command("bucket-policy", "logs", "--organization", world.members.organization))
    role = iam.create_role(RoleName="streams", AssumeRolePolicyDocument=policy(TRUST))["Role"]["Arn"]
    iam.put_role_policy(RoleName="streams", PolicyName="p", PolicyDocument=rights(f"{world.members.organization}_*"))
    cloudtrail.create_trail(
        Name="all", S3BucketName="logs", IsMultiRegionTrail=True, IsOrganizationTrail=True,
        CloudWatchLogsLogGroupArn=GROUP, CloudWatchLogsRoleArn=role,
    )  # fmt: skip
    cloudtrail.start_logging(Name="all")
    return cloudtrail


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def rights(*streams):
    resources = [f"arn:aws:logs:{REGION}:{MANAGEMENT}:log-group:audit:log-stream:{name}" for name in streams]
    return policy({"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": resources})


def test_each_members_events_are_in_its_stream_of_the_one_group_and_on_its_own_bus(world, trail):
    marks = {account: world.mark(account) for account in world.accounts.values()}
    for account in (MANAGEMENT, world.shop, world.lab):
        world.in_group(marks[account], account)
        world.at_bus(marks[account], account)
    names = {stream["logStreamName"] for stream in world.logs.describe_log_streams(logGroupName="audit")["logStreams"]}
    assert names == {f"{world.members.organization}_{account}_CloudTrail_{REGION}" for account in (MANAGEMENT, world.shop, world.lab)}
    assert world.on_bus(OUTSIDER) == world.on_bus(LATE) == []
    # A webhook is the operator's, who hears of every account.
    told = lambda: {event["detail"].get("requestID") for event in world.receiver.taken}
    wait_for(lambda: set(marks.values()) <= told(), "the webhook is told of every account")
    accounts = {event["detail"]["requestID"]: event["account"] for event in world.receiver.taken if "requestID" in event["detail"]}
    assert all(accounts[mark] == account for account, mark in marks.items())


def test_a_call_across_members_is_in_both_streams_and_on_both_buses(world, trail):
    s3 = world.boto(world.shop, "s3")
    s3.create_bucket(Bucket="shared-by-shop")
    allowed = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{world.lab}:root"}, "Action": "s3:*", "Resource": "arn:aws:s3:::shared-by-shop"}
    s3.put_bucket_policy(Bucket="shared-by-shop", Policy=policy(allowed))
    tagging = {"TagSet": [{"Key": "a", "Value": "b"}]}
    mark = world.boto(world.lab, "s3").put_bucket_tagging(Bucket="shared-by-shop", Tagging=tagging)["ResponseMetadata"]["RequestId"]
    for account in (world.shop, world.lab):
        world.in_group(mark, account)
        world.at_bus(mark, account)
    assert mark not in world.lines(MANAGEMENT) and mark not in world.on_bus(MANAGEMENT)


def test_the_members_status_tells_of_its_own_stream(world, trail):
    own = lambda account: world.boto(account, "cloudtrail").get_trail_status(Name=ARN)
    assert "LatestCloudWatchLogsDeliveryTime" in wait_for(lambda: told(own(world.shop)), "the member is told")
    iam = world.clients.boto("iam")
    # The role may write the streams of all but one member.
    others = [f"{world.members.organization}_{account}_*" for account in (MANAGEMENT, world.lab)]
    iam.put_role_policy(RoleName="streams", PolicyName="p", PolicyDocument=rights(*others))
    mark = world.mark(world.shop)
    wait_for(lambda: own(world.shop).get("LatestCloudWatchLogsDeliveryError") == "AccessDenied", "the member is told why not")
    assert "LatestCloudWatchLogsDeliveryError" not in own(world.lab)
    iam.put_role_policy(RoleName="streams", PolicyName="p", PolicyDocument=rights(f"{world.members.organization}_*"))
    world.in_group(mark, world.shop)
    wait_for(lambda: "LatestCloudWatchLogsDeliveryError" not in own(world.shop), "the error is gone")


def told(status):
    return status if "LatestCloudWatchLogsDeliveryTime" in status else None


def test_an_account_that_joins_is_streamed_from_its_joining_to_its_leaving(world, trail):
    before = world.mark(LATE)
    asked = world.members.api.invite_account_to_organization(Target={"Id": LATE, "Type": "ACCOUNT"})["Handshake"]["Id"]
    world.boto(LATE, "organizations").accept_handshake(HandshakeId=asked)
    during = world.mark(LATE)
    world.in_group(during, LATE)
    world.at_bus(during, LATE)
    world.boto(LATE, "organizations").leave_organization()
    after, last = world.mark(LATE), world.mark(MANAGEMENT)
    world.in_group(last, MANAGEMENT)
    world.at_bus(last, MANAGEMENT)
    assert not {before, after} & set(world.lines(LATE) + world.on_bus(LATE))


def test_an_account_that_is_made_later_has_its_bus_at_once(world, trail):
    made = world.members.make("new")
    world.queues[made], world.seen[made] = world.queue(made), []
    mark = request_id(world.members.boto(made, "s3").create_bucket(Bucket=f"b-{made}"))
    wait_for(lambda: mark in world.on_bus(made), "the first call is in the queue", limit=20)
    world.in_group(mark, made)


def request_id(answer):
    return answer["ResponseMetadata"]["RequestId"]


def test_an_administrator_streams_all_members_to_a_group_of_its_own(world, trail):
    trail.register_organization_delegated_admin(MemberAccountId=world.shop)
    iam, cloudtrail = world.boto(world.shop, "iam"), world.boto(world.shop, "cloudtrail")
    role = iam.create_role(RoleName="streams", AssumeRolePolicyDocument=policy(TRUST))["Role"]["Arn"]
    written = rights(f"{world.members.organization}_*").replace(MANAGEMENT, world.shop)
    iam.put_role_policy(RoleName="streams", PolicyName="p", PolicyDocument=written)
    logs = world.there(world.shop, "logs")
    logs.create_log_group(logGroupName="audit")
    made = cloudtrail.create_trail(
        Name="theirs", S3BucketName="logs", IsMultiRegionTrail=True, IsOrganizationTrail=True,
        CloudWatchLogsLogGroupArn=GROUP.replace(MANAGEMENT, world.shop), CloudWatchLogsRoleArn=role,
    )  # fmt: skip
    started = cloudtrail.start_logging(Name=made["TrailARN"])
    for account in (MANAGEMENT, world.shop, world.lab):
        mark = world.mark(account)
        wait_for(lambda: mark in world.lines(account, logs=logs), f"{mark} is in the administrator's group", limit=20)
    # The trail is the management account's, which is told who changed it as far as an owner is.
    for answer in (made, started):
        (own,), (theirs,) = recorded(trail, request_id(answer)), recorded(cloudtrail, request_id(answer))
        assert own["sharedEventID"] == theirs["sharedEventID"] and own["eventID"] != theirs["eventID"]
        assert own["userIdentity"] == {"type": "AWSAccount", "accountId": world.shop, "principalId": theirs["userIdentity"]["principalId"]}
    cloudtrail.delete_trail(Name=made["TrailARN"])
    trail.deregister_organization_delegated_admin(DelegatedAdminAccountId=world.shop)


def recorded(cloudtrail, request):
    pages = cloudtrail.get_paginator("lookup_events").paginate()
    events = (json.loads(event["CloudTrailEvent"]) for page in pages for event in page["Events"])
    return [event for event in events if event.get("requestID") == request]


def test_an_excluded_account_is_not_streamed(world, trail):
    tags = [{"Key": EXCLUSION, "Value": "all"}]
    world.members.api.tag_resource(ResourceId=world.lab, Tags=tags)
    left_out, last = world.mark(world.lab), world.mark(world.shop)
    world.in_group(last, world.shop)
    world.at_bus(last, world.shop)
    assert left_out not in world.lines(world.lab) + world.on_bus(world.lab)
    world.members.api.untag_resource(ResourceId=world.lab, TagKeys=[EXCLUSION])
    again = world.mark(world.lab)
    world.in_group(again, world.lab)
    world.at_bus(again, world.lab)


def test_a_trail_that_becomes_ordinary_has_an_ordinary_stream(world, trail):
    iam = world.clients.boto("iam")
    iam.put_role_policy(RoleName="streams", PolicyName="p", PolicyDocument=rights(f"{world.members.organization}_*", f"{MANAGEMENT}_*"))
    trail.update_trail(Name="all", IsOrganizationTrail=False)
    member, own = world.mark(world.shop), world.mark(MANAGEMENT)
    world.in_group(own, MANAGEMENT, organization=False)
    assert own not in world.lines(MANAGEMENT)
    assert member not in world.lines(world.shop) + world.on_bus(world.shop)


def test_streams_go_on_after_a_kill(world, trail):
    trail.update_trail(Name="all", IsOrganizationTrail=True)
    marks = [world.mark(world.shop) for _ in range(5)]
    world.server.kill()
    world.server.start()
    world.clients = world.members.clients = Clients(world.server)
    marks += [world.mark(world.shop) for _ in range(5)]
    for mark in marks:
        world.in_group(mark, world.shop)
        world.at_bus(mark, world.shop)
