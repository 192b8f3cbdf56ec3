"""A demo as a DynamoDB item and back.

The record's own fields travel as one map under `demo`; beside it stand the attributes that
conditions and indexes speak of. `wakes`, `token` and `changed` are written by events and never
by a save, so they are not part of the map.
"""

from __future__ import annotations

import functools
import json
import math
import zlib
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, TypeVar

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from chalicelib.core.demo import Demo, Desired
from chalicelib.core.errors import UnreadableRecord
from chalicelib.core.listing import Line, line_of, search_text
from chalicelib.core.stack_change import StackChange
from chalicelib.core.timeline import Entry

if TYPE_CHECKING:
    from pydantic import TypeAdapter

DUE_SHARDS: Final = 4
"""Partitions of the due index, so that no single one takes every write."""
T = TypeVar("T")
KEPT: Final = timedelta(days=90)
"""How long records and timelines stay after their last use; then the table's TTL purges them."""

Item = dict[str, Any]

_APART: Final = frozenset({"version", "wakes", "changed", "due_at"})
_serialize = TypeSerializer().serialize
_deserialize = TypeDeserializer().deserialize


@functools.cache
def adapter(kind: Callable[..., T]) -> TypeAdapter[T]:
    """Return what reads and writes a kind of value, made when the first one comes by."""
    from pydantic import TypeAdapter  # noqa: PLC0415 - the page and the catalog need no records

    return TypeAdapter(kind)


def marshal(values: Mapping[str, Any]) -> Item:
    """Return plain values in DynamoDB's typed form."""
    return {key: _serialize(value) for key, value in values.items()}


def unmarshal(item: Mapping[str, Any]) -> Item:
    """Return an item's plain values."""
    return {key: _deserialize(value) for key, value in item.items()}


def demo_key(demo_id: str) -> Item:
    """Return the key of a demo's record."""
    return {"pk": f"DEMO#{demo_id}", "sk": "DEMO"}


def lease_key(demo_id: str) -> Item:
    """Return the key of a demo's lease item, the one whose TTL ends the demo."""
    return {"pk": f"DEMO#{demo_id}", "sk": "LEASE"}


SUSPECTS_KEY: Final[Item] = {"pk": "ORPHANS", "sk": "SUSPECTS"}


def due_shard(demo_id: str) -> str:
    """Return the due index's partition for a demo."""
    return f"DUE#{zlib.crc32(demo_id.encode()) % DUE_SHARDS}"


def sortable(moment: datetime) -> str:
    """Return a moment as text that sorts by time."""
    return moment.isoformat(timespec="microseconds")


def attributes(demo: Demo) -> Item:
    """Return what a save writes of a record; a None stands for an attribute to remove."""
    document = adapter(Demo).dump_json(demo, exclude=set(_APART))
    return {
        "demo": json.loads(document, parse_float=Decimal),
        "kind": "DEMO",
        "owner": demo.owner,
        "created_at": sortable(demo.created_at),
        "phase": demo.phase.value,
        "search": line_of(demo).text,
        "generation": demo.generation,
        "looping": demo.looping,
        "due_shard": due_shard(demo.demo_id) if demo.due_at else None,
        "due_at": sortable(demo.due_at) if demo.due_at else None,
        "ttl": epoch(demo.deleted_at + KEPT) if demo.deleted_at else None,
    }


def to_demo(item: Mapping[str, Any]) -> Demo:
    """Return the demo of a record's plain values; raise UnreadableRecord."""

    def fields() -> Item:
        return {
            **_renamed(item["demo"]),
            "version": int(item["version"]),
            "due_at": item.get("due_at"),
            "wakes": int(item.get("wakes", 0)),
            "changed": frozenset(map(StackChange.decode, item.get("changed", ()))),
        }

    return read(Demo, item, fields)


def to_line(item: Mapping[str, Any]) -> Line:
    """Return what a list needs to know of a record's plain values; raise UnreadableRecord."""
    try:
        demo, demo_id = item["demo"], str(item["pk"]).removeprefix("DEMO#")
        owner, name = str(item["owner"]), str(demo["name"])
        return Line(
            demo_id=demo_id,
            owner=owner,
            name=name,
            phase=str(item["phase"]),
            created_at=datetime.fromisoformat(item["created_at"]),
            expires_at=datetime.fromisoformat(demo["expires_at"]),
            # The first releases kept no text to be searched.
            text=item.get("search") or search_text(demo_id, owner, name, ()),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise UnreadableRecord(f"{item['pk']} {item['sk']} cannot be listed: {error!r}") from error


_OLD_NAMES: Final = {
    "asked": "requested_components",
    "steps": "components",
    "desired": "desired_state",
}


def _renamed(demo: Item) -> Item:
    """Return a record's fields by their present names; the first release wrote others."""
    fields = {_OLD_NAMES.get(name, name): value for name, value in dict(demo).items()}
    components = {
        name: {("depends_on" if k == "after" else k): v for k, v in dict(component).items()}
        for name, component in dict(fields["components"]).items()
    }
    if fields.get("desired_state") == "ready":
        fields["desired_state"] = Desired.RUNNING
    return {**fields, "components": components}


def alias_key(demo_id: str) -> Item:
    """Return the key of what a request's own id stands for when it was given a pool's demo."""
    return {"pk": f"DEMO#{demo_id}", "sk": "ALIAS"}


def alias_item(request_id: str, demo: Demo) -> Item:
    """Return the item that leads from a request's own id to the demo that it was given."""
    return {
        **alias_key(request_id),
        "demo_id": demo.demo_id,
        "ttl": epoch(demo.created_at + KEPT),
    }


def lease_item(demo: Demo) -> Item:
    """Return a demo's lease item."""
    return {
        **lease_key(demo.demo_id),
        "demo_id": demo.demo_id,
        "lease_owner": demo.owner,
        "expires_at": sortable(demo.expires_at),
        "ttl": epoch(demo.expires_at),
    }


def entry_item(demo_id: str, entry: Entry, order: str, *, until: datetime) -> Item:
    """Return a timeline entry's item, of use until its demo's or its link's end.

    `order` tells apart, and orders, what happened at once.
    """
    return {
        "pk": f"DEMO#{demo_id}",
        "sk": f"EVENT#{sortable(entry.at)}#{order}",
        **json.loads(adapter(Entry).dump_json(entry)),
        "ttl": epoch(max(entry.at, until) + KEPT),
    }


def to_entry(item: Mapping[str, Any]) -> Entry:
    """Return the timeline entry of an item's plain values; raise UnreadableRecord."""
    return read(Entry, item, lambda: {k: item[k] for k in ("at", "actor", "kind", "text")})


def read(kind: Callable[..., T], item: Mapping[str, Any], fields: Callable[[], Item]) -> T:
    """Return an item's value of a kind, made of `fields`; raise UnreadableRecord."""
    try:
        value: T = adapter(kind).validate_python(fields())
    except (
        KeyError,
        TypeError,
        ValueError,
    ) as error:  # pydantic's ValidationError is a ValueError
        why = " ".join(str(error).split())
        raise UnreadableRecord(f"{item['pk']} {item['sk']} cannot be read: {why}") from error
    return value


def epoch(moment: datetime) -> int:
    """Return a moment as DynamoDB's TTL wants it: whole seconds since 1970, never too early."""
    return math.ceil(moment.timestamp())
