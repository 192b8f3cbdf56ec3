"""The loop's first state: observe the stacks, decide what to do, record both.

It is the only writer of observed state. It reads everything again each time, so it may run twice,
late, or in two loops at once: the record's version lets one of them through.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from chalicelib.core.actions import Action, Outcome
from chalicelib.core.component import Status
from chalicelib.core.demo import SERVICE_ACTOR, Demo, Phase
from chalicelib.core.looks import stacks_to_describe
from chalicelib.core.naming import stack_name
from chalicelib.core.observe import StackObservation, apply_observations
from chalicelib.core.outcomes import apply_outcomes
from chalicelib.core.plan import Next, Plan
from chalicelib.core.planner import decide
from chalicelib.core.policy import PollingPolicy
from chalicelib.core.teardown import wants_search
from chalicelib.core.values import replace
from chalicelib.services.apply import DATABASE
from chalicelib.services.loop import Loops
from chalicelib.services.ports.records import DemoRecords
from chalicelib.services.ports.runtime import Clock, Metrics, Workflow
from chalicelib.services.ports.targets import Target, Targets
from chalicelib.services.recorder import Recorder

MAX_LOOKS: Final = 60
"""Runs of Plan in one execution before the next takes over. Step Functions ends an execution after
25,000 events ("Quotas for state machine executions"); ten actions at once, each tried seven
times, make some 320 in a run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopState:
    """What the state machine needs to know: ids and actions, never documents."""

    next: Next
    reason: str
    actions: tuple[Action, ...] = ()
    seen: int = 0
    looks: int = 0
    wait_seconds: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanStep:
    """The loop's Plan."""

    records: DemoRecords
    recorder: Recorder
    loops: Loops
    workflow: Workflow
    targets: Targets
    metrics: Metrics
    clock: Clock
    polling: PollingPolicy
    home_region: str

    def run(
        self,
        demo_id: str,
        generation: int,
        outcomes: Sequence[Outcome] = (),
        *,
        looks: int = 0,
    ) -> LoopState:
        """Plan once and return what the loop does next; raise StaleRecord on a race.

        `looks` is how often this execution has planned before.
        """
        before = self.records.get(demo_id)
        if over := self._over(before, generation):
            return over
        now = self.clock()
        known = apply_outcomes(before, outcomes, now, self.polling)
        if looks >= MAX_LOOKS:
            self.loops.renew(before, known)
            return LoopState(next=Next.DONE, reason="the next loop takes over")
        seen = self.gather(known, now)
        plan = decide(seen, now, polling=self.polling, leftovers=self._search(seen, now))
        after = replace(plan.demo, planned_at=now)
        self.recorder.save(before, after, now=now, actor=SERVICE_ACTOR)
        self._measure(before, after)
        return _step(plan, before.wakes, looks + 1)

    def gather(self, demo: Demo, now: datetime) -> Demo:
        """Describe the stacks that may have changed, and no others."""
        target = self.targets.of(demo.region)
        # EventBridge of the service's own region hears of the stacks there, and of no others.
        events = demo.region == self.home_region
        names = stacks_to_describe(demo, now, self.polling.poll, events=events)
        return apply_observations(
            demo, {name: _observed(target, demo, name) for name in names}, now
        )

    def _search(self, demo: Demo, now: datetime) -> tuple[str, ...] | None:
        if not wants_search(demo, now):
            return None
        return self.targets.of(demo.region).leftovers.find(demo.demo_id)

    def _over(self, demo: Demo, generation: int) -> LoopState | None:
        """Return how a loop ends that is not the demo's any more, or has ended already."""
        if demo.generation != generation:
            if demo.looping:
                # Whoever changed the record may have died before it started the next loop.
                self.workflow.start(demo.demo_id, demo.generation)
            return LoopState(next=Next.DONE, reason="another loop has taken over")
        if not demo.looping:
            # Step Functions tries again, as the answer was lost: it is the same again.
            stuck = demo.phase is Phase.QUARANTINED
            return LoopState(next=Next.STUCK if stuck else Next.DONE, reason=demo.reason)
        return None

    def _measure(self, before: Demo, after: Demo) -> None:
        metrics = self.metrics
        if after.failure and not before.failure:
            metrics.count("Failed")
        if after.phase is before.phase:
            return
        match after.phase:
            case Phase.READY if after.ready_at and not before.ready_at:
                metrics.count("Ready")
                taken = after.ready_at - after.begins_at
                metrics.count("TimeToReady", taken.total_seconds(), unit="Seconds")
            case Phase.DELETED if after.deleted_at:
                metrics.count("Deleted")
                late = (after.deleted_at - after.expires_at).total_seconds() / 60
                metrics.count("MinutesPastLease", max(0.0, late), unit="None")
            case Phase.QUARANTINED:
                metrics.count("Quarantined")
            case _:
                pass


def _observed(target: Target, demo: Demo, name: str) -> StackObservation:
    stack = stack_name(demo.demo_id, name)
    if demo.components[name].status not in (Status.STOPPING, Status.STOPPED, Status.STARTING):
        return target.stacks.describe(stack)
    databases = target.stacks.resources(stack, DATABASE)
    if not databases:
        # The stack has no database to stop, and nothing to wait for.
        rest = demo.components[name].status
        return StackObservation(status=_AT_ONCE.get(rest, rest))
    return StackObservation(status=target.databases.status(databases))


_AT_ONCE: Final = {Status.STOPPING: Status.STOPPED, Status.STARTING: Status.READY}


def _step(plan: Plan, seen: int, looks: int) -> LoopState:
    return LoopState(
        next=plan.next,
        reason=plan.reason,
        actions=plan.actions,
        seen=seen,
        looks=looks,
        wait_seconds=max(1, round(plan.wait.total_seconds())),
    )
