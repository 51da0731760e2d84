"""Every client makes every call of the scenarios; docs/client-results.md tells how each went."""

import os

import client_results
import prepared
import pytest
import scenario_identity
import scenario_trails
from clients import Clients
from real_clients import PROGRAMS, RealClient, absent
from test_sts import Issuer

RUNS = [(name, scenario_trails) for name in PROGRAMS] + [(name, scenario_identity) for name in ("AWS CLI", "boto3")]


@pytest.fixture(scope="module")
def results():
    """What each run found, by client and scenario."""
    return {}


@pytest.fixture(scope="module")
def issuer():
    return Issuer()


@pytest.mark.parametrize("name, scenario", RUNS, ids=[f"{name}-{scenario.__name__}" for name, scenario in RUNS])
def test_a_client_makes_every_call(name, scenario, issuer, results):
    if absent(name):
        pytest.skip(f"{name} SKIPPED: {absent(name)}")
    server = prepared.server_for(issuer)
    try:
        clients = Clients(server.start())
        prepared.trails(server, clients)
        known = {"Prepared": prepared.identities(clients, issuer)}
        with RealClient(name, clients.environment, known) as client:
            found = [(step, client.run(step)) for step in scenario.STEPS]
    finally:
        server.close()
    results[name, scenario.__name__] = found
    wrong = [f"{step}: {what}" for step, whats in found for what in whats]
    assert not wrong, "\n".join(wrong)


def test_the_results_are_as_documented(results):
    """The page is what this run found; `UPDATE_EXPECT=1` writes it."""
    if len(results) < len(RUNS):
        pytest.skip("docs/client-results.md NOT COMPARED: not every client ran")
    page = client_results.page(results)
    if os.environ.get("UPDATE_EXPECT"):
        client_results.PAGE.write_text(page)
    assert client_results.PAGE.read_text() == page, "docs/client-results.md is stale: run again with UPDATE_EXPECT=1"
