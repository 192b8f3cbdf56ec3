"""Whatever an owner wants in whatever order, a demo comes to what was wanted last."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.core.actions import Action, ActionKind, Outcome
from chalicelib.core.catalog import Catalog, build_catalog
from chalicelib.core.component import Status
from chalicelib.core.demo import Demo, Desired, Phase
from chalicelib.core.errors import InvalidRequest
from chalicelib.core.kinds import Pause
from chalicelib.core.looks import stacks_to_describe
from chalicelib.core.naming import stack_name
from chalicelib.core.observe import ABSENT, StackObservation, apply_observations
from chalicelib.core.outcomes import apply_outcomes
from chalicelib.core.plan import Next, Plan
from chalicelib.core.planner import decide
from chalicelib.core.policy import PollingPolicy, RequestPolicy
from chalicelib.core.request import DemoRequest, check, new_demo
from chalicelib.core.spec import SpecChange, changed, repaired
from chalicelib.core.teardown import wants_search
from testkit.simulation.components import component

from .builders import HOME, NOW, OWNER, REGION

POLICY = RequestPolicy(home_region=REGION, regions=(REGION,))
PACE = PollingPolicy()
PATIENCE = 400
ASLEEP = {Status.STOPPING: Status.STOPPED, Status.STARTING: Status.READY}


@dataclass
class Stack:
    """A stack of the account, whose databases may be asleep."""

    parameters: dict[str, str]
    status: Status = Status.CREATING
    rolled_back: bool = False
    database: Status = Status.READY


@dataclass
class Account:
    """Does what plans say, and lets stacks arrive in the order that was drawn."""

    data: st.DataObject
    catalog: Catalog
    demo: Demo
    may_fail: bool = False
    now: datetime = NOW
    stacks: dict[str, Stack] = field(default_factory=dict)
    done: Counter[Action] = field(default_factory=Counter)

    def change(self, change: SpecChange) -> None:
        try:
            after = changed(self.demo, change, self.catalog, POLICY)
        except InvalidRequest:
            return  # left out what another requires
        self.demo = replace(after, looping=True)

    def plan(self) -> Plan:
        found = tuple(f":stack/{stack_name(self.demo.demo_id, n)}/1" for n in self.stacks)
        leftovers = found if wants_search(self.demo, self.now) else None
        plan = decide(self.demo, self.now, polling=PACE, leftovers=leftovers)
        self.demo = plan.demo
        outcomes = [self._do(action) for action in plan.actions]
        self.demo = apply_outcomes(self.demo, outcomes, self.now)
        return plan

    def _do(self, action: Action) -> Outcome:
        self.done[action] += 1
        name, stack = action.component, self.stacks.get(action.component)
        known = self.demo.components[name]
        needs = [self.stacks.get(r) for r in known.requires]
        match action.kind:
            case ActionKind.CREATE_STACK:
                assert stack is None
                assert all(n and n.status is Status.READY for n in needs)
                assert all(k in known.inputs for k in self.catalog.requires(name))
                self.stacks[name] = Stack(dict(known.inputs))
            case ActionKind.UPDATE_STACK:
                assert stack
                assert stack.status is Status.READY
                assert all(n and n.status is Status.READY for n in needs)
                assert stack.parameters != known.inputs
                stack.status = Status.UPDATING
            case ActionKind.STOP_DATABASE:
                assert stack
                assert stack.database is Status.READY
                stack.database = Status.STOPPING
            case ActionKind.START_DATABASE:
                assert stack
                assert stack.database is Status.STOPPED
                stack.database = Status.STARTING
            case ActionKind.DELETE_STACK:
                assert stack
                assert stack.status is not Status.UPDATING
                assert not [s for s in self.stacks if name in self.demo.components[s].requires]
                stack.status = Status.DELETING
        return Outcome(action=action)

    def settle(self) -> None:
        """Let one thing that is on its way arrive, and look where the loop would look."""
        moving = [
            name
            for name, s in self.stacks.items()
            if s.status in (Status.CREATING, Status.UPDATING, Status.DELETING)
            or s.database in ASLEEP
        ]
        self.now += timedelta(minutes=1 if moving else 15)
        if moving:
            self._arrive(self.data.draw(st.sampled_from(sorted(moving))))
        names = stacks_to_describe(self.demo, self.now, PACE.poll, events=False)
        seen = {name: self._observed(name) for name in names}
        self.demo = apply_observations(self.demo, seen, self.now)

    def _arrive(self, name: str) -> None:
        stack = self.stacks[name]
        fails = self.may_fail and self.data.draw(st.booleans())
        if stack.database in ASLEEP:
            stack.database = ASLEEP[stack.database]
        elif stack.status is Status.DELETING:
            del self.stacks[name]
        elif stack.status is Status.CREATING:
            stack.status = Status.FAILED if fails else Status.READY
        else:
            stack.status, stack.rolled_back = Status.READY, fails
            if not fails:
                stack.parameters = dict(self.demo.components[name].inputs)

    def _observed(self, name: str) -> StackObservation:
        stack = self.stacks.get(name)
        if stack is None:
            return StackObservation(status=ABSENT)
        if self.demo.components[name].status in (*ASLEEP, Status.STOPPED):
            return StackObservation(status=stack.database)
        return StackObservation(
            status=stack.status,
            outputs={f"Of{name}": f"{name} at {self.now}"},
            parameters=stack.parameters,
            rolled_back=stack.rolled_back,
        )

    def loop(self) -> Plan:
        """Plan and settle until the loop ends."""
        for _ in range(PATIENCE):
            plan = self.plan()
            if plan.next in (Next.DONE, Next.STUCK):
                return plan
            if plan.next is Next.WAIT:
                self.settle()
        raise AssertionError(f"no end in sight: {plan.reason}")

    def live_a_little(self) -> None:
        """Go on for a drawn while, so that the next change comes in the middle."""
        for _ in range(self.data.draw(st.integers(0, 12))):
            plan = self.plan()
            if plan.next in (Next.DONE, Next.STUCK):
                return
            if plan.next is Next.WAIT:
                self.settle()


@st.composite
def catalogs(draw: st.DrawFn) -> Catalog:
    """Draw components that require and want those before them, each with a word for pauses."""
    names = [f"s{i}" for i in range(draw(st.integers(1, 5)))]
    made = []
    for i, name in enumerate(names):
        edges = draw(st.lists(st.sampled_from(names[:i]), unique=True)) if i else []
        wanted = {n for n in edges if draw(st.booleans())}
        made.append(
            component(
                name,
                1,
                requires=tuple(f"Of{n}" for n in edges if n not in wanted),
                wants=tuple(f"Of{n}" for n in sorted(wanted)),
                outputs=(f"Of{name}",),
                own=("Size",),
                pause=draw(st.sampled_from(Pause)),
            )
        )
    return build_catalog(made)


def changes(names: list[str]) -> st.SearchStrategy[SpecChange]:
    """Draw a change of anything, or of several things at once."""
    return st.builds(
        SpecChange,
        components=st.none() | st.lists(st.sampled_from(names), min_size=1).map(tuple),
        parameters=st.none() | st.fixed_dictionaries({"Size": st.sampled_from(["1", "2", None])}),
        desired_state=st.sampled_from([None, None, Desired.RUNNING, Desired.PAUSED]),
    )


def begun(data: st.DataObject, catalog: Catalog) -> tuple[Account, list[str]]:
    names = sorted(n for n in catalog.components if n != "bundle")
    chosen = tuple(data.draw(st.lists(st.sampled_from(names), min_size=1, unique=True)))
    request = check(DemoRequest(components=chosen, allowed_cidr=(HOME,)), catalog, POLICY)
    demo = new_demo(request, demo_id="demo0001", owner=OWNER, catalog=catalog, now=NOW)
    return Account(data, catalog, demo), names


def assert_as_wanted(account: Account) -> None:
    """Check that what stands is what the spec says, running or paused."""
    demo, stacks = account.demo, account.stacks
    paused = demo.desired_state is Desired.PAUSED
    assert (Phase.PAUSED if paused else Phase.READY) is demo.phase
    assert demo.members == demo.components.keys()
    if not paused:
        assert demo.members == stacks.keys()
        assert all(s.database is Status.READY for s in stacks.values())
        for name, stack in stacks.items():
            assert demo.parameters.get("Size") == stack.parameters.get("Size"), name
            wired = {**account.catalog.requires(name), **account.catalog.wants(name)}
            outputs = {k: demo.outputs[k] for k, giver in wired.items() if giver in demo.members}
            assert outputs == {k: v for k, v in stack.parameters.items() if k in wired}
        return
    kept = {n for n, c in demo.components.items() if c.pause is not Pause.DELETE} & stacks.keys()
    assert stacks.keys() == demo.closure(kept) & stacks.keys()
    for name, stack in stacks.items():
        sleeps = demo.components[name].pause is Pause.STOP
        assert (Status.STOPPED if sleeps else Status.READY) is stack.database


@settings(deadline=None)
@given(catalogs(), st.data())
def test_any_sequence_of_specs_comes_to_the_last(catalog: Catalog, data: st.DataObject) -> None:
    """Also when a change comes while another, a pause or a creation is under way."""
    account, names = begun(data, catalog)
    for change in data.draw(st.lists(changes(names), max_size=4)):
        account.live_a_little()
        account.change(change)
    account.loop()
    assert_as_wanted(account)
    account.done.clear()
    account.demo = replace(account.demo, looping=True)
    account.loop()
    assert not account.done


@settings(deadline=None)
@given(catalogs(), st.data())
def test_a_demo_that_is_ready_does_each_thing_once(catalog: Catalog, data: st.DataObject) -> None:
    """From rest to rest nothing is done twice."""
    account, names = begun(data, catalog)
    account.loop()
    for change in data.draw(st.lists(changes(names), max_size=3)):
        account.done.clear()
        account.change(change)
        account.loop()
        twice = [a for a, n in account.done.items() if n > 1]
        # Something wanted that comes later is one update more.
        assert all(a.kind is ActionKind.UPDATE_STACK for a in twice)
    assert_as_wanted(account)


@settings(deadline=None)
@given(catalogs(), st.data())
def test_deletion_at_any_moment_ends_empty(catalog: Catalog, data: st.DataObject) -> None:
    """Of a change, a pause, a resumption, a creation; also when things fail meanwhile."""
    account, names = begun(data, catalog)
    account.may_fail = data.draw(st.booleans())
    for change in data.draw(st.lists(changes(names), max_size=4)):
        account.live_a_little()
        if account.demo.desired_state is not Desired.DELETED:
            account.change(change)
    account.live_a_little()
    account.demo = replace(account.demo, desired_state=Desired.DELETED, looping=True)
    account.loop()
    assert Phase.DELETED is account.demo.phase
    assert {} == account.stacks


@settings(deadline=None)
@given(catalogs(), st.data())
def test_a_failed_change_leaves_what_was_there(catalog: Catalog, data: st.DataObject) -> None:
    """And a retry, once nothing fails any more, brings it to its spec."""
    account, names = begun(data, catalog)
    account.loop()
    before = dict(account.stacks)
    account.may_fail = True
    for change in data.draw(st.lists(changes(names), min_size=1, max_size=3)):
        applied = account.demo.applied
        account.change(change)
        account.live_a_little()
        assert applied == account.demo.applied or account.demo.phase is not Phase.CHANGING
    plan = account.loop()
    assert Next.DONE is plan.next
    assert account.demo.phase in (Phase.READY, Phase.PAUSED, Phase.FAILED)
    assert before
    account.may_fail = False
    account.demo = replace(repaired(account.demo), desired_state=Desired.RUNNING, looping=True)
    account.loop()
    assert Phase.READY is account.demo.phase
    assert account.demo.members == account.stacks.keys()
