"""What every test gets: a server of its module's own, and clients of it."""

import contextlib
import os

import pytest
from clients import Clients
from server import Server


@pytest.fixture(scope="module")
def server():
    """A server that ends in good order and has logged nothing worse than INFO."""
    server = Server()
    try:
        yield server.start()
    finally:
        server.close()


@pytest.fixture(scope="module")
def clients(server):
    return Clients(server)


@pytest.fixture(scope="module")
def s3(clients):
    return clients.boto("s3")


@pytest.fixture(scope="module")
def cloudtrail(clients):
    return clients.boto("cloudtrail")


@pytest.fixture
def bucket(s3, request):
    """A bucket named for the test."""
    name = request.node.name.removeprefix("test_").split("[")[0].replace("_", "-")[:60].strip("-")
    s3.create_bucket(Bucket=name)
    return name


@pytest.fixture
def make_server():
    """Makes servers of the test's own, with settings, not yet started."""
    servers = []

    def make(**settings):
        servers.append(Server(**settings))
        return servers[-1]

    with contextlib.ExitStack() as closing:
        yield make
        for server in servers:
            closing.callback(server.close)


@pytest.fixture
def fresh(make_server):
    """A server of the test's own, not yet started."""
    return make_server()


def pytest_collection_modifyitems(items):
    if not os.environ.get("CAIRN_SOAK"):
        for item in items:
            if item.get_closest_marker("soak"):
                item.add_marker(pytest.mark.skip(reason="takes long: set CAIRN_SOAK=1"))
