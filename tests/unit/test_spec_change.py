"""What a change of a demo's spec does, is refused for, and would do."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.core.component import Status
from chalicelib.core.demo import Demo, Desired, Phase
from chalicelib.core.errors import InvalidRequest, Outdated, WrongState
from chalicelib.core.kinds import Pause
from chalicelib.core.request import DemoRequest
from chalicelib.core.spec import SpecChange
from testkit.fakes import Obstacle
from testkit.simulation.components import component

from .builders import HOME, OWNER, Stage

NET = component("net", 3, outputs=("NetId",), wants=("AllowedCidr", "AllowedCidrIpv6"))
DATA = replace(
    component("data", 12, requires=("NetId",), own=("Size", "Engine"), pause=Pause.STOP),
    replaces=("Engine",),
)
WEB = component("web", 4, requires=("NetId",), pause=Pause.DELETE)


def ready(stage: Stage, *components: str) -> Demo:
    """Return a demo that has come up, its loop ended."""
    request = DemoRequest(components=components, allowed_cidr=(HOME,))
    demo = stage.request.create(OWNER, request)
    return come_to_rest(stage, demo.demo_id)


def come_to_rest(stage: Stage, demo_id: str) -> Demo:
    """Run a demo's loop to its end."""
    outcomes: list[Any] = []
    for _ in range(60):
        generation = stage.store.get(demo_id).generation
        state = stage.plan_step.run(demo_id, generation, outcomes)
        outcomes = [stage.apply.run(demo_id, generation, action) for action in state.actions]
        if state.next in ("done", "stuck"):
            return stage.store.get(demo_id)
        if state.next == "wait":
            stage.clock.advance(timedelta(seconds=state.wait_seconds))
    raise AssertionError(f"no rest: {state.reason}")


def change(stage: Stage, demo: Demo, version: int | None = None, **fields: Any) -> Demo:
    made = SpecChange(**fields)
    return stage.change.change(demo, made, actor=OWNER, version=version)


def test_an_address_is_let_in_by_an_update_of_what_takes_addresses() -> None:
    """With nothing but what has changed, by the template that the stack was made from."""
    stage = Stage((NET, DATA))
    demo = ready(stage, "data")
    changing = change(stage, demo, allowed_cidr=(HOME, "2001:db8::/64"))
    assert (Phase.READY, True) == (changing.phase, changing.looping)
    after = come_to_rest(stage, demo.demo_id)
    assert Phase.READY is after.phase
    assert ["stelligent-demo-demo0001-net"] == [name for name, _ in stage.cloud.updated]
    net = stage.cloud.stacks["stelligent-demo-demo0001-net"]
    expected = {"AllowedCidr": HOME, "AllowedCidrIpv6": "2001:db8::/64", "DemoId": "demo0001"}
    assert expected == net.parameters


def test_what_a_change_leaves_out_is_deleted_and_forgotten() -> None:
    """What stays is not touched."""
    stage = Stage((NET, WEB))
    demo = ready(stage, "net", "web")
    change(stage, demo, components=("net",))
    after = come_to_rest(stage, demo.demo_id)
    assert (Phase.READY, {"net"}) == (after.phase, set(after.components))
    assert {"stelligent-demo-demo0001-net"} == set(stage.cloud.stacks)
    assert [] == stage.cloud.updated


def test_a_record_of_an_earlier_release_is_changed_like_any_other() -> None:
    """What it did not say of its components, their templates do."""
    stage = Stage((NET,))
    made = ready(stage, "net")
    bare = {n: replace(c, declares=(), inputs={}) for n, c in made.components.items()}
    old = stage.save(made, replace(made, components=bare, applied=None))
    change(stage, old, name="Acme")
    net, before = stage.store.get(old.demo_id).components["net"], made.components["net"]
    assert (before.declares, before.inputs) == (net.declares, net.inputs)
    assert "AllowedCidr" in net.inputs


