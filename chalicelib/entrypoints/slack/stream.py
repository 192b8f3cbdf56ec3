"""What the table's stream brings for Slack: requests to handle, and demos that have changed.

A batch is read through first, so that a demo that changed five times is shown once. Then its
tasks are done in order up to the first that Slack or AWS has no time for; the stream brings
that one and what follows again. Only what may succeed later is brought again, and no longer
than an hour.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import (
    DynamoDBRecordEventName,
    DynamoDBStreamEvent,
    StreamRecord,
)

from chalicelib.core.errors import DemoError, RetryableError
from chalicelib.core.timeline import EntryKind
from chalicelib.entrypoints.logs import logger
from chalicelib.entrypoints.slack.channel import Notice, respond_to, show
from chalicelib.services.slack.ports import SlackContext
from chalicelib.wiring import now, slack_context

GIVE_UP_AFTER: Final = 3600.0
"""Seconds after which a change is no news any more."""
_REQUEST, _MESSAGE_REF, _DEMO, _ENTRY = "ASK", "SLACK", "DEMO", "EVENT#"


@dataclass(slots=True)
class Task:
    """One thing to do: handle a request, or show a demo with the notices that came for it."""

    sequence_number: str
    at: float
    request_key: str = ""
    demo_id: str = ""
    notices: dict[str, Notice] = field(default_factory=dict)


def process_batch(event: dict[str, Any]) -> dict[str, Any]:
    """Do a batch's tasks; answer where the stream is to go on next time, if not behind it."""
    tasks = tasks_of(
        record.dynamodb
        for record in DynamoDBStreamEvent(event).records
        if record.dynamodb and record.event_name is not DynamoDBRecordEventName.REMOVE
    )
    try:
        slack = slack_context() if tasks else None
    except DemoError as error:
        logger.error("Slack is off", extra={"why": str(error)})
        return {"batchItemFailures": []}
    for task in tasks:
        if slack is not None and not _done(slack, task):
            return {"batchItemFailures": [{"itemIdentifier": task.sequence_number}]}
    return {"batchItemFailures": []}


def tasks_of(changes: Iterable[StreamRecord]) -> list[Task]:
    """Return the tasks of a batch, one for each request and each demo, in order."""
    tasks: dict[str, Task] = {}
    for change in changes:
        key, sort = change.keys["pk"], change.keys["sk"]
        new = not change.old_image
        task = Task(change.sequence_number or "", change.approximate_creation_date_time or 0)
        notices = _notices(sort, change.new_image) if new else {}
        if new and sort == _REQUEST:
            task.request_key = key.rpartition("#")[2]
        elif notices or (new and sort == _MESSAGE_REF) or (sort == _DEMO and _differs(change)):
            task.demo_id = key.removeprefix("DEMO#")
        else:
            continue
        tasks.setdefault(key, task).notices |= notices
    return [*tasks.values()]


def _differs(change: StreamRecord) -> bool:
    # Wake-ups and task tokens stand beside the record itself, and show nowhere.
    return bool(change.old_image.get("demo") != change.new_image.get("demo"))


def _notices(sort: str, entry: dict[str, Any]) -> dict[str, Notice]:
    kind = entry["kind"] if sort.startswith(_ENTRY) else ""
    if kind not in (EntryKind.NOTICE, EntryKind.WARNING):
        return {}
    return {sort: Notice(entry["text"], urgent=kind == EntryKind.WARNING)}


def _done(slack: SlackContext, task: Task) -> bool:
    """Do a task; return False when the stream must bring it again."""
    of = {"request": task.request_key} if task.request_key else {"demo_id": task.demo_id}
    try:
        if task.request_key:
            respond_to(slack, task.request_key)
        else:
            show(slack, task.demo_id, task.notices)
    except RetryableError as error:
        late: bool = now().timestamp() - task.at > GIVE_UP_AFTER
        logger.warning("Slack later", extra={"why": str(error), "given_up": late, **of})
        return late
    except DemoError as error:
        logger.error("Slack refused", extra={"why": str(error), **of})
    except Exception:  # noqa: BLE001 - logged whole; one poisoned record must not stop the rest
        logger.exception("Slack failed", extra=of)
    return True
