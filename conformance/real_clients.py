"""The clients of the scenarios, each a program that reads calls and writes what it understood of the answers."""

import json
import os
import pathlib
import shutil
import subprocess
import sys

from botocore.session import Session

from answers import violations
from exchanges import Proxy
from scenario import differences, filled
from server import ROOT

HERE = pathlib.Path(__file__).resolve().parent / "clients"
BUILT = ROOT / "target" / "clients"
RUST = BUILT / "rust" / "debug" / "cairn-conformance-client"
PROGRAMS = {
    "AWS CLI": [sys.executable, HERE / "cli.py"],
    "boto3": [sys.executable, HERE / "boto.py"],
    "JavaScript": ["node", HERE / "js" / "client.cjs"],
    "Rust": [RUST],
}


def absent(name):
    """Returns why a client can't run; nothing if it can."""
    if name == "JavaScript" and not (shutil.which("node") and (BUILT / "js" / "node_modules").is_dir()):
        return "node and npm are needed, and `make conformance` to install the SDK"
    if name == "Rust" and not RUST.exists():
        return "`make conformance` compiles the client"
    return None


def versions():
    """Returns the release of each client, as pinned."""
    required = dict(line.split("==") for line in (HERE.parent / "requirements.txt").read_text().split())
    package = json.loads((HERE / "js" / "package.json").read_text())["dependencies"]
    manifest = (HERE / "rust" / "Cargo.toml").read_text()
    return {
        "AWS CLI": required["awscli"],
        "boto3": required["boto3"],
        "JavaScript": package["@aws-sdk/client-cloudtrail"],
        "Rust": manifest.split('aws-sdk-cloudtrail = { version = "=')[1].split('"')[0],
    }


class RealClient:
    """A client program whose every exchange is kept."""

    def __init__(self, name, environment, known):
        self._proxy = Proxy(environment["AWS_ENDPOINT_URL"])
        self._models = {}
        self._answers = known
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "CAIRN_"))}
        self._environment = kept | environment | {
            "AWS_ENDPOINT_URL": self._proxy.endpoint, "AWS_SHARED_CREDENTIALS_FILE": os.devnull, "AWS_PAGER": "",
            "AWS_CONFIG_FILE": str(HERE / "aws-config"), "AWS_EC2_METADATA_DISABLED": "true", "AWS_MAX_ATTEMPTS": "1",
            "NO_PROXY": "127.0.0.1,localhost", "NODE_PATH": str(BUILT / "js" / "node_modules"),
        }  # fmt: skip
        self._program = PROGRAMS[name]

    def __enter__(self):
        self._proxy.__enter__()
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self._process = subprocess.Popen(self._program, env=self._environment, **pipes)
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        self._process.wait(timeout=30)
        self._process.stdout.close()
        self._proxy.__exit__()

    def run(self, step):
        """Makes the call of a step and returns what is wrong with its outcome."""
        call = {"service": step.service, "operation": step.operation, "region": step.region}
        line = json.dumps(call | {"input": filled(step.input, self._answers)})
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()
        told = json.loads(self._process.stdout.readline() or '{"failure": "the client ended"}')
        found = [*self._exchanged(step), *outcome(step, told)]
        if "output" in told:
            self._answers[step.operation] = told["output"]
        return found

    def _exchanged(self, step):
        """Yields what is wrong with the bytes: one request, one answer that the model allows."""
        exchanges = self._proxy.taken()
        if len(exchanges) != 1:
            yield f"{len(exchanges)} requests instead of one"
        for exchange in exchanges:
            yield from violations(self._model(step), exchange.status, exchange.headers, exchange.body)

    def _model(self, step):
        if step.service not in self._models:
            self._models[step.service] = Session().get_service_model(step.service)
        return self._models[step.service].operation_model(step.operation)


def outcome(step, told):
    """Yields what is wrong with what the client understood."""
    if "failure" in told:
        yield f"the client failed: {told['failure']}"
    elif step.error is None and "output" in told:
        yield from differences(told["output"], step.tells)
    elif told.get("error") != step.error:
        yield f"{told} instead of {step.outcome}"
    elif not told.get("message"):
        yield "an error without a message"
