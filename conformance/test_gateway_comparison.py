"""Three hundred calls, recorded by MiniStack's own recorder and by the gateway before it: docs/gateway-comparison.md tells how many each has right."""

import json
import os
import subprocess

import boto3
import gateway_calls
import gateway_comparison
import pytest
from botocore import xform_name
from botocore.exceptions import BotoCoreError, ClientError
from emulators import ADMIN_KEY_ID, SECRET_ACCESS_KEY, MiniStack, program, running
from gateway_comparison import CALLERS, Judged
from gateway_world import Marks, before, mark_of
from scenario import filled
from test_gateway_s3 import EVENT_NAMES as S3_NAMES
from test_gateway_services import EVENT_NAMES, EVENT_SOURCES, READ_TOO, READS, WRITES_TOO, service_model

ARN = "arn:aws:{}:us-east-1:" + gateway_calls.ACCOUNT + ":{}"

# What calls are about, where CloudTrail lists it; S3's follow from their parameters.
RESOURCES = {
    ("dynamodb", "PutItem"): ARN.format("dynamodb", "table/music"),
    ("dynamodb", "GetItem"): ARN.format("dynamodb", "table/music"),
    ("sns", "Publish"): ARN.format("sns", "orders"),
    ("sqs", "SendMessage"): ARN.format("sqs", "orders"),
    ("kinesis", "PutRecord"): ARN.format("kinesis", "stream/clicks"),
    ("sts", "AssumeRole"): gateway_calls.ROLE,
}

# The recorder answers with the newest fifty and no more.
LOOK_EVERY = 25


class RecordingMiniStack(MiniStack):
    def command(self):
        command, environment = super().command()
        return command, environment | {"CLOUDTRAIL_RECORDING": "1"}


class Recorder:
    """The events of MiniStack's recorder, by the call's mark; resources are beside the event there."""

    def __init__(self, ministack):
        self._client, self._events = ministack.client("cloudtrail"), {}

    def look(self):
        for found in self._client.lookup_events(MaxResults=50)["Events"]:
            event = json.loads(found["CloudTrailEvent"])
            names = [resource["ResourceName"] for resource in found.get("Resources", [])]
            self._events[mark_of(event)] = event | {"resources": [{"ARN": name} for name in names]}

    def of_call(self, mark):
        return self._events.get(mark)


class Callers:
    """An administrator, a user with a key of its own, a role's session: clients of each, and who they are to MiniStack."""

    def __init__(self, gateway):
        self._gateway, self._clients, self.marks = gateway, {}, Marks()
        self._keys = {"administrator": (ADMIN_KEY_ID, SECRET_ACCESS_KEY)}
        iam, sts = self.client("administrator", "iam"), self.client("administrator", "sts")
        role = iam.create_role(RoleName="worker", AssumeRolePolicyDocument=gateway_calls.TRUST)["Role"]
        iam.create_user(UserName="ben")
        key = iam.create_access_key(UserName="ben")["AccessKey"]
        self._keys["user"] = (key["AccessKeyId"], key["SecretAccessKey"])
        session = sts.assume_role(RoleArn=role["Arn"], RoleSessionName="night")["Credentials"]
        self._keys["role session"] = (session["AccessKeyId"], session["SecretAccessKey"], session["SessionToken"])
        self.arns = {caller: self.client(caller, "sts").get_caller_identity()["Arn"] for caller in CALLERS}

    def client(self, caller, service):
        if (caller, service) not in self._clients:
            config = {"s3": {"addressing_style": "path"}, "signature_version": "s3v4"} if service == "s3" else {}
            client = self._gateway.client(service, keys=self._keys[caller], **config)
            self._clients[caller, service] = self.marks.on(client)
        return self._clients[caller, service]


@pytest.fixture(scope="module")
def judged():
    with running(RecordingMiniStack) as ministack, before(ministack.endpoint) as gateway:
        recorder, callers, answers, made = Recorder(ministack), Callers(gateway), {}, []
        services = [*gateway_comparison.SERVICES, "s3"]
        for number, step in enumerate(gateway_comparison.steps()):
            caller = CALLERS[services.index(step.service) % len(CALLERS)]
            callers.marks.mark = f"call/{number}"
            code = call(callers.client(caller, step.service), step, answers)
            made.append((step, code, caller, callers.marks.mark))
            if number % LOOK_EVERY == 0:
                recorder.look()
        recorder.look()
        yield [judgement(*one, callers.arns, recorder, gateway.events) for one in made]


