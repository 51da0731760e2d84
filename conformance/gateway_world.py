"""The gateway as tests have it: a server before an upstream, and every event it records, as it comes."""

import contextlib
import json
import subprocess
import threading
import time

import boto3
from botocore.config import Config
from clients import Clients
from emulators import ADMIN_KEY_ID, REGION, SECRET_ACCESS_KEY
from server import BINARY, Server

# Every kind of data event that a client can cause through the gateway.
DATA_TYPES = (
    "AWS::S3::Object", "AWS::Lambda::Function", "AWS::DynamoDB::Table", "AWS::DynamoDB::Stream", "AWS::SQS::Queue",
    "AWS::SNS::Topic", "AWS::Kinesis::Stream", "AWS::CloudWatch::Metric", "AWS::RDS::DBCluster", "AWS::SES::EmailIdentity",
    "AWS::IoT::Thing", "AWS::Cognito::IdentityPool", "AWS::XRay::Trace",
)  # fmt: skip


class Gateway:
    """A server of Cairn's that forwards to `upstream` whatever is not its own, with a trail that selects everything."""

    def __init__(self, upstream, *arguments, **settings):
        self.server = Server(**settings)
        self.server.arguments = ["--upstream", upstream, *arguments]
        self._session = boto3.Session(aws_access_key_id=ADMIN_KEY_ID, aws_secret_access_key=SECRET_ACCESS_KEY)

    def start(self, data_types=DATA_TYPES):
        self.server.start()
        self.own = Clients(self.server)
        select_everything(self.own, self.server, data_types)
        self.events = Follower(self.server)
        return self

    def close(self):
        if self.server.process is not None and hasattr(self, "events"):
            self.events.close()
        self.server.close()

    @property
    def endpoint(self):
        return self.server.endpoint

    def client(self, service, endpoint=None, keys=None, **config):
        """Returns a boto3 client that calls through the gateway, or past it, with a key of the upstream's."""
        session = boto3.Session(*keys) if keys else self._session
        settled = Config(**({"retries": {"total_max_attempts": 1}, "inject_host_prefix": False, "proxies": {}} | config))
        return session.client(service, region_name=REGION, endpoint_url=endpoint or self.endpoint, config=settled)


@contextlib.contextmanager
def before(upstream, *arguments, **settings):
    """Runs a gateway before an upstream."""
    gateway = Gateway(upstream, *arguments, **settings)
    try:
        yield gateway.start()
    finally:
        gateway.close()


def select_everything(clients, server, data_types):
    """Makes a trail that selects management events and each of these types of data events."""
    s3, cloudtrail = clients.boto("s3"), clients.boto("cloudtrail")
    s3.create_bucket(Bucket="trail-logs")
    s3.put_bucket_policy(Bucket="trail-logs", Policy=server.command("bucket-policy", "trail-logs"))
    cloudtrail.create_trail(Name="all", S3BucketName="trail-logs", IsMultiRegionTrail=True)
    selectors = [{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}]
    selectors += [data_selector(data_type) for data_type in data_types]
    cloudtrail.put_event_selectors(TrailName="all", AdvancedEventSelectors=selectors)
    cloudtrail.start_logging(Name="all")


def data_selector(data_type):
    fields = [{"Field": "eventCategory", "Equals": ["Data"]}, {"Field": "resources.type", "Equals": [data_type]}]
    return {"FieldSelectors": fields}


class Marks:
    """Marks calls in their user agents, for not every answer has a request id to find its event by."""

    def __init__(self):
        self.mark = "call/none"

    def on(self, client):
        client.meta.events.register("request-created", self._sign)
        return client

    def _sign(self, request, **_):
        request.headers.replace_header("User-Agent", f"{request.headers['User-Agent']} {self.mark}")


def mark_of(event):
    """Returns the mark of the call that an event tells of."""
    return (event.get("userAgent") or "").rstrip("]").rpartition(" ")[2]


class Follower:
    """Every event of the server from now on, as `cairn tail -f` tells it."""

    def __init__(self, server):
        command = [BINARY, "tail", "-f", "-n", "1", "--data-dir", server.data_dir]
        self._process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=server._environment(), text=True
        )
        self._came, self._lines, self._arrived = [], [], threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()
        self.wait(lambda event: True, "the first event", limit=15)

    def close(self):
        self._process.terminate()
        self._process.wait(timeout=10)

    def all(self):
        with self._arrived:
            return list(self._came)

    def text(self):
        """Returns all events as they were recorded, for looking for what must not be there."""
        with self._arrived:
            return "".join(self._lines)

    def of_request(self, request_id, name=None, limit=1.0):
        """Returns the event of a request, which is there within a second; one that deletes many has more, by other names."""
        is_it = lambda event: event.get("requestID") == request_id and name in (None, event["eventName"])
        return self.wait(is_it, f"an event {name or ''} of request {request_id}", limit)

    def marked(self, mark, name=None, limit=1.0):
        """Returns the event of a call with a mark."""
        is_it = lambda event: mark_of(event) == mark and name in (None, event["eventName"])
        return self.wait(is_it, f"an event {name or ''} of {mark}", limit)

    def named(self, name, limit=1.0, **members):
        """Returns the newest event with a name and members."""
        wanted = {"eventName": name} | members
        return self.wait(lambda event: wanted.items() <= event.items(), f"an event with {wanted}", limit)

    def wait(self, is_it, what, limit=1.0):
        end = time.monotonic() + limit
        with self._arrived:
            looked = 0
            while True:
                found = next((event for event in reversed(self._came[looked:]) if is_it(event)), None)
                if found is not None:
                    return found
                looked = len(self._came)
                if not self._arrived.wait_for(lambda: len(self._came) > looked, timeout=end - time.monotonic()):
                    names = [event["eventName"] for event in self._came[-10:]]
                    raise AssertionError(f"not within {limit} seconds: {what}; the last ones: {names}")

    def _read(self):
        for line in self._process.stdout:
            event = json.loads(line)
            with self._arrived:
                self._lines.append(line)
                self._came.append(event)
                self._arrived.notify_all()
