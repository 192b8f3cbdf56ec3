"""Whether a run ended right, and if not, everything that is wrong with how it ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

from chalicelib.core.component import Status
from chalicelib.core.demo import Applied, Demo, Desired, Phase
from chalicelib.core.pool import Tier, is_pooled
from chalicelib.core.timeline import WISHES, EntryKind
from testkit.fakes import MemoryStore
from testkit.simulation.faults import Fault
from testkit.simulation.machine import HISTORY
from testkit.simulation.pools import pool_faults
from testkit.simulation.scene import SWEEP, Scene
from testkit.simulation.script import Change, Script

ROOMY = 60
"""Minutes in which anything simulated here comes up, a loop that died once included."""
_AT_REST = (Phase.READY, Phase.PAUSED)
FEW = 3
"""Faults that the retries of one call bear, should they all fall on it."""


def faults_of(scene: Scene) -> tuple[str, ...]:
    """Return everything wrong with the end of a run; nothing when it ended right."""
    return (
        *_left_over(scene),
        *_wrong_records(scene),
        *_not_brought_about(scene),
        *_done_wrong(scene),
        *_begun_wrong(scene),
        *_late(scene),
        *pool_faults(scene),
    )


def _left_over(scene: Scene) -> Iterator[str]:
    store = scene.store
    left = {
        "stacks": sorted(scene.cloud.ours()),
        "buckets": sorted(scene.cloud.buckets.made),
        "resources": sorted(scene.cloud.left),
        "loops": [k for k, e in scene.machine.executions.items() if e.status == "RUNNING"],
        "quota slots": sorted(store.slots()),
        "leases": sorted(store.leases),
    }
    for what, names in left.items():
        if names:
            yield f"{what} left over: {names}"


def _wrong_records(scene: Scene) -> Iterator[str]:
    script, store = scene.script, scene.store
    for demo in store.records.values():
        if not demo.ended:
            yield f"{demo.demo_id} is {demo.phase} ({demo.reason}), not deleted"
    if due := MemoryStore.due(store, scene.clock.now):
        yield f"{', '.join(due)} still in the sweep's index"
    theirs = [d for d in store.records.values() if not is_pooled(d.owner)]
    if script.erase_at is None and len(theirs) < script.people:
        yield f"{script.people - len(theirs)} people never got a demo"
    if _gentle(script) and not script.fails and not _pauses(script):
        for demo in theirs:
            if demo.ready_at is None:
                yield f"{demo.demo_id} never ready, though nothing fatal happened"
    if (
        _gentle(script)
        and script.fails
        and script.heal_at is None
        and not any(d.failure for d in store.records.values())
    ):
        yield "its failure is not on the record"


def _pauses(script: Script) -> bool:
    return any(c.to and c.to.desired_state is Desired.PAUSED for c in script.changes)


def _not_brought_about(scene: Scene) -> Iterator[str]:
    """Yield what is wrong with a demo that had half an hour to follow its last change."""
    script, demo = scene.script, scene.first()
    ends = script.lease if script.delete_at is None else script.delete_at
    if not _gentle(script) or script.fails or script.update_fails or not script.changes:
        return
    if script.changes[-1].at + ROOMY / 2 > ends:
        return
    if demo is None:
        return
    # By the timeline and not by the script: under a fault one request may have overtaken another.
    phases = _first_words(scene, demo, EntryKind.PHASE)
    if Phase.QUARANTINED in phases:  # what was in its way needed an operator
        return
    rested = [phase for phase in phases if phase in _AT_REST]
    desired = [
        w for w in _first_words(scene, demo, EntryKind.DESIRED) if w != WISHES[Desired.DELETED]
    ]
    paused = desired[-1:] == [WISHES[Desired.PAUSED]]
    if rested[-1:] != ["paused" if paused else "ready"]:
        yield f"{demo.demo_id} came to rest {rested}, and was to be paused: {paused}"
    if not paused and demo.applied != Applied.of(demo):
        yield f"{demo.demo_id} has {demo.applied}, not what its spec says"


def _first_words(scene: Scene, demo: Demo, kind: EntryKind) -> list[str]:
    """Return the first words of the timeline's entries of one kind."""
    entries = scene.store.entries[demo.demo_id]
    return [e.text.split(":")[0] for e in entries if e.kind is kind]


