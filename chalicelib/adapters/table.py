"""The table behind the DemoStore port: single-table design, every change conditional.

Keys: DEMO#<id> holds DEMO (the record), LEASE and EVENT#<time>…; OWNER#<owner> and TOTAL hold
QUOTA, the set of who has a slot, so that giving one back twice changes nothing. Indexes:
by_owner, by_created, and due (sparse: only what the sweep may have to deal with is in it).
"""

from __future__ import annotations

import base64
import binascii
import json
import random
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from botocore.exceptions import ClientError

from chalicelib.adapters import records
from chalicelib.adapters.aws import code_of, ours, translated
from chalicelib.adapters.records import Item, marshal, unmarshal
from chalicelib.core.demo import Demo
from chalicelib.core.errors import (
    FieldProblem,
    InvalidRequest,
    LimitReached,
    NotFound,
    StaleRecord,
)
from chalicelib.core.limits import Limits
from chalicelib.core.timeline import Entry
from chalicelib.services.ports import Page

_CONTENTION_TRIES: Final = 8
T = TypeVar("T")


class Table:
    """DynamoDB as the DemoStore; `watchdog` is how long a loop may stay silent."""

    def __init__(self, client: Any, name: str, *, watchdog: timedelta) -> None:
        self._client = client
        self._name = name
        self._watchdog = watchdog

    # Writing a record ---------------------------------------------------------------------

    @translated
    def create(self, demo: Demo, entries: Sequence[Entry], limits: Limits) -> None:
        """Put record, lease and both quota slots in one transaction, or raise LimitReached."""
        writes = [
            self._take_slot(records.owner_quota_key(demo.owner), demo, limits.per_owner),
            self._take_slot(records.TOTAL_QUOTA_KEY, demo, limits.in_all),
            self._put(self._new_record(demo), condition="attribute_not_exists(pk)"),
            self._put(records.lease_item(demo)),
            *self._entries(demo, 1, entries),
        ]
        reasons = self._transact_through_contention(writes)
        if reasons[0] == "ConditionalCheckFailed":
            holders = tuple(self._holders(records.owner_quota_key(demo.owner)))
            raise LimitReached("per owner", limits.per_owner, holders)
        if reasons[1] == "ConditionalCheckFailed":
            raise LimitReached("in all", limits.in_all)
        if any(reason != "None" for reason in reasons):
            raise StaleRecord(f"{demo.demo_id} could not be recorded: {reasons}")

    @translated
    def adopt(self, demo: Demo, entries: Sequence[Entry]) -> None:
        """Put the record of a demo found without one, taking no quota slot and no lease."""
        writes = [
            self._put(self._new_record(demo), condition="attribute_not_exists(pk)"),
            *self._entries(demo, 1, entries),
        ]
        if any(reason != "None" for reason in self._transact(writes)):
            raise StaleRecord(f"{demo.demo_id} has a record")

    def _new_record(self, demo: Demo) -> Item:
        values = _present(records.attributes(demo, self._watchdog))
        return records.demo_key(demo.demo_id) | values | {"version": 1, "wakes": 0}

    @translated
    def save(self, before: Demo, after: Demo, entries: Sequence[Entry]) -> Demo:
        """Write what changed and append the entries in one transaction."""
        version = before.version + 1
        writes = [
            self._update(before, after, version),
            *self._entries(after, version, entries),
            *self._lease_writes(before, after),
        ]
        if any(reason != "None" for reason in self._transact(writes)):
            raise StaleRecord(f"{before.demo_id} has moved on from version {before.version}")
        return _saved(before, after, version)

    def _update(self, before: Demo, after: Demo, version: int) -> Item:
        values = records.attributes(after, self._watchdog) | {"version": version}
        update = _set_or_remove(values)
        bound = {f":{k}": v for k, v in _present(values).items()} | {":was": before.version}
        if before.changed:
            update += " DELETE changed :changed"
            bound[":changed"] = set(before.changed)
        return {
            "Update": {
                "TableName": self._name,
                "Key": marshal(records.demo_key(before.demo_id)),
                "UpdateExpression": update,
                "ConditionExpression": "version = :was",
                "ExpressionAttributeNames": {f"#{k}": k for k in values if k != "version"},
                "ExpressionAttributeValues": marshal(bound),
            }
        }

    def _lease_writes(self, before: Demo, after: Demo) -> list[Item]:
        if after.ended and not before.ended:
            gone = self._delete(records.lease_key(after.demo_id))
            return [gone, *self._give_slots_back(after.demo_id, after.owner)]
        if after.expires_at != before.expires_at:
            return [self._put(records.lease_item(after))]
        return []

    def _take_slot(self, key: Item, demo: Demo, maximum: int) -> Item:
        condition = "attribute_not_exists(holders) OR size(holders) < :max"
        held = {":slot": {records.slot(demo.demo_id, demo.owner)}, ":max": maximum}
        return {"Update": self._slot_update(key, "ADD", held) | {"ConditionExpression": condition}}

    def _give_slots_back(self, demo_id: str, owner: str) -> list[Item]:
        """Take a demo out of both sets; one that is in neither changes nothing."""
        held = {":slot": {records.slot(demo_id, owner)}}
        keys = (records.owner_quota_key(owner), records.TOTAL_QUOTA_KEY)
        return [{"Update": self._slot_update(key, "DELETE", held)} for key in keys]

    def _slot_update(self, key: Item, verb: str, bound: Item) -> Item:
        return {
            "TableName": self._name,
            "Key": marshal(key),
            "UpdateExpression": f"{verb} holders :slot",
            "ExpressionAttributeValues": marshal(bound),
        }

    @translated
    def slots(self) -> Mapping[str, str]:
        """Return every quota slot taken: the demo that holds it to its owner."""
        return self._holders(records.TOTAL_QUOTA_KEY)

    @translated
    def give_back(self, demo_id: str, owner: str) -> None:
        """Free the quota slots of a demo; freeing them twice is no error."""
        reasons = self._transact_through_contention(self._give_slots_back(demo_id, owner))
        if any(reason != "None" for reason in reasons):
            raise StaleRecord(f"the slots of {demo_id} are being written: {reasons}")

    def _holders(self, key: Item) -> dict[str, str]:
        answer = self._client.get_item(TableName=self._name, Key=marshal(key), ConsistentRead=True)
        held = unmarshal(answer.get("Item", {})).get("holders", set())
        return dict(records.holder(slot) for slot in sorted(held))

    def _entries(self, demo: Demo, version: int, entries: Sequence[Entry]) -> list[Item]:
        return [
            self._put(records.entry_item(demo, version, number, entry))
            for number, entry in enumerate(entries)
        ]

    def _put(self, item: Item, *, condition: str | None = None) -> Item:
        put: Item = {"TableName": self._name, "Item": marshal(item)}
        return {"Put": put | ({"ConditionExpression": condition} if condition else {})}

    def _delete(self, key: Item) -> Item:
        return {"Delete": {"TableName": self._name, "Key": marshal(key)}}

    def _transact(self, writes: list[Item]) -> list[str]:
        """Do it all or nothing; return why each write stood in the way ("None" if it did not)."""
        try:
            self._client.transact_write_items(TransactItems=writes)
        except ClientError as error:
            if code_of(error) != "TransactionCanceledException":
                raise
            return [str(r.get("Code")) for r in error.response["CancellationReasons"]]
        return ["None"] * len(writes)

    def _transact_through_contention(self, writes: list[Item]) -> list[str]:
        """Try again while another request holds the same quota item: nothing retries for us."""
        reasons = self._transact(writes)
        for attempt in range(_CONTENTION_TRIES):
            if "TransactionConflict" not in reasons:
                break
            time.sleep(random.uniform(0, 0.02 * 2**attempt))  # noqa: S311 - jitter
            reasons = self._transact(writes)
        return reasons

    # Reading ------------------------------------------------------------------------------

    @translated
    def get(self, demo_id: str) -> Demo:
        """Read a record, strongly consistent; raise NotFound."""
        answer = self._client.get_item(
            TableName=self._name, Key=marshal(records.demo_key(demo_id)), ConsistentRead=True
        )
        if "Item" not in answer:
            raise NotFound(f"there is no demo {demo_id}")
        return records.to_demo(unmarshal(answer["Item"]))

    @translated
    def of_owner(self, owner: str, *, limit: int, cursor: str | None = None) -> Page[Demo]:
        """List an owner's demos, newest first."""
        return self._listing("by_owner", "owner", owner, limit, cursor)

    @translated
    def newest(self, *, limit: int, cursor: str | None = None) -> Page[Demo]:
        """List everybody's demos, newest first."""
        return self._listing("by_created", "kind", "DEMO", limit, cursor)

    def _listing(
        self, index: str, key: str, value: str, limit: int, cursor: str | None
    ) -> Page[Demo]:
        query = {
            "IndexName": index,
            "KeyConditionExpression": "#k = :v",
            "ExpressionAttributeNames": {"#k": key},
            "ExpressionAttributeValues": marshal({":v": value}),
            "ScanIndexForward": False,
        }
        fixed = {key: value, "sk": "DEMO"}
        moving = ("pk", "created_at")
        return self._page(query, limit, cursor, fixed=fixed, moving=moving, read=records.to_demo)

    @translated
    def timeline(self, demo_id: str, *, limit: int, cursor: str | None = None) -> Page[Entry]:
        """List a demo's timeline, oldest first."""
        pk = records.demo_key(demo_id)["pk"]
        query = {
            "KeyConditionExpression": "pk = :pk AND begins_with(sk, :event)",
            "ExpressionAttributeValues": marshal({":pk": pk, ":event": "EVENT#"}),
        }
        fixed, moving = {"pk": pk}, ("sk",)
        return self._page(query, limit, cursor, fixed=fixed, moving=moving, read=records.to_entry)

    def _page(
        self,
        query: Item,
        limit: int,
        cursor: str | None,
        *,
        fixed: Item,
        moving: tuple[str, ...],
        read: Callable[[Mapping[str, Any]], T],
    ) -> Page[T]:
        """Query one page; the cursor holds only what the caller may not choose otherwise."""
        start = {"ExclusiveStartKey": marshal(fixed | _opened(cursor, moving))} if cursor else {}
        answer = self._client.query(TableName=self._name, Limit=limit, **query, **start)
        last = unmarshal(answer.get("LastEvaluatedKey", {}))
        return Page(
            items=tuple(read(unmarshal(item)) for item in answer["Items"]),
            cursor=_sealed({k: last[k] for k in moving}) if last else None,
        )

    @translated
    def due(self, now: datetime) -> Sequence[str]:
        """Return the ids of all demos whose `due_at` has come, every page of every shard."""
        pages = self._client.get_paginator("query")
        return tuple(
            item["pk"]["S"].removeprefix("DEMO#")
            for shard in range(records.DUE_SHARDS)
            for page in pages.paginate(
                TableName=self._name,
                IndexName="due",
                KeyConditionExpression="due_shard = :shard AND due_at <= :now",
                ExpressionAttributeValues=marshal(
                    {":shard": f"DUE#{shard}", ":now": records.sortable(now)}
                ),
            )
            for item in page["Items"]
        )

    # Waking and parking -------------------------------------------------------------------

    @translated
    def wake(self, demo_id: str, change: str | None = None) -> str | None:
        """Count an event, note what it named, and take the parked task token if there is one."""
        added = {":one": 1} | ({":change": {change}} if change else {})
        try:
            answer = self._client.update_item(
                TableName=self._name,
                Key=marshal(records.demo_key(demo_id)),
                UpdateExpression="ADD wakes :one"
                + (", changed :change" if change else "")
                + " REMOVE #token",
                ConditionExpression="attribute_exists(pk)",
                ExpressionAttributeNames={"#token": "token"},
                ExpressionAttributeValues=marshal(added),
                ReturnValues="ALL_OLD",
            )
        except ClientError as error:
            if code_of(error) == "ConditionalCheckFailedException":
                return None
            raise
        token: str | None = unmarshal(answer.get("Attributes", {})).get("token")
        return token

    @translated
    def park(self, demo_id: str, *, generation: int, seen: int, token: str) -> bool:
        """Leave a task token, unless an event came since `seen` or another loop took over."""
        try:
            self._client.update_item(
                TableName=self._name,
                Key=marshal(records.demo_key(demo_id)),
                UpdateExpression="SET #token = :token",
                ConditionExpression="wakes = :seen AND generation = :generation",
                ExpressionAttributeNames={"#token": "token"},
                ExpressionAttributeValues=marshal(
                    {":token": token, ":seen": seen, ":generation": generation}
                ),
            )
        except ClientError as error:
            if code_of(error) == "ConditionalCheckFailedException":
                return False
            raise ours(error) from error
        return True

    @translated
    def restore_lease(self, demo: Demo) -> None:
        """Put a live demo's lease item back as the record has it."""
        self._client.put_item(TableName=self._name, Item=marshal(records.lease_item(demo)))

    @translated
    def suspects(self) -> frozenset[str]:
        """Return what the last orphan search noted."""
        answer = self._client.get_item(
            TableName=self._name, Key=marshal(records.SUSPECTS_KEY), ConsistentRead=True
        )
        return frozenset(unmarshal(answer.get("Item", {})).get("names", ()))

    @translated
    def suspect(self, names: Iterable[str]) -> None:
        """Note what this orphan search found, in place of what the last one noted."""
        item = {**records.SUSPECTS_KEY, "names": sorted(names)}
        self._client.put_item(TableName=self._name, Item=marshal(item))


def _present(values: Item) -> Item:
    return {key: value for key, value in values.items() if value is not None}


def _set_or_remove(values: Item) -> str:
    sets = [k for k, v in values.items() if v is not None]
    removes = [k for k, v in values.items() if v is None]
    text = "SET " + ", ".join(
        "version = :version" if k == "version" else f"#{k} = :{k}" for k in sets
    )
    return text + (" REMOVE " + ", ".join(f"#{k}" for k in removes) if removes else "")


def _saved(before: Demo, after: Demo, version: int) -> Demo:

    return replace(after, version=version, changed=frozenset(), wakes=before.wakes)


def _sealed(values: Item) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode()


def _opened(cursor: str, names: tuple[str, ...]) -> Item:
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        return {name: str(values[name]) for name in names}
    except (binascii.Error, ValueError, KeyError, TypeError) as error:
        problem = FieldProblem("cursor", "is not one that this service gave out")
        raise InvalidRequest(problem) from error
