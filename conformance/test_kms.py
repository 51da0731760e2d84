"""KMS with boto3 and the AWS CLI: every operation, its refusals, who may, what is recorded, and trails that encrypt."""

import base64
import json
import pathlib
import re

import boto3
import pytest
from botocore.config import Config
from calls import Calls
from clients import Clients, refusal
from waiting import wait_for

ACCOUNT = "123456789012"
REGION = "us-east-1"
OWN = f"arn:aws:kms:{REGION}:{ACCOUNT}:"
NOBODY = "1234abcd-12ab-34cd-56ef-1234567890ab"
GRANTEE = f"arn:aws:iam::{ACCOUNT}:user/grantee"
CONTEXT = {"Department": "IT", "Purpose": "Test"}


@pytest.fixture(scope="module")
def calls():
    return Calls("kms")


@pytest.fixture(scope="module")
def kms(clients, calls):
    return calls.of(clients.boto("kms"))


@pytest.fixture(scope="module")
def iam(clients):
    return clients.boto("iam")


@pytest.fixture
def key(kms, request):
    return kms.create_key(Description=request.node.name)["KeyMetadata"]["Arn"]


def signed_by(server, key, service="kms", token=None):
    """Makes a client of another identity."""
    return boto3.client(
        service,
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
        aws_session_token=token,
        region_name=REGION,
        endpoint_url=server.credentials()["AWS_ENDPOINT_URL"],
        config=Config(retries={"total_max_attempts": 1}, proxies={}),
    )


def user(iam, server, name, *actions):
    """Makes a user who may do `actions` by a policy of its own, and a client of it."""
    iam.create_user(UserName=name)
    if actions:
        statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=document)
    return signed_by(server, iam.create_access_key(UserName=name)["AccessKey"])


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(principal, *actions, **more):
    return {"Effect": "Allow", "Principal": principal, "Action": list(actions), "Resource": "*"} | more


ROOT = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}


def records(cloudtrail, *about):
    """Returns the records of KMS that hold every text, oldest first."""
    pages = cloudtrail.get_paginator("lookup_events").paginate(
        LookupAttributes=[{"AttributeKey": "EventSource", "AttributeValue": "kms.amazonaws.com"}]
    )
    texts = [event["CloudTrailEvent"] for page in pages for event in page["Events"]]
    return [json.loads(text) for text in reversed(texts) if all(part in text for part in about)]


def test_the_life_of_a_key(kms):
    made = kms.create_key(Description="shop", Tags=[{"TagKey": "team", "TagValue": "shop"}])["KeyMetadata"]
    arn = made["Arn"]
    assert arn == f"{OWN}key/{made['KeyId']}" and made["AWSAccountId"] == ACCOUNT
    assert (made["KeyState"], made["Enabled"], made["KeyManager"]) == ("Enabled", True, "CUSTOMER")
    assert (made["KeySpec"], made["KeyUsage"], made["Origin"]) == ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", "AWS_KMS")
    assert kms.describe_key(KeyId=arn)["KeyMetadata"] == made
    assert kms.describe_key(KeyId=made["KeyId"])["KeyMetadata"] == made
    kms.update_key_description(KeyId=arn, Description="")
    assert kms.describe_key(KeyId=arn)["KeyMetadata"]["Description"] == ""
    assert {"KeyId": made["KeyId"], "KeyArn": arn} in [key for page in kms.get_paginator("list_keys").paginate(Limit=2) for key in page["Keys"]]
    kms.disable_key(KeyId=arn)
    disabled = f"{arn} is disabled."
    assert refusal(kms.generate_data_key, KeyId=arn, KeySpec="AES_256") == ("DisabledException", disabled)
    assert refusal(kms.rotate_key_on_demand, KeyId=arn)[0] == "DisabledException"
    assert refusal(kms.enable_key_rotation, KeyId=arn)[0] == "DisabledException"
    assert refusal(kms.disable_key_rotation, KeyId=arn)[0] == "DisabledException"
    assert refusal(kms.create_grant, KeyId=arn, GranteePrincipal=GRANTEE, Operations=["Decrypt"])[0] == "DisabledException"
    kms.enable_key(KeyId=arn)
    blob = kms.encrypt(KeyId=arn, Plaintext=b"x")["CiphertextBlob"]
    kms.disable_key(KeyId=arn)
    for call, arguments in [
        (kms.encrypt, {"KeyId": arn, "Plaintext": b"x"}), (kms.decrypt, {"CiphertextBlob": blob}),
        (kms.generate_data_key_without_plaintext, {"KeyId": arn, "KeySpec": "AES_128"}),
        (kms.re_encrypt, {"CiphertextBlob": blob, "DestinationKeyId": arn}),
    ]:  # fmt: skip
        assert refusal(call, **arguments) == ("DisabledException", disabled)
    scheduled = kms.schedule_key_deletion(KeyId=arn, PendingWindowInDays=7)
    assert (scheduled["KeyId"], scheduled["KeyState"], scheduled["PendingWindowInDays"]) == (arn, "PendingDeletion", 7)
    waiting = kms.describe_key(KeyId=arn)["KeyMetadata"]
    assert (waiting["KeyState"], waiting["Enabled"], waiting["DeletionDate"]) == ("PendingDeletion", False, scheduled["DeletionDate"])
    for call, arguments in [
        (kms.enable_key, {}), (kms.disable_key, {}), (kms.update_key_description, {"Description": "x"}),
        (kms.schedule_key_deletion, {}), (kms.tag_resource, {"Tags": [{"TagKey": "a", "TagValue": "b"}]}),
        (kms.untag_resource, {"TagKeys": ["team"]}), (kms.enable_key_rotation, {}), (kms.disable_key_rotation, {}),
        (kms.rotate_key_on_demand, {}), (kms.encrypt, {"Plaintext": b"x"}), (kms.generate_data_key, {"KeySpec": "AES_256"}),
        (kms.generate_data_key_without_plaintext, {"KeySpec": "AES_256"}),
        (kms.create_grant, {"GranteePrincipal": GRANTEE, "Operations": ["Decrypt"]}),
    ]:  # fmt: skip
        assert refusal(call, KeyId=arn, **arguments) == ("KMSInvalidStateException", f"{arn} is pending deletion.")
    for call, arguments in [
        (kms.decrypt, {"CiphertextBlob": blob}), (kms.re_encrypt, {"CiphertextBlob": blob, "DestinationKeyId": arn}),
        (kms.create_alias, {"AliasName": "alias/late", "TargetKeyId": arn}),
    ]:  # fmt: skip
        assert refusal(call, **arguments)[0] == "KMSInvalidStateException"
    assert kms.cancel_key_deletion(KeyId=arn)["KeyId"] == arn
    assert kms.describe_key(KeyId=arn)["KeyMetadata"]["KeyState"] == "Disabled"
    assert refusal(kms.cancel_key_deletion, KeyId=arn) == ("KMSInvalidStateException", f"{arn} is not pending deletion.")
    for days in (6, 31):
        assert refusal(kms.schedule_key_deletion, KeyId=arn, PendingWindowInDays=days)[0] == "ValidationException"


