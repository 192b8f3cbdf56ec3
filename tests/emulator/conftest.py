"""One real emulator for all of these tests, with every right enforced."""

import io
import json
import time
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from local.emulator.process import ACCOUNT, Emulator

_PATIENCE = 20.0  # seconds before a stack counts as stuck

TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": ["lambda.amazonaws.com", "states.amazonaws.com"]},
            "Action": "sts:AssumeRole",
        }
    ],
}


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with Emulator.start(tmp_path_factory.mktemp("emulator"), persist=False) as emulator:
        yield emulator


@pytest.fixture
def aws(running: Emulator) -> Iterator[Emulator]:
    """Lend the shared emulator with all its switches where they start."""
    running.control.clear()
    yield running
    running.control.clear()


def wait_until(is_so: Callable[[], Any]) -> Any:
    """Return what `is_so` answers as soon as it is true."""
    until = time.monotonic() + _PATIENCE
    while not (answer := is_so()):
        assert time.monotonic() < until, "it never came to be"
        time.sleep(0.02)
    return answer


class Stacks:
    """CloudFormation as these tests use it."""

    def __init__(self, aws: Emulator) -> None:
        self.api = aws.client("cloudformation")

    def create(self, name: str, resources: Any, minutes: float = 0, **more: Any) -> str:
        template: dict[str, Any] = {"Resources": resources}
        if minutes:
            template["Metadata"] = {"StelligentDemo": {"TypicalMinutes": minutes}}
        more.setdefault("OnFailure", "DO_NOTHING")
        made = self.api.create_stack(
            StackName=name,
            TemplateBody=json.dumps(template),
            Capabilities=["CAPABILITY_NAMED_IAM"],
            **more,
        )
        return str(made["StackId"])

    def status(self, stack_id: str) -> str:
        return str(self.api.describe_stacks(StackName=stack_id)["Stacks"][0]["StackStatus"])

    def settled(self, stack_id: str) -> str:
        """Wait for the status a stack comes to rest in."""

        def at_rest() -> str:
            status = self.status(stack_id)
            return "" if status.endswith("IN_PROGRESS") else status

        return str(wait_until(at_rest))

    def delete(self, stack_id: str) -> str:
        self.api.delete_stack(StackName=stack_id)
        # The first status after the call may still be that of before it.
        wait_until(lambda: "DELETE" in self.status(stack_id))
        return self.settled(stack_id)

    def events(self, stack_id: str) -> list[tuple[str, str, str]]:
        """Logical id, status and reason of each event, oldest first."""
        events = self.api.describe_stack_events(StackName=stack_id)["StackEvents"]
        return [
            (e["LogicalResourceId"], e["ResourceStatus"], e.get("ResourceStatusReason", ""))
            for e in reversed(events)
        ]


@pytest.fixture
def stacks(aws: Emulator) -> Stacks:
    return Stacks(aws)


@pytest.fixture
def topic() -> dict[str, Any]:
    return {"Type": "AWS::SNS::Topic"}


def make_role(aws: Emulator, name: str) -> str:
    """Make a role that may do anything, for functions and state machines."""
    iam = aws.client("iam")
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))
    allowed = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    iam.put_role_policy(
        RoleName=name,
        PolicyName="all",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [allowed]}),
    )
    return f"arn:aws:iam::{ACCOUNT}:role/{name}"


def make_function(aws: Emulator, name: str, source: str) -> str:
    """Make a Lambda function of one file with a `handler`."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as written:
        written.writestr(zipfile.ZipInfo("main.py"), source)  # same source, same bytes
    made = aws.client("lambda").create_function(
        FunctionName=name,
        Runtime="python3.11",
        Role=make_role(aws, f"{name}-role"),
        Handler="main.handler",
        Code={"ZipFile": archive.getvalue()},
        Timeout=20,
    )
    return str(made["FunctionArn"])


def put_policy(aws: Emulator, role: str, statement: dict[str, Any], name: str = "all") -> None:
    """Let a role do this, in the policy of this name."""
    document = {"Version": "2012-10-17", "Statement": [statement]}
    aws.client("iam").put_role_policy(
        RoleName=role, PolicyName=name, PolicyDocument=json.dumps(document)
    )
