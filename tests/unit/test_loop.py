"""Starting and waking: what was wanted is on the record, whatever comes of the wake-up."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.core.catalog import ALL
from chalicelib.core.demo import Demo, Desired, Phase
from chalicelib.core.errors import AccessDenied, DemoError, Unavailable
from chalicelib.core.request import DemoRequest
from chalicelib.core.stack_change import StackChange

from .builders import HOME, OWNER, Stage, minutes

REQUEST = DemoRequest(components=ALL, allowed_cidr=(HOME,))


def fails(stage: Stage, port: str, method: str, error: DemoError) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    setattr(getattr(stage, port), method, fail)


@pytest.mark.parametrize(
    ("port", "method"), [("workflow", "start"), ("workflow", "resume"), ("store", "count_event")]
)
@pytest.mark.parametrize("error", [AccessDenied("not yours"), Unavailable("no answer")])
def test_a_wake_that_fails_makes_no_call_fail(
    port: str, method: str, error: DemoError, caplog: pytest.LogCaptureFixture
) -> None:
    """What the owner wants is saved; what failed is counted and logged."""
    stage = Stage()
    demo = stage.request.create(OWNER, REQUEST)
    stage.store.tokens[demo.demo_id] = "t1"
    fails(stage, port, method, error)
    ended = stage.change.delete(demo, actor=OWNER, why="asked")
    assert Desired.DELETED is ended.desired_state is stage.store.get(demo.demo_id).desired_state
    assert 1 == stage.metrics.counts["WakesFailed"]
    assert str(error) in caplog.text


def test_a_request_whose_loop_was_not_started_is_made_up_for() -> None:
    """The caller has a demo; the watchdog starts its loop."""
    stage = Stage()
    start = stage.workflow.start
    fails(stage, "workflow", "start", Unavailable("no answer"))
    demo = stage.request.create(OWNER, REQUEST)
    assert 1 == stage.metrics.counts["WakesFailed"]
    stage.workflow.start = start  # type: ignore[method-assign]
    stage.clock.advance(minutes(10))
    stage.sweep.run(lambda *_: None)
    assert [(demo.demo_id, 2)] == stage.workflow.started


def test_an_event_whose_wake_up_fails_is_an_error() -> None:
    """Lambda delivers it again."""
    stage = Stage()
    demo = stage.request.create(OWNER, REQUEST)
    stage.store.tokens[demo.demo_id] = "t1"
    fails(stage, "workflow", "resume", Unavailable("no answer"))
    with pytest.raises(Unavailable):
        stage.wakeups.wake(demo.demo_id, StackChange("vpc", "1"))


def rested(stage: Stage) -> Demo:
    demo = stage.request.create(OWNER, REQUEST)
    stage.workflow.end(demo.demo_id, 1)
    resting = replace(demo, phase=Phase.READY, looping=False)
    return stage.save(demo, resting, ())


def test_a_change_to_a_demo_at_rest_starts_the_next_loop() -> None:
    """And wakes nothing, as nothing waits."""
    stage = Stage()
    before = rested(stage)
    after = stage.loops.commit(before, replace(before, reason="why"), actor=OWNER)
    assert (2, True) == (after.generation, after.looping)
    assert [(after.demo_id, 1), (after.demo_id, 2)] == stage.workflow.started
    assert [] == stage.workflow.woken


def test_a_change_to_a_demo_in_its_loop_wakes_that_loop() -> None:
    """No second one is started."""
    stage = Stage()
    demo = stage.request.create(OWNER, REQUEST)
    stage.store.tokens[demo.demo_id] = "t1"
    after = stage.loops.commit(demo, replace(demo, reason="why"), actor=OWNER)
    assert 1 == after.generation
    assert [(demo.demo_id, 1)] == stage.workflow.started
    assert ["t1"] == stage.workflow.woken


def test_a_restart_is_reported_and_dated() -> None:
    """The watchdog leaves the new loop its time."""
    stage = Stage()
    before = rested(stage)
    stage.clock.advance(timedelta(hours=1))
    after = stage.loops.restart(before, actor="sweep", why="the loop had died")
    assert (stage.clock.now, 2) == (after.planned_at, after.generation)
    assert ["the loop had died", "loop 2 started"] == stage.timeline(after.demo_id)[-2:]
    assert (after.demo_id, 2) == stage.workflow.started[-1]


@pytest.mark.parametrize("by_ttl", [True, False])
def test_the_end_of_a_lease_insists_on_its_wake_up(*, by_ttl: bool) -> None:
    """The stream delivers the removal again, so that the lease ends without a sweep as well."""
    stage = Stage()
    demo = rested(stage)
    stage.clock.now = demo.expires_at
    start = stage.workflow.start
    fails(stage, "workflow", "start", Unavailable("no answer"))
    with pytest.raises(Unavailable):
        stage.lease_removed.run(demo.demo_id, by_ttl=by_ttl)
    stage.workflow.start = start  # type: ignore[method-assign]
    stage.lease_removed.run(demo.demo_id, by_ttl=by_ttl)
    assert (demo.demo_id, 2) == stage.workflow.started[-1]


def test_the_end_of_a_lease_insists_for_a_demo_that_is_leaving_too() -> None:
    """Its loop may have been lost with the request that it go."""
    stage = Stage()
    demo = rested(stage)
    leaving = stage.change.delete(demo, actor=OWNER, why="asked for")
    stage.clock.now = demo.expires_at
    fails(stage, "workflow", "start", Unavailable("no answer"))
    with pytest.raises(Unavailable):
        stage.change.end_lease(leaving, actor="lease")
