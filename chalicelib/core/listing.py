"""Which demos a list shows and in which order, told from a few fields of each."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from chalicelib.core.demo import Demo, Phase
from chalicelib.core.errors import FieldProblem, InvalidRequest

LIVE: Final = "live"
"""The word for every phase but `deleted`."""
MAX_QUERY: Final = 100
_LATE: Final = 1e12
"""Seconds since 1970, long after any demo."""
_PROMPTEST: Final = (Phase.QUARANTINED, Phase.FAILED)
"""Phases in which somebody must act."""


class Order(StrEnum):
    """How a list is sorted; what is equal comes by its id."""

    NEWEST = "newest"
    ENDS = "ends"
    NAME = "name"
    OWNER = "owner"
    PHASE = "phase"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """As much of a demo as decides whether and where a list shows it; `text` is searched."""

    demo_id: str
    owner: str
    name: str
    phase: str
    created_at: datetime
    expires_at: datetime
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What a list shows: of one owner or of everybody, in some phases, with all of these words."""

    owner: str | None = None
    phases: frozenset[Phase] = frozenset(Phase)
    words: tuple[str, ...] = ()
    order: Order = Order.NEWEST

    def takes(self, line: Line) -> bool:
        """Whether a demo belongs in this list."""
        return (
            self.owner in (None, line.owner)
            and line.phase in self.phases
            and all(word in line.text for word in self.words)
        )

    def rank(self, line: Line) -> tuple[str, str]:
        """Return where a demo stands in this list: what is less comes first."""
        return self._first(line), line.demo_id

    def _first(self, line: Line) -> str:
        ended = line.phase == Phase.DELETED
        match self.order:
            case Order.ENDS:
                return f"{ended:d}{line.expires_at.isoformat()}"
            case Order.NAME:
                return folded(line.name)
            case Order.OWNER:
                return line.owner
            case Order.PHASE:
                prompt = line.phase not in _PROMPTEST
                return f"{ended:d}{prompt:d}{line.phase}{line.expires_at.isoformat()}"
            case Order.NEWEST:
                # Later moments first: text that sorts the other way round.
                return f"{_LATE - line.created_at.timestamp():020.6f}"


def listing(owner: str | None, query: Mapping[str, str]) -> Listing:
    """Return what a list's `phase`, `q` and `order` ask for; raise InvalidRequest."""
    phase, text = query.get("phase", ""), query.get("q", "")
    problems = []
    if phase not in ("", LIVE, *Phase):
        problems.append(FieldProblem("phase", f"must be {LIVE} or one of {', '.join(Phase)}"))
    if len(text) > MAX_QUERY:
        problems.append(FieldProblem("q", f"must be at most {MAX_QUERY} characters"))
    if (order := query.get("order", Order.NEWEST)) not in tuple(Order):
        problems.append(FieldProblem("order", f"must be one of {', '.join(Order)}"))
    if problems:
        raise InvalidRequest(*problems)
    return Listing(
        owner=owner,
        phases=_phases(phase),
        words=tuple(dict.fromkeys(folded(text).split())),
        order=Order(order),
    )


def _phases(name: str) -> frozenset[Phase]:
    if name == LIVE:
        return frozenset(Phase) - {Phase.DELETED}
    return frozenset({Phase(name)} if name else Phase)


def line_of(demo: Demo) -> Line:
    """Return a demo's line."""
    return Line(
        demo_id=demo.demo_id,
        owner=demo.owner,
        name=demo.name,
        phase=demo.phase,
        created_at=demo.created_at,
        expires_at=demo.expires_at,
        text=search_text(demo.demo_id, demo.owner, demo.name, demo.components),
    )


def search_text(demo_id: str, owner: str, name: str, components: Iterable[str]) -> str:
    """Return what a demo is found by: name, owner, id and components, as `folded`."""
    return folded(" ".join([name, owner, demo_id, *components]))


def folded(text: str) -> str:
    """Return text in which big and small letters, and ways to write one sign, are the same."""
    return unicodedata.normalize("NFKC", text).casefold()