def call(client, step, answers):
    try:
        answers[step.operation] = getattr(client, xform_name(step.operation))(**filled(step.input, answers))
        return None
    except ClientError as error:
        return error.response["Error"]["Code"]
    except BotoCoreError as error:
        # MiniStack answered what the SDK can't read: the call has failed.
        return type(error).__name__


def judgement(step, code, caller, mark, arns, recorder, follower):
    ours = follower.wait(lambda event: mark_of(event) == mark and is_the_call(event), f"an event of {mark}: {step}", limit=2.0)
    events = {"MiniStack's recorder": recorder.of_call(mark), "Cairn": ours}
    return Judged(step, code is not None, {name: rights(step, code, arns[caller], event) for name, event in events.items()})


def is_the_call(event):
    """Whether an event is of the call itself, and not of one of the many objects that it deletes."""
    return event["eventName"] != "DeleteObject" or event["requestParameters"].get("key") != "absent"


def rights(step, code, arn, event):
    """Returns which fields of an event are right; only those that the call has."""
    sent = gateway_calls.SECRET in str(step.input)
    about = resource(step, code)
    right = {field: False for field in ("an event at all", "name and source", "error as told", "identity", "read-only")}
    right |= {"resource": False} if about else {}
    right |= {"no secret": True} if sent else {}
    if event is None:
        return right
    operation = (step.service, step.operation)
    signing_name = service_model(step.service).signing_name
    source = EVENT_SOURCES.get(signing_name, signing_name) + ".amazonaws.com"
    names = S3_NAMES if step.service == "s3" else {}
    name = EVENT_NAMES.get(operation, names.get(step.operation, step.operation))
    is_read = operation not in WRITES_TOO and (operation in READ_TOO or is_read_by_name(step))
    right["an event at all"] = True
    right["name and source"] = (event["eventSource"], event["eventName"]) == (source, name)
    right["error as told"] = (event.get("errorCode") is None) == (code is None)
    right["identity"] = event["userIdentity"].get("arn") == arn
    right["read-only"] = event["readOnly"] in (is_read, str(is_read).lower())
    if about:
        right["resource"] = any(is_about(entry, about) for entry in event.get("resources") or [])
    if sent:
        right["no secret"] = gateway_calls.SECRET not in json.dumps(event)
    return right


def is_read_by_name(step):
    return READS.match(step.operation) is not None or step.operation.startswith("Head")


def resource(step, code):
    if step.service == "s3" and "Bucket" in step.input:
        if step.operation in ("CreateBucket", "DeleteObjects"):
            return None
        return "arn:aws:s3:::" + "/".join(filter(None, (step.input["Bucket"], step.input.get("Key"))))
    return RESOURCES.get((step.service, step.operation)) if code is None else None


def is_about(entry, about):
    """Whether a resource is the one: by ARN, or by the plain name that the recorder writes."""
    name = entry.get("ARN") or entry.get("ARNPrefix") or ""
    return name in (about, about.removeprefix("arn:aws:s3:::"), about.rpartition("/")[2], about.rpartition(":")[2])


def test_every_call_has_an_event_that_is_right(judged):
    assert len(judged) == gateway_comparison.CALLS
    wrong = [
        f"{call.step}: {field}" for call in judged for field, right in call.right["Cairn"].items() if not right
    ]
    assert not wrong, "\n".join(wrong)


def test_the_comparison_is_as_documented(judged):
    page = gateway_comparison.page(judged, {"boto3": boto3.__version__, "ministack": version("ministack")})
    if os.environ.get("UPDATE_EXPECT"):
        gateway_comparison.PAGE.write_text(page)
    assert gateway_comparison.PAGE.read_text() == page, "docs/gateway-comparison.md is stale: run again with UPDATE_EXPECT=1"


def version(package):
    """Returns the release of a package among the emulators."""
    command = [program("python"), "-c", f"import importlib.metadata as m; print(m.version({package!r}))"]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
