"""Faults, put in at chosen port calls and events: by number, so that a run can be repeated.

Outages are put in by time: whatever calls fall into them go wrong.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any, Final, TypeVar, cast

from chalicelib.core.errors import AccessDenied, Throttled, Unavailable

P = TypeVar("P")


class Fault(StrEnum):
    """What goes wrong at a port call."""

    TRANSIENT = "throws a transient error"
    ANSWER_LOST = "takes effect, and its answer is lost"
    FATAL = "throws a fatal error"
    DIES_BEFORE = "the process dies just before it"
    DIES_AFTER = "the process dies just after it took effect"
    OVERTAKEN = "another process runs just before it"
    LINGERS = "no answer, and a stack's call takes effect minutes later"


class EventFault(StrEnum):
    """What goes wrong with an event."""

    LOST = "lost"
    DOUBLED = "doubled"
    LATE = "late"
    VERY_LATE = "hours late, and five times"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """A span of minutes in which calls are not answered.

    `of` is how the calls' names begin ("stacks.", "store.park"; all by default). Where every
    n-th call `passes` it is a throttling storm, in which retries get through.
    """

    start: float
    minutes: float
    of: str = ""
    passes: int = 0

    @property
    def end(self) -> float:
        """The minute at which calls are answered again."""
        return self.start + self.minutes


class Died(BaseException):
    """The process has died; nothing in it may catch this."""


class Faults:
    """Counts port calls and events, and lets the chosen ones go wrong, each once.

    `trail` is what was called since its process began, which `follow` notes; the `listener` gets
    the number of each call that is not lost to an outage, just before it is made; `answered` says
    whether the one before it was.
    """

    def __init__(
        self,
        outages: tuple[Outage, ...],
        *,
        minute: Callable[[], float],
        meanwhile: Callable[[], object],
        later: Callable[[Callable[[], object]], object],
    ) -> None:
        self.calls = 0
        self.events = 0
        self.counts: Counter[str] = Counter()
        self.hit: list[str] = []
        self.trail: tuple[str, ...] = ()
        self.listener: Callable[[int], object] | None = None
        self.answered = False
        self._step = -1
        self._at_call: dict[int, Fault] = {}
        self._at_event: dict[int, EventFault] = {}
        self._outages = outages
        self._minute = minute
        self._meanwhile = meanwhile
        self._later = later

    def choose(self, calls: Mapping[int, Fault], events: Mapping[int, EventFault]) -> None:
        """Choose what goes wrong from now on."""
        self._at_call, self._at_event = dict(calls), dict(events)

    def follow(self, process: str, step: int) -> None:
        """Note that a process does the next calls, in a step of the agenda."""
        self.trail = (*(self.trail if step == self._step else ()), process)
        self._step = step

    def event(self) -> EventFault | None:
        """Return what goes wrong with the next event."""
        fault = self._at_event.pop(self.events, None)
        if fault:
            self.hit.append(f"event {self.events}: {fault}")
        self.events += 1
        return fault

    def through(self, what: str, method: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Call a port's method, or let it go wrong."""
        fault = self._at_call.pop(self.calls, None)
        number, self.calls = self.calls, self.calls + 1
        self.counts[what] += 1
        if self._outages:
            self._storm(what, number)
        self.trail = (*self.trail, what)
        if self.listener:
            self.listener(number)
        self.answered = False
        if fault is None:
            answer = method(*args, **kwargs)
            self.answered = True
            return answer
        call = partial(method, *args, **kwargs)
        self.hit.append(f"call {number} ({what}): {fault}")
        if fault is Fault.LINGERS:
            if what in LINGERING:
                self._later(call)
            fault = Fault.TRANSIENT
        return self._wrong(fault, call)

    def _storm(self, what: str, number: int) -> None:
        minute = self._minute()
        for outage in self._outages:
            if outage.start <= minute < outage.end and what.startswith(outage.of):
                if not outage.passes:
                    raise Unavailable("no answer")
                if number % outage.passes:
                    raise Throttled("Rate exceeded")

    def _wrong(self, fault: Fault, call: Callable[[], Any]) -> Any:
        match fault:
            case Fault.TRANSIENT:
                raise Unavailable("no answer")
            case Fault.FATAL:
                raise AccessDenied("not authorized")
            case Fault.DIES_BEFORE:
                raise Died
            case Fault.OVERTAKEN:
                self._meanwhile()
                return call()
        call()
        raise Unavailable("no answer") if fault is Fault.ANSWER_LOST else Died


class _Faulty:
    """Stands before a port; every call of a method goes through the faults.

    A method that was called is kept at hand, but not copied with the rest.
    """

    def __init__(self, port: object, name: str, faults: Faults) -> None:
        self._port = port
        self._name = name
        self._faults = faults

    def __getattr__(self, method: str) -> Callable[..., Any]:
        if method.startswith("__"):
            raise AttributeError(method)  # copying looks for what it does not have
        real = getattr(self._port, method)
        call = partial(self._faults.through, f"{self._name}.{method}", real)
        setattr(self, method, call)
        return call

    def __getstate__(self) -> dict[str, object]:
        return {"_port": self._port, "_name": self._name, "_faults": self._faults}


def faulty(port: P, name: str, faults: Faults) -> P:
    """Return a port that behaves as this one but for the faults."""
    return cast(P, _Faulty(port, name, faults))


LINGERING: Final = ("stacks.create", "stacks.delete")
"""Calls that may still be on their way when their sender has given up."""
CALL_FAULTS: Final = tuple(f for f in Fault if f is not Fault.LINGERS)
"""What a demo gets over by itself; a call that lingers may need the orphan search."""
EVENT_FAULTS: Final = tuple(EventFault)
