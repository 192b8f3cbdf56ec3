"""Whole lives in virtual time: without a fault, and with some of the single faults in turn."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice

import pytest

from testkit.simulation.cases import LIVES, single_faults
from testkit.simulation.components import EIGHT
from testkit.simulation.faults import Fault, Outage
from testkit.simulation.machine import HISTORY
from testkit.simulation.plays import broken_scenes
from testkit.simulation.pools import minutes_outlived
from testkit.simulation.scene import FOREIGN, ORPHANS, SWEEP, Scene
from testkit.simulation.script import Script
from testkit.simulation.verdict import faults_of, minutes_past_lease, teardown_minutes

EACH = 17
"""Every n-th single fault is played here, and all of them by `make simulate`."""

SHORTENED = (
    "will not go at first",
    "all eight are paused and resumed",
    "lives with late lists",
    "lives with wrong clocks",
    "goes in a storm",
    "a pool's member is claimed and completed, and another made",
)


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
    """A fault at any one port call or event of a life is made up for, in time."""
    first = sorted(LIVES).index(life) % EACH
    wrong = {
        tuple(scene.faults.hit): faults
        for scene in broken_scenes(LIVES[life], first, EACH)
        if (faults := faults_of(scene))
    }
    assert {} == wrong


@pytest.mark.parametrize("life", SHORTENED)
def test_a_life_that_goes_on_from_its_middle_ends_as_the_whole_does(life: str) -> None:
    """To the second and the word: what comes before a fault is played once for all of them."""
    every = len(list(single_faults(LIVES[life]))) // 5
    singles = islice(single_faults(LIVES[life]), 0, None, every)
    for whole, scene in zip(singles, broken_scenes(LIVES[life], each=every), strict=True):
        expected = played(whole.script)
        assert expected.faults.hit == scene.faults.hit
        assert expected.store.entries == scene.store.entries
        assert expected.store.records == scene.store.records
        assert expected.store.ends == scene.store.ends
        assert expected.cloud.created == scene.cloud.created
        assert expected.clock.now == scene.clock.now


def test_the_end_of_a_lease_waits_for_one_sweep_at_most() -> None:
    """A demo is gone one sweep and its own teardown after its lease."""
    scene = played(Script(components=EIGHT, lease=62, extend_at=None))
    sweep = SWEEP / timedelta(minutes=1)
    assert 0 < minutes_past_lease(scene) <= sweep + teardown_minutes(scene)


def test_a_life_that_ends_late_is_judged_wrong() -> None:
    """The verdict tells by how much."""
    late = minutes_past_lease(played(Script(extend_at=None)))
    assert () == faults_of(played(Script(extend_at=None, within=late)))
    (wrong,) = faults_of(played(Script(extend_at=None, within=late - 1)))
    assert "minutes after its lease" in wrong


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
    critical_path = timedelta(minutes=16)  # vpc 3, sg 1, rds 12
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


def test_a_creation_that_was_never_answered_is_looked_for_before_the_end() -> None:
    """It takes effect after the teardown, and no orphan search is needed to find it."""
    script = Script(delete_at=1, extend_at=None)
    number = next(n for n in range(20) if "stacks.create" in _call_hit(script, n))
    none_more = Outage(start=0.05, minutes=2, of="stacks.create")
    scene = played(replace(script, calls={number: Fault.LINGERS}, outages=(none_more,)))
    assert () == faults_of(scene)
    (demo,) = scene.store.records.values()
    assert demo.deleted_at is not None
    assert scene.cloud.created
    assert timedelta(minutes=10) < demo.deleted_at - scene.start


def _call_hit(script: Script, number: int) -> str:
    return "".join(played(replace(script, calls={number: Fault.TRANSIENT})).faults.hit)


# Outages ------------------------------------------------------------------------------------


@pytest.mark.parametrize("passes", [0, 4])
@pytest.mark.parametrize("of", ["", "stacks.", "store."])
def test_a_demo_under_creation_waits_an_outage_out(of: str, passes: int) -> None:
    """It comes up within minutes of the outage's end, and nothing has failed."""
    outage = Outage(start=1, minutes=40, of=of, passes=passes)
    scene = played(Script(outages=(outage,)))
    (demo,) = scene.store.records.values()
    assert None is demo.failure
    assert demo.ready_at is not None
    assert demo.ready_at - scene.start <= timedelta(minutes=outage.end + 7 + 3)


@pytest.mark.parametrize("hours", [1, 6])
def test_a_teardown_goes_on_within_minutes_of_an_outages_end(hours: int) -> None:
    """However long it lasted: nothing was counted, and nobody had to be asked."""
    outage = Outage(start=60, minutes=60 * hours, of="stacks.")
    scene = played(Script(extend_at=None, outages=(outage,)))
    (demo,) = scene.store.records.values()
    assert (0, ()) == (demo.quarantines, faults_of(scene))
    assert demo.deleted_at is not None
    resumed = demo.deleted_at - scene.start - timedelta(minutes=outage.end)
    assert resumed <= timedelta(minutes=teardown_minutes(played(Script(extend_at=None))) + 3)


