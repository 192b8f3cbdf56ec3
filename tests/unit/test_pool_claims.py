"""A request is given what a pool has ready: once, whole, and within its owner's quota."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.catalog import ALL, Component, Parameter
from chalicelib.core.component import Status
from chalicelib.core.demo import Demo, Desired, Phase
from chalicelib.core.errors import LimitReached, StaleRecord, Unavailable
from chalicelib.core.identity import Caller
from chalicelib.core.naming import demo_id_from
from chalicelib.core.pool import Pool
from chalicelib.core.request import DemoRequest
from testkit.simulation.components import SMALL
from testkit.simulation.components import component as made

from .builders import HOME, NOW, OWNER, REGION, Stage, demo, minutes, run_loop

ADMIN = Caller(owner="admin@example.com", admin=True)
REQUEST = DemoRequest(components=ALL, name="Acme", allowed_cidr=(HOME,))


def no_report(name: str, error: Exception) -> None:
    raise AssertionError(name) from error


def stage_with(*, ready: int = 1, of: tuple[Component, ...] = SMALL, per_owner: int = 3) -> Stage:
    """Return a stage with a pool whose members are ready."""
    stage = Stage(of, per_owner=per_owner, in_all=20)
    pool = Pool(name="base", components=("vpc",), region=REGION, ready=ready, max_total=ready)
    stage.pools.put(ADMIN, replace(pool, max_unready=ready))
    stage.fill_pools.run(no_report)
    for demo_id in members(stage):
        run_loop(stage, demo_id)
    return stage


def members(stage: Stage) -> list[str]:
    return [d.demo_id for d in stage.store.records.values() if d.owner == "pool:base"]


def test_a_request_takes_what_is_ready() -> None:
    """The pool's demo becomes the asker's whole: owner, name, lease, addresses, slot."""
    stage = stage_with()
    (member,) = members(stage)
    demo = stage.request.create(OWNER, REQUEST)
    assert (member, OWNER, "Acme", "base") == (
        demo.demo_id,
        demo.owner,
        demo.name,
        demo.from_pool,
    )
    assert stage.clock() + stage.policy.lease.default == demo.expires_at
    assert (HOME,) == demo.allowed_cidr
    assert Status.READY is demo.components["vpc"].status
    assert {member: OWNER} == stage.store.slots()
    assert demo.expires_at == stage.store.leases[member]
    assert (member, 2) in stage.workflow.started
    ready = run_loop(stage, member)
    assert Phase.READY is ready.phase
    assert all(c.status is Status.READY for c in ready.components.values())
    assert 1 == stage.cloud.created.count(f"stelligent-demo-{member}-vpc")


def test_a_claimed_demos_next_loop_has_a_name_of_its_own() -> None:
    """Its member may have had many; a generation's name is used up."""
    stage = stage_with()
    (member,) = members(stage)
    known = stage.store.get(member)
    stage.save(known, replace(known, generation=7))
    demo = stage.request.create(OWNER, REQUEST)
    assert (8, True) == (demo.generation, demo.looping)


def owners(stage: Stage) -> set[str]:
    return {s.tags["stelligent-demo:owner"] for s in stage.cloud.stacks.values()}


def test_tags_name_the_new_owner() -> None:
    """Once, by an update in place of what was there; what is added bears it from the start."""
    stage = stage_with(of=(made("vpc", 3), SMALL[0]))
    (member,) = members(stage)
    assert {"pool:base"} == owners(stage)
    stage.request.create(OWNER, REQUEST)
    run_loop(stage, member)
    assert {OWNER} == owners(stage)
    assert [f"stelligent-demo-{member}-vpc"] == [name for name, _ in stage.cloud.updated]


def test_nothing_waits_for_tags() -> None:
    """What stands on a stack that is only tagged anew is begun, and the demo may be ready."""
    vpc, web = made("vpc", 30, outputs=("VpcId",)), made("web", 1, requires=("VpcId",))
    stage = stage_with(of=(vpc, web))
    (member,) = members(stage)
    stage.request.create(OWNER, REQUEST)
    seen = []
    outcomes: list[Any] = []
    while (demo := stage.store.get(member)).looping:
        seen.append((demo.phase, *(demo.components[n].status for n in ("vpc", "web"))))
        step = stage.plan_step.run(member, demo.generation, outcomes)
        outcomes = [stage.apply.run(member, demo.generation, a) for a in step.actions]
        if not step.actions:
            stage.clock.advance(minutes(2))
    assert (Phase.PROVISIONING, Status.UPDATING, Status.CREATING) in seen
    assert (Phase.READY, Status.UPDATING, Status.READY) in seen
    assert Status.READY is demo.components["vpc"].status
    assert {OWNER} == owners(stage)


