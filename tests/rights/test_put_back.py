"""Each error that AWS would have found is found here, when it is put back."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

from tools.rights.check import Needs, refusals, text_faults
from tools.rights.demo import stacks_of
from tools.rights.service import service

from .conftest import Copy


def _denied(needs: Needs) -> set[tuple[str, str, str]]:
    """Return the component, the resource and the action of each refusal."""
    return {(need.group, need.subject, verdict.action) for need, verdict in refusals(needs.needs)}


def _texts(copy: Copy) -> list[tuple[str, str, str]]:
    stacks = stacks_of(service(copy.root), copy.root)
    return [(group, subject, fault.where) for group, subject, fault in text_faults(stacks)]


def _without(statements: list[Any], *actions: str) -> None:
    for statement in statements:
        if statement["Effect"] == "Allow" and isinstance(statement["Action"], list):
            statement["Action"] = [
                pattern
                for pattern in statement["Action"]
                if not any(fnmatchcase(action, pattern) for action in actions)
            ]


def test_as_it_is(copy: Copy) -> None:
    """Unchanged, the copy has no fault; so each below is that of its change."""
    assert not _denied(copy.needs())
    assert not _texts(copy)


def test_an_apostrophe_in_a_rule(copy: Copy) -> None:
    """EC2 refuses a rule's description with an apostrophe."""
    with copy.resource("sg", "ApplicationGroup") as group:
        group["SecurityGroupIngress"][1]["Description"] = "Elastic Beanstalk's proxy"
    assert [("sg", "ApplicationGroup", "SecurityGroupIngress.Description")] == _texts(copy)


def test_a_database_without_its_option_group(copy: Copy) -> None:
    """RDS authorises CreateDBInstance on the default option group, too."""
    with copy.stack_role() as statements:
        defaults = next(s for s in statements if s["Sid"] == "DatabaseDefaults")
        defaults["Resource"] = "arn:aws:rds:*:111122223333:db:stelligent-demo-*"
    assert ("rds", "Database", "rds:CreateDBInstance") in _denied(copy.needs())


def test_a_look_up_without_a_resource_level(copy: Copy) -> None:
    """DescribeEngineDefaultParameters is granted on everything, or not at all."""
    with copy.stack_role() as statements:
        _without(statements, "rds:DescribeEngineDefaultParameters")
        named = next(s for s in statements if s["Sid"] == "Databases")
        named["Action"].append("rds:DescribeEngineDefaultParameters")
    assert ("rds", "Settings", "rds:DescribeEngineDefaultParameters") in _denied(copy.needs())


def test_a_pinned_platform(copy: Copy) -> None:
    """Elastic Beanstalk takes no new environment on a platform version of yesterday."""
    with copy.resource("eb", "Environment") as environment:
        environment["SolutionStackName"] = "64bit Amazon Linux 2023 v4.9.0 running Docker"
    assert [("eb", "Environment", "SolutionStackName")] == _texts(copy)


def test_a_service_role_by_name(copy: Copy) -> None:
    """Elastic Beanstalk looks for a role of that name without its path."""
    with copy.resource("eb", "Environment") as environment:
        option = next(o for o in environment["OptionSettings"] if o["OptionName"] == "ServiceRole")
        option["Value"] = {"Ref": "ServiceRole"}
    assert {("eb", "Environment", "iam:PassRole")} == _denied(copy.needs())


def test_deployments_of_a_service(copy: Copy) -> None:
    """An ECS service's handler follows its deployments."""
    actions = ("ecs:ListServiceDeployments", "ecs:DescribeServiceDeployments")
    with copy.stack_role() as statements:
        _without(statements, *actions)
    assert {("ecs", "Service", action) for action in actions} <= _denied(copy.needs())


def test_a_launch_template_without_the_services_tag(copy: Copy) -> None:
    """A stack's tags do not reach it, so nothing else lets it be deleted."""
    for component in ("ecs", "asg", "jenkins"):
        with copy.resource(component, "LaunchTemplate") as launch_template:
            tags = launch_template["TagSpecifications"][0]["Tags"]
            launch_template["TagSpecifications"][0]["Tags"] = tags[:1]
    denied = _denied(copy.needs())
    assert {
        (component, "LaunchTemplate", "ec2:DeleteLaunchTemplate")
        for component in ("ecs", "asg", "jenkins")
    } <= denied


def test_beanstalks_launch_template_without_tags(copy: Copy) -> None:
    """Nor do an environment's tags reach the one that Elastic Beanstalk makes, unless asked to."""
    with copy.resource("eb", "Environment") as environment:
        environment["OptionSettings"] = [
            option
            for option in environment["OptionSettings"]
            if option["OptionName"] != "LaunchTemplateTagPropagationEnabled"
        ]
    assert ("eb", "AWSEBEC2LaunchTemplate", "ec2:DeleteLaunchTemplate") in _denied(copy.needs())


def test_a_role_given_more_than_its_boundary(copy: Copy) -> None:
    """What a template gives a role and the boundary keeps from it is found, by name."""
    with copy.resource("jenkins", "InstanceRole") as role:
        statement = role["Policies"][0]["PolicyDocument"]["Statement"][0]
        statement["Action"] = "secretsmanager:PutSecretValue"
    assert {("jenkins", "InstanceRole", "secretsmanager:PutSecretValue")} == _denied(copy.needs())
