"""Ending, extending and retrying: what changes, what is recorded, and who is woken."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, NoReturn

import pytest

from chalicelib.core.catalog import ALL
from chalicelib.core.demo import Demo, Desired, Phase
from chalicelib.core.errors import (
    InvalidRequest,
    NotFound,
    StaleRecord,
    Unavailable,
    WrongState,
)
from chalicelib.core.identity import Caller
from chalicelib.core.prices import PriceItem
from chalicelib.core.request import DemoRequest
from chalicelib.core.spec import SpecChange
from testkit.simulation.components import SMALL, component

from .builders import HOME, NOW, OWNER, Stage, minutes

NAT, BOX = PriceItem(name="nat", usd=0.04503), PriceItem(name="box", usd=0.1)
HOUR = timedelta(hours=1)


def requested(stage: Stage) -> Demo:
    return stage.request.create(OWNER, DemoRequest(components=ALL, allowed_cidr=(HOME,)))


def resting(stage: Stage, phase: Phase = Phase.READY) -> Demo:
    """Return a demo whose loop has ended."""
    demo = requested(stage)
    stage.workflow.end(demo.demo_id, 1)
    return stage.save(demo, replace(demo, phase=phase, looping=False), ())


def test_a_request_makes_a_record_and_starts_a_loop() -> None:
    """And no stack."""
    stage = Stage()
    demo = requested(stage)
    assert Phase.REQUESTED is stage.store.get(demo.demo_id).phase
    assert [(demo.demo_id, 1)] == stage.workflow.started
    assert [] == stage.cloud.created


def test_a_bad_request_makes_nothing() -> None:
    """No record, no slot, no loop."""
    stage = Stage()
    with pytest.raises(InvalidRequest):
        stage.request.create(OWNER, DemoRequest(allowed_cidr=(HOME,), components=("nothing",)))
    assert ({}, {}, []) == (stage.store.records, stage.store.slots(), stage.workflow.started)


def test_a_preview_makes_nothing() -> None:
    """It says what would be made, in which order, and how long that takes."""
    stage = Stage()
    shown = stage.offer.preview(DemoRequest(allowed_cidr=(HOME,), components=("web",)))
    assert {"s3", "vpc", "bundle"} == set(shown.pulled_in)
    assert 7 == shown.typical_minutes
    assert {} == stage.store.records


def test_a_preview_names_the_price_of_all_of_it() -> None:
    """Of what was pulled in too, in dollars an hour, to a hundredth of a cent."""
    vpc, web = component("vpc", 3, outputs=("VpcId",)), component("web", 1, requires=("VpcId",))
    stage = Stage((replace(vpc, prices=(NAT,)), replace(web, prices=(BOX,))))
    shown = stage.offer.preview(DemoRequest(allowed_cidr=(HOME,), components=("web",)))
    assert (0.14503, 0.58) == (shown.cost.running.hourly_usd, shown.lease_usd)


def test_ending_wakes_the_running_loop() -> None:
    """The change is on the record before anything is woken."""
    stage = Stage()
    demo = requested(stage)
    stage.store.park(demo.demo_id, generation=1, seen=0, token="t1")
    stage.change.delete(demo, actor=OWNER, why="asked for")
    assert Desired.DELETED is stage.store.get(demo.demo_id).desired_state
    assert ["t1"] == stage.workflow.woken
    assert "to be removed: asked for" in stage.timeline(demo.demo_id)


def test_ending_a_resting_demo_starts_the_next_loop() -> None:
    """Under a name that was never used."""
    stage = Stage()
    stage.change.delete(resting(stage), actor=OWNER, why="asked for")
    assert [("demo0001", 1), ("demo0001", 2)] == stage.workflow.started


def test_ending_twice_tells_once() -> None:
    """The second time changes nothing on the record."""
    stage = Stage()
    once = stage.change.delete(requested(stage), actor=OWNER, why="asked for")
    timeline = stage.timeline("demo0001")
    assert once == stage.change.delete(once, actor=OWNER, why="again")
    assert timeline == stage.timeline("demo0001")


def test_ending_again_makes_up_for_a_start_that_was_lost() -> None:
    """The process died between its write and its start; asking again starts the loop."""
    stage = Stage()
    demo = replace(requested(stage), desired_state=Desired.DELETED)
    stage.workflow.started.clear()
    stage.change.delete(demo, actor=OWNER, why="again")
    assert [("demo0001", 1)] == stage.workflow.started


def test_a_change_of_an_old_record_is_made_to_the_new_one() -> None:
    """Whoever read before somebody wrote reads again, and keeps what was written."""
    stage = Stage()
    demo = requested(stage)
    stage.save(demo, replace(demo, name="meanwhile"), ())
    ended = stage.change.delete(demo, actor=OWNER, why="asked for")
    assert (Desired.DELETED, "meanwhile") == (ended.desired_state, ended.name)


def test_a_lease_is_moved_on_the_record_as_it_is_now() -> None:
    """An extension does not undo what somebody else wrote."""
    stage = Stage()
    demo = requested(stage)
    stage.save(demo, replace(demo, name="meanwhile"), ())
    moved = stage.change.move_lease(demo, NOW + 6 * HOUR, actor=OWNER)
    assert (NOW + 6 * HOUR, "meanwhile") == (moved.expires_at, moved.name)


@pytest.mark.parametrize(("shown", "generation"), [(True, 2), (False, 1)])
def test_a_moved_lease_is_written_again_where_a_page_shows_it(
    *, shown: bool, generation: int
) -> None:
    """The demo's own page reads it from the bundle; where there is none, no loop is started."""
    stage = Stage(SMALL if shown else (component("vpc", 2),))
    demo = resting(stage)
    known = {n: replace(c, inputs={"DemoId": "demo0001"}) for n, c in demo.components.items()}
    demo = stage.save(demo, replace(demo, components=known), ())
    moved = stage.change.move_lease(demo, NOW + 6 * HOUR, actor=OWNER)
    assert (generation, shown) == (moved.generation, moved.looping)


