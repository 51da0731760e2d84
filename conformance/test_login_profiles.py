"""Passwords and MFA devices in IAM with boto3 and the AWS CLI: every operation, its refusals, the account's rules, records without secrets."""

import base64
import hashlib
import hmac
import json
import pathlib
import struct
import time
import zlib

import pytest
from botocore.exceptions import ParamValidationError
from clients import refusal
from test_iam import SIGN_IN, Calls, allow, operations, signed_by, ungiven
from waiting import wait_for

ACCOUNT = "123456789012"
OWN = f"arn:aws:iam::{ACCOUNT}:"
PASSWORDS = ["Correct-Horse-1", "Battery-Staple-2", "Tr0ubador-and-3"]
STEP = 30


@pytest.fixture(scope="module")
def calls(clients):
    return Calls(clients.boto("iam"))


@pytest.fixture(scope="module")
def iam(calls):
    return calls.client


def of_user(server, calls, name, *policies):
    """Makes a user with a key, and a client of it whose calls are noted."""
    iam = calls.client
    iam.create_user(UserName=name)
    for policy in policies:
        iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=policy)
    own = signed_by(server, iam.create_access_key(UserName=name)["AccessKey"])
    own.meta.events.register("after-call.iam", calls.note)
    return own


def code(seed, step):
    """TOTP as RFC 6238 has it, from the specification and nothing of Cairn's."""
    digest = hmac.new(base64.b32decode(seed), struct.pack(">Q", step), hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(int.from_bytes(digest[at:at + 4]) & 0x7FFFFFFF) % 1_000_000:06}"


def pair(seed, offset=0):
    step = int(time.time()) // STEP + offset
    return {"AuthenticationCode1": code(seed, step - 1), "AuthenticationCode2": code(seed, step)}


def device(iam, name, **more):
    made = iam.create_virtual_mfa_device(VirtualMFADeviceName=name, **more)["VirtualMFADevice"]
    return made["SerialNumber"], made["Base32StringSeed"].decode(), made["QRCodePNG"]


def test_passwords_of_others(iam):
    iam.create_user(UserName="ann")
    assert refusal(lambda: iam.get_login_profile(UserName="ann")) == ("NoSuchEntity", "Login Profile for User ann cannot be found.")
    made = iam.create_login_profile(UserName="ann", Password=PASSWORDS[0], PasswordResetRequired=True)["LoginProfile"]
    assert made["UserName"] == "ann" and made["PasswordResetRequired"] is True
    assert iam.get_login_profile(UserName="ann")["LoginProfile"] == made
    again = refusal(lambda: iam.create_login_profile(UserName="ann", Password=PASSWORDS[0]))
    assert again == ("EntityAlreadyExists", "Login Profile for user ann already exists.")
    iam.update_login_profile(UserName="ann", PasswordResetRequired=False)
    iam.update_login_profile(UserName="ann", Password=PASSWORDS[1])
    assert iam.get_login_profile(UserName="ann")["LoginProfile"]["PasswordResetRequired"] is False
    assert refusal(lambda: iam.delete_user(UserName="ann"))[0] == "DeleteConflict"
    iam.update_user(UserName="ann", NewUserName="anna")
    assert iam.get_login_profile(UserName="anna")["LoginProfile"]["CreateDate"] == made["CreateDate"]
    iam.delete_login_profile(UserName="anna")
    assert refusal(lambda: iam.delete_login_profile(UserName="anna"))[0] == "NoSuchEntity"
    assert refusal(lambda: iam.update_login_profile(UserName="anna", Password=PASSWORDS[0]))[0] == "NoSuchEntity"
    assert refusal(lambda: iam.create_login_profile(UserName="nobody", Password=PASSWORDS[0]))[0] == "NoSuchEntity"
    iam.delete_user(UserName="anna")


