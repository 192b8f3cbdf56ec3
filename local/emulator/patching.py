"""How an extension reaches into MiniStack: by name, and loudly when the name is gone."""

import importlib
import sys
from typing import Any


class PinMovedError(RuntimeError):
    """A private name of MiniStack that an extension builds on is not what it was."""


def module(name: str) -> Any:
    """Import `ministack.<name>`, or say that the pin has moved."""
    try:
        return importlib.import_module(f"ministack.{name}")
    except ImportError as error:
        raise PinMovedError(f"ministack.{name} is gone: {error}") from error


def private(owner: Any, name: str) -> Any:
    """Read one private name of a MiniStack module or class, naming it when it is missing."""
    if not hasattr(owner, name):
        where = getattr(owner, "__name__", repr(owner))
        raise PinMovedError(f"{where}.{name} is gone")
    return getattr(owner, name)


def replace_everywhere(owner: Any, name: str, replacement: Any) -> None:
    """Put `replacement` wherever a MiniStack module holds the function `owner.name`.

    Modules import each other's functions by name, so changing the owner alone would
    leave the importers with the original.
    """
    original = private(owner, name)
    for loaded in list(sys.modules.values()):
        if not getattr(loaded, "__name__", "").startswith("ministack."):
            continue
        for attribute, value in list(vars(loaded).items()):
            if value is original:
                setattr(loaded, attribute, replacement)
