"""The table's items for Slack: one contract, held by the real adapter and by its fake."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import boto3
import pytest
from moto import mock_aws

from chalicelib.adapters.slack.store import SlackItems
from chalicelib.core.catalog import ALL
from chalicelib.core.local_time import LocalTime
from chalicelib.services.slack.commands import (
    Begin,
    Create,
    Delete,
    DemoCommand,
    Extend,
    ListDemos,
    Retry,
    ShowDemo,
)
from chalicelib.services.slack.ports import (
    Account,
    AccountStore,
    MessageRef,
    MessageRefs,
    RequestStore,
    SlackRequest,
)
from tests.contract.conftest import REGION, make_table
from tests.slack.fakes import ANN, CHANNEL, MemorySlackStore
from tests.unit.builders import NOW, OWNER

REF = MessageRef(
    demo_id="demo0001", channel=CHANNEL, user=ANN, response_url="https://x", keep_until=NOW
)
REQUEST = SlackRequest(
    key="k",
    command=Delete(demo="demo0001"),
    user=ANN,
    channel=CHANNEL,
    response_url="https://x",
    demo_id="demo0002",
    at=NOW,
)


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Iterator[SlackItems]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        client = boto3.client("dynamodb", region_name=REGION)
        yield SlackItems(client, make_table(client))


@pytest.fixture(params=["memory", "table"])
def store(request: pytest.FixtureRequest) -> MemorySlackStore | SlackItems:
    if request.param == "memory":
        return MemorySlackStore()
    real: SlackItems = request.getfixturevalue("table")
    return real


def test_a_request_is_recorded_once(store: RequestStore) -> None:
    """The same press delivered again is known."""
    assert store.add_request(REQUEST)
    assert not store.add_request(replace(REQUEST, demo_id="demo0003"))
    assert REQUEST == store.pending_request("k")


def test_a_handled_request_is_pending_no_more(store: RequestStore) -> None:
    """Whether a request was handled is kept beside it; one that never was is not pending."""
    assert store.pending_request("k") is None
    store.add_request(REQUEST)
    store.mark_handled("k")
    assert store.pending_request("k") is None


def test_a_person_is_remembered(store: AccountStore) -> None:
    """An account that was looked up is known for a while, with its time zone."""
    account = Account(email=OWNER, zone="Asia/Kolkata", offset=19800)
    assert store.account(ANN, NOW) is None
    store.keep_account(ANN, account, NOW)
    assert account == store.account(ANN, NOW)


def test_a_person_is_looked_up_anew_after_a_while(table: SlackItems) -> None:
    """An address that has changed hands is not trusted for ever, TTL's delay or not."""
    table.keep_account(ANN, Account(email=OWNER), NOW)
    assert table.account(ANN, NOW + timedelta(hours=13)) is None


def test_a_message_keeps_what_it_shows_and_its_notices(store: MessageRefs) -> None:
    """Recording a message again forgets nothing of it."""
    assert store.message_ref("demo0001") is None
    store.add_message_ref(REF)
    store.mark_posted(replace(REF, channel="D1", ts="1.1", digest="abc"))
    store.mark_notified("demo0001", "EVENT#1")
    store.mark_notified("demo0001", "EVENT#2")
    store.add_message_ref(REF)
    expected = replace(
        REF, channel="D1", ts="1.1", digest="abc", notified=frozenset({"EVENT#1", "EVENT#2"})
    )
    assert expected == store.message_ref("demo0001")


@pytest.mark.parametrize(
    "command",
    [
        Create(components=("ecs",), name="x", ttl=timedelta(hours=2), cidr=("10.0.0.0/8",)),
        Create(components=ALL),
        Create(),
        Create(components=ALL, ready_by=LocalTime(hour=14, weekday=4), until=LocalTime(hour=18)),
        Create(components=ALL, ready_in=timedelta(minutes=90)),
        Begin(demo="demo0001"),
        ListDemos(everybody=True),
        ShowDemo(demo="demo0001"),
        Extend(demo="demo0001", by=timedelta(minutes=90), seen=NOW),
        Delete(demo="demo0001"),
        Retry(demo="demo0001"),
    ],
)
def test_a_request_survives_the_table(table: SlackItems, command: DemoCommand) -> None:
    """What the stream's function reads is what was recorded, whatever was asked."""
    request = replace(REQUEST, command=command, pressed=True)
    table.add_request(request)
    assert request == table.pending_request("k")
