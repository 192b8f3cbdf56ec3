"""When the sweep has anything to do for a demo."""

from dataclasses import replace

from chalicelib.core.catalog import ALL
from chalicelib.core.demo import Phase
from chalicelib.core.due import due_at
from chalicelib.core.request import DemoRequest

from .builders import HOME, NOW, OWNER, Stage, demo, leaving, minutes

WATCHDOG = minutes(10)


def test_a_resting_demo_is_due_at_its_next_warning() -> None:
    """Nothing else can happen to it before."""
    resting = demo(looping=False)
    assert resting.expires_at - minutes(120) == due_at(resting, watchdog=WATCHDOG)


def test_a_warned_demo_is_due_at_its_end() -> None:
    """Once all warnings are given, the end is next."""
    warned = demo(looping=False, warned=frozenset({120, 30}))
    assert warned.expires_at == due_at(warned, watchdog=WATCHDOG)


def test_a_looping_demo_is_due_when_its_loop_is_silent() -> None:
    """From its last plan, or from its creation if it never planned."""
    assert NOW + WATCHDOG == due_at(demo(), watchdog=WATCHDOG)
    planned = demo(planned_at=NOW + minutes(3))
    assert NOW + minutes(13) == due_at(planned, watchdog=WATCHDOG)


def test_a_quarantined_demo_is_due_at_its_retry() -> None:
    """Its lease is over and its loop at rest."""
    resting = leaving(looping=False, retry_at=NOW + minutes(15))
    assert NOW + minutes(15) == due_at(resting, watchdog=WATCHDOG)


def test_a_deleted_demo_is_never_due() -> None:
    """It leaves the index."""
    assert due_at(demo(phase=Phase.DELETED, looping=False), watchdog=WATCHDOG) is None


def test_a_demo_that_outlives_its_lease_stays_due() -> None:
    """Each sweep counts it, though its loop gets on or rests until a retry."""
    later = NOW + minutes(600)
    for over in (leaving(planned_at=later), leaving(looping=False, retry_at=later)):
        assert over.expires_at == due_at(over, watchdog=WATCHDOG)


def test_every_write_says_when_the_demo_is_due_next() -> None:
    """A request, a look and an end each leave their own moment on the record."""
    stage = Stage()
    made = stage.request.create(OWNER, DemoRequest(components=ALL, allowed_cidr=(HOME,)))
    assert NOW + WATCHDOG == stage.store.get(made.demo_id).due_at
    stage.clock.advance(minutes(3))
    stage.plan_step.run(made.demo_id, 1)
    looked = stage.store.get(made.demo_id)
    assert NOW + minutes(13) == looked.due_at
    ended = replace(looked, phase=Phase.DELETED, looping=False)
    stage.recorder.save(looked, ended, now=NOW, actor=OWNER)
    assert stage.store.get(made.demo_id).due_at is None
