"""Stack operations that take time, fail on request, are cancelled, and outlive a restart.

MiniStack deploys a stack in one go on its event loop. Here each resource step first
waits on the loop for its share of the stack's typical minutes, so other stacks, Lambdas
and requests go on meanwhile; nothing sleeps in a thread. Only stacks whose template has
`Metadata.StelligentDemo.TypicalMinutes` are paced, so the service's own never is.

What AWS documents and this adds: DeleteStack during a creation stops the creation; a
second DeleteStack during a deletion changes nothing; resources that were being made
beside a failed one end "Resource creation cancelled", and the stack's reason lists all.
"""

import asyncio
import contextvars
import functools
from dataclasses import dataclass, field
from typing import Any

from local.emulator import rights
from local.emulator.controls import controls
from local.instances import settling
from local.patching import around, pinned, wrap

CANCELLED = "Resource creation cancelled"
_IS_UPDATE = 4  # the place of `is_update` among the arguments after name and id


@dataclass
class Operation:
    """One create, update or delete of one stack, while it runs."""

    stack: dict[str, Any]
    kind: str
    seconds: float
    steps: int
    already_made: frozenset[str] = frozenset()
    done: int = 0
    current: tuple[str, str] | None = None  # logical id and type of the step under way
    cancelled: bool = False
    failed_beside: list[str] = field(default_factory=list)
    started: float = field(default_factory=lambda: asyncio.get_running_loop().time())
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    task: "asyncio.Task[Any] | None" = field(default_factory=asyncio.current_task)

    async def wait_turn(self, steps: int = 1) -> None:
        """Wait until the share of the operation's time is over that so many steps have."""
        self.done += steps
        if not self.seconds:
            return
        due = self.started + self.seconds * self.done / max(self.steps, self.done)
        await asyncio.sleep(max(0.0, due - asyncio.get_running_loop().time()))
        if _shutting_down.is_set():
            await asyncio.Event().wait()

    async def cancel(self) -> None:
        """Stop at the step under way and wait until the operation has ended."""
        self.cancelled = True
        if self.task is not None:
            self.task.cancel()
        await self.ended.wait()


current: contextvars.ContextVar[Operation | None] = contextvars.ContextVar(
    "stelligent_operation", default=None
)
_running: dict[str, Operation] = {}  # by stack id
_shutting_down = asyncio.Event()


def typical_minutes(stack: dict[str, Any]) -> float:
    """Read a stack's typical minutes from its template's metadata; 0 where it says none."""
    metadata = (stack.get("_template") or {}).get("Metadata") or {}
    return float((metadata.get("StelligentDemo") or {}).get("TypicalMinutes") or 0)


def hold() -> None:
    """Start no further paced step: the state is about to be saved."""
    _shutting_down.set()


def install() -> None:
    """Put pacing, faults and cancellation around MiniStack's stack operations."""
    around("ministack.services.cloudformation.stacks._deploy_stack_async", _paced_deploy)
    around("ministack.services.cloudformation.stacks._delete_stack_async", _paced_delete)
    blocks = pinned("ministack.services.cloudformation.stacks._runs_on_worker_thread")
    wrap(
        "ministack.services.cloudformation.stacks.run_reentrant",
        lambda run_in_thread: functools.partial(_step, blocks, run_in_thread),
    )
    around("ministack.services.cloudformation.stacks._runs_on_worker_thread", _through_steps)


def _through_steps(blocks: Any, resource_type: str) -> bool:
    """Let every resource step of an operation go through `_step`, blocking or not."""
    return current.get() is not None or bool(blocks(resource_type))


async def _paced_deploy(
    deploy: Any, stack_name: str, stack_id: str, *args: Any, **kwargs: Any
) -> None:
    is_update = kwargs.get("is_update", args[_IS_UPDATE] if args[_IS_UPDATE:] else False)
    already_made = kwargs.pop("already_made", frozenset())
    operation = _begin(_stack(stack_name), "update" if is_update else "create", already_made)
    await _run(operation, deploy(stack_name, stack_id, *args, **kwargs))


async def _paced_delete(
    delete: Any, stack_name: str, stack_id: str, *args: Any, **kwargs: Any
) -> None:
    before = _running.get(stack_id)
    if before is not None and before.kind == "delete":
        return
    if before is not None:
        await before.cancel()
    operation = _begin(_stack(stack_name), "delete")
    await _run(operation, delete(stack_name, stack_id, *args, **kwargs))


