"""A page of a long list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T]):
    """Some of a long list, with the cursor that leads on, or None at its end.

    `unreadable` says of each item left out why this release cannot read it.
    """

    items: tuple[T, ...]
    cursor: str | None = None
    unreadable: tuple[str, ...] = ()
