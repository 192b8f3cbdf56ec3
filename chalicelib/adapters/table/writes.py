"""The writes of a transaction, each under the condition that it relies on."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from botocore.exceptions import ClientError

from chalicelib.adapters import items
from chalicelib.adapters.aws import code_of, error_for, ours
from chalicelib.adapters.items import Item, marshal
from chalicelib.core.demo import Demo
from chalicelib.core.errors import DemoError, RetryableError, StaleRecord
from chalicelib.core.timeline import Entry

T = TypeVar("T")
_CONTENTION_TRIES: Final = 9
_CONTENTION: Final = frozenset(
    {"TransactionConflict", "TransactionConflictException", "TransactionInProgressException"}
)
_DONE: Final = "None"
_UNMET: Final = "ConditionalCheckFailed"
"""Cancellation reasons (DynamoDB API Reference, TransactWriteItems)."""


@dataclass(frozen=True, slots=True)
class Writes:
    """Makes the writes of one table."""

    table: str

    def new_record(self, demo: Demo, slots: Sequence[Item] = ()) -> Item:
        """Return a demo's first record; `slots` are the keys of the quota slots it holds."""
        values = present(items.attributes(demo))
        first = {"version": 1, "wakes": 0, "slots": list(slots)}
        return items.demo_key(demo.demo_id) | values | first

    def update(
        self, before: Demo, after: Demo, version: int, slots: Sequence[Item] | None = None
    ) -> Item:
        """Return the write of a record, if its version is still that of `before`.

        `slots` are the keys of the quota slots it holds from now on, if those change.
        """
        values = items.attributes(after) | {"version": version}
        if after.ended or slots is not None:
            values["slots"] = list(slots or ())
        update = set_or_remove(values)
        bound = {f":{k}": v for k, v in present(values).items()} | {":was": before.version}
        if before.changed:
            update += " DELETE changed :changed"
            bound[":changed"] = {change.encode() for change in before.changed}
        return {
            "Update": {
                "TableName": self.table,
                "Key": marshal(items.demo_key(before.demo_id)),
                "UpdateExpression": update,
                "ConditionExpression": "#version = :was",
                "ExpressionAttributeNames": {f"#{k}": k for k in values},
                "ExpressionAttributeValues": marshal(bound),
            }
        }

    def unchanged(self, demo: Demo) -> Item:
        """Return the check that a record's version is still this one."""
        return {
            "ConditionCheck": {
                "TableName": self.table,
                "Key": marshal(items.demo_key(demo.demo_id)),
                "ConditionExpression": "#version = :was",
                "ExpressionAttributeNames": {"#version": "version"},
                "ExpressionAttributeValues": marshal({":was": demo.version}),
            }
        }

    def lease_writes(self, before: Demo, after: Demo) -> list[Item]:
        """Return what a save does to the lease item."""
        if after.ended and not before.ended:
            return [self._delete(items.lease_key(after.demo_id))]
        if after.expires_at != before.expires_at:
            return [self.put(items.lease_item(after))]
        return []

    def entries(self, demo: Demo, version: int, entries: Sequence[Entry]) -> list[Item]:
        """Return the writes of timeline entries."""
        return [
            self.put(
                items.entry_item(
                    demo.demo_id, entry, f"{version:06d}#{number:03d}", until=demo.expires_at
                )
            )
            for number, entry in enumerate(entries)
        ]

    def absent(self, key: Item) -> Item:
        """Return the check that there is no such item."""
        return {
            "ConditionCheck": {
                "TableName": self.table,
                "Key": marshal(key),
                "ConditionExpression": "attribute_not_exists(pk)",
            }
        }

    def put(self, item: Item, *, condition: str | None = None) -> Item:
        """Return the write of an item."""
        put: Item = {"TableName": self.table, "Item": marshal(item)}
        return {"Put": put | ({"ConditionExpression": condition} if condition else {})}

    def _delete(self, key: Item) -> Item:
        return {"Delete": {"TableName": self.table, "Key": marshal(key)}}


def moved_on(demo: Demo) -> StaleRecord:
    """Return the error for a record whose version is not this one any more."""
    return StaleRecord(f"{demo.demo_id} has moved on from version {demo.version}")


def transact(client: Any, writes: list[Item]) -> frozenset[int]:
    """Do it all or nothing; return the numbers of the writes whose conditions were not met.

    Raises Throttled while other requests hold an item, Rejected for what DynamoDB cannot take.
    """
    try:
        through_contention(lambda: client.transact_write_items(TransactItems=writes))
    except ClientError as error:
        refused = frozenset(n for n, code in enumerate(_reasons(error)) if code == _UNMET)
        if not refused:
            raise _cancelled(error) from error
        return refused
    return frozenset()


def through_contention(call: Callable[[], T]) -> T:
    """Call again while another transaction holds an item, as no SDK does for us."""
    for attempt in range(_CONTENTION_TRIES - 1):
        try:
            return call()
        except ClientError as error:
            if not _contended(error):
                raise
        time.sleep(random.uniform(0, 0.02 * 2**attempt))  # noqa: S311 - jitter
    return call()


def if_met(call: Callable[[], T]) -> T | None:
    """Write one item; return None when the write's condition was not met."""
    try:
        return through_contention(call)
    except ClientError as error:
        if code_of(error) == "ConditionalCheckFailedException":
            return None
        raise


def _contended(error: ClientError) -> bool:
    codes = {code_of(error), *_reasons(error)}
    return _UNMET not in codes and not codes.isdisjoint(_CONTENTION)


def _reasons(error: ClientError) -> list[str]:
    """Return why a transaction was cancelled, write by write; nothing for any other error."""
    return [str(r.get("Code")) for r in error.response.get("CancellationReasons", ())]


def _cancelled(error: ClientError) -> DemoError:
    whys = [
        error_for(str(r.get("Code")), f"{error.operation_name}: {r.get('Message', r.get('Code'))}")
        for r in error.response.get("CancellationReasons", ())
        if r.get("Code") != _DONE
    ]
    return min(whys, key=lambda e: isinstance(e, RetryableError), default=ours(error))


def present(values: Item) -> Item:
    """Return the attributes that have a value."""
    return {key: value for key, value in values.items() if value is not None}


def set_or_remove(values: Item) -> str:
    """Return the update expression that sets what has a value and removes what has none."""
    sets = [k for k, v in values.items() if v is not None]
    removes = [k for k, v in values.items() if v is None]
    text = "SET " + ", ".join(f"#{k} = :{k}" for k in sets)
    return text + (" REMOVE " + ", ".join(f"#{k}" for k in removes) if removes else "")
