"""Whole lives in virtual time: without a fault, and with each single fault in turn."""

from dataclasses import replace
from datetime import timedelta

import pytest

from testkit.simulation.cases import LIVES, single_faults
from testkit.simulation.components import EIGHT
from testkit.simulation.faults import Fault
from testkit.simulation.scene import FOREIGN, Scene, Script
from testkit.simulation.verdict import faults_of, minutes_past_lease

SWEEP_INTERVAL = 5
"""Minutes."""


def played(script: Script) -> Scene:
    """Return a scene after its run."""
    scene = Scene(script)
    scene.run()
    return scene


@pytest.mark.parametrize("life", LIVES)
def test_a_whole_life_ends_right(life: str) -> None:
    """Without a fault a life of every kind leaves nothing behind."""
    assert () == faults_of(played(LIVES[life]))


@pytest.mark.parametrize("life", LIVES)
def test_no_single_fault_changes_the_end(life: str) -> None:
    """A fault at any one port call or event of a life is made up for."""
    wrong = {
        tuple(scene.faults.hit): faults
        for scene in map(played, single_faults(LIVES[life]))
        if (faults := faults_of(scene))
    }
    assert {} == wrong


def test_the_end_of_a_lease_waits_for_one_sweep_at_most() -> None:
    """A demo is gone one sweep and its own teardown after its lease."""
    teardown = _teardown_minutes(LIVES["deleted when ready"])
    late = minutes_past_lease(played(Script(components=EIGHT, lease=62, extend_at=None)))
    assert 0 < late <= SWEEP_INTERVAL + teardown


def _teardown_minutes(script: Script) -> float:
    scene = played(script)
    (demo,) = scene.store.records.values()
    assert demo.deleted_at is not None
    assert script.delete_at is not None
    asked = scene.start + timedelta(minutes=script.delete_at)
    return (demo.deleted_at - asked) / timedelta(minutes=1)


def test_an_extended_lease_is_kept_to() -> None:
    """A demo whose lease was extended lives until the new end, and no longer."""
    scene = played(Script(lease=60, extend_at=20))
    (demo,) = scene.store.records.values()
    assert demo.deleted_at is not None
    assert scene.start + timedelta(minutes=90) == demo.expires_at
    assert demo.expires_at < demo.deleted_at


def test_the_loop_works_through_the_ready_set() -> None:
    """Eight components are ready when the critical path is, give or take a second a level."""
    scene = played(LIVES["ends by the sweep"])
    assert scene.ready_at is not None
    critical_path = timedelta(minutes=20)  # vpc 3, sg 1, rds 12, asg 4
    assert critical_path <= scene.ready_at - scene.start <= critical_path + timedelta(seconds=30)


def test_a_stack_without_our_tags_is_left_alone() -> None:
    """The orphan search goes by tags: a foreign stack with a name like ours stays."""
    scene = Scene(LIVES["ends by the orphan search, its record erased"])
    scene.cloud.create(
        name=FOREIGN,
        template="# vpc",
        parameters={},
        tags={"team": "somebody else"},
        timeout_minutes=15,
        token="theirs",
    )
    scene.run()
    assert [FOREIGN] == list(scene.cloud.stacks)


@pytest.mark.parametrize("delete_at", [1, 2, 3, None])
def test_a_call_that_takes_effect_much_later_leaves_nothing(delete_at: int | None) -> None:
    """A stack that appears after its teardown was proved is found by the orphan search."""
    script = Script(delete_at=delete_at, extend_at=None, orphans=True)
    wrong = {
        tuple(scene.faults.hit): faults
        for number in range(played(script).faults.calls)
        if (faults := faults_of(scene := played(replace(script, calls={number: Fault.LINGERS}))))
    }
    assert {} == wrong
