"""Whether what the templates name by default is to be had in this region today.

Machine images come from AWS's public parameters (EC2 User Guide, "Reference the latest AMIs using
Systems Manager public parameters"), instance types from the zones that the vpc template takes,
database classes from the engine's own list.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from chalicelib.core.catalog import Parameter
from chalicelib.core.platforms import newest
from tools.doctor.account import Account
from tools.doctor.findings import Finding, judged, not_asked

CHECK: Final = "image"
_IMAGE: Final = "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>"
_MYSQL: Final = "8.4"
"""The version that cfn/rds.yaml names."""
_ZONES: Final = 2
"""The vpc template's subnets lie in the first two zones that the account is offered."""


def check_images(account: Account) -> Iterator[Finding]:
    """Ask for every machine image that a template takes by default."""
    wanted = {
        p.default: name for name, p in _parameters(account) if p.type == _IMAGE and p.default
    }
    if not wanted:
        return
    answer = account.client("ssm").get_parameters(Names=list(wanted))
    found = {p["Name"]: p["Value"] for p in answer["Parameters"]}
    for path, component in wanted.items():
        yield judged(
            CHECK,
            f"{component}: {path}",
            ok=path in found,
            detail=found.get(path, "there is no such public parameter here"),
            remedy=f"choose another image for {component}, or close this region for demos",
        )


def check_instance_types(account: Account) -> Iterator[Finding]:
    """Ask whether each default instance type is offered in both zones of a demo's network."""
    types = sorted(
        {
            p.default
            for _, p in _parameters(account)
            if p.name.endswith("InstanceType") and p.default
        }
    )
    if not types:
        return
    ec2 = account.client("ec2")
    zones = _zones(ec2)
    offers = ec2.describe_instance_type_offerings(
        LocationType="availability-zone",
        Filters=[{"Name": "instance-type", "Values": types}],
    )["InstanceTypeOfferings"]
    offered = {(o["InstanceType"], o["Location"]) for o in offers}
    for kind in types:
        missing = [zone for zone in zones if (kind, zone) not in offered]
        yield judged(
            CHECK,
            f"instance type {kind}",
            ok=not missing,
            detail=f"not offered in {', '.join(missing)}" if missing else f"in {', '.join(zones)}",
            remedy="choose another type, or another region",
        )


def check_databases(account: Account) -> Iterator[Finding]:
    """Ask whether MySQL has each database class that a template takes by default."""
    for component, parameter in _parameters(account):
        if not parameter.name.endswith("DatabaseInstanceClass") or not parameter.default:
            continue
        subject = f"{component}: {parameter.default} for MySQL {_MYSQL}"
        versions = _versions(account, DBInstanceClass=parameter.default)
        if not versions and not any(v.startswith(_MYSQL) for v in _versions(account)):
            yield not_asked(CHECK, subject, f"no class at all is listed for MySQL {_MYSQL} here")
            continue
        yield judged(
            CHECK,
            subject,
            ok=any(version.startswith(_MYSQL) for version in versions),
            detail=f"{len(versions)} versions of MySQL have it",
            remedy="choose another DatabaseInstanceClass, or another region",
        )


def _versions(account: Account, **only: str) -> set[str]:
    options = account.client("rds").get_paginator("describe_orderable_db_instance_options")
    pages = options.paginate(Engine="mysql", PaginationConfig={"MaxItems": 500}, **only)
    return {o["EngineVersion"] for page in pages for o in page["OrderableDBInstanceOptions"]}


def check_platforms(account: Account) -> Iterator[Finding]:
    """Ask Elastic Beanstalk for each platform that the service looks up when it makes a stack."""
    patterns = {
        pattern: name
        for name, component in account.catalog.components.items()
        for pattern in component.solution_stacks.values()
    }
    if not patterns:
        return
    names = account.client("elasticbeanstalk").list_available_solution_stacks()["SolutionStacks"]
    for pattern, component in patterns.items():
        found = newest(names, pattern)
        yield judged(
            CHECK,
            f"{component}: {pattern}",
            ok=found is not None,
            detail=found or "Elastic Beanstalk offers no such platform here",
            remedy=f"change the platform in cfn/{component}.yaml, or choose another region",
        )


def _zones(ec2: Any) -> list[str]:
    zones = ec2.describe_availability_zones(
        Filters=[{"Name": "opt-in-status", "Values": ["opt-in-not-required"]}]
    )["AvailabilityZones"]
    return sorted(z["ZoneName"] for z in zones)[:_ZONES]


def _parameters(account: Account) -> Iterator[tuple[str, Parameter]]:
    for name, component in account.catalog.components.items():
        for parameter in component.parameters.values():
            yield name, parameter
