"""Deletion: the reversed graph, repairs for refused deletions, and the proof at the end.

A stack is deleted once nothing that depends on it is left. A refused deletion is repaired by its
cause and tried again with growing delays; after MAX_ATTEMPTS the stack is stuck. A stuck stack
keeps what it requires, and everything else is deleted all the same; when nothing else can be, the
demo is quarantined and an operator is needed. `deleted` is only ever written after a search that
found nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from chalicelib.core.actions import Action, ActionKind
from chalicelib.core.component import IN_FLIGHT, ComponentStatus, Failure, Status
from chalicelib.core.deletion_failures import (
    LONGEST_DELAY,
    MAX_ATTEMPTS,
    grown,
    quarantine_delay,
    repair_for,
)
from chalicelib.core.demo import Demo, Desired, Phase, Search
from chalicelib.core.kinds import Kind
from chalicelib.core.naming import parse_stack_name
from chalicelib.core.observe import reappeared
from chalicelib.core.plan import Move, Next, Plan, having, in_phase, made, noting
from chalicelib.core.policy import PollingPolicy
from chalicelib.core.values import replace

MAX_SEARCHES: Final = 8
"""Searches for leftovers before an operator is needed: the tag index lags by minutes at worst."""


def wants_search(demo: Demo, now: datetime) -> bool:
    """Return whether it is time to look for what a deleted demo left behind.

    That is when all its stacks are gone, and also when those that are left refuse to go or wait
    for one that does: what holds them up may be a stack that was taken for gone, its creation
    having come late.
    """
    again = demo.search.again_at
    return (
        demo.desired_state is Desired.DELETED
        and not demo.ended
        and (again is None or again <= now)
        and not unanswered(demo, frozenset(demo.components))
        and not any(_on_its_way(demo, s) for s in demo.components.values() if s.kind is Kind.STACK)
    )


def unanswered(demo: Demo, going: frozenset[str]) -> list[ComponentStatus]:
    """Return the components that are gone and whose stacks may still appear."""
    return [c for c in demo.components.values() if c.name in going and c.gone and c.asked_at]


def _on_its_way(demo: Demo, component: ComponentStatus) -> bool:
    if component.gone or component.status is Status.DELETE_FAILED:
        return False
    going = frozenset(demo.components)
    return component.status in _MOVING or _free(demo, component, going)


def resurfaced(demo: Demo, leftovers: tuple[str, ...]) -> Demo:
    """Return a demo with the stacks that the search found, believed gone or not known before.

    Each time counts as a search, so that an index that never forgets ends in quarantine.
    """
    attempts = demo.search.attempts + 1
    # One the record never knew may stand on any other, so it goes first.
    unknown = ComponentStatus(name="", depends_on=tuple(demo.components), has_bucket=True)
    found = [
        reappeared(replace(demo.components.get(name, unknown), name=name))
        for name in _stacks_among(leftovers, demo)
        if name not in demo.components or demo.components[name].gone
    ]
    if not found or attempts >= MAX_SEARCHES:
        return demo
    return noting(replace(demo, search=Search(attempts=attempts)), found)


def _stacks_among(leftovers: tuple[str, ...], demo: Demo) -> list[str]:
    """Return the components whose stacks are among the ARNs; nested stacks go with theirs."""
    names = (x.partition(":stack/")[2].partition("/")[0] for x in leftovers)
    ours = (parse_stack_name(name) for name in names)
    return [x[1] for x in ours if x and x[0] == demo.demo_id and x[1].isalnum()]


def release_bundles(demo: Demo, going: frozenset[str], now: datetime) -> Demo:
    """Return a demo, its bundle gone if nothing depends on it: it is deleted with its bucket."""
    finished = (
        replace(c, status=Status.DELETED, removing_at=now, removed_at=now)
        for c in demo.components.values()
        if c.kind is Kind.BUNDLE and c.name in going and not c.gone and _free(demo, c, going)
    )
    return noting(demo, finished)


_MOVING: Final = IN_FLIGHT - {Status.CREATING}
"""Statuses in which a stack cannot be deleted yet: CloudFormation deletes one that is being
created, and none that is being updated."""


def getting_on(demo: Demo, component: ComponentStatus, going: frozenset[str]) -> bool:
    """Whether a component is being deleted, or will be tried again without a person's help."""
    moving = component.kind is Kind.STACK and component.status in _MOVING
    return moving or (_deletable(component) and _free(demo, component, going))


def _deletable(component: ComponentStatus) -> bool:
    """Whether a component has a stack to delete (the bundle is deleted with its bucket)."""
    moving = component.gone or component.status in _MOVING
    return component.kind is Kind.STACK and not moving and component.attempts < MAX_ATTEMPTS


