"""Playing cases: what worker processes do."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, islice
from typing import Final

from testkit.simulation.cases import LIVES, random_case, single_faults
from testkit.simulation.scene import Scene
from testkit.simulation.script import Script
from testkit.simulation.verdict import faults_of

PARTS: Final = 8
"""Into how many a life's faults are cut, so that all workers have something to do."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How one case ended: what was wrong, and what had been done to it."""

    case: str
    wrong: tuple[str, ...]
    hit: tuple[str, ...]


def play(case: str, script: Script) -> Ending:
    """Play one case."""
    scene = Scene(script)
    scene.run()
    return Ending(case, faults_of(scene), tuple(scene.faults.hit))


def play_part(part: tuple[str, int]) -> list[Ending]:
    """Play every so manieth single fault of a life, and the life itself before the first."""
    life, first = part
    cases = enumerate(chain([LIVES[life]], single_faults(LIVES[life])))
    return [
        play(f'--life "{life}" --fault {number}', script)
        for number, script in islice(cases, first, None, PARTS)
    ]


def play_random(seed: int) -> Ending:
    """Play one random combination."""
    return play(f"--seed {seed} --cases 1", random_case(seed))