@pytest.mark.parametrize("other", [
    {"KeyUsage": "SIGN_VERIFY", "KeySpec": "RSA_2048"}, {"KeySpec": "ECC_NIST_P256"}, {"CustomerMasterKeySpec": "HMAC_256"},
    {"Origin": "EXTERNAL"}, {"MultiRegion": True}, {"CustomKeyStoreId": "cks-1234567890abcdef0"}, {"XksKeyId": "x"},
])  # fmt: skip
def test_other_kinds_of_keys_are_refused(kms, other):
    code, message = refusal(kms.create_key, **other)
    assert code == "UnsupportedOperationException" and "not supported" in message


def test_encrypting(kms, key):
    sealed = kms.encrypt(KeyId=key, Plaintext=b"secret", EncryptionContext=CONTEXT)
    assert (sealed["KeyId"], sealed["EncryptionAlgorithm"]) == (key, "SYMMETRIC_DEFAULT")
    blob = sealed["CiphertextBlob"]
    opened = kms.decrypt(CiphertextBlob=blob, EncryptionContext=CONTEXT)
    assert (opened["Plaintext"], opened["KeyId"]) == (b"secret", key)
    assert kms.decrypt(CiphertextBlob=blob, EncryptionContext=CONTEXT, KeyId=key)["Plaintext"] == b"secret"
    for context in ({}, {"Department": "IT"}, CONTEXT | {"more": ""}, {"department": "IT", "Purpose": "Test"}):
        assert refusal(kms.decrypt, CiphertextBlob=blob, EncryptionContext=context)[0] == "InvalidCiphertextException"
    for changed in (blob[:-1], blob + b"x", blob[:-1] + bytes([blob[-1] ^ 1]), b"x"):
        assert refusal(kms.decrypt, CiphertextBlob=changed, EncryptionContext=CONTEXT)[0] == "InvalidCiphertextException"
    assert kms.encrypt(KeyId=key, Plaintext=b"secret")["CiphertextBlob"] != kms.encrypt(KeyId=key, Plaintext=b"secret")["CiphertextBlob"]
    other = kms.create_key()["KeyMetadata"]["Arn"]
    assert refusal(kms.decrypt, CiphertextBlob=blob, EncryptionContext=CONTEXT, KeyId=other)[0] == "IncorrectKeyException"
    moved = kms.re_encrypt(CiphertextBlob=blob, SourceEncryptionContext=CONTEXT, DestinationKeyId=other, DestinationEncryptionContext={"now": "here"})
    assert (moved["SourceKeyId"], moved["KeyId"]) == (key, other)
    assert kms.decrypt(CiphertextBlob=moved["CiphertextBlob"], EncryptionContext={"now": "here"})["Plaintext"] == b"secret"
    assert refusal(kms.re_encrypt, CiphertextBlob=blob, DestinationKeyId=other)[0] == "InvalidCiphertextException"
    source = {"CiphertextBlob": blob, "SourceEncryptionContext": CONTEXT, "DestinationKeyId": other}
    assert refusal(kms.re_encrypt, **source, SourceKeyId=other)[0] == "IncorrectKeyException"
    assert refusal(kms.encrypt, KeyId=key, Plaintext=b"")[0] == "ValidationException"
    assert refusal(kms.encrypt, KeyId=key, Plaintext=b"x" * 4097)[0] == "ValidationException"
    assert len(kms.encrypt(KeyId=key, Plaintext=b"x" * 4096)["CiphertextBlob"]) <= 6144
    algorithm = {"EncryptionAlgorithm": "RSAES_OAEP_SHA_256"}
    assert refusal(kms.encrypt, KeyId=key, Plaintext=b"x", **algorithm)[0] == "InvalidKeyUsageException"
    assert refusal(kms.decrypt, CiphertextBlob=blob, **algorithm)[0] == "InvalidKeyUsageException"
    assert refusal(kms.re_encrypt, **source, DestinationEncryptionAlgorithm="RSAES_OAEP_SHA_1")[0] == "InvalidKeyUsageException"
    for call, arguments in [
        (kms.encrypt, {"KeyId": key, "Plaintext": b"x"}), (kms.decrypt, {"CiphertextBlob": blob, "EncryptionContext": CONTEXT}),
        (kms.re_encrypt, source), (kms.generate_data_key, {"KeyId": key, "KeySpec": "AES_256"}),
        (kms.generate_data_key_without_plaintext, {"KeyId": key, "NumberOfBytes": 7}),
        (kms.create_grant, {"KeyId": key, "GranteePrincipal": GRANTEE, "Operations": ["Decrypt"]}),
    ]:  # fmt: skip
        assert refusal(call, **arguments, DryRun=True)[0] == "DryRunOperationException"
    assert kms.list_grants(KeyId=key)["Grants"] == []


