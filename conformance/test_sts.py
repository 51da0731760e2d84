"""STS with real clients: sessions of every kind, what they may do, how long they live, and what is recorded."""

import base64
import hashlib
import json
import secrets
import time

import boto3
import pytest
from bad_requests import CREATE, FORM
from clients import Clients, refusal
from server import Server
from waiting import wait_for
from wire import Wire

OWN, OTHER = "123456789012", "444455556666"
ISSUER = "https://ci.example/acme"
PROVIDER = f"arn:aws:iam::{OWN}:oidc-provider/ci.example/acme"
ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}


class Acting(Clients):
    """Clients that act with temporary credentials, or with another key."""

    def __init__(self, clients, credentials):
        self.region = clients.region
        self.key = [credentials[name] for name in ("AccessKeyId", "SecretAccessKey", "SessionToken") if name in credentials]
        names = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"]
        self.environment = clients.environment | dict(zip(names, self.key))
        self._session = boto3.Session(*self.key)

    def whoami(self):
        return self.boto("sts").get_caller_identity()["Arn"]


class Issuer:
    """An issuer of web identities with an RSA key of its own."""

    def __init__(self):
        p, q = prime(), prime()
        self.n, self.d = p * q, pow(65537, -1, (p - 1) * (q - 1))

    def keys(self):
        key = {"kty": "RSA", "kid": "1", "use": "sig", "n": encode(self.n.to_bytes(256)), "e": "AQAB"}
        return json.dumps({"keys": [key]})

    def token(self, **changes):
        claims = {"iss": ISSUER, "aud": "sts.amazonaws.com", "sub": "repo:acme/shop", "exp": int(time.time()) + 60} | changes
        parts = [encode(json.dumps(part).encode()) for part in ({"alg": "RS256", "kid": "1"}, claims)]
        signed = ".".join(parts).encode()
        prefix = bytes.fromhex("3031300d060960864801650304020105000420")
        digest = prefix + hashlib.sha256(signed).digest()
        padded = b"\0\1" + b"\xff" * (256 - 3 - len(digest)) + b"\0" + digest
        signature = pow(int.from_bytes(padded), self.d, self.n)
        return f"{signed.decode()}.{encode(signature.to_bytes(256))}"


def prime():
    while True:
        candidate = secrets.randbits(1024) | 1 | 3 << 1022
        if candidate % 65537 != 1 and all(pow(base, candidate - 1, candidate) == 1 for base in (2, 3, 5, 7)):
            return candidate


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def trusting(principal, actions=("sts:AssumeRole",), **condition):
    return policy({"Effect": "Allow", "Principal": principal, "Action": list(actions), "Condition": condition})


@pytest.fixture(scope="module")
def issuer():
    return Issuer()


@pytest.fixture(scope="module")
def server(issuer):
    server = Server(accounts=OTHER)
    keys = server.home / "keys.json"
    keys.write_text(issuer.keys())
    server._settings["sts.oidc_issuers"] = f"{ISSUER} sts.amazonaws.com {keys}"
    try:
        yield server.start()
    finally:
        server.close()


@pytest.fixture(scope="module")
def other(server, clients):
    """The administrator of the other account."""
    keys = server.exports(OTHER)
    return Acting(clients, {"AccessKeyId": keys["AWS_ACCESS_KEY_ID"], "SecretAccessKey": keys["AWS_SECRET_ACCESS_KEY"]})


@pytest.fixture(scope="module")
def iam(clients):
    return clients.boto("iam")


@pytest.fixture(scope="module")
def mia(clients, iam):
    """A user who may use STS and nothing else."""
    return make_user(clients, iam, "mia", {"Effect": "Allow", "Action": "sts:*", "Resource": "*"})


def make_user(clients, iam, name, *statements):
    iam.create_user(UserName=name)
    if statements:
        iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=policy(*statements))
    return Acting(clients, iam.create_access_key(UserName=name)["AccessKey"])


def make_role(iam, name, trust, *statements, **more):
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust, **more)["Role"]
    if statements:
        iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=policy(*statements))
    return role["Arn"]


