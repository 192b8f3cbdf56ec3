"""The quotas of an AWS account that a demo draws on, and what its components take of each.

Codes and names are Service Quotas' own, as each service's page of "Service endpoints and quotas"
in the AWS General Reference links them. What a component takes is counted in its template. A load
balancer and an Auto Scaling group of Elastic Beanstalk's own count as well (Elastic Beanstalk
Developer Guide, "Load balancer for your Elastic Beanstalk environment").
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from chalicelib.core.catalog import Catalog
from chalicelib.core.errors import FieldProblem
from chalicelib.core.pool import Pool

_ENVIRONMENT: Final = "AWS::ElasticBeanstalk::Environment"


@dataclass(frozen=True, slots=True)
class Quota:
    """A quota, and how many of it a resource of each type takes."""

    service: str
    code: str
    name: str
    per_type: Mapping[str, int]

    def taken_by(self, resources: Mapping[str, int]) -> int:
        """Return how many of it these resources take, counted by their types."""
        return sum(number * resources.get(kind, 0) for kind, number in self.per_type.items())


QUOTAS: Final = (
    Quota("vpc", "L-F678F1CE", "VPCs per Region", {"AWS::EC2::VPC": 1}),
    Quota("vpc", "L-A4707A72", "Internet gateways per Region", {"AWS::EC2::InternetGateway": 1}),
    Quota("ec2", "L-0263D0A3", "EC2-VPC Elastic IPs", {"AWS::EC2::EIP": 1}),
    Quota(
        "elasticloadbalancing",
        "L-53DA6B97",
        "Application Load Balancers per Region",
        {"AWS::ElasticLoadBalancingV2::LoadBalancer": 1, _ENVIRONMENT: 1},
    ),
    Quota(
        "autoscaling",
        "L-CDE20ADC",
        "Auto Scaling groups per region",
        {"AWS::AutoScaling::AutoScalingGroup": 1, _ENVIRONMENT: 1},
    ),
    Quota("rds", "L-7B6409FD", "DB instances", {"AWS::RDS::DBInstance": 1}),
    Quota("elasticbeanstalk", "L-8EFC1C51", "Environments", {_ENVIRONMENT: 1}),
    Quota("s3", "L-DC2B2D3D", "General purpose buckets", {"AWS::S3::Bucket": 1}),
)


def taken(quota: Quota, catalog: Catalog, components: Iterable[str]) -> int:
    """Return how many of a quota one demo of these components takes."""
    return sum(quota.taken_by(catalog.components[name].resources) for name in components)


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How many of a quota one demo takes, of how many that the account has."""

    quota: Quota
    each: int
    value: float

    @property
    def most(self) -> int:
        """Return how many such demos there can be at most."""
        return int(self.value // self.each)


def beyond(pool: Pool, shares: Iterable[Share]) -> Iterator[FieldProblem]:
    """Yield each number of a pool that the account's quotas can never bear."""
    least = min(shares, key=lambda share: share.most, default=None)
    if least is None:
        return
    quota = least.quota
    message = (
        f"at most {least.most}: a member takes {least.each} of the account's {least.value:g} "
        f"'{quota.name}' in {pool.region} (quota {quota.code} of {quota.service})"
    )
    numbers = {
        "ready": pool.ready,
        **{f"windows.{n}.ready": window.ready for n, window in enumerate(pool.windows)},
        "max_total": pool.max_total,
    }
    for field, number in numbers.items():
        if number > least.most:
            yield FieldProblem(field, message)
