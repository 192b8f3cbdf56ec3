"""Decide what a demo needs next: one pure function for creating, deleting and repairing.

It is handed a demo whose steps have just been brought up to date and answers with a `Plan`:
what to do, what to do after that, and why. What it is about to do is noted in the plan's own
copy of the demo (a step to be created reads `creating`), which is written before anything is
done; so a process that dies in between leaves a record that says too much, never too little.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from chalicelib.core.actions import Action, ActionKind
from chalicelib.core.catalog import Kind
from chalicelib.core.demo import (
    Demo,
    Desired,
    Failure,
    Phase,
    Search,
    Status,
    Step,
    parse_stack_name,
)
from chalicelib.core.observe import failed, undeletable
from chalicelib.core.trouble import (
    LONGEST_DELAY,
    MAX_ATTEMPTS,
    delay_after,
    grown,
    quarantine_delay,
    repair_for,
)

MAX_SEARCHES: Final = 8
"""Searches for leftovers before a person is asked: the tag index lags by minutes at worst."""
DELETE_LIMIT: Final = timedelta(minutes=60)
"""No stack of ours takes an hour to delete; a database takes about ten minutes."""
GRACE: Final = timedelta(minutes=5)
"""CloudFormation ends a slow creation itself, this much before we take its word for lost."""


class Next(StrEnum):
    """What the state machine does with a plan."""

    ACT = "act"
    WAIT = "wait"
    DONE = "done"
    STUCK = "stuck"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to do next, and why; `demo` is the record as it reads once the plan is made."""

    next: Next
    demo: Demo
    reason: str
    actions: tuple[Action, ...] = ()
    wait: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How patient the loop is: between looks of its own accord, and before a first retry."""

    poll: timedelta = timedelta(seconds=60)
    retry: timedelta = timedelta(seconds=15)


def create_limit(step: Step) -> timedelta:
    """Return how long a step may take to come up: three times the typical, and some grace."""
    return timedelta(minutes=create_minutes(step.typical_minutes)) + GRACE


def create_minutes(typical_minutes: float) -> int:
    """Return the TimeoutInMinutes that CloudFormation is given for a stack."""
    return max(15, round(typical_minutes * 3))


def decide(
    demo: Demo, now: datetime, *, pace: Pace, leftovers: tuple[str, ...] | None = None
) -> Plan:
    """Return the plan for a demo as it is now.

    `leftovers` is what a search by tag found, or None where none was made; a demo is only
    ever `deleted` after a search that found nothing.
    """
    demo = _scheduled(_overdue(demo, now), now, pace)
    if demo.desired is Desired.READY:
        demo = _give_up(demo)
    if demo.desired is Desired.READY:
        return _towards_ready(demo, now, pace)
    return _towards_deleted(demo, now, pace, leftovers)


def wants_search(demo: Demo, now: datetime) -> bool:
    """Return whether it is time to look for what a deleted demo left behind.

    That is when all its stacks are gone, and also when those that are left refuse to go: what
    holds them up may be a stack that was taken for gone, its creation having come late.
    """
    again = demo.search.again_at
    return (
        demo.desired is Desired.DELETED
        and not demo.ended
        and all(
            step.gone or step.status is Status.DELETE_FAILED
            for step in demo.steps.values()
            if step.kind is Kind.STACK
        )
        and (again is None or again <= now)
    )


def _overdue(demo: Demo, now: datetime) -> Demo:
    for step in demo.steps.values():
        if step.status is Status.CREATING and _spent(step.started_at, now) > create_limit(step):
            reason = f"still not ready after {create_limit(step)}"
            demo = demo.with_step(failed(step, reason, now))
        if step.status is Status.DELETING and _spent(step.removing_at, now) > DELETE_LIMIT:
            reason = f"still deleting after {DELETE_LIMIT}"
            demo = demo.with_step(undeletable(step, reason))
    return demo


def _scheduled(demo: Demo, now: datetime, pace: Pace) -> Demo:
    """Set the moment of the next attempt for each step that has just refused to go."""
    refused = (
        replace(s, retry_at=now + delay_after(s.attempts, s.cause, pace.retry))
        for s in _with(demo, Status.DELETE_FAILED)
        if s.retry_at is None and s.attempts
    )
    return _note(demo, refused)


def _spent(since: datetime | None, now: datetime) -> timedelta:
    return now - since if since else timedelta(0)


def _give_up(demo: Demo) -> Demo:
    """Turn a demo that failed to come up round to its own teardown, unless told to keep it."""
    broken = [s.failure for s in demo.steps.values() if s.status is Status.FAILED]
    if not broken:
        return demo
    demo = replace(demo, failure=demo.failure or broken[0])
    return demo if demo.keep_on_failure else replace(demo, desired=Desired.DELETED)


# Towards ready ------------------------------------------------------------------------------


def _towards_ready(demo: Demo, now: datetime, pace: Pace) -> Plan:
    if starting := [s for s in demo.steps.values() if _can_start(demo, s)]:
        reason = f"creating {_names(starting)}"
        noted = _note(demo, (_begun(s, now) for s in starting))
        actions = tuple(Action(_CREATES[s.kind], s.name) for s in starting)
        return _plan(Next.ACT, _in(noted, Phase.PROVISIONING), reason, actions=actions)
    if waiting := _with(demo, Status.CREATING):
        reason = f"waiting for {_names(waiting)}"
        return _plan(Next.WAIT, _in(demo, Phase.PROVISIONING), reason, wait=pace.poll)
    if demo.failure:
        reason = f"{demo.failure.component} failed: {demo.failure.reason}; kept for a look"
        return _plan(Next.DONE, _in(demo, Phase.FAILED, looping=False), reason)
    ready = replace(demo, ready_at=demo.ready_at or now)
    return _plan(Next.DONE, _in(ready, Phase.READY, looping=False), "everything is ready")


_CREATES: Final = {Kind.STACK: ActionKind.CREATE_STACK, Kind.BUNDLE: ActionKind.STAGE_BUNDLE}


def _can_start(demo: Demo, step: Step) -> bool:
    # Staging answers in the same breath, so a bundle that still reads `creating` was cut off.
    cut_off = step.kind is Kind.BUNDLE and step.status is Status.CREATING
    waiting = step.status is Status.PENDING or cut_off
    return waiting and all(demo.steps[i].status is Status.READY for i in step.after)


def _begun(step: Step, now: datetime) -> Step:
    return replace(step, status=Status.CREATING, started_at=now, observed_at=now)


# Towards deleted ----------------------------------------------------------------------------


def _towards_deleted(
    demo: Demo, now: datetime, pace: Pace, leftovers: tuple[str, ...] | None
) -> Plan:
    demo = _in(_let_bundles_go(_resurfaced(demo, leftovers or ()), now), Phase.DELETING)
    if going := _removable(demo, now):
        return _remove(demo, going, now)
    if waiting := [s for s in demo.steps.values() if _getting_on(demo, s)]:
        reason = f"waiting for {_names(waiting)} to go"
        return _plan(Next.WAIT, demo, reason, wait=_until_retry(waiting, now, pace))
    if stuck := _with(demo, Status.DELETE_FAILED):
        return _quarantine(demo, now, stuck[0].failure)
    return _prove(demo, now, pace, leftovers)


def _resurfaced(demo: Demo, leftovers: tuple[str, ...]) -> Demo:
    """Take up a stack that the search found, though it was taken for gone or never known.

    Each time counts as a search, so that an index that never forgets ends in quarantine.
    """
    attempts = demo.search.attempts + 1
    # One the record never knew may stand on any other, so it goes first.
    unknown = Step(name="", after=tuple(demo.steps), has_bucket=True)
    found = [
        replace(
            demo.steps.get(name, unknown),
            name=name,
            status=Status.READY,
            prepared=False,
            attempts=0,
            retry_at=None,
        )
        for name in _stacks_among(leftovers, demo)
        if name not in demo.steps or demo.steps[name].gone
    ]
    if not found or attempts >= MAX_SEARCHES:
        return demo
    return _note(replace(demo, search=Search(attempts=attempts)), found)


def _stacks_among(leftovers: tuple[str, ...], demo: Demo) -> list[str]:
    """Return the components whose stacks are among the ARNs; nested stacks go with theirs."""
    names = (x.partition(":stack/")[2].partition("/")[0] for x in leftovers)
    ours = (parse_stack_name(name) for name in names)
    return [x[1] for x in ours if x and x[0] == demo.demo_id and x[1].isalnum()]


def _let_bundles_go(demo: Demo, now: datetime) -> Demo:
    """Take a bundle as gone once nothing stands on it: it goes with its bucket."""
    finished = (
        replace(s, status=Status.DELETED, removing_at=now, removed_at=now)
        for s in demo.steps.values()
        if s.kind is Kind.BUNDLE and not s.gone and _free(demo, s)
    )
    return _note(demo, finished)


def _getting_on(demo: Demo, step: Step) -> bool:
    """Whether a step is on its way out, or will be tried again without a person's help."""
    if step.status is Status.DELETE_FAILED:
        return step.attempts < MAX_ATTEMPTS and _free(demo, step)
    return step.status is Status.DELETING


