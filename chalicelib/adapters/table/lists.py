"""Lists of demos from the indexes `by_owner` and `by_created`.

Both hold demos by the time they were made, so the newest come page by page. What a list leaves
out is read all the same (DynamoDB Developer Guide, "Filter expressions for the Query operation"),
and any other order reads a whole partition: half a read unit for each 4 KB, about one a demo.
No more is held in memory than a page.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from chalicelib.adapters import items
from chalicelib.adapters.items import Item, marshal, unmarshal
from chalicelib.adapters.table.pages import opened, sealed
from chalicelib.core.demo import Demo
from chalicelib.core.errors import UnreadableRecord
from chalicelib.core.listing import Line, Listing, Order
from chalicelib.core.pages import Page

_QUERIES: Final = 10
"""Most queries for one page of the newest, each over at most 1 MB: then a page comes short."""
_READ: Final = 200
"""Most records that such a query reads to find some that fit."""
_LINE: Final = "pk, sk, #owner, #phase, #created_at, #search, #demo.#name, #demo.#expires_at"
_NAMES: Final = {
    f"#{name}": name
    for name in ("owner", "phase", "created_at", "search", "demo", "name", "expires_at")
}
_NEWEST: Final = ("pk", "created_at")
_RANKED: Final = ("rank", "demo_id")


@dataclass(slots=True)
class _Found:
    """What a list has found so far."""

    demos: list[Demo] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)

    def page(self, cursor: str | None) -> Page[Demo]:
        return Page(items=tuple(self.demos), cursor=cursor, unreadable=tuple(self.unreadable))

    @contextmanager
    def naming(self) -> Iterator[None]:
        """Name a record that cannot be read; it hides no other."""
        try:
            yield
        except UnreadableRecord as error:
            self.unreadable.append(str(error))


@dataclass(frozen=True, slots=True)
class Lists:
    """The lists of one table."""

    client: Any
    table: str

    def page(self, listing: Listing, limit: int, cursor: str | None) -> Page[Demo]:
        """Return a page of a list."""
        if listing.order is Order.NEWEST:
            return self._newest(listing, limit, cursor)
        return self._ranked(listing, limit, cursor)

    def _newest(self, listing: Listing, limit: int, cursor: str | None) -> Page[Demo]:
        """Read on from a record until a page is full, at most so many queries."""
        found, query = _Found(), self._query(listing)
        partition = _partition(listing)
        last = {**partition, "sk": "DEMO", **opened(cursor, _NEWEST)} if cursor else {}
        most = limit + 1 if _all(listing) else _READ
        for _ in range(_QUERIES):
            start = {"ExclusiveStartKey": marshal(last)} if last else {}
            answer = self.client.query(**query, **start, Limit=most)
            for item in map(unmarshal, answer["Items"]):
                if len(found.demos) + len(found.unreadable) == limit:
                    return found.page(sealed({k: last[k] for k in _NEWEST}))
                last = item
                with found.naming():
                    if listing.takes(items.to_line(item)):
                        found.demos.append(items.to_demo(item))
            last = unmarshal(answer.get("LastEvaluatedKey", {}))
            if not last:
                return found.page(None)
        return found.page(sealed({k: last[k] for k in _NEWEST}))

    def _ranked(self, listing: Listing, limit: int, cursor: str | None) -> Page[Demo]:
        """Read all that the list takes, and then whole what belongs on the page."""
        found = _Found()
        after = tuple(opened(cursor, _RANKED).values()) if cursor else ("", "")
        lines = (line for line in self._lines(listing, found) if listing.takes(line))
        ranks = (rank for rank in map(listing.rank, lines) if rank > after)
        best = heapq.nsmallest(limit + 1, ranks)
        for _, demo_id in best[:limit]:
            self._get(demo_id, found)
        if len(best) <= limit:
            return found.page(None)
        rank, demo_id = best[limit - 1]
        return found.page(sealed({"rank": rank, "demo_id": demo_id}))

    def _lines(self, listing: Listing, found: _Found) -> Iterator[Line]:
        query = self._query(listing)
        query |= {"ProjectionExpression": _LINE}
        query["ExpressionAttributeNames"] |= _NAMES
        for answer in self.client.get_paginator("query").paginate(**query):
            for item in map(unmarshal, answer["Items"]):
                with found.naming():
                    yield items.to_line(item)

    def _get(self, demo_id: str, found: _Found) -> None:
        answer = self.client.get_item(TableName=self.table, Key=marshal(items.demo_key(demo_id)))
        if "Item" in answer:
            with found.naming():
                found.demos.append(items.to_demo(unmarshal(answer["Item"])))

    def _query(self, listing: Listing) -> Item:
        [(key, value)] = _partition(listing).items()
        filters, names, values = _filter(listing)
        return {
            "TableName": self.table,
            "IndexName": "by_owner" if listing.owner is not None else "by_created",
            "KeyConditionExpression": "#key = :key",
            "ExpressionAttributeNames": {"#key": key, **names},
            "ExpressionAttributeValues": marshal({":key": value, **values}),
            "ScanIndexForward": False,
            **({"FilterExpression": filters} if filters else {}),
        }


def _partition(listing: Listing) -> Item:
    return {"owner": listing.owner} if listing.owner is not None else {"kind": "DEMO"}


def _all(listing: Listing) -> bool:
    return listing == Listing(owner=listing.owner)


def _filter(listing: Listing) -> tuple[str, dict[str, str], Item]:
    """Return what DynamoDB itself leaves out: its expression, and the names and values in it."""
    parts, names, values = [], {}, {}
    if listing.phases != Listing().phases:
        phases = {f":phase{n}": str(phase) for n, phase in enumerate(sorted(listing.phases))}
        parts, names, values = [f"#phase IN ({', '.join(phases)})"], {"#phase": "phase"}, phases
    for number, word in enumerate(listing.words):
        # The first releases kept no text to be searched: those records are judged here.
        parts.append(f"(attribute_not_exists(#search) OR contains(#search, :word{number}))")
        names["#search"] = "search"
        values[f":word{number}"] = word
    return " AND ".join(parts), names, values
