"""What the loop can do, one frozen value an action; the state machine routes them by `kind`.

Every action is idempotent and short. Long work (emptying a big bucket) is done in bites that
report `more`, so that no action holds the others up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self

from chalicelib.core.demo import Status


class ActionKind(StrEnum):
    """The kinds of action; each has a Lambda and a least-privilege role of its own.

    Beside its name stand the seconds and the MB that its function may take, if not the usual
    ones. The function, its role and its state in the state machine are made from this table by
    `python -m tools.actions`.
    """

    _value_: str
    timeout_seconds: int
    memory_mb: int

    def __new__(cls, name: str, timeout_seconds: int = 30, memory_mb: int = 512) -> Self:
        """Make a member that is its name and knows its function's bounds."""
        member = str.__new__(cls, name)
        member._value_ = name
        member.timeout_seconds = timeout_seconds
        member.memory_mb = memory_mb
        return member

    CREATE_STACK = "create_stack"
    UPDATE_STACK = "update_stack"
    STAGE_BUNDLE = "stage_bundle", 60
    STOP_DATABASE = "stop_database"
    START_DATABASE = "start_database"
    DELETE_STACK = "delete_stack"
    EMPTY_BUCKET = "empty_bucket", 300
    RELEASE_INTERFACES = "release_interfaces"
    LIFT_PROTECTION = "lift_protection"


WHILE: Final[Mapping[ActionKind, tuple[Status, ...]]] = {
    ActionKind.CREATE_STACK: (Status.CREATING,),
    ActionKind.STAGE_BUNDLE: (Status.CREATING, Status.UPDATING),
    ActionKind.UPDATE_STACK: (Status.UPDATING,),
    ActionKind.STOP_DATABASE: (Status.STOPPING,),
    ActionKind.START_DATABASE: (Status.STARTING,),
    ActionKind.DELETE_STACK: (Status.DELETING,),
}
"""The statuses that a component may have while one of these is done to it."""


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do to one step of a demo."""

    kind: ActionKind
    component: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of an action.

    `more` says that a bite was done and another is needed, `skipped` that nothing was done as
    it is no longer wanted, or as nothing was to be changed. `error` is the reason of a failure
    that retrying (by Step Functions) did not cure; where `unanswered`, the same call may succeed
    later, and nobody knows whether it took effect.
    """

    action: Action
    more: bool = False
    skipped: bool = False
    error: str | None = None
    denied: bool = False
    unanswered: bool = False
