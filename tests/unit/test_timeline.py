"""The timeline tells every change, with who and why."""

from dataclasses import replace

import pytest

from chalicelib.core.component import Failure, Status
from chalicelib.core.demo import Demo, Desired, Phase
from chalicelib.core.timeline import changes

from .builders import NOW, component, demo, minutes

BROKEN = Failure(component="vpc", reason="no room")


def entries(before: Demo, after: Demo) -> list[tuple[str, str]]:
    return [(e.kind.value, e.text) for e in changes(before, after, now=NOW, actor="ann")]


def test_nothing_changed_is_no_entry() -> None:
    """A look that finds all as it was leaves no line."""
    assert [] == entries(demo(component("s3")), demo(component("s3")))


def test_a_change_carries_who_and_when() -> None:
    """Each entry has its actor and moment."""
    (entry,) = changes(demo(), demo(phase=Phase.FAILED), now=NOW, actor="ann")[:1]
    assert ("ann", NOW) == (entry.actor, entry.at)


def test_a_lease_that_moves_is_recorded() -> None:
    """Longer or shorter, with its new end."""
    end = demo().expires_at
    assert [("lease", "lease extended to 2026-01-05 13:10 UTC")] == entries(
        demo(), demo(expires_at=end + minutes(10))
    )
    assert [("lease", "lease shortened to 2026-01-05 12:50 UTC")] == entries(
        demo(), demo(expires_at=end - minutes(10))
    )


def test_a_step_is_recorded_with_its_cause() -> None:
    """The first resource that failed, and why."""
    broken = replace(
        component("vpc", status=Status.FAILED),
        failure=Failure(component="vpc", resource="Net", reason="no room"),
    )
    assert [("step", "vpc failed: Net: no room")] == entries(demo(component("vpc")), demo(broken))


def test_a_step_found_later_is_recorded() -> None:
    """An adopted stack may be one that the record never had."""
    found = demo(component("vpc", status=Status.READY), requested_components=())
    assert [("step", "vpc ready")] == entries(demo(), found)


def test_an_end_is_recorded_twice_once_for_people() -> None:
    """A phase that people wait for is a notice too."""
    kinds = [kind for kind, _ in entries(demo(), demo(phase=Phase.READY, reason="all is ready"))]
    assert ["phase", "notice"] == kinds


def test_what_needs_a_person_is_a_warning() -> None:
    """A demo that failed or will not go, and no other, whatever it is called."""
    for phase in Phase:
        after = demo(phase=phase, name="Quarter ends in June", reason="so it is")
        kinds = {kind for kind, _ in entries(demo(name=after.name, phase=Phase.DELETING), after)}
        assert (phase in (Phase.FAILED, Phase.QUARANTINED)) is ("warning" in kinds)


def test_a_change_of_desire_says_why() -> None:
    """The owner's reason, or the failure that turned it round."""
    asked = demo(desired_state=Desired.DELETED, reason="asked for")
    assert [("desired", "to be removed: asked for")] == entries(demo(), asked)
    failure = Failure(component="vpc", reason="no room")
    turned = demo(desired_state=Desired.DELETED, failure=failure)
    assert [("desired", "to be removed: vpc failed: no room")] == entries(demo(), turned)


def test_a_new_loop_is_recorded() -> None:
    """By its number."""
    assert [("loop", "loop 2 started")] == entries(demo(), demo(generation=2))


def test_a_lease_that_stays_is_not_recorded() -> None:
    """Whatever else has changed."""
    assert [("spec", "name is now Acme")] == entries(demo(), demo(name="Acme"))


def test_a_changed_spec_is_recorded_by_its_differences() -> None:
    """What came, what went, and which parameters have other values."""
    before = demo(
        requested_components=("vpc", "s3"),
        allowed_cidr=("203.0.113.0/24",),
        parameters={"Size": "1", "Same": "1"},
        name="b",
    )
    after = replace(
        before,
        requested_components=("vpc", "ecs"),
        allowed_cidr=("198.51.100.7/32", "203.0.113.0/24"),
        parameters={"Size": "2", "Same": "1", "More": "x"},
        name="a",
        keep_on_failure=True,
    )
    assert [
        "name is now a",
        "components: added ecs",
        "components: removed s3",
        "allowed addresses: added 198.51.100.7/32",
        "parameters: More, Size changed",
        "kept on failure: yes",
    ] == [text for _, text in entries(before, after)]
    assert ("spec", "kept on failure: no") == entries(after, before)[-1]


def test_a_failure_is_recorded_only_of_what_is_failed() -> None:
    """A component that is tried again says what it does now."""
    failure = Failure(component="vpc", reason="no room")
    again = replace(component("vpc", status=Status.DELETING), failure=failure)
    assert [("step", "vpc deleting")] == entries(demo(component("vpc")), demo(again))
    failed = component("vpc", status=Status.FAILED)
    assert [("step", "vpc failed")] == entries(demo(component("vpc")), demo(failed))


@pytest.mark.parametrize(
    ("phase", "failure", "said"),
    [
        (Phase.READY, None, "a demo is ready"),
        (Phase.PAUSED, None, "a demo is paused"),
        (Phase.READY, BROKEN, "a demo is ready: what was there stays"),
        (Phase.FAILED, BROKEN, "a demo failed: what was there stays"),
        (Phase.FAILED, None, "a demo failed: what was there stays"),
    ],
)
def test_an_end_says_why_where_not_all_went_well(
    phase: Phase, failure: Failure | None, said: str
) -> None:
    """Where it did, the outcome is enough."""
    after = demo(phase=phase, failure=failure, reason="what was there stays")
    assert said == entries(demo(failure=failure), after)[-1][1]


def test_a_loop_is_recorded_whatever_its_number_was() -> None:
    """A restored record may have a lower one."""
    assert [("loop", "loop 1 started")] == entries(demo(generation=2), demo(generation=1))
