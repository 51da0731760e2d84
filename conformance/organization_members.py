"""Accounts of an organization, made and called as people make and call them."""

import os
import subprocess
import threading

from clients import Clients, exported
from server import BINARY
from waiting import wait_for

ROLE = "OrganizationAccountAccessRole"


class Members:
    """An organization that trusts CloudTrail, and clients of its members."""

    def __init__(self, clients: Clients):
        self.clients = clients
        self.api = clients.boto("organizations")
        self.organization = self.api.create_organization(FeatureSet="ALL")["Organization"]["Id"]
        self.api.enable_aws_service_access(ServicePrincipal="cloudtrail.amazonaws.com")
        self.root = self.api.list_roots()["Roots"][0]["Id"]
        self.management = clients.boto("sts").get_caller_identity()["Account"]

    def make(self, name):
        """Makes an account and returns its id."""
        asked = self.api.create_account(AccountName=name, Email=f"{name}@example.com")["CreateAccountStatus"]
        made = wait_for(lambda: self._made(asked["Id"]), f"the account {name} is made")
        return made["AccountId"]

    def unit(self, name, parent=None):
        """Makes a unit and returns its id."""
        made = self.api.create_organizational_unit(ParentId=parent or self.root, Name=name)
        return made["OrganizationalUnit"]["Id"]

    def move(self, account, unit):
        self.api.move_account(AccountId=account, SourceParentId=self.root, DestinationParentId=unit)

    def boto(self, account, service):
        """Returns a client that calls as the account's administrator."""
        return self.clients.acting(self.keys(account)).boto(service)

    def keys(self, account):
        """Takes the role that the management account has in the member, and returns its keys."""
        arn = f"arn:aws:iam::{account}:role/{ROLE}"
        given = self.clients.boto("sts").assume_role(RoleArn=arn, RoleSessionName="auditor")
        return exported(given["Credentials"])

    def cairn(self, account, *arguments, keys=None):
        """Runs the command line as an account's administrator, or with keys, and returns the finished process."""
        environment = self._environment(self.keys(account) if account else keys or {})
        return subprocess.run([BINARY, *arguments], env=environment, capture_output=True, text=True)

    def following(self, account, *arguments):
        """Starts a command that goes on."""
        return Following([BINARY, *arguments], self._environment(self.keys(account)))

    def _environment(self, keys):
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("CAIRN_", "AWS_"))}
        return kept | self.clients.environment | keys

    def _made(self, request):
        status = self.api.describe_create_account_status(CreateAccountRequestId=request)["CreateAccountStatus"]
        assert status["State"] != "FAILED", status
        return status if status["State"] == "SUCCEEDED" else None


class Following:
    """A command that prints lines until it is ended."""

    def __init__(self, command, environment):
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        self.process = subprocess.Popen(command, env=environment, **pipes)
        self._lines = []
        threading.Thread(target=self._read, daemon=True).start()

    def told(self, word):
        """Tells whether a line has the word."""
        return any(word in line for line in list(self._lines))

    def _read(self):
        for line in self.process.stdout:
            self._lines.append(line)
