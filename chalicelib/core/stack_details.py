"""A stack as CloudFormation describes it in detail: its resources, its events, what failed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import quote

_FOLLOWED: Final = ("cancelled", "The following resource(s) failed")
"""Reasons of failures that only follow another: the root cause reads otherwise."""
_BEGINNINGS: Final = frozenset(f"{x}_IN_PROGRESS" for x in ("CREATE", "UPDATE", "DELETE"))
"""A stack's statuses when an operation on it has just begun; a rollback is part of one."""
_CONSOLES: Final = {"aws-cn": "amazonaws.cn", "aws-us-gov": "amazonaws-us-gov.com"}
"""The consoles' domains by partition (AWS General Reference); elsewhere aws.amazon.com."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StackResource:
    """A resource of a stack as it is now; `physical_id` is empty until it has one."""

    logical_id: str
    physical_id: str
    type: str
    status: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StackEvent(StackResource):
    """One event of a stack, in CloudFormation's words; `stack_id` is the stack's ARN."""

    stack_id: str

    @property
    def of_the_stack(self) -> bool:
        """Whether it is about the stack itself and not about a resource in it."""
        return self.physical_id == self.stack_id


@dataclass(frozen=True, slots=True, kw_only=True)
class StackDetails:
    """A stack with its resources and its latest events, the newest first."""

    stack_id: str
    status: str
    resources: tuple[StackResource, ...]
    events: tuple[StackEvent, ...]

    @property
    def likely_cause(self) -> StackEvent | None:
        """The event of the first resource that failed in the last operation, if one did."""
        return likely_cause(self.events)

    @property
    def console_url(self) -> str:
        """The address of the stack's events in the AWS console."""
        _, partition, _, region, *_ = self.stack_id.split(":")
        domain = _CONSOLES.get(partition, "aws.amazon.com")
        where = f"https://{region}.console.{domain}/cloudformation/home?region={region}"
        return f"{where}#/stacks/events?stackId={quote(self.stack_id, safe='')}"


def likely_cause(events: Iterable[StackEvent]) -> StackEvent | None:
    """Return the first failure of the last operation that follows no other; newest come first."""
    cause = None
    for event in events:
        if event.of_the_stack and event.status in _BEGINNINGS:
            break
        followed = any(sign in event.reason for sign in _FOLLOWED)
        if event.status.endswith("_FAILED") and event.reason and not followed:
            cause = cause if event.of_the_stack else event
    return cause
