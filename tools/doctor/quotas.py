"""Whether the account's quotas bear as many demos as there may be, those in pools among them.

What a demo takes of each is the service's own table (`core.account_quotas`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.adapters.account_quotas import quota_value
from chalicelib.core.account_quotas import QUOTAS, Quota
from tools.doctor.account import Account
from tools.doctor.findings import Finding, judged, not_asked

CHECK: Final = "quota"
LISTED_BY: Final[Mapping[str, tuple[str, str, str]]] = {
    "L-F678F1CE": ("ec2", "describe_vpcs", "Vpcs"),
    "L-A4707A72": ("ec2", "describe_internet_gateways", "InternetGateways"),
    "L-0263D0A3": ("ec2", "describe_addresses", "Addresses"),
    "L-53DA6B97": ("elbv2", "describe_load_balancers", "LoadBalancers"),
    "L-CDE20ADC": ("autoscaling", "describe_auto_scaling_groups", "AutoScalingGroups"),
    "L-7B6409FD": ("rds", "describe_db_instances", "DBInstances"),
    "L-8EFC1C51": ("elasticbeanstalk", "describe_environments", "Environments"),
    "L-DC2B2D3D": ("s3", "list_buckets", "Buckets"),
}
"""The call that lists what is in use of each quota, and where its answer has it."""
_WHERE: Final = {"L-53DA6B97": {"Type": "application"}}
CONCURRENCY: Final = 100
"""Lambda executions at once that a busy service of twenty demos may need; new accounts have 10
(Lambda Developer Guide, "Lambda quotas")."""


def check_quotas(account: Account) -> Iterator[Finding]:
    """Hold each quota against what is in use and what the demos still to come would take."""
    most = int(account.parameters["LimitInAll"])
    for quota in QUOTAS:
        needed = _needed(quota, account, most)
        if not needed:
            continue
        try:
            value = quota_value(account.client("service-quotas"), quota.service, quota.code)
            used = _used(quota, account)
        except (ClientError, BotoCoreError) as error:
            yield not_asked(CHECK, quota.name, error)
        else:
            yield _judged(quota, value, used, needed, most)
    yield from _concurrency(account)
    yield from _instances(account, most)


def _judged(quota: Quota, value: float, used: int, needed: int, most: int) -> Finding:
    fit = f"{value:g} in all, {used} in use, {needed} more needed for {most} demos at once"
    return judged(
        CHECK,
        quota.name,
        ok=used + needed <= value,
        detail=fit,
        remedy=f"raise quota {quota.code} of {quota.service} to {used + needed}, "
        "or deploy with a smaller LimitInAll",
    )


def _needed(quota: Quota, account: Account, most: int) -> int:
    """Return what the demos that may still be made would take of a quota."""
    return sum(
        quota.taken_by(component.resources) * max(0, most - account.live[name])
        for name, component in account.catalog.components.items()
    )


def _used(quota: Quota, account: Account) -> int:
    service, operation, key = LISTED_BY[quota.code]
    client = account.client(service)
    pages: Any = (
        client.get_paginator(operation).paginate()
        if client.can_paginate(operation)
        else [getattr(client, operation)()]
    )
    wanted = _WHERE.get(quota.code, {}).items()
    return sum(all(x.get(k) == v for k, v in wanted) for page in pages for x in page[key])


def _concurrency(account: Account) -> Iterator[Finding]:
    name = "Lambda concurrent executions"
    try:
        limits = account.client("lambda").get_account_settings()["AccountLimit"]
    except (ClientError, BotoCoreError) as error:
        yield not_asked(CHECK, name, error)
        return
    value = limits["ConcurrentExecutions"]
    yield judged(
        CHECK,
        name,
        ok=value >= CONCURRENCY,
        detail=f"{value} at once; {CONCURRENCY} are advised",
        remedy=f"raise quota L-B99A9384 of lambda to {CONCURRENCY} or more",
    )


def _instances(account: Account, most: int) -> Iterator[Finding]:
    name = "Running On-Demand Standard instances (vCPUs)"
    try:
        value = quota_value(account.client("service-quotas"), "ec2", "L-1216C47A")
        needed = sum(
            _vcpus(account, component) * max(0, most - account.live[component])
            for component in account.catalog.components
        )
    except (ClientError, BotoCoreError) as error:
        yield not_asked(CHECK, name, error)
        return
    yield judged(
        CHECK,
        name,
        ok=needed <= value,
        detail=f"{value:g} vCPUs in all, {needed} needed for the demos to come",
        remedy=f"raise quota L-1216C47A of ec2 to {needed} or more, or lower LimitInAll",
    )


def _vcpus(account: Account, component: str) -> int:
    """Return the vCPUs of a component's instances, of its default type and number."""
    parameters = account.catalog.components[component].parameters.values()
    defaults = {p.name: p.default for p in parameters if p.default}
    types = [v for k, v in defaults.items() if k.endswith("InstanceType")]
    count = max((int(v) for k, v in defaults.items() if k.endswith("InstanceCount")), default=1)
    if not types:
        return 0
    found = account.client("ec2").describe_instance_types(InstanceTypes=types)["InstanceTypes"]
    return count * sum(int(t["VCpuInfo"]["DefaultVCpus"]) for t in found)
