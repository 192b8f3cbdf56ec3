"""Records of demos in a real table, as if the demos had been made."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Any, Final

from chalicelib.adapters.items import marshal
from chalicelib.adapters.table.writes import Writes
from chalicelib.core.demo import Demo

_BATCH: Final = 25
"""BatchWriteItem's limit (DynamoDB API Reference)."""


def put(client: Any, table: str, demos: Iterable[Demo]) -> None:
    """Put each demo's record into a table; who held what, and their leases, are not made."""
    records = map(Writes(table).new_record, demos)
    while batch := [{"PutRequest": {"Item": marshal(r)}} for r in islice(records, _BATCH)]:
        client.batch_write_item(RequestItems={table: batch})
