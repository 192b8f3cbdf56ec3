"""What kinds of component there are, and what a pause does to one."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

BUNDLE: Final = "bundle"
"""The name of the component that is no stack."""


class Kind(StrEnum):
    """How a component is made: by CloudFormation, or by copying the bundle into its bucket."""

    STACK = "stack"
    BUNDLE = "bundle"


class Pause(StrEnum):
    """What a pause does to a component: delete its stack, stop what it runs, or keep it."""

    DELETE = "delete"
    STOP = "stop"
    KEEP = "keep"