def test_an_update_that_is_rolled_back_gives_the_spec_back() -> None:
    """And is not tried again by itself; the owner may."""
    stage = Stage((NET,))
    demo = ready(stage, "net")
    stage.cloud.update_fails["net"] = "no such address"
    change(stage, demo, allowed_cidr=("198.51.100.7/32",))
    after = come_to_rest(stage, demo.demo_id)
    assert (Phase.READY, (HOME,)) == (after.phase, after.allowed_cidr)
    assert after.failure
    assert "no such address" in after.failure.reason
    assert 1 == len(stage.cloud.updated)
    stage.cloud.update_fails.clear()
    change(stage, after, allowed_cidr=("198.51.100.7/32",))
    again = come_to_rest(stage, demo.demo_id)
    assert (None, ("198.51.100.7/32",)) == (again.failure, again.allowed_cidr)


def test_replacing_data_must_be_said() -> None:
    """What would be replaced is named; with the word the change is made."""
    stage = Stage((NET, DATA))
    demo = ready(stage, "data")
    with pytest.raises(WrongState, match="Engine of data"):
        change(stage, demo, parameters={"Engine": "other"})
    change(stage, demo, parameters={"Engine": "other"}, allow_replacement=True)
    change(stage, demo, parameters={"Size": "2"})
    after = come_to_rest(stage, demo.demo_id)
    assert {"Engine": "other", "Size": "2"} == after.parameters


def test_what_failed_may_be_made_with_anything_else() -> None:
    """It holds no data yet, so a retry with a parameter that replaces need not say so."""
    stage = Stage((NET, DATA))
    stage.cloud.fails["data"] = "no such engine"
    request = DemoRequest(components=("data",), allowed_cidr=(HOME,), keep_on_failure=True)
    failed = come_to_rest(stage, stage.request.create(OWNER, request).demo_id)
    assert Phase.FAILED is failed.phase
    stage.cloud.fails.clear()
    stage.change.retry(failed, SpecChange(parameters={"Engine": "other"}), actor=OWNER)
    after = come_to_rest(stage, failed.demo_id)
    assert (Phase.READY, None) == (after.phase, after.failure)
    data = stage.cloud.stacks["stelligent-demo-demo0001-data"]
    assert "other" == data.parameters["Engine"]


def test_what_another_requires_cannot_be_left_out() -> None:
    """It is named, with who requires it; the demo is as it was."""
    stage = Stage((NET, DATA, WEB))
    demo = ready(stage, "net", "data", "web")
    with pytest.raises(InvalidRequest, match="'net' cannot be removed: web requires it"):
        change(stage, demo, components=("web",))
    assert demo == stage.store.get(demo.demo_id)


@pytest.mark.parametrize("named", [("web",), ("data", "web")])
def test_what_is_required_need_not_be_named(named: tuple[str, ...]) -> None:
    """Where nothing goes, a list says the same with it and without it."""
    stage = Stage((NET, DATA, WEB))
    demo = ready(stage, "net", "web")
    change(stage, demo, components=named)
    after = come_to_rest(stage, demo.demo_id)
    assert (Phase.READY, None, {"net", *named}) == (
        after.phase,
        after.failure,
        {*after.components},
    )


def test_a_change_of_nothing_writes_nothing() -> None:
    """Pausing what is paused is one."""
    stage = Stage((NET, DATA, WEB))
    demo = ready(stage, "data", "web")
    change(stage, demo, desired_state=Desired.PAUSED)
    paused = come_to_rest(stage, demo.demo_id)
    statuses = {name: c.status for name, c in paused.components.items()}
    expected = {"net": Status.READY, "data": Status.STOPPED, "web": Status.DELETED}
    assert (Phase.PAUSED, expected) == (paused.phase, statuses)
    assert paused == change(stage, paused, desired_state=Desired.PAUSED)


