"""The loop's state machine, played in virtual time by its own definition (see asl).

A process that dies counts as a failure of Lambda's own. An execution whose history grows past
what Step Functions allows is ended, as Step Functions ends it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, Final

from chalicelib.core.actions import ActionKind
from chalicelib.core.errors import DemoError
from chalicelib.entrypoints import loop as functions
from chalicelib.services.use_cases import UseCases
from testkit.fakes import VirtualClock
from testkit.simulation import asl
from testkit.simulation.faults import Died

LATENCY: Final = timedelta(seconds=1)
HISTORY: Final = 25_000
"""Events an execution may have (Step Functions Developer Guide, "Service quotas")."""
TASK_EVENTS: Final = 3
"""Scheduled, started, and succeeded or failed."""
Data = dict[str, Any]
Error = Mapping[str, str]
Tries = dict[int, int]
"""How often a task was tried again, by the number of the retrier."""


@dataclass(slots=True)
class Execution:
    """One loop of one demo."""

    demo_id: str
    generation: int
    status: str = "RUNNING"
    events: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """A pass through a definition: an execution's own, or that of one item of a Map."""

    execution: Execution
    definition: asl.Definition
    ended: Callable[[Data], None]
    failed: Callable[[str], None]


class Machine:
    """The Workflow port, and everything behind it.

    `use_cases_of` gives the use cases of a function. Lambda has several names for a process
    that died, and Step Functions retries only those that are reported to it: `deaths_retried` says
    whether it was.
    """

    def __init__(
        self,
        clock: VirtualClock,
        use_cases_of: Callable[[str], UseCases],
        *,
        deaths_retried: bool = True,
    ) -> None:
        self.executions: dict[tuple[str, int], Execution] = {}
        self.plans = 0
        self._clock = clock
        self._use_cases_of = use_cases_of
        self._death = "Lambda.Unknown" if deaths_retried else "Runtime.OutOfMemory"
        self._definition = asl.loop_definition()
        self._waiting: dict[str, Callable[[str | None], None]] = {}
        self._minted = 0

    # The port -----------------------------------------------------------------------------

    def start(self, demo_id: str, generation: int) -> None:
        """Start a loop; a name that was ever used stays with its first execution."""
        if (demo_id, generation) in self.executions:
            return
        execution = self.executions[demo_id, generation] = Execution(demo_id, generation)
        run = Run(
            execution,
            self._definition,
            ended=partial(self._end, execution, "SUCCEEDED"),
            failed=partial(self._end, execution, "FAILED"),
        )
        data = {"demo_id": demo_id, "generation": generation, "results": []}
        self._enter(run, self._definition.start, data)

    def resume(self, token: str) -> None:
        """Resume a parked loop; a token that is no longer waited for is no error."""
        if resume := self._waiting.pop(token, None):
            resume(None)

    def running(self, demo_id: str, generation: int) -> bool:
        """Return whether that loop is running now."""
        execution = self.executions.get((demo_id, generation))
        return execution is not None and execution.status == "RUNNING"

    # The states ---------------------------------------------------------------------------

    def _end(self, execution: Execution, status: str, _result: object = None) -> None:
        execution.status = status

    def _enter(self, run: Run, name: str, data: Data) -> None:
        execution = run.execution
        execution.events += 2
        if execution.events > HISTORY:
            self._end(execution, "FAILED")
        if execution.status != "RUNNING":
            return
        state = run.definition.states[name]
        match state["Type"]:
            case "Task":
                self._clock.later(LATENCY, partial(self._task, run, name, data, {}))
            case "Choice":
                self._enter(run, asl.chosen(state, data), data)
            case "Map":
                self._map(run, name, data)
            case "Wait":
                delay = timedelta(seconds=state["Seconds"])
                self._clock.later(delay, partial(self._leave, run, name, data))
            case "Fail":
                run.failed(state["Error"])
            case _:
                self._leave(run, name, data)

    def _leave(self, run: Run, name: str, data: Data) -> None:
        state = run.definition.states[name]
        if "Next" in state:
            self._enter(run, state["Next"], data)
        else:
            run.ended(data)

    def _map(self, run: Run, name: str, data: Data) -> None:
        state = run.definition.states[name]
        inputs = asl.selected(state, data)
        inner = run.definition.items[name]
        ended = partial(self._gather, partial(self._go_on, run, name, data), len(inputs), [])
        for item in inputs:
            iteration = Run(run.execution, inner, ended=ended, failed=run.failed)
            self._enter(iteration, inner.start, item)

    def _gather(
        self, go_on: Callable[[object], None], many: int, results: list[Data], result: Data
    ) -> None:
        """Note what came of a Map's item; after the last of so many, go on."""
        results.append(result)
        if len(results) == many:
            go_on(results)

    def _go_on(self, run: Run, name: str, data: Data, result: object) -> None:
        self._leave(run, name, asl.placed(run.definition.states[name], data, result))

    def _task(self, run: Run, name: str, data: Data, tries: Tries) -> None:
        state = run.definition.states[name]
        run.execution.events += TASK_EVENTS
        if run.execution.status != "RUNNING":
            return
        try:
            if "waitForTaskToken" in state["Resource"]:
                self._wait(run, name, data, tries)
                return
            given = asl.given(state, data, sum(tries.values()))
            result = self._call(state["Resource"].strip("${}"), given)
        except (DemoError, Died) as error:
            self._failed(run, name, data, tries, self._reported(error))
        else:
            self._go_on(run, name, data, result)

    def _call(self, function: str, data: Data) -> Data:
        use_cases = self._use_cases_of(function)
        if function == "Plan":
            self.plans += 1
            return functions.look(use_cases, data)
        return functions.act(use_cases, _ACTIONS[function], data)

    def _wait(self, run: Run, name: str, data: Data, tries: Tries) -> None:
        """Hand out a token, and wait until it comes back or the wait's time is over."""
        state = run.definition.states[name]
        self._minted += 1
        token = f"{data['demo_id']}-{data['generation']}-{self._minted}"
        self._waiting[token] = partial(self._resumed, run, name, data, tries)
        seconds = asl.value(state["TimeoutSecondsPath"], data)
        self._clock.later(timedelta(seconds=seconds), partial(self._time_out, token))
        try:
            self._use_cases_of("AwaitChange").wakeups.park(
                data["demo_id"],
                data["generation"],
                seen=data["seen"],
                token=token,
            )
        except (DemoError, Died):
            if self._waiting.pop(token, None):
                raise

    def _resumed(self, run: Run, name: str, data: Data, tries: Tries, error: str | None) -> None:
        if error is None:
            self._leave(run, name, data)
        else:
            self._failed(run, name, data, tries, {"Error": error, "Cause": ""})

    def _time_out(self, token: str) -> None:
        if resume := self._waiting.pop(token, None):
            resume(asl.TIMEOUT)

    # Errors -------------------------------------------------------------------------------

    def _reported(self, error: BaseException) -> Error:
        """Return an error as Lambda reports it."""
        if isinstance(error, Died):
            return {"Error": self._death, "Cause": "the process died"}
        return {"Error": type(error).__name__, "Cause": json.dumps({"errorMessage": str(error)})}

    def _failed(self, run: Run, name: str, data: Data, tries: Tries, error: Error) -> None:
        for number, retrier in enumerate(run.definition.retriers[name]):
            if error["Error"] not in retrier.errors:
                continue
            tries[number] = tries.get(number, 0) + 1
            if tries[number] <= retrier.attempts:
                delay = retrier.delay(tries[number])
                self._clock.later(delay, partial(self._task, run, name, data, tries))
                return
            break
        catcher = asl.caught(run.definition.states[name], error["Error"])
        if catcher is None:
            run.failed(error["Error"])
        else:
            self._enter(run, catcher["Next"], asl.placed(catcher, data, error))


def _camel(kind: ActionKind) -> str:
    return "".join(word.title() for word in kind.split("_"))


_ACTIONS: Final = {_camel(kind): kind for kind in ActionKind}
