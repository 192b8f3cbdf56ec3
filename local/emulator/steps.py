"""Step Functions as AWS has it where a demo's loop depends on it.

MiniStack ignores `TimeoutSecondsPath`, so a task that waits for a token would wait for
ever; and it checks the right to answer a token against `*`, where AWS checks it against
the state machine the token came from.
"""

import json
from contextvars import ContextVar
from typing import Any

from local.emulator.patching import module, private, replace_everywhere

_machine: ContextVar[str] = ContextVar("stelligent_machine", default="*")
_machine_of_token: dict[str, str] = {}
_ANSWERS = ("SendTaskSuccess", "SendTaskFailure", "SendTaskHeartbeat")


def install() -> None:
    """Put the timeout into the task, and note whose token is whose."""
    steps = module("services.stepfunctions")
    execute = private(steps, "_execute_task")
    wait = private(steps, "_invoke_with_callback")
    resolve = private(steps, "_resolve_path")

    def execute_within(state: Any, raw_input: Any, execution: Any, context: Any) -> Any:
        path = state.get("TimeoutSecondsPath")
        if path:
            state = {**state, "TimeoutSeconds": resolve(path, raw_input)}
        token = _machine.set(context["StateMachine"]["Id"])
        try:
            return execute(state, raw_input, execution, context)
        finally:
            _machine.reset(token)

    def wait_noting(resource: str, input_data: Any, token: str, state: Any) -> Any:
        _machine_of_token[token] = _machine.get()
        try:
            return wait(resource, input_data, token, state)
        finally:
            del _machine_of_token[token]

    replace_everywhere(steps, "_execute_task", execute_within)
    replace_everywhere(steps, "_invoke_with_callback", wait_noting)
    _install_rights()


def _install_rights() -> None:
    actions = module("core.iam_actions")
    extract = private(actions, "extract_resource_arn")

    def extract_machine(
        service: str, method: str, path: str, headers: Any, body: bytes, *rest: Any
    ) -> Any:
        if headers.get("x-amz-target", "").rpartition(".")[2] in _ANSWERS:
            return _machine_of_token.get(json.loads(body or b"{}").get("taskToken", ""), "*")
        return extract(service, method, path, headers, body, *rest)

    replace_everywhere(actions, "extract_resource_arn", extract_machine)
