"""Step Functions as AWS has it where a demo's loop depends on it.

MiniStack ignores `TimeoutSecondsPath`, so a task that waits for a token would wait for
ever. And it knows nothing of a token whose task has ended, where AWS says TaskTimedOut (Step
Functions API Reference, "SendTaskSuccess").
"""

from contextvars import ContextVar
from typing import Any

from local.patching import around, pinned

_machine: ContextVar[str] = ContextVar("stelligent_machine", default="*")
_machine_of_token: dict[str, str] = {}  # oldest first
_TOKENS_KNOWN = 10_000  # ended ones among them, so that a late answer is refused as late


def install() -> None:
    """Put the timeout into the task, and note whose token is whose."""
    around("ministack.services.stepfunctions._execute_task", _within_time)
    around("ministack.services.stepfunctions._invoke_with_callback", _noting_token)
    around("ministack.services.stepfunctions._send_task_success", _in_time)
    around("ministack.services.stepfunctions._send_task_failure", _in_time)
    around("ministack.services.stepfunctions._send_task_heartbeat", _in_time)


def _within_time(execute: Any, state: Any, raw_input: Any, execution: Any, context: Any) -> Any:
    if path := state.get("TimeoutSecondsPath"):
        seconds = pinned("ministack.services.stepfunctions._resolve_path")(path, raw_input)
        state = {**state, "TimeoutSeconds": seconds}
    token = _machine.set(context["StateMachine"]["Id"])
    try:
        return execute(state, raw_input, execution, context)
    finally:
        _machine.reset(token)


def _noting_token(wait: Any, resource: str, input_data: Any, token: str, state: Any) -> Any:
    _machine_of_token[token] = _machine.get()
    while len(_machine_of_token) > _TOKENS_KNOWN:
        del _machine_of_token[next(iter(_machine_of_token))]
    return wait(resource, input_data, token, state)


def _in_time(answer: Any, data: Any) -> Any:
    token = data.get("taskToken")
    waiting = pinned("ministack.services.stepfunctions._task_tokens")
    if token in _machine_of_token and token not in waiting:
        refuse = pinned("ministack.core.responses.error_response_json")
        return refuse("TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'")
    return answer(data)


def machine_of(token: str) -> str:
    """Name the state machine that a token is of; `*` where that is unknown."""
    return _machine_of_token.get(token, "*")
