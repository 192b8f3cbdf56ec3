"""What the table's stream brings for Slack: asks to carry out, and demos that have changed.

A batch is read through first, so that a demo that changed five times is shown once. Then the
work is done in order up to the first piece that Slack or AWS has no time for; the stream brings
that piece and what follows again. Only what may succeed later is brought again, and no longer
than an hour.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from chalicelib.adapters.slack_table import ASK, MESSAGE_REF, to_slack_request
from chalicelib.core.errors import DemoError, RetryableError
from chalicelib.core.timeline import EntryKind
from chalicelib.entrypoints.logs import logger
from chalicelib.services.slack_ask import handle
from chalicelib.services.slack_ports import Notice, SlackRequest, SlackWorld
from chalicelib.services.slack_show import show
from chalicelib.wiring import now, slack_world

Record = Mapping[str, Any]
GIVE_UP_AFTER: Final = 3600.0
"""Seconds after which a change is no news any more."""


@dataclass(slots=True)
class Work:
    """One thing to do: carry out an ask, or show a demo with the notices that came for it."""

    sequence: str
    at: float
    ask: SlackRequest | None = None
    demo_id: str = ""
    notices: dict[str, Notice] = field(default_factory=dict)


def deliver(event: Mapping[str, Any]) -> dict[str, Any]:
    """Do what a batch brings; answer where the stream is to go on next time, if not behind it."""
    works = gathered(event["Records"])
    try:
        slack = slack_world() if works else None
    except DemoError as error:
        logger.error("Slack is off", extra={"why": str(error)})
        return {"batchItemFailures": []}
    for work in works:
        if slack is not None and not _did(slack, work):
            return {"batchItemFailures": [{"itemIdentifier": work.sequence}]}
    return {"batchItemFailures": []}


def gathered(records: Iterable[Record]) -> list[Work]:
    """Return the work in a batch, one piece for each ask and each demo, in order."""
    works: list[Work] = []
    demos: dict[str, Work] = {}
    for record in records:
        change = record["dynamodb"]
        key = change["Keys"]["pk"]["S"]
        work = Work(change["SequenceNumber"], float(change.get("ApproximateCreationDateTime", 0)))
        if _is_ask(record):
            work.ask = to_slack_request(change["NewImage"])
        elif _concerns_demo(record):
            work.demo_id = key.removeprefix("DEMO#")
            known = demos.setdefault(work.demo_id, work)
            known.notices |= _notice(change)
            if known is not work:
                continue
        else:
            continue
        works.append(work)
    return works


def _is_ask(record: Record) -> bool:
    return bool(record["eventName"] == "INSERT" and _sort_key(record) == ASK)


def _sort_key(record: Record) -> str:
    return str(record["dynamodb"]["Keys"]["sk"]["S"])


def _concerns_demo(record: Record) -> bool:
    change = record["dynamodb"]
    sort, new, old = change["Keys"]["sk"]["S"], change.get("NewImage"), change.get("OldImage")
    if new is None:
        return False
    if sort == "DEMO":
        # Wake-ups and task tokens stand beside the record itself, and show nowhere.
        return old is None or old.get("demo") != new.get("demo")
    return old is None and (sort == MESSAGE_REF or bool(_notice(change)))


def _notice(change: Record) -> dict[str, Notice]:
    sort, new = change["Keys"]["sk"]["S"], change["NewImage"]
    kind = new["kind"]["S"] if sort.startswith("EVENT#") else ""
    if kind not in (EntryKind.NOTICE, EntryKind.WARNING):
        return {}
    return {sort: Notice(new["text"]["S"], urgent=kind == EntryKind.WARNING)}


def _did(slack: SlackWorld, work: Work) -> bool:
    """Do one piece of work; return False when the stream must bring it again."""
    try:
        if work.ask is not None:
            handle(slack, work.ask)
        else:
            show(slack, work.demo_id, work.notices)
    except RetryableError as error:
        late: bool = now().timestamp() - work.at > GIVE_UP_AFTER
        logger.warning("Slack later", extra={"why": str(error), "given_up": late, **_of(work)})
        return late
    except DemoError as error:
        logger.error("Slack refused", extra={"why": str(error), **_of(work)})
    except Exception:  # noqa: BLE001 - told whole; one poisoned record must not stop the rest
        logger.exception("Slack failed", extra=_of(work))
    return True


def _of(work: Work) -> dict[str, str]:
    return {"ask": work.ask.key} if work.ask else {"demo_id": work.demo_id}