def _gentle(script: Script) -> bool:
    """Return whether a demo had the time to come up, and no more faults than retries bear."""
    fatal = any(f is Fault.FATAL for f in script.calls.values())
    ends = script.lease if script.delete_at is None else min(script.lease, script.delete_at)
    answered = ends - sum(outage.minutes for outage in script.outages)
    spared = script.erase_at is None and script.unreadable is None and script.lost is None
    roomy = ends >= ROOMY and answered >= ROOMY / 2 and spared and not script.skew
    retried = script.sweeps and script.deaths_retried
    return roomy and retried and not fatal and len(script.calls) <= FEW


def _done_wrong(scene: Scene) -> Iterator[str]:
    script = scene.script
    lingering = Fault.LINGERS in script.calls.values()
    stops = script.pool is not None and script.pool.tier is Tier.STOPPED
    again = stops + sum(map(_may_create_again, script.changes))
    for name, times in Counter(scene.cloud.created).items():
        lost = script.lost is not None and name.endswith(f"-{script.lost[1]}")
        if times > 1 + lost + again and not lingering:
            yield f"{name} was created {times} times"
    # A call that takes effect when its sender has given up creates a stack that was deleted, and
    # under many faults one that was taken for gone, as it did not show yet, may show by then.
    if scene.deleted_in_use and not lingering and len(script.calls) <= FEW:
        yield f"deleted under stacks that still used them: {scene.deleted_in_use}"
    if scene.store.most > script.places:
        yield f"{scene.store.most} demos at once, in {script.places} places"
    for (demo_id, generation), execution in scene.machine.executions.items():
        if execution.events > HISTORY:
            yield f"the history of {demo_id}-{generation} is full"
    for demo_id in _deleted_too_early(scene):
        yield f"{demo_id} was called deleted while something was left"


def _may_create_again(change: Change) -> bool:
    """Whether a change may create a stack again, on purpose."""
    to = change.to
    return to is None or to.components is not None or to.desired_state is Desired.RUNNING


def _begun_wrong(scene: Scene) -> Iterator[str]:
    """Yield the demos that were begun before their time or late, or not ready by their moment."""
    script = scene.script
    for demo in scene.store.records.values():
        steps = (e for e in scene.store.entries[demo.demo_id] if e.kind is EntryKind.STEP)
        begun = next((e.at for e in steps if e.text.endswith(f" {Status.CREATING}")), None)
        if script.skew or demo.starts_at is None or begun is None:
            continue
        if begun < demo.begins_at:
            yield f"{demo.demo_id} was begun {demo.begins_at - begun} before its time"
        if script.within is not None and begun > demo.begins_at + 2 * SWEEP:
            yield f"{demo.demo_id} was begun {begun - demo.begins_at} after its time"
        if _undisturbed(script) and _late_minutes(demo) > 0:
            yield f"{demo.demo_id} was ready {_late_minutes(demo):.1f} minutes late"


def _undisturbed(script: Script) -> bool:
    disturbed = script.calls or script.events or script.outages or script.unreadable or script.lost
    return not disturbed and script.slowness <= 1 and not script.lag and not script.index_lag


def _late_minutes(demo: Demo) -> float:
    """Return how long after its moment a demo was ready, if it has one and was."""
    if demo.ready_by is None or demo.ready_at is None:
        return 0.0
    return (demo.ready_at - demo.ready_by) / timedelta(minutes=1)


def _deleted_too_early(scene: Scene) -> Iterator[str]:
    """Yield the demos that were called deleted while their stacks' leftovers were still there."""
    since, until = scene.cloud.left_since, scene.cloud.left_until
    for demo_id, ended in scene.store.ends:
        if until and demo_id in since and since[demo_id] <= ended < until:
            yield demo_id


def _late(scene: Scene) -> Iterator[str]:
    within, late = scene.script.within, minutes_past_lease(scene)
    if within is not None and late > within:
        yield f"gone {late:.1f} minutes after its lease, not within {within:.1f}"


def teardown_minutes(scene: Scene) -> float:
    """Return how long it took from the request to delete a demo until it was deleted."""
    spans = [0.0]
    for demo in scene.store.records.values():
        requests = [e.at for e in scene.store.entries[demo.demo_id] if e.kind is EntryKind.DESIRED]
        if requests and demo.deleted_at:
            spans.append((demo.deleted_at - requests[0]) / timedelta(minutes=1))
    return max(spans)


def minutes_past_lease(scene: Scene) -> float:
    """Return how long after its lease the last demo was gone."""
    late = [
        (ended - scene.store.records[demo_id].expires_at) / timedelta(minutes=1)
        for demo_id, ended in scene.store.ends
        if demo_id in scene.store.records
    ]
    return max(late, default=0.0)
