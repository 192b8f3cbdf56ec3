"""The state machine of .chalice/resources.yaml, interpreted in virtual time.

Plan, then a Map of Apply, or AwaitChange, and Plan again; with the same retries. A process
that dies counts as a failure of Lambda's own, which Step Functions tries again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, TypeVar

from chalicelib.core.actions import Action, Outcome
from chalicelib.core.errors import (
    AccessDenied,
    DemoError,
    NotFound,
    RetryableError,
    StaleRecord,
)
from chalicelib.core.plan import Next
from chalicelib.services import loop
from chalicelib.services.apply import apply
from chalicelib.services.plan_step import LoopState, plan_step
from chalicelib.services.world import World
from testkit.fakes import VirtualClock
from testkit.simulation.faults import Died

T = TypeVar("T")
STALE_TRIES: Final = 10
TRIES: Final = 6
NONE_LEFT: Final = Counter(stale=STALE_TRIES, other=TRIES)
REST: Final = timedelta(seconds=60)
LATENCY: Final = timedelta(seconds=1)


@dataclass(slots=True)
class Execution:
    """One loop of one demo."""

    demo_id: str
    generation: int
    status: str = "RUNNING"
    token: str | None = None
    looks: int = 0


class Machine:
    """The Workflow port, and everything behind it.

    Lambda has several names for a process that died, and Step Functions retries only those it
    was told of: `deaths_retried` says whether it was.
    """

    def __init__(self, clock: VirtualClock, *, deaths_retried: bool = True) -> None:
        self._deaths_retried = deaths_retried
        self.world: World
        self.executions: dict[tuple[str, int], Execution] = {}
        self._clock = clock
        self._tokens: dict[str, Execution] = {}
        self._minted = 0

    # The port -----------------------------------------------------------------------------

    def start(self, demo_id: str, generation: int) -> None:
        """Start a loop; a name that was ever used stays with its first execution."""
        key = (demo_id, generation)
        if key not in self.executions:
            execution = self.executions[key] = Execution(demo_id, generation)
            self._later(lambda: self._plan(execution, ()))

    def wake(self, token: str) -> None:
        """Let a parked loop go on; a token nobody waits for any more is no error."""
        execution = self._tokens.pop(token, None)
        if execution is not None:
            execution.token = None
            self._later(lambda: self._plan(execution, ()))

    def running(self, demo_id: str, generation: int) -> bool:
        """Return whether that loop is running now."""
        execution = self.executions.get((demo_id, generation))
        return execution is not None and execution.status == "RUNNING"

    # The states ---------------------------------------------------------------------------

    def _plan(self, execution: Execution, outcomes: Sequence[Outcome]) -> None:
        self._task(
            lambda: plan_step(
                self.world,
                execution.demo_id,
                execution.generation,
                outcomes,
                looks=execution.looks,
            ),
            lambda component: self._route(execution, component),
            lambda error: self._caught(execution, outcomes, error),
        )

    def _caught(
        self, execution: Execution, outcomes: Sequence[Outcome], error: BaseException
    ) -> None:
        if isinstance(error, NotFound):
            self._fail(execution)
        else:
            self._clock.later(REST, lambda: self._plan(execution, outcomes))

    def _route(self, execution: Execution, component: LoopState) -> None:
        execution.looks = component.looks
        match component.next:
            case Next.ACT:
                self._map(execution, component.actions)
            case Next.WAIT:
                self._await_change(execution, component)
            case Next.DONE:
                execution.status = "SUCCEEDED"
            case Next.STUCK:
                self._fail(execution)

    def _map(self, execution: Execution, actions: Sequence[Action]) -> None:
        outcomes: list[Outcome] = []

        def done(outcome: Outcome) -> None:
            outcomes.append(outcome)
            if len(outcomes) == len(actions):
                self._later(lambda: self._plan(execution, outcomes))

        for action in actions:
            self._later(lambda action=action: self._apply(execution, action, done))  # type: ignore[misc]

    def _apply(
        self, execution: Execution, action: Action, done: Callable[[Outcome], None]
    ) -> None:
        def caught(error: BaseException) -> None:
            denied = isinstance(error, AccessDenied)
            unanswered = isinstance(error, RetryableError | Died)
            text = str(error) or "died"
            done(Outcome(action=action, error=text, denied=denied, unanswered=unanswered))

        self._task(
            lambda: apply(self.world, execution.demo_id, execution.generation, action),
            done,
            caught,
        )

    def _await_change(self, execution: Execution, component: LoopState) -> None:
        self._minted += 1
        token = f"{execution.demo_id}-{execution.generation}-{self._minted}"
        self._tokens[token] = execution
        execution.token = token
        self._clock.later(timedelta(seconds=component.wait_seconds), lambda: self.wake(token))
        self._task(
            lambda: loop.park(
                self.world,
                execution.demo_id,
                execution.generation,
                seen=component.seen,
                token=token,
            ),
            lambda _: None,
            # Whatever ends the wait, a fault included, Plan looks again.
            lambda _: self.wake(token),
            tries=NONE_LEFT,
        )

    def _fail(self, execution: Execution) -> None:
        execution.status = "FAILED"

    # Retries ------------------------------------------------------------------------------

    def _task(
        self,
        task: Callable[[], T],
        then: Callable[[T], None],
        caught: Callable[[BaseException], None],
        tries: Counter[str] | None = None,
    ) -> None:
        counted = Counter() if tries is None else Counter(tries)
        try:
            result = task()
        except (DemoError, Died) as error:
            if (delay := self._retry_in(error, counted)) is None:
                caught(error)
            else:
                self._clock.later(delay, lambda: self._task(task, then, caught, counted))
        else:
            then(result)

    def _retry_in(self, error: BaseException, tries: Counter[str]) -> timedelta | None:
        if isinstance(error, Died) and not self._deaths_retried:
            return None
        if not isinstance(error, RetryableError | Died):
            return None
        kind = "stale" if isinstance(error, StaleRecord) else "other"
        tries[kind] += 1
        if tries[kind] > (STALE_TRIES if kind == "stale" else TRIES):
            return None
        return timedelta(seconds=1 if kind == "stale" else 2 ** tries[kind])

    def _later(self, what: Callable[[], None]) -> None:
        self._clock.later(LATENCY, what)
