"""The exact calls to CloudFormation, and what its every answer is made of."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from chalicelib.adapters.cloudformation import STATUSES, CloudFormation
from chalicelib.core.component import Status
from chalicelib.core.errors import AccessDenied, Rejected, Throttled, Unavailable
from chalicelib.core.observe import ABSENT

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


@pytest.mark.parametrize("tags", [None, {"team": "theirs"}])
def test_an_update_writes_tags_only_where_it_is_given_some(
    recorded: Recorded, tags: dict[str, str] | None
) -> None:
    """Left out, those that the stack has stay; given, they take the place of all of them."""
    asked = {
        "StackName": NAME,
        "UsePreviousTemplate": True,
        "Parameters": [{"ParameterKey": "DemoId", "UsePreviousValue": True}],
        "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"],
        "ClientRequestToken": "t",
    }
    given = {"Tags": [{"Key": "team", "Value": "theirs"}]} if tags else {}
    recorded.stub.add_response("update_stack", {"StackId": STACK_ID}, {**asked, **given})
    assert recorded.stacks.update(
        name=NAME, parameters={}, previous=["DemoId"], tags=tags, token="t"
    )


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


FAILED = (Status.FAILED, Status.DELETE_FAILED)
QUIET = sorted(s for s, ours in STATUSES.items() if ours not in FAILED)


UPDATED = {
    "StackName": NAME,
    "UsePreviousTemplate": True,
    "Parameters": [
        {"ParameterKey": "AllowedCidr", "ParameterValue": "203.0.113.7/32"},
        {"ParameterKey": "DemoId", "UsePreviousValue": True},
    ],
    "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"],
    "ClientRequestToken": "demo0001-vpc-2",
}


def update(stacks: CloudFormation) -> bool:
    return stacks.update(
        name=NAME,
        parameters={"AllowedCidr": "203.0.113.7/32"},
        previous=["DemoId"],
        tags=None,
        token="demo0001-vpc-2",
    )


def test_an_update_keeps_the_template_the_role_the_tags_and_every_other_value(
    recorded: Recorded,
) -> None:
    """A new release of the service changes no running demo behind its owner's back."""
    recorded.stub.add_response("update_stack", {"StackId": STACK_ID}, UPDATED)
    assert update(recorded.stacks)


@pytest.mark.parametrize(
    ("message", "begun"),
    [
        ("No updates are to be performed.", False),
        (f"Stack:{STACK_ID} is in UPDATE_IN_PROGRESS state and can not be updated.", True),
        (f"Stack:{STACK_ID} is in UPDATE_COMPLETE_CLEANUP_IN_PROGRESS state and can not be", True),
    ],
)
def test_an_update_that_is_needless_or_under_way_is_no_error(
    recorded: Recorded, message: str, *, begun: bool
) -> None:
    """It says whether there is anything to wait for."""
    recorded.stub.add_client_error("update_stack", "ValidationError", message)
    assert begun is update(recorded.stacks)


@pytest.mark.parametrize(
    ("code", "message", "error"),
    [
        ("ValidationError", f"Stack [{NAME}] does not exist", Rejected),
        ("ValidationError", "is in UPDATE_ROLLBACK_FAILED state and can not be updated", Rejected),
        ("Throttling", "Rate exceeded", Throttled),
        ("AccessDenied", "not authorized", AccessDenied),
    ],
)
def test_an_update_that_is_refused_says_how(
    recorded: Recorded, code: str, message: str, error: type[Exception]
) -> None:
    """What may succeed later is tried again; what may not is reported."""
    recorded.stub.add_client_error("update_stack", code, message)
    with pytest.raises(error):
        update(recorded.stacks)


@pytest.mark.parametrize("raw", [s for s in QUIET if s != "UPDATE_ROLLBACK_COMPLETE"])
def test_a_stack_that_did_not_fail_costs_one_call(recorded: Recorded, raw: str) -> None:
    """Its status, and its outputs once it has any."""
    described(recorded, raw, Outputs=[{"OutputKey": "VpcId", "OutputValue": "vpc-1"}])
    observation = recorded.stacks.describe(NAME)
    assert (STATUSES[raw], {"VpcId": "vpc-1"}) == (observation.status, observation.outputs)


def test_a_stack_tells_the_values_that_it_was_made_with(recorded: Recorded) -> None:
    """A secret one only that it is there."""
    given = [{"ParameterKey": "Size", "ParameterValue": "20"}, {"ParameterKey": "Password"}]
    described(recorded, "CREATE_COMPLETE", Parameters=given)
    assert {"Size": "20", "Password": ""} == recorded.stacks.describe(NAME).parameters


@pytest.mark.parametrize(
    ("raw", "back"), [("UPDATE_ROLLBACK_COMPLETE", True), ("UPDATE_FAILED", False)]
)
def test_an_update_that_was_rolled_back_is_distinguished_from_one_that_failed(
    recorded: Recorded, raw: str, *, back: bool
) -> None:
    """The stack stands as before, and may be used."""
    described(recorded, raw)
    recorded.stub.add_response("describe_stack_events", {"StackEvents": []})
    assert back is recorded.stacks.describe(NAME).rolled_back


