"""State machines meet errors, time limits and rights as on AWS."""

import json
from typing import Any

import pytest

from local.emulator.process import Emulator

from .conftest import make_function, make_role, put_policy, wait_until


def run_machine(aws: Emulator, name: str, states: dict[str, Any]) -> tuple[Any, Any]:
    """Run a state machine of these states to its end with one second to wait."""
    steps = aws.client("stepfunctions")
    machine = steps.create_state_machine(
        name=name,
        definition=json.dumps({"StartAt": next(iter(states)), "States": states}),
        roleArn=make_role(aws, f"{name}-role"),
    )["stateMachineArn"]
    started = steps.start_execution(stateMachineArn=machine, input='{"seconds": 1}')
    run = started["executionArn"]

    def ended() -> dict[str, Any]:
        execution: dict[str, Any] = steps.describe_execution(executionArn=run)
        return execution if execution["status"] != "RUNNING" else {}

    return steps, wait_until(ended)


def waiting(function: str) -> dict[str, Any]:
    """Return the state that gives a function its token, and waits for an answer to that."""
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
        "Parameters": {"FunctionName": function, "Payload": {"token.$": "$$.Task.Token"}},
        "TimeoutSecondsPath": "$.seconds",
        "End": True,
    }


def test_state_machines_catch_errors_by_class(aws: Emulator) -> None:
    """A Catch that names our exception's class takes it; the message arrives with it."""
    source = (
        "class NotYetError(Exception): pass\n"
        "def handler(event, context): raise NotYetError('two\\nlines: here')\n"
    )
    function = make_function(aws, "raiser", source)
    answer = aws.client("lambda").invoke(FunctionName="raiser")
    assert json.load(answer["Payload"])["errorType"] == "NotYetError"
    catch = {"ErrorEquals": ["NotYetError"], "Next": "Caught", "ResultPath": "$.error"}
    states = {
        "Try": {"Type": "Task", "Resource": function, "Catch": [catch], "End": True},
        "Caught": {"Type": "Succeed"},
    }
    _, execution = run_machine(aws, "catcher", states)
    assert execution["status"] == "SUCCEEDED"
    assert "two\\nlines: here" in json.loads(execution["output"])["error"]["Cause"]


def test_a_task_waits_as_long_as_its_input_says(aws: Emulator) -> None:
    """TimeoutSecondsPath ends a wait for a token that nobody answers, and Catch takes it."""
    function = make_function(aws, "parker", "def handler(event, context): return None")
    late = [{"ErrorEquals": ["States.Timeout"], "Next": "Late"}]
    wait = waiting(function) | {"Catch": late}
    steps, execution = run_machine(aws, "waiter", {"Wait": wait, "Late": {"Type": "Succeed"}})
    entered = steps.get_execution_history(executionArn=execution["executionArn"])["events"]
    details = "stateEnteredEventDetails"
    names = [event[details]["name"] for event in entered if details in event]
    assert names[-1] == "Late"


def test_a_token_is_answered_with_the_right_on_its_machine(aws: Emulator) -> None:
    """A role that may answer for this state machine alone answers; another is refused."""
    source = (
        "import boto3\n"
        "def handler(event, context):\n"
        "    steps = boto3.client('stepfunctions')\n"
        "    steps.send_task_success(taskToken=event['token'], output='{}')\n"
    )
    function = make_function(aws, "answerer", source)
    resource = "arn:aws:states:us-east-1:000000000000:stateMachine:answered"
    put_policy(
        aws,
        "answerer-role",
        {"Effect": "Allow", "Action": "states:SendTaskSuccess", "Resource": resource},
    )
    for machine, status in (("answered", "SUCCEEDED"), ("unanswered", "FAILED")):
        assert run_machine(aws, machine, {"Wait": waiting(function)})[1]["status"] == status


def test_an_answer_that_comes_too_late_is_told_so(aws: Emulator) -> None:
    """A token whose task timed out is TaskTimedOut to whoever may answer it."""
    parker = make_function(
        aws,
        "keeper",
        "import boto3\n"
        "def handler(event, context):\n"
        "    boto3.client('s3').put_object(Bucket='tokens', Key='token', Body=event['token'])\n",
    )
    aws.client("s3").create_bucket(Bucket="tokens")
    steps, execution = run_machine(aws, "late", {"Wait": waiting(parker)})
    assert execution["status"] == "FAILED"
    token = aws.client("s3").get_object(Bucket="tokens", Key="token")["Body"].read().decode()
    make_function(
        aws,
        "latecomer",
        "import boto3\n"
        "def handler(event, context):\n"
        "    boto3.client('stepfunctions').send_task_success(taskToken=event, output='{}')\n",
    )
    put_policy(
        aws,
        "latecomer-role",
        {
            "Effect": "Allow",
            "Action": "states:SendTaskSuccess",
            "Resource": "arn:aws:states:us-east-1:000000000000:stateMachine:late",
        },
    )
    answer = aws.client("lambda").invoke(FunctionName="latecomer", Payload=json.dumps(token))
    assert json.load(answer["Payload"])["errorType"] == "TaskTimedOut"
    with pytest.raises(steps.exceptions.TaskDoesNotExist):
        steps.send_task_success(taskToken="never-given-out", output="{}")
