"""What a sweep does for the pools, and what it notes of each."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.core.catalog import Component, Parameter
from chalicelib.core.demo import Demo, Desired, Phase
from chalicelib.core.errors import DemoError, StaleRecord, Unavailable
from chalicelib.core.identity import Caller
from chalicelib.core.listing import Listing
from chalicelib.core.pool import NOBODY, Pool, Tier
from chalicelib.services.use_cases import UseCases

from .builders import NOW, OWNER, REGION, Stage, minutes, run_loop

ADMIN = Caller(owner="admin@example.com", admin=True)


def a_pool(**fields: Any) -> Pool:
    made = Pool(name="base", components=("vpc",), region=REGION, ready=1, max_total=2)
    return replace(made, **fields)


def stage_with(*pools: Pool, **quotas: int) -> Stage:
    """Return a stage on which these pools are set and nothing is made yet."""
    stage = Stage(**{"in_all": 9, **quotas})
    for pool in pools:
        stage.pools.put(ADMIN, pool)
    return stage


def no_report(name: str, error: Exception) -> None:
    raise AssertionError(name) from error


def sweep(stage: Stage) -> None:
    """Let a sweep fill the pools, and the next ones again."""
    stage.fill_pools.run(no_report)
    stage.clock.advance(minutes(10))


def settle(stage: Stage) -> None:
    """Let every demo's loop go on until it rests."""
    for demo_id in list(stage.store.records):
        run_loop(stage, demo_id)


def pool_of(stage: Stage, name: str = "base") -> Pool:
    return stage.pools.get(ADMIN, name).pool


def live(stage: Stage, name: str = "base") -> tuple[Demo, ...]:
    return stage.pools.get(ADMIN, name).members


# What is made -------------------------------------------------------------------------------


def test_a_member_is_made_as_its_pool_says() -> None:
    """In its region, of its components and values; nobody may open it, and its age ends it.

    Its loop is started at once.
    """
    size = {"Size": Parameter(name="Size", default="16")}
    stage = Stage((Component(name="vpc", parameters=size),))
    regions = (REGION, "eu-central-1")
    request = replace(stage.policy.request, regions=regions)
    cases = UseCases(stage.ports, replace(stage.policy, request=request))
    wanted = a_pool(region=regions[1], parameters={"Size": "20"}, unclaimed=timedelta(hours=5))
    cases.pools.put(ADMIN, wanted)
    cases.fill_pools.run(no_report)
    (member,) = stage.store.records.values()
    assert ("pool base", "pool:base", ("vpc",)) == (
        member.name,
        member.owner,
        member.requested_components,
    )
    assert ("eu-central-1", {"Size": "20"}) == (member.region, member.parameters)
    assert (NOBODY, NOW + timedelta(hours=5)) == (member.allowed_cidr, member.expires_at)
    assert [(member.demo_id, 1)] == stage.workflow.started


def test_what_finds_no_room_is_tried_once_a_sweep(monkeypatch: pytest.MonkeyPatch) -> None:
    """The places are taken: a second member would find none either."""
    both = [a_pool(name=name, ready=2, max_unready=2) for name in ("alpha", "base")]
    stage = stage_with(*both, in_all=2)
    create, tried = stage.store.create, []

    def counted(demo: Demo, *rest: Any) -> None:
        tried.append(demo.owner)
        create(demo, *rest)

    monkeypatch.setattr(stage.store, "create", counted)
    sweep(stage)
    assert ["pool:alpha", "pool:alpha", "pool:base"] == tried
    assert (2, 0) == (len(live(stage, "alpha")), len(live(stage)))