def _free(demo: Demo, step: Step) -> bool:
    """Whether nothing that stands on this step is left (the bundle holds nothing up)."""
    above = (demo.steps[name] for name in demo.dependents(step.name))
    return all(s.gone or s.kind is Kind.BUNDLE for s in above)


def _removable(demo: Demo, now: datetime) -> list[Step]:
    return [
        s
        for s in demo.steps.values()
        if s.kind is Kind.STACK
        and not s.gone
        and s.status is not Status.DELETING
        and s.attempts < MAX_ATTEMPTS
        and (s.retry_at is None or s.retry_at <= now)
        and _free(demo, s)
    ]


def _remove(demo: Demo, going: list[Step], now: datetime) -> Plan:
    actions, noted = [], []
    for step in going:
        if (preparation := _preparation(step)) is not None:
            actions.append(Action(preparation, step.name))
        else:
            actions.append(Action(ActionKind.DELETE_STACK, step.name))
            noted.append(_going(step, now))
    reason = f"removing {_names(going)}"
    return _plan(Next.ACT, _note(demo, noted), reason, actions=tuple(actions))


def _going(step: Step, now: datetime) -> Step:
    return replace(step, status=Status.DELETING, removing_at=now, observed_at=now)


def _preparation(step: Step) -> ActionKind | None:
    """Return what must happen before this stack is deleted (again), if anything."""
    if step.prepared:
        return None
    if step.status is Status.DELETE_FAILED:
        return repair_for(step.cause)
    return ActionKind.EMPTY_BUCKET if step.has_bucket else None