def record(clients, request_id, event):
    """Returns the record of a call by its request id."""
    trail = clients.boto("cloudtrail")

    def find():
        found = trail.lookup_events(LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": event}])["Events"]
        records = [json.loads(entry["CloudTrailEvent"]) for entry in found]
        return next((record for record in records if record["requestID"] == request_id), None)

    return wait_for(find, f"the record of {event}")


def request_id(answer):
    return answer["ResponseMetadata"]["RequestId"]


def test_a_role_is_assumed_used_and_recorded(clients, iam, mia):
    trust = trusting({"AWS": OWN}, ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"])
    arn = make_role(iam, "deploy", trust, {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}, Path="/ci/")
    answer = mia.boto("sts").assume_role(
        RoleArn=arn, RoleSessionName="run-7", SourceIdentity="mia", Tags=[{"Key": "team", "Value": "blue"}]
    )
    role_id = answer["AssumedRoleUser"]["AssumedRoleId"].split(":")[0]
    session_arn = f"arn:aws:sts::{OWN}:assumed-role/deploy/run-7"
    assert answer["AssumedRoleUser"]["Arn"] == session_arn and answer["PackedPolicySize"] > 0
    acting = Acting(clients, answer["Credentials"])
    assert acting.whoami() == session_arn
    made = acting.boto("s3").create_bucket(Bucket="made-by-a-role")
    assert refusal(acting.boto("iam").list_users)[0] == "AccessDenied"

    seen = record(clients, request_id(answer), "AssumeRole")
    assert (seen["userIdentity"]["type"], seen["userIdentity"]["userName"]) == ("IAMUser", "mia")
    assert seen["readOnly"] is True and "sharedEventID" not in seen
    assert seen["requestParameters"]["roleArn"] == arn and seen["requestParameters"]["sourceIdentity"] == "mia"
    assert seen["requestParameters"]["tags"] == [{"key": "team", "value": "blue"}]
    assert seen["resources"] == [{"accountId": OWN, "type": "AWS::IAM::Role", "ARN": arn}]
    credentials = seen["responseElements"]["credentials"]
    assert credentials["accessKeyId"] == acting.key[0] and seen["responseElements"]["sourceIdentity"] == "mia"
    assert acting.key[1] not in json.dumps(seen) and acting.key[2] not in json.dumps(seen)

    identity = record(clients, request_id(made), "CreateBucket")["userIdentity"]
    created = identity["sessionContext"]["attributes"].pop("creationDate")
    assert len(created) == 20 and created.endswith("Z")
    assert identity == {
        "type": "AssumedRole", "principalId": f"{role_id}:run-7", "arn": session_arn, "accountId": OWN,
        "accessKeyId": acting.key[0],
        "sessionContext": {
            "sessionIssuer": {"type": "Role", "principalId": role_id, "arn": arn, "accountId": OWN, "userName": "deploy"},
            "attributes": {"mfaAuthenticated": "false"},
            "sourceIdentity": "mia",
        },
    }  # fmt: skip


def test_a_denied_role_looks_like_a_missing_one(clients, iam, mia):
    closed = make_role(iam, "closed", trusting({"AWS": OTHER}))
    missing = closed.replace("closed", "missing")
    for arn in (closed, missing):
        code, message = refusal(mia.boto("sts").assume_role, RoleArn=arn, RoleSessionName="run")
        who = f"arn:aws:iam::{OWN}:user/mia"
        assert (code, message) == ("AccessDenied", f"User: {who} is not authorized to perform: sts:AssumeRole on resource: {arn}")
    trail = clients.boto("cloudtrail")

    def denied():
        found = trail.lookup_events(LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "AssumeRole"}])
        records = [json.loads(entry["CloudTrailEvent"]) for entry in found["Events"]]
        denied = [record for record in records if record.get("errorCode") == "AccessDenied"]
        return denied if len(denied) >= 2 else None

    for seen in wait_for(denied, "two denied calls"):
        assert (seen["requestParameters"], seen["responseElements"]) == (None, None)
        assert "resources" not in seen and seen["errorMessage"].startswith("User: arn:aws:iam::")


def test_the_command_line_uses_a_role(clients, iam, mia):
    arn = make_role(iam, "cli", trusting({"AWS": f"arn:aws:iam::{OWN}:user/mia"}), ALL)
    answer = json.loads(mia.aws("sts", "assume-role", "--role-arn", arn, "--role-session-name", "cli"))
    acting = Acting(clients, answer["Credentials"])
    told = json.loads(acting.aws("sts", "get-caller-identity"))
    assert told["Arn"] == f"arn:aws:sts::{OWN}:assumed-role/cli/cli" and told["Account"] == OWN
    assert json.loads(acting.aws("cloudtrail", "describe-trails")) == {"trailList": []}


