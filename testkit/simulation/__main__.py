"""Play the service's life thousands of times with faults put in, and count the wrong endings.

    python -m testkit.simulation [--cases N] [--seed N] [--workers N]

Every single fault in whole lives of every kind comes first, then N random combinations. A
wrong ending is printed with the seed that plays it again: `--seed THAT --cases 1 --story`.
"""

from __future__ import annotations

import argparse
import logging
import multiprocessing
import os
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from testkit.simulation.cases import LIVES, random_case, single_faults
from testkit.simulation.scene import Scene, Script
from testkit.simulation.verdict import faults_of, minutes_past_lease

SHOWN = 5


@dataclass(frozen=True, slots=True)
class Ending:
    """How one case ended: what was wrong, and what had been done to it."""

    case: str
    wrong: tuple[str, ...]
    hit: tuple[str, ...]
    late: float


def play(case: str, script: Script) -> Ending:
    """Play one case."""
    scene = Scene(script)
    scene.run()
    return Ending(case, faults_of(scene), tuple(scene.faults.hit), minutes_past_lease(scene))


def play_single(life: str) -> list[Ending]:
    """Play a life with each single fault; a case is named by its life and its place in it."""
    cases = chain([LIVES[life]], single_faults(LIVES[life]))
    return [play(f"{life}, fault {n}", script) for n, script in enumerate(cases)]


def play_random(seed: int) -> Ending:
    """Play one random combination."""
    return play(f"--seed {seed} --cases 1", random_case(seed))


def main(arguments: list[str] | None = None) -> int:
    """Play everything; return 0 when every case ended right."""
    options = _options(arguments)
    logging.disable()  # faults put in on purpose are no news
    if options.story:
        _tell(random_case(options.seed))
    began = time.monotonic()
    total = Total()
    with multiprocessing.get_context("spawn").Pool(options.workers) as pool:
        if options.cases > 1:
            total.add("single faults", chain.from_iterable(pool.imap(play_single, LIVES)))
        seeds = range(options.seed, options.seed + options.cases)
        total.add("random combinations", pool.imap(play_random, seeds, chunksize=50))
    print(f"{total.cases} cases, {total.wrong} ended wrong, {time.monotonic() - began:.0f} s")
    return 1 if total.wrong else 0


class Total:
    """The count so far, and the first few wrong endings told."""

    def __init__(self) -> None:
        self.cases = 0
        self.wrong = 0

    def add(self, what: str, endings: Iterable[Ending]) -> None:
        """Count endings as they come in."""
        cases, wrong = self.cases, self.wrong
        for ending in endings:
            self.cases += 1
            if ending.wrong:
                self.wrong += 1
                self._show(ending)
        print(f"{what}: {self.cases - cases} cases, {self.wrong - wrong} ended wrong")

    def _show(self, ending: Ending) -> None:
        if self.wrong > SHOWN:
            return
        print(f"WRONG {ending.case}")
        for line in chain(ending.hit, (f"-> {w}" for w in ending.wrong)):
            print(f"    {line}")


def _tell(script: Script) -> None:
    scene = Scene(script)
    scene.run()
    print(script)
    for line in chain(scene.faults.hit, _timelines(scene)):
        print(line)


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
    parser.add_argument("--story", action="store_true", help="tell the first case's timeline")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
