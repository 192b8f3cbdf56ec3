"""What follows when a component fails: the demo goes, or its spec returns to what was applied."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.core.component import Failure, Status
from chalicelib.core.demo import Applied, Demo
from chalicelib.core.failures import MOVE_LIMIT, apply_failures
from chalicelib.core.policy import PollingPolicy

from .builders import HOME, NOW, component, demo

NET = component("net", status=Status.READY)
NO_ROOM = Failure(component="new", reason="no room")
FAILED = component("new", "net", status=Status.FAILED, failure=NO_ROOM)


def after(made: Demo) -> Demo:
    return apply_failures(made, NOW, PollingPolicy())


def changing(*components: Any, before: tuple[str, ...] = ("net",)) -> Demo:
    """Return a demo whose size and addresses were changed, and to which components were added."""
    applied = Applied(requested_components=before, parameters={"Size": "1"}, allowed_cidr=(HOME,))
    return demo(
        *components, applied=applied, parameters={"Size": "2"}, allowed_cidr=("198.51.100.7/32",)
    )


def test_only_what_was_added_and_failed_is_left_out_again() -> None:
    """With what cannot be without it; what was added and works stays, and the rest is there."""
    works = component("other", "net", status=Status.READY)
    above = component("above", "new")
    given_up = after(changing(NET, FAILED, works, above))
    assert {"net", "other"} == set(given_up.requested_components)
    assert ({"Size": "2"}, NO_ROOM) == (given_up.parameters, given_up.failure)


def test_what_was_there_before_stays_requested_though_it_failed() -> None:
    """Its owner retries it."""
    given_up = after(changing(NET, FAILED, before=("net", "new")))
    assert ("net", "new") == given_up.requested_components


def test_what_a_change_left_out_and_failed_comes_back() -> None:
    """As it was applied, beside what was added and works."""
    made = changing(NET, component("data", status=Status.READY), FAILED, before=("net", "data"))
    given_up = after(replace(made, requested_components=("net", "new")))
    assert ("net", "data") == given_up.requested_components


def test_a_refused_update_gives_back_the_values_and_the_addresses() -> None:
    """All that the change of the spec may have made of it."""
    refused = replace(NET, refused_inputs={"Size": "2"}, failure=NO_ROOM)
    given_up = after(changing(refused))
    assert ({"Size": "1"}, (HOME,)) == (given_up.parameters, given_up.allowed_cidr)
    assert NO_ROOM == given_up.failure


def test_an_update_that_was_refused_before_fails_no_demo_by_itself() -> None:
    """It is remembered, so that it is not tried again."""
    remembered = replace(NET, refused_inputs={"Size": "2"})
    assert after(demo(remembered)).failure is None


def test_a_failure_that_a_component_still_carries_is_the_demos() -> None:
    """As of a database that would not stop and runs again."""
    running = replace(NET, failure=NO_ROOM)
    assert NO_ROOM == after(demo(running)).failure


@pytest.mark.parametrize(("over", "status"), [(0, Status.STOPPING), (1, Status.READY)])
def test_a_database_may_take_an_hour_to_stop(over: int, status: Status) -> None:
    """After that it counts as running still."""
    begun = NOW - MOVE_LIMIT * (1 + over / 1000)
    stopping = component("data", status=Status.STOPPING, moved_at=begun)
    assert status is after(demo(stopping)).components["data"].status