def test_external_ids_and_durations_are_held(iam, mia):
    code = {"StringEquals": {"sts:ExternalId": "secret-code"}}
    arn = make_role(iam, "partner", trusting({"AWS": OWN}, **code), MaxSessionDuration=7200)
    sts = mia.boto("sts")
    ask = {"RoleArn": arn, "RoleSessionName": "run"}
    assert refusal(sts.assume_role, **ask)[0] == "AccessDenied"
    assert refusal(sts.assume_role, ExternalId="other", **ask)[0] == "AccessDenied"
    answer = sts.assume_role(ExternalId="secret-code", DurationSeconds=7200, **ask)
    left = answer["Credentials"]["Expiration"].timestamp() - time.time()
    assert 7100 < left <= 7201
    code, message = refusal(sts.assume_role, ExternalId="secret-code", DurationSeconds=7201, **ask)
    assert (code, message) == (
        "ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
    )  # fmt: skip
    unchecked = mia.boto("sts", parameter_validation=False)
    assert refusal(unchecked.assume_role, DurationSeconds=899, **ask)[0] == "ValidationError"
    assert refusal(sts.assume_role, Policy="{", ExternalId="secret-code", **ask)[0] == "MalformedPolicyDocument"


def test_a_role_of_another_account_is_recorded_in_both(clients, other, mia):
    arn = make_role(other.boto("iam"), "audited", trusting({"AWS": OWN}), {"Effect": "Allow", "Action": "s3:List*", "Resource": "*"})
    answer = mia.boto("sts").assume_role(RoleArn=arn, RoleSessionName="abroad")
    acting = Acting(clients, answer["Credentials"])
    assert acting.whoami() == f"arn:aws:sts::{OTHER}:assumed-role/audited/abroad"
    assert acting.boto("s3").list_buckets()["Buckets"] == []
    own = record(clients, request_id(answer), "AssumeRole")
    theirs = record(other, request_id(answer), "AssumeRole")
    assert own["sharedEventID"] == theirs["sharedEventID"] and own["eventID"] != theirs["eventID"]
    assert (own["recipientAccountId"], theirs["recipientAccountId"]) == (OWN, OTHER)
    assert own["userIdentity"]["type"] == "IAMUser"
    identity = own["userIdentity"]
    assert theirs["userIdentity"] == {"type": "AWSAccount", "principalId": identity["principalId"], "accountId": OWN}
    assert own["resources"] == theirs["resources"] and theirs["resources"][0]["accountId"] == OTHER
    denied = refusal(mia.boto("sts").assume_role, RoleArn=arn.replace("audited", "absent"), RoleSessionName="abroad")
    assert denied[0] == "AccessDenied"


def test_an_object_of_another_account_is_recorded_in_both(clients, other, mia):
    theirs = other.boto("s3")
    theirs.create_bucket(Bucket="theirs")
    account = {"Effect": "Allow", "Principal": {"AWS": OWN}, "Action": "s3:*", "Resource": ["arn:aws:s3:::theirs", "arn:aws:s3:::theirs/*"]}
    theirs.put_bucket_policy(Bucket="theirs", Policy=policy(account))
    answer = clients.boto("s3").get_bucket_location(Bucket="theirs")
    own = record(clients, request_id(answer), "GetBucketLocation")
    copy = record(other, request_id(answer), "GetBucketLocation")
    assert own["sharedEventID"] == copy["sharedEventID"] and copy["userIdentity"]["type"] == "AWSAccount"
    assert refusal(mia.boto("s3").get_bucket_location, Bucket="theirs")[0] == "AccessDenied"


def test_roles_are_chained(clients, iam, mia):
    first = make_role(iam, "first", trusting({"AWS": f"arn:aws:iam::{OWN}:user/mia"}), ALL, MaxSessionDuration=7200)
    second = make_role(iam, "second", trusting({"AWS": first}), MaxSessionDuration=7200)
    session = Acting(clients, mia.boto("sts").assume_role(RoleArn=first, RoleSessionName="one")["Credentials"])
    ask = {"RoleArn": second, "RoleSessionName": "two"}
    chained = Acting(clients, session.boto("sts").assume_role(**ask)["Credentials"])
    assert chained.whoami() == f"arn:aws:sts::{OWN}:assumed-role/second/two"
    code, message = refusal(session.boto("sts").assume_role, DurationSeconds=3601, **ask)
    assert code == "ValidationError" and "role chaining" in message