@pytest.mark.parametrize("weak", ["Short-1", "onlylowercase", "lower and UPPER"])
def test_without_a_policy_passwords_must_be_as_aws_demands(iam, weak):
    user = f"weak-{len(weak)}"
    iam.create_user(UserName=user)
    assert refusal(lambda: iam.create_login_profile(UserName=user, Password=weak))[0] == "PasswordPolicyViolation"
    iam.create_login_profile(UserName=user, Password=PASSWORDS[0])
    assert refusal(lambda: iam.update_login_profile(UserName=user, Password=weak))[0] == "PasswordPolicyViolation"


def test_users_change_their_own_passwords(server, calls, iam):
    bob = of_user(server, calls, "bob", allow("iam:ChangePassword", resource=f"{OWN}user/${{aws:username}}"))
    missing = refusal(lambda: bob.change_password(OldPassword="x", NewPassword=PASSWORDS[0]))
    assert missing == ("NoSuchEntity", "Login Profile for User bob cannot be found.")
    iam.create_login_profile(UserName="bob", Password=PASSWORDS[0], PasswordResetRequired=True)
    wrong = refusal(lambda: bob.change_password(OldPassword=PASSWORDS[1], NewPassword=PASSWORDS[2]))
    assert wrong == ("AccessDenied", "The old password was incorrect.")
    bob.change_password(OldPassword=PASSWORDS[0], NewPassword=PASSWORDS[1])
    assert iam.get_login_profile(UserName="bob")["LoginProfile"]["PasswordResetRequired"] is False
    assert refusal(lambda: bob.change_password(OldPassword=PASSWORDS[0], NewPassword=PASSWORDS[2]))[0] == "AccessDenied"
    weak = refusal(lambda: bob.change_password(OldPassword=PASSWORDS[1], NewPassword="weak"))
    assert weak == ("PasswordPolicyViolation", "Password should have a minimum length of 8")


def test_the_accounts_policy(server, calls, iam):
    missing = refusal(iam.get_account_password_policy)
    assert missing == ("NoSuchEntity", f"The Password Policy with domain name {ACCOUNT} cannot be found.")
    assert refusal(iam.delete_account_password_policy)[0] == "NoSuchEntity"
    cy = of_user(server, calls, "cy")
    iam.create_login_profile(UserName="cy", Password=PASSWORDS[0])
    change = lambda old, new: cy.change_password(OldPassword=old, NewPassword=new)
    assert refusal(lambda: change(PASSWORDS[0], PASSWORDS[1]))[0] == "AccessDenied"
    assert refusal(cy.get_account_password_policy)[0] == "AccessDenied"
    iam.update_account_password_policy(
        MinimumPasswordLength=12, RequireSymbols=True, AllowUsersToChangePassword=True, MaxPasswordAge=90, PasswordReusePrevention=2
    )
    shown = cy.get_account_password_policy()["PasswordPolicy"]
    assert shown == {
        "MinimumPasswordLength": 12, "RequireSymbols": True, "RequireNumbers": False, "RequireUppercaseCharacters": False,
        "RequireLowercaseCharacters": False, "AllowUsersToChangePassword": True, "ExpirePasswords": True, "MaxPasswordAge": 90,
        "PasswordReusePrevention": 2,
    }
    assert refusal(lambda: change(PASSWORDS[0], "nosymbolinhere"))[1] == "Password should have at least one symbol"
    assert refusal(lambda: change(PASSWORDS[0], PASSWORDS[0]))[0] == "PasswordPolicyViolation"
    change(PASSWORDS[0], PASSWORDS[1])
    assert refusal(lambda: change(PASSWORDS[1], PASSWORDS[0]))[1].startswith("Policy constraint violation with password reuse")
    change(PASSWORDS[1], PASSWORDS[2])
    change(PASSWORDS[2], PASSWORDS[0])
    iam.put_user_policy(UserName="cy", PolicyName="no", PolicyDocument=json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "iam:ChangePassword", "Resource": "*"}]}))
    assert refusal(lambda: change(PASSWORDS[0], PASSWORDS[1]))[0] == "AccessDenied"
    iam.update_account_password_policy()
    assert iam.get_account_password_policy()["PasswordPolicy"]["MinimumPasswordLength"] == 6
    with pytest.raises(ParamValidationError):
        iam.update_account_password_policy(MinimumPasswordLength=5)
    iam.delete_account_password_policy()


