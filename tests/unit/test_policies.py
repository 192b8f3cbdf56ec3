"""Each function's role is its own, and small."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tools.infrastructure.template import chalice_config

CHALICE = Path(__file__).resolve().parents[2] / ".chalice"
FUNCTIONS = chalice_config()["lambda_functions"]

# Actions that need no resource (Service Authorization Reference of each service), and two that
# are asked for lists without naming anything.
WITHOUT_RESOURCE = {
    "autoscaling:DescribeAccountLimits",
    "autoscaling:DescribeAutoScalingGroups",
    "cloudformation:DescribeStacks",
    "ec2:DescribeAddresses",
    "ec2:DescribeInstances",
    "ec2:DescribeInternetGateways",
    "ec2:DescribeLaunchTemplates",
    "ec2:DescribeNatGateways",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeRouteTables",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeTags",
    "ec2:DescribeVolumes",
    "ec2:DescribeVpcEndpoints",
    "ec2:DescribeVpcs",
    "ecs:DescribeTaskDefinition",
    "elasticbeanstalk:DescribeApplications",
    "elasticloadbalancing:DescribeAccountLimits",
    "elasticloadbalancing:DescribeListeners",
    "elasticloadbalancing:DescribeLoadBalancers",
    "elasticloadbalancing:DescribeRules",
    "elasticloadbalancing:DescribeTargetGroups",
    "iam:ListInstanceProfiles",
    "iam:ListRoles",
    "logs:DescribeLogGroups",
    "rds:DescribeAccountAttributes",
    "rds:DescribeDBInstances",
    "s3:ListAllMyBuckets",
    "secretsmanager:ListSecrets",
    "servicequotas:GetServiceQuota",
    "servicequotas:ListAWSDefaultServiceQuotas",
    "tag:GetResources",
}


def _statements(name: str) -> list[dict[str, Any]]:
    policy = CHALICE / FUNCTIONS[name]["iam_policy_file"]
    return list(json.loads(policy.read_text())["Statement"])


def test_no_two_functions_share_a_policy_file() -> None:
    """A right given to one is given to no other."""
    files = [f["iam_policy_file"] for f in FUNCTIONS.values()]
    assert len(files) == len(set(files))
    on_disk = {f"policies/{p.name}" for p in (CHALICE / "policies").iterdir()}
    assert on_disk == set(files)


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_no_action_is_a_pattern_and_no_resource_is_everything(name: str) -> None:
    """Actions are named one by one; "*" stands only where AWS offers no resource."""
    for statement in _statements(name):
        assert not [a for a in statement["Action"] if "*" in a]
        if statement["Resource"] == "*":
            assert set(statement["Action"]) <= WITHOUT_RESOURCE


def test_only_create_stack_hands_a_role_over() -> None:
    """iam:PassRole is one function's, for one role, to one service."""
    passing = {
        name: statement
        for name in FUNCTIONS
        for statement in _statements(name)
        if "iam:PassRole" in statement["Action"]
    }
    assert {"create_stack"} == set(passing)
    assert {"Fn::GetAtt": ["StackRole", "Arn"]} == passing["create_stack"]["Resource"]


def test_stacks_are_created_with_the_bounded_role_only() -> None:
    """CreateStack without our service role is refused by IAM."""
    statement = next(
        s for s in _statements("create_stack") if "cloudformation:CreateStack" in s["Action"]
    )
    assert "cloudformation:RoleArn" in statement["Condition"]["StringEquals"]


@pytest.mark.parametrize(
    ("name", "action"),
    [
        ("delete_stack", "cloudformation:DeleteStack"),
        ("lift_protection", "cloudformation:UpdateTerminationProtection"),
    ],
)
def test_the_services_own_stack_is_out_of_reach(name: str, action: str) -> None:
    """It is named as demos' stacks are, so it is denied by name."""
    (denied,) = [s for s in _statements(name) if s["Effect"] == "Deny"]
    assert [action] == denied["Action"]
    stacks = "arn:${AWS::Partition}:cloudformation:*:${AWS::AccountId}:stack"
    assert [
        {"Fn::Sub": f"{stacks}/stelligent-demo-service/*"},
        {"Fn::Sub": f"{stacks}/stelligent-demo-service-*/*"},
    ] == denied["Resource"]