def test_tags_that_are_refused_are_not_tried_for_ever() -> None:
    """The demo is its owner's all the same, and says what failed."""
    stage = stage_with(of=(made("vpc", 3),))
    stage.cloud.update_fails = {"vpc": "no tags today"}
    demo = stage.request.create(OWNER, REQUEST)
    ready = run_loop(stage, demo.demo_id)
    assert (Phase.READY, "no tags today") == (ready.phase, ready.failure and ready.failure.reason)
    assert 1 == len(stage.cloud.updated)


def test_none_ready_is_a_miss() -> None:
    """Where a pool could have given something and has nothing, the demo is made and that noted."""
    stage = stage_with()
    first = stage.request.create(OWNER, REQUEST)
    second = stage.request.create(OWNER, REQUEST)
    assert ("base", "") == (first.from_pool, second.from_pool)
    (known,) = stage.pools.list(ADMIN)
    assert (1, 1) == (known.pool.claimed, known.pool.missed)


def test_what_does_not_fit_is_no_miss() -> None:
    """A pool of other components has nothing to do with a request."""
    stage = stage_with()
    assert "" == stage.request.create(OWNER, replace(REQUEST, components=("s3",))).from_pool
    assert 0 == stage.pools.list(ADMIN)[0].pool.missed


@pytest.mark.parametrize(("newer", "given"), [(49, "base"), (50, "")])
def test_the_newest_fifty_of_a_pool_are_looked_through(newer: int, given: str) -> None:
    """An older member waits for one of the next requests, or for the sweep."""
    stage = stage_with()
    for number in range(newer):
        fields = {"demo_id": f"memb{number:04d}", "owner": "pool:base"}
        stage.store.adopt(demo(**fields, created_at=NOW + minutes(60)), ())
    assert given == stage.request.create(OWNER, REQUEST).from_pool


def test_another_value_does_not_fit() -> None:
    """A member made with one parameter is not given to a request for another; its default is."""
    size = Parameter(name="Size", default="16")
    vpc = Component(name="vpc", parameters={"Size": size}, outputs=("VpcId",))
    stage = stage_with(of=(vpc,))
    request = replace(REQUEST, components=("vpc",))
    assert "" == stage.request.create(OWNER, replace(request, parameters={"Size": "9"})).from_pool
    demo = stage.request.create(OWNER, replace(request, parameters={"Size": "16"}))
    assert "base" == demo.from_pool


def test_the_same_key_means_the_same_demo() -> None:
    """The id that a request's key decides leads to the demo that it was given."""
    stage = stage_with(ready=2)
    key = demo_id_from("owner and key")
    first = stage.request.create_once(OWNER, REQUEST, demo_id=key)
    again = stage.request.create_once(OWNER, REQUEST, demo_id=key)
    assert first.demo_id == again.demo_id != key
    assert 1 == len(members(stage))


def test_a_claimed_member_is_not_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A member that is claimed while the sweep removes it stays its new owner's."""
    stage = stage_with()
    (member,) = members(stage)
    stage.pools.remove(ADMIN, "base")
    read = stage.store.get

    def claimed_right_after(demo_id: str) -> Demo:
        before = read(demo_id)
        with monkeypatch.context() as patched:
            patched.setattr(stage.store, "get", read)
            after = replace(before, owner=OWNER, generation=before.generation + 1)
            stage.store.claim(before, after, (), stage.policy.quotas)
        return before

    monkeypatch.setattr(stage.store, "get", claimed_right_after)
    stage.fill_pools.run(no_report)
    assert (OWNER, Desired.RUNNING) == (read(member).owner, read(member).desired_state)


def test_an_ended_pool_leaves_nothing() -> None:
    """Its members go with the next sweep, and it is gone when they are."""
    stage = stage_with(ready=2)
    stage.pools.remove(ADMIN, "base")
    stage.fill_pools.run(no_report)
    for demo_id in list(stage.store.records):
        assert Phase.DELETED is run_loop(stage, demo_id).phase
    stage.fill_pools.run(no_report)
    assert ([], {}, {}) == (stage.pools.list(ADMIN), stage.store.slots(), stage.store.leases)


def test_a_member_that_cannot_be_read_is_neither_replaced_nor_forgotten() -> None:
    """A newer release wrote its record: nothing is made beside it, and its pool stays with it."""
    stage = stage_with()
    stage.store.unreadable |= set(members(stage))
    stage.clock.advance(minutes(10))
    stage.fill_pools.run(no_report)
    assert 1 == len(members(stage))
    stage.pools.remove(ADMIN, "base")
    stage.fill_pools.run(no_report)
    assert 1 == len(stage.pools.list(ADMIN))
    stage.store.unreadable.clear()
    stage.fill_pools.run(no_report)
    (member,) = members(stage)
    assert Desired.DELETED is stage.store.get(member).desired_state


