"""How events reach the service: doubled, late or lost, repeated where their receiver failed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Final

from chalicelib.core.errors import DemoError
from testkit.fakes import VirtualClock
from testkit.simulation.faults import Died, EventFault, Faults

_AT_ONCE: Final = (timedelta(seconds=1),)
_DELAYS: Final = {
    EventFault.DOUBLED: (timedelta(seconds=1), timedelta(seconds=1)),
    EventFault.LATE: (timedelta(minutes=7),),
    EventFault.VERY_LATE: tuple(timedelta(hours=h, minutes=h) for h in (0, 1, 2, 3, 3)),
}
"""When an event arrives, each time that it does; late ones come after those that follow them."""


class Delivery:
    """What brings events, with the faults that a script puts into it."""

    def __init__(self, clock: VirtualClock, faults: Faults) -> None:
        self._clock = clock
        self._faults = faults

    def deliver(
        self, handle: Callable[[], None], *, retries: int, may_get_lost: bool = True
    ) -> None:
        """Hand an event on; one that is not taken is tried again so often, a minute later."""
        fault = self._faults.event()
        if fault is EventFault.LOST and may_get_lost:
            return
        for delay in _DELAYS.get(fault, _AT_ONCE) if fault else _AT_ONCE:
            self._clock.later(delay, partial(self._handle, handle, retries))

    def _handle(self, handle: Callable[[], None], retries: int) -> None:
        if not survives(handle) and retries:
            self._clock.later(timedelta(minutes=1), partial(self._handle, handle, retries - 1))


def survives(process: Callable[[], object]) -> bool:
    """Run a process; False when it died or ended in an error."""
    try:
        process()
    except (DemoError, Died):
        return False
    return True
