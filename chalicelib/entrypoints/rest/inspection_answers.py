"""What the API answers about the inside of a component, and about everybody's demos."""

from __future__ import annotations

from chalicelib.core.demo import Phase
from chalicelib.entrypoints.rest.answers import (
    Address,
    Answer,
    ComponentStatus,
    Failure,
    Moment,
)


class StackResource(Answer):
    """A resource of a stack, in CloudFormation's own words."""

    logical_id: str
    physical_id: str
    """Empty until it has one."""
    type: str
    status: str
    reason: str
    at: Moment


class Stack(Answer):
    """A CloudFormation stack as it is at this moment."""

    status: str
    console_url: Address
    """Its events in the AWS console, for whoever may sign in there."""
    likely_cause: StackResource | None
    """The event of the first resource that failed in the stack's last operation."""
    resources: list[StackResource]
    events: list[StackResource]
    """Newest first, at most 300."""


class ComponentDetails(Answer):
    """A component of a demo and its stack."""

    component: ComponentStatus
    outputs: dict[str, str]
    stack: Stack | None
    """Null for the bundle, and where there is no stack yet or any more."""


class HeldDemo(Answer):
    """A live demo as an operator counts it."""

    demo_id: str
    name: str
    phase: Phase
    expires_at: Moment
    ready_by: Moment | None
    starts_at: Moment | None
    failure: Failure | None
    hourly_usd: float | None


class Holding(Answer):
    """An owner's live demos; those that need somebody come first."""

    owner: str
    hourly_usd: float | None
    unpriced: list[str]
    """What is in no price because its own is not known."""
    demos: list[HeldDemo]


class Overview(Answer):
    """Who holds what; owners whose demos need somebody come first."""

    in_all: int
    """How many demos may be active at once."""
    hourly_usd: float | None
    holdings: list[Holding]
