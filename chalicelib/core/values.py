"""Values that are changed by making others of them."""

from __future__ import annotations

import functools
from dataclasses import fields
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar

__all__ = ["replace"]
V = TypeVar("V")

if TYPE_CHECKING:
    from dataclasses import replace
else:

    def replace(value: V, /, **changes: Any) -> V:
        """Return a value with some fields changed: `dataclasses.replace`, three times as fast.

        A look at a demo makes ten such values, of thirty fields each. It goes past `__init__`, so
        it is for values that neither check nor derive anything when they are made.
        """
        names, held = _fields(type(value))
        new = object.__new__(type(value))
        for name, unchanged in zip(names, held(value), strict=True):
            object.__setattr__(new, name, unchanged)
        for name, changed in changes.items():
            object.__setattr__(new, name, changed)
        return new


@functools.cache
def _fields(kind: type[Any]) -> tuple[tuple[str, ...], attrgetter[Any]]:
    if hasattr(kind, "__post_init__"):
        raise TypeError(f"{kind.__name__} checks or derives something when it is made")
    names = tuple(field.name for field in fields(kind))
    return names, attrgetter(*names)
