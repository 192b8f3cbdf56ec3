"""What a life costs in calls at AWS's own timings."""

from dataclasses import replace

import pytest

from bench import calls
from testkit.simulation.components import EIGHT
from testkit.simulation.faults import EventFault
from testkit.simulation.scene import Scene


@pytest.mark.parametrize("events", [{}, dict.fromkeys(range(99), EventFault.LOST)])
def test_a_stacks_life_takes_few_calls(events: dict[int, EventFault]) -> None:
    """To CloudFormation, whether or not its events arrive."""
    scene = Scene(replace(calls.LIFE, events=events))
    scene.run()
    counts = scene.faults.counts
    made = sum(number for call, number in counts.items() if call.startswith("stacks."))
    assert made <= 5 * len(EIGHT)
