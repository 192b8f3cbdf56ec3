"""What CloudFormation may do for a demo: all that its resource handlers call, and no more."""

import json
from typing import Final

import pytest

from .stack_role import OURS, SERVICE, allows, statements

ACCOUNT: Final = "111122223333"
RDS: Final = f"arn:aws:rds:eu-central-1:{ACCOUNT}"
SECRETS: Final = f"arn:aws:secretsmanager:eu-central-1:{ACCOUNT}:secret"
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


BEANSTALK: Final = (
    ("elasticbeanstalk:CreateEnvironment", "environment/stelligent-demo-a/stelligent-demo-a"),
    ("elasticbeanstalk:TerminateEnvironment", "environment/stelligent-demo-a/stelligent-demo-a"),
    ("elasticbeanstalk:CreateStorageLocation", "*"),
    ("elasticbeanstalk:DescribeEvents", "*"),
    ("cloudformation:CreateStack", "cloudformation:stack/awseb-e-a1-stack/1"),
    ("cloudformation:DeleteStack", "cloudformation:stack/awseb-e-a1-stack/1"),
    ("cloudformation:DescribeStackResources", "cloudformation:stack/awseb-e-a1-stack/1"),
    ("cloudformation:ValidateTemplate", "*"),
    (
        "autoscaling:DeleteAutoScalingGroup",
        "autoscaling:autoScalingGroup:1:autoScalingGroupName/awseb-e-a1",
    ),
    ("cloudwatch:PutMetricAlarm", "cloudwatch:alarm:awseb-e-a1-stack-High"),
    ("cloudwatch:TagResource", "cloudwatch:alarm:awseb-e-a1-stack-High"),
    ("cloudwatch:DeleteAlarms", "cloudwatch:alarm:awseb-e-a1-stack-High"),
    (
        "elasticloadbalancing:DeleteLoadBalancer",
        "elasticloadbalancing:loadbalancer/app/awseb--AWSEB-1/2",
    ),
    ("elasticloadbalancing:DeleteTargetGroup", "elasticloadbalancing:targetgroup/awseb-AWSEB-1/2"),
    (
        "elasticloadbalancing:DeleteListener",
        "elasticloadbalancing:listener/app/awseb--AWSEB-1/2/3",
    ),
    ("iam:ListRoles", "*"),
    ("s3:GetObject", "arn:aws:s3:::elasticbeanstalk-env-resources-eu-central-1/eb.json"),
    ("s3:PutBucketPolicy", f"arn:aws:s3:::elasticbeanstalk-eu-central-1-{ACCOUNT}"),
    ("s3:PutObject", f"arn:aws:s3:::elasticbeanstalk-eu-central-1-{ACCOUNT}/resources/a"),
    ("s3:DeleteObject", f"arn:aws:s3:::elasticbeanstalk-eu-central-1-{ACCOUNT}/resources/a"),
)


def arn(action: str, resource: str) -> str:
    """Return a whole ARN for a short one."""
    if resource == "*" or resource.startswith("arn:"):
        return resource
    service = action.partition(":")[0]
    return f"arn:aws:{service}:eu-central-1:{ACCOUNT}:{resource.removeprefix(f'{service}:')}"


@pytest.mark.parametrize(("action", "resource"), BEANSTALK)
def test_beanstalk(action: str, resource: str) -> None:
    """Elastic Beanstalk acts with StackRole's rights, on the names that it gives itself."""
    assert allows(action, arn(action, resource))


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("cloudformation:DeleteStack", "stack/payroll/1"),
        ("cloudwatch:DeleteAlarms", "alarm:payroll"),
        ("elasticloadbalancing:DeleteLoadBalancer", "loadbalancer/app/payroll/1"),
        ("s3:PutObject", "arn:aws:s3:::elasticbeanstalk-env-resources-eu-central-1/eb.json"),
        ("sns:DeleteTopic", "payroll"),
    ],
)
def test_nothing_of_others(action: str, resource: str) -> None:
    """What neither a demo nor Elastic Beanstalk named is out of reach."""
    assert not allows(action, arn(action, resource))


@pytest.mark.parametrize("role", ["StackRole", "Boundary"])
@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("s3:GetObject", f"arn:aws:s3:::stelligent-service-packages-{ACCOUNT}-eu-central-1/code"),
        ("s3:PutBucketPolicy", f"arn:aws:s3:::stelligent-service-packages-{ACCOUNT}-eu-central-1"),
        ("secretsmanager:GetSecretValue", f"{SECRETS}:stelligent-service/slack-AbCdEf"),
        # Wherever the operator keeps it: here under the demos' own prefix.
        ("secretsmanager:GetSecretValue", f"{SECRETS}:stelligent-demo/slack-AbCdEf"),
    ],
)
def test_the_services_own(role: str, action: str, resource: str) -> None:
    """No demo reaches the service's packages or Slack's secret, whatever tags they carry."""
    assert not allows(action, resource, OURS, role)
    denying = [s for s in statements(role) if s["Effect"] == "Deny"]
    assert ["NeverTheServicesOwn"] == [s["Sid"] for s in denying]


@pytest.mark.parametrize("role", ["StackRole", "Boundary"])
def test_secrets(role: str) -> None:
    """A secret is read where this very service made it for a demo."""
    secret = f"{SECRETS}:stelligent-demo-demo1234-database-AbCdEf"
    assert allows("secretsmanager:GetSecretValue", secret, OURS, role)
    assert not allows("secretsmanager:GetSecretValue", secret, {}, role)


def test_the_services_logs() -> None:
    """A demo's log groups go with it; the service's own stay."""
    logs = f"arn:aws:logs:eu-central-1:{ACCOUNT}:log-group"
    assert allows("logs:DeleteLogGroup", f"{logs}:/stelligent-demo/demo1234/ecs")
    assert not allows("logs:DeleteLogGroup", f"{logs}:/aws/lambda/{SERVICE}-Plan-a1")


def test_sizes() -> None:
    """IAM takes 10,240 characters of inline policies a role and 6,144 of a managed one."""
    sizes = {
        role: len(json.dumps(statements(role), separators=(",", ":")))
        for role in ("StackRole", "Boundary")
    }
    # Less the regions' statement, the envelopes, and the longest name of Slack's secret.
    assert sizes["StackRole"] < 10_240 - 800
    assert sizes["Boundary"] < 6_144 - 100
