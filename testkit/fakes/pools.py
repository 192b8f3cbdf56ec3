"""The pools, in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from chalicelib.core.errors import StaleRecord
from chalicelib.core.pool import Pool


class MemoryPools:
    """The PoolStore."""

    def __init__(self) -> None:
        self._pools: dict[str, Pool] = {}

    def all(self) -> Sequence[Pool]:
        """Return every pool, by name."""
        return [self._pools[name] for name in sorted(self._pools)]

    def put(self, pool: Pool, *, before: Pool | None) -> None:
        """Write a pool's definition; raise StaleRecord unless the stored one is still `before`."""
        now = self._pools.get(pool.name)
        if (now.version if now else None) != (before.version if before else None):
            raise StaleRecord(f"the pool {pool.name} was changed meanwhile")
        self._pools[pool.name] = replace(
            pool,
            version=(before.version if before else 0) + 1,
            claimed=now.claimed if now else 0,
            missed=now.missed if now else 0,
        )

    def remove(self, pool: Pool) -> None:
        """Forget a pool; raise StaleRecord when it was changed meanwhile."""
        now = self._pools.get(pool.name)
        if now is not None and now.version != pool.version:
            raise StaleRecord(f"the pool {pool.name} was changed meanwhile")
        self._pools.pop(pool.name, None)

    def count(self, name: str, *, claimed: int = 0, missed: int = 0) -> None:
        """Add to a pool's counts."""
        if (now := self._pools.get(name)) is not None:
            self._pools[name] = replace(
                now, claimed=now.claimed + claimed, missed=now.missed + missed
            )