def test_users_take_sessions(clients, iam):
    zoe = make_user(clients, iam, "zoe", ALL)
    answer = zoe.boto("sts").get_session_token(DurationSeconds=900)
    acting = Acting(clients, answer["Credentials"])
    assert acting.whoami() == f"arn:aws:iam::{OWN}:user/zoe"
    made = acting.boto("cloudtrail").list_trails()
    identity = record(clients, request_id(made), "ListTrails")["userIdentity"]
    assert (identity["type"], identity["userName"], identity["accessKeyId"]) == ("IAMUser", "zoe", acting.key[0])
    assert identity["sessionContext"].keys() == {"attributes"}
    assert identity["sessionContext"]["attributes"]["mfaAuthenticated"] == "false"
    assert refusal(acting.boto("sts").get_session_token) == (
        "AccessDenied", "Cannot call GetSessionToken with session credentials"
    )  # fmt: skip
    # IAM takes no session of a user without a second factor.
    assert refusal(acting.boto("iam").list_users)[0] == "InvalidClientTokenId"
    seen = record(clients, request_id(answer), "GetSessionToken")
    assert seen["responseElements"]["credentials"]["accessKeyId"] == acting.key[0]


def test_users_name_federated_users(clients, iam):
    pat = make_user(clients, iam, "pat", ALL)
    pat.boto("s3").create_bucket(Bucket="of-pat")
    scope = policy({"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*"})
    answer = pat.boto("sts").get_federation_token(Name="guest", Policy=scope)
    guest = Acting(clients, answer["Credentials"])
    arn = f"arn:aws:sts::{OWN}:federated-user/guest"
    assert guest.whoami() == arn == answer["FederatedUser"]["Arn"]
    assert guest.boto("s3").list_objects_v2(Bucket="of-pat")["KeyCount"] == 0
    code, message = refusal(guest.boto("s3").get_bucket_location, Bucket="of-pat")
    assert code == "AccessDenied" and message.startswith(f"User: {arn} is not authorized to perform: s3:GetBucketLocation")
    trails = guest.boto("cloudtrail")
    assert refusal(trails.list_trails)[0] == "AccessDeniedException"
    identity = record(clients, request_id(guest.boto("sts").get_caller_identity()), "GetCallerIdentity")["userIdentity"]
    issuer = identity["sessionContext"]["sessionIssuer"]
    assert (identity["type"], identity["principalId"], identity["arn"]) == ("FederatedUser", f"{OWN}:guest", arn)
    assert (issuer["type"], issuer["userName"]) == ("IAMUser", "pat")


def test_keys_tell_their_account(clients, other, mia):
    sts = clients.boto("sts")
    session = other.boto("sts").get_session_token()["Credentials"]
    for key, account in ((mia.key[0], OWN), (other.key[0], OTHER), (session["AccessKeyId"], OTHER)):
        assert sts.get_access_key_info(AccessKeyId=key)["Account"] == account
    assert refusal(sts.get_access_key_info, AccessKeyId="ASIAY34FZKBOKMUTVV7A")[0] == "ValidationError"


def test_web_identities_assume_roles(clients, iam, issuer):
    subject = {"StringEquals": {"ci.example/acme:aud": "sts.amazonaws.com"}, "StringLike": {"ci.example/acme:sub": "repo:acme/*"}}
    trust = trusting({"Federated": PROVIDER}, ["sts:AssumeRoleWithWebIdentity"], **subject)
    arn = make_role(iam, "ci", trust, {"Effect": "Allow", "Action": "cloudtrail:*", "Resource": "*"})
    sts = clients.boto("sts")
    ask = {"RoleArn": arn, "RoleSessionName": "run"}
    answer = sts.assume_role_with_web_identity(WebIdentityToken=issuer.token(), **ask)
    assert (answer["SubjectFromWebIdentityToken"], answer["Audience"]) == ("repo:acme/shop", "sts.amazonaws.com")
    acting = Acting(clients, answer["Credentials"])
    made = acting.boto("cloudtrail").list_trails()
    seen = record(clients, request_id(answer), "AssumeRoleWithWebIdentity")
    assert seen["userIdentity"] == {
        "type": "WebIdentityUser", "principalId": "ci.example/acme:sts.amazonaws.com:repo:acme/shop",
        "userName": "repo:acme/shop", "identityProvider": PROVIDER,
    }  # fmt: skip
    assert seen["requestParameters"]["roleArn"] == arn and "eyJ" not in json.dumps(seen)
    context = record(clients, request_id(made), "ListTrails")["userIdentity"]["sessionContext"]
    assert context["webIdFederationData"] == {"federatedProvider": PROVIDER, "attributes": {}}
    for changes, code in (
        ({"sub": "repo:evil/shop"}, "AccessDenied"),
        ({"aud": "elsewhere"}, "InvalidIdentityToken"),
        ({"iss": "https://evil.example"}, "InvalidIdentityToken"),
        ({"exp": int(time.time()) - 1}, "ExpiredTokenException"),
    ):
        refused = refusal(sts.assume_role_with_web_identity, WebIdentityToken=issuer.token(**changes), **ask)
        assert refused[0] == code, refused
    forged = Issuer().token()
    assert refusal(sts.assume_role_with_web_identity, WebIdentityToken=forged, **ask)[0] == "InvalidIdentityToken"