def test_data_keys(kms, key):
    made = kms.generate_data_key(KeyId=key, KeySpec="AES_256", EncryptionContext=CONTEXT)
    assert len(made["Plaintext"]) == 32 and made["KeyId"] == key
    assert kms.decrypt(CiphertextBlob=made["CiphertextBlob"], EncryptionContext=CONTEXT)["Plaintext"] == made["Plaintext"]
    assert len(kms.generate_data_key(KeyId=key, KeySpec="AES_128")["Plaintext"]) == 16
    assert len(kms.generate_data_key(KeyId=key, NumberOfBytes=1024)["Plaintext"]) == 1024
    without = kms.generate_data_key_without_plaintext(KeyId=key, NumberOfBytes=24)
    assert "Plaintext" not in without and len(kms.decrypt(CiphertextBlob=without["CiphertextBlob"])["Plaintext"]) == 24
    for wrong in ({}, {"KeySpec": "AES_256", "NumberOfBytes": 32}):
        assert refusal(kms.generate_data_key, KeyId=key, **wrong) == ("ValidationException", "Please specify either number of bytes or key spec.")
    one, other = (kms.generate_random(NumberOfBytes=64)["Plaintext"] for _ in range(2))
    assert len(one) == 64 and one != other
    assert refusal(kms.generate_random)[0] == "ValidationException"
    assert refusal(kms.generate_random, NumberOfBytes=8, CustomKeyStoreId="cks-1234567890abcdef0")[0] == "UnsupportedOperationException"


def test_names_of_keys(kms, key):
    missing = f"Key '{OWN}key/{NOBODY}' does not exist"
    by_key = [
        (kms.describe_key, {}), (kms.enable_key, {}), (kms.disable_key, {}), (kms.schedule_key_deletion, {}),
        (kms.cancel_key_deletion, {}), (kms.update_key_description, {"Description": "x"}), (kms.get_key_policy, {}),
        (kms.put_key_policy, {"Policy": policy(allow(ROOT, "kms:*"))}), (kms.list_key_policies, {}),
        (kms.create_grant, {"GranteePrincipal": GRANTEE, "Operations": ["Decrypt"]}), (kms.list_grants, {}),
        (kms.revoke_grant, {"GrantId": "0" * 64}), (kms.retire_grant, {"GrantId": "0" * 64}),
        (kms.enable_key_rotation, {}), (kms.disable_key_rotation, {}), (kms.get_key_rotation_status, {}),
        (kms.rotate_key_on_demand, {}), (kms.list_key_rotations, {}), (kms.tag_resource, {"Tags": []}),
        (kms.untag_resource, {"TagKeys": []}), (kms.list_resource_tags, {}), (kms.list_aliases, {}),
    ]  # fmt: skip
    used = [
        (kms.encrypt, {"Plaintext": b"x"}), (kms.generate_data_key, {"KeySpec": "AES_256"}),
        (kms.generate_data_key_without_plaintext, {"KeySpec": "AES_256"}),
    ]  # fmt: skip
    blob = kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    for call, arguments in by_key + used + [(kms.decrypt, {"CiphertextBlob": blob})]:
        assert refusal(call, KeyId=NOBODY, **arguments) == ("NotFoundException", missing)
    assert refusal(kms.re_encrypt, CiphertextBlob=blob, DestinationKeyId=NOBODY) == ("NotFoundException", missing)
    for call, arguments in by_key:
        assert refusal(call, KeyId="arn:aws:s3:::shop", **arguments)[0] == "InvalidArnException"
    assert refusal(kms.describe_key, KeyId="shop") == ("NotFoundException", "Invalid keyId 'shop'")
    assert refusal(kms.describe_key, KeyId="alias/nobody") == ("NotFoundException", f"Alias {OWN}alias/nobody is not found.")
    elsewhere = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/{NOBODY}"
    assert refusal(kms.describe_key, KeyId=elsewhere) == ("NotFoundException", "Invalid arn eu-west-1")
    kms.create_alias(AliasName="alias/four", TargetKeyId=key)
    for name in (key, key.rsplit("/", 1)[1], "alias/four", f"{OWN}alias/four"):
        assert kms.encrypt(KeyId=name, Plaintext=b"x")["KeyId"] == key
    assert refusal(kms.disable_key, KeyId="alias/four") == ("NotFoundException", "Invalid keyId 'alias/four'")


def test_aliases(kms, key):
    kms.create_alias(AliasName="alias/team/shop", TargetKeyId=key)
    other = kms.create_key()["KeyMetadata"]
    kms.update_alias(AliasName="alias/team/shop", TargetKeyId=other["KeyId"])
    assert kms.describe_key(KeyId="alias/team/shop")["KeyMetadata"]["Arn"] == other["Arn"]
    shown = kms.list_aliases(KeyId=other["Arn"])["Aliases"]
    assert [(alias["AliasName"], alias["TargetKeyId"], alias["AliasArn"]) for alias in shown] == [
        ("alias/team/shop", other["KeyId"], f"{OWN}alias/team/shop")
    ]
    assert kms.list_aliases(KeyId=key)["Aliases"] == []
    twice = refusal(kms.create_alias, AliasName="alias/team/shop", TargetKeyId=key)
    assert twice == ("AlreadyExistsException", f"An alias with the name {OWN}alias/team/shop already exists")
    for name in ("shop", "alias/", "alias/aws/shop", "alias/a:b"):
        assert refusal(kms.create_alias, AliasName=name, TargetKeyId=key)[0] == "InvalidAliasNameException"
    assert refusal(kms.create_alias, AliasName="alias/x y", TargetKeyId=key)[0] == "ValidationException"
    for call in (kms.create_alias, kms.update_alias):
        assert refusal(call, AliasName="alias/nobody", TargetKeyId=NOBODY)[0] == "NotFoundException"
    assert refusal(kms.update_alias, AliasName="alias/nobody", TargetKeyId=key)[0] == "NotFoundException"
    kms.delete_alias(AliasName="alias/team/shop")
    assert refusal(kms.delete_alias, AliasName="alias/team/shop") == ("NotFoundException", f"Alias {OWN}alias/team/shop is not found.")
    pending = kms.create_key()["KeyMetadata"]["Arn"]
    kms.create_alias(AliasName="alias/moves", TargetKeyId=key)
    kms.schedule_key_deletion(KeyId=pending)
    assert refusal(kms.update_alias, AliasName="alias/moves", TargetKeyId=pending)[0] == "KMSInvalidStateException"
    for number in range(49):
        kms.create_alias(AliasName=f"alias/many-{number}", TargetKeyId=key)
    assert refusal(kms.create_alias, AliasName="alias/one-more", TargetKeyId=key)[0] == "LimitExceededException"
    pages = list(kms.get_paginator("list_aliases").paginate(KeyId=key, PaginationConfig={"PageSize": 20}))
    assert [len(page["Aliases"]) for page in pages] == [20, 20, 10]
    kms.create_alias(AliasName="alias/elsewhere", TargetKeyId=other["KeyId"])
    assert refusal(kms.update_alias, AliasName="alias/elsewhere", TargetKeyId=key)[0] == "LimitExceededException"


