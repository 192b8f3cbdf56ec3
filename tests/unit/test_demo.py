"""A demo's own questions: what stands on what, and what a pause deletes."""

from __future__ import annotations

import pytest

from chalicelib.core.component import ComponentStatus, Status
from chalicelib.core.demo import Desired
from chalicelib.core.goals import Absent, Present, goals
from chalicelib.core.kinds import Pause

from .builders import component, demo

CHAIN = demo(component("a"), component("b", "a"), component("c", "b"), component("d", "c"))


def test_what_stands_on_a_component_is_found_through_all_others() -> None:
    """However long the way is."""
    assert {"b", "c", "d"} == CHAIN.dependents("a")
    assert set() == CHAIN.dependents("d")


def test_what_a_component_requires_is_found_through_all_others() -> None:
    """However long the way is."""
    assert {"a", "b", "c"} == CHAIN.requirements(["d"])
    assert {"a", "b"} == CHAIN.closure(["b"])


@pytest.mark.parametrize("status", [Status.PENDING, Status.DELETED, Status.DELETING])
def test_what_is_gone_or_going_has_no_links(status: Status) -> None:
    """Though its outputs are still on the record."""
    web = ComponentStatus(name="web", status=status, outputs={"WebUrl": "http://web"})
    assert {} == web.links


WEB = component("web", status=Status.READY, pause=Pause.DELETE)


@pytest.mark.parametrize(
    ("status", "requested", "stays"),
    [
        (Status.READY, ("web", "data"), True),
        (Status.PENDING, ("web", "data"), False),
        (Status.READY, ("web",), False),
    ],
)
def test_a_pause_keeps_what_is_required_by_something_that_it_keeps(
    status: Status, requested: tuple[str, ...], *, stays: bool
) -> None:
    """Which must be there, and part of the demo."""
    data = component("data", "web", status=status)
    paused = demo(WEB, data, desired_state=Desired.PAUSED, requested_components=requested)
    assert isinstance(goals(paused)["web"], Present if stays else Absent)
