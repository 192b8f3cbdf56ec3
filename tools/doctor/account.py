"""The account that is checked: its clients, the deployed service's settings, the templates."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.core.catalog import Catalog
from chalicelib.core.naming import PREFIX, parse_stack_name
from tools.rights.resources import Place
from tools.rights.template import Stack

ClientFactory = Callable[[str], Any]


@dataclass(frozen=True)
class Account:
    """One account and region with the service's stack deployed in it.

    `template_bodies` maps each component to its template's text, `stacks` to the stack it would
    be, with a value for every parameter.
    """

    stack_name: str
    client: ClientFactory
    catalog: Catalog
    template_bodies: Mapping[str, str]
    stacks: Mapping[str, Stack]

    @functools.cached_property
    def parameters(self) -> dict[str, str]:
        """The values of the deployed service's parameters; ClientError where it is not there."""
        stacks = self.client("cloudformation").describe_stacks(StackName=self.stack_name)
        given = stacks["Stacks"][0].get("Parameters", [])
        return {p["ParameterKey"]: p["ParameterValue"] for p in given}

    def physical_id(self, logical_id: str) -> str:
        """Return the physical id of one of the service's own resources."""
        found = self.client("cloudformation").describe_stack_resource(
            StackName=self.stack_name, LogicalResourceId=logical_id
        )
        return str(found["StackResourceDetail"]["PhysicalResourceId"])

    def role_arn(self, logical_id: str) -> str:
        """Return the ARN of one of the service's own roles."""
        role = self.client("iam").get_role(RoleName=self.physical_id(logical_id))
        return str(role["Role"]["Arn"])

    @functools.cached_property
    def live(self) -> Counter[str]:
        """How many stacks of each component this service has standing in the region now."""
        counted: Counter[str] = Counter()
        pages = self.client("cloudformation").get_paginator("describe_stacks").paginate()
        for stack in (stack for page in pages for stack in page["Stacks"]):
            ours = parse_stack_name(stack["StackName"])
            tags = {tag["Key"]: tag["Value"] for tag in stack.get("Tags", [])}
            if ours and tags.get(f"{PREFIX}:service") == self.stack_name:
                counted[ours[1]] += 1
        return counted


def place_of(client: ClientFactory, stack_name: str) -> Place:
    """Return where a client's calls go, and where the service is deployed there."""
    identity = client("sts").get_caller_identity()
    return Place(
        region=str(client("sts").meta.region_name),
        account=identity["Account"],
        partition=identity["Arn"].split(":")[1],
        stack_name=stack_name,
    )
