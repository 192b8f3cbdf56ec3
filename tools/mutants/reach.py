"""Which tests execute which lines, and how long each test takes: measured once for a tree."""

from __future__ import annotations

import ast
import hashlib
import json
import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import coverage
import pytest

from tools.mutants.copies import files_of

SUITES: Final = ("tests/unit", "tests/contract", "tests/simulation")
_SHARED: Final = (
    ".chalice/",
    "cfn/",
    "chalicelib/",
    "docker/",
    "testkit/",
    "tests/conftest",
    *SUITES,
)


@dataclass(slots=True)
class Reach:
    """For each test its seconds; for each module and line the tests that execute it."""

    seconds: dict[str, float] = field(default_factory=dict)
    lines: dict[str, dict[int, set[str]]] = field(default_factory=lambda: defaultdict(dict))

    def tests_of(self, root: Path, path: str, lines: Sequence[int]) -> list[str]:
        """Return the tests that execute any of the lines, the fastest first.

        A line that is executed at import defines something: its tests are also those that
        execute a line which names it, and all those of a test file that does or whose helpers do.
        """
        found = {test for line in lines for test in self.lines[path].get(line, ())}
        name, at_import = _defined(ast.parse((root / path).read_text("utf-8")), lines[0])
        if name and (at_import or not found):
            found |= self._tests_naming(root, path, name, frozenset())
        return sorted(found & self.seconds.keys(), key=lambda test: self.seconds[test])

    def _tests_naming(
        self, root: Path, path: str, name: str, above: frozenset[str | None]
    ) -> set[str]:
        names = re.compile(rf"\b{name}\b").search
        files = (file for folder in (*SUITES, "testkit") for file in (root / folder).rglob("*.py"))
        using = [f.relative_to(root) for f in files if names(f.read_text("utf-8"))]
        found = {test for test in self.seconds if any(_uses(test, file) for file in using)}
        for module, lines in self.lines.items():
            for number in _matching((root / module).read_text("utf-8"), names):
                found |= lines.get(number, set())
        if found:
            return found
        # The module itself used it at import: the tests of what was made with it.
        code, above = (root / path).read_text("utf-8"), above | {name, None}
        made = {_defined(ast.parse(code), number)[0] for number in _matching(code, names)} - above
        return set().union(
            *(self._tests_naming(root, path, other, above) for other in made if other)
        )


def _matching(code: str, names: Callable[[str], object]) -> list[int]:
    return [number for number, text in enumerate(code.splitlines(), start=1) if names(text)]


def _uses(test: str, file: Path) -> bool:
    """Whether a test is in a file, or may be helped by it."""
    if file.name.startswith("test_"):
        return test.startswith(f"{file.as_posix()}::")
    return file.parts[0] == "testkit" or test.startswith(f"{file.parent.as_posix()}/")


def _defined(module: ast.Module, line: int) -> tuple[str | None, bool]:
    """Return the module's name that a line helps to define, and whether it does so at import."""
    functions = (node for node in ast.walk(module) if isinstance(node, ast.FunctionDef))
    at_import = not any(f.body[0].lineno <= line <= (f.end_lineno or 0) for f in functions)
    for node in module.body:
        decorators = getattr(node, "decorator_list", ())
        if min(n.lineno for n in (node, *decorators)) <= line <= (node.end_lineno or 0):
            match node:
                case ast.AnnAssign(target=ast.Name(id=name)):
                    return name, at_import
                case ast.Assign(targets=[ast.Name(id=name)]):
                    return name, at_import
                case ast.ClassDef(name=name) | ast.FunctionDef(name=name):
                    return name, at_import
    return None, at_import


class _Recorder:
    """A pytest plugin that notes who executed what, and for how long."""

    def __init__(self, measured: coverage.Coverage) -> None:
        self._measured = measured
        self.seconds: dict[str, float] = {}
        self.failed: set[str] = set()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self._measured.switch_context(item.nodeid)
        begun = time.process_time()
        result = yield
        self.seconds[item.nodeid] = time.process_time() - begun
        self._measured.switch_context("")
        return result

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed.add(report.nodeid)


def measuring(file: str, result: Path) -> Callable[[Path], None]:
    """Return the job that runs a test file in a copy of the tree and writes what it reaches."""

    def run(copy: Path) -> None:
        measured = coverage.Coverage(data_file=None, source=["chalicelib"])
        recorder = _Recorder(measured)
        measured.start()
        pytest.main(["-q", "-p", "no:cacheprovider", file], plugins=[recorder])
        measured.stop()
        data = measured.get_data()
        lines = {
            Path(name).relative_to(copy).as_posix(): data.contexts_by_lineno(name)
            for name in data.measured_files()
        }
        failed = sorted(recorder.failed)
        content = {"seconds": recorder.seconds, "failed": failed, "lines": lines}
        result.write_text(json.dumps(content), encoding="utf-8")

    return run


def keys(root: Path, tests: Sequence[str]) -> dict[str, str]:
    """Return for each test file a hash of everything that decides what its tests reach."""
    names = set(files_of(root))
    shared = (n for n in sorted(names) if n.startswith(_SHARED) and "/test_" not in n)
    base = b"".join(_digest(root, name) for name in shared)
    return {t: hashlib.sha256(base + _digest(root, t)).hexdigest()[:16] for t in tests}


def _digest(root: Path, name: str) -> bytes:
    return hashlib.sha256(name.encode() + b"\0" + (root / name).read_bytes()).digest()


def joined(parts: Sequence[Mapping[str, Any]]) -> Reach:
    """Return what several processes measured as one; raise ValueError if a test failed."""
    if failed := [test for part in parts for test in part["failed"]]:
        raise ValueError(f"fails without a mutant: {', '.join(failed)}")
    reach = Reach()
    for part in parts:
        reach.seconds |= part["seconds"]
        for path, lines in part["lines"].items():
            for line, tests in lines.items():
                reach.lines[path].setdefault(int(line), set()).update(filter(None, tests))
    return reach
