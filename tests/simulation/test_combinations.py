"""Random lives with many faults at once; `make simulate` plays ten thousand of them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from testkit.simulation.__main__ import main
from testkit.simulation.cases import random_case
from testkit.simulation.plays import play_random
from testkit.simulation.scene import Scene

BLOCK = 75


@pytest.mark.parametrize("first", range(0, 4 * BLOCK, BLOCK))
def test_random_combinations_end_right(first: int) -> None:
    """No combination of faults leaves anything running or recorded wrong."""
    endings = [play_random(seed) for seed in range(first, first + BLOCK)]
    assert [] == [(e.case, e.wrong, e.hit) for e in endings if e.wrong]


@pytest.mark.parametrize("seed", [106577, 147336, 149163, 156418, 509688, 2003433, 2045290])
def test_a_combination_that_once_ended_wrong_ends_right(seed: int) -> None:
    """Found by playing a hundred thousand."""
    assert () == play_random(seed).wrong


@settings(max_examples=50)
@given(st.integers(min_value=10**6, max_value=10**9))
def test_combinations_that_hypothesis_picks_end_right(seed: int) -> None:
    """Nor does any that hypothesis comes up with."""
    assert () == play_random(seed).wrong


def test_a_seed_plays_the_same_case_again() -> None:
    """Two runs of one seed tell the same story, so that a wrong ending can be looked into."""
    first, second = Scene(random_case(7)), Scene(random_case(7))
    first.run()
    second.run()
    assert first.faults.hit == second.faults.hit
    assert first.store.entries == second.store.entries


def test_the_command_counts_and_tells(capsys: pytest.CaptureFixture[str]) -> None:
    """`make simulate` says how many cases ran and how many ended wrong."""
    status = main(["--cases", "1", "--seed", "3", "--workers", "1", "--story"])
    assert 0 == status
    assert "1 cases, 0 ended wrong" in capsys.readouterr().out


def test_the_command_plays_one_single_fault_again(capsys: pytest.CaptureFixture[str]) -> None:
    """By the name and number that a wrong ending is printed with."""
    assert 0 == main(["--life", "deleted while coming up", "--fault", "15"])
    output = capsys.readouterr().out
    assert "call 3 (store.create)" in output
    assert "deleted: a search by tag found nothing left" in output
