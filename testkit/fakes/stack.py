"""A stack as the fakes keep it, and what holds for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from chalicelib.core.catalog import GIVEN, Component
from chalicelib.core.component import Status
from chalicelib.core.errors import Rejected


@dataclass(slots=True)
class MemoryStack:
    """One stack; `turn` counts the operations begun on it, so that a later one cancels."""

    name: str
    component: Component
    parameters: Mapping[str, str]
    tags: Mapping[str, str]
    status: Status = Status.CREATING
    outputs: dict[str, str] = field(default_factory=dict)
    reason: str = ""
    rolled_back: bool = False
    database_status: Status = Status.READY
    turn: int = 0
    protected: bool = False
    token: str = ""


def bucket_name(stack: MemoryStack) -> str:
    """Name a stack's bucket."""
    return f"{stack.name}-bucket"


def uses(user: MemoryStack, stack: MemoryStack) -> bool:
    """Whether a resource of a stack is part of another's; what is only wanted is a mere value."""
    declared = user.component.parameters
    given = {v for k, v in user.parameters.items() if declared[k].default is None}
    return user is not stack and any(value in given for value in stack.outputs.values())


def check_parameters(component: Component, parameters: Mapping[str, str]) -> None:
    """Refuse parameters that a component's template would not take."""
    needed = {p.name for p in component.parameters.values() if p.default is None} - GIVEN
    if missing := needed - set(parameters):
        raise Rejected(f"Parameters: {sorted(missing)} must have values")
    if unknown := set(parameters) - set(component.parameters):
        raise Rejected(f"Parameters: {sorted(unknown)} do not exist in the template")
