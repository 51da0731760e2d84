"""No account sees anything of another: calls drawn by chance, every byte of every answer judged; and that the judge can fail."""

import base64
import gzip
import json
import os
import time

import pytest
from isolation_calls import PAGES
from isolation_ledger import Ledger, tokens
from isolation_random import Op
from isolation_run import Isolation, smallest
from isolation_world import ACCOUNTS

SEED = os.environ.get("CAIRN_SEED") or str(time.time_ns())
COUNT = int(os.environ.get("CAIRN_ISOLATION_CALLS", "500"))
# How long a failure is made small, seconds; each try has a server of its own.
SMALLER_MAX = 120


def isolated(seed, count, capsys):
    """Makes calls until something is wrong; then fails with the fewest calls that show it."""
    with Isolation(seed) as run:
        made = run.run(count)
        found, calls, twins = run.findings, run.calls, run.twins
    with capsys.disabled():
        print(f"isolation: {calls} answers judged, {twins} of them against what is not there, seed {seed}")
    if not found:
        return
    told = "\n".join(map(str, found[:12]))
    print(told)
    end = time.monotonic() + SMALLER_MAX

    def fails(ops):
        if time.monotonic() > end:
            return False
        with Isolation(seed) as again:
            return again.replay(ops)

    ops = smallest(made, fails)
    trace = "\n".join(map(str, ops))
    raise AssertionError(f"CAIRN_SEED={seed}: {len(found)} findings:\n{told}\n\nthe fewest calls that show something:\n{trace}")


def test_no_account_sees_anything_of_another(capsys):
    isolated(SEED, COUNT, capsys)


@pytest.mark.soak
def test_no_account_sees_anything_of_another_for_long(capsys):
    for part in range(int(os.environ.get("CAIRN_ISOLATION_PARTS", "20"))):
        isolated(f"{SEED}/{part}", 10_000, capsys)


# The judge itself.

MINE, OTHERS = "222222222222", "444444444444"
HIDDEN = "zxhiddenmark"[:12].replace("hiddenmark", "h1dd3nm4rk")


@pytest.fixture
def ledger():
    ledger = Ledger(ACCOUNTS.values())
    ledger.own(OTHERS, HIDDEN)
    return ledger


@pytest.mark.parametrize(
    "hide",
    [
        lambda text: text,
        lambda text: b'{"Message":"Unknown trail: ' + text + b'"}',
        lambda text: b"HTTP/1.1 200 OK\r\nx-amz-meta-who: " + text,
        base64.b64encode,
        lambda text: base64.urlsafe_b64encode(b"1 key/" + text).rstrip(b"="),
        lambda text: base64.b64encode(base64.b64encode(b'{"user":"' + text + b'"}')),
        gzip.compress,
        lambda text: b"%22" + text + b"%22",
        lambda text: text.hex().encode(),
        lambda text: b"".join(b"\\u00%02x" % byte for byte in text),
        lambda text: base64.b64encode(gzip.compress(text)),
        lambda text: b"/_cairn/pages/" + base64.b64encode(text) + b"/end",
        lambda text: b"/ab/" + base64.b64encode(b"??>" + text),
    ],
)
@pytest.mark.parametrize("secret", [HIDDEN, OTHERS])
def test_the_judge_finds_what_is_hidden_in_an_answer(ledger, hide, secret):
    (leak,) = ledger.leaks(MINE, hide(secret.encode()))
    assert leak[:2] == (secret, OTHERS)


def test_the_judge_lets_pass_what_an_account_may_know(ledger):
    assert ledger.leaks(OTHERS, HIDDEN.encode()) == []
    assert ledger.leaks(MINE, HIDDEN.encode(), also={HIDDEN}) == []
    # To know an account is not to know what it has.
    assert len(ledger.leaks(MINE, HIDDEN.encode(), also={OTHERS})) == 1
    ledger.sent(MINE, HIDDEN.encode())
    assert ledger.leaks(MINE, HIDDEN.encode()) == []
    # Others are not told by it; the owner of what was named hears who asked.
    third = ACCOUNTS["D"]
    assert len(ledger.leaks(third, HIDDEN.encode())) == 1
    ledger.own(MINE, "AIDAAAAAAAAAAAAAAAAAA")
    ledger.sent(MINE, HIDDEN.encode(), [MINE, "AIDAAAAAAAAAAAAAAAAAA"])
    assert ledger.leaks(OTHERS, b"AIDAAAAAAAAAAAAAAAAAA " + MINE.encode()) == []


