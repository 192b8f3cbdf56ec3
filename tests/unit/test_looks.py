"""Which stacks are described: those that may have changed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.core.component import Status
from chalicelib.core.demo import Desired
from chalicelib.core.looks import LATE, stacks_to_describe

from .builders import NOW, component, demo, minutes

POLL = minutes(1)


def described(status: Status, *, events: bool = True, known: Any = None, **fields: Any) -> bool:
    made = demo(component("rds", status=status, **fields), **(known or {}))
    return ("rds",) == stacks_to_describe(made, NOW, POLL, events=events)


@pytest.mark.parametrize(("ago", "due"), [(0, False), (59, False), (60, True), (3600, True)])
def test_where_no_event_comes_from_a_stack_is_described_once_a_poll(
    ago: int, *, due: bool
) -> None:
    """Not more often, and not less."""
    seen = NOW - timedelta(seconds=ago)
    assert due == described(Status.CREATING, events=False, started_at=seen, observed_at=seen)


@pytest.mark.parametrize(
    ("desired", "due"),
    [(Desired.PAUSED, True), (Desired.RUNNING, False), (Desired.DELETED, False)],
)
def test_a_stopped_database_is_checked_while_its_demo_is_paused(
    desired: Desired, *, due: bool
) -> None:
    """RDS may have started it; otherwise it is about to be started or deleted."""
    assert due == described(Status.STOPPED, look_at=NOW, known={"desired_state": desired})


def test_only_a_stopped_database_is_checked() -> None:
    """A ready one has nothing to wake from."""
    assert not described(Status.READY, look_at=NOW, known={"desired_state": Desired.PAUSED})


@pytest.mark.parametrize(
    ("wanted", "due"),
    [
        ({"desired_state": Desired.DELETED}, True),
        ({"desired_state": Desired.PAUSED}, True),
        ({"requested_components": ()}, True),
        ({}, False),
    ],
)
def test_a_stack_that_may_still_appear_is_looked_for_unless_it_is_wanted(
    wanted: dict[str, Any], *, due: bool
) -> None:
    """One that is wanted is requested again in any case."""
    assert due == described(Status.PENDING, asked_at=NOW - LATE, known=wanted)
    assert not described(Status.PENDING, asked_at=None, known=wanted)
