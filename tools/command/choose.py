"""Which demo is meant: by its id, by a name that only one has, or the only one there is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from .api import Api
from .failures import CommandError

_ID: Final = re.compile(r"[a-z][a-z0-9]{7,11}")
_PAGE: Final = "200"
Brief = Mapping[str, Any]


def demo_id(api: Api, text: str) -> str:
    """Return the id of the demo that is meant; raise CommandError where that is not clear."""
    return chosen(listed(api, phase="live", mine="true")["demos"], text)


def chosen(mine: Sequence[Brief], text: str) -> str:
    """Return the id that a text means among the demos of mine that are not ended.

    What looks like an id and is none of them is one all the same: it may be ended, or another's.
    """
    if any(demo["demo_id"] == text for demo in mine):
        return text
    found = [d for d in mine if not text or str(d["name"]).casefold() == text.casefold()]
    if len(found) == 1:
        return str(found[0]["demo_id"])
    if found:
        several = f"{len(found)} demos are called {text!r}" if text else "you have several demos"
        raise CommandError(f"{several}: say which, by its id", *map(line, found))
    if not text:
        raise CommandError("you have no demo: request one with `demo create`")
    if _ID.fullmatch(text):
        return text
    raise CommandError(f"no demo of yours is called {text!r}: `demo list` names them")


def line(demo: Brief) -> str:
    """Return a demo as one of several."""
    return f"  {demo['demo_id']}  {demo['name']}"


def listed(api: Api, **query: str) -> Mapping[str, Any]:
    """Return a whole list of demos in brief, as one page."""
    wanted = {**query, "brief": "true", "limit": _PAGE}
    page = api.call("GET", "/demos", query=wanted)
    demos = list(page["demos"])
    while cursor := page["next_cursor"]:
        page = api.call("GET", "/demos", query={**wanted, "cursor": cursor})
        demos += page["demos"]
    return {**page, "demos": demos}