def test_what_is_not_built_in_says_so(clients):
    sts = clients.boto("sts")
    code, message = refusal(sts.decode_authorization_message, EncodedMessage="x")
    assert code == "InvalidAction" and "DecodeAuthorizationMessage" in message


def test_tokens_work_in_every_form_and_survive_a_restart(make_server):
    server = make_server().start()
    clients = Clients(server)
    session = Acting(clients, clients.boto("sts").get_session_token()["Credentials"])
    store = session.boto("s3")
    store.create_bucket(Bucket="forms")
    store.put_object(Bucket="forms", Key="a", Body=b"body")
    for _ in range(2):
        wire = Wire(clients.environment)
        for request in (wire.presigned("/forms/a", key=session.key), wire.signed("s3", "GET", "/forms/a", key=session.key)):
            answer = wire.send(request)
            assert (answer.status, answer.body) == (200, b"body")
        server.stop()
        server.start()
        clients.environment["AWS_ENDPOINT_URL"] = server.endpoint


def test_root_users_have_keys_once_they_are_asked_for(make_server):
    server = make_server().start()
    clients = Clients(server)
    server.stop()
    lines = server.command("env", "--root").splitlines()
    keys = dict(line.removeprefix("export ").split("=", 1) for line in lines)
    server.start()
    clients.environment["AWS_ENDPOINT_URL"] = server.endpoint
    assert server.command("env", "--root").count(keys["AWS_ACCESS_KEY_ID"]) == 1, "the key stays"
    root = Acting(clients, {"AccessKeyId": keys["AWS_ACCESS_KEY_ID"], "SecretAccessKey": keys["AWS_SECRET_ACCESS_KEY"]})
    answer = root.boto("sts").get_caller_identity()
    assert (answer["Arn"], answer["UserId"]) == (f"arn:aws:iam::{OWN}:root", OWN)
    assert record(root, request_id(answer), "GetCallerIdentity")["userIdentity"]["type"] == "Root"
    arn = make_role(root.boto("iam"), "any", trusting({"AWS": OWN}))
    code, message = refusal(root.boto("sts").assume_role, RoleArn=arn, RoleSessionName="run")
    assert (code, message) == ("AccessDenied", "Roles may not be assumed by root accounts.")
    session = Acting(clients, root.boto("sts").get_session_token()["Credentials"])
    assert session.whoami() == f"arn:aws:iam::{OWN}:root"


def flipped(token):
    middle = len(token) // 2
    return token[:middle] + ("A" if token[middle] != "A" else "B") + token[middle + 1 :]