def test_devices(server, calls, iam):
    dee = of_user(server, calls, "dee", allow("iam:*MFADevice", resource=[f"{OWN}user/dee", f"{OWN}mfa/*"]))
    serial, seed, picture = device(dee, "phone")
    assert serial == f"{OWN}mfa/phone" and len(seed) == 64
    check_picture(picture)
    assert refusal(lambda: device(dee, "Phone"))[0] == "EntityAlreadyExists"
    enable = lambda **codes: dee.enable_mfa_device(UserName="dee", SerialNumber=serial, **codes)
    wrong = refusal(lambda: enable(AuthenticationCode1="000000", AuthenticationCode2="000000"))
    assert wrong == ("InvalidAuthenticationCode", "Authentication code for device is not valid.")
    assert refusal(lambda: enable(**pair(seed, 30)))[0] == "InvalidAuthenticationCode"
    enable(**pair(seed))
    assert refusal(lambda: enable(**pair(seed, 2)))[0] == "EntityAlreadyExists"
    assert refusal(dee.list_mfa_devices)[0] == "AccessDenied", "`iam:*MFADevice` does not name the plural"
    [listed] = iam.list_mfa_devices(UserName="dee")["MFADevices"]
    assert (listed["UserName"], listed["SerialNumber"]) == ("dee", serial)
    assert iam.get_mfa_device(SerialNumber=serial, UserName="dee")["EnableDate"] == listed["EnableDate"]
    [assigned] = iam.list_virtual_mfa_devices(AssignmentStatus="Assigned")["VirtualMFADevices"]
    assert assigned["User"]["UserName"] == "dee" and "Base32StringSeed" not in assigned
    assert iam.list_virtual_mfa_devices(AssignmentStatus="Unassigned")["VirtualMFADevices"] == []
    summary = iam.get_account_summary()["SummaryMap"]
    assert (summary["MFADevices"], summary["MFADevicesInUse"], summary["AccountMFAEnabled"]) == (1, 1, 0)
    used = refusal(lambda: iam.resync_mfa_device(UserName="dee", SerialNumber=serial, **pair(seed)))
    assert used[0] == "InvalidAuthenticationCode", "the code that enabled it is used"
    iam.resync_mfa_device(UserName="dee", SerialNumber=serial, **pair(seed, 4))
    assert refusal(lambda: iam.delete_virtual_mfa_device(SerialNumber=serial))[0] == "DeleteConflict"
    iam.delete_user_policy(UserName="dee", PolicyName="p")
    for key in iam.list_access_keys(UserName="dee")["AccessKeyMetadata"]:
        iam.delete_access_key(UserName="dee", AccessKeyId=key["AccessKeyId"])
    left = refusal(lambda: iam.delete_user(UserName="dee"))
    assert left == ("DeleteConflict", "Cannot delete entity, must delete MFA device first.")
    iam.deactivate_mfa_device(UserName="dee", SerialNumber=serial)
    assert refusal(lambda: iam.deactivate_mfa_device(UserName="dee", SerialNumber=serial))[0] == "NoSuchEntity"
    iam.delete_user(UserName="dee")
    iam.delete_virtual_mfa_device(SerialNumber=serial)
    assert refusal(lambda: iam.delete_virtual_mfa_device(SerialNumber=serial))[0] == "NoSuchEntity"


def test_tags_of_devices(iam):
    serial, _, _ = device(iam, "tagged", Path="/team/", Tags=[{"Key": "a", "Value": "1"}])
    assert serial == f"{OWN}mfa/team/tagged"
    iam.tag_mfa_device(SerialNumber=serial, Tags=[{"Key": "b", "Value": "2"}])
    iam.untag_mfa_device(SerialNumber=serial, TagKeys=["a"])
    assert iam.list_mfa_device_tags(SerialNumber=serial)["Tags"] == [{"Key": "b", "Value": "2"}]
    iam.delete_virtual_mfa_device(SerialNumber=serial)


