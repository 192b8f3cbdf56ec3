"""The interpreter of the state machine: it plays what is deployed."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from chalicelib.core.actions import ActionKind
from chalicelib.core.errors import Rejected, StaleRecord, Unavailable
from testkit.simulation import asl
from testkit.simulation.faults import Died, Outage
from testkit.simulation.scene import Scene
from testkit.simulation.script import Script

TASK = {"Type": "Task", "Resource": "${Plan}", "End": True}


def test_a_type_of_state_that_nobody_plays_is_refused() -> None:
    """Else another machine would be played than the one that is deployed."""
    with pytest.raises(ValueError, match="Parallel"):
        asl.read({"StartAt": "A", "States": {"A": {"Type": "Parallel"}}})


def test_retries_grow_as_the_definition_has_them() -> None:
    """Up to its longest delay."""
    retry = {
        "ErrorEquals": ["Unavailable"],
        "IntervalSeconds": 2,
        "BackoffRate": 2,
        "MaxAttempts": 6,
        "MaxDelaySeconds": 60,
    }
    definition = asl.read({"StartAt": "A", "States": {"A": {**TASK, "Retry": [retry]}}})
    (retrier,) = definition.retriers["A"]
    delays = [retrier.delay(n) / timedelta(seconds=1) for n in range(1, 7)]
    assert [2, 4, 8, 16, 32, 60] == delays


def test_an_action_is_told_how_many_attempts_were_before_it() -> None:
    """By the deployed definition: one that skips at its first attempt was never made."""
    item = {"demo_id": "demo0001", "generation": 1, "kind": "create_stack", "component": "vpc"}
    states = asl.loop_definition().items["Apply"].states.values()
    actions = [state for state in states if state["Type"] == "Task"]
    assert len(ActionKind) == len(actions)
    for retries in (0, 2):
        expected = {**item, "retries": retries}
        assert all(expected == asl.given(state, item, retries) for state in actions)


@pytest.mark.parametrize(
    ("error", "tries"), [(StaleRecord("x"), 11), (Unavailable("x"), 7), (Rejected("x"), 1)]
)
def test_a_plan_is_tried_as_often_as_the_definition_says(error: Exception, tries: int) -> None:
    """And then it rests for a minute."""
    assert tries == _plans_until_the_rest(error, deaths_retried=True)


@pytest.mark.parametrize(("retried", "tries"), [(True, 7), (False, 1)])
def test_a_function_that_dies_is_tried_by_the_name_of_its_death(
    *, retried: bool, tries: int
) -> None:
    """Lambda has names that Step Functions was not told of."""
    assert tries == _plans_until_the_rest(Died(), deaths_retried=retried)


def _plans_until_the_rest(error: BaseException, *, deaths_retried: bool) -> int:
    """Return how often Plan is called before it has rested for a minute."""
    scene = Scene(Script(people=0, sweeps=False, deaths_retried=deaths_retried))
    times = []

    def fail(_demo_id: str) -> Any:
        times.append(scene.clock.now)
        raise error

    scene.store.get = fail  # type: ignore[assignment, method-assign]
    scene.machine.start("demo0001", 1)
    scene.clock.advance(timedelta(minutes=10))
    gaps = [after - before for before, after in pairwise(times)]
    return 1 + next(n for n, gap in enumerate(gaps) if gap > timedelta(seconds=60))


def test_an_item_that_fails_does_not_stop_the_others() -> None:
    """A Map goes on to the next Plan with what came of each."""
    scene = Scene(Script(fails={}, outages=(Outage(start=0, minutes=5, of="buckets."),)))
    scene.run()
    (demo,) = scene.store.records.values()
    assert demo.ready_at is not None
