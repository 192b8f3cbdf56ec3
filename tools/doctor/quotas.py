"""Whether the account's quotas bear as many demos as the service lets people have.

Codes, names and what counts against each are the Service Quotas console's; a load balancer,
a target group and an Auto Scaling group of Elastic Beanstalk's own count as well
(Elastic Beanstalk Developer Guide, "Load balancer for your Elastic Beanstalk environment").
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from tools.doctor.account import Account
from tools.doctor.findings import Finding, judged, not_asked

CHECK: Final = "quota"
_ENVIRONMENT: Final = "AWS::ElasticBeanstalk::Environment"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """A quota, what of a template counts against it, and the call that lists what is in use."""

    service: str
    code: str
    name: str
    per_type: Mapping[str, int]
    listed_by: tuple[str, str, str]
    where: Mapping[str, str] | None = None


QUOTAS: Final = (
    Quota(
        service="vpc",
        code="L-F678F1CE",
        name="VPCs per Region",
        per_type={"AWS::EC2::VPC": 1},
        listed_by=("ec2", "describe_vpcs", "Vpcs"),
    ),
    Quota(
        service="vpc",
        code="L-A4707A72",
        name="Internet gateways per Region",
        per_type={"AWS::EC2::InternetGateway": 1},
        listed_by=("ec2", "describe_internet_gateways", "InternetGateways"),
    ),
    Quota(
        service="elasticloadbalancing",
        code="L-53DA6B97",
        name="Application Load Balancers per Region",
        per_type={"AWS::ElasticLoadBalancingV2::LoadBalancer": 1, _ENVIRONMENT: 1},
        listed_by=("elbv2", "describe_load_balancers", "LoadBalancers"),
        where={"Type": "application"},
    ),
    Quota(
        service="autoscaling",
        code="L-CDE20ADC",
        name="Auto Scaling groups per region",
        per_type={"AWS::AutoScaling::AutoScalingGroup": 1, _ENVIRONMENT: 1},
        listed_by=("autoscaling", "describe_auto_scaling_groups", "AutoScalingGroups"),
    ),
    Quota(
        service="rds",
        code="L-7B6409FD",
        name="DB instances",
        per_type={"AWS::RDS::DBInstance": 1},
        listed_by=("rds", "describe_db_instances", "DBInstances"),
    ),
    Quota(
        service="elasticbeanstalk",
        code="L-8EFC1C51",
        name="Environments",
        per_type={_ENVIRONMENT: 1},
        listed_by=("elasticbeanstalk", "describe_environments", "Environments"),
    ),
    Quota(
        service="s3",
        code="L-DC2B2D3D",
        name="General purpose buckets",
        per_type={"AWS::S3::Bucket": 1},
        listed_by=("s3", "list_buckets", "Buckets"),
    ),
)
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
        number * counts[kind] * max(0, most - account.live[component])
        for component, counts in account.resource_types.items()
        for kind, number in quota.per_type.items()
    )


def _used(quota: Quota, account: Account) -> int:
    service, operation, key = quota.listed_by
    client = account.client(service)
    pages: Any = (
        client.get_paginator(operation).paginate()
        if client.can_paginate(operation)
        else [getattr(client, operation)()]
    )
    wanted = (quota.where or {}).items()
    return sum(all(x.get(k) == v for k, v in wanted) for page in pages for x in page[key])


def quota_value(client: Any, service: str, code: str) -> float:
    """Return the value in force: the account's own, or AWS's default where it has none."""
    try:
        return float(
            client.get_service_quota(ServiceCode=service, QuotaCode=code)["Quota"]["Value"]
        )
    except client.exceptions.NoSuchResourceException:
        pages = client.get_paginator("list_aws_default_service_quotas")
        for page in pages.paginate(ServiceCode=service):
            for quota in page["Quotas"]:
                if quota["QuotaCode"] == code:
                    return float(quota["Value"])
        raise


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
