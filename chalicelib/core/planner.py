"""Decide what a demo needs next: one pure function for every gap between its spec and what is.

It takes a demo whose components have just been brought up to date and returns a `Plan`: what to
do, what to do after that, and why. A component is created as soon as its inputs exist. One that is
not wanted is deleted (core/teardown.py); in a change, only after the rest of the change has
worked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from chalicelib.core.actions import Action, ActionKind
from chalicelib.core.component import IN_FLIGHT, ComponentStatus, Status
from chalicelib.core.demo import Applied, Demo, Desired, Phase
from chalicelib.core.failures import apply_failures
from chalicelib.core.goals import Absent, Goal, Present, Stopped, goals
from chalicelib.core.kinds import Kind
from chalicelib.core.looks import LATE
from chalicelib.core.observe import not_created
from chalicelib.core.plan import (
    Move,
    Next,
    Plan,
    act,
    having,
    in_phase,
    made,
    names_of,
    until_due,
)
from chalicelib.core.policy import PollingPolicy
from chalicelib.core.teardown import (
    getting_on,
    prove,
    quarantine,
    release_bundles,
    removals,
    resurfaced,
    stuck,
    unanswered,
)
from chalicelib.core.values import replace


def decide(
    demo: Demo, now: datetime, *, polling: PollingPolicy, leftovers: tuple[str, ...] | None = None
) -> Plan:
    """Return the plan for a demo as it is now.

    `leftovers` is what a search by tag found, or None where none was made; a demo is only
    ever `deleted` after a search that found nothing.
    """
    demo = apply_failures(resurfaced(demo, leftovers or ()), now, polling)
    aims = goals(demo)
    moves = _beginnings(demo, aims, now)
    going = _may_go(demo, aims, busy=bool(moves))
    demo = release_bundles(demo, going, now)
    moves += removals(demo, going, now)
    if moves:
        return act(_on_its_way(demo, [m.component for m in moves], now), moves)
    if waiting := [c for c in demo.components.values() if _awaited(demo, c, going)]:
        towards = " to be removed" if all(c.name in going for c in waiting) else ""
        reason = f"waiting for {names_of(waiting)}{towards}"
        wait = until_due(waiting, now, polling)
        return made(Next.WAIT, _on_its_way(demo, waiting, now), reason, wait=wait)
    return _settled(demo, going, now, polling, leftovers)


def _awaited(demo: Demo, component: ComponentStatus, going: frozenset[str]) -> bool:
    """Whether a component will change by itself, or will be tried again later."""
    if component.name in going:
        return getting_on(demo, component, going)
    return component.status in IN_FLIGHT


def _settled(
    demo: Demo,
    going: frozenset[str],
    now: datetime,
    polling: PollingPolicy,
    leftovers: tuple[str, ...] | None,
) -> Plan:
    """Return the plan for a demo in which nothing is under way any more."""
    if refusing := stuck(demo):
        return quarantine(demo, now, refusing[0].failure)
    if late := unanswered(demo, going):
        reason = f"looking again for {names_of(late)}, whose creation was not answered"
        again = max(c.asked_at + LATE - now for c in late if c.asked_at)
        return made(Next.WAIT, _on_its_way(demo, late, now), reason, wait=min(again, polling.poll))
    if demo.desired_state is Desired.DELETED:
        return prove(in_phase(demo, Phase.DELETING), now, polling, leftovers)
    return _at_rest(_without_deleted(demo), now)


# Creating, updating, stopping, starting -----------------------------------------------------


def _beginnings(demo: Demo, aims: Mapping[str, Goal], now: datetime) -> list[Move]:
    """Return every move that can be made now, but none for a component in flight."""
    found = {n: m for n in aims if (m := _move(demo, demo.components[n], aims[n], now))}
    moving = {name for name, m in found.items() if not m.component.stands}
    return [m for m in found.values() if not moving & set(m.component.requires)]


def _move(demo: Demo, component: ComponentStatus, goal: Goal, now: datetime) -> Move | None:
    """Return what brings a component nearer to its goal, other than to be absent, if it can be."""
    if not component.due(now):
        return None
    match goal, component.status:
        case Present() as wanted, status if _inputs_ready(demo, component):
            return _towards_present(component, status, wanted, now)
        case Stopped(), Status.READY:
            return _begun(component, ActionKind.STOP_DATABASE, Status.STOPPING, now)
        case _:
            return None


def _inputs_ready(demo: Demo, component: ComponentStatus) -> bool:
    """Whether everything is ready that a component requires; it never waits for what it wants."""
    return all(demo.components[name].stands for name in component.requires)


def _towards_present(
    component: ComponentStatus, status: Status, wanted: Present, now: datetime
) -> Move | None:
    if component.kind is Kind.BUNDLE and status in IN_FLIGHT:
        # Staging ends with its action: the process that staged this bundle has died.
        return _begun(component, ActionKind.STAGE_BUNDLE, status, now)
    match status:
        case Status.PENDING | Status.DELETED:
            fresh = replace(not_created(component), inputs=wanted.inputs, started_at=now)
            if component.kind is Kind.STACK:
                fresh = replace(fresh, tagged_for=wanted.owner)
            return _begun(fresh, _CREATES[component.kind], Status.CREATING, now)
        case Status.STOPPED:
            return _begun(component, ActionKind.START_DATABASE, Status.STARTING, now)
        case Status.READY if component.declares and _differs(component, wanted):
            changed = replace(component, inputs=wanted.inputs, previous_inputs=component.inputs)
            return _begun(changed, _UPDATES[component.kind], Status.UPDATING, now)
        case _:
            return None


def _differs(component: ComponentStatus, wanted: Present) -> bool:
    """Whether a component is to be updated: unless just that update was refused."""
    foreign = component.tagged_for not in ("", wanted.owner)
    return (foreign or wanted.inputs != component.inputs) and (
        wanted.inputs != component.refused_inputs
    )


_CREATES: Final = {Kind.STACK: ActionKind.CREATE_STACK, Kind.BUNDLE: ActionKind.STAGE_BUNDLE}
_UPDATES: Final = {Kind.STACK: ActionKind.UPDATE_STACK, Kind.BUNDLE: ActionKind.STAGE_BUNDLE}


def _begun(component: ComponentStatus, kind: ActionKind, status: Status, now: datetime) -> Move:
    noted = replace(
        component,
        status=status,
        moved_at=now,
        observed_at=None,
        asked_at=now if component.kind is Kind.STACK else None,
        retry_at=None,
        look_at=None,
        failure=None,
    )
    return Move(Action(kind, component.name), noted)


# Deleting ----------------------------------------------------------------------------------


def _may_go(demo: Demo, aims: Mapping[str, Goal], *, busy: bool) -> frozenset[str]:
    """Return the components that are to be absent and may be deleted now.

    What a change leaves out stays until the rest has worked: a change that fails leaves what was
    there. Before a demo was ever ready there is nothing to leave; and what is to be made again is
    deleted at once.
    """
    absent = frozenset(name for name, goal in aims.items() if isinstance(goal, Absent))
    settled = not busy and not any(
        c.status in IN_FLIGHT or c.status is Status.FAILED
        for c in demo.components.values()
        if c.name not in absent
    )
    if demo.desired_state is not Desired.RUNNING or demo.applied is None or settled:
        return absent
    return absent & demo.members


def _without_deleted(demo: Demo) -> Demo:
    """Return a demo without the components that its spec no longer has and that are gone."""
    members = demo.members
    kept = {n: c for n, c in demo.components.items() if n in members or not c.gone}
    return replace(demo, components=kept)


# Phases ------------------------------------------------------------------------------------


def _on_its_way(demo: Demo, moving: Sequence[ComponentStatus], now: datetime) -> Demo:
    """Return a demo in the phase of what is being done to it.

    It keeps its phase where only the bundle is staged again, as its name or lease changed, or
    stacks are tagged anew; where nothing else is left to do, it is ready meanwhile.
    """
    if demo.desired_state is Desired.DELETED:
        return in_phase(demo, Phase.DELETING)
    if all(c.kind is Kind.BUNDLE or c.retagged for c in moving):
        if demo.phase in (Phase.READY, Phase.PAUSED):
            return in_phase(demo, demo.phase)
        if _complete(demo, moving):
            return in_phase(_made_ready(demo, now), Phase.READY)
    if demo.desired_state is Desired.PAUSED:
        return in_phase(demo, Phase.PAUSING)
    if demo.phase in (Phase.PAUSED, Phase.PAUSING, Phase.RESUMING):
        return in_phase(demo, Phase.RESUMING)
    return in_phase(demo, Phase.CHANGING if demo.applied else Phase.PROVISIONING)


def _complete(demo: Demo, moving: Sequence[ComponentStatus]) -> bool:
    """Whether everything of a running demo is there, with what moves as it is about to be."""
    there = {**demo.components, **{c.name: c for c in moving}}
    running = demo.desired_state is Desired.RUNNING and not demo.failure
    return running and all(there[name].stands for name in demo.members)


def _made_ready(demo: Demo, now: datetime) -> Demo:
    return replace(demo, ready_at=demo.ready_at or now, applied=Applied.of(demo))


def _at_rest(demo: Demo, now: datetime) -> Plan:
    if demo.desired_state is Desired.PAUSED:
        return made(Next.DONE, in_phase(demo, Phase.PAUSED, looping=False), "everything is paused")
    if having(demo, Status.FAILED) and demo.failure:
        reason = f"{demo.failure.component} failed: {demo.failure.reason}; the demo is kept"
        return made(Next.DONE, in_phase(demo, Phase.FAILED, looping=False), reason)
    ready = _made_ready(demo, now)
    reason = "everything is ready"
    if demo.failure:
        what = f"{demo.failure.component}: {demo.failure.reason}"
        reason = f"what was there stays, as the change failed: {what}"
    return made(Next.DONE, in_phase(ready, Phase.READY, looping=False), reason)
