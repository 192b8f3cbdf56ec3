"""The pools in the table: POOLS / POOL#<name>, a document beside the counts of claims."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from chalicelib.adapters import items
from chalicelib.adapters.aws import translated
from chalicelib.adapters.items import Item, marshal, unmarshal
from chalicelib.adapters.table.writes import if_met
from chalicelib.core.errors import StaleRecord
from chalicelib.core.pool import Pool

_APART: Final = frozenset({"version", "claimed", "missed"})


class PoolItems:
    """DynamoDB as the PoolStore."""

    def __init__(self, client: Any, name: str) -> None:
        self._client = client
        self._name = name

    @translated
    def all(self) -> Sequence[Pool]:
        """Return every pool, by name, strongly consistent."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._name,
            KeyConditionExpression="pk = :pools",
            ExpressionAttributeValues=marshal({":pools": "POOLS"}),
            ConsistentRead=True,
        )
        return [_pool(unmarshal(item)) for page in pages for item in page["Items"]]

    @translated
    def put(self, pool: Pool, *, before: Pool | None) -> None:
        """Write a pool's definition; raise StaleRecord unless the stored one is still `before`."""
        document = items.adapter(Pool).dump_python(pool, mode="json", exclude=set(_APART))
        values: Item = {":pool": document, ":version": (before.version if before else 0) + 1}
        condition = "attribute_not_exists(pk)"
        if before is not None:
            condition, values[":was"] = "version = :was", before.version
        written = if_met(
            lambda: self._client.update_item(
                TableName=self._name,
                Key=marshal(_key(pool.name)),
                UpdateExpression="SET #pool = :pool, version = :version",
                ConditionExpression=condition,
                ExpressionAttributeNames={"#pool": "pool"},
                ExpressionAttributeValues=marshal(values),
            )
        )
        if written is None:
            raise StaleRecord(f"the pool {pool.name} was changed meanwhile")

    @translated
    def remove(self, pool: Pool) -> None:
        """Forget a pool; raise StaleRecord when it was changed meanwhile."""
        removed = if_met(
            lambda: self._client.delete_item(
                TableName=self._name,
                Key=marshal(_key(pool.name)),
                ConditionExpression="attribute_not_exists(pk) OR version = :was",
                ExpressionAttributeValues=marshal({":was": pool.version}),
            )
        )
        if removed is None:
            raise StaleRecord(f"the pool {pool.name} was changed meanwhile")

    @translated
    def count(self, name: str, *, claimed: int = 0, missed: int = 0) -> None:
        """Add to a pool's counts; a pool that does not exist is no error."""
        if_met(
            lambda: self._client.update_item(
                TableName=self._name,
                Key=marshal(_key(name)),
                UpdateExpression="ADD claimed :claimed, missed :missed",
                ConditionExpression="attribute_exists(pk)",
                ExpressionAttributeValues=marshal({":claimed": claimed, ":missed": missed}),
            )
        )


def _key(name: str) -> Item:
    return {"pk": "POOLS", "sk": f"POOL#{name}"}


def _pool(item: Mapping[str, Any]) -> Pool:
    return items.read(
        Pool,
        item,
        lambda: {
            **item["pool"],
            "version": int(item["version"]),
            "claimed": int(item.get("claimed", 0)),
            "missed": int(item.get("missed", 0)),
        },
    )
