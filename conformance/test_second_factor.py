"""A second factor beyond the sign-in: codes shown to STS, what policies and records tell of them, and lock-out that lasts."""

import json
import os
import subprocess
import sys
import time

import boto3
import pytest
from botocore.config import Config
from browser import Browser, totp
from clients import refusal
from waiting import wait_for

OWN = "123456789012"
WRONG_CODE = "MultiFactorAuthentication failed with invalid MFA one time pass code."
WITH_FACTOR = {"Bool": {"aws:MultiFactorAuthPresent": "true"}, "NumericLessThan": {"aws:MultiFactorAuthAge": "3600"}}


def allow(action, condition=None):
    statement = {"Effect": "Allow", "Action": action, "Resource": "*"} | ({"Condition": condition} if condition else {})
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


class Person:
    """A user with keys and a device, whose codes are used in order."""

    def __init__(self, server, iam, name, *policies):
        iam.create_user(UserName=name)
        for at, policy in enumerate(policies):
            iam.put_user_policy(UserName=name, PolicyName=f"p{at}", PolicyDocument=policy)
        key = iam.create_access_key(UserName=name)["AccessKey"]
        self.server, self.keys = server, (key["AccessKeyId"], key["SecretAccessKey"], None)
        made = iam.create_virtual_mfa_device(VirtualMFADeviceName=name)["VirtualMFADevice"]
        self.serial, self.seed = made["SerialNumber"], made["Base32StringSeed"].decode()
        self.iam, self.device = iam, {"UserName": name, "SerialNumber": self.serial}
        self.shown = time.time() - 360
        iam.enable_mfa_device(**self.device, **self.pair())

    def next(self):
        self.shown += 30
        return totp(self.seed, self.shown)

    def pair(self):
        return {"AuthenticationCode1": self.next(), "AuthenticationCode2": self.next()}

    def code(self):
        """A code that counts now: the device's clock, which is behind, is told again, so that nobody waits for the next."""
        self.iam.resync_mfa_device(**self.device, **self.pair())
        return self.next()

    def client(self, service, keys=None):
        return client(self.server, service, keys or self.keys)


def client(server, service, keys):
    options = Config(retries={"total_max_attempts": 1})
    return boto3.client(
        service, aws_access_key_id=keys[0], aws_secret_access_key=keys[1], aws_session_token=keys[2],
        region_name="us-east-1", endpoint_url=server.endpoint, config=options,
    )  # fmt: skip


def keys_of(credentials):
    return credentials["AccessKeyId"], credentials["SecretAccessKey"], credentials["SessionToken"]


@pytest.fixture(scope="module")
def iam(clients):
    return clients.boto("iam")


def records(clients, name, wanted):
    def look():
        attribute = [{"AttributeKey": "EventName", "AttributeValue": name}]
        events = clients.boto("cloudtrail").lookup_events(LookupAttributes=attribute)["Events"]
        return next((record for event in events if wanted(record := json.loads(event["CloudTrailEvent"]))), None)

    return wait_for(look, f"{name} is found")


def test_a_policy_that_demands_a_second_factor_is_met_by_get_session_token(server, clients, iam):
    mia = Person(server, iam, "mia", allow("iam:ListUsers", WITH_FACTOR), allow("cloudtrail:DescribeTrails"))
    sts = mia.client("sts")
    assert refusal(mia.client("iam").list_users)[0] == "AccessDenied", "long-term keys tell of none"
    plain = keys_of(sts.get_session_token()["Credentials"])
    assert refusal(mia.client("iam", plain).list_users)[0] == "InvalidClientTokenId"
    assert refusal(sts.get_session_token, SerialNumber=mia.serial) == (
        "AccessDenied", "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.",
    )  # fmt: skip
    for serial in (f"arn:aws:iam::{OWN}:mfa/nobody", Person(server, iam, "lea").serial):
        code, message = refusal(sts.get_session_token, SerialNumber=serial, TokenCode="123456")
        assert code == "AccessDenied" and "unable to validate MFA code.  Please verify your MFA serial number" in message
    code = mia.code()
    given = sts.get_session_token(SerialNumber=mia.serial, TokenCode=code)["Credentials"]
    assert refusal(sts.get_session_token, SerialNumber=mia.serial, TokenCode=code) == ("AccessDenied", WRONG_CODE)
    assert mia.client("iam", keys_of(given)).list_users()["Users"]
    key = given["AccessKeyId"]
    listed = records(clients, "ListUsers", lambda record: record["userIdentity"].get("accessKeyId") == key)
    assert listed["userIdentity"]["sessionContext"]["attributes"]["mfaAuthenticated"] == "true"
    asked = records(clients, "GetSessionToken", lambda record: key in json.dumps(record["responseElements"]))
    assert asked["requestParameters"]["serialNumber"] == mia.serial and code not in json.dumps(asked)


