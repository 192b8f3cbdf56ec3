"""A stack's role may do what its policies say, and EC2 takes the texts that EC2 takes."""

import json
import uuid
from typing import Any

import pytest

from chalicelib.core.component import Cause
from chalicelib.core.deletion_failures import classify
from local.emulator.process import ACCOUNT, Emulator

from .conftest import TRUST, Stacks, put_policy

GROUP = {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": 1}}


def stack_role(aws: Emulator, name: str, *statements: dict[str, Any]) -> str:
    iam = aws.client("iam")
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))
    document = {"Version": "2012-10-17", "Statement": statements}
    iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=json.dumps(document))
    return f"arn:aws:iam::{ACCOUNT}:role/{name}"


def allow(*actions: str, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": "*", **more}


def failure(stacks: Stacks, stack: str, status: str) -> str:
    return next(why for name, state, why in stacks.events(stack) if (name, state) == ("G", status))


def test_a_step_that_the_role_may_not_do_fails_in_awss_words(
    aws: Emulator, stacks: Stacks
) -> None:
    """A role that lacks one right fails the creation, and the reason says who, what and where."""
    deny = {"Effect": "Deny", "Action": "logs:PutRetentionPolicy", "Resource": "*"}
    role = stack_role(aws, "cannot-make", allow("logs:*"), deny)
    stack = stacks.create("unmade", {"G": GROUP}, RoleARN=role)
    assert "CREATE_FAILED" == stacks.settled(stack)
    reason = failure(stacks, stack, "CREATE_FAILED")
    assert "assumed-role/cannot-make/AWSCloudFormation is not authorized" in reason
    assert "logs:PutRetentionPolicy on resource: arn:aws:logs:us-east-1:" in reason
    assert reason.endswith("HandlerErrorCode: AccessDenied)")
    assert Cause.ACCESS_DENIED == classify(reason)


def test_a_deletion_is_the_roles_too(aws: Emulator, stacks: Stacks) -> None:
    """What the role may make and not delete stays, until it may."""
    deny = {"Effect": "Deny", "Action": "logs:DeleteLogGroup", "Resource": "*"}
    role = stack_role(aws, "cannot-delete", allow("logs:*"), deny)
    stack = stacks.create("kept", {"G": GROUP}, RoleARN=role)
    assert "CREATE_COMPLETE" == stacks.settled(stack)
    assert "DELETE_FAILED" == stacks.delete(stack)
    assert "logs:DeleteLogGroup" in failure(stacks, stack, "DELETE_FAILED")
    put_policy(aws, "cannot-delete", allow("logs:*"), name="own")
    assert "DELETE_COMPLETE" == stacks.delete(stack)


@pytest.mark.parametrize("tagged", [True, False])
def test_the_tags_a_resource_really_carries_decide(
    aws: Emulator, stacks: Stacks, *, tagged: bool
) -> None:
    """The stack's tags do not reach a launch template: without its own it may not be deleted."""
    ours = {"StringEquals": {"aws:ResourceTag/mine": "yes"}}
    role = stack_role(
        aws,
        f"only-mine-{tagged}",
        allow("ec2:Create*", "ec2:Describe*", "ec2:Get*"),
        allow("ec2:Delete*", Condition=ours),
    )
    own = {"ResourceType": "launch-template", "Tags": [{"Key": "mine", "Value": "yes"}]}
    template = {
        "Type": "AWS::EC2::LaunchTemplate",
        "Properties": {
            "LaunchTemplateData": {"InstanceType": "t3.micro"},
            **({"TagSpecifications": [own]} if tagged else {}),
        },
    }
    stack = stacks.create(
        f"launching-{tagged}".lower(),
        {"G": template},
        RoleARN=role,
        Tags=[{"Key": "mine", "Value": "yes"}],
    )
    assert "CREATE_COMPLETE" == stacks.settled(stack)
    assert ("DELETE_COMPLETE" if tagged else "DELETE_FAILED") == stacks.delete(stack)


def test_a_boundary_holds_a_role(aws: Emulator, stacks: Stacks) -> None:
    """What the role's boundary does not allow, its policies cannot give."""
    iam = aws.client("iam")
    document = {"Version": "2012-10-17", "Statement": [allow("s3:*")]}
    made = iam.create_policy(PolicyName="only-s3", PolicyDocument=json.dumps(document))
    role = stack_role(aws, "bounded", allow("*"))
    iam.put_role_permissions_boundary(
        RoleName="bounded", PermissionsBoundary=made["Policy"]["Arn"]
    )
    stack = stacks.create("outside", {"G": GROUP}, RoleARN=role)
    assert "CREATE_FAILED" == stacks.settled(stack)
    assert "no permissions boundary allows" in failure(stacks, stack, "CREATE_FAILED")


def test_a_role_that_is_not_there_may_do_nothing(aws: Emulator, stacks: Stacks) -> None:
    """A stack that names no role of the account makes nothing; one without a role is not held."""
    role = f"arn:aws:iam::{ACCOUNT}:role/nobody"
    assert "CREATE_FAILED" == stacks.settled(stacks.create("orphan", {"G": GROUP}, RoleARN=role))
    assert "CREATE_COMPLETE" == stacks.settled(stacks.create("free", {"G": GROUP}))


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("HTTP from anywhere (80/tcp); a-b_c: #1, @x [1]+=&{}!$*.", "CREATE_COMPLETE"),
        ("Elastic Beanstalk's proxy", "CREATE_FAILED"),
        ("a … b", "CREATE_FAILED"),
        ("x" * 256, "CREATE_FAILED"),
    ],
)
@pytest.mark.parametrize("where", ["group", "SecurityGroupIngress", "SecurityGroupEgress"])
def test_ec2_takes_certain_characters(stacks: Stacks, where: str, text: str, status: str) -> None:
    """A description that EC2 refuses fails the group that has it, in EC2's words."""
    rule = {"IpProtocol": "tcp", "FromPort": 1, "ToPort": 1, "CidrIp": "10.0.0.0/8"}
    rules = {} if where == "group" else {where: [{**rule, "Description": text}]}
    group = {
        "Type": "AWS::EC2::SecurityGroup",
        "Properties": {"GroupDescription": text if where == "group" else "A group", **rules},
    }
    stack = stacks.create(f"texts-{uuid.uuid4()}", {"G": group})
    assert status == stacks.settled(stack)
    if status == "CREATE_FAILED":
        assert "from the following set" in failure(stacks, stack, "CREATE_FAILED")
