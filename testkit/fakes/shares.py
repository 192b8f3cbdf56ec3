"""Prospect links, in memory: the same promises as the table's (see services.ports.ShareStore)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from chalicelib.core.errors import StaleRecord
from chalicelib.core.share import Share


class MemoryShares:
    """Links by demo and id."""

    def __init__(self) -> None:
        self.shares: dict[tuple[str, str], Share] = {}
        self._made: Counter[str] = Counter()

    def made(self, demo_id: str) -> int:
        """Return how many links of a demo were ever made."""
        return self._made[demo_id]

    def put(self, share: Share, *, made: int) -> None:
        """Keep a new link; raise StaleRecord unless so many were made before it."""
        if self._made[share.demo_id] != made:
            raise StaleRecord(f"another link of {share.demo_id} was made")
        self._made[share.demo_id] += 1
        self.shares[share.demo_id, share.share_id] = share

    def get(self, demo_id: str, share_id: str) -> Share | None:
        """Read a link."""
        return self.shares.get((demo_id, share_id))

    def of_demo(self, demo_id: str) -> Sequence[Share]:
        """Read every link of a demo."""
        return [s for s in self.shares.values() if s.demo_id == demo_id]

    def remove(self, demo_id: str, share_id: str) -> bool:
        """Forget a link; say whether there was one."""
        return self.shares.pop((demo_id, share_id), None) is not None

    def count_visit(self, share: Share, now: datetime) -> bool:
        """Count a visit; say whether the link was still there to count it on."""
        kept = self.shares.get((share.demo_id, share.share_id))
        if kept is None:
            return False
        seen = replace(kept, visits=kept.visits + 1, visited_at=now)
        self.shares[share.demo_id, share.share_id] = seen
        return True