@pytest.fixture(scope="module")
def wrong(clients, iam):
    """Credentials that prove nothing, by the way in which they are wrong; an id, a secret and perhaps a token."""
    administrator = clients.environment["AWS_ACCESS_KEY_ID"], clients.environment["AWS_SECRET_ACCESS_KEY"]
    users = {name: make_user(clients, iam, name, ALL) for name in ("off", "unkeyed", "gone", "holder")}
    sessions = {name: user.boto("sts").get_session_token()["Credentials"] for name, user in users.items()}
    arn = make_role(iam, "fleeting", trusting({"AWS": OWN}), ALL)
    fleeting = users["holder"].boto("sts").assume_role(RoleArn=arn, RoleSessionName="run")["Credentials"]
    iam.update_access_key(UserName="off", AccessKeyId=users["off"].key[0], Status="Inactive")
    iam.delete_access_key(UserName="unkeyed", AccessKeyId=users["unkeyed"].key[0])
    iam.delete_access_key(UserName="gone", AccessKeyId=users["gone"].key[0])
    for delete, named in ((iam.delete_user_policy, {"PolicyName": "own"}), (iam.delete_user, {})):
        delete(UserName="gone", **named)
    iam.delete_role_policy(RoleName="fleeting", PolicyName="own")
    iam.delete_role(RoleName="fleeting")
    make_role(iam, "fleeting", trusting({"AWS": OWN}), ALL)

    def of(session, **changes):
        session = session | changes
        return session["AccessKeyId"], session["SecretAccessKey"], session["SessionToken"]

    holder = sessions["holder"]
    token = holder["SessionToken"]
    return {
        "unknown key": ("AKIAIOSFODNN7EXAMPLE", administrator[1]),
        "wrong secret": (administrator[0], "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
        "inactive key": tuple(users["off"].key),
        "deleted key": tuple(users["unkeyed"].key),
        "token with a long-term key": (*administrator, token),
        "temporary key without its token": of(holder)[:2],
        "token of another key": of(holder, SessionToken=sessions["off"]["SessionToken"]),
        "token that was changed": of(holder, SessionToken=flipped(token)),
        "token that was cut": of(holder, SessionToken=token[: len(token) // 2]),
        "token of nobody": of(holder, SessionToken="bm90IGEgdG9rZW4="),
        "token that is no base64": of(holder, SessionToken="!"),
        "wrong secret of a session": of(holder, SecretAccessKey=administrator[1]),
        "session of a deleted user": of(sessions["gone"]),
        "session of a role made anew": of(fleeting),
    }


WRONG = [
    "unknown key", "wrong secret", "inactive key", "deleted key", "token with a long-term key",
    "temporary key without its token", "token of another key", "token that was changed", "token that was cut",
    "token of nobody", "token that is no base64", "wrong secret of a session", "session of a deleted user",
    "session of a role made anew",
]  # fmt: skip
EXPECTED = {
    # What is wrong: codes in AWS JSON, in the query protocol and in S3.
    "key": ("UnrecognizedClientException", "InvalidClientTokenId", "InvalidAccessKeyId"),
    "token": ("UnrecognizedClientException", "InvalidClientTokenId", "InvalidToken"),
    "secret": ("InvalidSignatureException", "SignatureDoesNotMatch", "SignatureDoesNotMatch"),
}


def kind(name):
    if "secret" in name:
        return "secret"
    return "key" if name.endswith("key") and not name.startswith("token") or "without" in name else "token"


@pytest.mark.parametrize("name", WRONG)
def test_wrong_credentials_are_refused_unread_and_recorded(name, server, clients, s3, wrong):
    assert set(WRONG) == set(wrong)
    key, wire = wrong[name], Wire(clients.environment)
    if "looked-at" not in [bucket["Name"] for bucket in clients.boto("s3").list_buckets()["Buckets"]]:
        clients.boto("s3").create_bucket(Bucket="looked-at")
        clients.boto("s3").put_object(Bucket="looked-at", Key="there", Body=b"body")
    json_code, query_code, s3_code = EXPECTED[kind(name)]
    create = wire.send(wire.cloudtrail("CreateTrail", CREATE, key=key))
    broken = wire.send(wire.cloudtrail("CreateTrail", b"{", key=key))
    assert create.code == broken.code == json_code and create.message == broken.message, "the body is not looked at"
    make = b"Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fdeploy&RoleSessionName=smuggled"
    assumed = wire.send(wire.signed("sts", headers=FORM, body=make, key=key))
    assert assumed.code == query_code
    read = [wire.send(wire.signed("s3", "GET", path, key=key)) for path in ("/looked-at/there", "/looked-at/absent", "/absent/a")]
    links = [wire.send(wire.presigned(path, key=key)) for path in ("/looked-at/there", "/absent/a")]
    assert {answer.code for answer in read + links} == {s3_code}
    assert len({(answer.status, answer.message) for answer in read}) == 1, "nothing is told of what there is"
    for answer, event in ((create, "CreateTrail"), (assumed, "AssumeRole")):
        seen = record(clients, answer.request_id, event)
        assert seen["userIdentity"] == {"type": "Unknown", "accessKeyId": key[0]}
        assert seen["additionalEventData"]["identityBasis"] == "rejected"
        assert (seen["requestParameters"], seen["responseElements"]) == (None, None)
        assert not any(secret in json.dumps(seen) for secret in key[1:])
    assert clients.boto("cloudtrail").list_trails()["Trails"] == []


def test_other_signatures_are_named(clients):
    wire = Wire(clients.environment)
    method, path, headers, body = wire.cloudtrail("ListTrails")
    v4a = headers["Authorization"].replace("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256").replace("/us-east-1/", "/")
    answer = wire.send((method, path, headers, body), Authorization=v4a)
    assert answer.code == "IncompleteSignatureException" and "AWS4-ECDSA-P256-SHA256" in answer.message
