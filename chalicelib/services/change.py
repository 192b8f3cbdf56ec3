"""Change a demo that exists: its spec, its lease, its end, another try of what failed."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Concatenate, Final, ParamSpec

from chalicelib.core.change_preview import ChangePreview, change_preview
from chalicelib.core.demo import Demo, Desired, Phase
from chalicelib.core.errors import Outdated, StaleRecord, WrongState
from chalicelib.core.kinds import Kind
from chalicelib.core.lease import moved_expiry, still_given
from chalicelib.core.policy import LeaseLimits
from chalicelib.core.spec import SpecChange, changed, repaired
from chalicelib.core.start import ready_by_faults, rescheduled
from chalicelib.core.teardown import reset_attempts
from chalicelib.services.loop import Loops
from chalicelib.services.offer import Offer
from chalicelib.services.ports.records import DemoRecords
from chalicelib.services.ports.runtime import Clock
from chalicelib.services.recorder import Recorder

P = ParamSpec("P")
_TRIES: Final = 5


def _on_latest(
    change: Callable[Concatenate[ChangeDemo, Demo, P], Demo],
) -> Callable[Concatenate[ChangeDemo, Demo, P], Demo]:
    """Change the record as it is now: read it again when another process wrote it first.

    Whoever asks has been found to be allowed that by the owner on the record that they give. One
    with another owner since is not theirs to change: StaleRecord is raised.
    """

    def insist(self: ChangeDemo, demo: Demo, /, *args: P.args, **kwargs: P.kwargs) -> Demo:
        for _ in range(_TRIES - 1):
            try:
                return change(self, demo, *args, **kwargs)
            except StaleRecord:
                latest = self.records.get(demo.demo_id)
                if latest.owner != demo.owner:
                    raise
                demo = latest
        return change(self, demo, *args, **kwargs)

    return functools.update_wrapper(insist, change)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeDemo:
    """Changes to a demo that its owner, an admin or the end of its lease requests."""

    records: DemoRecords
    recorder: Recorder
    loops: Loops
    offer: Offer
    lease: LeaseLimits
    clock: Clock

    @_on_latest
    def delete(self, demo: Demo, *, actor: str, why: str, insist: bool = False) -> Demo:
        """Delete a demo; the record of one that is being deleted, or is deleted, does not change.

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
    def change(
        self, demo: Demo, change: SpecChange, *, actor: str, version: int | None = None
    ) -> Demo:
        """Change a demo's spec; a change that changes nothing leaves its record as it is.

        With a `version`, only while the record has that one; raises Outdated otherwise, and else
        InvalidRequest (every bad field named) or WrongState.
        """
        if version is not None and demo.version != version:
            raise Outdated(f"{demo.demo_id} has changed since; read it again")
        if change.desired_state is Desired.DELETED:
            return self._delete(
                demo, actor=actor, why=f"{actor} requested its removal", insist=False
            )
        after = self._changed(demo, change)
        if after is not demo:
            return self.loops.commit(demo, after, actor=actor)
        if demo.looping:
            self.loops.ensure(demo)
        return demo

    def preview(self, demo: Demo, change: SpecChange) -> ChangePreview:
        """Return what a change would do, doing nothing; raise what `change` raises.

        A change that needs `allow_replacement` is shown without it.
        """
        after = self._changed(demo, replace(change, allow_replacement=True))
        return change_preview(demo, after, self.offer.catalog())

    def _changed(self, demo: Demo, change: SpecChange) -> Demo:
        now = self.clock()
        late = ready_by_faults(change.ready_by, now, self.lease)
        after = changed(demo, change, self.offer.catalog(), self.offer.policy, also=late)
        return rescheduled(after, now, ready_by=change.ready_by, at_once=change.starts_now)

    @_on_latest
    def move_lease(self, demo: Demo, expires_at: datetime, *, actor: str) -> Demo:
        """Extend or shorten a lease; raise WrongState past its caps or on one that is ending."""
        if demo.desired_state is Desired.DELETED:
            raise WrongState(f"{demo.demo_id} is {demo.phase} and cannot be extended")
        now = self.clock()
        moved = moved_expiry(
            now=now, begins=demo.lease_begins, wanted=expires_at, quotas=self.lease
        )
        after = replace(demo, expires_at=moved, warned=still_given(now, moved, demo.warned))
        if _shows_its_lease(demo):
            return self.loops.commit(demo, after, actor=actor)
        return self.recorder.save(demo, after, now=now, actor=actor)

    @_on_latest
    def retry(self, demo: Demo, change: SpecChange | None = None, *, actor: str) -> Demo:
        """Try again what failed: a quarantined demo's deletions, a failed demo's components.

        Those are deleted and made again, with the change if one is given. Raises WrongState for a
        demo in any other phase, and what `change` raises.
        """
        match demo.phase:
            case Phase.QUARANTINED:
                after = reset_attempts(demo)
            case Phase.FAILED if demo.desired_state is Desired.RUNNING:
                after = repaired(self._changed(demo, change or SpecChange()))
            case _:
                message = f"{demo.demo_id} is {demo.phase}; only what failed is retried"
                raise WrongState(message)
        return self.loops.commit(demo, replace(after, reason=f"retried by {actor}"), actor=actor)


def _shows_its_lease(demo: Demo) -> bool:
    """Whether a demo's pages show when it ends, so that its loop must write `demo.json` again."""
    bundles = (c for c in demo.components.values() if c.kind is Kind.BUNDLE)
    return demo.desired_state is Desired.RUNNING and any(c.inputs for c in bundles)
