"""Try tests in copies of the tree, a few at a time, each in a process of its own.

A process is forked from one that has imported what the tests need from others already: starting
again would cost more than most tests take.
"""

from __future__ import annotations

import importlib
import multiprocessing
import os
import resource
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any, Final

import pytest

WARM: Final = ("boto3", "hypothesis", "moto", "moto.dynamodb", "pydantic", "yaml")
MEMORY: Final = 4 * 2**30
"""Bytes that a trial may use; a mutant that builds a list for ever ends there."""
COLLECTING: Final = 60
"""Seconds that it may take to collect test files, a mutant being imported meanwhile."""
_FORK: Final = multiprocessing.get_context("fork")


def side_by_side(
    jobs: Iterable[Callable[[Path], None]], copies: Sequence[Path]
) -> Iterator[tuple[int, int | None]]:
    """Run jobs, one at a time in each copy; yield each one's number and exit code as it ends."""
    for name in WARM:
        importlib.import_module(name)
    numbered = enumerate(jobs)
    free = list(copies)
    running: dict[Any, tuple[Any, Path, int]] = {}
    while True:
        while free and (job := next(numbered, None)):
            process = _FORK.Process(target=_inside, args=(free[-1], job[1]))
            process.start()
            running[process.sentinel] = process, free.pop(), job[0]
        if not running:
            return
        for sentinel in wait(list(running)):
            process, copy, number = running.pop(sentinel)
            process.join()
            free.append(copy)
            yield number, process.exitcode


def _inside(copy: Path, job: Callable[[Path], None]) -> None:
    root = str(Path.cwd())
    os.chdir(copy)
    sys.path[:] = [str(copy), *(p for p in sys.path if p not in {root, ""})]
    os.environ |= {"HYPOTHESIS_PROFILE": "mutants", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    with Path("trial.log").open("wb") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    job(copy)


def trial(path: str, code: str, tests: Sequence[str], seconds: Mapping[str, float]) -> Any:
    """Return the job that puts a mutant in its place and runs the tests: 1 says it was killed."""

    def run(copy: Path) -> None:
        target = copy / path
        sound = target.read_bytes()
        target.write_text(code, encoding="utf-8")
        chosen = _Chosen(tests, seconds, lambda: target.write_bytes(sound))
        try:
            unnoticed = all(_passes(files, chosen) for files in batches(tests))
        finally:
            target.write_bytes(sound)
        os._exit(0 if unnoticed else 1)  # what the mutant left running goes with it

    return run


def batches(tests: Sequence[str]) -> Iterator[list[str]]:
    """Yield the files of the tests, each time twice as many.

    To collect all files takes longer than the test that notices a mutant, and that is mostly
    among the first.
    """
    files = list(dict.fromkeys(test.partition("::")[0] for test in tests))
    size = 1
    while files:
        yield files[:size]
        files, size = files[size:], 2 * size


def _passes(files: Sequence[str], chosen: _Chosen) -> bool:
    status = pytest.main(["-qx", "-p", "no:cacheprovider", *files], plugins=[chosen])
    return status in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}


class _Chosen:
    """A pytest plugin that runs the chosen tests in their order, each within a limit.

    It is one of the processor's time, so that a busy machine kills no mutant; of a mutant that
    only waits, ten times as long.
    """

    def __init__(
        self, tests: Sequence[str], seconds: Mapping[str, float], clean: Callable[[], object]
    ) -> None:
        self._order = {test: place for place, test in enumerate(tests)}
        self._seconds = seconds
        self._clean = clean
        for kind in (signal.SIGPROF, signal.SIGALRM):
            signal.signal(kind, self._too_long)
        self._limit(COLLECTING)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        # One that has no name without the mutant has a value of its in its name.
        items[:] = sorted(
            (i for i in items if i.nodeid in self._order or i.nodeid not in self._seconds),
            key=lambda item: self._order.get(item.nodeid, -1),
        )

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self._limit(20 + 10 * self._seconds.get(nodeid, 0))

    def pytest_runtest_logfinish(self) -> None:
        self._limit(COLLECTING)

    @staticmethod
    def _limit(seconds: float) -> None:
        signal.setitimer(signal.ITIMER_PROF, seconds)
        signal.setitimer(signal.ITIMER_REAL, 10 * seconds)

    def _too_long(self, *_: object) -> None:
        self._clean()
        os._exit(1)
