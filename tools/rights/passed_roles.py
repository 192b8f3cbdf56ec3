"""The roles that a call hands over to a service, and so needs iam:PassRole for."""

from collections.abc import Iterator, Mapping
from typing import Final

from tools.rights import beanstalk
from tools.rights.resources import Resource, arn

Others = Mapping[tuple[str, str], Resource]
"""A demo's resources by their kind in the reference, with their name, reference or ARN."""

_PROPERTIES: Final[Mapping[str, Mapping[str, str]]] = {
    "AWS::ECS::Service": {"Role": "ecs"},
    "AWS::ECS::TaskDefinition": {"ExecutionRoleArn": "ecs-tasks", "TaskRoleArn": "ecs-tasks"},
    "AWS::IAM::InstanceProfile": {"Roles": "ec2"},
    "AWS::Lambda::Function": {"Role": "lambda"},
    "AWS::RDS::DBInstance": {
        "MonitoringRoleArn": "monitoring.rds",
        "AssociatedRoles.RoleArn": "rds",
    },
}
"""By type: the property with a role's name or ARN, and the service that takes it over."""

_LINKED: Final[Mapping[str, tuple[str, str]]] = {
    "AWS::AutoScaling::AutoScalingGroup": ("autoscaling", "AutoScaling"),
    "AWS::ECS::Cluster": ("ecs", "ECS"),
    "AWS::ElasticLoadBalancingV2::LoadBalancer": ("elasticloadbalancing", "ElasticLoadBalancing"),
    "AWS::RDS::DBInstance": ("rds", "RDS"),
}
"""By type: the service whose linked role is made with an account's first such resource."""


def index(resources: Iterator[Resource]) -> Others:
    """Return resources by all that a property may name them with."""
    return {
        (resource.kind.target, called): resource
        for resource in resources
        for called in (resource.name, resource.reference, resource.arn)
    }


def passed_roles(resource: Resource, others: Others) -> Iterator[tuple[str, str]]:
    """Yield each role's ARN that a resource hands over, and the service that takes it."""
    for path, service in _PROPERTIES.get(resource.type, {}).items():
        for value in resource.values(path):
            yield _role_arn(str(value), resource, others), f"{service}.amazonaws.com"
    match resource.type:
        case "AWS::AutoScaling::AutoScalingGroup":
            launch_template = others.get(
                ("ec2:launch-template", _first(resource, "LaunchTemplate.LaunchTemplateId"))
            )
            if launch_template is not None:
                for path in ("Arn", "Name"):
                    profile = _first(
                        launch_template, f"LaunchTemplateData.IamInstanceProfile.{path}"
                    )
                    yield from _of_profile(profile, resource, others)
        case beanstalk.TYPE:
            options = beanstalk.options_of(resource)
            if role := options.get("ServiceRole"):
                # A name alone is the whole of it here, path and all (Elastic Beanstalk Developer
                # Guide, "General options for all environments").
                given = role if role.startswith("arn:") else ""
                role_arn = given or arn("iam:role", role.lstrip("/"), resource.place)
                yield role_arn, "elasticbeanstalk.amazonaws.com"
            yield from _of_profile(options.get("IamInstanceProfile", ""), resource, others)


def service_linked_role(resource: Resource) -> tuple[str, str] | None:
    """Return the ARN and the service of the linked role that a resource may have to make."""
    linked = _LINKED.get(resource.type)
    if linked is None:
        return None
    service, name = linked
    name = f"aws-service-role/{service}.amazonaws.com/AWSServiceRoleFor{name}"
    return arn("iam:role", name, resource.place), f"{service}.amazonaws.com"


def _of_profile(profile: str, resource: Resource, others: Others) -> Iterator[tuple[str, str]]:
    if found := others.get(("iam:instance-profile", profile)):
        for role in found.properties.get("Roles", ()):
            yield _role_arn(str(role), resource, others), "ec2.amazonaws.com"


def _role_arn(role: str, resource: Resource, others: Others) -> str:
    """Return the ARN of a role given by its name or its ARN."""
    if role.startswith("arn:"):
        return role
    found = others.get(("iam:role", role))
    return arn("iam:role", role, resource.place) if found is None else found.arn


def _first(resource: Resource, path: str) -> str:
    return str(next(resource.values(path), ""))
