"""Time that moves only when a test moves it, with events due as it passes."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


class VirtualClock:
    """A clock and its agenda; calling it gives the time, as the Clock port asks.

    `steps` counts the things on the agenda that were done in their turn.
    """

    def __init__(self, start: datetime = START) -> None:
        self.now = start
        self.steps = 0
        self._agenda: list[tuple[datetime, int, Callable[[], None]]] = []
        self._order = count()

    def __call__(self) -> datetime:
        """Return the time now."""
        return self.now

    def later(self, delay: timedelta, what: Callable[[], None]) -> None:
        """Put something on the agenda; what falls on one moment keeps its order."""
        heapq.heappush(self._agenda, (self.now + delay, next(self._order), what))

    def step(self) -> bool:
        """Move to the next thing on the agenda and do it; False when there is none."""
        if not self._agenda:
            return False
        when, _, what = heapq.heappop(self._agenda)
        self.now = max(self.now, when)
        self.steps += 1
        what()
        return True

    def hurry(self) -> bool:
        """Do the next thing on the agenda now, early; False when there is none.

        Called from within another thing, it lets the next one happen in its midst, as it does
        for two processes that run at once.
        """
        if not self._agenda:
            return False
        heapq.heappop(self._agenda)[2]()
        return True

    def advance(self, span: timedelta) -> None:
        """Let a span of time pass, with everything that falls into it."""
        end = self.now + span
        while self._agenda and self._agenda[0][0] <= end:
            self.step()
        self.now = end
