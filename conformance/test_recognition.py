"""The accuracy score: a request for each operation of each AWS service, recognised by the table of operations."""

import json
import subprocess
from collections import Counter

import pytest
from every_operation import requests
from server import BINARY, ROOT

MODELS = ROOT / "target/botocore/botocore/data"
OPERATIONS = 19796
# Siblings that share signing name, method and path: nothing in a request but the client's own hints tells them
# apart. As many as were counted when the rules were made, and no more.
SAME_NAME_MAX = 497
OTHER_NAME = {
    frozenset({"bedrock-agent PrepareAgent", "bedrock-agent-runtime InvokeInlineAgent"}),
    frozenset({"lex-models GetImport", "lexv2-models DescribeImport"}),
    frozenset({"lex-models StartImport", "lexv2-models ListImports"}),
}


@pytest.mark.parametrize("whole", [False, True], ids=["required members", "all members"])
def test_every_operation_is_recognised(whole):
    if not MODELS.is_dir():
        pytest.skip("the pinned models are not here: make target/botocore/ready")
    made = list(requests(MODELS, whole))
    lines = "".join(json.dumps(request) + "\n" for *_, request in made)
    command = [BINARY, "explain", "--json", "-"]
    done = subprocess.run(command, input=lines, capture_output=True, text=True, timeout=120, check=True)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(found) == len(made)
    worst, wrong, other_names = {}, [], set()
    for (service, operation, protocol, _), answer in zip(made, found, strict=True):
        assert answer["event"]["eventName"] != "UnknownOperation", (service, operation)
        verdict = judge(service, operation, answer)
        if verdict == "wrong":
            wrong.append((service, operation, protocol, answer))
        if verdict == "tie, other name":
            other_names.add(frozenset(named(*pair) for pair in fitting(answer)))
        order = ["exact", "tie, same name", "tie, other name", "wrong"]
        before = worst.get((service, operation), "exact")
        worst[service, operation] = max(before, verdict, key=order.index)
    score = Counter(worst.values())
    print(f"\n{len(made)} requests for {len(worst)} operations: {dict(score)}")
    assert len(worst) == OPERATIONS
    assert not wrong, wrong[:20]
    assert other_names == OTHER_NAME
    assert score["tie, same name"] <= SAME_NAME_MAX


def judge(service, operation, answer):
    """Says how near an answer is to the operation that the request was made for."""
    fits = fitting(answer)
    if fits == [(service, operation)]:
        return "exact"
    if (service, operation) in fits:
        return "tie, same name" if len({name for _, name in fits}) == 1 else "tie, other name"
    # S3's operations before its API was extended: the same requests, and events that are called like them.
    if service == answer["service"] == "s3" and answer["event"]["eventName"] == operation:
        return "tie, same name"
    return "wrong"


def fitting(answer):
    return [(answer["service"], answer["operation"]), *(tuple(tie.split(":")) for tie in answer["ties"])]


def named(service, operation):
    return f"{service} {operation}"
