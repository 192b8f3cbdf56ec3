"""Databases in stacks, which stop and start in their time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Final

from chalicelib.core.component import Status
from chalicelib.core.errors import Unavailable
from chalicelib.core.observe import LONGEST_STOP
from testkit.fakes.clock import VirtualClock
from testkit.fakes.stack import MemoryStack

DATABASE: Final = "AWS::RDS::DBInstance"


class MemoryDatabases:
    """The Databases port over a region's stacks; `dozed` is every change that began."""

    def __init__(self, stacks: Mapping[str, MemoryStack], clock: VirtualClock) -> None:
        self.dozed: list[tuple[str, Status]] = []
        self._stacks = stacks
        self._clock = clock

    def status(self, ids: Sequence[str]) -> Status:
        """Return what these databases are together."""
        found = {stack.database_status for stack in self._with_databases(ids)}
        order = (Status.STARTING, Status.STOPPING, Status.READY, Status.STOPPED)
        return next((status for status in order if status in found), Status.READY)

    def stop(self, ids: Sequence[str]) -> None:
        """Stop databases; one that does not run is no error."""
        for stack in self._with_databases(ids):
            if stack.database_status not in (Status.STOPPING, Status.STOPPED):
                self._begin(stack, Status.STOPPING, Status.STOPPED)

    def start(self, ids: Sequence[str]) -> None:
        """Start databases; one that runs is no error."""
        for stack in self._with_databases(ids):
            if stack.database_status not in (Status.STARTING, Status.READY):
                self._begin(stack, Status.STARTING, Status.READY)

    def _begin(self, stack: MemoryStack, now: Status, then: Status) -> None:
        """Let a database come to another status: RDS starts one by itself after seven days."""
        if stack.database_status not in (Status.READY, Status.STOPPED):
            raise Unavailable(f"{stack.name} is {stack.database_status}")
        self.dozed.append((stack.name, now))
        stack.database_status = now
        self._clock.later(timedelta(minutes=5), partial(self._finish, stack, then))

    def _finish(self, stack: MemoryStack, then: Status) -> None:
        stack.database_status = then
        if then is Status.STOPPED:
            self._clock.later(LONGEST_STOP, partial(self._wake, stack))

    def _wake(self, stack: MemoryStack) -> None:
        if stack.database_status is Status.STOPPED:
            self._begin(stack, Status.STARTING, Status.READY)

    def _with_databases(self, ids: Sequence[str]) -> list[MemoryStack]:
        return [s for s in self._stacks.values() if f"{DATABASE} of {s.name}" in ids]
