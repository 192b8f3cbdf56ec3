"""What somebody sees who looks into a component, and over everybody's demos."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.adapters.templates import PackagedTemplates
from chalicelib.core.catalog import ALL
from chalicelib.core.component import Status
from chalicelib.core.demo import Demo, Desired, Phase
from chalicelib.core.errors import NotFound
from chalicelib.core.identity import Caller
from chalicelib.core.listing import Listing, Order
from chalicelib.core.naming import stack_name
from chalicelib.core.pages import Page
from chalicelib.core.request import DemoRequest
from chalicelib.core.stack_details import StackDetails, StackEvent, likely_cause

from .builders import HOME, NOW, OWNER, REGION, Stage, minutes, run_loop

STACK_ID = "arn:aws:cloudformation:eu-west-1:123456789012:stack/stelligent-demo-abcdefgh-s3/7"


def event(what: str, status: str, reason: str = "") -> StackEvent:
    return StackEvent(
        logical_id=what,
        physical_id=STACK_ID if what == "stack" else f"{what}-1",
        type="AWS::S3::Bucket",
        status=status,
        reason=reason,
        at=NOW,
        stack_id=STACK_ID,
    )


def test_the_likely_cause_is_the_first_failure_of_the_last_operation() -> None:
    """Not one that followed it, not the stack's own, and none of an earlier operation."""
    events = [
        event("stack", "DELETE_FAILED", "The following resource(s) failed to delete: [A, B]"),
        event("A", "DELETE_FAILED", "has dependencies"),
        event("B", "DELETE_FAILED", "in use"),
        event("C", "DELETE_FAILED", "Resource deletion cancelled"),
        event("stack", "DELETE_IN_PROGRESS"),
        event("D", "CREATE_FAILED", "of an earlier operation"),
    ]
    assert events[2] == likely_cause(events)
    assert likely_cause([event("stack", "CREATE_FAILED", "no such role")]) is None
    assert likely_cause([]) is None


@pytest.mark.parametrize("operation", ["CREATE", "UPDATE"])
def test_a_rollback_is_part_of_the_operation_that_failed(operation: str) -> None:
    """What failed came before it."""
    rollback = "ROLLBACK" if operation == "CREATE" else "UPDATE_ROLLBACK"
    events = [
        event("stack", f"{rollback}_COMPLETE"),
        event("stack", f"{rollback}_IN_PROGRESS", "The following resource(s) failed: [A]"),
        event("A", f"{operation}_FAILED", "no such image"),
        event("stack", f"{operation}_IN_PROGRESS"),
    ]
    assert events[2] == likely_cause(events)


@pytest.mark.parametrize(
    ("partition", "domain"),
    [
        ("aws", "aws.amazon.com"),
        ("aws-cn", "amazonaws.cn"),
        ("aws-us-gov", "amazonaws-us-gov.com"),
    ],
)
def test_the_consoles_address_names_region_and_stack(partition: str, domain: str) -> None:
    """In the partition that the stack is in."""
    stack_id = STACK_ID.replace("arn:aws:", f"arn:{partition}:")
    stack = StackDetails(stack_id=stack_id, status="CREATE_COMPLETE", resources=(), events=())
    where = f"https://eu-west-1.console.{domain}/cloudformation/home?region=eu-west-1#"
    name = "stack%2Fstelligent-demo-abcdefgh-s3%2F7"
    arn = f"arn%3A{partition}%3Acloudformation%3Aeu-west-1%3A123456789012%3A{name}"
    assert f"{where}/stacks/events?stackId={arn}" == stack.console_url


def test_a_component_is_looked_into_by_those_who_may_see_its_demo() -> None:
    """Others are told that there is none, as is whoever names a component that is none."""
    stage = Stage()
    demo = stage.request.create(OWNER, DemoRequest(components=ALL, allowed_cidr=(HOME,)))
    inspect = stage.inspect
    caller = Caller(owner=OWNER)
    name = next(iter(demo.components))
    seen = inspect.component(caller, demo.demo_id, name)
    assert (name, None) == (seen.component.name, seen.stack)
    with pytest.raises(NotFound):
        inspect.component(caller, demo.demo_id, "nothing")
    with pytest.raises(NotFound):
        inspect.component(Caller(owner="eve@example.com"), demo.demo_id, name)