def test_a_trust_policy_that_demands_a_second_factor(server, clients, iam, tmp_path):
    sam = Person(server, iam, "sam", allow("sts:AssumeRole"))
    trust = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": OWN}, "Action": "sts:AssumeRole", "Condition": WITH_FACTOR},
    ]}  # fmt: skip
    role = iam.create_role(RoleName="guarded", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    iam.put_role_policy(RoleName="guarded", PolicyName="a", PolicyDocument=allow("iam:ListRoles"))
    iam.put_role_policy(RoleName="guarded", PolicyName="b", PolicyDocument=allow("iam:ListUsers", WITH_FACTOR))
    sts = sam.client("sts")
    assert refusal(sts.assume_role, RoleArn=role, RoleSessionName="run")[0] == "AccessDenied"
    shown = {"SerialNumber": sam.serial, "TokenCode": sam.code()}
    given = sts.assume_role(RoleArn=role, RoleSessionName="run", **shown)["Credentials"]
    assert refusal(sts.assume_role, RoleArn=role, RoleSessionName="run", **shown) == ("AccessDenied", WRONG_CODE)
    session = sam.client("iam", keys_of(given))
    assert session.list_roles()["Roles"]
    assert refusal(session.list_users)[0] == "AccessDenied", "what a role may do tells of no second factor, as on AWS"
    key = given["AccessKeyId"]
    listed = records(clients, "ListRoles", lambda record: record["userIdentity"].get("accessKeyId") == key)
    assert listed["userIdentity"]["sessionContext"]["attributes"]["mfaAuthenticated"] == "true"
    config = tmp_path / "config"
    config.write_text(
        f"[profile keys]\naws_access_key_id={sam.keys[0]}\naws_secret_access_key={sam.keys[1]}\nregion=us-east-1\n"
        f"[profile guarded]\nrole_arn={role}\nsource_profile=keys\nmfa_serial={sam.serial}\nregion=us-east-1\n"
    )
    printed = prompted(server, config, sam.code(), "sts", "get-caller-identity", "--profile", "guarded")
    assert json.loads(printed)["Arn"].startswith(f"arn:aws:sts::{OWN}:assumed-role/guarded/")


def prompted(server, config, code, *arguments):
    """Runs the AWS CLI where there is no terminal, and gives it a code where it asks for one."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("CAIRN_", "AWS_"))} | {
        "AWS_CONFIG_FILE": str(config), "AWS_SHARED_CREDENTIALS_FILE": os.devnull, "AWS_PAGER": "",
        "AWS_ENDPOINT_URL": server.endpoint, "HOME": str(config.parent), "NO_PROXY": "127.0.0.1,localhost",
    }  # fmt: skip
    program = os.path.join(os.path.dirname(sys.executable), "aws")
    run = subprocess.run(
        [program, *arguments], env=environment, input=f"{code}\n", capture_output=True, start_new_session=True,
        text=True, timeout=120,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_wrong_codes_are_slowed_down_and_a_restart_forgives_none(server, clients, iam):
    ada = Person(server, iam, "ada", allow("s3:*"))
    iam.create_login_profile(UserName="ada", Password="Corr3ct-horse!", PasswordResetRequired=False)
    show = lambda code: ada.client("sts").get_session_token(SerialNumber=ada.serial, TokenCode=code)
    for _ in range(5):
        assert refusal(show, code="000000") == ("AccessDenied", WRONG_CODE)
    code, message = refusal(show, code=ada.code())
    assert code == "Throttling" and "Try again in" in message
    guess = lambda name: Browser(server).sign_in(OWN, "wrong-Passw0rd!", name).code
    assert [guess("zoe") for _ in range(5)] == ["Failed"] * 5, "codes are counted by themselves"
    assert (guess("zoe"), guess("ada")) == ("LockedOut", "Failed")
    server.stop()
    server.start()
    assert refusal(show, code="000000")[0] == "Throttling"
    assert (guess("zoe"), guess("ada")) == ("LockedOut", "Failed")
    # Killed, a server forgives what was counted in its last second.
    assert [guess("yan") for _ in range(5)] == ["Failed"] * 5
    saved = time.monotonic() + 2
    wait_for(lambda: time.monotonic() > saved, "it is saved")
    server.kill()
    server.start()
    assert guess("yan") == "LockedOut"
