"""What CloudFormation may do for a demo: all that its resource handlers call, and no more."""

from typing import Final

import pytest

from .stack_role import OURS, allows

ACCOUNT: Final = "111122223333"
RDS: Final = f"arn:aws:rds:eu-central-1:{ACCOUNT}"
ECS: Final = f"arn:aws:ecs:eu-central-1:{ACCOUNT}"
CLUSTER: Final = "stelligent-demo-demo1234-ecs-Cluster-a1"


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("rds:CreateDBInstance", f"{RDS}:db:stelligent-demo-demo1234-rds-database-a1"),
        # RDS User Guide, "Permission policies to create, modify and delete resources".
        ("rds:CreateDBInstance", f"{RDS}:og:default:mysql-8-4"),
        ("rds:ModifyDBInstance", f"{RDS}:og:default:mysql-8-4"),
        ("rds:ModifyDBParameterGroup", f"{RDS}:pg:stelligent-demo-demo1234-rds-settings-a1"),
        ("rds:DescribeDBInstances", f"{RDS}:db:*"),
        # These name no resource (Service Authorization Reference, Amazon RDS).
        ("rds:DescribeEngineDefaultParameters", "*"),
        ("rds:DescribeEvents", "*"),
    ],
)
def test_databases(action: str, resource: str) -> None:
    """A database comes up: on its own name, RDS's default option group, and reads of no name."""
    assert allows(action, resource)


@pytest.mark.parametrize(
    "action", ["rds:DeleteDBInstance", "rds:ModifyDBInstance", "rds:AddTagsToResource"]
)
def test_other_databases(action: str) -> None:
    """A database of another name is out of every demo's reach."""
    assert not allows(action, f"{RDS}:db:payroll")


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("ecs:CreateService", f"{ECS}:service/{CLUSTER}/page"),
        ("ecs:ListServiceDeployments", f"{ECS}:service/{CLUSTER}/page"),
        ("ecs:DescribeServiceDeployments", f"{ECS}:service-deployment/{CLUSTER}/page/a1"),
        ("ecs:StopServiceDeployment", f"{ECS}:service-deployment/{CLUSTER}/page/a1"),
    ],
)
def test_services(action: str, resource: str) -> None:
    """AWS::ECS::Service follows the deployments of the service it makes."""
    assert allows(action, resource)


def test_launch_templates() -> None:
    """A launch template goes where it carries the service's tag, and only there."""
    template = f"arn:aws:ec2:eu-central-1:{ACCOUNT}:launch-template/lt-1"
    assert allows("ec2:DeleteLaunchTemplate", template, OURS)
    assert not allows("ec2:DeleteLaunchTemplate", template)
