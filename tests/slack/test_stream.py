"""The table's stream: read through first, worked off in order, never blocked for good."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
import yaml

from chalicelib.adapters.records import marshal
from chalicelib.adapters.slack_table import ASK, MESSAGE_REF
from chalicelib.core.errors import Rejected, Throttled
from chalicelib.core.timeline import EntryKind
from chalicelib.entrypoints import slack_stream
from chalicelib.entrypoints.slack_stream import deliver, gathered
from chalicelib.services.slack_ports import Notice
from local.packaging import ROOT
from tests.slack.fakes import SlackStage


def record(
    number: int,
    pk: str,
    sk: str,
    new: dict[str, Any] | None = None,
    old: dict[str, Any] | None = None,
    *,
    at: float | None = None,
) -> dict[str, Any]:
    """Return a stream record as AWS sends it."""
    images = {"NewImage": new, "OldImage": old}
    return {
        "eventName": "REMOVE" if new is None else "INSERT" if old is None else "MODIFY",
        "dynamodb": {
            "Keys": marshal({"pk": pk, "sk": sk}),
            "SequenceNumber": str(number),
            "ApproximateCreationDateTime": time.time() if at is None else at,
            **{name: marshal(image) for name, image in images.items() if image is not None},
        },
    }


def changed(number: int, demo_id: str, **more: Any) -> dict[str, Any]:
    images = {"new": {"demo": {"n": number}}, "old": {"demo": {"n": number - 1}}} | more
    return record(number, f"DEMO#{demo_id}", "DEMO", **images)


def noticed(number: int, demo_id: str, kind: str = "notice") -> dict[str, Any]:
    new = {"kind": kind, "text": f"text {number}"}
    return record(number, f"DEMO#{demo_id}", f"EVENT#{number}", new)


def test_many_changes_of_a_demo_are_one_work() -> None:
    """The record is read when it is shown, so only its latest state is."""
    works = gathered([changed(1, "a"), changed(2, "b"), changed(3, "a"), noticed(4, "a")])
    assert [("1", "a"), ("2", "b")] == [(w.sequence, w.demo_id) for w in works]
    assert {"EVENT#4": Notice("text 4", urgent=False)} == works[0].notices


def test_a_warning_is_urgent_by_its_kind() -> None:
    """Whatever its words are."""
    (work,) = gathered([noticed(1, "a", "warning")])
    assert {"EVENT#1": Notice("text 1", urgent=True)} == work.notices


def test_what_shows_nowhere_is_no_work() -> None:
    """Wake-ups, other entries, edits of our own items and removals cost nothing."""
    same = {"demo": {"n": 1}}
    records = [
        record(1, "DEMO#a", "DEMO", same | {"wakes": 2}, same | {"wakes": 1}),
        noticed(2, "a", "phase"),
        record(3, "DEMO#a", "SLACK", {"ts": "1"}, {"ts": "0"}),
        record(4, "DEMO#a", "DEMO", None, same),
        record(5, "SLACK#ASK#k", "ASK", {"finished": True}, {"key": "k"}),
    ]
    assert [] == gathered(records)


class Delivered:
    """The stream's function with the services replaced by a list of what was done."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *errors: Exception | None) -> None:
        self.done: list[str] = []
        self._errors = [*errors]
        monkeypatch.setattr(slack_stream, "slack_world", lambda: SlackStage().slack)
        monkeypatch.setattr(slack_stream, "show", self._show)

    def _show(self, _: object, demo_id: str, __: object) -> None:
        error = self._errors.pop(0) if self._errors else None
        if error is not None:
            raise error
        self.done.append(demo_id)


def failures(answer: dict[str, Any]) -> list[str]:
    return [item["itemIdentifier"] for item in answer["batchItemFailures"]]


def test_the_work_stops_where_slack_has_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was done is not brought again, and what follows keeps its order."""
    stream = Delivered(monkeypatch, None, Throttled("wait"))
    answer = deliver({"Records": [changed(n, f"d{n}") for n in (1, 2, 3)]})
    assert (["d1"], ["2"]) == (stream.done, failures(answer))


@pytest.mark.parametrize("error", [Rejected("channel is odd"), RuntimeError("a fault of ours")])
def test_a_poisoned_record_stops_nothing(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """What will never succeed is logged and left."""
    stream = Delivered(monkeypatch, error)
    answer = deliver({"Records": [changed(1, "d1"), changed(2, "d2")]})
    assert (["d2"], []) == (stream.done, failures(answer))


def test_old_news_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """After an hour a record that Slack still has no time for is left, so none blocks for good."""
    stream = Delivered(monkeypatch, Throttled("wait"))
    old = changed(1, "d1", at=time.time() - slack_stream.GIVE_UP_AFTER - 1)
    answer = deliver({"Records": [old, changed(2, "d2")]})
    assert (["d2"], []) == (stream.done, failures(answer))


def test_the_stream_brings_every_kind_of_item_that_is_work() -> None:
    """The filters in the service's template let through what this function deals with."""
    template = yaml.safe_load((ROOT / ".chalice" / "resources.yaml").read_text())
    changed_event = template["Resources"]["SlackNews"]["Properties"]["Events"]["Changed"]
    filters = changed_event["Properties"]["FilterCriteria"]["Filters"]
    patterns = [json.loads(each["Pattern"])["dynamodb"] for each in filters]
    keys = {k for each in patterns for k in each.get("Keys", {}).get("sk", {}).get("S", ())}
    kinds = {k for each in patterns for k in each.get("NewImage", {}).get("kind", {}).get("S", ())}
    assert {ASK, MESSAGE_REF, "DEMO"} == keys
    assert {kind for kind in EntryKind if gathered([noticed(1, "a", kind)])} == kinds
