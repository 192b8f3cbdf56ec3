"""What the use cases need to keep pools."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from chalicelib.core.pool import Pool


class PoolStore(Protocol):
    """The pools' definitions, and how often a request could claim a member and could not."""

    def all(self) -> Sequence[Pool]:
        """Return every pool, by name, strongly consistent."""

    def put(self, pool: Pool, *, before: Pool | None) -> None:
        """Write a pool's definition; raise StaleRecord unless the stored one is still `before`.

        The counts and the version are the store's own.
        """

    def remove(self, pool: Pool) -> None:
        """Forget a pool; raise StaleRecord when it was changed meanwhile."""

    def count(self, name: str, *, claimed: int = 0, missed: int = 0) -> None:
        """Add to a pool's counts; a pool that is not there has none."""
