"""The self-test of the extended packages: every name in use is what it was when it was pinned.

The names are found in the sources of `local/`: whatever is given to `pinned`, `wrap` or `around`.
What each of them was, with the parameters of a function, is in `pinned.txt`, which
`python -m local.pin` writes: look at each line that it changes.
"""

import ast
import inspect
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

from local import patching
from local.patching import PinMovedError, pinned

PACKAGES = ("ministack", "oidc-provider-mock")
_SOURCES = Path(__file__).parent
PINS = _SOURCES / "pinned.txt"
_ABOUT = "# What local/ uses of the packages that it extends: written by python -m local.pin\n"


def check(package: str, pins: Path = PINS) -> None:
    """Raise `PinMovedError` naming everything that is not as it was pinned."""
    mine = (f"{package}==", f"{package.replace('-', '_')}.")
    was = {line for line in pins.read_text().splitlines() if line.startswith(mine)}
    now = set(_lines(package))
    if was != now:
        raise PinMovedError(
            f"local/ extends {package} by its private names; look at each of these again:\n"
            + "\n".join([f"  was {line}" for line in sorted(was - now)])
            + "".join(f"\n  is  {line}" for line in sorted(now - was))
        )


def _lines(package: str) -> Iterator[str]:
    """Say what a package and each of its names in use are, a line each."""
    yield f"{package}=={metadata.version(package)}"
    for name in sorted(names_in_use()):
        if name.startswith(f"{package.replace('-', '_')}."):
            yield _described(name)


def _described(name: str) -> str:
    try:
        found: Any = pinned(name)
    except PinMovedError as error:
        return f"{name} ({error})"
    if inspect.isfunction(found):
        return f"{name}({', '.join(inspect.signature(found).parameters)})"
    return f"{name}: {type(found).__name__}"


def names_in_use(sources: Path = _SOURCES) -> frozenset[str]:
    """Find every dotted name that the modules under `sources` reach for by `local.patching`."""
    own = (Path(__file__), Path(patching.__file__))
    files = (file for file in sources.rglob("*.py") if file not in own)
    return frozenset(name for file in files for name in _names(ast.parse(file.read_text())))


def _names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(
                func=ast.Name(id="pinned" | "wrap" | "around"), args=[ast.Constant(value=name), *_]
            ):
                yield str(name)
            case ast.Call(func=ast.Name(id="pinned" | "wrap" | "around"), lineno=line):
                raise PinMovedError(f"line {line}: a name that is no literal cannot be checked")


if __name__ == "__main__":
    PINS.write_text(_ABOUT + "".join(f"{line}\n" for p in PACKAGES for line in _lines(p)))
