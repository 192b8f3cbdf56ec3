"""The table behind the DemoStore port: single-table design, every change conditional.

Keys: DEMO#<id> holds DEMO (the record), LEASE and EVENT#<time>…; OWNER#<owner> and TOTAL hold the
quota slots. Indexes: by_owner, by_created, and due (sparse: only what the sweep may have to deal
with is in it).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from chalicelib.adapters import records
from chalicelib.adapters.aws import translated
from chalicelib.adapters.records import marshal, unmarshal
from chalicelib.adapters.table.pages import page
from chalicelib.adapters.table.quotas import QuotaItems
from chalicelib.adapters.table.writes import Writes, if_met, transact
from chalicelib.core.demo import Demo
from chalicelib.core.errors import NotFound, StaleRecord, Throttled
from chalicelib.core.quotas import Quotas
from chalicelib.core.timeline import Entry
from chalicelib.services.ports import Page

_TRIES: Final = 20
"""Slots to try for, each found free and taken by somebody else in between."""


class Table:
    """DynamoDB as the DemoStore; `watchdog` is how long a loop may stay silent."""

    def __init__(self, client: Any, name: str, *, watchdog: timedelta) -> None:
        self._client = client
        self._name = name
        self._writes = Writes(name, watchdog)
        self._quotas = QuotaItems(client, name)

    # Writing a record ---------------------------------------------------------------------

    @translated
    def create(self, demo: Demo, entries: Sequence[Entry], quotas: Quotas) -> None:
        """Put record, lease and both quota slots in one transaction, or raise LimitReached."""
        for attempt in range(_TRIES):
            slots = self._quotas.choose(demo, quotas, search=attempt > 0)
            record = self._writes.new_record(demo, slots)
            writes = [
                self._writes.put(record, condition="attribute_not_exists(pk)"),
                *(self._quotas.take(slot, demo) for slot in slots),
                self._writes.put(records.lease_item(demo)),
                *self._writes.entries(demo, 1, entries),
            ]
            refused = transact(self._client, writes)
            if 0 in refused:
                raise StaleRecord(f"{demo.demo_id} is taken")
            if not refused:
                return
        raise Throttled("others took every quota slot that was free")

    @translated
    def adopt(self, demo: Demo, entries: Sequence[Entry]) -> None:
        """Put the record of a demo found without one, taking no quota slot and no lease."""
        writes = [
            self._writes.put(self._writes.new_record(demo), condition="attribute_not_exists(pk)"),
            *self._writes.entries(demo, 1, entries),
        ]
        if transact(self._client, writes):
            raise StaleRecord(f"{demo.demo_id} has a record")

    @translated
    def save(self, before: Demo, after: Demo, entries: Sequence[Entry]) -> Demo:
        """Write what changed and append the entries in one transaction."""
        version = before.version + 1
        writes = [
            self._writes.update(before, after, version),
            *self._writes.entries(after, version, entries),
            *self._writes.lease_writes(before, after),
        ]
        if after.ended and not before.ended:
            writes += self._quotas.free(after.demo_id, after.owner)
        while refused := transact(self._client, writes):
            if 0 in refused:
                raise _moved_on(before)
            # A slot that is another demo's by now: this one ends without it.
            writes = [write for number, write in enumerate(writes) if number not in refused]
        return _saved(before, after, version)

    @translated
    def slots(self) -> Mapping[str, str]:
        """Return who holds a quota slot: a demo's id to its owner."""
        return self._quotas.held()

    @translated
    def give_back(self, demo_id: str, owner: str) -> None:
        """Free the quota slots of a demo without a record; freeing them twice is no error."""
        self._quotas.free_found(demo_id, owner)

    # Reading ------------------------------------------------------------------------------

    @translated
    def get(self, demo_id: str) -> Demo:
        """Read a record, strongly consistent; raise NotFound or UnreadableRecord."""
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
            "TableName": self._name,
            "Limit": limit,
            "IndexName": index,
            "KeyConditionExpression": "#k = :v",
            "ExpressionAttributeNames": {"#k": key},
            "ExpressionAttributeValues": marshal({":v": value}),
            "ScanIndexForward": False,
        }
        fixed = {key: value, "sk": "DEMO"}
        moving = ("pk", "created_at")
        return page(self._client, query, cursor, fixed=fixed, moving=moving, read=records.to_demo)

    @translated
    def timeline(self, demo_id: str, *, limit: int, cursor: str | None = None) -> Page[Entry]:
        """List a demo's timeline, oldest first."""
        pk = records.demo_key(demo_id)["pk"]
        query = {
            "TableName": self._name,
            "Limit": limit,
            "KeyConditionExpression": "pk = :pk AND begins_with(sk, :event)",
            "ExpressionAttributeValues": marshal({":pk": pk, ":event": "EVENT#"}),
        }
        fixed, moving = {"pk": pk}, ("sk",)
        return page(self._client, query, cursor, fixed=fixed, moving=moving, read=records.to_entry)

    @translated
    def due(self, now: datetime) -> Sequence[str]:
        """Return the ids of all demos whose `due_at` has come, every page of every shard."""
        pages = self._client.get_paginator("query")
        return tuple(
            item["pk"]["S"].removeprefix("DEMO#")
            for shard in range(records.DUE_SHARDS)
            for found in pages.paginate(
                TableName=self._name,
                IndexName="due",
                KeyConditionExpression="due_shard = :shard AND due_at <= :now",
                ExpressionAttributeValues=marshal(
                    {":shard": f"DUE#{shard}", ":now": records.sortable(now)}
                ),
            )
            for item in found["Items"]
        )

    # Waking and parking -------------------------------------------------------------------

    @translated
    def wake(self, demo_id: str, change: str | None = None) -> str | None:
        """Count an event, note what it named, and take the parked task token if there is one."""
        added = {":one": 1} | ({":change": {change}} if change else {})
        answer = if_met(
            lambda: self._client.update_item(
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
        )
        if answer is None:
            return None
        token: str | None = unmarshal(answer.get("Attributes", {})).get("token")
        return token

    @translated
    def park(self, demo_id: str, *, generation: int, seen: int, token: str) -> bool:
        """Leave a task token, unless an event came since `seen` or another loop took over."""
        values = {":token": token, ":seen": seen, ":generation": generation}
        answer = if_met(
            lambda: self._client.update_item(
                TableName=self._name,
                Key=marshal(records.demo_key(demo_id)),
                UpdateExpression="SET #token = :token",
                ConditionExpression="wakes = :seen AND generation = :generation",
                ExpressionAttributeNames={"#token": "token"},
                ExpressionAttributeValues=marshal(values),
            )
        )
        return answer is not None

    @translated
    def restore_lease(self, demo: Demo) -> None:
        """Put a live demo's lease item back as the record has it; raise StaleRecord."""
        writes = [self._writes.unchanged(demo), self._writes.put(records.lease_item(demo))]
        if transact(self._client, writes):
            raise _moved_on(demo)

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


def _moved_on(demo: Demo) -> StaleRecord:
    return StaleRecord(f"{demo.demo_id} has moved on from version {demo.version}")


def _saved(before: Demo, after: Demo, version: int) -> Demo:
    return replace(after, version=version, changed=frozenset(), wakes=before.wakes)
