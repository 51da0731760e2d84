"""The page docs/client-results.md, from what the clients found."""

import collections

import unprovoked
from real_clients import PROGRAMS, versions
from server import ROOT

PAGE = ROOT / "docs" / "client-results.md"
HEAD = """# Results of real clients

Written by `conformance/test_clients.py` (`UPDATE_EXPECT=1 make conformance`), which fails when this page is stale. Every client makes the same calls in the same order, each against a server of its own; a call passes when the client understood what it should, made one request, and was answered with bytes that botocore's service model allows. A cell tells how many calls passed of those made.

"""
TITLES = {"cloudtrail": "CloudTrail", "iam": "IAM", "sts": "STS"}


def page(results):
    """Renders the page; `results` holds pairs of a step and what was wrong, by client and scenario."""
    calls = [(name, step, found) for (name, _), pairs in results.items() for step, found in pairs]
    clients = ", ".join(f"{name} {version}" for name, version in versions().items())
    parts = [HEAD, f"Clients: {clients}.\n"]
    for service, title in TITLES.items():
        of_service = [call for call in calls if call[1].service == service]
        parts.append(f"\n## {title}\n\n{table(of_service)}")
    parts.append(f"\n## Errors that no call provokes\n\n{unprovoked.table(calls)}")
    return "".join(parts)


def table(calls):
    names = [name for name in PROGRAMS if any(call[0] == name for call in calls)]
    cells, outcomes = collections.defaultdict(list), collections.defaultdict(dict)
    for name, step, found in calls:
        cells[step.operation, name].append(not found)
        outcomes[step.operation][step.outcome] = None
    lines = [f"| operation | outcomes | {' | '.join(names)} |", "| --- | --- |" + " --- |" * len(names)]
    for operation in sorted(outcomes):
        told = ", ".join(short(outcome) for outcome in sorted(outcomes[operation], key=lambda one: (one != "success", one)))
        passed = [f"{sum(cells[operation, name])} of {len(cells[operation, name])}" for name in names]
        lines.append(f"| {operation} | {told} | {' | '.join(passed)} |")
    totals = [[passed for (_, of), list in cells.items() if of == name for passed in list] for name in names]
    lines.append(f"| all | | {' | '.join(f'{sum(total)} of {len(total)}' for total in totals)} |")
    return "\n".join(lines) + "\n"


def short(outcome):
    return outcome.removesuffix("Exception")
