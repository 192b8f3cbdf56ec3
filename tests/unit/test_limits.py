"""How long the loop waits, for how long it lets a stack take its time, and what it gives up."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.core.actions import Action, ActionKind
from chalicelib.core.component import Failure, Status
from chalicelib.core.deletion_failures import MAX_ATTEMPTS
from chalicelib.core.demo import Demo, Desired, Phase, Search
from chalicelib.core.failures import create_limit, create_minutes
from chalicelib.core.kinds import Kind
from chalicelib.core.plan import Next, Plan
from chalicelib.core.planner import decide
from chalicelib.core.policy import PollingPolicy
from chalicelib.core.teardown import MAX_SEARCHES, wants_search

from .builders import NOW, component, demo, leaving, minutes

_REFUSES = component("web", "vpc", status=Status.DELETE_FAILED)
SECOND = timedelta(seconds=1)
LEFT = ("arn:aws:ec2:us-east-1:0:instance/i-1",)


def plan(made: Demo, now: Any = NOW, **options: Any) -> Plan:
    return decide(made, now, polling=PollingPolicy(), **options)


@pytest.mark.parametrize(("typical", "given"), [(1, 15), (3, 15), (5, 15), (6, 18), (12, 36)])
def test_a_stack_is_given_three_times_its_usual_minutes(typical: float, given: int) -> None:
    """A quarter of an hour at least; CloudFormation is told so, and we wait five minutes more."""
    assert given == create_minutes(typical)
    assert minutes(given + 5) == create_limit(component("vpc", typical_minutes=typical))


@pytest.mark.parametrize(("late", "then"), [(0, Desired.RUNNING), (1, Desired.DELETED)])
def test_a_database_may_take_forty_one_minutes(late: int, then: Desired) -> None:
    """And a second more is a failure."""
    slow = component("rds", typical_minutes=12, status=Status.CREATING, observed_at=NOW)
    begun = replace(slow, started_at=NOW - minutes(41) - late * SECOND)
    assert then is plan(demo(begun)).demo.desired_state


@pytest.mark.parametrize(("late", "then"), [(0, Status.DELETING), (1, Status.DELETE_FAILED)])
def test_a_deletion_may_take_an_hour(late: int, then: Status) -> None:
    """And a second more is a refusal."""
    begun = component("vpc", status=Status.DELETING, moved_at=NOW - minutes(60) - late * SECOND)
    assert then is plan(leaving(begun)).demo.components["vpc"].status


def test_a_deletion_is_noted_when_it_is_asked_for() -> None:
    """Its hour starts then, again for each attempt; its removal began with the first."""
    first = NOW - minutes(50)
    before = component("vpc", status=Status.DELETE_FAILED, attempts=1, removing_at=first)
    begun = plan(leaving(replace(before, moved_at=first, retry_at=NOW))).demo.components["vpc"]
    assert (Status.DELETING, NOW, None) == (begun.status, begun.moved_at, begun.observed_at)
    assert (first, None) == (begun.removing_at, begun.retry_at)


def test_a_removal_begins_anew_where_none_was_refused() -> None:
    """A stack that was found standing again is removed from now on, not since it first was."""
    before = component("vpc", status=Status.READY, removing_at=NOW - minutes(50))
    assert NOW == plan(leaving(before)).demo.components["vpc"].removing_at


def test_a_creation_is_noted_when_it_is_asked_for() -> None:
    """Its limit starts then, again for each attempt."""
    before = component("vpc", started_at=NOW - minutes(50), retry_at=NOW)
    begun = plan(demo(before)).demo.components["vpc"]
    assert (Status.CREATING, NOW, None) == (begun.status, begun.started_at, begun.observed_at)
    assert (NOW, None) == (begun.asked_at, begun.retry_at)


@pytest.mark.parametrize(
    "made",
    [
        demo(component("vpc", status=Status.CREATING)),
        leaving(component("vpc", status=Status.DELETING)),
    ],
)
def test_a_loop_that_waits_looks_once_a_minute(made: Demo) -> None:
    """Unless an event wakes it."""
    waiting = plan(made)
    assert (Next.WAIT, minutes(1)) == (waiting.next, waiting.wait)


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(1, 15), (2, 30), (3, 60), (4, 120), (MAX_ATTEMPTS - 1, 120)]
)
def test_refused_deletions_are_tried_ever_more_seldom(attempts: int, seconds: int) -> None:
    """The moment of the next attempt is set once."""
    refused = plan(leaving(component("vpc", status=Status.DELETE_FAILED, attempts=attempts)))
    assert NOW + seconds * SECOND == refused.demo.components["vpc"].retry_at
    assert refused.demo == plan(refused.demo).demo


def test_the_first_failure_is_the_one_that_is_reported() -> None:
    """What fails later follows from it, or does not matter any more."""
    first = Failure(component="vpc", reason="no room")
    later = component(
        "s3", status=Status.FAILED, failure=Failure(component="s3", reason="cancelled")
    )
    assert first == plan(demo(later, failure=first)).demo.failure


def test_searches_grow_rare() -> None:
    """The tag index may lag for minutes: eight searches take a quarter of an hour."""
    made, now, waits = leaving(component("vpc", status=Status.DELETED)), NOW, []
    while (searched := plan(made, now, leftovers=LEFT)).next is Next.WAIT:
        made, again = searched.demo, searched.demo.search.again_at
        assert again is not None
        assert not wants_search(made, again - SECOND)
        assert wants_search(made, again)
        waits.append((again - now) / SECOND)
        now = again
    assert [15, 30, 60, 120, 240, 360, 420] == waits
    assert Next.STUCK is searched.next
    assert MAX_SEARCHES == len(waits) + 1


def test_the_next_search_is_waited_for_and_no_longer() -> None:
    """Nor for less than nothing, when its moment is already past."""
    gone = component("vpc", status=Status.DELETED)
    for again, wait in (
        (NOW + 20 * SECOND, 20),
        (NOW - SECOND, 0),
        (None, 0),
        (NOW + 2 * minutes(1), 60),
    ):
        waiting = plan(leaving(gone, search=Search(attempts=1, again_at=again)))
        assert (Next.WAIT, wait * SECOND) == (waiting.next, waiting.wait)


@pytest.mark.parametrize(
    ("made", "wanted"),
    [
        (leaving(component("vpc", status=Status.DELETED)), True),
        (leaving(component("vpc")), True),
        (demo(component("vpc")), False),
        (replace(leaving(component("vpc")), phase=Phase.DELETED), False),
        (leaving(component("vpc", status=Status.READY)), False),
        (leaving(component("vpc", status=Status.DELETING)), False),
        (leaving(component("vpc", status=Status.CREATING)), False),
        (leaving(component("vpc", status=Status.READY), component("s3")), False),
        (leaving(component("vpc", status=Status.DELETE_FAILED)), True),
        (leaving(component("b", status=Status.READY, kind=Kind.BUNDLE)), True),
        (leaving(component("vpc", status=Status.READY), _REFUSES), True),
        (leaving(component("vpc", status=Status.DELETING), _REFUSES), False),
    ],
)
def test_a_search_waits_for_whatever_gets_on(made: Demo, *, wanted: bool) -> None:
    """It is made when all stacks are gone, refuse to go, or wait for one that refuses."""
    assert wanted is wants_search(made, NOW)


def test_the_bundle_goes_with_the_last_stack_that_uses_it() -> None:
    """Not before, and with the moment noted."""
    bundle = component("bundle", "s3", status=Status.READY, kind=Kind.BUNDLE)
    bucket = component("s3", status=Status.READY)
    using = component("ecs", "bundle", status=Status.DELETING)
    assert Status.READY is plan(leaving(bucket, bundle, using)).demo.components["bundle"].status
    free = plan(leaving(bucket, bundle, replace(using, status=Status.DELETED)))
    gone = free.demo.components["bundle"]
    assert (Status.DELETED, NOW, NOW) == (gone.status, gone.removing_at, gone.removed_at)
    assert (Action(ActionKind.DELETE_STACK, "s3"),) == free.actions


def test_a_bundle_that_is_gone_stays_as_it_was() -> None:
    """The moment it went is not noted again."""
    gone = component("bundle", status=Status.DELETED, kind=Kind.BUNDLE, removed_at=NOW - SECOND)
    assert gone == plan(leaving(gone)).demo.components["bundle"]


def test_the_end_leaves_no_trouble_on_the_record() -> None:
    """What would not go is gone by now."""
    trouble = Failure(component="vpc", reason="in use")
    made = leaving(
        component("vpc", status=Status.DELETED),
        trouble=trouble,
        retry_at=NOW,
        search=Search(attempts=3, again_at=NOW),
    )
    ended = plan(made, leftovers=()).demo
    assert (Phase.DELETED, NOW, False) == (ended.phase, ended.deleted_at, ended.looping)
    assert (None, None, Search()) == (ended.trouble, ended.retry_at, ended.search)


def test_quarantines_grow_long() -> None:
    """A quarter of an hour, doubled each time up to half a day."""
    stuck = component("vpc", status=Status.DELETE_FAILED, attempts=MAX_ATTEMPTS)
    rests = [plan(leaving(stuck, quarantines=q)).demo.retry_at for q in (0, 1, 2, 5, 6, 99)]
    assert [NOW + minutes(m) for m in (15, 30, 60, 480, 720, 720)] == rests


def test_a_demo_becomes_ready_once() -> None:
    """A loop that comes by later leaves the first moment."""
    done = component("vpc", status=Status.READY)
    assert NOW == plan(demo(done)).demo.ready_at
    assert NOW - SECOND == plan(demo(done, ready_at=NOW - SECOND)).demo.ready_at
