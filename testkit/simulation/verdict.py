"""Whether a run ended right, and if not, everything that is wrong with how it ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

from testkit.simulation.faults import Fault
from testkit.simulation.scene import Scene, Script

ROOMY = 60
"""Minutes in which anything simulated here comes up, a loop that died once included."""
FEW = 3
"""Faults that the retries of one call bear, should they all fall on it."""


def faults_of(scene: Scene) -> tuple[str, ...]:
    """Return everything wrong with the end of a run; nothing when it ended right."""
    return (*_left_over(scene), *_told_wrong(scene), *_done_wrong(scene))


def _left_over(scene: Scene) -> Iterator[str]:
    store = scene.store
    left = {
        "stacks": sorted(scene.cloud.ours()),
        "buckets": sorted(scene.cloud.buckets.made),
        "loops": [k for k, e in scene.machine.executions.items() if e.status == "RUNNING"],
        "quota slots": sorted(store.slots()),
        "leases": sorted(store.leases),
    }
    for what, names in left.items():
        if names:
            yield f"{what} left over: {names}"


def _told_wrong(scene: Scene) -> Iterator[str]:
    script, store = scene.script, scene.store
    for demo in store.records.values():
        if not demo.ended:
            yield f"{demo.demo_id} is {demo.phase} ({demo.reason}), not deleted"
        if store.due(scene.clock.now):
            yield f"{demo.demo_id} is still in the sweep's index"
    if not store.records and script.erase_at is None:
        yield "nobody ever heard of the demo"
    if _gentle(script) and not script.fails and scene.ready_at is None:
        yield "never ready, though nothing fatal happened"
    if _gentle(script) and script.fails and not any(d.failure for d in store.records.values()):
        yield "its failure is not on the record"


def _gentle(script: Script) -> bool:
    """Return whether a demo had the time to come up, and no more faults than retries bear."""
    fatal = any(f is Fault.FATAL for f in script.calls.values())
    ends = min(script.lease, ROOMY if script.delete_at is None else script.delete_at)
    roomy = ends >= ROOMY and script.erase_at is None
    retried = script.sweeps and script.deaths_retried
    return roomy and retried and not fatal and len(script.calls) <= FEW


def _done_wrong(scene: Scene) -> Iterator[str]:
    lingering = Fault.LINGERS in scene.script.calls.values()
    for name, times in Counter(scene.cloud.created).items():
        if times > 1 and not lingering:
            yield f"{name} was created {times} times"
    # Under an outage a creation may come late, onto a teardown that has begun.
    if scene.cloud.held_up and not lingering and len(scene.script.calls) <= FEW:
        yield f"deleted under stacks that still used them: {scene.cloud.held_up}"


def minutes_past_lease(scene: Scene) -> float:
    """Return how long after its lease the demo was gone."""
    late = [
        (d.deleted_at - d.expires_at) / timedelta(minutes=1)
        for d in scene.store.records.values()
        if d.deleted_at is not None
    ]
    return max(late, default=0.0)