def check_picture(png):
    """A PNG whose chunks are whole, square, and of two colours."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    at, chunks = 8, {}
    while at < len(png):
        length, kind = struct.unpack(">I4s", png[at : at + 8])
        data, check = png[at + 8 : at + 8 + length], png[at + 8 + length : at + 12 + length]
        assert zlib.crc32(kind + data) == int.from_bytes(check)
        chunks[kind], at = data, at + 12 + length
    width, height, depth, colour = struct.unpack(">IIBB", chunks[b"IHDR"][:10])
    assert (width, depth, colour) == (height, 1, 0)
    assert len(zlib.decompress(chunks[b"IDAT"])) == height * (1 + (width + 7) // 8)


def test_with_the_aws_cli(clients, tmp_path):
    def cli(*words):
        done = clients.aws("iam", *words)
        return json.loads(done) if done.strip() else None

    cli("create-user", "--user-name", "eve")
    cli("create-login-profile", "--user-name", "eve", "--password", PASSWORDS[0], "--no-password-reset-required")
    assert cli("get-login-profile", "--user-name", "eve")["LoginProfile"]["PasswordResetRequired"] is False
    seed_file = tmp_path / "seed"
    words = ["--virtual-mfa-device-name", "eves", "--outfile", str(seed_file), "--bootstrap-method", "Base32StringSeed"]
    serial = cli("create-virtual-mfa-device", *words)["VirtualMFADevice"]["SerialNumber"]
    codes = pair(seed_file.read_text())
    first, second = codes["AuthenticationCode1"], codes["AuthenticationCode2"]
    given = ["--user-name", "eve", "--serial-number", serial, "--authentication-code1", first, "--authentication-code2", second]
    cli("enable-mfa-device", *given)
    assert cli("list-mfa-devices", "--user-name", "eve")["MFADevices"][0]["SerialNumber"] == serial


def test_cairn_password_sets_them(server, iam):
    made = server.command("password", "--user", "eve").strip()
    assert len(made) == 23
    eve = signed_by(server, iam.create_access_key(UserName="eve")["AccessKey"])
    iam.put_user_policy(UserName="eve", PolicyName="p", PolicyDocument=allow("iam:ChangePassword"))
    eve.change_password(OldPassword=made, NewPassword=PASSWORDS[1])
    first = pathlib.Path(server.data_dir) / f"administrator-{ACCOUNT}.password"
    assert first.stat().st_mode & 0o777 == 0o600
    iam.change_password(OldPassword=first.read_text().strip(), NewPassword=PASSWORDS[2])
    server.command("user", "delete", "eve")
    assert refusal(lambda: iam.get_user(UserName="eve"))[0] == "NoSuchEntity"


def test_records_hold_no_secret(server, clients):
    cloudtrail = clients.boto("cloudtrail")

    def recorded():
        pages = cloudtrail.get_paginator("lookup_events").paginate(
            LookupAttributes=[{"AttributeKey": "EventSource", "AttributeValue": "iam.amazonaws.com"}]
        )
        events = [json.loads(event["CloudTrailEvent"]) for page in pages for event in page["Events"]]
        return events if any(event["eventName"] == "DeleteUser" and event["requestParameters"] == {"userName": "eve"} for event in events) else None

    events = wait_for(recorded, "the last call to be found")
    text = json.dumps(events)
    for password in [*PASSWORDS, "Short-1", "onlylowercase"]:
        assert password not in text
    by_name = {}
    for event in events:
        by_name.setdefault(event["eventName"], []).append(event)
    assert {json.dumps(event["requestParameters"]) for event in by_name["ChangePassword"]} == {"null"}
    assert {"userName": "ann", "passwordResetRequired": True} in [event["requestParameters"] for event in by_name["CreateLoginProfile"]]
    for event in by_name["CreateVirtualMFADevice"]:
        shown = (event["responseElements"] or {}).get("virtualMFADevice", {})
        assert set(shown) <= {"serialNumber", "tags"}
    for event in by_name["EnableMFADevice"] + by_name["ResyncMFADevice"]:
        assert set(event["requestParameters"]) == {"userName", "serialNumber"}
    codes = {event.get("errorCode") for event in events} - {None}
    assert {"PasswordPolicyViolationException", "InvalidAuthenticationCodeException", "DeleteConflictException"} <= codes


def test_what_is_not_there_taken_or_malformed(calls, iam):
    iam.create_user(UserName="flo")
    serial, seed, _ = device(iam, "flos")
    nobodys, nowhere = {"UserName": "nobody"}, {"SerialNumber": f"{OWN}mfa/none"}
    tag = {"Tags": [{"Key": "a", "Value": "1"}]}
    refused = [
        ("NoSuchEntity", iam.list_mfa_devices, nobodys),
        ("NoSuchEntity", iam.get_mfa_device, nowhere),
        ("NoSuchEntity", iam.list_mfa_device_tags, nowhere),
        ("NoSuchEntity", iam.tag_mfa_device, nowhere | tag),
        ("NoSuchEntity", iam.untag_mfa_device, nowhere | {"TagKeys": ["a"]}),
        ("NoSuchEntity", iam.enable_mfa_device, {"UserName": "flo"} | nowhere | pair(seed)),
        ("NoSuchEntity", iam.resync_mfa_device, {"UserName": "flo"} | nowhere | pair(seed)),
        ("InvalidAuthenticationCode", iam.enable_mfa_device, {"UserName": "flo", "SerialNumber": serial} | pair(seed, 30)),
        ("EntityAlreadyExists", iam.create_virtual_mfa_device, {"VirtualMFADeviceName": "FLOS"}),
        ("InvalidInput", iam.create_virtual_mfa_device, {"VirtualMFADeviceName": "x", "Tags": [{"Key": "aws:a", "Value": ""}]}),
        ("InvalidInput", iam.tag_mfa_device, {"SerialNumber": serial, "Tags": [{"Key": "aws:a", "Value": ""}]}),
    ]
    for code, call, asked in refused:
        assert refusal(call, **asked)[0] == code, (call.__name__, asked)
    iam.enable_mfa_device(UserName="flo", SerialNumber=serial, **pair(seed))
    again = refusal(iam.enable_mfa_device, UserName="flo", SerialNumber=serial, **pair(seed, 2))
    assert again[0] == "EntityAlreadyExists"
    thirty = lambda name: [{"Key": f"{name}{n}", "Value": ""} for n in range(30)]
    iam.tag_mfa_device(SerialNumber=serial, Tags=thirty("a"))
    assert refusal(iam.tag_mfa_device, SerialNumber=serial, Tags=thirty("b"))[0] == "LimitExceeded"
    for number in range(8):
        serial, seed, _ = device(iam, f"flos-{number}")
        asked = {"UserName": "flo", "SerialNumber": serial} | pair(seed)
        if number < 7:
            iam.enable_mfa_device(**asked)
    assert refusal(iam.enable_mfa_device, **asked) == ("LimitExceeded", "Cannot exceed quota for MFADevicesPerUser: 8")


def test_a_role_has_no_password(server, clients, calls, iam):
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}]}
    role = iam.create_role(RoleName="keyless", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    iam.put_role_policy(RoleName="keyless", PolicyName="p", PolicyDocument=allow("iam:*"))
    given = clients.boto("sts").assume_role(RoleArn=role, RoleSessionName="keyless")["Credentials"]
    session = signed_by(server, given, token=given["SessionToken"])
    session.meta.events.register("after-call.iam", calls.note)
    assert refusal(session.change_password, OldPassword=PASSWORDS[0], NewPassword=PASSWORDS[1])[0] == "InvalidUserType"


def test_every_operation_was_called(calls):
    """The last of the module: each operation has succeeded here, and was refused with every error that it declares."""
    served = {name for name in operations() if SIGN_IN.search(name)}
    assert len(served) == 19
    assert served - calls.answered == set()
    missing = ungiven(calls, served)
    assert missing == [], "\n".join(map(str, missing))
