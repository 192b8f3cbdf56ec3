"""The Resource Groups Tagging API behind the Leftovers port, with its stale answers checked.

The tag index goes on listing some kinds of resource for a while after they are gone, or keeps
them as inactive for ever (a terminated instance, a deregistered task definition). Those kinds
are looked up where they live; for every other kind the index is believed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from botocore.exceptions import ClientError

from chalicelib.adapters.aws import client, code_of, ours, translated
from chalicelib.core.demo import PREFIX
from chalicelib.core.errors import AccessDenied


class TagSearch:
    """The search in one region."""

    def __init__(self, region: str) -> None:
        self._region = region

    @translated
    def find(self, demo_id: str) -> tuple[str, ...]:
        """Return the ARN of every resource that still carries the demo's tag."""
        pages = (
            client("resourcegroupstaggingapi", self._region)
            .get_paginator("get_resources")
            .paginate(TagFilters=[{"Key": f"{PREFIX}:demo-id", "Values": [demo_id]}])
        )
        arns = (r["ResourceARN"] for page in pages for r in page["ResourceTagMappingList"])
        return tuple(arn for arn in arns if self._lives(arn))

    def _lives(self, arn: str) -> bool:
        service, resource = arn.split(":", 5)[2], arn.split(":", 5)[5]
        kind = resource.partition("/")[0] if "/" in resource else resource.partition(":")[0]
        look = _LOOKS.get(f"{service}:{kind}") or _LOOKS.get(service)
        if look is None:
            return True
        try:
            return look(lambda name: client(name, self._region), arn)
        except ClientError as error:
            if any(sign in code_of(error) for sign in _ABSENT):
                return False
            if isinstance(ours(error), AccessDenied):
                return True  # nobody here may look, so the index is believed
            raise


Clients = Callable[[str], Any]
_ABSENT: Final = ("NotFound", "NoSuch", "404", "ValidationError")


def _stack(clients: Clients, arn: str) -> bool:
    stacks = clients("cloudformation").describe_stacks(StackName=arn)["Stacks"]
    return any(s["StackStatus"] != "DELETE_COMPLETE" for s in stacks)


def _instance(clients: Clients, arn: str) -> bool:
    found = clients("ec2").describe_instances(InstanceIds=[arn.rpartition("/")[2]])
    states = [i["State"]["Name"] for r in found["Reservations"] for i in r["Instances"]]
    return any(state != "terminated" for state in states)


def _task_definition(clients: Clients, arn: str) -> bool:
    found = clients("ecs").describe_task_definition(taskDefinition=arn)
    return bool(found["taskDefinition"]["status"] == "ACTIVE")


def _cluster(clients: Clients, arn: str) -> bool:
    clusters = clients("ecs").describe_clusters(clusters=[arn])["clusters"]
    return any(c["status"] != "INACTIVE" for c in clusters)


def _secret(clients: Clients, arn: str) -> bool:
    return "DeletedDate" not in clients("secretsmanager").describe_secret(SecretId=arn)


def _bucket(clients: Clients, arn: str) -> bool:
    clients("s3").head_bucket(Bucket=arn.rpartition(":")[2])
    return True


_LOOKS: Final[Mapping[str, Callable[[Clients, str], bool]]] = {
    "cloudformation:stack": _stack,
    "ec2:instance": _instance,
    "ecs:task-definition": _task_definition,
    "ecs:cluster": _cluster,
    "secretsmanager:secret": _secret,
    "s3": _bucket,
}
