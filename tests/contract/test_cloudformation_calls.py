"""The exact calls to CloudFormation, and what its every answer is made of."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from chalicelib.adapters.cloudformation import STATUSES, CloudFormation
from chalicelib.core.demo import Status
from chalicelib.core.errors import AccessDenied, Rejected, Throttled, Unavailable

from .conftest import REGION

NAME = "stelligent-demo-demo0001-vpc"
STACK_ID = f"arn:aws:cloudformation:{REGION}:0:stack/{NAME}/1"
ROLE = "arn:aws:iam::111122223333:role/stacks"
LATER = datetime(2026, 1, 5, tzinfo=UTC)


class Recorded:
    """The adapter over a client that gives prepared answers to exact calls."""

    def __init__(self, aws: None) -> None:
        self.client: Any = boto3.client("cloudformation", region_name=REGION)
        self.stub = Stubber(self.client)
        self.stacks = CloudFormation(self.client, role_arn=ROLE, service="service")


@pytest.fixture
def recorded(aws: None) -> Iterator[Recorded]:
    made = Recorded(aws)
    with made.stub:
        yield made
        made.stub.assert_no_pending_responses()


def create(stacks: CloudFormation) -> None:
    stacks.create(
        name=NAME,
        template="{}",
        parameters={"DemoId": "demo0001"},
        tags={"team": "ours"},
        timeout_minutes=15,
        token="demo0001-vpc-1",
    )


ASKED = {
    "StackName": NAME,
    "TemplateBody": "{}",
    "Parameters": [{"ParameterKey": "DemoId", "ParameterValue": "demo0001"}],
    "Tags": [{"Key": "team", "Value": "ours"}],
    "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"],
    "RoleARN": ROLE,
    "OnFailure": "DO_NOTHING",
    "TimeoutInMinutes": 15,
    "ClientRequestToken": "demo0001-vpc-1",
}


def test_a_creation_says_all_that_the_loop_counts_on(recorded: Recorded) -> None:
    """A failed stack stays to be read, a slow one is ended, a repeated call is known as such."""
    recorded.stub.add_response("create_stack", {"StackId": STACK_ID}, ASKED)
    create(recorded.stacks)


@pytest.mark.parametrize(
    ("code", "status", "raised"),
    [
        ("Throttling", 400, Throttled),
        ("ServiceUnavailable", 503, Unavailable),
        ("AccessDenied", 403, AccessDenied),
        ("LimitExceededException", 400, Rejected),
    ],
)
def test_a_creation_that_is_refused_says_how(
    recorded: Recorded, code: str, status: int, raised: type[Exception]
) -> None:
    """Only that the stack exists is no error."""
    recorded.stub.add_client_error("create_stack", "AlreadyExistsException")
    create(recorded.stacks)
    recorded.stub.add_client_error("create_stack", code, "no", status)
    with pytest.raises(raised):
        create(recorded.stacks)


def described(recorded: Recorded, status: str, **fields: Any) -> None:
    stack = {"StackName": NAME, "StackId": STACK_ID, "StackStatus": status, "CreationTime": LATER}
    answer = {"Stacks": [{**stack, **fields}]}
    recorded.stub.add_response("describe_stacks", answer, {"StackName": NAME})


QUIET = sorted(s for s, ours in STATUSES.items() if ours is not Status.FAILED)


@pytest.mark.parametrize("raw", [s for s in QUIET if s != "DELETE_FAILED"])
def test_a_stack_that_did_not_fail_costs_one_call(recorded: Recorded, raw: str) -> None:
    """Its status, and its outputs once it has any."""
    described(recorded, raw, Outputs=[{"OutputKey": "VpcId", "OutputValue": "vpc-1"}])
    observation = recorded.stacks.describe(NAME)
    assert (STATUSES[raw], {"VpcId": "vpc-1"}) == (observation.status, observation.outputs)


@pytest.mark.parametrize("raw", ["ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "ROLLBACK_IN_PROGRESS"])
def test_a_stack_that_was_rolled_back_has_failed(raw: str) -> None:
    """Nothing in it can be used."""
    assert Status.FAILED is STATUSES[raw]


def test_a_stack_that_does_not_exist_is_pending(recorded: Recorded) -> None:
    """CloudFormation says so by an error that other faults of a call share."""
    message = f"Stack with id {NAME} does not exist"
    recorded.stub.add_client_error("describe_stacks", "ValidationError", message, 400)
    assert Status.PENDING is recorded.stacks.describe(NAME).status
    recorded.stub.add_client_error("list_stack_resources", "ValidationError", message, 400)
    assert () == recorded.stacks.resources(NAME, "AWS::S3::Bucket")


@pytest.mark.parametrize(
    ("code", "message"),
    [("ValidationError", "1 validation error detected"), ("Other", "it does not exist")],
)
def test_another_error_is_not_taken_for_absence(
    recorded: Recorded, code: str, message: str
) -> None:
    """Else a stack that bills would be written off."""
    recorded.stub.add_client_error("describe_stacks", code, message, 400)
    with pytest.raises(Rejected):
        recorded.stacks.describe(NAME)
    recorded.stub.add_client_error("list_stack_resources", code, message, 400)
    with pytest.raises(Rejected):
        recorded.stacks.resources(NAME, "AWS::S3::Bucket")


def test_resources_are_those_of_the_type_that_are_there(recorded: Recorded) -> None:
    """Not those that were never made, are gone already, or are of another type."""
    kinds = [
        ("b-1", "AWS::S3::Bucket", "CREATE_COMPLETE"),
        ("b-2", "AWS::S3::Bucket", "DELETE_COMPLETE"),
        (None, "AWS::S3::Bucket", "CREATE_FAILED"),
        ("t-1", "AWS::SNS::Topic", "CREATE_COMPLETE"),
    ]
    summaries = [
        {
            "LogicalResourceId": "Thing",
            "ResourceType": type_,
            "ResourceStatus": status,
            "LastUpdatedTimestamp": LATER,
            **({"PhysicalResourceId": id_} if id_ else {}),
        }
        for id_, type_, status in kinds
    ]
    recorded.stub.add_response(
        "list_stack_resources", {"StackResourceSummaries": summaries}, {"StackName": NAME}
    )
    assert ("b-1",) == recorded.stacks.resources(NAME, "AWS::S3::Bucket")


def test_protection_is_lifted(recorded: Recorded) -> None:
    """From that stack."""
    recorded.stub.add_response(
        "update_termination_protection",
        {"StackId": STACK_ID},
        {"StackName": NAME, "EnableTerminationProtection": False},
    )
    recorded.stacks.unprotect(NAME)


def test_a_deletion_is_asked_for_by_name(recorded: Recorded) -> None:
    """Whatever template the stack was made from."""
    recorded.stub.add_response("delete_stack", {}, {"StackName": NAME})
    recorded.stacks.delete(NAME)
