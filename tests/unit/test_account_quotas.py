"""A pool that the account's quotas could never bear is refused, and no other."""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from typing import Any

import pytest

from chalicelib.adapters.templates import PackagedTemplates
from chalicelib.core.account_quotas import QUOTAS, Quota, taken
from chalicelib.core.catalog import ALL, Component
from chalicelib.core.errors import AccessDenied, InvalidRequest, Unavailable
from chalicelib.core.identity import Caller
from chalicelib.core.pool import Pool, Window

from .builders import REGION, Stage

ADMIN = Caller(owner="admin@example.com", admin=True)
VPCS, GATEWAYS, DATABASES = "L-F678F1CE", "L-A4707A72", "L-7B6409FD"
NETWORK = Component(
    name="vpc", outputs=("VpcId",), resources={"AWS::EC2::VPC": 1, "AWS::EC2::InternetGateway": 1}
)
DATABASE = Component(name="rds", resources={"AWS::RDS::DBInstance": 2})


def put(quotas: dict[str, float | Exception], **fields: Any) -> dict[str, str]:
    """Return the fields that are refused, with why, of a pool in an account with these quotas."""
    stage = Stage((NETWORK, DATABASE), in_all=50)
    stage.ports.targets.quotas(REGION).values.update(quotas)  # type: ignore[attr-defined]
    pool = Pool(name="base", components=("vpc",), region=REGION, ready=1, max_total=2)
    try:
        stage.pools.put(ADMIN, replace(pool, **fields))
    except InvalidRequest as refused:
        assert [] == stage.pools.list(ADMIN)
        return {problem.field: problem.message for problem in refused.problems}
    return {}


@pytest.mark.parametrize(
    ("fields", "refused"),
    [
        ({"max_total": 5}, set()),
        ({"max_total": 6}, {"max_total"}),
        ({"ready": 6, "max_total": 6}, {"ready", "max_total"}),
        ({"components": ("rds",), "max_total": 2}, set()),
        ({"components": ("rds",), "max_total": 3}, {"max_total"}),
        ({"components": ("vpc", "rds"), "max_total": 3}, {"max_total"}),
    ],
)
def test_what_can_never_fit_is_named(fields: dict[str, Any], refused: set[str]) -> None:
    """Each number that is too large, by the quota of which a member takes the most."""
    found = put({VPCS: 5.0, GATEWAYS: 20.0, DATABASES: 5.0}, **fields)
    assert refused == set(found)


def test_windows_are_held_against_the_quotas_too() -> None:
    """The hours with more members are what a pool must fit."""
    window = Window(days=("mon",), start=time(8), end=None, time_zone="UTC", ready=6)
    found = put({VPCS: 5.0}, windows=(window,), max_total=7)
    assert {"windows.0.ready", "max_total"} == set(found)


def test_the_message_says_which_quota_to_raise() -> None:
    """Its name as AWS has it, its value, and its code."""
    message = put({VPCS: 5.0}, max_total=6)["max_total"]
    assert "at most 5" in message
    assert f"'VPCs per Region' in {REGION} (quota {VPCS} of vpc)" in message


@pytest.mark.parametrize("error", [AccessDenied("no"), Unavailable("no answer")])
def test_quotas_that_cannot_be_read_refuse_nothing(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    """What nobody knows is no reason; the log says so."""
    assert {} == put({VPCS: error}, max_total=40)
    assert VPCS in caplog.text


def test_one_that_may_not_be_read_hides_no_other() -> None:
    """An outage ends the questions, and a missing right only its own."""
    assert {"max_total"} == set(put({VPCS: AccessDenied("no"), GATEWAYS: 5.0}, max_total=6))
    assert {} == put({VPCS: Unavailable("no"), GATEWAYS: 5.0}, max_total=6)


def test_every_resource_of_the_shipped_templates_is_counted() -> None:
    """What a demo takes is what the templates really hold."""
    catalog = PackagedTemplates().catalog()
    all_eight = {quota.name: taken(quota, catalog, catalog.select(ALL)) for quota in QUOTAS}
    assert {
        "VPCs per Region": 1,
        "Internet gateways per Region": 1,
        "EC2-VPC Elastic IPs": 0,
        "Application Load Balancers per Region": 4,
        "Auto Scaling groups per region": 4,
        "DB instances": 1,
        "Environments": 1,
        "General purpose buckets": 1,
    } == all_eight


@pytest.mark.parametrize("quota", QUOTAS, ids=lambda quota: quota.name)
def test_a_resource_takes_one_of_its_quota(quota: Quota) -> None:
    """Also one of a template that is dropped in: no shipped one holds an address of its own."""
    for kind in quota.per_type:
        assert 3 == quota.taken_by({kind: 3, "AWS::SNS::Topic": 5})