def _stack(stack_name: str) -> dict[str, Any]:
    stack: dict[str, Any] = pinned("ministack.services.cloudformation._stacks")[stack_name]
    return stack


def _begin(
    stack: dict[str, Any], kind: str, already_made: frozenset[str] = frozenset()
) -> Operation:
    seconds = typical_minutes(stack) * controls.pace
    if kind == "delete":
        seconds *= controls.delete_share
    operation = Operation(stack, kind, seconds, _steps(stack, kind, already_made), already_made)
    _running[stack["StackId"]] = operation
    return operation


def _steps(stack: dict[str, Any], kind: str, already_made: frozenset[str]) -> int:
    """Count what an operation's time is spread over: a step a resource, more for a long one."""
    if kind == "delete":
        return len(stack["_resources"])
    types = [one["Type"] for name, one in wanted(stack).items() if name not in already_made]
    return sum(settling.steps(each) if kind == "create" else 1 for each in types)


def wanted(stack: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Pick the resources of a stack's template whose condition holds."""
    template = stack["_template"] or {}
    evaluate = pinned("ministack.services.cloudformation.engine._evaluate_conditions")
    conditions = evaluate(template, stack["_resolved_params"])
    return {
        logical_id: resource
        for logical_id, resource in (template.get("Resources") or {}).items()
        if conditions.get(resource.get("Condition"), True)
    }


async def _run(operation: Operation, work: Any) -> None:
    token = current.set(operation)
    try:
        await work
    except asyncio.CancelledError:
        if not operation.cancelled:
            raise
        if operation.task is not None:
            operation.task.uncancel()
        _record_cancelled(operation)
    finally:
        current.reset(token)
        if _running.get(operation.stack["StackId"]) is operation:
            del _running[operation.stack["StackId"]]
        operation.ended.set()


def _record_cancelled(operation: Operation) -> None:
    if operation.current is None or operation.kind != "create":
        return
    logical_id, resource_type = operation.current
    stack = operation.stack
    add_event = pinned("ministack.services.cloudformation.stacks._add_event")
    add_event(
        stack["StackId"], stack["StackName"], logical_id, resource_type, "CREATE_FAILED", CANCELLED
    )


@functools.cache
def _actions() -> dict[Any, str]:
    """Return what each function that makes, changes or deletes one resource does."""
    return {
        pinned("ministack.services.cloudformation.stacks._provision_keeping_seed"): "create",
        pinned("ministack.services.cloudformation.stacks._update_keeping_seed"): "update",
        pinned("ministack.services.cloudformation.stacks._update_resource"): "update",
        pinned("ministack.services.cloudformation.stacks._delete_resource"): "delete",
    }


async def _step(blocks: Any, run_in_thread: Any, fn: Any, *args: Any, **kwargs: Any) -> Any:
    operation = current.get()
    action = _actions().get(fn)
    if operation is None or action is None:
        return await run_in_thread(fn, *args, **kwargs)
    resource_type, logical_id = _step_subject(action, args)
    if action == "create" and logical_id in operation.already_made:
        return _as_recorded(operation.stack["_resources"][logical_id])
    operation.current = (logical_id, resource_type)
    steps = settling.steps(resource_type) if operation.kind == action == "create" else 1
    turn = functools.partial(operation.wait_turn, steps) if steps > 1 else None
    if turn is None:
        await operation.wait_turn()
    await controls.strike(action, operation.stack, resource_type, logical_id)
    rights.check(action, operation.stack, resource_type, logical_id, args)
    result = await run_in_thread(fn, *args, **kwargs) if blocks(resource_type) else fn(*args)
    if action == "create":
        made = (logical_id, resource_type, result, args[2])
        await settling.created(operation.stack, *made, turn=turn)
    elif action == "delete":
        await settling.deleted(resource_type, args[1])
    operation.current = None
    return result


def _step_subject(action: str, args: tuple[Any, ...]) -> tuple[str, str]:
    """Type and logical id: (type, logical id, …) on create, (type, id, …, logical id) else."""
    if action == "create":
        return args[0], args[1]
    return args[0], (args[4] if action == "delete" else args[5]) or ""


def _as_recorded(resource: dict[str, Any]) -> Any:
    made = (resource["PhysicalResourceId"], resource.get("Attributes", {}))
    return made, resource.get("_name_seed", "")
