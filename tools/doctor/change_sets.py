"""What CloudFormation itself says of every template, without making anything.

A change set of a new stack is requested and deleted. CloudFormation resolves the parameters,
checks them against the account and validates the resources (CloudFormation User Guide,
"Validate stack deployments"). Sample values replace those that another component would give.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Mapping
from typing import Any, Final

from botocore.exceptions import ClientError

from chalicelib.core.catalog import Component, Parameter
from chalicelib.core.naming import stack_name
from chalicelib.core.platforms import newest
from tools.doctor.account import Account
from tools.doctor.findings import Finding, judged, not_asked

CHECK: Final = "template"
_PATIENCE: Final = 120.0
_POLL_SECONDS: Final = 2.0


class NothingToNameError(Exception):
    """The account has no resource of a kind that a template's parameter must name."""


def check_templates(account: Account) -> Iterator[Finding]:
    """Request a change set of each template, and delete it."""
    role = account.role_arn("StackRole")
    for name, stack in account.stacks.items():
        try:
            values = _values(account, account.catalog.components[name], stack.parameters)
            ok, detail = _tried(account, name, values, role)
        except (ClientError, NothingToNameError) as error:
            yield not_asked(CHECK, name, error)
        else:
            remedy = "correct the template, or what the reason names, and run this again"
            yield judged(CHECK, name, ok=ok, detail=detail, remedy=remedy)


def _tried(
    account: Account, component: str, values: Mapping[str, str], role: str
) -> tuple[bool, str]:
    client = account.client("cloudformation")
    stack = stack_name(f"doctor{secrets.token_hex(2)}", component)
    try:
        client.create_change_set(
            StackName=stack,
            ChangeSetName="doctor",
            ChangeSetType="CREATE",
            TemplateBody=account.template_bodies[component],
            Parameters=[
                {"ParameterKey": name, "ParameterValue": value} for name, value in values.items()
            ],
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"],
            RoleARN=role,
        )
        return _outcome(client, stack)
    finally:
        client.delete_stack(StackName=stack)


def _outcome(client: Any, stack: str) -> tuple[bool, str]:
    """Wait until the change set is judged; return whether it could be executed, and why not."""
    until = time.monotonic() + _PATIENCE
    while True:
        found = client.describe_change_set(StackName=stack, ChangeSetName="doctor")
        match found["Status"]:
            case "CREATE_COMPLETE":
                return True, f"{len(found['Changes'])} resources"
            case "FAILED":
                return False, str(found.get("StatusReason", "failed without a reason"))
        if time.monotonic() > until:
            return False, f"still {found['Status']} after {_PATIENCE:.0f} s"
        time.sleep(_POLL_SECONDS)


def _values(
    account: Account, component: Component, stand_ins: Mapping[str, str]
) -> dict[str, str]:
    """Return the parameters: real ones where CloudFormation looks them up, stand-ins elsewhere."""
    return {
        name: _real(account, parameter) or _platform(account, component, name) or stand_ins[name]
        for name, parameter in component.parameters.items()
        if name in component.solution_stacks or parameter.default is None
    }


def _platform(account: Account, component: Component, parameter: str) -> str | None:
    pattern = component.solution_stacks.get(parameter)
    if pattern is None:
        return None
    names = account.client("elasticbeanstalk").list_available_solution_stacks()["SolutionStacks"]
    return newest(names, pattern)


_LISTED: Final = {
    "AWS::EC2::VPC::Id": ("describe_vpcs", "Vpcs", "VpcId"),
    "AWS::EC2::Subnet::Id": ("describe_subnets", "Subnets", "SubnetId"),
    "AWS::EC2::SecurityGroup::Id": ("describe_security_groups", "SecurityGroups", "GroupId"),
}


def _real(account: Account, parameter: Parameter) -> str | None:
    """Return ids of the account's own for a type that CloudFormation looks up; None for others."""
    kind = parameter.type.removeprefix("List<").removesuffix(">")
    if kind not in _LISTED:
        return None
    operation, key, field = _LISTED[kind]
    found = getattr(account.client("ec2"), operation)()[key]
    if not found:
        raise NothingToNameError(f"the account has no {kind} for {parameter.name} to name")
    return ",".join(x[field] for x in found[: 2 if parameter.type.startswith("List<") else 1])
