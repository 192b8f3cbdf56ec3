"""Where candidates come from: the tag index, and the services themselves.

A source may name what is gone, as it is looked up afterwards. Where a service has a filter for
tags that filter is used; where it lists names, those that begin with the demo's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from chalicelib.core.naming import PREFIX

TAG: Final = f"{PREFIX}:demo-id"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Whose leftovers to look for, and where."""

    demo_id: str
    region: str
    account: str
    partition: str
    client: Callable[[str], Any]

    @property
    def stem(self) -> str:
        """Return what the name of everything that this demo's stacks name begins with."""
        return f"{PREFIX}-{self.demo_id}"

    def named(self, name: str) -> bool:
        """Whether a name is this demo's; another demo's id may begin with this one's."""
        return name == self.stem or name.startswith(f"{self.stem}-")

    def tagged(self, tags: Iterable[Mapping[str, str]]) -> bool:
        """Whether a resource's tags are this demo's."""
        return any((t["Key"], t.get("Value")) == (TAG, self.demo_id) for t in tags)

    def pages(self, service: str, operation: str, **arguments: Any) -> Iterator[Any]:
        """Yield every page of an answer."""
        yield from self.client(service).get_paginator(operation).paginate(**arguments)


def _index(scope: Scope) -> Iterator[str]:
    filters = [{"Key": TAG, "Values": [scope.demo_id]}]
    for page in scope.pages("resourcegroupstaggingapi", "get_resources", TagFilters=filters):
        yield from (r["ResourceARN"] for r in page["ResourceTagMappingList"])


def _ec2(scope: Scope) -> Iterator[str]:
    filters = [{"Name": "key", "Values": [TAG]}, {"Name": "value", "Values": [scope.demo_id]}]
    stem = f"arn:{scope.partition}:ec2:{scope.region}:{scope.account}"
    for page in scope.pages("ec2", "describe_tags", Filters=filters):
        yield from (f"{stem}:{t['ResourceType']}/{t['ResourceId']}" for t in page["Tags"])


def _auto_scaling(scope: Scope) -> Iterator[str]:
    # The tag index knows no Auto Scaling groups.
    filters = [{"Name": f"tag:{TAG}", "Values": [scope.demo_id]}]
    for page in scope.pages("autoscaling", "describe_auto_scaling_groups", Filters=filters):
        for group in page["AutoScalingGroups"]:
            if scope.tagged(group["Tags"]):
                yield group["AutoScalingGroupARN"]


def _beanstalk(scope: Scope) -> Iterator[str]:
    # Applications take no tags from their stack (CloudFormation's registry: not taggable), and
    # their versions go with them.
    for application in scope.client("elasticbeanstalk").describe_applications()["Applications"]:
        if scope.named(application["ApplicationName"]):
            yield application["ApplicationArn"]


def _buckets(scope: Scope) -> Iterator[str]:
    where = {"Prefix": f"{scope.stem}-", "BucketRegion": scope.region}
    for page in scope.pages("s3", "list_buckets", **where):
        yield from (f"arn:{scope.partition}:s3:::{b['Name']}" for b in page["Buckets"])


def _databases(scope: Scope) -> Iterator[str]:
    for page in scope.pages("rds", "describe_db_instances"):
        for database in page["DBInstances"]:
            if scope.tagged(database.get("TagList", ())):
                yield database["DBInstanceArn"]


def _secrets(scope: Scope) -> Iterator[str]:
    filters = [
        {"Key": "tag-key", "Values": [TAG]},
        {"Key": "tag-value", "Values": [scope.demo_id]},
    ]
    for page in scope.pages("secretsmanager", "list_secrets", Filters=filters):
        for secret in page["SecretList"]:
            if scope.tagged(secret.get("Tags", ())):
                yield secret["ARN"]


def _roles(scope: Scope) -> Iterator[str]:
    # The tag index knows no roles.
    for page in scope.pages("iam", "list_roles", PathPrefix=f"/{PREFIX}/"):
        yield from (r["Arn"] for r in page["Roles"] if scope.named(r["RoleName"]))


def _instance_profiles(scope: Scope) -> Iterator[str]:
    for page in scope.pages("iam", "list_instance_profiles", PathPrefix=f"/{PREFIX}/"):
        for profile in page["InstanceProfiles"]:
            if scope.named(profile["InstanceProfileName"]):
                yield profile["Arn"]


SOURCES: Final[Mapping[str, Callable[[Scope], Iterable[str]]]] = {
    "the tag index": _index,
    "EC2": _ec2,
    "Auto Scaling": _auto_scaling,
    "Elastic Beanstalk": _beanstalk,
    "S3": _buckets,
    "RDS": _databases,
    "Secrets Manager": _secrets,
    "IAM roles": _roles,
    "IAM instance profiles": _instance_profiles,
}
