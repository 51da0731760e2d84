"""Real clients: boto3, whose every answer is compared with the model, and the AWS CLI as it is installed."""

import json
import os
import pathlib
import subprocess
import sys
import urllib.error
import urllib.request

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from answers import violations

KEY_ID, SECRET, TOKEN = "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"


class Clients:
    """Clients of one server and one identity: of the server's own account unless another is named."""

    def __init__(self, server, account=None):
        self._environ(server.exports(account))

    def acting(self, keys):
        """Returns clients of whom the keys belong to, as an environment names them or as IAM and STS answer them."""
        clients = Clients.__new__(Clients)
        clients._environ({name: value for name, value in self.environment.items() if name != TOKEN} | exported(keys))
        return clients

    def _environ(self, environment):
        self.environment = environment
        self.region = environment["AWS_DEFAULT_REGION"]
        self._session = boto3.Session(environment[KEY_ID], environment[SECRET], environment.get(TOKEN))

    def boto(self, service, region=None, endpoint=None, checked=True, **config):
        """Makes a boto3 client that tries once and, if `checked`, fails on an answer which the model does not allow."""
        config = {"signature_version": "v4", "retries": {"total_max_attempts": 1}, "proxies": {}} | config
        if service == "s3":
            config = {"s3": {"addressing_style": "path"}} | config | {"signature_version": "s3v4"}
        client = self._session.client(
            service,
            region_name=region or self.region,
            endpoint_url=endpoint or self.environment["AWS_ENDPOINT_URL"],
            config=Config(**config),
            verify=self.environment.get("AWS_CA_BUNDLE"),
        )
        if checked:
            client.meta.events.register("after-call", demand_the_model)
        return client

    def page(self, method, path, body=b""):
        """Asks one of Cairn's own pages, signed; returns the status, and what it told or the error's code."""
        request = AWSRequest(method, self.environment["AWS_ENDPOINT_URL"] + path, data=body)
        keys = Credentials(self.environment[KEY_ID], self.environment[SECRET], self.environment.get(TOKEN))
        SigV4Auth(keys, "cloudtrail", "us-east-1").add_auth(request)
        asked = urllib.request.Request(request.url, body or None, dict(request.headers), method=method)
        try:
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(asked, timeout=30) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())["__type"]

    def aws(self, *arguments, region=None, succeeds=True):
        """Runs the AWS CLI and returns what it prints; where it shall not succeed, the finished process."""
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("CAIRN_", "AWS_"))
        } | self.environment
        environment |= {
            "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull, "AWS_PAGER": "",
            "AWS_EC2_METADATA_DISABLED": "true", "AWS_MAX_ATTEMPTS": "1", "NO_PROXY": "127.0.0.1,localhost",
        }  # fmt: skip
        if region:
            environment["AWS_DEFAULT_REGION"] = region
        program = pathlib.Path(sys.executable).parent / "aws"
        done = subprocess.run(
            [program, *arguments], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        if not succeeds:
            return done
        assert done.returncode == 0, f"aws {' '.join(map(str, arguments))}: {done.stderr}"
        return done.stdout


def exported(keys):
    """Returns keys under the names that an environment has for them."""
    names = {"AccessKeyId": KEY_ID, "SecretAccessKey": SECRET, "SessionToken": TOKEN}
    return {names.get(name, name): value for name, value in keys.items() if names.get(name, name) in names.values()}


def demand_the_model(http_response, model, **_):
    streams = model.has_streaming_output and http_response.status_code < 300
    body = None if streams else http_response.content
    found = violations(model, http_response.status_code, http_response.headers, body)
    assert found == [], found


def refusal(call, **arguments):
    """Makes a call that must be refused; returns its code and message."""
    try:
        answer = call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"], error.response["Error"]["Message"]
    raise AssertionError(f"not refused: {arguments} gave {answer}")


def keys(page):
    """Returns the keys on a page of a listing."""
    return [entry["Key"] for entry in page.get("Contents", [])]
