"""Step Functions as AWS has it where a demo's loop depends on it.

MiniStack ignores `TimeoutSecondsPath`, so a task that waits for a token would wait for
ever; and it checks the right to answer a token against `*`, where AWS checks it against
the state machine the token came from.
"""

import json
from contextvars import ContextVar
from typing import Any

from local.patching import pinned, wrap

_machine: ContextVar[str] = ContextVar("stelligent_machine", default="*")
_machine_of_token: dict[str, str] = {}
_ANSWERS = ("SendTaskSuccess", "SendTaskFailure", "SendTaskHeartbeat")


def install() -> None:
    """Put the timeout into the task, and note whose token is whose."""
    wrap("ministack.services.stepfunctions._execute_task", _within_time)
    wrap("ministack.services.stepfunctions._invoke_with_callback", _noting_tokens)
    wrap("ministack.core.iam_actions.extract_resource_arn", _on_the_machine)


def _within_time(execute: Any) -> Any:
    resolve = pinned("ministack.services.stepfunctions._resolve_path")

    def execute_within(state: Any, raw_input: Any, execution: Any, context: Any) -> Any:
        path = state.get("TimeoutSecondsPath")
        if path:
            state = {**state, "TimeoutSeconds": resolve(path, raw_input)}
        token = _machine.set(context["StateMachine"]["Id"])
        try:
            return execute(state, raw_input, execution, context)
        finally:
            _machine.reset(token)

    return execute_within


def _noting_tokens(wait: Any) -> Any:
    def wait_noting(resource: str, input_data: Any, token: str, state: Any) -> Any:
        _machine_of_token[token] = _machine.get()
        try:
            return wait(resource, input_data, token, state)
        finally:
            del _machine_of_token[token]

    return wait_noting


def _on_the_machine(extract: Any) -> Any:
    def extract_machine(
        service: str, method: str, path: str, headers: Any, body: bytes, *rest: Any
    ) -> Any:
        if headers.get("x-amz-target", "").rpartition(".")[2] in _ANSWERS:
            return _machine_of_token.get(json.loads(body or b"{}").get("taskToken", ""), "*")
        return extract(service, method, path, headers, body, *rest)

    return extract_machine
