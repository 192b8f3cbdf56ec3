"""A request is decided as the IAM User Guide says ("Policy evaluation logic")."""

from __future__ import annotations

from typing import Any

import pytest

from tools.rights.policy import (
    Allowed,
    Denied,
    Document,
    Request,
    Role,
    UnreadablePolicyError,
    decide,
)

VPC = "arn:aws:ec2:eu-central-1:111122223333:vpc/vpc-1"


def _document(*statements: dict[str, Any]) -> Document:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def _allow(action: str, resource: str = "*", **condition: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    return {**statement, "Condition": condition} if condition else statement


def _role(*statements: dict[str, Any], boundary: Document | None = None) -> Role:
    return Role("stack-role", (_document(*statements),), boundary)


def _request(action: str = "ec2:DeleteVpc", resource: str = VPC, **context: str) -> Request:
    return Request(action, resource, "eu-central-1", tuple(context.items()))


TAGGED: dict[str, Any] = {"StringEquals": {"aws:ResourceTag/stelligent-demo:service": "dev"}}


@pytest.mark.parametrize(
    ("statement", "allowed"),
    [
        (_allow("ec2:DeleteVpc"), True),
        (_allow("EC2:delete*"), True),
        (_allow("ec2:DeleteVpcs"), False),
        (_allow("ec2:*", "arn:aws:ec2:*:111122223333:vpc/*"), True),
        (_allow("ec2:*", "arn:aws:ec2:*:111122223333:VPC/*"), False),
        (_allow("ec2:*", "arn:aws:ec2:*:111122223333:subnet/*"), False),
        ({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}, True),
        ({"Effect": "Allow", "NotAction": "ec2:*", "Resource": "*"}, False),
        ({"Effect": "Allow", "Action": "*", "NotResource": VPC}, False),
    ],
)
def test_actions_match_in_any_case_and_resources_as_they_are(
    statement: dict[str, Any], *, allowed: bool
) -> None:
    """Wildcards stand for any characters; only an action's case does not matter."""
    assert isinstance(decide(_role(statement), _request()), Allowed) == allowed


def test_an_action_without_resources_wants_a_statement_about_everything() -> None:
    """What has no resource level is authorised on "*", which no ARN pattern matches."""
    request = _request("rds:DescribeEvents", "*")
    on_arns = _role(_allow("rds:*", "arn:aws:rds:*:111122223333:*"))
    assert isinstance(decide(on_arns, request), Denied)
    assert isinstance(decide(_role(_allow("rds:*")), request), Allowed)


@pytest.mark.parametrize(("tag", "allowed"), [("dev", True), ("prod", False), (None, False)])
def test_a_tag_condition_wants_the_tag_to_be_there(tag: str | None, *, allowed: bool) -> None:
    """A key that the request lacks meets no positive condition."""
    key = {"aws:resourcetag/stelligent-demo:service": tag} if tag else {}
    verdict = decide(_role(_allow("ec2:*", **TAGGED)), _request(**key))
    assert isinstance(verdict, Allowed) == allowed


def test_a_deny_wins_over_every_allow() -> None:
    """An explicit deny is final, and its message says that there is one."""
    verdict = decide(_role(_allow("*")).without("ec2:DeleteVpc"), _request())
    assert isinstance(verdict, Denied)
    assert verdict.message.endswith("with an explicit deny in an identity-based policy")


def test_a_boundary_and_a_policy_must_both_allow() -> None:
    """What a boundary leaves out is refused, in AWS's words."""
    role = _role(_allow("*"), boundary=_document(_allow("s3:*")))
    assert isinstance(decide(role, _request("s3:ListAllMyBuckets", "*")), Allowed)
    verdict = decide(role, _request())
    assert isinstance(verdict, Denied)
    assert verdict.message == (
        "User: arn:aws:sts::111122223333:assumed-role/stack-role/AWSCloudFormation is not "
        f"authorized to perform: ec2:DeleteVpc on resource: {VPC} because no permissions "
        "boundary allows the ec2:DeleteVpc action"
    )


@pytest.mark.parametrize(
    "statement",
    [
        _allow("ec2:*", StringMatches={"aws:ResourceTag/a": "b"}),
        _allow("ec2:*", StringEquals={"ec2:InstanceProfile": "b"}),
        _allow("s3:*", "arn:aws:s3:::${aws:username}"),
        {"Effect": "Allow", "Action": "s3:*", "Resource": []},
    ],
)
def test_what_cannot_be_evaluated_is_refused(statement: dict[str, Any]) -> None:
    """A condition that nobody evaluates never passes for one that is not met."""
    with pytest.raises(UnreadablePolicyError):
        decide(_role(statement), _request())