def test_who_is_used_together_with_another_hears_of_it_in_the_parameters_of_that_call_alone(ledger):
    """A call of a third account names things of two: each owner is told of its own, of the caller, and what was asked."""
    third, own, principal = ACCOUNTS["D"], "zx0vn0vn0vn0", "AIDAAAAAAAAAAAAAAAAAA"
    ledger.own(MINE, own)
    ledger.own(third, principal)
    named, owners = ledger.sent(third, f"from {own} to {HIDDEN}".encode(), [third, principal])
    assert owners == {MINE, OTHERS}
    ledger.recorded("R1", owners, named)
    ledger.recorded("R2", {OTHERS}, named)

    def record(request_id="R1", **members):
        told = {"eventID": "e", "requestID": request_id, "requestParameters": {"from": own, "to": HIDDEN}} | members
        return json.dumps({"Events": [{"CloudTrailEvent": json.dumps(told)}]}).encode()

    assert ledger.leaks(MINE, b"HTTP/1.1 200 OK\r\n\r\n" + record(userIdentity={"principalId": principal, "accountId": third})) == []
    assert ledger.leaks(MINE, json.dumps({"next": 7, "event": json.loads(json.loads(record())["Events"][0]["CloudTrailEvent"])}).encode()) == []
    for place in ("responseElements", "resources", "errorMessage", "additionalEventData"):
        assert [leak[0] for leak in ledger.leaks(MINE, record(**{place: HIDDEN}))] == [HIDDEN], place
        assert [leak[0] for leak in ledger.leaks(MINE, record(**{place: OTHERS}))] == [OTHERS], place
    # Nor is it told by another call, or to somebody whom the call did not touch.
    assert len(ledger.leaks(MINE, record("R2"))) == 1
    assert len(ledger.leaks(ACCOUNTS["B"], record())) == 2
    assert len(ledger.leaks(MINE, HIDDEN.encode())) == 1


def test_an_id_that_two_accounts_are_shown_is_found_whoever_was_first(ledger):
    event = b"6f2a1c3e-0b1d-4c55-9f8a-1a2b3c4d5e6f"
    assert ledger.leaks(MINE, event) == []
    assert [leak[1] for leak in ledger.leaks(OTHERS, event)] == [MINE]
    assert ledger.leaks(None, event) != []
    # Times and sizes are no accounts.
    assert tokens(b"1772439295123 999999999999999") == set()
    assert ledger.leaks(MINE, b"777777777777") == []


def test_a_failure_is_made_as_small_as_it_goes():
    assert smallest(list(range(40)), lambda ops: {7, 23} <= set(ops)) == [7, 23]
    assert smallest(list(range(40)), lambda ops: ops[-1] == 39) == [39]


LEAKS = {
    "a name in an error": lambda run: run.world.value("C.user.hidden").encode(),
    "a token with a key in it": lambda run: base64.b64encode(run.world.value("C.object.hidden").encode()),
    "an event's id": lambda run: run.world.value("C.eventid.open").encode(),
    "the account nobody names": lambda run: ACCOUNTS["S"].encode(),
    "a secret of a policy": lambda run: run.world.mark("D.secret.open.sid").encode(),
}


@pytest.fixture(scope="module")
def furnished():
    with Isolation(SEED) as run:
        yield run


@pytest.fixture
def run(furnished):
    furnished.findings.clear()
    furnished.corrupt = None
    return furnished


def test_a_leak_in_the_server_is_found(run):
    """Puts another account's things into answers on their way, one kind after the other: each is found."""
    for what, leak in LEAKS.items():
        run.corrupt = lambda run, actor, operation, answer, leak=leak: setattr(answer, "body", answer.body + leak(run))
        for index in range(200):
            op = run.drawer.draw(index)
            if run.actors[op.actor].account == ACCOUNTS["A"]:
                run.perform(op)
                break
        assert any("A." in finding.op.actor for finding in run.findings), what
        run.findings.clear()
    # Who manages an organization sees of its members what happened since they joined, and no more.
    page = Op(0, "M.admin", PAGES, "POST /_cairn/organization/events", '{"MaxResults": 1}')
    for what in ("A.secret.hidden.sid", "D.user.hidden"):
        run.corrupt = lambda run, actor, operation, answer, what=what: setattr(answer, "body", answer.body + run.world.mark(what).encode())
        assert run.perform(page).status == 200 and run.findings, what
        run.findings.clear()
    run.corrupt = None
    assert run.perform(page).ok and run.findings == []
    # That something is there shows by any difference to what is not: on Cairn's pages, and where a page is turned.
    run.world.values["call.0.Marker"] = "none"
    for name, service, operation, asked, there in (
        ("D.admin", PAGES, "GET /_cairn/proof?event-id=${C.eventid.open}", b"", "C.eventid.open"),
        ("D.admin", PAGES, "GET /_cairn/tlog?trail=${C.trailarn.open}", b"", "C.trail.open"),
        ("M.admin", PAGES, "POST /_cairn/organization/events", '{"Accounts": ["${C.account}"]}', "C.account"),
        ("D.admin", "iam", "ListUserPolicies", {"UserName": "${C.user.open}", "Marker": "${call.0.Marker}"}, "C.user.open"),
    ):  # fmt: skip
        op = Op(0, name, service, operation, asked)
        run.corrupt = None
        assert run.perform(op).status >= 400 and run.findings == [], op
        run.corrupt = lambda run, actor, operation, answer, there=there: (
            setattr(answer, "body", b"not yours") if run.world.value(there).encode() in answer.sent else None
        )
        run.perform(op)
        assert [finding for finding in run.findings if "tells what is there" in finding.what], op
        run.findings.clear()
    run.corrupt = None
    # A change by others is found too, here one by the owner.
    run.demand(run.actors["C.admin"], "cloudtrail", "StopLogging", {"Name": run.world.value("C.trail.open")})
    run.sweep()
    assert any("C changed" in finding.what for finding in run.findings)
    run.findings.clear()
    run.demand(run.actors["C.admin"], "cloudtrail", "StartLogging", {"Name": run.world.value("C.trail.open")})


