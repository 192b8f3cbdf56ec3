"""Quota slots: numbered items, each held by one demo, so that no one item is written by all.

OWNER#<owner> and TOTAL hold SLOT#<number> items. One is put only where there is none, below the
quota's size, so the items are the count. They are in the index by_created, where the orphan search
finds all of them.

Earlier releases kept a set of holders in a QUOTA item instead. What is left in such a set counts,
and is freed with its demo; nothing is added to it.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from chalicelib.adapters.aws import translated
from chalicelib.adapters.items import Item, demo_key, marshal, sortable, unmarshal
from chalicelib.adapters.table.writes import if_met
from chalicelib.core.demo import Demo
from chalicelib.core.errors import IN_ALL, PER_OWNER, LimitReached
from chalicelib.core.policy import Quotas
from chalicelib.core.quotas import open_slots

_TOTAL: Final = "TOTAL"
_SLOT: Final = "SLOT"


@dataclass(frozen=True, slots=True)
class QuotaItems:
    """DynamoDB as the QuotaSlots, and the slots' part in a record's transactions."""

    client: Any
    table: str

    def choose(self, demo: Demo, quotas: Quotas, *, search: bool) -> tuple[Item, Item]:
        """Return the keys of an owner's and of everybody's slot to take; raise LimitReached.

        Everybody's is a guess unless `search` is set: few demos of many make it a good one, and
        reading thousands of slots for each request would not be.
        """
        own = self.choose_own(demo, quotas)
        everybody = self._partition(_TOTAL) if search else self._beyond(quotas.in_all)
        free_to_all = open_slots(
            _numbers(everybody), quotas.in_all, unnumbered=len(_old(everybody))
        )
        if not free_to_all:
            raise LimitReached(IN_ALL, quotas.in_all)
        return own, _key(_TOTAL, random.choice(free_to_all))  # noqa: S311

    def choose_own(self, demo: Demo, quotas: Quotas) -> Item:
        """Return the key of an owner's slot to take; raise LimitReached."""
        owner = _owner(demo.owner)
        held = self._partition(owner)
        free = open_slots(_numbers(held), quotas.per_owner, unnumbered=len(_old(held)))
        if not free:
            holders = (*(i["holder"] for i in held if "holder" in i), *_old(held))
            raise LimitReached(PER_OWNER, quotas.per_owner, tuple(sorted(holders)))
        return _key(owner, random.choice(free))  # noqa: S311

    def move(self, before: Demo, after: Demo, quotas: Quotas) -> tuple[list[Item], list[Item]]:
        """Return the slots that a demo holds once it changes its owner, and the writes for that.

        Its place among all demos stays its own, held for the new owner; raises LimitReached.
        """
        held = self._named(before.demo_id)
        if held is None:  # made by an earlier release: its places become numbered ones
            slots = self.choose(after, quotas, search=True)
            freed = self.free(before.demo_id, before.owner)
            return list(slots), [*(self.take(key, after) for key in slots), *freed]
        own, shared = self.choose_own(after, quotas), [k for k in held if k["pk"] == _TOTAL]
        writes = [
            self.take(own, after),
            *({"Delete": self._off_slot(k, before.demo_id)} for k in held if k not in shared),
            *({"Update": self._held_for(key, after)} for key in shared),
        ]
        return [own, *shared], writes

    def take(self, key: Item, demo: Demo) -> Item:
        """Return the write that takes a slot, if it is free."""
        # Not `owner`: that would put the item into the index of an owner's demos.
        item = {
            **key,
            "kind": _SLOT,
            "created_at": sortable(demo.created_at),
            "holder": demo.demo_id,
            "held_for": demo.owner,
        }
        free = "attribute_not_exists(pk)"
        return {
            "Put": {"TableName": self.table, "Item": marshal(item), "ConditionExpression": free}
        }

    def free(self, demo_id: str, owner: str) -> list[Item]:
        """Return the writes that free the slots that a demo's record names.

        One that is another demo's by now is not freed: the write's condition is not met.
        """
        slots = self._named(demo_id)
        if slots is None:  # made by an earlier release
            return [
                {"Update": self._off_set(pk, demo_id, owner)} for pk in (_owner(owner), _TOTAL)
            ]
        return [{"Delete": self._off_slot(key, demo_id)} for key in slots]

    def _named(self, demo_id: str) -> list[Item] | None:
        """Return the keys of the slots that a record names; None: an earlier release made it."""
        answer = self.client.get_item(
            TableName=self.table,
            Key=marshal(demo_key(demo_id)),
            ProjectionExpression="slots",
            ConsistentRead=True,
        )
        slots: list[Item] | None = unmarshal(answer.get("Item", {})).get("slots")
        return slots

    @translated
    def give_back(self, demo_id: str, owner: str) -> None:
        """Free every slot of a demo that has no record to name them; twice is no error."""
        for pk in (_owner(owner), _TOTAL):
            for item in self._partition(pk):
                if item.get("holder") == demo_id:
                    slot = self._off_slot({"pk": pk, "sk": item["sk"]}, demo_id)
                    if_met(lambda slot=slot: self.client.delete_item(**slot))  # type: ignore[misc]
                elif demo_id in _old([item]):
                    old = self._off_set(pk, demo_id, owner)
                    if_met(lambda old=old: self.client.update_item(**old))  # type: ignore[misc]

    @translated
    def slots(self) -> Mapping[str, str]:
        """Return who holds a slot, of either kind: a demo's id to its owner."""
        query = {
            "IndexName": "by_created",
            "KeyConditionExpression": "#kind = :slot",
            "ExpressionAttributeNames": {"#kind": "kind"},
            "ExpressionAttributeValues": marshal({":slot": _SLOT}),
        }
        numbered = {item["holder"]: item["held_for"] for item in self._query(query)}
        return {**_old(self._old_total()), **numbered}

    def _partition(self, pk: str) -> list[Item]:
        """Return an owner's or everybody's slots: thousands, so no more of each than is used."""
        return list(
            self._query(
                {
                    "KeyConditionExpression": "pk = :pk",
                    "ProjectionExpression": "sk, holder, holders",
                    "ExpressionAttributeValues": marshal({":pk": pk}),
                    "ConsistentRead": True,
                }
            )
        )

    def _beyond(self, maximum: int) -> list[Item]:
        """Return everybody's slots if there is anything but slots below the maximum."""
        query = {
            "KeyConditionExpression": "pk = :pk AND sk >= :sk",
            "ExpressionAttributeValues": marshal(
                {":pk": _TOTAL, ":sk": _key(_TOTAL, maximum)["sk"]}
            ),
            "ConsistentRead": True,
            "Limit": 1,
        }
        return (
            self._partition(_TOTAL)
            if self._old_total() or any(True for _ in self._query(query))
            else []
        )

    def _old_total(self) -> list[Item]:
        key = marshal({"pk": _TOTAL, "sk": "QUOTA"})
        answer = self.client.get_item(TableName=self.table, Key=key, ConsistentRead=True)
        return [item] if "holders" in (item := unmarshal(answer.get("Item", {}))) else []

    def _query(self, query: Item) -> Iterator[Item]:
        pages = self.client.get_paginator("query").paginate(TableName=self.table, **query)
        return (unmarshal(item) for page in pages for item in page["Items"])

    def _off_slot(self, key: Item, demo_id: str) -> Item:
        return {
            "TableName": self.table,
            "Key": marshal(key),
            "ConditionExpression": "attribute_not_exists(pk) OR holder = :demo",
            "ExpressionAttributeValues": marshal({":demo": demo_id}),
        }

    def _held_for(self, key: Item, demo: Demo) -> Item:
        return {
            "TableName": self.table,
            "Key": marshal(key),
            "UpdateExpression": "SET held_for = :owner",
            "ConditionExpression": "holder = :demo",
            "ExpressionAttributeValues": marshal({":demo": demo.demo_id, ":owner": demo.owner}),
        }

    def _off_set(self, pk: str, demo_id: str, owner: str) -> Item:
        return {
            "TableName": self.table,
            "Key": marshal({"pk": pk, "sk": "QUOTA"}),
            "UpdateExpression": "DELETE holders :slot",
            "ConditionExpression": "attribute_exists(pk)",
            "ExpressionAttributeValues": marshal({":slot": {f"{demo_id} {owner}"}}),
        }


def _owner(owner: str) -> str:
    return f"OWNER#{owner}"


def _key(pk: str, number: int) -> Item:
    return {"pk": pk, "sk": f"{_SLOT}#{number:06d}"}


def _numbers(items: Sequence[Item]) -> list[int]:
    return [int(item["sk"].partition("#")[2]) for item in items if "holder" in item]


def _old(items: Sequence[Item]) -> dict[str, str]:
    """Return the holders in an earlier release's set, each written as its id and its owner."""
    pairs = (entry.partition(" ") for item in items for entry in sorted(item.get("holders", ())))
    return {demo_id: owner for demo_id, _, owner in pairs}