def stuck(demo: Demo) -> list[ComponentStatus]:
    """Return the components whose deletion was refused as often as it is tried."""
    return [c for c in having(demo, Status.DELETE_FAILED) if c.attempts >= MAX_ATTEMPTS]


def _free(demo: Demo, component: ComponentStatus, going: frozenset[str]) -> bool:
    """Whether no dependent is left that keeps this component (the bundle keeps nothing).

    One that stays keeps only what it requires, and one that is stuck, or that a stuck one
    requires, likewise. Nothing stands on a component that is to be made again because it failed.
    """
    above = (demo.components[name] for name in demo.dependents(component.name))
    left = [c.name for c in above if not c.gone and c.kind is Kind.STACK]
    if not left or component.remake:
        return True
    stays = [c.name for c in stuck(demo)] + [name for name in left if name not in going]
    held = demo.requirements(stays).union(stays)
    return all(n in held and component.name not in demo.requirements([n]) for n in left)


def removals(demo: Demo, going: frozenset[str], now: datetime) -> list[Move]:
    """Return the next deletions, or what prepares them."""
    return [
        _removal(c, now)
        for c in demo.components.values()
        if c.name in going and _deletable(c) and c.due(now) and _free(demo, c, going)
    ]


def _removal(component: ComponentStatus, now: datetime) -> Move:
    if (preparation := _preparation(component)) is not None:
        return Move(Action(preparation, component.name), component)
    again = component.status is Status.DELETE_FAILED
    leaving = replace(
        component,
        status=Status.DELETING,
        removing_at=(component.removing_at if again else None) or now,
        moved_at=now,
        observed_at=None,
        retry_at=None,
    )
    return Move(Action(ActionKind.DELETE_STACK, component.name), leaving)


def _preparation(component: ComponentStatus) -> ActionKind | None:
    """Return what must happen before this stack is deleted (again), if anything."""
    if component.prepared:
        return None
    if component.status is Status.DELETE_FAILED:
        return repair_for(component.cause)
    return ActionKind.EMPTY_BUCKET if component.has_bucket else None


def prove(
    demo: Demo, now: datetime, polling: PollingPolicy, leftovers: tuple[str, ...] | None
) -> Plan:
    """Return the plan for a demo all of whose stacks are gone: deleted, once nothing is found."""
    if leftovers is None:
        again = demo.search.again_at or now
        wait = min(polling.poll, max(timedelta(0), again - now))
        return made(Next.WAIT, demo, "about to search for anything left", wait=wait)
    if not leftovers:
        gone = replace(demo, deleted_at=now, retry_at=None, trouble=None, search=Search())
        return made(
            Next.DONE,
            in_phase(gone, Phase.DELETED, looping=False),
            "a search by tag found nothing left",
        )
    attempts = demo.search.attempts + 1
    left = f"still there: {', '.join(leftovers[:5])}"
    if attempts >= MAX_SEARCHES:
        return quarantine(demo, now, Failure(component="search", reason=left))
    wait = min(grown(polling.retry, LONGEST_DELAY, attempts - 1), polling.poll * attempts)
    searched = replace(demo, search=Search(attempts=attempts, again_at=now + wait))
    return made(Next.WAIT, searched, left, wait=wait)


def quarantine(demo: Demo, now: datetime, failure: Failure | None) -> Plan:
    """Return the plan for a demo whose deletion is stuck: it rests until an operator looks."""
    why = failure or Failure(component=demo.demo_id, reason="the teardown does not get on")
    what = f"{why.component} ({why.resource})" if why.resource else why.component
    resting = replace(
        demo,
        trouble=why,
        quarantines=demo.quarantines + 1,
        retry_at=now + quarantine_delay(demo.quarantines + 1),
    )
    reason = f"{what} cannot be removed: {why.reason}"
    return made(Next.STUCK, in_phase(resting, Phase.QUARANTINED, looping=False), reason)


def reset_attempts(demo: Demo) -> Demo:
    """Return a quarantined demo ready for another round, with its attempts forgotten."""
    rested = (
        replace(s, attempts=0, retry_at=None) for s in demo.components.values() if not s.gone
    )
    phases = {Desired.DELETED: Phase.DELETING, Desired.PAUSED: Phase.PAUSING}
    phase = phases.get(demo.desired_state, Phase.CHANGING)
    fresh = replace(demo, phase=phase, retry_at=None, trouble=None, search=Search())
    return noting(fresh, rested)
