"""Quotas: exact under concurrency, given back once, and never in a demo's way."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from chalicelib.core.demo import Phase
from chalicelib.core.errors import LimitReached, RetryableError
from chalicelib.core.policy import Quotas

from .conftest import Stores
from .demos import OWNER, a_demo, ended

THREE = Quotas(per_owner=3, in_all=20)


def outcome(create: Callable[[], None]) -> str:
    try:
        create()
    except LimitReached:
        return "refused"
    except RetryableError:
        return "again"
    return "made"


def test_a_hundred_at_once_leave_three(store: Stores) -> None:
    """However many ask at the same time, the limit holds and is used up."""
    with ThreadPoolExecutor(8) as pool:
        create = store.records.create
        outcomes = list(
            pool.map(lambda n: outcome(lambda: create(a_demo(n), (), THREE)), range(100))
        )
    assert 3 == outcomes.count("made")
    assert 97 == outcomes.count("refused")
    assert 3 == len(store.quota_slots.slots())


def test_who_holds_the_slots_is_named(store: Stores) -> None:
    """A refusal names the limit, its size and the demos in it."""
    for number in range(3):
        store.records.create(a_demo(number), (), THREE)
    with pytest.raises(LimitReached) as caught:
        store.records.create(a_demo(3), (), THREE)
    assert ("per owner", 3) == (caught.value.limit, caught.value.maximum)
    assert ("demo0000", "demo0001", "demo0002") == tuple(sorted(caught.value.holders))
    assert "at most 3 active demos per owner, held by demo" in str(caught.value)


def test_the_limit_in_all_counts_everybody(store: Stores) -> None:
    """The service's own limit is over all owners."""
    tight = Quotas(per_owner=3, in_all=2)
    store.records.create(a_demo(1, owner="ann@example.com"), (), tight)
    store.records.create(a_demo(2, owner="bob@example.com"), (), tight)
    with pytest.raises(LimitReached, match="in all"):
        store.records.create(a_demo(3, owner="eve@example.com"), (), tight)


def test_a_refused_demo_takes_nothing(store: Stores) -> None:
    """Where one limit is reached, the other's slot is not taken either."""
    tight = Quotas(per_owner=1, in_all=2)
    store.records.create(a_demo(1), (), tight)
    with pytest.raises(LimitReached):
        store.records.create(a_demo(2), (), tight)
    assert {"demo0001": OWNER} == store.quota_slots.slots()


def test_an_ended_demo_gives_its_slot_back_once(store: Stores) -> None:
    """Going deleted frees one slot, and a second end of the same demo none."""
    for number in range(3):
        store.records.create(a_demo(number), (), THREE)
    living = store.records.get("demo0000")
    first = store.records.save(living, ended(living), ())
    again = store.records.save(first, replace(first, phase=Phase.DELETING), ())
    store.records.save(again, ended(again), ())
    assert {"demo0001": OWNER, "demo0002": OWNER} == store.quota_slots.slots()


def test_a_slot_that_is_missing_stops_nobody(store: Stores) -> None:
    """A demo whose slot was freed by hand ends all the same."""
    store.records.create(a_demo(), (), THREE)
    store.quota_slots.give_back("demo0001", OWNER)
    store.quota_slots.give_back("demo0001", OWNER)
    store.records.save(store.records.get("demo0001"), ended(store.records.get("demo0001")), ())
    assert store.records.get("demo0001").ended
    assert {} == store.quota_slots.slots()


def test_a_freed_slot_is_taken_again(store: Stores) -> None:
    """An owner at the limit may ask again when one demo has ended."""
    one = Quotas(per_owner=1, in_all=1)
    store.records.create(a_demo(1), (), one)
    store.records.save(store.records.get("demo0001"), ended(store.records.get("demo0001")), ())
    store.records.create(a_demo(2), (), one)
    assert {"demo0002": OWNER} == store.quota_slots.slots()
