"""The notes of one orphan search for the next."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from chalicelib.adapters import items
from chalicelib.adapters.aws import translated
from chalicelib.adapters.items import marshal, unmarshal


class OrphanNoteItem:
    """DynamoDB as the OrphanNotes: one item."""

    def __init__(self, client: Any, name: str) -> None:
        self._client = client
        self._name = name

    @translated
    def suspects(self) -> frozenset[str]:
        """Return what the last orphan search noted."""
        answer = self._client.get_item(
            TableName=self._name, Key=marshal(items.SUSPECTS_KEY), ConsistentRead=True
        )
        return frozenset(unmarshal(answer.get("Item", {})).get("names", ()))

    @translated
    def suspect(self, names: Iterable[str]) -> None:
        """Note what this orphan search found, in place of what the last one noted."""
        item = {**items.SUSPECTS_KEY, "names": sorted(names)}
        self._client.put_item(TableName=self._name, Item=marshal(item))
