"""The demos' records and timelines, every change conditional."""

from __future__ import annotations

import functools
import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from chalicelib.adapters import items
from chalicelib.adapters.aws import translated
from chalicelib.adapters.items import Item, marshal, unmarshal
from chalicelib.adapters.table.lists import Lists
from chalicelib.adapters.table.pages import page
from chalicelib.adapters.table.writes import Writes, moved_on, transact
from chalicelib.core.demo import Demo
from chalicelib.core.errors import NotFound, StaleRecord, Throttled
from chalicelib.core.listing import Listing
from chalicelib.core.pages import Page
from chalicelib.core.policy import Quotas
from chalicelib.core.timeline import Entry

if TYPE_CHECKING:
    from chalicelib.adapters.table.quotas import QuotaItems

_TRIES: Final = 20
"""Slots to try for, each found free and then taken by another request."""


class DemoTable:
    """DynamoDB as the DemoRecords."""

    def __init__(self, client: Any, name: str) -> None:
        self._client = client
        self._name = name
        self._writes = Writes(name)
        self._lists = Lists(client, name)

    @functools.cached_property
    def _quotas(self) -> QuotaItems:
        from chalicelib.adapters.table.quotas import QuotaItems  # noqa: PLC0415 - few writes

        return QuotaItems(self._client, self._name)

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
                self._writes.put(items.lease_item(demo)),
                *self._writes.entries(demo, 1, entries),
                self._writes.absent(items.alias_key(demo.demo_id)),
            ]
            refused = transact(self._client, writes)
            if refused & {0, len(writes) - 1}:
                raise StaleRecord(f"{demo.demo_id} is taken")
            if not refused:
                return
        raise Throttled("others took every quota slot that was free")

    @translated
    def claim(
        self,
        before: Demo,
        after: Demo,
        entries: Sequence[Entry],
        quotas: Quotas,
        *,
        request_id: str | None = None,
    ) -> Demo:
        """Give a demo to its new owner, with quota slots and lease, or change nothing."""
        version = before.version + 1
        for _ in range(_TRIES):
            slots, moves = self._quotas.move(before, after, quotas)
            writes = [
                self._writes.update(before, after, version, slots),
                *self._aliases(request_id, after),
                self._writes.put(items.lease_item(after)),
                *self._writes.entries(after, version, entries),
            ]
            refused = transact(self._client, [*writes, *moves])
            if any(number < len(writes) for number in refused):
                raise moved_on(before)
            if not refused:
                return replace(after, version=version, changed=frozenset())
        raise Throttled("others took every quota slot that was free")

    def _aliases(self, request_id: str | None, demo: Demo) -> list[Item]:
        """Return the writes that make a request's id stand for a demo, and for no second one."""
        if request_id is None:
            return []
        alias = items.alias_item(request_id, demo)
        return [
            self._writes.put(alias, condition="attribute_not_exists(pk)"),
            self._writes.absent(items.demo_key(request_id)),
        ]

    @translated
    def given_to(self, request_id: str) -> str | None:
        """Return the pool's demo that a request of this id was given, if it was given one."""
        answer = self._client.get_item(
            TableName=self._name, Key=marshal(items.alias_key(request_id)), ConsistentRead=True
        )
        return unmarshal(answer["Item"])["demo_id"] if "Item" in answer else None

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
                raise moved_on(before)
            # Another demo holds the slot by now: this one is deleted without freeing it.
            writes = [write for number, write in enumerate(writes) if number not in refused]
        return replace(after, version=version, changed=frozenset())

    @translated
    def append(self, demo: Demo, entry: Entry) -> None:
        """Append an entry that tells of no change of the record."""
        order = secrets.token_hex(4)
        item = items.entry_item(demo.demo_id, entry, order, until=demo.expires_at)
        self._client.put_item(TableName=self._name, Item=marshal(item))

    # Reading ------------------------------------------------------------------------------

    @translated
    def get(self, demo_id: str) -> Demo:
        """Read a record, strongly consistent; raise NotFound or UnreadableRecord."""
        answer = self._client.get_item(
            TableName=self._name, Key=marshal(items.demo_key(demo_id)), ConsistentRead=True
        )
        if "Item" not in answer:
            raise NotFound(f"there is no demo {demo_id}")
        return items.to_demo(unmarshal(answer["Item"]))

    @translated
    def list(self, listing: Listing, *, limit: int, cursor: str | None = None) -> Page[Demo]:
        """List demos."""
        return self._lists.page(listing, limit, cursor)

    @translated
    def timeline(self, demo_id: str, *, limit: int, cursor: str | None = None) -> Page[Entry]:
        """List a demo's timeline, oldest first."""
        pk = items.demo_key(demo_id)["pk"]
        query = {
            "TableName": self._name,
            "Limit": limit,
            "KeyConditionExpression": "pk = :pk AND begins_with(sk, :event)",
            "ExpressionAttributeValues": marshal({":pk": pk, ":event": "EVENT#"}),
        }
        fixed, moving = {"pk": pk}, ("sk",)
        return page(self._client, query, cursor, fixed=fixed, moving=moving, read=items.to_entry)

    @translated
    def due(self, now: datetime) -> Sequence[str]:
        """Return the ids of all demos whose `due_at` has come, every page of every shard."""
        pages = self._client.get_paginator("query")
        return tuple(
            item["pk"]["S"].removeprefix("DEMO#")
            for shard in range(items.DUE_SHARDS)
            for found in pages.paginate(
                TableName=self._name,
                IndexName="due",
                KeyConditionExpression="due_shard = :shard AND due_at <= :now",
                ExpressionAttributeValues=marshal(
                    {":shard": f"DUE#{shard}", ":now": items.sortable(now)}
                ),
            )
            for item in found["Items"]
        )
