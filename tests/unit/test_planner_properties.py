"""The planner's promises, for random graphs, statuses and orders of completion."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.actions import Action, ActionKind
from chalicelib.core.component import GONE, IN_FLIGHT, Status
from chalicelib.core.deletion_failures import MAX_ATTEMPTS
from chalicelib.core.demo import Demo, Desired, Phase
from chalicelib.core.naming import stack_name
from chalicelib.core.observe import StackObservation, apply_observations
from chalicelib.core.plan import Next, Plan
from chalicelib.core.planner import decide
from chalicelib.core.policy import PollingPolicy
from chalicelib.core.teardown import wants_search

from .builders import NOW, graphs, of_graph

PACE = PollingPolicy()
RESTING = (Status.FAILED, Status.DELETE_FAILED)
PATIENCE = 200
"""Plans; a graph of seven steps needs a few dozen at most."""


class Account:
    """Does what plans say and lets stacks settle in the order that was drawn."""

    def __init__(self, data: st.DataObject, demo: Demo) -> None:
        self.data = data
        self.demo = demo
        self.now = NOW
        self.stacks: dict[str, Status] = {}
        self.refusing: frozenset[str] = frozenset()
        self.done: Counter[Action] = Counter()

    def plan(self) -> Plan:
        found = tuple(f":stack/{stack_name(self.demo.demo_id, n)}/1" for n in self.stacks)
        leftovers = found if wants_search(self.demo, self.now) else None
        plan = decide(self.demo, self.now, polling=PACE, leftovers=leftovers)
        self.demo = plan.demo
        for action in plan.actions:
            self._do(action)
        return plan

    def _do(self, action: Action) -> None:
        self.done[action] += 1
        component = self.demo.components[action.component]
        if action.kind is ActionKind.CREATE_STACK:
            assert all(self.stacks.get(name) is Status.READY for name in component.requires)
            assert component.name not in self.stacks
            self.stacks[component.name] = Status.CREATING
        if action.kind is ActionKind.DELETE_STACK:
            assert component.name not in self.demo.requirements(
                self.stacks.keys() - {component.name}
            )
            if component.name in self.stacks:
                self.stacks[component.name] = Status.DELETING

    def settle(self, *, may_fail: bool = False) -> None:
        """Let one stack that is on its way arrive."""
        self.now += timedelta(seconds=1)
        moving = [n for n, s in self.stacks.items() if s is not Status.READY]
        moving = [n for n in moving if self.stacks[n] not in RESTING]
        if not moving:
            self.now += timedelta(minutes=10)
            return
        name = self.data.draw(st.sampled_from(sorted(moving)))
        if self.stacks[name] is Status.DELETING and name in self.refusing:
            status = self.stacks[name] = Status.DELETE_FAILED
        elif self.stacks[name] is Status.DELETING:
            del self.stacks[name]
            status = Status.DELETED
        else:
            fails = may_fail and self.data.draw(st.booleans())
            status = self.stacks[name] = Status.FAILED if fails else Status.READY
        self.demo = apply_observations(
            self.demo, {name: StackObservation(status=status)}, self.now
        )

    def loop(self, *, may_fail: bool = False) -> Plan:
        """Plan and settle until the loop ends."""
        for _ in range(PATIENCE):
            plan = self.plan()
            if plan.next in (Next.DONE, Next.STUCK):
                return plan
            if plan.next is Next.WAIT and self.stacks:
                self.settle(may_fail=may_fail)
        raise AssertionError(f"no end in sight: {plan.reason}")


@given(graphs(), st.data())
def test_comes_up_in_order_and_once(
    graph: dict[str, tuple[str, ...]], data: st.DataObject
) -> None:
    """Whatever the order of completion, each component is created once, after its inputs."""
    apply_outcomes = Account(data, of_graph(graph))
    apply_outcomes.loop()
    assert Phase.READY is apply_outcomes.demo.phase
    assert dict.fromkeys(graph, Status.READY) == apply_outcomes.stacks
    assert {1} == set(apply_outcomes.done.values())


@given(graphs(), st.data())
def test_goes_down_in_reverse_and_once(
    graph: dict[str, tuple[str, ...]], data: st.DataObject
) -> None:
    """Deletion takes each component once, after everything that stands on it."""
    apply_outcomes = Account(data, of_graph(graph))
    apply_outcomes.loop()
    apply_outcomes.done.clear()
    apply_outcomes.demo = replace(apply_outcomes.demo, desired_state=Desired.DELETED)
    apply_outcomes.loop()
    assert Phase.DELETED is apply_outcomes.demo.phase
    assert {} == apply_outcomes.stacks
    assert {1} == set(apply_outcomes.done.values())


@given(graphs(), st.data())
def test_turning_round_at_any_moment_ends_empty(
    graph: dict[str, tuple[str, ...]], data: st.DataObject
) -> None:
    """A demo no longer wanted while it comes up leaves nothing."""
    apply_outcomes = Account(data, of_graph(graph))
    for _ in range(data.draw(st.integers(0, 2 * len(graph)))):
        if apply_outcomes.plan().next is Next.WAIT:
            apply_outcomes.settle()
    apply_outcomes.demo = replace(apply_outcomes.demo, desired_state=Desired.DELETED)
    apply_outcomes.loop()
    assert Phase.DELETED is apply_outcomes.demo.phase
    assert {} == apply_outcomes.stacks


@given(graphs(), st.data())
def test_quarantine_keeps_only_what_is_stuck_and_what_that_requires(
    graph: dict[str, tuple[str, ...]], data: st.DataObject
) -> None:
    """Whatever a stuck stack only wants, and whatever stands alone, is deleted."""
    wants = {n: tuple(a for a in after if data.draw(st.booleans())) for n, after in graph.items()}
    apply_outcomes = Account(data, of_graph(graph, wants))
    apply_outcomes.loop()
    apply_outcomes.refusing = data.draw(st.frozensets(st.sampled_from(sorted(graph)), min_size=1))
    apply_outcomes.demo = replace(apply_outcomes.demo, desired_state=Desired.DELETED)
    assert Next.STUCK is apply_outcomes.loop().next
    stuck = {s.name for s in apply_outcomes.demo.components.values() if s.attempts == MAX_ATTEMPTS}
    assert stuck
    assert stuck <= apply_outcomes.refusing
    assert stuck | apply_outcomes.demo.requirements(stuck) == apply_outcomes.stacks.keys()


@pytest.mark.parametrize("keep", [False, True])
@given(graph=graphs(), data=st.data())
def test_failures_end_empty_or_kept(
    *, keep: bool, graph: dict[str, tuple[str, ...]], data: st.DataObject
) -> None:
    """Where components fail the demo ends deleted, its failure kept, or rests where it should."""
    apply_outcomes = Account(data, of_graph(graph, keep_on_failure=keep))
    apply_outcomes.loop(may_fail=True)
    failed = apply_outcomes.demo.failure is not None
    expected = (Phase.FAILED if keep else Phase.DELETED) if failed else Phase.READY
    assert expected is apply_outcomes.demo.phase
    if expected is Phase.DELETED:
        assert {} == apply_outcomes.stacks


@given(graphs(), st.data())
def test_a_kept_failure_stops_its_descendants_only(
    graph: dict[str, tuple[str, ...]], data: st.DataObject
) -> None:
    """With keep_on_failure all that does not stand on a failed component still comes up."""
    apply_outcomes = Account(data, of_graph(graph, keep_on_failure=True))
    apply_outcomes.loop(may_fail=True)
    components = apply_outcomes.demo.components.values()
    broken = {s.name for s in components if s.status is Status.FAILED}
    above = {d for name in broken for d in apply_outcomes.demo.dependents(name)}
    assert set(graph) - broken - above == {s.name for s in components if s.status is Status.READY}


@given(graphs(), st.data())
def test_everything_that_can_start_does(
    graph: dict[str, tuple[str, ...]], data: st.DataObject
) -> None:
    """One plan starts every component whose inputs are there: no barrier between levels."""
    demo = _with_statuses(graph, data, (Status.PENDING, Status.CREATING, Status.READY))
    plan = decide(demo, NOW, polling=PACE)
    startable = {
        s.name
        for s in demo.components.values()
        if s.status is Status.PENDING
        and all(demo.components[a].status is Status.READY for a in s.depends_on)
    }
    assert startable == {a.component for a in plan.actions}


@given(graphs(), st.data())
def test_everything_that_can_go_does(
    graph: dict[str, tuple[str, ...]], data: st.DataObject
) -> None:
    """One plan deletes every component that nothing stands on any more, and no other."""
    demo = replace(_with_statuses(graph, data, tuple(Status)), desired_state=Desired.DELETED)
    plan = decide(demo, NOW, polling=PACE)
    removable = {
        s.name
        for s in demo.components.values()
        if s.status not in GONE | IN_FLIGHT - {Status.CREATING}
        and all(demo.components[d].gone for d in demo.dependents(s.name))
    }
    assert removable == {a.component for a in plan.actions}


@given(graphs(), st.data(), st.sampled_from(Desired))
def test_a_plan_acts_waits_or_ends(
    graph: dict[str, tuple[str, ...]], data: st.DataObject, desired: Desired
) -> None:
    """From any state a plan does something, waits for something that moves, or ends."""
    demo = replace(_with_statuses(graph, data, tuple(Status)), desired_state=desired)
    plan = decide(demo, NOW, polling=PACE, leftovers=() if wants_search(demo, NOW) else None)
    moving = {*IN_FLIGHT, Status.DELETE_FAILED}
    match plan.next:
        case Next.ACT:
            assert plan.actions
        case Next.WAIT:
            assert moving & {s.status for s in plan.demo.components.values()}
        case _:
            assert not plan.demo.looping


def _with_statuses(
    graph: dict[str, tuple[str, ...]], data: st.DataObject, choices: tuple[Status, ...]
) -> Demo:
    demo = of_graph(graph)
    for name in graph:
        status = data.draw(st.sampled_from(choices), label=name)
        demo = demo.with_component(replace(demo.components[name], status=status))
    return demo
