"""Time, as the command sees it."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """What time it is, and how to let some pass."""

    def now(self) -> datetime:
        """Return the moment, in this machine's zone."""

    def elapsed(self) -> float:
        """Return seconds since some fixed moment."""

    def pause(self, seconds: float) -> None:
        """Let that many seconds pass."""


class RealClock:
    """This machine's."""

    def now(self) -> datetime:
        """Return the moment, in this machine's zone."""
        return datetime.now().astimezone()

    def elapsed(self) -> float:
        """Return seconds since this machine started."""
        return time.monotonic()

    def pause(self, seconds: float) -> None:
        """Sleep."""
        time.sleep(seconds)
