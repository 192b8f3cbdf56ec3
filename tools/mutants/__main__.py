"""Break the code in many places and count how many of them the tests notice."""

from __future__ import annotations

import argparse
import json
import sys
import tomllib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tools.mutants.copies import copy_tree
from tools.mutants.reach import SUITES, Reach, joined, keys, measuring
from tools.mutants.sample import Mutant, draw, modules, sites
from tools.mutants.trial import side_by_side, trial

ENOUGH: Final = 95
"""Percent of the mutants that must be killed."""
ROOT: Final = Path(__file__).resolve().parents[2]
WORK: Final = ROOT / ".local" / "mutants"
EQUIVALENT: Final = Path(__file__).with_name("equivalent.toml")


def main(arguments: Sequence[str] | None = None) -> int:
    """Draw a sample, try every mutant and report; return 1 if too many survive."""
    given = _parser().parse_args(arguments)
    WORK.mkdir(parents=True, exist_ok=True)
    count = None if given.cases == "all" else int(given.cases)
    copies = [copy_tree(ROOT, WORK / str(number)) for number in range(given.workers)]
    tree = copies[0]  # the working tree may go on changing
    found = {path: sites(tree, path) for path in modules(tree) if given.only in path}
    drawn = draw(tree, found, count, given.seed)
    equivalent = _equivalent()
    mutants = [m for m in drawn if (m.path, m.before, m.after) not in equivalent]
    print(
        f"{sum(map(len, found.values()))} places, {len(drawn)} drawn, "
        f"{len(drawn) - len(mutants)} of them equivalent",
        flush=True,
    )
    reach = _reach(copies)
    survivors = _survivors(mutants, reach, copies)
    return _report(mutants, survivors)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", default="300", help="how many mutants, or all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--only", default="", help="part of the path of the modules")
    return parser


def _equivalent() -> set[tuple[str, str, str]]:
    listed = tomllib.loads(EQUIVALENT.read_text(encoding="utf-8"))["mutant"]
    for entry in listed:
        code = " ".join((ROOT / entry["path"]).read_text(encoding="utf-8").split())
        if entry["before"] not in code:
            raise SystemExit(f"{EQUIVALENT.name}: {entry['path']} has no {entry['before']!r}")
    return {(entry["path"], entry["before"], entry["after"]) for entry in listed}


def _reach(copies: Sequence[Path]) -> Reach:
    """Return what the tests reach; a test file is measured again where it or the code changed."""
    found = (file for suite in SUITES for file in sorted((ROOT / suite).glob("test_*.py")))
    known = keys(ROOT, [file.relative_to(ROOT).as_posix() for file in found])
    results = {name: WORK / "reach" / f"{key}.json" for name, key in known.items()}
    fresh = {name: result for name, result in results.items() if not result.exists()}
    print(f"measuring what {len(fresh)} test files reach …", flush=True)
    (WORK / "reach").mkdir(exist_ok=True)
    for _ in side_by_side([measuring(*item) for item in fresh.items()], copies):
        pass
    return joined([json.loads(result.read_text("utf-8")) for result in results.values()])


def _survivors(mutants: Sequence[Mutant], reach: Reach, copies: Sequence[Path]) -> list[Mutant]:
    survivors = []
    tests = [reach.tests_of(copies[0], m.path, m.lines) for m in mutants]
    jobs = [trial(m.path, m.code, t, reach.seconds) for m, t in zip(mutants, tests, strict=True)]
    for done, (number, code) in enumerate(side_by_side(jobs, copies), start=1):
        mutant = mutants[number]
        if code == 0:
            survivors.append(mutant)
            print(
                f"\n{mutant.path}:{mutant.lines[0]} survived {len(tests[number])} tests\n"
                f"  - {mutant.before}\n  + {mutant.after}",
                flush=True,
            )
        elif done % 10 == 0:
            print(f"{done} of {len(mutants)} tried, {len(survivors)} survived", flush=True)
    return survivors


def _report(mutants: Sequence[Mutant], survivors: Sequence[Mutant]) -> int:
    total = Counter(m.path for m in mutants)
    alive = Counter(m.path for m in survivors)
    print(f"\n{'module':50} mutants killed")
    for path in sorted(total):
        print(f"{path:50} {total[path]:7} {total[path] - alive[path]:6}")
    killed = len(mutants) - len(survivors)
    percent = 100 * killed / max(1, len(mutants))
    print(f"\n{killed} of {len(mutants)} mutants killed: {percent:.1f} %")
    return int(percent < ENOUGH)


if __name__ == "__main__":
    sys.exit(main())
