"""A pool comes to the number that is wanted, whatever it starts from."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.component import Failure
from chalicelib.core.demo import Demo, Desired, Phase
from chalicelib.core.pool import Pool, Tier
from chalicelib.core.pool_filling import SETTLING, Filling, filling
from tools.infrastructure.functions import FUNCTIONS

from .builders import NOW, REGION, demo, minutes

SWEEP = timedelta(minutes=5)
NEW, OLD, OLDER = "8c2f", "d410", "2e77"


def a_pool(**fields: Any) -> Pool:
    made = Pool(name="base", components=("vpc",), region=REGION, ready=2, max_total=4)
    return replace(made, **fields)


def a_member(number: int, digest: str = NEW, *, ready: bool = True, **fields: Any) -> Demo:
    return replace(
        demo(),
        demo_id=f"memb{number:04d}",
        owner="pool:base",
        pool_digest=digest,
        created_at=NOW - minutes(100 - number),
        ready_at=NOW if ready else None,
        phase=Phase.READY if ready else Phase.PROVISIONING,
        **fields,
    )


def failed(number: int, reason: str = "The maximum number of VPCs has been reached") -> Demo:
    why = Failure(component="vpc", reason=reason)
    return a_member(number, ready=False, desired_state=Desired.DELETED, failure=why)


def fill(pool: Pool, *members: Demo) -> Filling:
    return filling(pool, members, NEW, NOW)


def test_what_lacks_is_made_few_at_a_time() -> None:
    """Never more than `max_unready` are on their way."""
    assert 2 == fill(a_pool(ready=4)).create
    assert 1 == fill(a_pool(ready=4), a_member(1, ready=False)).create
    assert 0 == fill(a_pool(ready=4), a_member(1, ready=False), a_member(2, ready=False)).create


def test_only_what_lacks_is_made() -> None:
    """However many might be on their way at once."""
    assert 1 == fill(a_pool(), a_member(1)).create
    assert 0 == fill(a_pool(), a_member(1), a_member(2)).create


def test_what_is_too_much_goes_unready_first() -> None:
    """A smaller pool gives up what is not ready, then its oldest."""
    members = [a_member(1), a_member(2), a_member(3, ready=False)]
    assert ("memb0003",) == fill(a_pool(), *members).retire
    assert ("memb0003", "memb0001") == fill(a_pool(ready=1), *members).retire


def test_of_those_on_their_way_the_newest_go_first() -> None:
    """The others have come further."""
    members = [a_member(number, ready=False) for number in (2, 4, 1, 3)]
    assert ("memb0004", "memb0003") == fill(a_pool(), *members).retire


def test_a_new_kind_replaces_the_old_one_by_one() -> None:
    """The old member goes when the new one is ready."""
    old = [a_member(1, OLD), a_member(2, OLDER)]
    assert (1, ()) == (fill(a_pool(), *old).create, fill(a_pool(), *old).retire)
    coming = fill(a_pool(), *old, a_member(3, ready=False))
    assert (0, ()) == (coming.create, coming.retire)
    there = fill(a_pool(), *old, a_member(3))
    assert ("memb0001",) == there.retire
    assert () == fill(a_pool(ready=4), *old).retire


def test_an_old_one_on_its_way_counts_among_those_made_at_once() -> None:
    """It is removed, and the new one waits for the next sweep."""
    coming = fill(a_pool(max_unready=1), a_member(1, OLD, ready=False))
    assert (0, ("memb0001",)) == (coming.create, coming.retire)


def test_none_is_made_while_the_last_may_not_be_listed() -> None:
    """An index lags, and one sweep may overlap another."""
    lately = a_pool(filled_at=NOW - minutes(4))
    assert 0 == fill(lately).create
    for ago in (4.5, 5, 60):
        assert 2 == fill(replace(lately, filled_at=NOW - minutes(ago))).create


def test_no_sweep_outlives_the_time_in_which_no_more_are_made() -> None:
    """And the next one, five minutes later, may make more."""
    (sweep,) = (function for function in FUNCTIONS if function.name == "sweep")
    assert timedelta(seconds=sweep.timeout_seconds) < SETTLING < minutes(5)


def test_a_member_that_was_told_to_go_and_has_not_begun_is_nudged() -> None:
    """Its loop may never have been started: whoever told it may have died."""
    deleted: dict[str, Any] = {"desired_state": Desired.DELETED, "looping": True}
    assert ("memb0001",) == fill(a_pool(), a_member(1, **deleted)).nudge
    begun = replace(a_member(1, **deleted), phase=Phase.DELETING)
    assert () == fill(a_pool(), begun).nudge
    assert () == fill(a_pool(), a_member(1)).nudge


def test_an_old_one_makes_room_where_there_is_none() -> None:
    """A pool that may have no more than it wants removes before it makes."""
    old = [a_member(1, OLD), a_member(2, OLD)]
    full = fill(a_pool(max_total=2), *old)
    assert (0, ("memb0001",)) == (full.create, full.retire)
    coming = fill(a_pool(max_total=2), a_member(1, OLD), a_member(2, ready=False))
    assert (0, ()) == (coming.create, coming.retire)


def test_three_failures_in_a_row_pause_it() -> None:
    """The last one's reason is told, and nothing is made; a success in between counts anew."""
    two = fill(a_pool(), failed(1), failed(2))
    assert ("", 2) == (two.paused, two.create)
    three = fill(a_pool(), failed(1), failed(2), failed(3))
    assert three.paused.startswith("3 members in a row failed; the last one: vpc: The maximum")
    assert 0 == three.create
    four = fill(a_pool(), failed(2), failed(4, "and once more"), failed(1), failed(3))
    assert "4 members in a row failed; the last one: vpc: and once more" == four.paused
    for ago in (99, 98.5, 1):
        since = a_pool(succeeded_at=NOW - minutes(ago))
        assert "" == fill(since, failed(1), failed(2), failed(3)).paused


