"""Reading a page at a time, with cursors that a caller cannot abuse."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

from chalicelib.adapters.items import Item, marshal, unmarshal
from chalicelib.core.errors import FieldProblem, InvalidRequest, UnreadableRecord
from chalicelib.core.naming import DEMO_ID
from chalicelib.core.pages import Page

T = TypeVar("T")
_SHAPES: Final = {
    "pk": re.compile(f"DEMO#{DEMO_ID.pattern}"),
    "sk": re.compile(r"EVENT#[0-9T:.+#-]{1,80}"),
    "created_at": re.compile(r"[0-9T:.+-]{1,40}"),
    "rank": re.compile(r".{0,200}"),
    "demo_id": DEMO_ID,
}
"""What the parts of a key look like: DynamoDB answers a made-up one with an error."""


def page(
    client: Any,
    query: Item,
    cursor: str | None,
    *,
    fixed: Item,
    moving: tuple[str, ...],
    read: Callable[[Mapping[str, Any]], T],
) -> Page[T]:
    """Query one page; an item that cannot be read is named in it and does not hide the others.

    The cursor holds the `moving` part of a key. The `fixed` part never comes from a cursor, so
    that no caller can read on in another partition.
    """
    start = {"ExclusiveStartKey": marshal(fixed | opened(cursor, moving))} if cursor else {}
    answer = client.query(**query, **start)
    last = unmarshal(answer.get("LastEvaluatedKey", {}))
    items, unreadable = [], []
    for item in answer["Items"]:
        try:
            items.append(read(unmarshal(item)))
        except UnreadableRecord as error:
            unreadable.append(str(error))
    return Page(
        items=tuple(items),
        cursor=sealed({k: last[k] for k in moving}) if last else None,
        unreadable=tuple(unreadable),
    )


def sealed(values: Item) -> str:
    """Return the cursor that holds these parts of a key."""
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode()


def opened(cursor: str, names: tuple[str, ...]) -> Item:
    """Return what a cursor holds, in the order of the names; raise InvalidRequest."""
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        opened = {name: values[name] for name in names}
        if all(_SHAPES[name].fullmatch(value) for name, value in opened.items()):
            return opened
    except (ValueError, KeyError, TypeError, RecursionError):
        pass  # the same answer as for a key that nobody was given
    raise InvalidRequest(FieldProblem("cursor", "is not one that this service gave out"))
