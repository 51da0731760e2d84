"""AWS APIs that run elsewhere: moto's server, MiniStack, and SeaweedFS's S3, each a process on free loopback ports."""

import contextlib
import json
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from waiting import wait_for

VENV = pathlib.Path(__file__).resolve().parent.parent / "target" / "clients" / "emulators"

# The key that Cairn signs with there. SeaweedFS knows it; the emulators take any.
ACCESS_KEY_ID, SECRET_ACCESS_KEY = "AKIAOUTSIDE", "outside-secret"
ADMIN_KEY_ID = "AKIAADMINISTRATOR"
REGION = "us-east-1"


class Emulator:
    """A process that speaks AWS APIs at `endpoint`."""

    name = None
    ports_needed = 1

    def __init__(self):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix=f"cairn-{self.name}-"))
        self.ports = free_ports(self.ports_needed)
        self.process = None
        self.secret_file = self.home / "secret"
        self.secret_file.write_text(SECRET_ACCESS_KEY)

    @property
    def endpoint(self):
        return f"http://127.0.0.1:{self.ports[0]}"

    def start(self):
        """Starts the process, on the same ports each time, and returns once S3 answers."""
        command, environment = self.command()
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "CAIRN_"))}
        with open(self.home / "log", "ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, env=kept | environment, cwd=self.home)
        wait_for(self.answers, f"{self.name} answers; log: {self.home / 'log'}", limit=60)
        return self

    def stop(self):
        """Ends the process at once; what it keeps in files stays."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(timeout=10)
            self.process = None

    def close(self):
        self.stop()
        shutil.rmtree(self.home, ignore_errors=True)

    def answers(self):
        assert self.process.poll() is None, f"{self.name} ended; log: {(self.home / 'log').read_text()[-2000:]}"
        try:
            self.client("s3").list_buckets()
            return True
        except (BotoCoreError, ClientError):
            return False

    def client(self, service, region=REGION):
        """Returns a boto3 client of one of its APIs, with an administrator's key."""
        config = Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}, connect_timeout=5, read_timeout=20)
        keys = {"aws_access_key_id": ADMIN_KEY_ID, "aws_secret_access_key": SECRET_ACCESS_KEY}
        return boto3.Session(**keys).client(service, region_name=region, endpoint_url=self.endpoint, config=config)

    def settings(self, *services):
        """Returns the settings that have a server of Cairn's call these APIs here."""
        keys = {"endpoints__access_key_id": ACCESS_KEY_ID, "endpoints__secret_access_key_file": str(self.secret_file)}
        return keys | {f"endpoints__{service}": self.endpoint for service in services}


class Moto(Emulator):
    name = "moto"

    def trust(self, key_id, secret, *actions):
        """It trusts everybody."""

    def command(self):
        return [program("moto_server"), "-H", "127.0.0.1", "-p", str(self.ports[0])], {"MOTO_ACCOUNT_ID": "123456789012"}


class MiniStack(Emulator):
    name = "ministack"

    def command(self):
        environment = {
            "GATEWAY_PORT": str(self.ports[0]),
            "BIND_HOST": "127.0.0.1",
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "MINISTACK_ACCOUNT_ID": "123456789012",
            "TMPDIR": str(self.home),
            "LOG_LEVEL": "WARNING",
        }
        return [program("ministack")], environment


class SeaweedFS(Emulator):
    """A store with a real disk and real signatures, and nothing but S3. Cairn's key may not make buckets, and not
    write to those whose names begin with `closed`."""

    name = "seaweedfs"
    ports_needed = 8

    def __init__(self):
        super().__init__()
        self._identities = []
        self.trust(ACCESS_KEY_ID, SECRET_ACCESS_KEY, *(f"{action}:logs*" for action in ("Read", "Write", "List")))
        self.trust(ADMIN_KEY_ID, SECRET_ACCESS_KEY, "Admin")

    def trust(self, key_id, secret, *actions):
        """Lets a key do something; to be said before the start."""
        credentials = [{"accessKey": key_id, "secretKey": secret}]
        self._identities.append({"name": key_id, "credentials": credentials, "actions": actions})

    def command(self):
        s3, s3_grpc, master, master_grpc, volume, volume_grpc, filer, filer_grpc = self.ports
        identities = self.home / "identities.json"
        identities.write_text(json.dumps({"identities": self._identities}))
        data = self.home / "data"
        data.mkdir(exist_ok=True)
        # Each bucket is given seven volumes, empty files at first.
        flags = {
            "ip": "127.0.0.1", "ip.bind": "127.0.0.1", "dir": data, "filer": "true", "s3": "true",
            "master.port": master, "master.port.grpc": master_grpc, "master.telemetry": "false",
            "master.volumeSizeLimitMB": 64, "master.electionTimeout": "1s",
            "volume.port": volume, "volume.port.grpc": volume_grpc, "volume.max": 100, "volume.preStopSeconds": 0,
            "filer.port": filer, "filer.port.grpc": filer_grpc,
            "s3.port": s3, "s3.port.grpc": s3_grpc, "s3.port.iceberg": 0, "s3.port.lance": 0, "s3.config": identities,
        }
        return [program("weed"), "server", *(f"-{name}={value}" for name, value in flags.items())], {}


@contextlib.contextmanager
def running(emulator):
    """Runs an emulator; skips the test, and says why, where it is not installed."""
    started = installed(emulator)
    try:
        yield started.start()
    finally:
        started.close()


def installed(emulator):
    """Makes an emulator that does not run yet; skips the test, and says why, where it is not installed."""
    if not VENV.exists():
        pytest.skip(f"the emulators are not installed in {VENV}: `make conformance` does it")
    return emulator()


def program(name):
    return str(VENV / "bin" / name)


def free_ports(count):
    """Returns ports that nobody listens on now."""
    with contextlib.ExitStack() as sockets:
        bound = [sockets.enter_context(socket.socket()) for _ in range(count)]
        for one in bound:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in bound]
