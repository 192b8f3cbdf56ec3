"""Prospect links, in memory: the same promises as the table's (see services/ports/shares.py)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from chalicelib.core.errors import StaleRecord
from chalicelib.core.share import Share
from chalicelib.core.timeline import Entry


class MemoryShares:
    """Links by demo and id; `entries` are the demos' timelines."""

    def __init__(self, entries: dict[str, list[Entry]] | None = None) -> None:
        self.entries = {} if entries is None else entries
        self.shares: dict[tuple[str, str], Share] = {}
        self._made: Counter[str] = Counter()

    def made(self, demo_id: str) -> int:
        """Return how many links of a demo were ever made."""
        return self._made[demo_id]

    def put(self, share: Share, entry: Entry, *, made: int) -> None:
        """Keep a new link with its timeline entry; raise StaleRecord unless so many were made."""
        if self._made[share.demo_id] != made:
            raise StaleRecord(f"another link of {share.demo_id} was made")
        self._made[share.demo_id] += 1
        self.shares[share.demo_id, share.share_id] = share
        self._add_entry(share, entry)

    def _add_entry(self, share: Share, entry: Entry | None) -> None:
        if entry is not None:
            self.entries.setdefault(share.demo_id, []).append(entry)

    def get(self, demo_id: str, share_id: str) -> Share | None:
        """Read a link."""
        return self.shares.get((demo_id, share_id))

    def of_demo(self, demo_id: str) -> Sequence[Share]:
        """Read every link of a demo."""
        return [s for s in self.shares.values() if s.demo_id == demo_id]

    def remove(self, share: Share, entry: Entry) -> bool:
        """Forget a link, with a timeline entry; return whether it was still there."""
        if self.shares.pop((share.demo_id, share.share_id), None) is None:
            return False
        self._add_entry(share, entry)
        return True

    def count_visit(self, share: Share, now: datetime) -> bool:
        """Count a visit; return whether the link was still there to count it on."""
        kept = self._kept(share)
        first = kept.first_visited_at or now if kept else now
        visits = kept.visits + 1 if kept else 0
        return self._change(kept, visits=visits, first_visited_at=first, visited_at=now)

    def count_click(self, share: Share, title: str) -> bool:
        """Count that something was opened from a link; return whether the link was still there."""
        kept = self._kept(share)
        clicks = kept.clicks if kept else {}
        return self._change(kept, clicks={**clicks, title: clicks.get(title, 0) + 1})

    def add_waiting(self, share: Share, block: str, entry: Entry | None, *, most: int) -> bool:
        """Note that an address waits for an answer."""
        kept = self._kept(share)
        if kept is None or block in kept.waiting | kept.declined or len(kept.waiting) >= most:
            return False
        self._add_entry(share, entry)
        return self._change(kept, waiting=kept.waiting | {block})

    def take_waiting(
        self, share: Share, block: str, *, declined: bool, entry: Entry | None
    ) -> bool:
        """Note the answer to an address that waits; return whether it still waited."""
        kept = self._kept(share)
        if kept is None or block not in kept.waiting:
            return False
        self._add_entry(share, entry)
        refused = kept.declined | {block} if declined else kept.declined
        return self._change(kept, waiting=kept.waiting - {block}, declined=refused)

    def _kept(self, share: Share) -> Share | None:
        return self.shares.get((share.demo_id, share.share_id))

    def _change(self, kept: Share | None, **fields: Any) -> bool:
        if kept is not None:
            self.shares[kept.demo_id, kept.share_id] = replace(kept, **fields)
        return kept is not None
