"""The table's items for Slack: one contract, held by the real adapter and by its fake."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import boto3
import pytest
from moto import mock_aws

from chalicelib.adapters.records import marshal
from chalicelib.adapters.slack_table import SlackItems, to_slack_request
from chalicelib.core.catalog import ALL
from chalicelib.core.chat.orders import (
    Create,
    Delete,
    DemoCommand,
    Extend,
    ListDemos,
    Retry,
    Status,
)
from chalicelib.services.slack_ports import MessageRef, SlackRequest, SlackStore
from tests.contract.conftest import REGION, make_table
from tests.slack.fakes import ANN, CHANNEL, MemoryNotes
from tests.unit.builders import NOW, OWNER

MESSAGE_REF = MessageRef(
    demo_id="demo0001", channel=CHANNEL, user=ANN, response_url="https://x", keep_until=NOW
)
ASK = SlackRequest(
    key="k",
    order=Delete(demo_id="demo0001"),
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
def notes(request: pytest.FixtureRequest) -> SlackStore:
    if request.param == "memory":
        return MemoryNotes()
    real: SlackItems = request.getfixturevalue("table")
    return real


def test_an_ask_is_noted_once(notes: SlackStore) -> None:
    """The same press delivered again is known."""
    assert notes.ask(ASK)
    assert not notes.ask(replace(ASK, demo_id="demo0003"))


def test_an_ask_is_finished_when_it_is_said_so(notes: SlackStore) -> None:
    """Whether an ask was carried out is kept beside it."""
    notes.ask(ASK)
    assert not notes.finished("k")
    notes.finish("k")
    assert notes.finished("k")


def test_a_person_is_remembered(notes: SlackStore) -> None:
    """An e-mail address that was asked for is known for a while."""
    assert notes.person(ANN, NOW) is None
    notes.remember(ANN, OWNER, NOW)
    assert OWNER == notes.person(ANN, NOW)


def test_a_person_is_asked_for_anew_after_a_while(table: SlackItems) -> None:
    """An address that has changed hands is not trusted for ever, TTL's delay or not."""
    table.remember(ANN, OWNER, NOW)
    assert table.person(ANN, NOW + timedelta(hours=13)) is None


def test_a_place_keeps_what_is_shown_and_told(notes: SlackStore) -> None:
    """Finding a place again forgets nothing of it."""
    assert notes.place("demo0001") is None
    notes.found(MESSAGE_REF)
    notes.posted(replace(MESSAGE_REF, channel="D1", ts="1.1", shown="abc"))
    notes.told("demo0001", "EVENT#1")
    notes.told("demo0001", "EVENT#2")
    notes.found(MESSAGE_REF)
    expected = replace(
        MESSAGE_REF, channel="D1", ts="1.1", shown="abc", told=frozenset({"EVENT#1", "EVENT#2"})
    )
    assert expected == notes.place("demo0001")


@pytest.mark.parametrize(
    "order",
    [
        Create(components=("ecs",), name="x", ttl=timedelta(hours=2), cidr=("10.0.0.0/8",)),
        Create(components=ALL),
        Create(),
        ListDemos(everybody=True),
        Status(demo_id="demo0001"),
        Extend(demo_id="demo0001", by=timedelta(minutes=90), seen=NOW),
        Delete(demo_id="demo0001"),
        Retry(demo_id="demo0001"),
    ],
)
def test_an_ask_survives_the_table(table: SlackItems, order: DemoCommand) -> None:
    """What the stream brings is what was noted, whatever was asked."""
    ask = replace(ASK, order=order, pressed=True)
    table.ask(ask)
    key = marshal({"pk": "SLACK#ASK#k", "sk": "ASK"})
    image = table._client.get_item(TableName="demos", Key=key)["Item"]
    assert ask == to_slack_request(image)
