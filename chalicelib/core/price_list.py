"""List prices of what the shipped templates are billed for, in US dollars an hour by region.

From the pages "Amazon EC2 On-Demand Pricing" (Linux), "Amazon EBS pricing", "Elastic Load
Balancing pricing", "Amazon VPC pricing", "Amazon RDS for MySQL Pricing" (Single-AZ) and "AWS
Secrets Manager Pricing", without taxes, free tiers, traffic, requests and capacity units. A
price that could not be confirmed is left out, and what needs it is said to be unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

AS_OF: Final = "2025-11"
"""The month that the prices were last compared with AWS's pages."""
EVERYWHERE: Final = "*"
"""In place of a region: the price of every region that has none of its own."""

_HOURS_A_MONTH: Final = 730
"""What AWS divides a monthly price by (AWS Pricing Calculator, "assumptions")."""
_AMERICA: Final = ("us-east-1", "us-east-2", "us-west-2")
"""Regions of one price."""


def _hourly(america: float, ireland: float | None, frankfurt: float | None) -> dict[str, float]:
    prices = dict.fromkeys(_AMERICA, america)
    others = {"eu-west-1": ireland, "eu-central-1": frankfurt}
    return prices | {region: usd for region, usd in others.items() if usd is not None}


def _monthly(america: float, ireland: float, frankfurt: float) -> dict[str, float]:
    by_region = _hourly(america, ireland, frankfurt)
    return {region: usd / _HOURS_A_MONTH for region, usd in by_region.items()}


PRICE_LIST: Final[Mapping[str, Mapping[str, float]]] = {
    "EC2 t3.micro": _hourly(0.0104, 0.0114, 0.0120),
    "EC2 t3.small": _hourly(0.0208, 0.0228, 0.0240),
    "EC2 t3.medium": _hourly(0.0416, 0.0456, 0.0480),
    "EC2 t3.large": _hourly(0.0832, 0.0912, 0.0960),
    "EC2 m6i.large": _hourly(0.096, 0.107, 0.115),
    "EBS gp3 GB": _monthly(0.08, 0.088, 0.0952),
    "Application Load Balancer": _hourly(0.0225, 0.0252, 0.0270),
    "Public IPv4 address": {EVERYWHERE: 0.005},
    "RDS MySQL db.t4g.micro": _hourly(0.016, None, None),
    "RDS MySQL db.t4g.small": _hourly(0.032, None, None),
    "RDS MySQL db.t4g.medium": _hourly(0.065, None, None),
    "RDS MySQL db.m7g.large": _hourly(0.168, None, None),
    "RDS gp3 GB": _monthly(0.115, 0.127, 0.137),
    "Secret": {EVERYWHERE: 0.40 / _HOURS_A_MONTH},
}
"""By what is counted."""
