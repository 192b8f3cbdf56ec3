"""Hand a demo over: its owner offers it, and whoever holds the offer's code accepts it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, TypeVar

from chalicelib.core.demo import Demo, Handover
from chalicelib.core.errors import NotAllowed, NotFound, StaleRecord, WrongState
from chalicelib.core.handover import (
    demo_of,
    make_code,
    may_change_owner,
    new_offer,
    open_until,
    opens,
    taken,
)
from chalicelib.core.identity import Caller
from chalicelib.core.policy import Quotas
from chalicelib.core.timeline import Entry, EntryKind
from chalicelib.services.loop import Loops
from chalicelib.services.ports.records import DemoRecords
from chalicelib.services.ports.runtime import Clock, NewId
from chalicelib.services.read import ReadDemos
from chalicelib.services.recorder import Recorder

T = TypeVar("T")
_TRIES: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """Offers of demos, and their acceptance."""

    read: ReadDemos
    records: DemoRecords
    recorder: Recorder
    loops: Loops
    clock: Clock
    new_secret: NewId
    quotas: Quotas

    def offer(self, caller: Caller, demo_id: str) -> tuple[Handover, str]:
        """Offer a demo in place of any earlier offer; return it with its code, told once.

        Raises NotFound, NotAllowed for an admin, who could take the demo's credentials so, or
        WrongState for a demo that is ending.
        """
        code = make_code(demo_id, self.new_secret())
        return _insist(lambda: self._offer(caller, demo_id, code)), code

    def _offer(self, caller: Caller, demo_id: str, code: str) -> Handover:
        demo, now = self._own(caller, demo_id), self.clock()
        _check(demo, now)
        made = new_offer(demo, code, now)
        until = f"{made.expires_at:%Y-%m-%d %H:%M} UTC"
        after = replace(demo, handover=made)
        self._save(caller, demo, after, f"offered to whoever gets its link, until {until}")
        return made

    def withdraw(self, caller: Caller, demo_id: str) -> None:
        """Close the offer of a demo at once, if one is open; raise NotFound or NotAllowed."""
        _insist(lambda: self._withdraw(caller, demo_id))

    def _withdraw(self, caller: Caller, demo_id: str) -> None:
        demo = self._own(caller, demo_id)
        if open_until(demo, self.clock()):
            self._save(caller, demo, replace(demo, handover=None), "the offer is withdrawn")

    def look(self, caller: Caller, code: str) -> tuple[Demo, Handover]:
        """Return the demo that a code offers to a caller, with the offer.

        Raises one and the same NotFound for a code that is wrong, expired, or used by another,
        and WrongState for a demo that is ending.
        """
        demo_id = demo_of(code)
        if demo_id is None:
            raise _gone()
        try:
            demo = self.records.get(demo_id)
        except NotFound:
            raise _gone() from None
        offer, now = demo.handover, self.clock()
        if offer is None or not opens(offer, code, now):
            raise _gone()
        if not offer.taken_by:
            _check(demo, now)
        elif not demo.owner == offer.taken_by == caller.owner:
            raise _gone()
        return demo, offer

    def accept(self, caller: Caller, code: str) -> Demo:
        """Make the caller the owner of the demo that a code offers, or change nothing.

        Asked again by whoever has accepted, it answers the same. Raises NotFound for a code that
        is wrong, used or expired, LimitReached, and WrongState for a demo that is ending or the
        caller's already.
        """
        return _insist(lambda: self._accept(caller, code))

    def _accept(self, caller: Caller, code: str) -> Demo:
        demo, made = self.look(caller, code)
        if made.taken_by:
            return self._going_on(demo)
        if demo.owner == caller.owner:
            raise WrongState("this demo is yours; send its link to whoever is to have it")
        text = f"handed over by {demo.owner} to {caller.owner}"
        entry = Entry(at=self.clock(), actor=caller.owner, kind=EntryKind.ACCESS, text=text)
        after = taken(demo, made, caller.owner)
        return self._going_on(self.recorder.claim(demo, after, entry, self.quotas))

    def _going_on(self, demo: Demo) -> Demo:
        """Start or wake a demo's loop, which writes the new owner's name where it is shown."""
        if demo.looping:
            self.loops.ensure(demo)
        return demo

    def _own(self, caller: Caller, demo_id: str) -> Demo:
        demo = self.read.find(caller, demo_id)
        if demo.owner != caller.owner:
            raise NotAllowed("only the owner of a demo may hand it over")
        return demo

    def _save(self, caller: Caller, before: Demo, after: Demo, text: str) -> None:
        now = self.clock()
        entry = Entry(at=now, actor=caller.owner, kind=EntryKind.ACCESS, text=text)
        self.recorder.save(before, after, now=now, actor=caller.owner, entries=(entry,))


def _check(demo: Demo, now: datetime) -> None:
    if not may_change_owner(demo, now):
        raise WrongState(f"{demo.demo_id} is {demo.phase} and cannot be handed over")


def _gone() -> NotFound:
    return NotFound("this offer is not valid, or not any more")


def _insist(write: Callable[[], T]) -> T:
    """Write a record; once more where another process wrote it first."""
    for _ in range(_TRIES - 1):
        with contextlib.suppress(StaleRecord):
            return write()
    return write()
