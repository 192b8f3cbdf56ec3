"""CloudFormation calls of a life at AWS's own timings, counted in the simulation.

The emulator's stacks come up in seconds, so nothing there is ever polled. In virtual time each
stack takes the minutes that its template says.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Final

from bench.figures import Figure
from testkit.simulation.components import EIGHT
from testkit.simulation.faults import EventFault
from testkit.simulation.scene import Scene
from testkit.simulation.script import Script
from testkit.simulation.verdict import faults_of

LIFE: Final = Script(components=EIGHT, lease=120, delete_at=60, extend_at=None)
_MOST: Final = 5


def measure() -> list[Figure]:
    """Count over a usual life, a slow one, and one in which no event arrives."""
    what = "CloudFormation calls a stack at AWS's timings"
    lost = dict.fromkeys(range(100), EventFault.LOST)
    logging.disable()
    try:
        return [
            _figure(what, _MOST, LIFE),
            _figure(f"{what}, all twice as slow", None, replace(LIFE, slowness=2)),
            _figure(f"{what}, every event lost", None, replace(LIFE, events=lost)),
        ]
    finally:
        logging.disable(logging.NOTSET)


def _figure(what: str, bound: float | None, script: Script) -> Figure:
    calls, stacks = _calls(script), len(script.components)
    return Figure(what, calls / stacks, bound, f"{calls} for {stacks}")


def _calls(script: Script) -> int:
    scene = Scene(script)
    scene.run()
    if wrong := faults_of(scene):
        raise RuntimeError(f"the life ended wrong: {'; '.join(wrong)}")
    counts = scene.faults.counts
    return sum(n for call, n in counts.items() if call.startswith("stacks."))
