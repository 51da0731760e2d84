"""Calls of one account on what others own, among five accounts: who is told of them, and what.

`MAIN` calls. `OWNER` and `THIRD` own buckets, roles and keys and log their data events, `QUIET` owns some and logs only
management events; `STRANGER` has nothing to do with any of it and must not be told. Event history tells management
events; data events are read from the log files of each account's trail.
"""

import itertools
import json

import boto3
import pytest
from clients import Clients, refusal
from emulators import SeaweedFS, installed
from gateway_world import Gateway
from log_files import LogBucket
from server import Server
from waiting import wait_for

MAIN, OWNER, QUIET, THIRD, STRANGER = "123456789012", "111122223333", "222233334444", "333344445555", "444455556666"
ALL = (MAIN, OWNER, QUIET, THIRD, STRANGER)
REGION = "us-east-1"
DATA = [
    {"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]},
    {"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Data"]}, {"Field": "resources.type", "Equals": ["AWS::S3::Object"]}]},
]
HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"


class Account(Clients):
    """The administrator of an account, or whoever has the credentials."""

    def __init__(self, server, account, credentials=None):
        exported = server.command("env", "--account-id", account).splitlines()
        self.environment = dict(line.removeprefix("export ").split("=", 1) for line in exported)
        self.server, self.id, self.region = server, account, self.environment["AWS_DEFAULT_REGION"]
        names = {"AccessKeyId": "AWS_ACCESS_KEY_ID", "SecretAccessKey": "AWS_SECRET_ACCESS_KEY", "SessionToken": "AWS_SESSION_TOKEN"}
        if credentials:
            self.environment |= {variable: credentials[name] for name, variable in names.items() if name in credentials}
        self._session = boto3.Session(*(self.environment[variable] for variable in names.values() if variable in self.environment))
        self.arn = self.boto("sts").get_caller_identity()["Arn"]

    def acting(self, credentials):
        return Account(self.server, self.id, credentials)

    def log_to(self, bucket, selectors):
        """Makes a trail of the account's own with a bucket of its own."""
        s3, cloudtrail = self.boto("s3"), self.boto("cloudtrail")
        s3.create_bucket(Bucket=bucket)
        statement = {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}}
        written = {"Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{bucket}/AWSLogs/{self.id}/*"}
        looked = {"Action": "s3:GetBucketAcl", "Resource": f"arn:aws:s3:::{bucket}"}
        s3.put_bucket_policy(Bucket=bucket, Policy=policy(statement | written, statement | looked))
        cloudtrail.create_trail(Name="own", S3BucketName=bucket, IsMultiRegionTrail=True)
        cloudtrail.put_event_selectors(TrailName="own", AdvancedEventSelectors=selectors)
        cloudtrail.start_logging(Name="own")
        self.logs = LogBucket(s3, bucket)

    def history(self):
        """Returns all of the account's event history."""
        pages = self.boto("cloudtrail").get_paginator("lookup_events").paginate()
        return [json.loads(event["CloudTrailEvent"]) for page in pages for event in page["Events"]]

    def looked_up(self, request_id):
        """Returns the management events of a request in the account's event history."""
        return [event for event in self.history() if event.get("requestID") == request_id]

    def logged(self, request_id):
        """Returns the records of a request in the account's log files."""
        return [record for record in self.logs.records() if record.get("requestID") == request_id]

    def bucket(self, name, *statements):
        self.boto("s3").create_bucket(Bucket=name)
        resources = [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"]
        given = [statement | {"Effect": "Allow", "Resource": resources} for statement in statements]
        if given:
            self.boto("s3").put_bucket_policy(Bucket=name, Policy=policy(*given))

    def user(self, name, *actions):
        """Makes a user who may do these things anywhere, and returns clients of that user."""
        iam = self.boto("iam")
        iam.create_user(UserName=name)
        if actions:
            allowed = policy({"Effect": "Allow", "Action": list(actions), "Resource": "*"})
            iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=allowed)
        return self.acting(iam.create_access_key(UserName=name)["AccessKey"])