def test_a_loop_that_can_never_wait_makes_no_hot_loop() -> None:
    """It rests a minute instead of the wait, and takes few looks more than one that can."""
    usual = played(Script())
    scene = played(LIVES["can never wait"])
    assert usual.ready_at is not None
    assert scene.ready_at is not None
    assert scene.machine.plans <= usual.machine.plans


def test_a_plan_that_always_fails_does_not_fill_its_history() -> None:
    """For a day and a half, in which it is tried all the time: it goes on in the same loop."""
    outage = Outage(start=1, minutes=36 * 60, of="store.get")
    scene = played(Script(lease=37 * 60, outages=(outage,)))
    assert () == faults_of(scene)
    assert HISTORY > max(e.events for e in scene.machine.executions.values())


def test_a_loop_with_much_to_do_hands_over_to_the_next() -> None:
    """A bucket of a great many versions is emptied in batches, a look each."""
    scene = Scene(Script(extend_at=None, lease=20))
    scene.cloud.listeners.append(
        lambda name, status: (
            scene.cloud.buckets.made[f"{name}-bucket"].uploads.extend(["u"] * 400)
            if name.endswith("-s3") and status == "ready"
            else None
        )
    )
    scene.run()
    assert () == faults_of(scene)
    assert len(scene.machine.executions) > 3


# What people do -----------------------------------------------------------------------------


def test_a_stack_that_somebody_deleted_is_made_again() -> None:
    """Within one orphan search, and the demo is ready again until its lease ends."""
    scene = played(LIVES["loses a stack"])
    (demo,) = scene.store.records.values()
    web = f"stelligent-demo-{demo.demo_id}-web"
    assert 2 == Counter(scene.cloud.created)[web]
    entries = [e for e in scene.store.entries[demo.demo_id] if e.text.startswith("not found: web")]
    lost = scene.start + timedelta(minutes=15)
    assert 1 == len(entries)
    assert entries[0].at - lost <= ORPHANS + timedelta(minutes=3)


def test_people_who_find_no_place_get_one_later() -> None:
    """There are never more demos at once than places, and everybody had one."""
    scene = played(LIVES["four people in two places"])
    assert (2, 4) == (scene.store.most, len(scene.store.records))
    owners = {demo.owner for demo in scene.store.records.values()}
    assert 4 == len(owners)
    assert all(demo.ready_at for demo in scene.store.records.values())


def test_what_a_stack_leaves_behind_keeps_deleted_back() -> None:
    """A person is asked; when it is gone the demo is."""
    scene = played(LIVES["leaves something behind"])
    (demo,) = scene.store.records.values()
    assert demo.quarantines
    assert demo.deleted_at is not None
    assert scene.cloud.left_until is not None
    assert scene.cloud.left_until <= demo.deleted_at


# Pools --------------------------------------------------------------------------------------


OWNER_TAG = "stelligent-demo:owner"
POOLS = [life for life, script in LIVES.items() if script.pool]


@pytest.mark.parametrize("life", POOLS)
def test_nothing_of_a_pool_outlives_it(life: str) -> None:
    """By more than a sweep and a member's teardown."""
    scene = played(LIVES[life])
    sweep = SWEEP / timedelta(minutes=1)
    assert minutes_outlived(scene) <= sweep + teardown_minutes(scene)
    assert [] == scene.pools.all()


def test_tags_name_whoever_claimed_within_five_minutes() -> None:
    """Long before what is added to the demo is there."""
    scene = Scene(LIVES["a pool's member is claimed and completed, and another made"])
    named: list[datetime] = []

    def note(name: str, _status: str) -> None:
        stack = scene.cloud.stacks.get(name)
        if stack and stack.component.name == "vpc" and "person0" in stack.tags[OWNER_TAG]:
            named.append(scene.clock.now)

    scene.cloud.listeners.append(note)
    scene.run()
    claimed = scene.start + timedelta(minutes=12)
    assert claimed < named[0] <= claimed + timedelta(minutes=5)


def test_a_pool_that_is_gone_too_late_is_judged_wrong() -> None:
    """The verdict tells by how much."""
    script = LIVES["a pool is deleted while it fills"]
    assert script.pool
    late = minutes_outlived(played(script))
    hasty = replace(script, pool=replace(script.pool, within=late - 1))
    (wrong,) = faults_of(played(hasty))
    assert "the pool outlived its end" in wrong


def test_the_lives_of_pools_are_what_they_say() -> None:
    """Each comes to what it is there for."""
    given = {life: (scene.store.claims, len(scene.store.records)) for life, scene in _pools()}
    assert {
        "a pool's member is claimed and completed, and another made": (["demo0001"], 2),
        "two ask for what a pool has one of": (["demo0001"], 2),
        "a member that waits paused is claimed": (["demo0001"], 1),
        "a waiting member gives up its place": (["demo0001"], 1),
        "a member on its way gives up its place": (["demo0001"], 1),
        "a pool's members end by their age": ([], 2),
        "a pool's templates are new ones": ([], 2),
        "a pool has a window": ([], 1),
        "a pool grows and shrinks": ([], 2),
        "a pool is deleted while it fills": ([], 1),
        "a pool's members fail": ([], 3),
    } == given


def _pools() -> list[tuple[str, Scene]]:
    return [(life, played(LIVES[life])) for life in POOLS]
