"""Change a demo that exists: end it, move its lease, hurry a quarantined teardown."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Concatenate, Final, ParamSpec

from chalicelib.core.demo import Demo, Desired, Phase
from chalicelib.core.errors import StaleRecord, WrongState
from chalicelib.core.lease import moved_expiry, still_given
from chalicelib.core.policy import LeaseLimits
from chalicelib.core.teardown import reset_attempts
from chalicelib.services.loop import Loops
from chalicelib.services.ports import Clock, DemoRecords
from chalicelib.services.recorder import Recorder

P = ParamSpec("P")
_TRIES: Final = 5


def _on_latest(
    change: Callable[Concatenate[ChangeDemo, Demo, P], Demo],
) -> Callable[Concatenate[ChangeDemo, Demo, P], Demo]:
    """Change the record as it is now: read again when the loop or another caller was quicker."""

    def insist(self: ChangeDemo, demo: Demo, /, *args: P.args, **kwargs: P.kwargs) -> Demo:
        for _ in range(_TRIES - 1):
            try:
                return change(self, demo, *args, **kwargs)
            except StaleRecord:
                demo = self.records.get(demo.demo_id)
        return change(self, demo, *args, **kwargs)

    return functools.update_wrapper(insist, change)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeDemo:
    """Changes to a demo that its owner, an admin or the end of its lease asks for."""

    records: DemoRecords
    recorder: Recorder
    loops: Loops
    lease: LeaseLimits
    clock: Clock

    @_on_latest
    def delete(self, demo: Demo, *, actor: str, why: str, insist: bool = False) -> Demo:
        """Delete a demo; asking again, or for one already deleted, changes nothing on its record.

        `insist` as in `Loops.ensure`.
        """
        return self._delete(demo, actor=actor, why=why, insist=insist)

    @_on_latest
    def end_lease(self, demo: Demo, *, actor: str) -> Demo:
        """Delete a demo whose lease has run out; one that was extended meanwhile is left alone.

        Raises what its loop's wake-up raises: those who end leases are called again.
        """
        if demo.expires_at > self.clock():
            return demo
        return self._delete(demo, actor=actor, why="the lease has ended", insist=True)

    def _delete(self, demo: Demo, *, actor: str, why: str, insist: bool) -> Demo:
        if demo.desired_state is Desired.DELETED:
            if demo.looping:
                self.loops.ensure(demo, insist=insist)
            return demo
        after = replace(demo, desired_state=Desired.DELETED, reason=why)
        return self.loops.commit(demo, after, actor=actor, insist=insist)

    @_on_latest
    def move_lease(self, demo: Demo, expires_at: datetime, *, actor: str) -> Demo:
        """Extend or shorten a lease; raise WrongState past its caps or on one that is ending."""
        if demo.desired_state is Desired.DELETED:
            raise WrongState(f"{demo.demo_id} is {demo.phase} and cannot be extended")
        now = self.clock()
        moved = moved_expiry(
            now=now, created_at=demo.created_at, wanted=expires_at, quotas=self.lease
        )
        after = replace(demo, expires_at=moved, warned=still_given(now, moved, demo.warned))
        return self.recorder.save(demo, after, now=now, actor=actor)

    @_on_latest
    def retry(self, demo: Demo, *, actor: str) -> Demo:
        """Try a quarantined teardown again now; raise WrongState for any other demo."""
        if demo.phase is not Phase.QUARANTINED:
            raise WrongState(f"{demo.demo_id} is {demo.phase}; only a quarantined demo is retried")
        after = replace(reset_attempts(demo), reason=f"retried by {actor}")
        return self.loops.commit(demo, after, actor=actor)