class World:
    """Five accounts of one server."""

    def __init__(self, server):
        self.server = server
        self.accounts = {account: Account(server, account) for account in ALL}
        for account, clients in self.accounts.items():
            clients.log_to(f"logs-of-{account}", DATA[:1] if account == QUIET else DATA)

    def __getitem__(self, account):
        return self.accounts[account]

    def told(self, call, *accounts, data=False):
        """Waits until a call is known to all of these accounts, and demands that it is to no others. Returns the one
        record of each."""
        request = call if isinstance(call, str) else call["ResponseMetadata"]["RequestId"]
        # Records of one call are made durable together, and each account is told in the order of the journal: what an
        # account does afterwards shows that nothing of the call is still to come.
        location = {account: self[account].boto("s3").get_bucket_location(Bucket=f"logs-of-{account}") for account in ALL}
        later = {account: answer["ResponseMetadata"]["RequestId"] for account, answer in location.items()}
        found = {}
        for account in ALL:
            wait_for(lambda account=account: self.records(account, later[account], data), f"a later call is told to {account}", limit=20)
            found[account] = self.records(account, request, data)
        assert {account for account, records in found.items() if records} == set(accounts)
        found = {account: found[account] for account in accounts}
        for account, records in found.items():
            assert len(records) == 1, records
            assert records[0]["recipientAccountId"] == account
        return [found[account][0] for account in accounts]

    def records(self, account, request, data):
        return self[account].logged(request) if data else self[account].looked_up(request)


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def of(account):
    return {"Principal": {"AWS": f"arn:aws:iam::{account}:root"}}


def trusting(account):
    return policy(of(account) | {"Effect": "Allow", "Action": "sts:AssumeRole"})


def are_copies(*records):
    """Demands one shared id, an event id for each, and the same of everything but who is told, and of whom."""
    assert len({record["sharedEventID"] for record in records}) == 1
    assert len({record["eventID"] for record in records}) == len(records)
    own = {"eventID", "recipientAccountId", "userIdentity", "errorMessage", "resources", "responseElements", "additionalEventData"}
    common = [{name: value for name, value in record.items() if name not in own} for record in records]
    assert all(one == common[0] for one in common)


def stranger(record):
    """Demands that a record tells an owner the caller's account and principal id and nothing else of it."""
    identity = record["userIdentity"]
    assert set(identity) == {"type", "principalId", "accountId"} and identity["type"] == "AWSAccount"
    return identity["accountId"]


def bucket_of(record):
    (bucket,) = [one for one in record["resources"] if one["type"] == "AWS::S3::Bucket"]
    return bucket


@pytest.fixture(scope="module")
def world():
    server = Server(accounts=",".join(ALL[1:]))
    try:
        yield World(server.start())
    finally:
        server.close()


@pytest.fixture(scope="module")
def crossings(world):
    """Calls of every account on every other's bucket, and what each account's history holds of them, read once: every
    lookup is throttled and an event itself."""
    for owner in ALL:
        world[owner].bucket(f"open-{owner}", *(of(account) | {"Action": "s3:*"} for account in ALL))
    calls = {}
    for caller, owner in itertools.permutations(ALL, 2):
        answer = world[caller].boto("s3").get_bucket_location(Bucket=f"open-{owner}")
        calls[caller, owner] = answer["ResponseMetadata"]["RequestId"]
    histories = {account: world[account].history() for account in ALL}
    return calls, histories


@pytest.mark.parametrize("caller, owner", list(itertools.permutations(ALL, 2)))
def test_a_management_call_is_told_to_caller_and_owner_of_any_two_accounts(world, crossings, caller, owner):
    calls, histories = crossings
    name, call = f"open-{owner}", calls[caller, owner]
    found = {account: [event for event in histories[account] if event.get("requestID") == call] for account in ALL}
    assert {account: len(records) for account, records in found.items()} == {account: int(account in (caller, owner)) for account in ALL}
    (theirs,), (own,) = found[caller], found[owner]
    are_copies(theirs, own)
    assert (theirs["recipientAccountId"], own["recipientAccountId"]) == (caller, owner)
    assert theirs["userIdentity"]["arn"] == world[caller].arn and stranger(own) == caller
    assert bucket_of(theirs) == bucket_of(own) == {"accountId": owner, "type": "AWS::S3::Bucket", "ARN": f"arn:aws:s3:::{name}"}