def _until_retry(waiting: list[Step], now: datetime, pace: Pace) -> timedelta:
    soonest = min((s.retry_at for s in waiting if s.retry_at and s.retry_at > now), default=None)
    return pace.poll if soonest is None else min(pace.poll, soonest - now)


def _prove(demo: Demo, now: datetime, pace: Pace, leftovers: tuple[str, ...] | None) -> Plan:
    if leftovers is None:
        again = demo.search.again_at or now
        wait = min(pace.poll, max(timedelta(0), again - now))
        return _plan(Next.WAIT, demo, "about to search for anything left", wait=wait)
    if not leftovers:
        gone = replace(demo, deleted_at=now, retry_at=None, trouble=None, search=Search())
        return _plan(
            Next.DONE,
            _in(gone, Phase.DELETED, looping=False),
            "everything is gone, and a search by tag found nothing left",
        )
    attempts = demo.search.attempts + 1
    left = f"still there: {', '.join(leftovers[:5])}"
    if attempts >= MAX_SEARCHES:
        return _quarantine(demo, now, Failure(component="search", reason=left))
    wait = min(grown(pace.retry, LONGEST_DELAY, attempts - 1), pace.poll * attempts)
    searched = replace(demo, search=Search(attempts=attempts, again_at=now + wait))
    return _plan(Next.WAIT, searched, left, wait=wait)


def _quarantine(demo: Demo, now: datetime, failure: Failure | None) -> Plan:
    why = failure or Failure(component=demo.demo_id, reason="the teardown does not get on")
    what = f"{why.component} ({why.resource})" if why.resource else why.component
    resting = replace(
        demo,
        trouble=why,
        quarantines=demo.quarantines + 1,
        retry_at=now + quarantine_delay(demo.quarantines + 1),
    )
    reason = f"{what} will not go: {why.reason}"
    return _plan(Next.STUCK, _in(resting, Phase.QUARANTINED, looping=False), reason)


def revived(demo: Demo) -> Demo:
    """Return a quarantined demo ready for another round, with its attempts forgotten."""
    rested = (replace(s, attempts=0, retry_at=None) for s in demo.steps.values() if not s.gone)
    fresh = replace(demo, phase=Phase.DELETING, retry_at=None, search=Search())
    return _note(fresh, rested)


# Shared -------------------------------------------------------------------------------------


def _plan(
    next_: Next,
    demo: Demo,
    reason: str,
    *,
    actions: tuple[Action, ...] = (),
    wait: timedelta = timedelta(0),
) -> Plan:
    noted = replace(demo, reason=reason)
    return Plan(next=next_, demo=noted, reason=reason, actions=actions, wait=wait)


def _in(demo: Demo, phase: Phase, *, looping: bool = True) -> Demo:
    return replace(demo, phase=phase, looping=looping)


def _with(demo: Demo, status: Status) -> list[Step]:
    return [s for s in demo.steps.values() if s.status is status]


def _note(demo: Demo, steps: Iterable[Step]) -> Demo:
    return replace(demo, steps={**demo.steps, **{s.name: s for s in steps}})


def _names(steps: Iterable[Step]) -> str:
    return ", ".join(s.name for s in steps)