@pytest.mark.parametrize(
    ("error", "reported"),
    [
        (StaleRecord("an admin has just set it"), []),
        (Unavailable("no answer"), ["pool:alpha: no answer"]),
    ],
)
def test_the_trouble_of_one_pool_is_no_others(
    error: DemoError, reported: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told and counted, unless somebody has merely been quicker; the next pool is filled."""
    stage = stage_with(a_pool(name="alpha"), a_pool())
    put = stage.ports.pools.put

    def refuse(pool: Pool, *, before: Pool | None) -> None:
        if pool.name == "alpha":
            raise error
        put(pool, before=before)

    monkeypatch.setattr(stage.ports.pools, "put", refuse)
    reports: list[str] = []
    stage.fill_pools.run(lambda name, why: reports.append(f"{name}: {why}"))
    assert reported == reports
    assert len(reported) == stage.metrics.counts["PoolFaults"]
    assert (0, 1) == (len(live(stage, "alpha")), len(live(stage)))


# The pool of the settings -------------------------------------------------------------------


def test_the_pool_of_the_settings_is_set_as_by_an_admin() -> None:
    """Beside those that there are, and filled by the same sweep."""
    first = a_pool(name="first")
    others = (a_pool(), a_pool(name="small"))
    asked, set_by_hand = stage_with(*others), stage_with(*others, first)
    replace(asked.fill_pools, first=first).run(no_report)
    set_by_hand.fill_pools.run(no_report)
    assert set_by_hand.pools.list(ADMIN) == asked.pools.list(ADMIN)
    assert 1 == len(live(asked, "first"))


def test_a_pool_of_the_settings_that_an_admin_has_changed_stays_so() -> None:
    """Settings only say how it begins."""
    stage = stage_with(a_pool(name="first", ready=2))
    replace(stage.fill_pools, first=a_pool(name="first", ready=1)).run(no_report)
    assert 2 == pool_of(stage, "first").ready


# What is noted ------------------------------------------------------------------------------


def test_a_sweep_notes_when_members_were_made_and_when_one_was_ready() -> None:
    """The one as it makes them, the other as it finds it."""
    stage = stage_with(a_pool())
    sweep(stage)
    assert (NOW, NOW) == (pool_of(stage).filled_at, pool_of(stage).succeeded_at)
    settle(stage)
    (member,) = live(stage)
    assert member.ready_at
    assert member.ready_at > NOW
    sweep(stage)
    assert (NOW, member.ready_at) == (pool_of(stage).filled_at, pool_of(stage).succeeded_at)


def test_a_pool_whose_members_fail_pauses_until_it_is_set_again() -> None:
    """Three in a row, and no more are made; setting it begins again."""
    stage = stage_with(a_pool())
    stage.cloud.fails["vpc"] = "no room for a VPC"
    stage.clock.advance(minutes(1))
    for _ in range(5):
        sweep(stage)
        settle(stage)
    why = "3 members in a row failed; the last one: vpc: no room for a VPC"
    assert (why, 3) == (pool_of(stage).paused, len(stage.store.records))
    stage.pools.put(ADMIN, a_pool())
    sweep(stage)
    assert ("", 1) == (pool_of(stage).paused, len(live(stage)))


def test_an_ended_pool_goes_with_the_sweep_that_finds_nothing_left() -> None:
    """Also where that sweep has something to note of it."""
    stage = stage_with(a_pool())
    sweep(stage)
    settle(stage)
    (member,) = live(stage)
    gone = replace(member, desired_state=Desired.DELETED, phase=Phase.DELETED, looping=False)
    stage.save(member, gone)
    stage.pools.remove(ADMIN, "base")
    sweep(stage)
    assert [] == stage.pools.list(ADMIN)


# What is changed ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "desired", "why"),
    [
        ({"tier": Tier.STOPPED}, Desired.PAUSED, "it waits paused until it is claimed"),
        ({"ready": 0}, Desired.DELETED, "the pool has no use for it any more"),
    ],
)
def test_a_member_says_why_its_pool_has_changed_it(
    change: dict[str, Any], desired: Desired, why: str
) -> None:
    """For who reads its record."""
    stage = stage_with(a_pool())
    sweep(stage)
    settle(stage)
    (member,) = live(stage)
    stage.pools.put(ADMIN, a_pool(**change))
    sweep(stage)
    after = stage.store.get(member.demo_id)
    assert (desired, why) == (after.desired_state, after.reason)


def test_a_member_whose_loop_was_never_started_for_its_end_is_started() -> None:
    """Whoever told it to go may have died right after."""
    stage = stage_with(a_pool())
    sweep(stage)
    settle(stage)
    (member,) = live(stage)
    generation = member.generation + 1
    deleted = replace(member, desired_state=Desired.DELETED, looping=True, generation=generation)
    stage.save(member, deleted)
    sweep(stage)
    assert (member.demo_id, generation) in stage.workflow.started


@pytest.mark.parametrize("since", [{"owner": OWNER}, {"desired_state": Desired.DELETED}])
def test_who_is_no_member_any_more_is_left_alone(
    since: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A list lags: it still shows what has been claimed, or told to go."""
    stage = stage_with(a_pool())
    sweep(stage)
    settle(stage)
    (member,) = live(stage)
    listed = stage.store.list(Listing(owner="pool:base"), limit=9)
    now = stage.save(member, replace(member, **since))
    monkeypatch.setattr(stage.store, "list", lambda *_, **__: listed)
    stage.pools.remove(ADMIN, "base")
    sweep(stage)
    assert now == stage.store.get(member.demo_id)
