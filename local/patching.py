"""How the local run reaches into the packages it extends: by dotted name, and loudly.

`pinned` reads a name, `wrap` replaces one, and `around` puts a function of ours around one of
theirs. Nothing in `local/` touches a private
name of another package in any other way, so `local.pin` can find every name in use.
"""

import functools
import importlib
import sys
from collections.abc import Callable
from types import FunctionType
from typing import Any


class PinMovedError(RuntimeError):
    """A name of an extended package is not what it was at the pinned version."""


def pinned(dotted: str) -> Any:
    """Return what `package.module.name` or `package.module.Class.name` is at this moment.

    Raises `PinMovedError` when it is gone.
    """
    return _get(*_owner(dotted), dotted)


def wrap(dotted: str, make: Callable[[Any], Any]) -> None:
    """Put `make(original)` in the place of the original.

    Modules import each other's functions by name, so a function is replaced in every
    module of its package that holds it; anything else is replaced where it stands.
    """
    owner, name = _owner(dotted)
    original = _get(owner, name, dotted)
    replacement = make(original)
    setattr(owner, name, replacement)
    if isinstance(original, FunctionType):
        replacement.__wrapped__ = original  # so that it still shows the original's parameters
        package = dotted.partition(".")[0] + "."
        for loaded in list(sys.modules.values()):
            if getattr(loaded, "__name__", "").startswith(package):
                held = [n for n, value in vars(loaded).items() if value is original]
                vars(loaded).update(dict.fromkeys(held, replacement))


def around(dotted: str, call: Callable[..., Any]) -> None:
    """Let `call(original, *args, **kwargs)` answer wherever the original function was called."""

    def make(original: Any) -> Any:
        def answer(*args: Any, **kwargs: Any) -> Any:
            return call(original, *args, **kwargs)

        return answer

    wrap(dotted, make)


def _get(owner: Any, name: str, dotted: str) -> Any:
    if not hasattr(owner, name):
        raise PinMovedError(f"{dotted} is gone")
    return getattr(owner, name)


@functools.cache
def _owner(dotted: str) -> tuple[Any, str]:
    """Find the module or class that has the last part of a dotted name."""
    *path, name = dotted.split(".")
    depth = next((i for i, part in enumerate(path) if part[0].isupper()), len(path))
    try:
        owner: Any = importlib.import_module(".".join(path[:depth]))
    except ImportError as error:
        raise PinMovedError(f"{'.'.join(path[:depth])} is gone: {error}") from error
    for part in path[depth:]:
        owner = _get(owner, part, dotted)
    return owner, name
