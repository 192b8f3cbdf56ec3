"""Play the service's life thousands of times with faults put in, and count the wrong endings.

    python -m testkit.simulation [--cases N] [--seed N] [--workers N]

Every single fault in whole lives of every kind comes first, then N random combinations. A wrong
ending is printed with what plays it again: `--seed N --cases 1 --story`, or `--life L --fault N`.
"""

from __future__ import annotations

import argparse
import logging
import multiprocessing
import os
import sys
import time
from collections.abc import Iterable, Iterator
from itertools import chain, islice, product
from typing import Final

from testkit.simulation.cases import LIVES, random_case, single_faults
from testkit.simulation.plays import PARTS, Ending, play_part, play_random, play_whole, prepare
from testkit.simulation.scene import Scene
from testkit.simulation.script import Script
from testkit.simulation.verdict import faults_of

SHOWN: Final = 5


def main(arguments: list[str] | None = None) -> int:
    """Play everything; return 0 when every case ended right."""
    options = _options(arguments)
    logging.disable()
    if options.life:
        return _show_single(options.life, options.fault)
    if options.story:
        _print_run(random_case(options.seed))
    began = time.monotonic()
    total = Total()
    spawn = multiprocessing.get_context("spawn")
    with spawn.Pool(options.workers, initializer=prepare) as pool:
        if options.cases != 1:
            parts = product(LIVES, range(PARTS))
            total.add("lives without a fault", pool.imap(play_whole, LIVES))
            total.add("single faults", chain.from_iterable(pool.imap(play_part, parts)))
        seeds = range(options.seed, options.seed + options.cases)
        total.add("random combinations", pool.imap(play_random, seeds, chunksize=50))
    print(f"{total.cases} cases, {total.wrong} ended wrong, {time.monotonic() - began:.0f} s")
    return 1 if total.wrong else 0


class Total:
    """The count so far, and the first few wrong endings in words."""

    def __init__(self) -> None:
        self.cases = 0
        self.wrong = 0
        self._began = time.monotonic()

    def add(self, what: str, endings: Iterable[Ending]) -> None:
        """Count endings as they come in."""
        cases, wrong = self.cases, self.wrong
        for ending in endings:
            self.cases += 1
            if ending.wrong:
                self.wrong += 1
                self._show(ending)
        seconds = time.monotonic() - self._began
        print(f"{what}: {self.cases - cases} cases, {self.wrong - wrong} wrong, {seconds:.0f} s")

    def _show(self, ending: Ending) -> None:
        if self.wrong > SHOWN:
            return
        print(f"WRONG {ending.case}")
        for line in chain(ending.hit, (f"-> {w}" for w in ending.wrong)):
            print(f"    {line}")


def _show_single(life: str, fault: int) -> int:
    singles = (single.script for single in single_faults(LIVES[life]))
    (script,) = islice(chain([LIVES[life]], singles), fault, fault + 1)
    return 1 if _print_run(script) else 0


def _print_run(script: Script) -> tuple[str, ...]:
    scene = Scene(script)
    scene.run()
    wrong = faults_of(scene)
    print(script)
    for line in chain(scene.faults.hit, _timelines(scene), (f"-> {w}" for w in wrong)):
        print(line)
    return wrong


def _timelines(scene: Scene) -> Iterator[str]:
    for entries in scene.store.entries.values():
        for entry in entries:
            minute = (entry.at - scene.start).total_seconds() / 60
            yield f"{minute:8.2f} {entry.actor}: {entry.text}"


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Play the service's life with faults put in.")
    parser.add_argument("--cases", type=int, default=10_000, help="random combinations")
    parser.add_argument("--seed", type=int, default=1, help="the first combination's seed")
    parser.add_argument("--workers", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--story", action="store_true", help="print the first case's timeline")
    parser.add_argument("--life", choices=sorted(LIVES), help="print one life's timeline")
    parser.add_argument(
        "--fault",
        type=int,
        default=0,
        help="number of one of that life's single faults; 0 is none",
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