def test_a_lease_that_ran_out_ends_the_record_as_it_is_now() -> None:
    """Nor does the end of a lease."""
    stage = Stage()
    demo = requested(stage)
    stage.save(demo, replace(demo, name="meanwhile"), ())
    stage.clock.now = demo.expires_at
    ended = stage.change.end_lease(demo, actor="lease")
    assert (Desired.DELETED, "meanwhile") == (ended.desired_state, ended.name)


def test_a_retry_is_made_of_the_record_as_it_is_now() -> None:
    """Nor does a retry."""
    stage = Stage()
    stuck = resting(stage, Phase.QUARANTINED)
    stage.save(stuck, replace(stuck, name="meanwhile"), ())
    assert "meanwhile" == stage.change.retry(stuck, actor=OWNER).name


def test_a_change_that_is_overtaken_each_time_is_refused_in_the_end() -> None:
    """After five tries; the caller may ask again."""
    stage = Stage()
    demo, tries = requested(stage), []

    def refuse(*_: object) -> NoReturn:
        tries.append(1)
        raise StaleRecord("moved on")

    stage.store.save = refuse  # type: ignore[assignment, method-assign]
    with pytest.raises(StaleRecord):
        stage.change.delete(demo, actor=OWNER, why="asked for")
    assert 5 == len(tries)


def test_a_lease_is_moved_with_its_item_and_recorded() -> None:
    """Record, lease item and timeline change together."""
    stage = Stage()
    demo = requested(stage)
    stage.change.move_lease(demo, NOW + 6 * HOUR, actor=OWNER)
    assert NOW + 6 * HOUR == stage.store.get("demo0001").expires_at
    assert NOW + 6 * HOUR == stage.store.leases["demo0001"]
    assert "lease extended to 2026-01-05 15:00 UTC" in stage.timeline("demo0001")


def test_warnings_ahead_of_the_new_end_are_given_again() -> None:
    """Those that are past stay given."""
    stage = Stage()
    demo = replace(requested(stage), warned=frozenset({1440, 120, 30}))
    moved = stage.change.move_lease(demo, NOW + HOUR, actor=OWNER)
    assert frozenset({1440, 120}) == moved.warned


def test_a_demo_that_is_ending_is_not_extended() -> None:
    """Nothing changes."""
    stage = Stage()
    ending = stage.change.delete(requested(stage), actor=OWNER, why="asked for")
    with pytest.raises(WrongState, match="cannot be extended"):
        stage.change.move_lease(ending, NOW + HOUR, actor=OWNER)
    assert ending.expires_at == stage.store.get("demo0001").expires_at


def test_a_quarantined_demo_is_retried() -> None:
    """A person may hurry it."""
    stage = Stage()
    stuck = replace(resting(stage, Phase.QUARANTINED), desired_state=Desired.DELETED)
    again = stage.change.retry(stuck, actor=OWNER)
    assert (Phase.DELETING, 2) == (again.phase, again.generation)
    assert "deleting: retried by ann@example.com" in stage.timeline(stuck.demo_id)


def test_only_a_quarantined_demo_is_retried() -> None:
    """Any other is told what it is."""
    stage = Stage()
    with pytest.raises(WrongState, match="is requested"):
        stage.change.retry(requested(stage), actor=OWNER)


def test_a_demo_that_is_not_yours_does_not_exist() -> None:
    """For its owner and an admin it does."""
    stage = Stage()
    demo = requested(stage)
    with pytest.raises(NotFound):
        stage.read.find(Caller(owner="eve@example.com"), demo.demo_id)
    assert demo == stage.read.find(Caller(owner=OWNER), demo.demo_id)
    assert demo == stage.read.find(Caller(owner="eve", admin=True), demo.demo_id)


def test_a_lease_cannot_be_moved_into_the_past() -> None:
    """Now is past too."""
    stage = Stage()
    demo = requested(stage)
    stage.clock.advance(minutes(1))
    with pytest.raises(InvalidRequest):
        stage.change.move_lease(demo, NOW + minutes(1), actor=OWNER)


def test_a_change_of_nothing_makes_up_for_a_start_that_was_lost() -> None:
    """As ending again does."""
    stage = Stage()
    demo = requested(stage)
    stage.workflow.started.clear()
    stage.change.change(demo, SpecChange(name=demo.name), actor=OWNER)
    assert [("demo0001", 1)] == stage.workflow.started


def test_a_removal_by_a_change_is_recorded_though_its_loop_cannot_be_reached() -> None:
    """The sweep starts it; the caller need not ask again."""
    stage = Stage()
    demo = resting(stage)

    def away(*_: object) -> NoReturn:
        raise Unavailable("Step Functions is away")

    stage.workflow.start = away  # type: ignore[assignment, method-assign]
    gone = SpecChange(desired_state=Desired.DELETED)
    assert Desired.DELETED is stage.change.change(demo, gone, actor=OWNER).desired_state


def test_a_spec_is_changed_on_the_record_as_it_is_now() -> None:
    """Somebody else may write it between the read and the write."""
    stage = Stage()
    demo, save = requested(stage), stage.store.save

    def overtaken(*args: Any) -> Demo:
        stage.store.save = save  # type: ignore[method-assign]
        stage.save(demo, replace(demo, reason="meanwhile"), ())
        return save(*args)

    stage.store.save = overtaken  # type: ignore[assignment, method-assign]
    named = stage.change.change(demo, SpecChange(name="Acme"), actor=OWNER)
    assert ("Acme", "meanwhile") == (named.name, named.reason)
