"""A change of a stack that an event reported, and how a record keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

_SEPARATOR = "#"


@dataclass(frozen=True, slots=True)
class StackChange:
    """The component whose stack changed, and the status that it came to, in AWS's words.

    The status is never believed: the loop describes the stack. It tells two events about one
    stack apart, so that a save takes the one it has acted on off the record and not a later one.
    """

    component: str
    status: str

    @classmethod
    def deletion_of(cls, component: str) -> Self:
        """Return the change that the event of a stack's deletion reports."""
        return cls(component, "DELETE_COMPLETE")

    @classmethod
    def decode(cls, text: str) -> Self:
        """Return the change that a record keeps as this text."""
        component, _, status = text.partition(_SEPARATOR)
        return cls(component, status)

    def encode(self) -> str:
        """Return the text that a record keeps."""
        return f"{self.component}{_SEPARATOR}{self.status}"