def test_pages(kms, key):
    first = kms.list_keys(Limit=1)
    assert first["Truncated"] and len(first["Keys"]) == 1
    assert kms.list_keys(Limit=1, Marker=first["NextMarker"])["Keys"] != first["Keys"]
    for call, arguments in [
        (kms.list_keys, {}), (kms.list_aliases, {}), (kms.list_grants, {"KeyId": key}), (kms.list_resource_tags, {"KeyId": key}),
        (kms.list_retirable_grants, {"RetiringPrincipal": GRANTEE}), (kms.list_key_rotations, {"KeyId": key}),
    ]:  # fmt: skip
        foreign = "AAAAAAAAAAAAAAAA" if call == kms.list_keys else first["NextMarker"]
        for marker in ("x", foreign):
            assert refusal(call, Marker=marker, **arguments)[0] == "InvalidMarkerException"


def test_key_policies(kms, key, server):
    shown = kms.get_key_policy(KeyId=key)
    assert shown["PolicyName"] == "default"
    statement = json.loads(shown["Policy"])["Statement"][0]
    assert (statement["Principal"], statement["Action"]) == (ROOT, "kms:*")
    assert kms.list_key_policies(KeyId=key)["PolicyNames"] == ["default"]
    own = policy(allow(ROOT, "kms:*"), allow({"AWS": "*"}, "kms:DescribeKey", Sid="all may look"))
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=own)
    assert kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"] == own
    assert refusal(kms.get_key_policy, KeyId=key, PolicyName="other")[0] == "NotFoundException"
    for text in ("{", "{}", policy(allow({"AWS": "nobody"}, "kms:*")), policy({"Effect": "Allow", "Action": "kms:*", "Resource": "*"})):
        assert refusal(kms.put_key_policy, KeyId=key, Policy=text)[0] == "MalformedPolicyDocumentException"
        assert refusal(kms.create_key, Policy=text)[0] == "MalformedPolicyDocumentException"
    lockout = policy(allow({"AWS": GRANTEE}, "kms:*"))
    message = "The new key policy will not allow you to update the key policy in the future."
    assert refusal(kms.put_key_policy, KeyId=key, Policy=lockout) == ("MalformedPolicyDocumentException", message)
    assert refusal(kms.create_key, Policy=lockout) == ("MalformedPolicyDocumentException", message)
    large = policy(allow(ROOT, "kms:*"), allow(ROOT, "kms:*", Sid="x" * 33_000))
    assert refusal(kms.put_key_policy, KeyId=key, Policy=large)[0] == "LimitExceededException"
    assert refusal(kms.create_key, Policy=large)[0] == "LimitExceededException"
    locked = kms.create_key(Policy=lockout, BypassPolicyLockoutSafetyCheck=True)["KeyMetadata"]["Arn"]
    code, told = refusal(kms.describe_key, KeyId=locked)
    who = f"arn:aws:iam::{ACCOUNT}:user/administrator"
    assert (code, told) == (
        "AccessDeniedException",
        f"User: {who} is not authorized to perform: kms:DescribeKey on resource: {locked} because no resource-based policy allows the kms:DescribeKey action",
    )


def test_grants(kms, iam, server, key):
    grantee = user(iam, server, "grantee")
    blob = kms.encrypt(KeyId=key, Plaintext=b"secret", EncryptionContext=CONTEXT)["CiphertextBlob"]
    read = {"CiphertextBlob": blob, "EncryptionContext": CONTEXT}
    denied = f"User: {GRANTEE} is not authorized to perform: kms:Decrypt on resource: {key} because no identity-based policy allows the kms:Decrypt action"
    assert refusal(grantee.decrypt, **read) == ("AccessDeniedException", denied)
    asked = {
        "KeyId": key, "GranteePrincipal": GRANTEE, "RetiringPrincipal": GRANTEE, "Operations": ["Decrypt", "DescribeKey"], "Name": "reader",
        "Constraints": {"EncryptionContextSubset": {"Department": "IT"}},
    }  # fmt: skip
    made = kms.create_grant(**asked)
    assert kms.create_grant(**asked)["GrantId"] == made["GrantId"]
    assert grantee.decrypt(**read)["Plaintext"] == b"secret"
    assert grantee.decrypt(**read, GrantTokens=[made["GrantToken"]])["Plaintext"] == b"secret"
    assert grantee.describe_key(KeyId=key)["KeyMetadata"]["Arn"] == key
    assert refusal(grantee.encrypt, KeyId=key, Plaintext=b"x")[0] == "AccessDeniedException"
    other = kms.encrypt(KeyId=key, Plaintext=b"secret", EncryptionContext={"Department": "HR"})["CiphertextBlob"]
    assert refusal(grantee.decrypt, CiphertextBlob=other, EncryptionContext={"Department": "HR"})[0] == "AccessDeniedException"
    (shown,) = kms.list_grants(KeyId=key)["Grants"]
    assert shown["GrantId"] == made["GrantId"] and shown["Name"] == "reader" and shown["Operations"] == ["Decrypt", "DescribeKey"]
    assert shown["Constraints"] == {"EncryptionContextSubset": {"Department": "IT"}} and shown["IssuingAccount"] == ROOT["AWS"]
    assert kms.list_grants(KeyId=key, GranteePrincipal=ROOT["AWS"])["Grants"] == []
    assert [grant["GrantId"] for grant in kms.list_grants(KeyId=key, GrantId=made["GrantId"])["Grants"]] == [made["GrantId"]]
    assert [grant["GrantId"] for grant in kms.list_retirable_grants(RetiringPrincipal=GRANTEE)["Grants"]] == [made["GrantId"]]
    assert refusal(kms.list_grants, KeyId=key, GrantId="x")[0] == "InvalidGrantIdException"
    for call in (kms.revoke_grant, kms.retire_grant):
        assert refusal(call, KeyId=key, GrantId="x")[0] == "InvalidGrantIdException"
        assert refusal(call, KeyId=key, GrantId="0" * 64) == ("NotFoundException", f"Grant ID {'0' * 64} not found")
        assert refusal(call, KeyId=key, GrantId=made["GrantId"], DryRun=True)[0] == "DryRunOperationException"
    grantee.retire_grant(GrantToken=made["GrantToken"])
    assert refusal(grantee.decrypt, **read) == ("AccessDeniedException", denied)
    again = kms.create_grant(**asked)
    kms.revoke_grant(KeyId=key, GrantId=again["GrantId"])
    assert refusal(grantee.decrypt, **read) == ("AccessDeniedException", denied)
    kms.retire_grant(KeyId=key, GrantId=kms.create_grant(**asked)["GrantId"])
    assert kms.list_grants(KeyId=key)["Grants"] == []
    tokens = {"GrantTokens": [made["GrantToken"]]}
    for call, arguments in [
        (kms.encrypt, {"KeyId": key, "Plaintext": b"x"}), (kms.decrypt, read), (kms.create_grant, asked),
        (kms.re_encrypt, {"CiphertextBlob": blob, "SourceEncryptionContext": CONTEXT, "DestinationKeyId": key}),
        (kms.generate_data_key, {"KeyId": key, "KeySpec": "AES_256"}),
        (kms.generate_data_key_without_plaintext, {"KeyId": key, "KeySpec": "AES_256"}),
    ]:  # fmt: skip
        assert refusal(call, **arguments, **tokens)[0] == "InvalidGrantTokenException"
    assert refusal(kms.retire_grant, GrantToken=made["GrantToken"])[0] == "InvalidGrantTokenException"
    for call, arguments in [(kms.create_grant, asked | {"GranteePrincipal": "arn:aws:iam::1:user/x"}), (kms.list_retirable_grants, {"RetiringPrincipal": "arn:aws:s3:::x"})]:
        assert refusal(call, **arguments)[0] == "InvalidArnException"
    assert refusal(kms.create_grant, **asked | {"Operations": ["Sign"]})[0] == "ValidationException"
    assert refusal(kms.retire_grant)[0] == "ValidationException"