def test_a_call_within_an_account_is_told_once_and_shares_no_id(world):
    s3 = world[OWNER].boto("s3")
    s3.create_bucket(Bucket="kept")
    (record,) = world.told(s3.put_object(Bucket="kept", Key="k"), OWNER, data=True)
    assert "sharedEventID" not in record and record["userIdentity"]["arn"] == world[OWNER].arn


def test_an_objects_bucket_hears_of_it_where_its_owner_logs_data_events(world):
    for owner in (OWNER, QUIET):
        world[owner].bucket(f"box-{owner}", of(MAIN) | {"Action": "s3:*"})
    call = world[MAIN].boto("s3").put_object(Bucket=f"box-{OWNER}", Key="k", Body=b"1234")
    theirs, own = world.told(call, MAIN, OWNER, data=True)
    are_copies(theirs, own)
    assert stranger(own) == MAIN and bucket_of(theirs)["accountId"] == bucket_of(own)["accountId"] == OWNER
    assert theirs["responseElements"] == own["responseElements"] and "x-amz-server-side-encryption" in own["responseElements"]
    # The quiet owner gets nothing; that it does not must not show in what the caller gets.
    call = world[MAIN].boto("s3").put_object(Bucket=f"box-{QUIET}", Key="k", Body=b"1234")
    (alone,) = world.told(call, MAIN, data=True)
    assert set(alone) == set(theirs) and bucket_of(alone)["accountId"] == QUIET
    # The owner hears of callers who log nothing themselves.
    world[OWNER].boto("s3").put_bucket_policy(
        Bucket=f"box-{OWNER}",
        Policy=policy(of(QUIET) | {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::box-{OWNER}/*"}),
    )
    (heard,) = world.told(world[QUIET].boto("s3").get_object(Bucket=f"box-{OWNER}", Key="k"), OWNER, data=True)
    assert stranger(heard) == QUIET


@pytest.mark.parametrize("call", ["get_object", "put_object", "delete_object", "delete_objects", "list_objects_v2"])
def test_who_is_denied_does_not_learn_whose_the_bucket_is(world, call):
    name = "closed"
    if name not in [bucket["Name"] for bucket in world[OWNER].boto("s3").list_buckets()["Buckets"]]:
        world[OWNER].bucket(name)
    mia = world[MAIN].user(f"mia-{call.replace('_', '-')}", "s3:*")
    deletions = {"Delete": {"Objects": [{"Key": "a"}, {"Key": "b"}]}}
    arguments = {"delete_objects": deletions, "list_objects_v2": {}}.get(call, {"Key": "a"})
    request = []
    s3 = mia.boto("s3")
    s3.meta.events.register("after-call.s3", lambda http_response, **_: request.append(http_response.headers["x-amz-request-id"]))
    if call == "delete_objects":
        answer = s3.delete_objects(Bucket=name, **arguments)
        assert {error["Code"] for error in answer["Errors"]} == {"AccessDenied"}
    else:
        assert refusal(getattr(s3, call), Bucket=name, **arguments)[0] == "AccessDenied"
    found = {}

    def everybody():
        found.update({account: world[account].logged(request[0]) for account in ALL})
        return found[MAIN] and found[OWNER]

    wait_for(everybody, "both are told", limit=20)
    assert OWNER not in json.dumps(found[MAIN])
    assert [len(found[account]) for account in (MAIN, OWNER)] == [3 if call == "delete_objects" else 1] * 2
    assert not any(found[account] for account in (QUIET, THIRD, STRANGER))
    for record in found[OWNER]:
        assert stranger(record) == MAIN and bucket_of(record)["accountId"] == OWNER
        assert mia.arn not in json.dumps(record), record
    if call != "delete_objects":
        are_copies(found[MAIN][0], found[OWNER][0])
        assert mia.arn in found[MAIN][0]["errorMessage"] and found[OWNER][0]["errorMessage"] == HIDDEN


def test_whose_a_bucket_is_that_cannot_be_made_is_not_told_and_its_owner_not_asked(world):
    world[OWNER].boto("s3").create_bucket(Bucket="taken")
    request = []
    s3 = world[MAIN].boto("s3")
    s3.meta.events.register("after-call.s3", lambda http_response, **_: request.append(http_response.headers["x-amz-request-id"]))
    assert refusal(s3.create_bucket, Bucket="taken")[0] in ("BucketAlreadyExists", "AccessDenied")
    (record,) = world.told(request[0], MAIN)
    assert "sharedEventID" not in record and OWNER not in json.dumps(record)


def test_whoever_an_object_is_copied_from_hears_of_it(world):
    for owner, name in ((OWNER, "target"), (THIRD, "origin")):
        world[owner].bucket(name, of(MAIN) | {"Action": "s3:*"})
    world[THIRD].boto("s3").put_object(Bucket="origin", Key="plans", Body=b"secret")
    s3 = world[MAIN].boto("s3")
    s3.create_bucket(Bucket="mine")
    copy = {"Bucket": "origin", "Key": "plans"}
    caller, owner, source = world.told(s3.copy_object(Bucket="target", Key="k", CopySource=copy), MAIN, OWNER, THIRD, data=True)
    are_copies(caller, owner, source)
    assert stranger(owner) == stranger(source) == MAIN
    origin = {"type": "AWS::S3::Object", "ARN": "arn:aws:s3:::origin/plans"}
    assert all(origin in record["resources"] for record in (caller, owner, source))
    assert THIRD not in json.dumps(owner) and OWNER not in json.dumps(source)
    # Into a bucket of the caller's own: the source alone is another's.
    caller, source = world.told(s3.copy_object(Bucket="mine", Key="k", CopySource=copy), MAIN, THIRD, data=True)
    are_copies(caller, source)
    assert bucket_of(source) == {"accountId": MAIN, "type": "AWS::S3::Bucket", "ARN": "arn:aws:s3:::mine"}
    upload = s3.create_multipart_upload(Bucket="mine", Key="large")["UploadId"]
    part = s3.upload_part_copy(Bucket="mine", Key="large", UploadId=upload, PartNumber=1, CopySource=copy)
    world.told(part, MAIN, THIRD, data=True)


def test_a_role_is_assumed_across_accounts_and_acts_in_its_own(world):
    iam = world[OWNER].boto("iam")
    role = iam.create_role(RoleName="audit", AssumeRolePolicyDocument=trusting(MAIN))["Role"]["Arn"]
    iam.put_role_policy(RoleName="audit", PolicyName="p", PolicyDocument=policy({"Effect": "Allow", "Action": "*", "Resource": "*"}))
    mia = world[MAIN].user("mia-abroad", "sts:*")
    answer = mia.boto("sts").assume_role(RoleArn=role, RoleSessionName="abroad")
    theirs, own = world.told(answer, MAIN, OWNER)
    are_copies(theirs, own)
    assert theirs["userIdentity"]["arn"] == mia.arn and stranger(own) == MAIN
    assert theirs["resources"] == own["resources"] == [{"accountId": OWNER, "type": "AWS::IAM::Role", "ARN": role}]
    given = answer["Credentials"]["AccessKeyId"]
    assert theirs["responseElements"]["credentials"]["accessKeyId"] == own["responseElements"]["credentials"]["accessKeyId"] == given
    # What the session does is the owner's alone, under the key that both records name.
    acting = world[OWNER].acting(answer["Credentials"])
    (done,) = world.told(acting.boto("s3").list_buckets(), OWNER)
    assert done["userIdentity"]["accessKeyId"] == given and "sharedEventID" not in done
    # An attempt that fails is the caller's alone.
    refused = []
    sts = mia.boto("sts")
    sts.meta.events.register("after-call.sts", lambda http_response, **_: refused.append(http_response.headers["x-amzn-RequestId"]))
    assert refusal(sts.assume_role, RoleArn=role.replace("audit", "absent"), RoleSessionName="abroad")[0] == "AccessDenied"
    (denied,) = world.told(refused[0], MAIN)
    assert "sharedEventID" not in denied and denied["errorCode"] == "AccessDenied"


def test_both_keys_owners_hear_of_a_ciphertext_that_changes_keys(world):
    keys = {}
    for account in (OWNER, THIRD):
        keys[account] = world[account].boto("kms").create_key()["KeyMetadata"]["Arn"]
        allowed = [of(account), of(MAIN)]
        document = policy(*(one | {"Effect": "Allow", "Action": "kms:*", "Resource": "*"} for one in allowed))
        world[account].boto("kms").put_key_policy(KeyId=keys[account], PolicyName="default", Policy=document)
    kms = world[MAIN].boto("kms")
    answer = kms.encrypt(KeyId=keys[OWNER], Plaintext=b"x")
    theirs, own = world.told(answer, MAIN, OWNER)
    are_copies(theirs, own)
    assert stranger(own) == MAIN and theirs["resources"] == own["resources"] == [{"accountId": OWNER, "type": "AWS::KMS::Key", "ARN": keys[OWNER]}]
    changed = kms.re_encrypt(CiphertextBlob=answer["CiphertextBlob"], DestinationKeyId=keys[THIRD])
    caller, source, target = world.told(changed, MAIN, OWNER, THIRD)
    are_copies(caller, source, target)
    assert [resource["ARN"] for resource in caller["resources"]] == [keys[OWNER], keys[THIRD]]
    assert [resource["ARN"] for resource in source["resources"]] == [keys[OWNER]]
    assert [resource["ARN"] for resource in target["resources"]] == [keys[THIRD]]
    # What the caller sent is told to all, what was made of it to each owner for its own key.
    assert source["requestParameters"]["destinationKeyId"] == keys[THIRD]
    materials = [{name for name in record["additionalEventData"] if name.endswith("KeyMaterialId")} for record in (caller, source, target)]
    assert materials == [{"sourceKeyMaterialId", "destinationKeyMaterialId"}, {"sourceKeyMaterialId"}, {"destinationKeyMaterialId"}]


def test_an_object_encrypted_with_anothers_key_tells_both_of_the_key(world):
    key = world[THIRD].boto("kms").create_key()["KeyMetadata"]["Arn"]
    document = policy(*(one | {"Effect": "Allow", "Action": "kms:*", "Resource": "*"} for one in (of(THIRD), of(MAIN))))
    world[THIRD].boto("kms").put_key_policy(KeyId=key, PolicyName="default", Policy=document)
    s3 = world[MAIN].boto("s3")
    s3.create_bucket(Bucket="sealed")
    s3.put_object(Bucket="sealed", Key="k", Body=b"x", ServerSideEncryption="aws:kms", SSEKMSKeyId=key)

    def generated(account):
        pages = world[account].boto("cloudtrail").get_paginator("lookup_events").paginate()
        events = (json.loads(event["CloudTrailEvent"]) for page in pages for event in page["Events"])
        named = [event for event in events if event["eventName"] == "GenerateDataKey"]
        return [event for event in named if key in json.dumps(event["resources"])]

    (theirs,) = wait_for(lambda: generated(MAIN), "the caller's record")
    (own,) = wait_for(lambda: generated(THIRD), "the owner's record")
    are_copies(theirs, own)
    assert theirs["userIdentity"]["arn"] == world[MAIN].arn and own["userIdentity"]["accountId"] == MAIN
    assert own["userIdentity"] == {"type": "AWSAccount", "accountId": MAIN, "invokedBy": "AWS Internal", "principalId": theirs["userIdentity"]["principalId"]}


def test_people_behind_a_session_are_not_told_to_other_accounts(world):
    world[OWNER].bucket("visited", of(MAIN) | {"Action": "s3:*"})
    iam = world[MAIN].boto("iam")
    role = iam.create_role(RoleName="team", AssumeRolePolicyDocument=trusting(MAIN))["Role"]["Arn"]
    iam.put_role_policy(RoleName="team", PolicyName="p", PolicyDocument=policy({"Effect": "Allow", "Action": "s3:*", "Resource": "*"}))
    given = world[MAIN].boto("sts").assume_role(RoleArn=role, RoleSessionName="maya@example.com")
    session = world[MAIN].acting(given["Credentials"])
    theirs, own = world.told(session.boto("s3").get_bucket_location(Bucket="visited"), MAIN, OWNER)
    assert theirs["additionalEventData"]["actor"]["human"] == "maya@example.com"
    actor = own["additionalEventData"]["actor"]
    assert "human" not in actor and "assumedBy" not in actor and actor["sdk"] == theirs["additionalEventData"]["actor"]["sdk"]
    assert stranger(own) == MAIN


def test_unsigned_calls_are_the_owners(world):
    s3 = world[OWNER].boto("s3")
    s3.create_bucket(Bucket="public")
    s3.delete_public_access_block(Bucket="public")
    anybody = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::public/*"}
    s3.put_bucket_policy(Bucket="public", Policy=policy(anybody))
    s3.put_object(Bucket="public", Key="k", Body=b"x")
    unsigned = boto3.client("s3", region_name=REGION, endpoint_url=world.server.endpoint, config=unsigned_config())
    (record,) = world.told(unsigned.get_object(Bucket="public", Key="k"), OWNER, data=True)
    assert record["userIdentity"] == {"type": "AWSAccount", "principalId": "", "accountId": "anonymous"} and "sharedEventID" not in record


def unsigned_config():
    from botocore import UNSIGNED
    from botocore.config import Config

    return Config(signature_version=UNSIGNED, s3={"addressing_style": "path"}, retries={"total_max_attempts": 1}, proxies={})


def test_calls_through_the_gateway_are_told_to_the_upstreams_account_too():
    key, secret = "AKIAMAYAMAYAMAYAMAYA", "maya-secret"
    store = installed(SeaweedFS)
    store.trust(key, secret, "Read:open", "Write:open", "List:open")
    directory = store.home / "directory.toml"
    directory.touch(mode=0o600)
    directory.write_text(f'[keys.{key}]\narn = "arn:aws:iam::{OWNER}:user/maya"\nprincipal_id = "AIDAMAYA"\n')
    settings = {"accounts": OWNER, "gateway__directory_file": str(directory)}
    gateway = Gateway(store.endpoint, **settings, upstreams__default__url=store.endpoint, upstreams__default__verifies_signatures="true")
    try:
        store.start()
        gateway.start()
        maya, main, owner = gateway.client("s3", keys=(key, secret)), Account(gateway.server, MAIN), Account(gateway.server, OWNER)
        owner.log_to("logs-of-maya", DATA)
        main.logs = LogBucket(main.boto("s3"), "trail-logs")
        for bucket in ("open", "shut"):
            gateway.client("s3").create_bucket(Bucket=bucket)
        maya.put_object(Bucket="open", Key="k", Body=b"x")
        assert refusal(maya.put_object, Bucket="shut", Key="k", Body=b"x")[0] == "AccessDenied"
        for bucket, code in (("open", None), ("shut", "AccessDenied")):
            of_call = lambda record: record["eventName"] == "PutObject" and record["requestParameters"].get("bucketName") == bucket
            put = lambda account: [record for record in account.logs.records() if of_call(record)]
            (theirs,) = wait_for(lambda: put(owner), "the caller's record", limit=20)
            (own,) = wait_for(lambda: put(main), "the upstream's record", limit=20)
            are_copies(theirs, own)
            assert theirs["userIdentity"]["arn"] == f"arn:aws:iam::{OWNER}:user/maya" and stranger(own) == OWNER
            assert own.get("errorCode") == theirs.get("errorCode") == code
            assert bucket_of(own)["accountId"] == MAIN
            assert bucket_of(theirs).get("accountId") == (None if code else MAIN)
    finally:
        gateway.close()
        store.close()