def between(source, target, variant):
    """Lists calls that take from what one account shares and do something to what another has."""
    kms = {"SourceKeyId": f"${{{source}.keyarn.shared}}", "CiphertextBlob": f"${{{source}.ciphertext.shared}}"}
    yield "kms", "ReEncrypt", kms | {"DestinationKeyId": f"${{{target}.keyarn.{variant}}}"}
    copied = f"${{{source}.bucket.shared}}/${{{source}.object.shared}}"
    yield "s3", "CopyObject", {"Bucket": f"${{{target}.bucket.{variant}}}", "Key": f"${{{target}.object.shared}}", "CopySource": copied}


LOOK = {"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": "ReEncrypt"}]}


def test_owners_that_a_third_account_brings_together_hear_nothing_of_each_other(run):
    """D may use keys and buckets of A and of C, and calls on both at once: in what each is told, nothing is of the other."""
    for source, target in ("AC", "CA"):
        for variant in ("shared", "open"):
            for service, operation, asked in between(source, target, variant):
                answer = run.perform(Op(0, "D.admin", service, operation, asked))
                assert answer.ok == (variant == "shared"), answer.raw
    for letter in "DAC":
        run.history(letter, "us-east-1")
    run.perform(Op(0, "M.admin", PAGES, "POST /_cairn/organization/events", '{"MaxResults": 50}'))
    assert run.findings == [], "\n".join(map(str, run.findings))
    told = run.perform(Op(0, "A.admin", "cloudtrail", "LookupEvents", LOOK)).body
    assert run.findings == [] and run.world.value("C.key.shared").encode() in told, "what was asked is told"
    # The same name in any other member of the record would be found.
    stray = b'\\"more\\":\\"' + run.world.value("C.key.shared").encode() + b'\\",\\"eventID\\"'
    run.corrupt = lambda run, actor, operation, answer: setattr(answer, "body", answer.body.replace(b'\\"eventID\\"', stray))
    run.perform(Op(0, "A.admin", "cloudtrail", "LookupEvents", LOOK))
    assert run.findings and all(run.world.value("C.key.shared") in finding.what for finding in run.findings)
    run.findings.clear()


def test_a_delegated_administrator_sees_the_organization_and_nothing_else(run):
    """B administers CloudTrail for its organization: it sees of M and A what happened since they were in it, of others nothing."""
    page = Op(0, "B.admin", PAGES, "POST /_cairn/organization/events", '{"MaxResults": 50}')
    assert run.perform(page).status == 400
    run.delegate("B")
    assert run.perform(page).ok
    run.drawer.actors = [name for name in run.actors if name.startswith("B.") and name != "B.guest"]
    drawn = (run.drawer.draw(index) for index in range(1500))
    for op in (op for op in drawn if op.service == PAGES or op.operation in ("LookupEvents", "ListTrails", "GetTrail")):
        run.perform(op)
    run.history("B", "us-east-1")
    assert run.findings == [], "\n".join(map(str, run.findings[:5]))
    for what in ("A.secret.hidden.sid", "M.secret.hidden.sid", "C.user.hidden"):
        run.corrupt = lambda run, actor, operation, answer, what=what: setattr(answer, "body", answer.body + run.world.mark(what).encode())
        assert run.perform(page).ok and run.findings, what
        run.findings.clear()
    run.corrupt = None