def test_a_paused_pool_keeps_what_is_ready() -> None:
    """Members that are ready may still be claimed."""
    paused = fill(a_pool(paused="why"), a_member(1))
    assert (0, (), "why") == (paused.create, paused.retire, paused.paused)


def test_members_of_a_stopped_tier_are_put_to_sleep() -> None:
    """Once they are up, and not those that go anyway."""
    members = [a_member(1, looping=False), a_member(2), a_member(3, ready=False)]
    stopped = a_pool(ready=3, tier=Tier.STOPPED)
    assert ("memb0001",) == fill(stopped, *members).pause
    assert () == fill(a_pool(ready=3), *members).pause
    assert () == fill(replace(stopped, ending=True), *members).pause


def test_only_what_is_up_is_put_to_sleep() -> None:
    """Not what has just been told to, nor what is not ready any more."""
    at_rest = a_member(1, looping=False)
    stopped = a_pool(ready=3, tier=Tier.STOPPED)
    assert () == fill(stopped, replace(at_rest, desired_state=Desired.PAUSED)).pause
    assert () == fill(stopped, replace(at_rest, phase=Phase.FAILED)).pause


def test_an_ending_pool_removes_all() -> None:
    """Nothing of a pool that goes stays."""
    gone = fill(a_pool(ending=True), a_member(1), a_member(2, OLD), a_member(3, ready=False))
    assert {"memb0001", "memb0002", "memb0003"} == set(gone.retire)
    assert 0 == gone.create


@given(
    ready=st.integers(0, 4),
    spare=st.integers(0, 2),
    max_unready=st.integers(1, 3),
    start=st.lists(st.tuples(st.sampled_from((NEW, OLD, OLDER)), st.booleans()), max_size=6),
)
def test_every_start_comes_to_what_is_wanted(
    ready: int, spare: int, max_unready: int, start: list[tuple[str, bool]]
) -> None:
    """From any members on, sweeps bring about the wanted number of the present kind, and stop.

    On the way there are never more than `max_total` made, nor `max_unready` on their way.
    """
    pool = a_pool(ready=ready, max_total=max(1, ready + spare), max_unready=max_unready)
    members = [a_member(n, kind, ready=up) for n, (kind, up) in enumerate(start)]
    now: datetime = NOW
    for sweep in range(40):
        wanted = filling(pool, members, NEW, now)
        members = [m for m in members if m.demo_id not in wanted.retire]
        fresh = [a_member(100 + sweep * 10 + n, ready=False) for n in range(wanted.create)]
        if fresh:
            assert len(members) + len(fresh) <= pool.max_total
            on_their_way = [m for m in [*members, *fresh] if m.ready_at is None]
            assert len(on_their_way) <= max_unready
        members = [replace(m, ready_at=now) if sweep % 2 else m for m in [*members, *fresh]]
        now += SWEEP
    assert ready == len(members)
    assert all(m.pool_digest == NEW and m.ready_at for m in members)
    assert (0, ()) == (wanted.create, wanted.retire)
