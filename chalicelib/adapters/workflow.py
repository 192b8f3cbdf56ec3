"""Step Functions behind the Workflow port."""

from __future__ import annotations

import json
from typing import Any, Final

from botocore.exceptions import ClientError

from chalicelib.adapters.aws import code_of, translated

_NOBODY_WAITS: Final = frozenset({"TaskTimedOut", "TaskDoesNotExist", "InvalidToken"})


class StateMachine:
    """The loop's state machine; an execution is named by its demo and generation."""

    def __init__(self, client: Any, arn: str) -> None:
        self._client = client
        self._arn = arn

    @translated
    def start(self, demo_id: str, generation: int) -> None:
        """Start a loop; starting the same generation again is no error."""
        try:
            self._client.start_execution(
                stateMachineArn=self._arn,
                name=f"{demo_id}-{generation}",
                input=json.dumps({"demo_id": demo_id, "generation": generation, "results": []}),
            )
        except ClientError as error:
            if code_of(error) != "ExecutionAlreadyExists":
                raise

    @translated
    def resume(self, token: str) -> None:
        """Let a parked loop go on; a token nobody waits for any more is no error."""
        try:
            self._client.send_task_success(taskToken=token, output="{}")
        except ClientError as error:
            if code_of(error) not in _NOBODY_WAITS:
                raise

    @translated
    def running(self, demo_id: str, generation: int) -> bool:
        """Return whether that loop is running now."""
        execution = self._arn.replace(":stateMachine:", ":execution:")
        try:
            answer = self._client.describe_execution(
                executionArn=f"{execution}:{demo_id}-{generation}"
            )
        except ClientError as error:
            if code_of(error) == "ExecutionDoesNotExist":
                return False
            raise
        return bool(answer["status"] == "RUNNING")
