"""ListPublicKeys: there are no keys until something is signed, and the list says so; bad ranges and tokens are refused."""

import json
from datetime import datetime, timedelta, timezone

import pytest
from clients import refusal

NOW = datetime.now(timezone.utc)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    "arguments",
    [{}, {"StartTime": NOW - DAY}, {"EndTime": NOW + DAY}, {"StartTime": NOW - 90 * DAY, "EndTime": NOW - 89 * DAY}],
)
def test_there_are_no_keys(cloudtrail, arguments):
    answer = cloudtrail.list_public_keys(**arguments)
    assert answer["PublicKeyList"] == [] and "NextToken" not in answer


@pytest.mark.parametrize(
    "arguments",
    [{"StartTime": NOW + DAY}, {"EndTime": NOW - DAY}, {"StartTime": NOW, "EndTime": NOW - timedelta(seconds=1)}],
)
def test_a_range_ends_after_it_begins(cloudtrail, arguments):
    assert refusal(cloudtrail.list_public_keys, **arguments)[0] == "InvalidTimeRangeException"


def test_there_is_no_second_page(cloudtrail):
    assert refusal(cloudtrail.list_public_keys, NextToken="more")[0] == "InvalidTokenException"
    pages = list(cloudtrail.get_paginator("list_public_keys").paginate())
    assert [page["PublicKeyList"] for page in pages] == [[]]


def test_the_command_line_lists_none(clients):
    assert json.loads(clients.aws("cloudtrail", "list-public-keys")) == {"PublicKeyList": []}