def test_rotation(kms, key):
    old = kms.encrypt(KeyId=key, Plaintext=b"old")["CiphertextBlob"]
    before = kms.get_key_rotation_status(KeyId=key)
    assert before["KeyRotationEnabled"] is False and "NextRotationDate" not in before
    kms.enable_key_rotation(KeyId=key, RotationPeriodInDays=90)
    status = kms.get_key_rotation_status(KeyId=key)
    assert status["KeyRotationEnabled"] is True and status["RotationPeriodInDays"] == 90
    made = kms.describe_key(KeyId=key)["KeyMetadata"]
    assert 89 <= (status["NextRotationDate"] - made["CreationDate"]).days <= 90
    kms.disable_key_rotation(KeyId=key)
    assert kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"] is False
    assert kms.list_key_rotations(KeyId=key)["Rotations"] == []
    assert kms.rotate_key_on_demand(KeyId=key)["KeyId"] == key
    (rotation,) = kms.list_key_rotations(KeyId=key)["Rotations"]
    assert rotation["RotationType"] == "ON_DEMAND" and rotation["KeyMaterialState"] == "CURRENT"
    every = kms.list_key_rotations(KeyId=key, IncludeKeyMaterial="ALL_KEY_MATERIAL")["Rotations"]
    assert [entry["KeyMaterialState"] for entry in every] == ["NON_CURRENT", "CURRENT"]
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["CurrentKeyMaterialId"] == rotation["KeyMaterialId"]
    opened = kms.decrypt(CiphertextBlob=old)
    assert (opened["Plaintext"], opened["KeyMaterialId"]) == (b"old", every[0]["KeyMaterialId"])
    new = kms.encrypt(KeyId=key, Plaintext=b"new")["CiphertextBlob"]
    assert kms.decrypt(CiphertextBlob=new)["KeyMaterialId"] == rotation["KeyMaterialId"]
    for _ in range(24):
        kms.rotate_key_on_demand(KeyId=key)
    assert refusal(kms.rotate_key_on_demand, KeyId=key)[0] == "LimitExceededException"


def test_tags(kms, key):
    kms.tag_resource(KeyId=key, Tags=[{"TagKey": "a", "TagValue": "1"}, {"TagKey": "b", "TagValue": ""}])
    kms.tag_resource(KeyId=key, Tags=[{"TagKey": "a", "TagValue": "2"}])
    assert kms.list_resource_tags(KeyId=key)["Tags"] == [{"TagKey": "a", "TagValue": "2"}, {"TagKey": "b", "TagValue": ""}]
    kms.untag_resource(KeyId=key, TagKeys=["a", "c"])
    assert kms.list_resource_tags(KeyId=key)["Tags"] == [{"TagKey": "b", "TagValue": ""}]
    twice = [{"TagKey": "a", "TagValue": "1"}] * 2
    own = [{"TagKey": "aws:a", "TagValue": "1"}]
    many = [{"TagKey": f"k{number}", "TagValue": ""} for number in range(51)]
    for tags, code in ((twice, "TagException"), (own, "TagException"), (many, "LimitExceededException")):
        assert refusal(kms.tag_resource, KeyId=key, Tags=tags)[0] == code
        assert refusal(kms.create_key, Tags=tags)[0] == code
    assert refusal(kms.untag_resource, KeyId=key, TagKeys=["aws:a"])[0] == "TagException"