def test_a_version_that_is_not_the_present_one_is_refused() -> None:
    """So is a change of what is being deleted."""
    stage = Stage((NET,))
    demo = ready(stage, "net")
    with pytest.raises(Outdated):
        change(stage, demo, version=demo.version - 1, name="other")
    named = change(stage, demo, version=demo.version, name="other")
    assert "other" == named.name
    change(stage, named, desired_state=Desired.DELETED)
    with pytest.raises(WrongState):
        change(stage, named, name="too late")


def test_a_database_that_wakes_by_itself_is_put_back_to_sleep() -> None:
    """RDS starts it after seven days; the sweep has the loop look."""
    stage = Stage((NET, DATA))
    demo = ready(stage, "data")
    long = stage.store.get(demo.demo_id)
    stage.save(long, replace(long, expires_at=long.expires_at + timedelta(days=30)))
    change(stage, demo, desired_state=Desired.PAUSED)
    come_to_rest(stage, demo.demo_id)
    stage.clock.advance(timedelta(days=7, minutes=10))
    stage.sweep.run(lambda _id, error: pytest.fail(str(error)))
    paused = come_to_rest(stage, demo.demo_id)
    assert Phase.PAUSED is paused.phase
    kinds = [status for _, status in stage.cloud.databases.dozed]
    assert [Status.STOPPING, Status.STARTING, Status.STOPPING] == kinds


def test_a_protected_database_is_started_before_its_protection_is_lifted() -> None:
    """RDS modifies no database that is stopped."""
    stage = Stage((NET, DATA))
    demo = ready(stage, "data")
    change(stage, demo, desired_state=Desired.PAUSED)
    come_to_rest(stage, demo.demo_id)
    reason = "Cannot delete protected DB Instance, please disable deletion protection"
    stage.cloud.network.obstacles["data"] = Obstacle(reason, cure="lift_protection")
    change(stage, demo, desired_state=Desired.DELETED)
    after = come_to_rest(stage, demo.demo_id)
    assert (Phase.DELETED, 0, {}) == (after.phase, after.quarantines, stage.cloud.stacks)
    kinds = [status for _, status in stage.cloud.databases.dozed]
    assert [Status.STOPPING, Status.STARTING] == kinds


def test_a_preview_of_a_change_does_nothing() -> None:
    """It says what would be done to which component."""
    stage = Stage((NET, DATA, WEB))
    demo = ready(stage, "data")
    preview = stage.change.preview(
        demo, SpecChange(components=("data", "web"), parameters={"Engine": "x"})
    )
    assert (("web",), ("data",), ()) == (preview.created, preview.replaced, preview.updated)
    paused = stage.change.preview(demo, SpecChange(desired_state=Desired.PAUSED))
    assert (("data",), ()) == (paused.stopped, paused.deleted)
    assert demo == stage.store.get(demo.demo_id)


def test_only_a_pause_loses_what_a_pause_loses() -> None:
    """A deletion says so itself; a pause of what loses nothing is not warned of."""
    web = replace(WEB, pause_loses="All that was typed.")
    stage = Stage((NET, DATA, web))
    demo = ready(stage, "data", "web")
    paused = stage.change.preview(demo, SpecChange(desired_state=Desired.PAUSED))
    assert (("web",), {"web": "All that was typed."}) == (paused.deleted, paused.loses)
    without = stage.change.preview(demo, SpecChange(components=("data",)))
    assert (("web",), {}) == (without.deleted, without.loses)
    plain = Stage((NET, WEB))
    paused = plain.change.preview(ready(plain, "web"), SpecChange(desired_state=Desired.PAUSED))
    assert (("web",), {}) == (paused.deleted, paused.loses)


def test_a_resumption_takes_half_as_long_as_a_creation() -> None:
    """For what was only stopped."""
    stage = Stage((NET, DATA))
    demo = ready(stage, "data")
    change(stage, demo, desired_state=Desired.PAUSED)
    paused = come_to_rest(stage, demo.demo_id)
    resumed = stage.change.preview(paused, SpecChange(desired_state=Desired.RUNNING))
    assert (("data",), 6) == (resumed.started, resumed.typical_minutes)
