"""The lease items: the table's TTL removes one when its lease is over."""

from __future__ import annotations

from typing import Any

from chalicelib.adapters import items
from chalicelib.adapters.aws import translated
from chalicelib.adapters.table.writes import Writes, moved_on, transact
from chalicelib.core.demo import Demo


class LeaseItems:
    """DynamoDB as the Leases."""

    def __init__(self, client: Any, name: str) -> None:
        self._client = client
        self._writes = Writes(name)

    @translated
    def restore(self, demo: Demo) -> None:
        """Put a live demo's lease item back as the record has it; raise StaleRecord."""
        writes = [self._writes.unchanged(demo), self._writes.put(items.lease_item(demo))]
        if transact(self._client, writes):
            raise moved_on(demo)
