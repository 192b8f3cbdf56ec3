"""The table's stream: read through first, worked off in order, never blocked for good."""

from __future__ import annotations

import json
import time
from typing import Any

import boto3
import pytest
from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import StreamRecord
from moto import mock_aws

from chalicelib.adapters.items import marshal
from chalicelib.adapters.slack.store import SlackItems
from chalicelib.core.errors import Rejected, Throttled
from chalicelib.core.timeline import EntryKind
from chalicelib.entrypoints.slack import stream
from chalicelib.entrypoints.slack.stream import Notice, Task, process_batch, tasks_of
from chalicelib.services.slack.commands import Create
from tests.contract.conftest import REGION, make_table
from tests.slack.fakes import SlackStage
from tools.infrastructure.template import service_template


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


def tasks(records: list[dict[str, Any]]) -> list[Task]:
    return tasks_of(StreamRecord(record["dynamodb"]) for record in records)


def test_many_changes_of_a_demo_are_one_task() -> None:
    """The record is read when it is shown, so only its latest state is."""
    found = tasks([changed(1, "a"), changed(2, "b"), changed(3, "a"), noticed(4, "a")])
    assert [("1", "a"), ("2", "b")] == [(t.sequence_number, t.demo_id) for t in found]
    assert {"EVENT#4": Notice("text 4", urgent=False)} == found[0].notices


def test_a_warning_is_urgent_by_its_kind() -> None:
    """Whatever its words are."""
    (task,) = tasks([noticed(1, "a", "warning")])
    assert {"EVENT#1": Notice("text 1", urgent=True)} == task.notices


def test_what_shows_nowhere_is_no_task() -> None:
    """Wake-ups, other entries, edits of our own items and removals cost nothing."""
    same = {"demo": {"n": 1}}
    records = [
        record(1, "DEMO#a", "DEMO", same | {"wakes": 2}, same | {"wakes": 1}),
        noticed(2, "a", "phase"),
        record(3, "DEMO#a", "SLACK", {"ts": "1"}, {"ts": "0"}),
        record(5, "SLACK#ASK#k", "ASK", {"finished": True}, {"key": "k"}),
    ]
    assert [] == tasks(records)


class Delivered:
    """The stream's function with the services replaced by a list of what was done."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *errors: Exception | None) -> None:
        self.done: list[str] = []
        self._errors = [*errors]
        monkeypatch.setattr(stream, "slack_updates", lambda: SlackStage().updates)
        monkeypatch.setattr(stream, "show", self._show)

    def _show(self, _: object, demo_id: str, __: object) -> None:
        error = self._errors.pop(0) if self._errors else None
        if error is not None:
            raise error
        self.done.append(demo_id)


def failures(answer: dict[str, Any]) -> list[str]:
    return [item["itemIdentifier"] for item in answer["batchItemFailures"]]


def test_the_work_stops_where_slack_has_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was done is not brought again, and what follows keeps its order."""
    delivered = Delivered(monkeypatch, None, Throttled("wait"))
    answer = process_batch({"Records": [changed(n, f"d{n}") for n in (1, 2, 3)]})
    assert (["d1"], ["2"]) == (delivered.done, failures(answer))


@pytest.mark.parametrize("error", [Rejected("channel is odd"), RuntimeError("a fault of ours")])
def test_a_poisoned_record_stops_nothing(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """What will never succeed is logged and left."""
    delivered = Delivered(monkeypatch, error)
    answer = process_batch({"Records": [changed(1, "d1"), changed(2, "d2")]})
    assert (["d2"], []) == (delivered.done, failures(answer))


def test_old_news_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """After an hour a record that Slack still has no time for is left, so none blocks for good."""
    delivered = Delivered(monkeypatch, Throttled("wait"))
    old = changed(1, "d1", at=time.time() - stream.GIVE_UP_AFTER - 1)
    answer = process_batch({"Records": [old, changed(2, "d2")]})
    assert (["d2"], []) == (delivered.done, failures(answer))


def test_the_stream_brings_every_kind_of_item_that_is_work() -> None:
    """The filters in the service's template let through what this function deals with."""
    template = service_template()
    changed_event = template["Resources"]["SlackUpdates"]["Properties"]["Events"]["Changed"]
    filters = changed_event["Properties"]["FilterCriteria"]["Filters"]
    patterns = [json.loads(each["Pattern"])["dynamodb"] for each in filters]
    keys = {k for each in patterns for k in each.get("Keys", {}).get("sk", {}).get("S", ())}
    kinds = {k for each in patterns for k in each.get("NewImage", {}).get("kind", {}).get("S", ())}
    assert {"ASK", "SLACK", "DEMO"} == keys
    assert {kind for kind in EntryKind if tasks([noticed(1, "a", kind)])} == kinds


def test_what_the_store_writes_is_a_task(monkeypatch: pytest.MonkeyPatch) -> None:
    """The keys that the store gives its items are those that the stream is read for."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        client = boto3.client("dynamodb", region_name=REGION)
        stage, name = SlackStage(), make_table(client)
        stage.slack_store = SlackItems(client, name)  # type: ignore[assignment]
        request = stage.handle(Create(components=("vpc",)))
        items = client.scan(TableName=name)["Items"]
    found = tasks(
        [
            {"dynamodb": {"Keys": {k: i[k] for k in ("pk", "sk")}, "NewImage": i}}
            for i in items
            if i["sk"]["S"] in ("ASK", "SLACK")
        ]
    )
    assert {(request.key, ""), ("", request.demo_id)} == {
        (task.request_key, task.demo_id) for task in found
    }