def test_a_component_whose_stack_is_there_shows_it() -> None:
    """As CloudFormation has it at this moment."""
    stage = Stage()
    demo = stage.request.create(OWNER, DemoRequest(components=("vpc",), allowed_cidr=(HOME,)))
    run_loop(stage, demo.demo_id)
    stack = stage.inspect.component(Caller(owner=OWNER), demo.demo_id, "vpc").stack
    assert stack is not None
    assert stack == stage.ports.targets.history(REGION).of(stack_name(demo.demo_id, "vpc"))


def test_what_is_no_stack_has_no_events() -> None:
    """The bundle is files in a bucket."""
    stage = Stage()
    demo = stage.request.create(OWNER, DemoRequest(components=ALL, allowed_cidr=(HOME,)))
    seen = stage.inspect.component(Caller(owner=OWNER), demo.demo_id, "bundle")
    assert (demo.demo_id, "bundle", None) == (seen.demo.demo_id, seen.component.name, seen.stack)


def test_a_demo_that_is_to_be_paused_costs_what_it_does_paused() -> None:
    """Its desired state counts, which is what it will cost from now on."""
    stage = Stage(tuple(PackagedTemplates().catalog().components.values()))
    made = stage.request.create(OWNER, DemoRequest(components=("rds",), allowed_cidr=(HOME,)))
    there = {n: replace(c, status=Status.READY) for n, c in made.components.items()}
    demo = replace(made, components=there)
    paused = replace(demo, desired_state=Desired.PAUSED)
    price = stage.overview.price
    assert 0 < price(paused).known_usd < price(demo).known_usd


def test_who_holds_what_is_counted_and_priced() -> None:
    """Each owner's live demos, and the quotas' places."""
    stage = Stage()
    for owner in (OWNER, OWNER, "bob@example.com"):
        stage.request.create(owner, DemoRequest(components=ALL, allowed_cidr=(HOME,)))
    overview = stage.overview
    assert (2, 3) == (overview.held(OWNER).own, overview.held(OWNER).in_all)
    held = {each.owner: len(each.demos) for each in overview.holdings()}
    assert {OWNER: 2, "bob@example.com": 1} == held


def test_nobody_holds_what_is_deleted() -> None:
    """It costs nothing, and its record stays only to be looked up."""
    stage = Stage()
    request = DemoRequest(components=("s3",), allowed_cidr=(HOME,))
    gone, here = (stage.request.create(OWNER, request) for _ in range(2))
    stage.save(gone, replace(gone, phase=Phase.DELETED, desired_state=Desired.DELETED))
    (holding,) = stage.overview.holdings()
    assert (here,) == holding.demos


def test_the_overview_reads_no_demo_twice() -> None:
    """However many there are: the newest come page by page, and are sorted afterwards."""
    stage, made = Stage(), []
    for _ in range(2):
        stage.clock.advance(minutes(1))
        request = DemoRequest(components=("s3",), allowed_cidr=(HOME,))
        made.append(stage.request.create(OWNER, request))
    stuck = replace(made[0], phase=Phase.QUARANTINED)
    asked: list[Listing] = []

    def listed(listing: Listing, *, limit: int, cursor: str | None) -> Page[Demo]:
        asked.append(listing)
        pages = {None: Page(items=(made[1],), cursor="next"), "next": Page(items=(stuck,))}
        return pages[cursor]

    records: Any = SimpleNamespace(list=listed)
    (holding,) = replace(stage.overview, records=records).holdings()
    assert (stuck, made[1]) == holding.demos
    assert [Order.NEWEST, Order.NEWEST] == [each.order for each in asked]
