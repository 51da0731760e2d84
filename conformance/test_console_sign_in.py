"""Signing in to the console and calling the API from it, over plain HTTP: every rule, and what is recorded."""

import json
import subprocess
import time

import pytest
from browser import AGENT, BASE, Browser, totp
from clients import Clients
from waiting import wait_for

OWN, OTHER = "123456789012", "444455556666"
PASSWORD = "Corr3ct-horse!"
IAM = "2010-05-08"
CONSOLE_KEYS = {"eventVersion", "userIdentity", "eventTime", "eventSource", "eventName", "awsRegion"}
CONSOLE_KEYS |= {"sourceIPAddress", "userAgent", "requestParameters", "responseElements", "eventID", "readOnly"}
CONSOLE_KEYS |= {"eventType", "managementEvent", "recipientAccountId", "eventCategory", "tlsDetails"}


@pytest.fixture(scope="module")
def server():
    from server import Server

    server = Server(accounts=OTHER)
    try:
        yield server.start()
    finally:
        server.close()


@pytest.fixture(scope="module")
def iam(clients):
    return clients.boto("iam")


@pytest.fixture(scope="module")
def make_user(iam):
    """Makes users who may do everything and have a password."""

    def make(name, **given):
        iam.create_user(UserName=name)
        iam.attach_user_policy(UserName=name, PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
        iam.create_login_profile(UserName=name, Password=PASSWORD, **given)
        return name

    return make


@pytest.fixture(scope="module")
def maya(make_user):
    return make_user("maya")


@pytest.fixture
def browser(server):
    return Browser(server)


@pytest.fixture
def signed_in(browser, maya):
    assert browser.sign_in(OWN, PASSWORD, maya).status == 200
    return browser


@pytest.fixture(scope="module")
def events(server):
    """Waits for events of a name, the newest first."""

    def found(name, account=OWN, region="us-east-1", least=1):
        lookup = Clients(server, account).boto("cloudtrail", region=region)

        def ask():
            page = lookup.lookup_events(LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": name}])
            events = [json.loads(event["CloudTrailEvent"]) for event in page["Events"]]
            return events if len(events) >= least else None

        return wait_for(ask, f"{least} {name} in {account}")

    return found


def test_a_sign_in_is_told_and_recorded(server, browser, maya, iam, events):
    answer = browser.sign_in(OWN, PASSWORD, maya)
    session = answer.json
    assert answer.status == 200
    assert session["Account"] == {"Id": OWN}
    assert session["Principal"] == {"Type": "IAMUser", "Name": maya, "Arn": f"arn:aws:iam::{OWN}:user/maya"}
    assert (session["Region"], session["Mfa"], "us-east-1" in session["Regions"]) == ("us-east-1", False, True)
    cookie = answer.headers["set-cookie"]
    assert cookie.endswith("; Path=/_cairn/console/; HttpOnly; SameSite=Strict"), cookie
    assert answer.headers["cache-control"] == "no-store"
    assert browser.page("GET", "session").json == session
    event = events("ConsoleLogin")[0]
    user = iam.get_user(UserName=maya)["User"]
    assert "PasswordLastUsed" in user
    assert event["userIdentity"] == {
        "type": "IAMUser",
        "principalId": user["UserId"],
        "arn": f"arn:aws:iam::{OWN}:user/maya",
        "accountId": OWN,
        "userName": "maya",
    }
    assert event["additionalEventData"] == {
        "LoginTo": f"{server.endpoint}{BASE}",
        "MobileVersion": "No",
        "MFAUsed": "No",
    }
    assert set(event) == CONSOLE_KEYS | {"additionalEventData"}
    assert event["responseElements"] == {"ConsoleLogin": "Success"}
    assert (event["requestParameters"], event["readOnly"], event["managementEvent"]) == (None, False, True)
    assert (event["eventType"], event["eventSource"]) == ("AwsConsoleSignIn", "signin.amazonaws.com")
    assert (event["sourceIPAddress"], event["userAgent"]) == ("127.0.0.1", AGENT)


def test_who_does_not_get_in_learns_nothing(browser, maya, iam, events):
    iam.create_user(UserName="no-console")
    wrong = [
        browser.sign_in(OWN, "wrong", maya),
        browser.sign_in(OWN, PASSWORD, "nobody"),
        browser.sign_in("555566667777", PASSWORD, maya),
        browser.sign_in("no-such-alias", PASSWORD, maya),
        browser.sign_in(OWN, PASSWORD),
        browser.sign_in(OWN, PASSWORD, "no-console"),
    ]
    assert {answer.status for answer in wrong} == {401}
    assert len({answer.body for answer in wrong}) == 1
    assert {answer.code for answer in wrong} == {"Failed"}
    assert all(answer.headers["set-cookie"] is None for answer in wrong)
    told = events("ConsoleLogin", least=6)[:6]
    without, root, alias, unknown, nobody, failed = told
    assert without["userIdentity"]["userName"] == "no-console"
    assert without["errorMessage"] == "Failed authentication"
    assert failed["userIdentity"]["userName"] == maya
    assert failed["userIdentity"]["accessKeyId"] == ""
    assert "arn" not in failed["userIdentity"] and "errorCode" not in failed
    assert failed["errorMessage"] == "Failed authentication"
    assert failed["responseElements"] == {"ConsoleLogin": "Failure"}
    hidden = {"type": "IAMUser", "accessKeyId": "", "userName": "HIDDEN_DUE_TO_SECURITY_REASONS"}
    assert nobody["userIdentity"] == hidden | {"accountId": OWN}
    assert nobody["errorMessage"] == "No username found in supplied account"
    # Whose account it is, nobody knows: the server's own hears of it, and not of what was typed.
    assert unknown["userIdentity"] == alias["userIdentity"] == hidden
    assert unknown["recipientAccountId"] == OWN
    assert root["userIdentity"] == {
        "type": "Root",
        "principalId": OWN,
        "arn": f"arn:aws:iam::{OWN}:root",
        "accountId": OWN,
        "accessKeyId": "",
    }
    assert (root["awsRegion"], root["errorMessage"]) == ("us-east-1", "Failed authentication")


def test_calls_are_the_users_and_recorded_as_the_consoles(signed_in, events):
    answer = signed_in.cloudtrail("DescribeTrails", region="eu-central-1")
    assert (answer.status, answer.json) == (200, {"trailList": []})
    event = events("DescribeTrails", region="eu-central-1")[0]
    identity = event["userIdentity"]
    assert (identity["type"], identity["userName"]) == ("IAMUser", "maya")
    assert identity["accessKeyId"].startswith("ASIA")
    assert identity["sessionContext"]["attributes"]["mfaAuthenticated"] == "false"
    assert event["sessionCredentialFromConsole"] == "true"
    assert "tlsDetails" not in event
    assert event["awsRegion"] == "eu-central-1"
    # Every service that is built in, and Cairn's own pages; IAM takes a session of the console without MFA.
    assert b"<UserName>maya</UserName>" in signed_in.query("iam", IAM, "GetUser").body
    assert b":user/maya" in signed_in.query("sts", "2011-06-15", "GetCallerIdentity").body
    assert b"ListAllMyBucketsResult" in signed_in.call("s3", method="GET").body
    assert signed_in.call("s3", "/console-made", method="PUT").status == 200
    assert signed_in.call("s3", "/console-made/a%20b.txt", "hello", method="PUT").status == 200
    assert signed_in.call("s3", "/console-made/a%20b.txt", method="GET").body == b"hello"
    kind = {"content_type": "application/x-amz-json-1.1"}
    keys = signed_in.call("kms", body="{}", x_amz_target="TrentService.ListKeys", **kind)
    assert keys.status == 200
    assert signed_in.call("cloudtrail", "/_cairn/tlog", method="GET").status == 200


def test_a_caller_who_may_not_is_denied(browser, iam, events):
    iam.create_user(UserName="visitor")
    iam.create_login_profile(UserName="visitor", Password=PASSWORD)
    assert browser.sign_in(OWN, PASSWORD, "visitor").status == 200
    answer = browser.cloudtrail("LookupEvents")
    assert answer.json["__type"].endswith("AccessDeniedException")
    assert "not authorized to perform: cloudtrail:LookupEvents" in answer.body.decode()
    assert events("LookupEvents")


def test_other_sites_and_pages_without_the_token_are_kept_out(signed_in):
    call = f"{BASE}call/cloudtrail/us-east-1/_cairn/tlog"
    assert signed_in.send("GET", call).status == 200
    for headers, status, code in [
        ({"x_cairn_csrf": None}, 403, "Forbidden"),
        ({"x_cairn_csrf": "x"}, 401, "SignedOut"),
        ({"origin": "http://evil.example"}, 403, "Forbidden"),
        ({"origin": "null"}, 403, "Forbidden"),
        ({"sec_fetch_site": "cross-site"}, 403, "Forbidden"),
        ({"sec_fetch_site": "same-site", "origin": None}, 403, "Forbidden"),
        ({"cookie": None}, 401, "SignedOut"),
        ({"cookie": signed_in.cookie[:-1] + "A"}, 401, "SignedOut"),
        ({"cookie": f"{signed_in.cookie}; {signed_in.cookie[:-4]}AAAA"}, 401, "SignedOut"),
    ]:
        answer = signed_in.send("GET", call, **headers)
        assert (answer.status, answer.code) == (status, code), headers
    # A form that another site sends is not JSON.
    told = {"content_type": "text/plain"}
    assert signed_in.page("POST", "session", {}, **told).status == 400
    assert signed_in.page("DELETE", "session", x_cairn_csrf=None).status == 403
    assert signed_in.page("GET", "session", sec_fetch_site="cross-site").status == 403
    assert signed_in.page("GET", "session").status == 200


def test_paths_lead_nowhere_else(signed_in):
    for path, status in [
        ("call/", 400),
        ("call/s3/us-east-1", 400),
        ("call/S3/us-east-1/", 400),
        ("call/s3/mars-north-1/", 400),
        ("call/s3/us-east-1/_cairn/console/session", 400),
        ("call/s3/us-east-1/?X-Amz-Credential=A/20260101/us-east-1/iam/aws4_request", 400),
        ("assets/../../../Cargo.toml", 404),
    ]:
        assert signed_in.send("GET", BASE + path).status == status, path
    # What is none of these is a page of the console, where it was built.
    assert signed_in.send("GET", f"{BASE}session/other").status == signed_in.send("GET", BASE).status


def test_signing_out_ends_the_session_and_a_restart_does_not(server, signed_in, maya):
    other = Browser(server)
    assert other.sign_in(OWN, PASSWORD, maya).status == 200
    cookie = other.cookie
    assert other.page("DELETE", "session").status == 204
    assert other.cookie is None
    other.cookie = cookie
    assert other.page("GET", "session").code == "NotSignedIn"
    server.stop()
    server.start()
    signed_in.address = Browser(server).address
    # Another port has another cookie: the browser's is carried over by hand.
    value = signed_in.cookie.split("=", 1)[1]
    signed_in.cookie = f"cairn-session-{signed_in.address.port}={value}"
    assert signed_in.page("GET", "session").status == 200
    assert signed_in.cloudtrail("DescribeTrails").status == 200
    other.address = signed_in.address
    other.cookie = f"cairn-session-{other.address.port}={cookie.split('=', 1)[1]}"
    assert other.page("GET", "session").code == "NotSignedIn"


def test_a_second_factor_is_asked_for_and_a_code_is_good_once(server, make_user, events, clients):
    iam = Clients(server).boto("iam")
    iam.create_user(UserName="ines")
    iam.create_login_profile(UserName="ines", Password=PASSWORD)
    before = Browser(server)
    assert before.sign_in(OWN, PASSWORD, "ines").status == 200
    device = iam.create_virtual_mfa_device(VirtualMFADeviceName="ines-phone")["VirtualMFADevice"]
    seed, serial = device["Base32StringSeed"].decode(), device["SerialNumber"]
    now = time.time()
    codes = [totp(seed, now - 30), totp(seed, now)]
    iam.enable_mfa_device(UserName="ines", SerialNumber=serial, AuthenticationCode1=codes[0], AuthenticationCode2=codes[1])
    # Who signed in with less than is asked for now has to do so again.
    assert before.page("GET", "session").code == "NotSignedIn"
    browser = Browser(server)
    assert browser.sign_in(OWN, PASSWORD, "ines").code == "MfaRequired"
    check = events("CheckMfa")[0]
    assert check["responseElements"] == {"CheckMfa": "Success"}
    assert check["additionalEventData"] == {"MfaType": "Virtual MFA"}
    assert (check["userIdentity"]["userName"], check["userIdentity"]["accessKeyId"]) == ("ines", "")
    assert browser.sign_in(OWN, PASSWORD, "ines", MfaCode=codes[1]).code == "MfaFailed", "it enabled the device"
    assert browser.sign_in(OWN, "wrong", "ines", MfaCode=totp(seed, now + 30)).code == "Failed"
    answer = browser.sign_in(OWN, PASSWORD, "ines", MfaCode=totp(seed, now + 30))
    assert (answer.status, answer.json["Mfa"]) == (200, True)
    again = Browser(server).sign_in(OWN, PASSWORD, "ines", MfaCode=totp(seed, now + 30))
    assert again.code == "MfaFailed"
    success = next(e for e in events("ConsoleLogin", least=3) if e["additionalEventData"]["MFAUsed"] == "Yes" and "errorMessage" not in e)
    assert success["additionalEventData"]["MFAIdentifier"] == serial
    failure = next(e for e in events("ConsoleLogin", least=3) if e["additionalEventData"]["MFAUsed"] == "Yes" and "errorMessage" in e)
    assert "MFAIdentifier" not in failure["additionalEventData"]
    browser.query("sts", "2011-06-15", "GetCallerIdentity")
    call = events("GetCallerIdentity")[0]
    assert call["userIdentity"]["sessionContext"]["attributes"]["mfaAuthenticated"] == "true"


def test_a_password_that_must_be_changed_is_changed_at_the_sign_in(server, events):
    iam = Clients(server).boto("iam")
    iam.create_user(UserName="noor")
    iam.create_login_profile(UserName="noor", Password=PASSWORD, PasswordResetRequired=True)
    browser = Browser(server)
    assert browser.sign_in(OWN, PASSWORD, "noor").code == "PasswordChangeRequired"
    weak = browser.sign_in(OWN, PASSWORD, "noor", NewPassword="short")
    assert (weak.status, weak.code) == (400, "PasswordRefused")
    # A password that leaked is not tried in silence, though it lets nobody in.
    tried = [event for event in events("ConsoleLogin", least=2) if event["userIdentity"].get("userName") == "noor"]
    assert [event["errorMessage"] for event in tried] == ["Password change required"] * 2
    assert {event["responseElements"]["ConsoleLogin"] for event in tried} == {"Failure"}
    assert browser.sign_in(OWN, PASSWORD, "noor", NewPassword="An0ther-horse!").status == 200
    assert Browser(server).sign_in(OWN, PASSWORD, "noor").code == "Failed"
    assert Browser(server).sign_in(OWN, "An0ther-horse!", "noor").status == 200
    event = events("PasswordUpdated")[0]
    assert event["responseElements"] == {"PasswordUpdated": "Success"}
    assert (event["userIdentity"]["userName"], event["userIdentity"]["accessKeyId"]) == ("noor", "")
    assert "An0ther" not in json.dumps(event)


def test_changing_a_password_ends_all_other_sessions(server, make_user, events):
    iam = Clients(server).boto("iam")
    iam.create_user(UserName="pia")
    allow = {"Effect": "Allow", "Action": "iam:ChangePassword", "Resource": "arn:aws:iam::*:user/${aws:username}"}
    policy = {"Version": "2012-10-17", "Statement": [allow]}
    iam.put_user_policy(UserName="pia", PolicyName="own-password", PolicyDocument=json.dumps(policy))
    iam.create_login_profile(UserName="pia", Password=PASSWORD)
    here, elsewhere = Browser(server), Browser(server)
    assert here.sign_in(OWN, PASSWORD, "pia").status == elsewhere.sign_in(OWN, PASSWORD, "pia").status == 200
    wrong = here.page("POST", "session/password", {"OldPassword": "wrong", "NewPassword": "N3w-horse-here!"})
    assert wrong.code == "Failed"
    weak = here.page("POST", "session/password", {"OldPassword": PASSWORD, "NewPassword": "weak"})
    assert weak.code == "PasswordRefused"
    changed = here.page("POST", "session/password", {"OldPassword": PASSWORD, "NewPassword": "N3w-horse-here!"})
    assert changed.status == 204, changed.body
    assert here.page("GET", "session").status == 200
    assert elsewhere.page("GET", "session").code == "NotSignedIn"
    event = events("ChangePassword")[0]
    assert event["sessionCredentialFromConsole"] == "true"
    assert "horse" not in json.dumps(event)
    iam.delete_login_profile(UserName="pia")
    assert here.page("GET", "session").code == "NotSignedIn"


def test_an_open_session_is_no_way_to_find_the_password_out(server):
    iam = Clients(server).boto("iam")
    iam.create_user(UserName="tom")
    iam.attach_user_policy(UserName="tom", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    iam.create_login_profile(UserName="tom", Password=PASSWORD)
    browser = Browser(server)
    assert browser.sign_in(OWN, PASSWORD, "tom").status == 200
    guess = lambda: browser.query("iam", IAM, "ChangePassword", OldPassword="wrong", NewPassword="N3w-horse-here!")
    told = [guess() for _ in range(6)]
    assert [answer.status for answer in told] == [403] * 5 + [400]
    assert b"<Code>Throttling</Code>" in told[5].body
    # The page and the sign-in count the same attempts.
    right = browser.page("POST", "session/password", {"OldPassword": PASSWORD, "NewPassword": "N3w-horse-here!"})
    assert (right.status, right.code) == (429, "LockedOut")
    assert Browser(server).sign_in(OWN, PASSWORD, "tom").code == "LockedOut"


def test_the_root_user_signs_in(make_server):
    server = make_server().start()
    # The root user has no access key that a running server could be asked with.
    with pytest.raises(subprocess.CalledProcessError):
        server.command("password", "--root")
    server.stop()
    password = server.command("password", "--root").strip()
    server.start()
    browser = Browser(server)
    answer = browser.sign_in(OWN, password)
    assert (answer.status, answer.json["Principal"]["Type"]) == (200, "Root")
    changed = browser.page("POST", "session/password", {"OldPassword": password, "NewPassword": PASSWORD})
    assert changed.status == 204, changed.body
    assert browser.page("GET", "session").status == 200, "it was changed here"
    assert Browser(server).sign_in(OWN, password).code == "Failed"
    lookup = Clients(server).boto("cloudtrail")

    def ask():
        named = [{"AttributeKey": "EventName", "AttributeValue": "ConsoleLogin"}]
        found = [json.loads(event["CloudTrailEvent"]) for event in lookup.lookup_events(LookupAttributes=named)["Events"]]
        return found if len(found) >= 2 else None

    event = wait_for(ask, "both sign-ins")[1]
    assert event["responseElements"] == {"ConsoleLogin": "Success"}
    assert (event["userIdentity"]["type"], event["userIdentity"]["arn"]) == ("Root", f"arn:aws:iam::{OWN}:root")


def test_a_user_without_the_permission_may_not_change_the_password(server):
    iam = Clients(server).boto("iam")
    iam.create_user(UserName="quinn")
    iam.create_login_profile(UserName="quinn", Password=PASSWORD)
    browser = Browser(server)
    assert browser.sign_in(OWN, PASSWORD, "quinn").status == 200
    answer = browser.page("POST", "session/password", {"OldPassword": PASSWORD, "NewPassword": "N3w-horse-here!"})
    assert (answer.status, answer.code) == (403, "AccessDenied")
    assert "iam:ChangePassword" in answer.json["Message"]


def test_guesses_are_slowed_down_for_those_who_exist_and_those_who_don_t(server):
    iam = Clients(server).boto("iam")
    iam.create_user(UserName="rosa")
    iam.create_login_profile(UserName="rosa", Password=PASSWORD)
    for user in ["rosa", "nobody-at-all"]:
        browser = Browser(server)
        told = [browser.sign_in(OWN, "wrong", user) for _ in range(6)]
        assert [answer.status for answer in told] == [401] * 5 + [429], user
        assert told[5].code == "LockedOut"
        assert 1 <= told[5].json["RetryAfterSeconds"] <= 31
        assert told[5].headers["retry-after"] == str(told[5].json["RetryAfterSeconds"])
    # The right password is not looked at meanwhile.
    assert Browser(server).sign_in(OWN, PASSWORD, "rosa").code == "LockedOut"


def test_a_deleted_user_is_signed_out(server):
    iam = Clients(server).boto("iam")
    iam.create_user(UserName="sam")
    iam.create_login_profile(UserName="sam", Password=PASSWORD)
    browser = Browser(server)
    assert browser.sign_in(OWN, PASSWORD, "sam").status == 200
    iam.delete_login_profile(UserName="sam")
    iam.delete_user(UserName="sam")
    answer = browser.cloudtrail("DescribeTrails")
    assert (answer.status, answer.json["__type"]) == (401, "SignedOut")


def test_a_role_of_another_account_is_worked_in(server, events):
    iam, theirs = Clients(server).boto("iam"), Clients(server, OTHER).boto("iam")
    iam.create_user(UserName="tess")
    iam.create_login_profile(UserName="tess", Password=PASSWORD)
    allow = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}
    policy = {"Version": "2012-10-17", "Statement": [allow]}
    iam.put_user_policy(UserName="tess", PolicyName="switch", PolicyDocument=json.dumps(policy))
    trust = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{OWN}:user/tess"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = theirs.create_role(RoleName="auditor", AssumeRolePolicyDocument=document)["Role"]
    theirs.attach_role_policy(RoleName="auditor", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    browser = Browser(server)
    assert browser.sign_in(OWN, PASSWORD, "tess").status == 200
    own = browser.csrf
    denied = browser.page("POST", "session/role", {"Account": OTHER, "RoleName": "missing"})
    assert (denied.status, denied.code) == (403, "AccessDenied")
    refused = events("SwitchRole")[0]
    assert (refused["responseElements"], refused["recipientAccountId"]) == ({"SwitchRole": "Failure"}, OWN)
    switched = browser.page("POST", "session/role", {"Account": OTHER, "RoleName": "auditor"})
    session = switched.json
    assert switched.status == 200, session
    assert session["Account"]["Id"] == OTHER
    arn = f"arn:aws:sts::{OTHER}:assumed-role/auditor/tess"
    assert session["Principal"] == {"Type": "AssumedRole", "Name": "auditor/tess", "Arn": arn}
    assert session["SwitchedFrom"] == {"Account": OWN, "Principal": "tess"}
    assert session["Csrf"] != own
    # A page that was opened before would do as the role what it shows for the user.
    stale = browser.send("GET", f"{BASE}call/cloudtrail/us-east-1/_cairn/tlog", x_cairn_csrf=own)
    assert stale.code == "SignedOut"
    assert browser.cloudtrail("DescribeTrails").status == 200
    call = events("DescribeTrails", account=OTHER)[0]
    assert (call["userIdentity"]["arn"], call["sessionCredentialFromConsole"]) == (arn, "true")
    assert call["userIdentity"]["sessionContext"]["sessionIssuer"]["userName"] == "auditor"
    event = events("SwitchRole", account=OTHER)[0]
    assert event["userIdentity"] == {
        "type": "AssumedRole",
        "principalId": f"{role['RoleId']}:tess",
        "arn": arn,
        "accountId": OTHER,
    }
    assert event["additionalEventData"]["SwitchFrom"] == f"arn:aws:iam::{OWN}:user/tess"
    assert event["responseElements"] == {"SwitchRole": "Success"}
    ours, copy = events("AssumeRole", least=2)[0], events("AssumeRole", account=OTHER)[0]
    assert ours["sharedEventID"] == copy["sharedEventID"]
    assert ours["userIdentity"]["invokedBy"] == "AWS Internal"
    assert (ours["userIdentity"]["userName"], ours["sourceIPAddress"]) == ("tess", "AWS Internal")
    assert copy["userIdentity"]["type"] == "AWSAccount"
    assert browser.page("DELETE", "session/role").json["Principal"]["Name"] == "tess"
    assert events("ExitRole", account=OTHER)[0]["responseElements"] == {"ExitRole": "Success"}
    browser.page("POST", "session/role", {"Account": OTHER, "RoleName": "auditor"})
    theirs.detach_role_policy(RoleName="auditor", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    theirs.delete_role(RoleName="auditor")
    assert browser.cloudtrail("DescribeTrails").status == 401
    assert browser.page("GET", "session").json["Principal"]["Name"] == "tess"


def test_files_are_served_compressed_and_named_by_their_bytes(server, browser):
    led = browser.send("GET", "/", accept="text/html,application/xhtml+xml")
    assert (led.status, led.headers["location"]) == (302, BASE)
    assert browser.send("GET", "/", accept="*/*").status != 302, "a client of S3 is not led"
    index = browser.send("GET", BASE, accept_encoding="gzip, br")
    policy = index.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "script-src 'self'" in policy and "unsafe" not in policy.split("style-src")[0]
    assert index.headers["x-frame-options"] == "DENY"
    if index.status == 503:
        assert b"npm run build" in index.body
        pytest.skip("the console was not built: the page that says how was tested instead")
    assert (index.headers["content-encoding"], index.headers["cache-control"]) == ("br", "no-cache")
    known = browser.send("GET", BASE, accept_encoding="br", if_none_match=index.headers["etag"])
    assert (known.status, known.body) == (304, b"")
    deep = browser.send("GET", f"{BASE}history/events?x=y")
    assert deep.headers["content-type"] == "text/html; charset=utf-8"
    asset = deep.body.decode().split('src="', 1)[1].split('"')[0]
    script = browser.send("GET", asset, accept_encoding="gzip")
    assert script.headers["content-encoding"] == "gzip"
    assert "immutable" in script.headers["cache-control"]
    assert browser.send("GET", f"{BASE}assets/missing.js").status == 404


def set_password(iam):
    """Gives the administrator a password that is known, whether there is one already or not."""
    try:
        iam.create_login_profile(UserName="administrator", Password=PASSWORD)
    except iam.exceptions.EntityAlreadyExistsException:
        iam.update_login_profile(UserName="administrator", Password=PASSWORD)


def test_over_tls_the_cookie_is_for_tls_alone(make_server):
    server = make_server(tls__generated="true").start()
    clients = Clients(server)
    set_password(clients.boto("iam"))
    browser = Browser(server)
    answer = browser.sign_in(OWN, PASSWORD, "administrator")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Secure-cairn-session-")
    assert cookie.endswith("; Path=/_cairn/console/; HttpOnly; SameSite=Strict; Secure"), cookie
    assert browser.cloudtrail("DescribeTrails").status == 200
    lookup = clients.boto("cloudtrail")

    def ask():
        named = [{"AttributeKey": "EventName", "AttributeValue": "ConsoleLogin"}]
        return lookup.lookup_events(LookupAttributes=named)["Events"]

    event = json.loads(wait_for(ask, "the sign-in")[0]["CloudTrailEvent"])
    assert event["tlsDetails"]["tlsVersion"] == "TLSv1.3"
    assert event["additionalEventData"]["LoginTo"].startswith("https://")


def test_what_an_upstream_serves_is_not_called_from_the_console(make_server):
    server = make_server()
    # Nobody listens there, and nobody is called.
    server.arguments = ["--upstream", "sqs=http://127.0.0.1:9"]
    server.start()
    set_password(Clients(server).boto("iam"))
    browser = Browser(server)
    assert browser.sign_in(OWN, PASSWORD, "administrator").status == 200
    answer = browser.query("sqs", "2012-11-05", "ListQueues")
    assert (answer.status, answer.code) == (501, "NotServedHere")
    assert browser.cloudtrail("DescribeTrails").status == 200
