"""The table, in memory: the same promises as the real one (see services/ports/records.py)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from chalicelib.core.demo import Demo
from chalicelib.core.errors import (
    IN_ALL,
    PER_OWNER,
    FieldProblem,
    InvalidRequest,
    LimitReached,
    NotFound,
    StaleRecord,
    UnreadableRecord,
)
from chalicelib.core.listing import Listing, line_of
from chalicelib.core.pages import Page
from chalicelib.core.policy import Quotas
from chalicelib.core.stack_change import StackChange
from chalicelib.core.timeline import Entry
from chalicelib.core.values import replace


class MemoryStore:
    """Records, leases, quota slots, timelines, parked tokens and suspects.

    A quota slot is the id of the demo that holds it, so that giving one back twice, or one
    that was never taken, changes nothing. `unreadable` holds the ids of records that a newer
    release wrote.
    """

    def __init__(self) -> None:
        self.records: dict[str, Demo] = {}
        self.unreadable: set[str] = set()
        self.leases: dict[str, datetime] = {}
        self._slots: dict[str, str] = {}
        self._aliases: dict[str, str] = {}
        self.tokens: dict[str, str] = {}
        self.entries: dict[str, list[Entry]] = {}
        self._suspects: frozenset[str] = frozenset()

    def create(self, demo: Demo, entries: Sequence[Entry], quotas: Quotas) -> None:
        """Put record, lease and quota slot, or raise LimitReached and put nothing."""
        if demo.demo_id in self.records or demo.demo_id in self._aliases:
            raise StaleRecord(f"{demo.demo_id} is taken")
        held = tuple(d for d, owner in self._slots.items() if owner == demo.owner)
        if len(held) >= quotas.per_owner:
            raise LimitReached(PER_OWNER, quotas.per_owner, held)
        if len(self._slots) >= quotas.in_all:
            raise LimitReached(IN_ALL, quotas.in_all)
        self._slots[demo.demo_id] = demo.owner
        self.leases[demo.demo_id] = demo.expires_at
        self._write(demo, entries)

    def claim(
        self,
        before: Demo,
        after: Demo,
        entries: Sequence[Entry],
        quotas: Quotas,
        *,
        request_id: str | None = None,
    ) -> Demo:
        """Give a demo to its new owner, or raise and change nothing."""
        held = tuple(d for d, owner in self._slots.items() if owner == after.owner)
        if len(held) >= quotas.per_owner:
            raise LimitReached(PER_OWNER, quotas.per_owner, held)
        self._unchanged(before)
        if request_id is not None:
            if request_id in self._aliases or request_id in self.records:
                raise StaleRecord(f"{request_id} was answered")
            self._aliases[request_id] = after.demo_id
        self._slots[after.demo_id] = after.owner
        return self.save(before, after, entries)

    def given_to(self, request_id: str) -> str | None:
        """Return the demo that a request of this id claimed, if it claimed one."""
        return self._aliases.get(request_id)

    def adopt(self, demo: Demo, entries: Sequence[Entry]) -> None:
        """Put the record of a demo found without one; raise StaleRecord where one is."""
        if demo.demo_id in self.records:
            raise StaleRecord(f"{demo.demo_id} has a record")
        self._write(demo, entries)

    def get(self, demo_id: str) -> Demo:
        """Read a record; raise NotFound or UnreadableRecord."""
        if demo_id in self.unreadable:
            raise UnreadableRecord(_unreadable(demo_id))
        try:
            return self.records[demo_id]
        except KeyError:
            raise NotFound(f"there is no demo {demo_id}") from None

    def save(self, before: Demo, after: Demo, entries: Sequence[Entry]) -> Demo:
        """Write a record whose version is still that of `before`, or raise StaleRecord."""
        now = self._unchanged(before)
        if after.ended:
            self._slots.pop(after.demo_id, None)
            self.leases.pop(after.demo_id, None)
        elif after.expires_at != before.expires_at:
            self.leases[after.demo_id] = after.expires_at
        saved = replace(
            after,
            version=before.version + 1,
            wakes=now.wakes,
            changed=now.changed - before.changed,
        )
        self._write(saved, entries)
        return saved

    def append(self, demo: Demo, entry: Entry) -> None:
        """Append an entry that tells of no change of the record."""
        self.entries.setdefault(demo.demo_id, []).append(entry)

    def _unchanged(self, demo: Demo) -> Demo:
        now = self.records.get(demo.demo_id)
        if now is None or now.version != demo.version:
            raise StaleRecord(f"{demo.demo_id} has moved on since it was read")
        return now

    def _write(self, demo: Demo, entries: Sequence[Entry]) -> None:
        self.records[demo.demo_id] = demo
        self.entries.setdefault(demo.demo_id, []).extend(entries)

    def count_event(self, demo_id: str, change: StackChange | None = None) -> str | None:
        """Count an event and take the parked token, if there is one."""
        demo = self.records.get(demo_id)
        if demo is None:
            return None
        changed = demo.changed | {change} if change is not None else demo.changed
        self.records[demo_id] = replace(demo, wakes=demo.wakes + 1, changed=changed)
        return self.tokens.pop(demo_id, None)

    def park(self, demo_id: str, *, generation: int, seen: int, token: str) -> bool:
        """Leave a token unless an event came since `seen` or another loop took over."""
        demo = self.records.get(demo_id)
        if demo is None or (demo.generation, demo.wakes) != (generation, seen):
            return False
        self.tokens[demo_id] = token
        return True

    def list(self, listing: Listing, *, limit: int, cursor: str | None = None) -> Page[Demo]:
        """List demos."""
        rank = {d.demo_id: listing.rank(line_of(d)) for d in self.records.values()}
        ranked = sorted(
            (d for d in self.records.values() if listing.takes(line_of(d))),
            key=lambda d: rank[d.demo_id],
        )
        if cursor is not None:
            ranked = [d for d in ranked if list(rank[d.demo_id]) > json.loads(cursor)]
        page = ranked[:limit]
        return Page(
            items=tuple(d for d in page if d.demo_id not in self.unreadable),
            cursor=json.dumps(rank[page[-1].demo_id]) if len(ranked) > limit else None,
            unreadable=tuple(_unreadable(d.demo_id) for d in page if d.demo_id in self.unreadable),
        )

    def timeline(self, demo_id: str, *, limit: int, cursor: str | None = None) -> Page[Entry]:
        """List a demo's timeline, oldest first."""
        entries = self.entries.get(demo_id, [])
        start = _number(cursor) if cursor else 0
        end = start + limit
        return Page(
            items=tuple(entries[start:end]), cursor=str(end) if end < len(entries) else None
        )

    def due(self, now: datetime) -> Sequence[str]:
        """Return the ids of all demos whose time has come."""
        demos = self.records.values()
        return [d.demo_id for d in demos if d.due_at is not None and d.due_at <= now]

    def restore(self, demo: Demo) -> None:
        """Put a live demo's lease item back as the record has it; raise StaleRecord."""
        self._unchanged(demo)
        self.leases[demo.demo_id] = demo.expires_at

    def slots(self) -> Mapping[str, str]:
        """Return every quota slot taken: the demo that holds it to its owner."""
        return dict(self._slots)

    def give_back(self, demo_id: str, owner: str) -> None:
        """Free the quota slots of a demo; freeing them twice is no error."""
        if self._slots.get(demo_id) == owner:
            del self._slots[demo_id]

    def suspects(self) -> frozenset[str]:
        """Return what the last orphan search noted."""
        return self._suspects

    def suspect(self, names: Iterable[str]) -> None:
        """Note what this orphan search found, in place of what the last one noted."""
        self._suspects = frozenset(names)


def _unreadable(demo_id: str) -> str:
    return f"DEMO#{demo_id} DEMO cannot be read"


def _number(cursor: str) -> int:
    if not cursor.isdecimal():
        raise InvalidRequest(FieldProblem("cursor", "is not one that was given out"))
    return int(cursor)
