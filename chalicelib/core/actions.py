"""The loop's actions, each one frozen value; the state machine routes them by `kind`.

Every action is idempotent and short. Long work (emptying a big bucket) is done in batches that
report `more`, so that no action holds up the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from chalicelib.core.component import Status


class ActionKind(StrEnum):
    """The kinds of action, one row each; each has a Lambda and a least-privilege role of its own.

    Beside its name stand the statuses that a component may have while it is done, none if it
    prepares a deletion, and the seconds and the MB that its function may take, if not the usual
    ones.
    """

    _value_: str
    during: tuple[Status, ...]
    timeout_seconds: int
    memory_mb: int

    def __new__(
        cls,
        name: str,
        during: tuple[Status, ...] = (),
        timeout_seconds: int = 30,
        memory_mb: int = 512,
    ) -> Self:
        """Make a member whose value is its name, with the rest of its row."""
        member = str.__new__(cls, name)
        member._value_ = name
        member.during = during
        member.timeout_seconds = timeout_seconds
        member.memory_mb = memory_mb
        return member

    CREATE_STACK = "create_stack", (Status.CREATING,)
    UPDATE_STACK = "update_stack", (Status.UPDATING,)
    STAGE_BUNDLE = "stage_bundle", (Status.CREATING, Status.UPDATING), 60
    STOP_DATABASE = "stop_database", (Status.STOPPING,)
    START_DATABASE = "start_database", (Status.STARTING,)
    DELETE_STACK = "delete_stack", (Status.DELETING,)
    EMPTY_BUCKET = "empty_bucket", (), 300
    RELEASE_INTERFACES = "release_interfaces"
    LIFT_PROTECTION = "lift_protection"


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do to one component of a demo."""

    kind: ActionKind
    component: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The result of an action.

    `more` says that a batch was done and another is needed, `skipped` that nothing was done as
    it is no longer wanted, or as nothing was to be changed. `error` is the reason of a failure
    that retrying (by Step Functions) did not cure; where `unanswered`, the same call may succeed
    later, and nobody knows whether it took effect. `retried` says that there were attempts before
    this one, whose effect nobody knows.
    """

    action: Action
    more: bool = False
    skipped: bool = False
    error: str | None = None
    denied: bool = False
    unanswered: bool = False
    retried: bool = False