def test_conditions(kms, iam, server, key):
    conditions = {
        "context": {"StringEquals": {"kms:EncryptionContext:Department": "IT"}},
        "keys": {"ForAllValues:StringEquals": {"kms:EncryptionContextKeys": ["Department", "Purpose"]}},
        "alias": {"StringEquals": {"kms:RequestAlias": "alias/conditions"}},
        "tag": {"StringEquals": {"aws:ResourceTag/team": "shop"}},
    }  # fmt: skip
    kms.create_alias(AliasName="alias/conditions", TargetKeyId=key)
    people = {name: user(iam, server, f"by-{name}") for name in conditions}
    statements = [
        allow({"AWS": f"arn:aws:iam::{ACCOUNT}:user/by-{name}"}, "kms:Encrypt", Condition=condition) for name, condition in conditions.items()
    ]
    kms.put_key_policy(KeyId=key, Policy=policy(allow(ROOT, "kms:*"), *statements))

    def may(name, key=key, **context):
        try:
            people[name].encrypt(KeyId=key, Plaintext=b"x", EncryptionContext=context)
        except people[name].exceptions.ClientError as error:
            assert error.response["Error"]["Code"] == "AccessDeniedException"
            return False
        return True

    assert may("context", Department="IT", other="x") and not may("context", Department="HR") and not may("context")
    assert may("keys", Department="x") and not may("keys", Department="x", other="x")
    assert may("alias", key="alias/conditions") and not may("alias")
    assert not may("tag")
    kms.tag_resource(KeyId=key, Tags=[{"TagKey": "team", "TagValue": "shop"}])
    assert may("tag")


def test_records(kms, cloudtrail, key):
    sealed = kms.encrypt(KeyId=key, Plaintext=b"top secret", EncryptionContext=CONTEXT)["CiphertextBlob"]
    kms.decrypt(CiphertextBlob=sealed, EncryptionContext=CONTEXT)
    data_key = kms.generate_data_key(KeyId=key, KeySpec="AES_256", EncryptionContext=CONTEXT)
    kms.create_alias(AliasName="alias/recorded", TargetKeyId=key)
    grant = kms.create_grant(KeyId=key, GranteePrincipal=ROOT["AWS"], Operations=["Decrypt"])
    kms.retire_grant(GrantToken=grant["GrantToken"])
    kms.disable_key(KeyId=key)
    refusal(kms.decrypt, CiphertextBlob=sealed, EncryptionContext=CONTEXT)
    kms.generate_random(NumberOfBytes=16)

    def found(name, *about):
        return wait_for(lambda: records(cloudtrail, f'"eventName":"{name}"', *about), f"the record of {name}")[-1]

    resources = [{"accountId": ACCOUNT, "type": "AWS::KMS::Key", "ARN": key}]
    made = found("CreateKey", key)
    assert made["readOnly"] is False and made["responseElements"]["keyMetadata"]["aWSAccountId"] == ACCOUNT and made["resources"] == resources
    encrypt = found("Encrypt", key)
    assert encrypt["requestParameters"] == {"keyId": key, "encryptionContext": CONTEXT, "encryptionAlgorithm": "SYMMETRIC_DEFAULT"}
    assert encrypt["readOnly"] is True and encrypt["managementEvent"] is True and encrypt["eventCategory"] == "Management"
    assert encrypt["responseElements"] is None and encrypt["resources"] == resources
    assert re.fullmatch("[0-9a-f]{64}", encrypt["additionalEventData"]["keyMaterialId"])
    decrypts = [record for record in records(cloudtrail, '"eventName":"Decrypt"', key)]
    assert decrypts[0]["requestParameters"] == {"encryptionContext": CONTEXT, "encryptionAlgorithm": "SYMMETRIC_DEFAULT"}
    assert decrypts[0]["resources"] == resources
    refused = wait_for(lambda: records(cloudtrail, '"eventName":"Decrypt"', key, "DisabledException"), "the refusal")[-1]
    assert refused["errorCode"] == "DisabledException" and refused["errorMessage"] == f"{key} is disabled." and refused["resources"] == resources
    assert found("GenerateDataKey", key)["requestParameters"] == {"keyId": key, "keySpec": "AES_256", "encryptionContext": CONTEXT}
    alias = found("CreateAlias", "alias/recorded")
    assert [entry["type"] for entry in alias["resources"]] == ["AWS::KMS::Alias", "AWS::KMS::Key"] and alias["responseElements"] is None
    granted = found("CreateGrant", key)
    assert granted["responseElements"] == {"grantId": grant["GrantId"], "keyId": key}
    retired = found("RetireGrant", grant["GrantId"])
    assert retired["requestParameters"] is None and retired["additionalEventData"]["grantId"] == grant["GrantId"] and retired["resources"] == resources
    assert found("DisableKey", key)["responseElements"] == {"keyId": key}
    assert found("GenerateRandom")["requestParameters"] is None
    kms.enable_key(KeyId=key)
    kms.rotate_key_on_demand(KeyId=key)
    rotated = found("RotateKey", key)
    assert (rotated["eventType"], rotated["managementEvent"], rotated["resources"]) == ("AwsServiceEvent", True, resources)
    assert rotated["userIdentity"] == {"accountId": ACCOUNT, "invokedBy": "AWS Internal"}
    details = rotated["serviceEventDetails"]
    assert details["rotationType"] == "ON_DEMAND" and details["previousKeyMaterialId"] == encrypt["additionalEventData"]["keyMaterialId"]
    everything = json.dumps(records(cloudtrail))
    for secret in (b"top secret", sealed, data_key["Plaintext"], data_key["CiphertextBlob"]):
        assert base64.b64encode(secret).decode() not in everything
    assert grant["GrantToken"] not in everything and "ciphertextBlob" not in everything


SERVICE = {"Service": "cloudtrail.amazonaws.com"}


def lets_cloudtrail(trail):
    """A key policy that lets one trail encrypt, as AWS's manual writes it."""
    arn = f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/{trail}"
    context = {"StringLike": {"kms:EncryptionContext:aws:cloudtrail:arn": f"arn:aws:cloudtrail:*:{ACCOUNT}:trail/*"}}
    return policy(
        allow(ROOT, "kms:*"),
        allow(SERVICE, "kms:GenerateDataKey*", Condition=context | {"StringEquals": {"aws:SourceArn": arn}}),
        allow(SERVICE, "kms:DescribeKey"),
    )


@pytest.fixture
def log_bucket(s3, server, bucket):
    s3.put_bucket_policy(Bucket=bucket, Policy=server.command("bucket-policy", bucket))
    return bucket