def test_figures_that_cannot_be_kept_fail_no_request(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A claim that took effect is answered, and so is one that found nothing."""
    stage = stage_with()

    def refuse(*_: Any, **__: Any) -> None:
        raise Unavailable("no answer")

    monkeypatch.setattr(stage.ports.pools, "count", refuse)
    first = stage.request.create(OWNER, REQUEST)
    second = stage.request.create(OWNER, REQUEST)
    assert ("base", "") == (first.from_pool, second.from_pool)
    assert 2 == stage.metrics.counts["PoolFaults"]
    assert 2 == caplog.text.count("not counted for the pool base: no answer")


def test_claims_and_misses_are_measured() -> None:
    """For the dashboard; the pool keeps counts of its own."""
    stage = stage_with()
    stage.metrics.values.clear()
    stage.request.create(OWNER, REQUEST)
    claim = [("Claimed", 1, "Count"), ("SecondsToClaim", 0, "Seconds"), ("Requested", 1, "Count")]
    assert claim == stage.metrics.values
    stage.request.create(OWNER, REQUEST)
    assert [("Missed", 1, "Count"), ("Requested", 1, "Count")] == stage.metrics.values[3:]
    pool = stage.pools.get(ADMIN, "base").pool
    assert (1, 1) == (pool.claimed, pool.missed)


def test_every_sweep_measures_what_a_pool_holds_and_costs() -> None:
    """Not only when something changes: an alarm lasts as long as its cause."""
    stage = stage_with(ready=2)
    pool = stage.pools.get(ADMIN, "base").pool
    stage.ports.pools.put(replace(pool, paused="three failed"), before=pool)
    stage.metrics.values.clear()
    stage.fill_pools.run(no_report)
    price = stage.pools.get(ADMIN, "base").price(stage.offer.catalog()).known_usd
    assert [
        ("PoolReady", 2, "None"),
        ("PoolHourlyUsd", price, "None"),
        ("PoolsPaused", 1, "Count"),
    ] == stage.metrics.values


def test_a_full_owner_claims_nothing() -> None:
    """A pool is no way round an owner's quota."""
    stage = stage_with(ready=1, per_owner=0)
    with pytest.raises(LimitReached):
        stage.request.create(OWNER, REQUEST)
    assert 1 == len(members(stage))


def test_pools_that_cannot_be_read_stop_no_request(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What is wrong with the pools is counted, and the demo is made."""
    stage = stage_with()

    def away() -> list[Pool]:
        raise Unavailable("DynamoDB is away")

    monkeypatch.setattr(stage.claims.pools, "all", away)
    assert "" == stage.request.create(OWNER, REQUEST).from_pool
    assert 1 == stage.metrics.counts["PoolFaults"]
    assert "the pools cannot be read: DynamoDB is away" in caplog.text


@given(
    ready=st.integers(1, 4),
    thieves=st.lists(st.booleans(), max_size=6),
    askers=st.integers(1, 6),
)
def test_no_member_is_handed_out_twice(ready: int, thieves: list[bool], askers: int) -> None:
    """However many ask at once, each member has one owner and each demo its slots."""
    stage = stage_with(ready=ready, per_owner=10)
    stolen = iter(thieves)
    claim = stage.store.claim

    def raced(before: Demo, after: Demo, *args: Any, **kwargs: Any) -> Demo:
        if next(stolen, False):
            raise StaleRecord("somebody else was quicker")
        return claim(before, after, *args, **kwargs)

    stage.store.claim = raced  # type: ignore[method-assign]
    demos = [stage.request.create(OWNER, REQUEST) for _ in range(askers)]
    assert askers == len({d.demo_id for d in demos})
    owned = {d.demo_id: d.owner for d in stage.store.records.values()}
    assert owned == dict(stage.store.slots())
    assert ready == len(members(stage)) + sum(d.from_pool == "base" for d in demos)


def test_a_plan_says_what_a_pool_would_save() -> None:
    """What would be given now, and the minutes of what is still to be made."""
    stage = stage_with()
    best = stage.claims.best(REQUEST)
    assert best is not None
    assert ("base", False) == (best.pool, best.exact)
    assert best.typical_minutes < stage.offer.preview(REQUEST).typical_minutes
    stage.request.create(OWNER, REQUEST)
    assert None is stage.claims.best(REQUEST)


def test_the_orphan_search_leaves_members_alone() -> None:
    """They have records like any demo; one without is found and taken down like any."""
    stage = stage_with()
    (member,) = members(stage)
    for _ in range(2):
        assert frozenset() == stage.orphan_search.run(no_report).suspects
    del stage.store.records[member]
    stage.orphan_search.run(no_report)
    assert (member,) == stage.orphan_search.run(no_report).removed


# Where no place is free -----------------------------------------------------------------------


def full_stage(*, ready: bool = True, of: tuple[Component, ...] = SMALL, **pool: Any) -> Stage:
    """Return a stage whose only place a pool's member holds, ready or on its way."""
    stage = Stage(of, per_owner=2, in_all=1)
    made = Pool(name="base", components=("vpc",), region=REGION, ready=1, max_total=1)
    stage.pools.put(ADMIN, replace(made, **pool))
    stage.fill_pools.run(no_report)
    if ready:
        run_loop(stage, members(stage)[0])
    return stage


@pytest.mark.parametrize("ready", [True, False])
def test_a_waiting_member_gives_up_its_place(*, ready: bool) -> None:
    """A person goes first: what they did not ask for goes, and there is never one demo more."""
    stage = full_stage(ready=ready)
    (member,) = members(stage)
    demo = stage.request.create(OWNER, replace(REQUEST, components=("s3",)))
    assert (member, OWNER, "base") == (demo.demo_id, demo.owner, demo.from_pool)
    after = run_loop(stage, member)
    assert (Phase.READY, {"s3"}) == (after.phase, set(after.components))
    assert [f"stelligent-demo-{member}-s3"] == list(stage.cloud.stacks)
    assert {member: OWNER} == stage.store.slots()
    assert after.expires_at == stage.store.leases[member]


def test_what_of_a_member_is_wanted_stays() -> None:
    """Its network is not made anew."""
    stage = full_stage(components=("vpc", "s3"))
    demo = stage.request.create(OWNER, replace(REQUEST, components=("vpc",)))
    after = run_loop(stage, demo.demo_id)
    assert {"vpc"} == set(after.components)
    assert 1 == stage.cloud.created.count(f"stelligent-demo-{demo.demo_id}-vpc")


def test_a_member_of_another_value_keeps_its_place() -> None:
    """What it has of the request would have to be made anew, under the same names."""
    size = Parameter(name="Size", default="16")
    vpc = Component(name="vpc", parameters={"Size": size}, outputs=("VpcId",))
    stage = full_stage(of=(vpc, made("s3", 1)))
    wanted = replace(REQUEST, components=("vpc",), parameters={"Size": "9"})
    with pytest.raises(LimitReached, match="in all"):
        stage.request.create(OWNER, wanted)
    assert 1 == len(members(stage))


def test_one_on_its_way_learns_at_once_whose_it_is() -> None:
    """Its loop waits for an event: it is woken to make what its new owner asked for."""
    stage = full_stage(ready=False)
    (member,) = members(stage)
    known = stage.store.get(member)
    assert stage.store.park(member, generation=known.generation, seen=known.wakes, token="parked")
    stage.request.create(OWNER, replace(REQUEST, components=("s3",)))
    assert ["parked"] == stage.workflow.woken


def test_a_place_that_is_given_up_counts_as_claimed() -> None:
    """In the pool's own figures and on the dashboard."""
    stage = full_stage()
    stage.request.create(OWNER, replace(REQUEST, components=("s3",)))
    assert (1, 1) == (stage.pools.get(ADMIN, "base").pool.claimed, stage.metrics.counts["Claimed"])


def test_the_same_key_means_the_same_place() -> None:
    """The id that a request's key decides leads to the demo whose place it was given."""
    stage = full_stage()
    key, wanted = demo_id_from("owner and key"), replace(REQUEST, components=("s3",))
    first = stage.request.create_once(OWNER, wanted, demo_id=key)
    again = stage.request.create_once(OWNER, wanted, demo_id=key)
    assert first.demo_id == again.demo_id != key


def test_nobody_s_demo_is_taken_for_another() -> None:
    """Once the places are people's, a request is refused as ever."""
    stage = full_stage()
    stage.request.create(OWNER, REQUEST)
    with pytest.raises(LimitReached, match="in all"):
        stage.request.create("bob@example.com", REQUEST)


def test_what_waits_counts_as_no_place_taken() -> None:
    """People read how many places are taken by people."""
    stage = full_stage()
    assert 0 == stage.overview.held(OWNER).in_all
    stage.request.create(OWNER, REQUEST)
    assert (1, 1) == (stage.overview.held(OWNER).own, stage.overview.held(OWNER).in_all)


def test_an_owner_without_a_place_is_refused_and_no_member_is_given_up() -> None:
    """It is the owner's own quota that is full, and not the service's."""
    stage = stage_with(per_owner=1)
    stage.request.create(OWNER, replace(REQUEST, components=("s3",)))
    waiting = members(stage)
    with pytest.raises(LimitReached):
        stage.request.create(OWNER, replace(REQUEST, components=("s3",)))
    assert waiting == members(stage)
    assert all(stage.store.get(m).desired_state is Desired.RUNNING for m in waiting)
