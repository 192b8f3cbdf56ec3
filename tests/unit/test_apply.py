"""Each action, on a cloud in memory: what it asks for, and of what."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.core.actions import Action, ActionKind, Outcome
from chalicelib.core.catalog import ALL
from chalicelib.core.component import Status
from chalicelib.core.errors import Rejected
from chalicelib.core.request import DemoRequest

from .builders import HOME, NOW, OWNER, Stage, minutes

STACK = "stelligent-demo-demo0001-{}"


def stage_with_stacks() -> Stage:
    """Return a stage whose s3 and vpc are up."""
    stage = Stage()
    stage.request.create(OWNER, DemoRequest(components=ALL, allowed_cidr=(HOME,)))
    for action in stage.plan_step.run("demo0001", 1).actions:
        stage.apply.run("demo0001", 1, action)
    stage.clock.advance(minutes(5))
    stage.plan_step.run("demo0001", 1)
    return stage


def act(stage: Stage, kind: ActionKind, component: str, generation: int = 1) -> Outcome:
    return stage.apply.run("demo0001", generation, Action(kind, component))


def bucket(stage: Stage) -> Any:
    (only,) = stage.cloud.buckets.made.values()
    return only


def test_the_bundle_is_put_into_the_demos_own_bucket() -> None:
    """Under the key that the templates take."""
    stage = stage_with_stacks()
    act(stage, ActionKind.STAGE_BUNDLE, "bundle")
    (zipped, shown) = bucket(stage).versions
    assert ("stelligent-demo.zip", b"zip") == zipped
    expected = {
        "demo_id": "demo0001",
        "name": "demo demo0001",
        "owner": OWNER,
        "expires_at": "2026-01-05T13:00:00+00:00",
    }
    assert ("demo.json", expected) == (shown[0], json.loads(shown[1]))


@pytest.mark.parametrize("generation", [0, 1, 7])
def test_a_bundle_nobody_wants_any_more_is_not_put(generation: int) -> None:
    """The component is at rest, or the loop was overtaken."""
    stage = stage_with_stacks()
    demo = stage.store.get("demo0001")
    if generation == 1:
        done = replace(demo.components["bundle"], status=Status.READY)
        stage.save(demo, demo.with_component(done), ())
    assert act(stage, ActionKind.STAGE_BUNDLE, "bundle", generation).skipped
    assert [] == bucket(stage).versions


def test_a_bucket_is_emptied_in_bites() -> None:
    """Each says whether more is left."""
    stage = stage_with_stacks()
    bucket(stage).versions.extend([("key", b"")] * 3)
    assert act(stage, ActionKind.EMPTY_BUCKET, "s3").more
    assert not act(stage, ActionKind.EMPTY_BUCKET, "s3").more
    assert [] == bucket(stage).versions


def test_a_stack_is_asked_to_go() -> None:
    """By its name, whatever generation the loop is of."""
    stage = stage_with_stacks()
    act(stage, ActionKind.DELETE_STACK, "vpc", generation=7)
    assert Status.DELETING is stage.cloud.stacks[STACK.format("vpc")].status


def test_interfaces_are_released_in_all_that_may_hold_them() -> None:
    """The stack's groups, subnets and networks."""
    stage = stage_with_stacks()
    held: list[str] = []
    stage.cloud.network.release_interfaces = held.extend  # type: ignore[assignment, method-assign]
    act(stage, ActionKind.RELEASE_INTERFACES, "vpc")
    kinds = ("SecurityGroup", "Subnet", "VPC")
    assert [f"AWS::EC2::{kind} of {STACK.format('vpc')}" for kind in kinds] == held


def test_protection_is_lifted_from_the_stack_and_what_is_in_it() -> None:
    """Databases and load balancers have one of their own."""
    stage = stage_with_stacks()
    lifted: list[str] = []
    name = STACK.format("vpc")
    stage.cloud.stacks[name].protected = True

    def lift(*, databases: Sequence[str], balancers: Sequence[str]) -> None:
        lifted.extend([*databases, *balancers])

    stage.cloud.network.lift_protection = lift  # type: ignore[method-assign]
    act(stage, ActionKind.LIFT_PROTECTION, "vpc")
    assert not stage.cloud.stacks[name].protected
    assert [
        f"AWS::RDS::DBInstance of {name}",
        f"AWS::ElasticLoadBalancingV2::LoadBalancer of {name}",
    ] == lifted


@pytest.mark.parametrize(
    ("moved", "started", "minute"), [(7, 5, 7), (None, 5, 5), (None, None, 0), (7, None, 7)]
)
def test_a_token_is_of_the_moment_at_which_the_request_was_recorded(
    moved: int | None, started: int | None, minute: int
) -> None:
    """So a repeated request is taken for the same one, and a later request is not."""
    stage = Stage()
    demo = stage.request.create(OWNER, DemoRequest(components=ALL, allowed_cidr=(HOME,)))
    creating = replace(
        demo.components["vpc"],
        status=Status.CREATING,
        moved_at=None if moved is None else NOW + minutes(moved),
        started_at=None if started is None else NOW + minutes(started),
    )
    stage.save(demo, demo.with_component(creating), ())
    act(stage, ActionKind.CREATE_STACK, "vpc")
    expected = f"demo0001-vpc-202601050{9}0{minute}00000000"
    assert expected == stage.cloud.stacks[STACK.format("vpc")].token


def test_an_update_changes_what_differs_and_keeps_the_rest() -> None:
    """What it had and is not to have any more falls back to the template's default."""
    stage = stage_with_stacks()
    demo = stage.store.get("demo0001")
    changing = replace(
        demo.components["vpc"],
        status=Status.UPDATING,
        declares=("A", "B", "C", "D"),
        previous_inputs={"A": "1", "B": "1", "C": "1"},
        inputs={"A": "1", "B": "2"},
    )
    stage.save(demo, demo.with_component(changing), ())
    requests: list[dict[str, Any]] = []

    def update(**request: Any) -> bool:
        requests.append(request)
        return True

    stage.cloud.update = update  # type: ignore[method-assign]
    assert not act(stage, ActionKind.UPDATE_STACK, "vpc").skipped
    (request,) = requests
    assert ({"B": "2"}, ["A", "D"]) == (request["parameters"], request["previous"])


def test_a_template_that_is_gone_is_said_to_be_gone() -> None:
    """In words for the demo's owner."""
    stage = stage_with_stacks()
    demo = stage.store.get("demo0001")
    lost = replace(demo.components["vpc"], name="lost", status=Status.CREATING)
    stage.save(demo, demo.with_component(lost), ())
    with pytest.raises(Rejected, match="there is no usable template for lost any more"):
        act(stage, ActionKind.CREATE_STACK, "lost")


def test_a_stopped_database_is_started_before_its_protection_is_lifted() -> None:
    """The action says that more is to be done."""
    stage = stage_with_stacks()
    stage.cloud.stacks[STACK.format("vpc")].database_status = Status.STOPPED
    assert act(stage, ActionKind.LIFT_PROTECTION, "vpc").more
