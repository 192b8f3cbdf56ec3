"""Reading a page at a time, with cursors that hold nothing a caller could abuse."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from chalicelib.adapters.records import Item, marshal, unmarshal
from chalicelib.core.errors import FieldProblem, InvalidRequest, UnreadableRecord
from chalicelib.services.ports import Page

T = TypeVar("T")


def page(
    client: Any,
    query: Item,
    cursor: str | None,
    *,
    fixed: Item,
    moving: tuple[str, ...],
    read: Callable[[Mapping[str, Any]], T],
) -> Page[T]:
    """Query one page; an item that cannot be read is named in it and holds no other up.

    The cursor holds the `moving` part of a key; `fixed` is never its say.
    """
    start = {"ExclusiveStartKey": marshal(fixed | _opened(cursor, moving))} if cursor else {}
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
        cursor=_sealed({k: last[k] for k in moving}) if last else None,
        unreadable=tuple(unreadable),
    )


def _sealed(values: Item) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode()


def _opened(cursor: str, names: tuple[str, ...]) -> Item:
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        return {name: str(values[name]) for name in names}
    except (binascii.Error, ValueError, KeyError, TypeError) as error:
        problem = FieldProblem("cursor", "is not one that this service gave out")
        raise InvalidRequest(problem) from error
