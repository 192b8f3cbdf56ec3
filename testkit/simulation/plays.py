"""Playing cases: what worker processes do."""

from __future__ import annotations

import gc
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, islice
from typing import Final

from testkit.simulation.cases import LIVES, random_case, single_faults
from testkit.simulation.scene import Scene
from testkit.simulation.script import Script
from testkit.simulation.snapshot import Prefix
from testkit.simulation.verdict import faults_of

PARTS: Final = 2
"""Into how many a life's faults are cut, so that all workers have something to do."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How one case ended: what was wrong, and what had been done to it."""

    case: str
    wrong: tuple[str, ...]
    hit: tuple[str, ...]


def prepare() -> None:
    """Make a process ready to play many cases: scenes hold themselves, and are cleared rarely."""
    logging.disable()  # faults injected on purpose would fill the log
    gc.freeze()
    gc.set_threshold(100_000)


def play_part(part: tuple[str, int]) -> list[Ending]:
    """Play every n-th single fault of a life."""
    life, first = part
    numbers = count(first + 1, PARTS)
    scenes = broken_scenes(LIVES[life], first, PARTS)
    return [
        _ending(f'--life "{life}" --fault {n}', scene)
        for n, scene in zip(numbers, scenes, strict=False)
    ]


def broken_scenes(script: Script, first: int = 0, each: int = 1) -> Iterator[Scene]:
    """Play every n-th single fault of a life, from the step on in which it happens."""
    prefix = Prefix(script)
    for single in islice(single_faults(script), first, None, each):
        scene = prefix.before(single.step)
        scene.follow(single.script)
        scene.run()
        yield scene


def play_whole(life: str) -> Ending:
    """Play a life without a fault."""
    return _played(f'--life "{life}"', LIVES[life])


def play_random(seed: int) -> Ending:
    """Play one random combination."""
    return _played(f"--seed {seed} --cases 1", random_case(seed))


def _played(case: str, script: Script) -> Ending:
    scene = Scene(script)
    try:
        scene.run()
    except Exception as error:  # noqa: BLE001 - the run goes on, and this case is reported
        return Ending(case, (f"raised {error!r}",), tuple(scene.faults.hit))
    return _ending(case, scene)


def _ending(case: str, scene: Scene) -> Ending:
    return Ending(case, faults_of(scene), tuple(scene.faults.hit))
