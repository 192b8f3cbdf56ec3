"""The exact calls to Step Functions, and which of its errors are none of ours."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from chalicelib.adapters.workflow import StateMachine
from chalicelib.core.errors import AccessDenied, Rejected, Throttled

from .conftest import REGION

ARN = f"arn:aws:states:{REGION}:111122223333:stateMachine:loop"
EXECUTION = f"arn:aws:states:{REGION}:111122223333:execution:loop:demo0001-3"
STARTED = {
    "stateMachineArn": ARN,
    "name": "demo0001-3",
    "input": json.dumps({"demo_id": "demo0001", "generation": 3, "results": []}),
}
LATER = datetime(2026, 1, 5, tzinfo=UTC)


class Recorded:
    """The adapter over a client that gives prepared answers to exact calls."""

    def __init__(self) -> None:
        self.client: Any = boto3.client("stepfunctions", region_name=REGION)
        self.stub = Stubber(self.client)
        self.machine = StateMachine(self.client, ARN)


@pytest.fixture
def recorded(aws: None) -> Iterator[Recorded]:
    made = Recorded()
    with made.stub:
        yield made
        made.stub.assert_no_pending_responses()


def test_an_execution_is_named_by_demo_and_generation(recorded: Recorded) -> None:
    """So that a start may be repeated."""
    answer = {"executionArn": EXECUTION, "startDate": LATER}
    recorded.stub.add_response("start_execution", answer, STARTED)
    recorded.machine.start("demo0001", 3)
    recorded.stub.add_client_error("start_execution", "ExecutionAlreadyExists")
    recorded.machine.start("demo0001", 3)


def test_any_other_refused_start_is_an_error(recorded: Recorded) -> None:
    """The loop does not run then."""
    recorded.stub.add_client_error("start_execution", "StateMachineDoesNotExist")
    with pytest.raises(Rejected):
        recorded.machine.start("demo0001", 3)


def test_a_wake_gives_the_token_back(recorded: Recorded) -> None:
    """With nothing to say: Plan looks for itself."""
    given = {"taskToken": "t1", "output": "{}"}
    recorded.stub.add_response("send_task_success", {}, given)
    recorded.machine.resume("t1")


@pytest.mark.parametrize("code", ["TaskTimedOut", "TaskDoesNotExist", "InvalidToken"])
def test_a_token_that_nobody_waits_for_is_no_error(recorded: Recorded, code: str) -> None:
    """The loop has gone on by itself, or has ended."""
    recorded.stub.add_client_error("send_task_success", code)
    recorded.machine.resume("t1")


@pytest.mark.parametrize(
    ("code", "raised"),
    [("ThrottlingException", Throttled), ("AccessDeniedException", AccessDenied)],
)
def test_any_other_refused_wake_is_an_error(
    recorded: Recorded, code: str, raised: type[Exception]
) -> None:
    """Somebody waits, and was not woken."""
    recorded.stub.add_client_error("send_task_success", code)
    with pytest.raises(raised):
        recorded.machine.resume("t1")


@pytest.mark.parametrize("status", ["RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"])
def test_a_loop_runs_while_its_execution_does(recorded: Recorded, status: str) -> None:
    """And not when it has ended in any way."""
    answer = {
        "executionArn": EXECUTION,
        "stateMachineArn": ARN,
        "startDate": LATER,
        "status": status,
    }
    recorded.stub.add_response("describe_execution", answer, {"executionArn": EXECUTION})
    assert (status == "RUNNING") is recorded.machine.running("demo0001", 3)


def test_a_loop_that_was_never_started_does_not_run(recorded: Recorded) -> None:
    """Any other error is one: nobody can tell."""
    recorded.stub.add_client_error("describe_execution", "ExecutionDoesNotExist")
    assert not recorded.machine.running("demo0001", 3)
    recorded.stub.add_client_error("describe_execution", "ThrottlingException")
    with pytest.raises(Throttled):
        recorded.machine.running("demo0001", 3)