def test_trails_take_keys_in_four_forms(kms, cloudtrail, clients, log_bucket, key):
    kms.create_alias(AliasName="alias/logs", TargetKeyId=key)
    arn = f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/sealed"
    trail = {"Name": "sealed", "S3BucketName": log_bucket}
    told = refusal(cloudtrail.create_trail, **trail, KmsKeyId=key)
    assert told == ("InsufficientEncryptionPolicyException", f"Insufficient permissions to access S3 bucket {log_bucket} or KMS key {key}.")
    kms.put_key_policy(KeyId=key, Policy=lets_cloudtrail("another"))
    assert refusal(cloudtrail.create_trail, **trail, KmsKeyId=key)[0] == "InsufficientEncryptionPolicyException"
    kms.put_key_policy(KeyId=key, Policy=lets_cloudtrail("sealed"))
    assert cloudtrail.create_trail(**trail, KmsKeyId="alias/logs")["KmsKeyId"] == key
    probe = wait_for(lambda: records(cloudtrail, '"eventName":"GenerateDataKey"', arn, "AWSService"), "the probe's record")[-1]
    assert probe["userIdentity"] == {"type": "AWSService", "invokedBy": "cloudtrail.amazonaws.com"}
    assert probe["sourceIPAddress"] == probe["userAgent"] == "cloudtrail.amazonaws.com"
    context = probe["requestParameters"]["encryptionContext"]
    assert context["aws:cloudtrail:arn"] == arn and context["aws:s3:arn"].startswith(f"arn:aws:s3:::{log_bucket}/AWSLogs/{ACCOUNT}/CloudTrail/{REGION}/")
    for form in (key, key.rsplit("/", 1)[1], f"{OWN}alias/logs"):
        assert cloudtrail.update_trail(Name="sealed", KmsKeyId=form)["KmsKeyId"] == key
    assert cloudtrail.get_trail(Name="sealed")["Trail"]["KmsKeyId"] == key
    assert "KmsKeyId" not in cloudtrail.update_trail(Name="sealed", KmsKeyId="")
    for missing in (NOBODY, "alias/nobody", f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/{NOBODY}"):
        assert refusal(cloudtrail.update_trail, Name="sealed", KmsKeyId=missing)[0] == "KmsKeyNotFoundException"
    kms.disable_key(KeyId=key)
    assert refusal(cloudtrail.update_trail, Name="sealed", KmsKeyId=key)[0] == "KmsException"
    kms.schedule_key_deletion(KeyId=key)
    code, message = refusal(cloudtrail.update_trail, Name="sealed", KmsKeyId=key)
    assert code == "KmsException" and "pending deletion" in message
    cloudtrail.delete_trail(Name="sealed")


def test_trails_can_leave_kms_out(kms, cloudtrail, s3, log_bucket, key):
    cloudtrail.create_trail(Name="quiet", S3BucketName=log_bucket)
    selector = {"ReadWriteType": "All", "IncludeManagementEvents": True, "ExcludeManagementEventSources": ["kms.amazonaws.com"]}
    cloudtrail.put_event_selectors(TrailName="quiet", EventSelectors=[selector])
    cloudtrail.start_logging(Name="quiet")
    kms.encrypt(KeyId=key, Plaintext=b"x")
    kms.disable_key(KeyId=key)
    cloudtrail.update_trail(Name="quiet", EnableLogFileValidation=False)
    cloudtrail.stop_logging(Name="quiet")

    from log_files import LogBucket

    log_files = LogBucket(s3, log_bucket)
    names = lambda: {(record["eventSource"], record["eventName"]) for record in log_files.records()}
    wait_for(lambda: ("cloudtrail.amazonaws.com", "StopLogging") in names(), "the last call is delivered")
    assert ("cloudtrail.amazonaws.com", "UpdateTrail") in names()
    assert not [name for source, name in names() if source == "kms.amazonaws.com"]
    cloudtrail.delete_trail(Name="quiet")


def test_the_command_line(clients, tmp_path):
    made = json.loads(clients.aws("kms", "create-key", "--description", "by hand", "--tags", "TagKey=a,TagValue=b"))["KeyMetadata"]
    clients.aws("kms", "create-alias", "--alias-name", "alias/by-hand", "--target-key-id", made["KeyId"])
    text, sealed = tmp_path / "text", tmp_path / "sealed"
    text.write_bytes(b"from a file")
    told = clients.aws(
        "kms", "encrypt", "--key-id", "alias/by-hand", "--plaintext", f"fileb://{text}", "--encryption-context", "a=b",
        "--query", "CiphertextBlob", "--output", "text",
    )  # fmt: skip
    sealed.write_bytes(base64.b64decode(told))
    opened = clients.aws("kms", "decrypt", "--ciphertext-blob", f"fileb://{sealed}", "--encryption-context", "a=b", "--query", "Plaintext", "--output", "text")
    assert base64.b64decode(opened) == b"from a file"
    refused = clients.aws("kms", "decrypt", "--ciphertext-blob", f"fileb://{sealed}", succeeds=False)
    assert refused.returncode != 0 and "(InvalidCiphertextException) when calling the Decrypt operation" in refused.stderr
    assert "by-hand" in clients.aws("kms", "list-aliases", "--query", "Aliases[].AliasName")
    clients.aws("kms", "enable-key-rotation", "--key-id", made["KeyId"])
    assert json.loads(clients.aws("kms", "get-key-rotation-status", "--key-id", made["KeyId"]))["KeyRotationEnabled"] is True
    clients.aws("kms", "schedule-key-deletion", "--key-id", made["KeyId"], "--pending-window-in-days", "7")
    unknown = clients.aws("kms", "sign", "--key-id", made["KeyId"], "--message", "eA==", "--signing-algorithm", "ECDSA_SHA_256", succeeds=False)
    assert "(UnknownOperationException)" in unknown.stderr and "does not serve the KMS operation Sign" in unknown.stderr


def test_keys_outlive_a_restart(fresh):
    server = fresh.start()
    kms = Clients(server).boto("kms")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    old = kms.encrypt(KeyId=key, Plaintext=b"old")["CiphertextBlob"]
    kms.rotate_key_on_demand(KeyId=key)
    server.stop()
    kms = Clients(server.start()).boto("kms")
    assert kms.decrypt(CiphertextBlob=old)["Plaintext"] == b"old"


def test_another_account_uses_a_key_and_both_are_told(make_server):
    other = "444455556666"
    server = make_server(accounts=other).start()
    kms, cloudtrail = Clients(server).boto("kms"), Clients(server).boto("cloudtrail")
    stranger, elsewhere = Clients(server, other).boto("kms"), Clients(server, other).boto("cloudtrail")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    who = f"arn:aws:iam::{other}:user/administrator"
    reason = "because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access"
    for unseen in (key, f"{OWN}key/{NOBODY}"):
        denied = f"User: {who} is not authorized to perform: kms:Encrypt on resource: {unseen} {reason}"
        assert refusal(stranger.encrypt, KeyId=unseen, Plaintext=b"x") == ("AccessDeniedException", denied)
    kms.put_key_policy(KeyId=key, Policy=policy(allow(ROOT, "kms:*"), allow({"AWS": f"arn:aws:iam::{other}:root"}, "kms:Encrypt")))
    assert stranger.encrypt(KeyId=key, Plaintext=b"x")["KeyId"] == key
    assert refusal(stranger.disable_key, KeyId=key)[0] == "AccessDeniedException"
    encrypts = lambda client: [record for record in records(client, '"eventName":"Encrypt"', key) if "errorCode" not in record]
    (own,), (theirs,) = wait_for(lambda: encrypts(cloudtrail), "the owner's record"), wait_for(lambda: encrypts(elsewhere), "the caller's record")
    assert own["sharedEventID"] == theirs["sharedEventID"] and own["eventID"] != theirs["eventID"]
    assert (own["recipientAccountId"], theirs["recipientAccountId"]) == (ACCOUNT, other)
    assert own["userIdentity"]["type"] == "AWSAccount" and "arn" not in own["userIdentity"] and theirs["userIdentity"]["arn"] == who
    assert own["resources"] == theirs["resources"] == [{"accountId": ACCOUNT, "type": "AWS::KMS::Key", "ARN": key}]


def test_a_deletion_is_done_when_it_is_due(fresh, tmp_path):
    from clients import Clients
    from disturbances import Clock

    if reason := Clock.unavailable():
        pytest.skip(reason)
    clock = Clock(fresh, tmp_path / "clock")
    kms = Clients(fresh.start()).boto("kms")
    keys = [kms.create_key()["KeyMetadata"]["Arn"] for _ in range(2)]
    kms.create_alias(AliasName="alias/gone", TargetKeyId=keys[0])
    blob = kms.encrypt(KeyId=keys[0], Plaintext=b"lost")["CiphertextBlob"]
    kms.schedule_key_deletion(KeyId=keys[0], PendingWindowInDays=7)
    kms.schedule_key_deletion(KeyId=keys[1], PendingWindowInDays=8)
    clock._set(7 * 86_400 + 60)
    wait_for(lambda: "KMS key deleted" in fresh.log_path.read_text(), "the key is deleted", limit=30)
    clock._set(0)
    assert refusal(kms.describe_key, KeyId=keys[0]) == ("NotFoundException", f"Key '{keys[0]}' does not exist")
    assert refusal(kms.decrypt, CiphertextBlob=blob)[0] == "AccessDeniedException"
    assert kms.list_aliases()["Aliases"] == [] and [entry["KeyArn"] for entry in kms.list_keys()["Keys"]] == keys[1:]
    assert kms.describe_key(KeyId=keys[1])["KeyMetadata"]["KeyState"] == "PendingDeletion"


def test_every_operation_was_called(kms, calls):
    """The last of the module: each tabled operation has succeeded here, and was refused with every error that it declares."""
    table = pathlib.Path(__file__).resolve().parent.parent / "crates/wire/src/kms/operation.rs"
    served = set(re.findall(r"^    (\w+),$", table.read_text(), re.MULTILINE))
    assert len(served) == 34
    assert served - calls.answered == set()
    model = kms.meta.service_model
    declared = {(name, shape.name) for name in served for shape in model.operation_model(name).error_shapes}
    given = {pair for pair in declared - NEVER_GIVEN_BY if pair[1] not in NEVER_GIVEN}
    missing = sorted(given - calls.refused)
    print(f"{len(given & calls.refused)} of {len(declared)} declared errors were given; {len(declared - given)} never are")
    assert missing == [], "\n".join(map(str, missing))


# What only a failing disk causes, and what belongs to kinds of keys that there are not.
NEVER_GIVEN = {
    "DependencyTimeoutException", "KMSInternalException", "KeyUnavailableException", "CustomKeyStoreNotFoundException",
    "CustomKeyStoreInvalidStateException", "CloudHsmClusterInvalidConfigurationException", "XksKeyInvalidConfigurationException",
    "XksKeyAlreadyInUseException", "XksKeyNotFoundException", "ConflictException",
}  # fmt: skip
NEVER_GIVEN_BY = {
    # Such keys can't be made.
    ("PutKeyPolicy", "UnsupportedOperationException"), ("EnableKeyRotation", "UnsupportedOperationException"),
    ("DisableKeyRotation", "UnsupportedOperationException"), ("GetKeyRotationStatus", "UnsupportedOperationException"),
    ("RotateKeyOnDemand", "UnsupportedOperationException"), ("ListKeyRotations", "UnsupportedOperationException"),
    # A data key asks for no algorithm.
    ("GenerateDataKey", "InvalidKeyUsageException"), ("GenerateDataKeyWithoutPlaintext", "InvalidKeyUsageException"),
    # KMS lets these be done in every state.
    ("DeleteAlias", "KMSInvalidStateException"), ("GetKeyPolicy", "KMSInvalidStateException"), ("PutKeyPolicy", "KMSInvalidStateException"),
    ("ListKeyPolicies", "KMSInvalidStateException"), ("ListGrants", "KMSInvalidStateException"), ("RevokeGrant", "KMSInvalidStateException"),
    ("RetireGrant", "KMSInvalidStateException"), ("GetKeyRotationStatus", "KMSInvalidStateException"),
    ("ListKeyRotations", "KMSInvalidStateException"),
    # No number of keys or of enabled keys is too large; a key's grants are limited by their size (crates/kms/tests).
    ("EnableKey", "LimitExceededException"), ("CreateGrant", "LimitExceededException"),
    # It names no key by ARN, and lists what there is.
    ("CreateKey", "InvalidArnException"), ("ListRetirableGrants", "NotFoundException"),
}  # fmt: skip