@pytest.mark.parametrize("raw", ["ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "ROLLBACK_IN_PROGRESS"])
def test_a_stack_that_was_rolled_back_has_failed(raw: str) -> None:
    """Nothing in it can be used."""
    assert Status.FAILED is STATUSES[raw]


def failed(resource: str, status: str, reason: str | None) -> dict[str, Any]:
    event = {
        "StackId": STACK_ID,
        "StackName": NAME,
        "EventId": f"{resource}-{status}",
        "Timestamp": LATER,
        "LogicalResourceId": resource,
        "PhysicalResourceId": STACK_ID if resource == "Stack" else f"id-{resource}",
        "ResourceStatus": status,
    }
    return event | ({"ResourceStatusReason": reason} if reason else {})


LAST_OPERATION = [
    failed("Stack", "CREATE_FAILED", "The following resource(s) failed to create: [Subnet]"),
    failed("Gateway", "CREATE_FAILED", "Resource creation cancelled"),
    failed("Later", "CREATE_FAILED", "a failure after the first"),
    failed("Silent", "CREATE_FAILED", None),
    failed("Subnet", "CREATE_FAILED", "no room"),
    failed("Subnet", "CREATE_IN_PROGRESS", "still at it"),
    failed("Stack", "CREATE_IN_PROGRESS", "User Initiated"),
    failed("Older", "DELETE_FAILED", "of an operation before"),
]


@pytest.mark.parametrize(
    ("raw", "status"),
    [("CREATE_FAILED", Status.FAILED), ("DELETE_FAILED", Status.DELETE_FAILED)],
)
def test_a_failure_is_described_by_the_first_resource_that_failed(
    recorded: Recorded, raw: str, status: Status
) -> None:
    """Not by what was cancelled for it, nor by what failed in an earlier operation."""
    described(recorded, raw)
    asked = {"StackName": STACK_ID}
    first = {"StackEvents": LAST_OPERATION[:2], "NextToken": "2"}
    recorded.stub.add_response("describe_stack_events", first, asked)
    second = {"StackEvents": LAST_OPERATION[2:]}
    recorded.stub.add_response("describe_stack_events", second, {**asked, "NextToken": "2"})
    seen = recorded.stacks.describe(NAME)
    assert (status, "Subnet", "no room") == (seen.status, seen.resource, seen.reason)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [({"StackStatusReason": "the role is gone"}, "the role is gone"), ({}, "no reason given")],
)
def test_a_failure_without_a_resource_is_described_by_the_stack(
    recorded: Recorded, fields: dict[str, str], reason: str
) -> None:
    """As far as CloudFormation says why."""
    described(recorded, "DELETE_FAILED", **fields)
    recorded.stub.add_response("describe_stack_events", {"StackEvents": []})
    seen = recorded.stacks.describe(NAME)
    assert (None, reason) == (seen.resource, seen.reason)


def test_a_stack_that_does_not_exist_is_absent(recorded: Recorded) -> None:
    """CloudFormation says so by an error that other faults of a call share."""
    message = f"Stack with id {NAME} does not exist"
    recorded.stub.add_client_error("describe_stacks", "ValidationError", message, 400)
    assert ABSENT is recorded.stacks.describe(NAME).status
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
        ("b-3", "AWS::S3::Bucket", "DELETE_FAILED"),
        ("b-4", "AWS::S3::Bucket", "UPDATE_COMPLETE"),
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
    assert ("b-1", "b-3", "b-4") == recorded.stacks.resources(NAME, "AWS::S3::Bucket")


# Why a stack failed ---------------------------------------------------------------------------


def failing(recorded: Recorded, status: str, *events: tuple[str, str, str], **fields: Any) -> None:
    """Prepare a failed stack and its events, newest first: what, its status, and why."""
    described(recorded, status, **fields)
    records = [
        {
            "StackId": STACK_ID,
            "EventId": str(number),
            "StackName": NAME,
            "Timestamp": LATER,
            "LogicalResourceId": what,
            "PhysicalResourceId": STACK_ID if what == NAME else f"{what}-1",
            "ResourceStatus": resource_status,
            "ResourceStatusReason": why,
        }
        for number, (what, resource_status, why) in enumerate(events)
    ]
    asked = {"StackName": STACK_ID}
    recorded.stub.add_response("describe_stack_events", {"StackEvents": records}, asked)


def why(recorded: Recorded) -> tuple[str | None, str]:
    observation = recorded.stacks.describe(NAME)
    return observation.resource, observation.reason


def test_the_first_resource_that_failed_is_the_cause(recorded: Recorded) -> None:
    """Of the last operation, and not one that failed because another did."""
    failing(
        recorded,
        "DELETE_FAILED",
        (NAME, "DELETE_FAILED", "The following resource(s) failed to delete: [Vpc, Net]"),
        ("Vpc", "DELETE_FAILED", "has dependencies"),
        ("Net", "DELETE_FAILED", "eni-1 in use"),
        ("Other", "DELETE_FAILED", "Resource deletion cancelled"),
        (NAME, "DELETE_IN_PROGRESS", ""),
        ("Old", "CREATE_FAILED", "of an earlier operation"),
    )
    assert ("Net", "eni-1 in use") == why(recorded)


def test_a_stack_whose_events_name_no_resource_tells_its_own_reason(recorded: Recorded) -> None:
    """It is all there is."""
    events = (NAME, "CREATE_FAILED", "no such role")
    failing(recorded, "CREATE_FAILED", events, StackStatusReason="no such role")
    assert (None, "no such role") == why(recorded)


CREATED = [
    {"OperationType": "ROLLBACK", "OperationId": "op-2"},
    {"OperationType": "CREATE_STACK", "OperationId": "op-1"},
]
INVALID = {
    "EventType": "VALIDATION_ERROR",
    "Timestamp": LATER,
    "LogicalResourceId": "Bucket",
    "ValidationStatusReason": "the name is taken",
    "ValidationPath": "/Resources/Bucket/Properties/BucketName",
}


def validated(recorded: Recorded, *events: dict[str, Any], operation: str = "op-1") -> None:
    """Prepare what DescribeEvents tells of an operation."""
    asked = {"OperationId": operation, "Filters": {"FailedEvents": True}}
    recorded.stub.add_response("describe_events", {"OperationEvents": list(events)}, asked)


def test_what_failed_validation_is_read_from_the_operations_events(recorded: Recorded) -> None:
    """No resource was begun, so the stack's own events name none."""
    failing(recorded, "CREATE_FAILED", LastOperations=CREATED, StackStatusReason="validation")
    warning = {**INVALID, "ValidationFailureMode": "WARN", "ValidationStatusReason": "mind this"}
    earlier = {**INVALID, "Timestamp": LATER - timedelta(minutes=1), "LogicalResourceId": "First"}
    validated(recorded, warning, INVALID, {**earlier, "ValidationPath": ""})
    assert ("First", "the name is taken") == why(recorded)
    failing(recorded, "CREATE_FAILED", LastOperations=CREATED)
    validated(recorded, INVALID)
    path = "/Resources/Bucket/Properties/BucketName"
    assert ("Bucket", f"the name is taken (at {path})") == why(recorded)


def test_a_deletions_validation_is_that_of_the_deletion(recorded: Recorded) -> None:
    """Of the last one: a bucket that is not empty is reported before anything is deleted."""
    deleted = [{"OperationType": "DELETE_STACK", "OperationId": f"op-{n}"} for n in (4, 3)]
    failing(recorded, "DELETE_FAILED", LastOperations=[*deleted, *CREATED])
    validated(recorded, INVALID, operation="op-4")
    assert "Bucket" == why(recorded)[0]


def test_a_hook_that_refused_is_reported(recorded: Recorded) -> None:
    """And the stack is named where no resource is."""
    failing(recorded, "CREATE_FAILED", LastOperations=CREATED)
    hook = {"EventType": "HOOK_INVOCATION_ERROR", "HookStatusReason": "not encrypted"}
    validated(recorded, {**hook, "Timestamp": LATER})
    assert ("the stack", "not encrypted") == why(recorded)


@pytest.mark.parametrize("code", ["AccessDenied", "ValidationError", "InvalidAction"])
def test_without_the_operations_events_the_stacks_reason_is_reported(
    recorded: Recorded, code: str
) -> None:
    """What is not reported must not hide what is."""
    failing(recorded, "CREATE_FAILED", LastOperations=CREATED, StackStatusReason="validation")
    recorded.stub.add_client_error("describe_events", code, "no", 400)
    assert (None, "validation") == why(recorded)


def test_events_that_are_throttled_are_asked_for_again(recorded: Recorded) -> None:
    """By the next plan; the reason is worth the wait."""
    failing(recorded, "CREATE_FAILED", LastOperations=CREATED, StackStatusReason="validation")
    recorded.stub.add_client_error("describe_events", "Throttling", "no", 400)
    with pytest.raises(Throttled):
        recorded.stacks.describe(NAME)


def test_a_client_that_does_not_know_the_operation_tells_the_stacks_reason(
    recorded: Recorded,
) -> None:
    """The runtime's boto3 may be older than this."""
    failing(recorded, "CREATE_FAILED", LastOperations=CREATED, StackStatusReason="validation")

    class Older:
        describe_stacks = recorded.client.describe_stacks
        get_paginator = recorded.client.get_paginator

    older = CloudFormation(Older(), role_arn=ROLE, service="service")
    assert "validation" == older.describe(NAME).reason


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
