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
        execute a line which names it, and all those of a test file that does.
        """
        found = {test for line in lines for test in self.lines[path].get(line, ())}
        if name := _defined(ast.parse((root / path).read_text("utf-8")), lines[0]):
            found |= self._tests_naming(root, name)
        return sorted(found & self.seconds.keys(), key=lambda test: self.seconds[test])

    def _tests_naming(self, root: Path, name: str) -> set[str]:
        names = re.compile(rf"\b{name}\b").search
        files = {
            file for file in map(_file, self.seconds) if names((root / file).read_text("utf-8"))
        }
        found = {test for test in self.seconds if _file(test) in files}
        for path, lines in self.lines.items():
            for number, text in enumerate((root / path).read_text("utf-8").splitlines(), start=1):
                if names(text):
                    found |= lines.get(number, set())
        return found


def _file(test: str) -> str:
    return test.partition("::")[0]


def _defined(module: ast.Module, line: int) -> str | None:
    """Return the name that a line outside all functions' bodies helps to define."""
    functions = (node for node in ast.walk(module) if isinstance(node, ast.FunctionDef))
    if any(f.body[0].lineno <= line <= (f.end_lineno or 0) for f in functions):
        return None
    for node in module.body:
        decorators = getattr(node, "decorator_list", ())
        if min(n.lineno for n in (node, *decorators)) <= line <= (node.end_lineno or 0):
            match node:
                case ast.AnnAssign(target=ast.Name(id=name)):
                    return name
                case ast.Assign(targets=[ast.Name(id=name)]):
                    return name
                case ast.ClassDef(name=name) | ast.FunctionDef(name=name):
                    return name
    return None


class _Recorder:
    """A pytest plugin that notes who executed what, and for how long."""

    def __init__(self, measured: coverage.Coverage) -> None:
        self._measured = measured
        self.seconds: dict[str, float] = {}
        self.failed: set[str] = set()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self._measured.switch_context(item.nodeid)
        begun = time.monotonic()
        result = yield
        self.seconds[item.nodeid] = time.monotonic() - begun
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
