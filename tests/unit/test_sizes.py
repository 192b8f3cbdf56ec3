"""Modules and functions stay small enough to be read at once."""

from __future__ import annotations

import ast
import statistics
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tools.packaging import ROOT

MOST_LINES_OF_A_FUNCTION = 40
MOST_LINES_OF_A_FILE = 300
Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def files() -> tuple[Path, ...]:
    """Return every Python file of the repository."""
    listed = subprocess.run(
        ["git", "ls-files", "*.py"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return tuple(ROOT / name for name in listed.stdout.split() if (ROOT / name).exists())


def code() -> Iterator[Path]:
    """Yield all files but the tests'."""
    return (each for each in files() if not each.is_relative_to(ROOT / "tests"))


def functions(file: Path) -> Iterator[tuple[str, int]]:
    """Yield each function by its name, with its lines; decorators are none of them."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, Function):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            yield f"{file.relative_to(ROOT)}: {node.name}", lines


def test_no_file_is_long() -> None:
    """One idea a module."""
    lines = {str(f.relative_to(ROOT)): len(f.read_text().splitlines()) for f in code()}
    assert {} == {n: k for n, k in lines.items() if k > MOST_LINES_OF_A_FILE}


def test_no_function_is_long() -> None:
    """A function is read at once."""
    sizes = dict(each for file in files() for each in functions(file))
    most = MOST_LINES_OF_A_FUNCTION
    assert {} == {n: k for n, k in sizes.items() if k > most}


def test_the_services_functions_are_small() -> None:
    """Half of them have at most six lines, nine of ten at most sixteen."""
    ours = [f for f in files() if f.is_relative_to(ROOT / "chalicelib")]
    sizes = [lines for file in ours for _, lines in functions(file)]
    assert 6 >= statistics.median(sizes)
    assert 16 >= statistics.quantiles(sizes, n=10, method="inclusive")[-1]
