"""What a pool may be, and how many members it wants at which hour."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from chalicelib.core.catalog import Component, Parameter, build_catalog
from chalicelib.core.errors import InvalidRequest
from chalicelib.core.policy import FirstPool, PermissionsBoundary, Policy, Quotas, RequestPolicy
from chalicelib.core.pool import (
    DAYS,
    MAX_WINDOWS,
    Pool,
    Window,
    checked,
    digest,
    first_pool,
    is_pooled,
    not_poolable,
)

from .builders import OWNER, REGION


def parameter(name: str, default: str | None = None) -> Parameter:
    return Parameter(name=name, default=default)


CATALOG = build_catalog(
    [
        Component(name="vpc", outputs=("VpcId",), parameters={"Size": parameter("Size", "16")}),
        Component(name="web", parameters={n: parameter(n) for n in ("VpcId", "DemoName")}),
        Component(name="rds", parameters={"VpcId": parameter("VpcId")}),
    ]
)
POLICY = RequestPolicy(home_region=REGION, regions=(REGION,))
QUOTAS = Quotas(per_owner=3, in_all=10)


def a_pool(**fields: Any) -> Pool:
    return replace(
        Pool(name="base", components=("rds",), region=REGION, ready=2, max_total=3), **fields
    )


def a_window(**fields: Any) -> Window:
    made = Window(
        days=("mon", "tue"), start=time(8), end=time(18), time_zone="Europe/Berlin", ready=5
    )
    return replace(made, **fields)


def faults(pool: Pool) -> dict[str, str]:
    try:
        checked(pool, CATALOG, POLICY, QUOTAS)
    except InvalidRequest as refused:
        return {p.field: p.message for p in refused.problems}
    return {}


def test_a_good_pool_is_taken() -> None:
    """Components, numbers and windows that fit are no fault."""
    windows = (a_window(ready=3), a_window(days=("wed",), start=time(0), end=None, ready=0))
    assert {} == faults(a_pool(windows=windows, parameters={"Size": "20"}))


def test_a_pool_has_so_many_windows_and_no_more() -> None:
    """Two a day, as a night is given as two."""
    halves = [(time(0), time(7)), (time(19), None)]
    two_a_day = tuple(
        a_window(days=(day,), start=start, end=end, ready=1)
        for day in DAYS
        for start, end in halves
    )
    assert MAX_WINDOWS == len(two_a_day)
    assert {} == faults(a_pool(windows=two_a_day))
    noon = a_window(start=time(11), end=time(13), ready=1)
    assert {"windows": "at most 14"} == faults(a_pool(windows=(*two_a_day, noon)))


def test_a_pool_s_numbers_may_go_to_their_ends() -> None:
    """As many as there may be demos, one at a time, each for as long as a lease may last."""
    whole = timedelta(days=7)
    assert {} == faults(a_pool(max_unready=1, max_total=QUOTAS.in_all, unclaimed=whole))
    refused = {"unclaimed_hours": "must be more than 0 and at most 168"}
    for beyond in (whole + timedelta(hours=1), timedelta(0), timedelta(hours=-1)):
        assert refused == faults(a_pool(unclaimed=beyond))


def test_a_pool_may_have_one_member_at_least() -> None:
    """Even where none is to be ready: such a pool is filled by its windows, or by a later put."""
    assert {} == faults(a_pool(ready=0, max_total=1))
    refused = {"max_total": "must be at least 1: so many are to be ready at once"}
    assert refused == faults(a_pool(ready=0, max_total=0))


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"name": "Base"}, "name"),
        ({"components": ("nothing",)}, "components.0"),
        ({"components": ("rds", "web")}, "components.1"),
        ({"components": ()}, "components"),
        ({"parameters": {"Sise": "20"}}, "parameters.Sise"),
        ({"parameters": {"VpcId": "vpc-1"}}, "parameters.VpcId"),
        ({"region": "mars"}, "region"),
        ({"ready": -1}, "ready"),
        ({"max_unready": 0}, "max_unready"),
        ({"max_total": 1}, "max_total"),
        ({"max_total": 11}, "max_total"),
        ({"windows": (a_window(ready=-1),)}, "windows.0.ready"),
        ({"windows": (a_window(),)}, "max_total"),
        ({"windows": (a_window(days=("mon", "day"), ready=1),)}, "windows.0.days"),
        ({"windows": (a_window(days=(), ready=1),)}, "windows.0.days"),
        ({"windows": (a_window(end=time(8), ready=1),)}, "windows.0.to"),
        ({"windows": (a_window(start=time(18), end=time(8), ready=1),)}, "windows.0.to"),
        ({"windows": (a_window(time_zone="Mars/Base", ready=1),)}, "windows.0.time_zone"),
        ({"windows": (a_window(time_zone="../etc/passwd", ready=1),)}, "windows.0.time_zone"),
    ],
)
def test_what_cannot_be_is_named(fields: dict[str, Any], where: str) -> None:
    """Each wrong field is named by its path."""
    assert where in faults(a_pool(**fields))


def test_a_parameter_that_names_a_person_is_said() -> None:
    """What keeps a component out of a pool is told by its parameter."""
    assert ("DemoName",) == not_poolable(CATALOG, "web")
    assert () == not_poolable(CATALOG, "rds")
    assert "DemoName" in faults(a_pool(components=("web",)))["components.0"]


@pytest.mark.parametrize(
    ("other", "overlaps"),
    [
        ({"start": time(17), "end": time(19)}, True),
        ({"start": time(18), "end": time(19)}, False),
        ({"start": time(6), "end": time(8)}, False),
        ({"days": ("wed",)}, False),
        ({"days": ("tue",), "start": time(16), "end": time(17), "time_zone": "UTC"}, True),
        # 17:00 in London is 18:00 in Berlin in winter and in summer alike.
        ({"start": time(17), "end": None, "time_zone": "Europe/London"}, False),
        # New York's summer time is a month longer, but not in either of the weeks looked at.
        ({"start": time(13), "end": None, "time_zone": "America/New_York"}, False),
        # Sunday evening in Honolulu is Monday morning in Berlin.
        (
            {"days": ("sun",), "start": time(21), "end": None, "time_zone": "Pacific/Honolulu"},
            True,
        ),
    ],
)
def test_windows_may_not_share_an_hour(other: dict[str, Any], *, overlaps: bool) -> None:
    """Two windows overlap by the hours they really are, whatever their zones and their order."""
    windows = (a_window(), a_window(**other))
    for pair in (windows, windows[::-1]):
        assert overlaps == ("windows.1" in faults(a_pool(max_total=5, windows=pair)))


@pytest.mark.parametrize(
    ("moment", "wanted"),
    [
        (datetime(2026, 1, 5, 7, 0, tzinfo=UTC), 5),  # Monday, 8:00 in Berlin
        (datetime(2026, 1, 5, 6, 59, tzinfo=UTC), 2),
        (datetime(2026, 1, 5, 12, 0, tzinfo=UTC), 5),
        (datetime(2026, 7, 6, 6, 0, tzinfo=UTC), 5),  # 8:00 in summer
        (datetime(2026, 1, 5, 17, 0, tzinfo=UTC), 2),
        (datetime(2026, 1, 5, 20, 0, tzinfo=UTC), 2),
        (datetime(2026, 1, 7, 12, 0, tzinfo=UTC), 2),  # Wednesday
    ],
)
def test_a_window_says_how_many(moment: datetime, wanted: int) -> None:
    """Within a window its number counts, else the pool's own."""
    pool = a_pool(windows=(a_window(),))
    assert wanted == pool.wanted(moment)
    assert 0 == replace(pool, ending=True).wanted(moment)


def test_another_template_or_parameter_is_another_digest() -> None:
    """A member is of the present kind only while template, parameters and region are the same."""
    templates = {"vpc": "one", "rds": "two"}
    same = digest(a_pool(), templates)
    assert same == digest(a_pool(ready=7), dict(reversed(templates.items())))
    others = [
        digest(a_pool(), {**templates, "rds": "three"}),
        digest(a_pool(parameters={"Size": "20"}), templates),
        digest(a_pool(region="eu-central-1"), templates),
    ]
    assert 4 == len({same, *others})


def test_no_person_is_a_pool() -> None:
    """An owner that is a pool is told from a person's address."""
    assert is_pooled(a_pool().owner)
    assert not is_pooled(OWNER)


def test_the_settings_may_ask_for_a_first_pool() -> None:
    """Without anybody's setting it, where components are named."""
    boundary = PermissionsBoundary(boundary_arn="arn:boundary", role_path="/stelligent-demo/")
    policy = Policy(
        service="service", request=POLICY, quotas=QUOTAS, permissions_boundary=boundary
    )
    assert None is first_pool(policy)
    wanted = first_pool(replace(policy, first_pool=FirstPool(components=("rds",), ready=2)))
    assert Pool(name="first", components=("rds",), region=REGION, ready=2, max_total=3) == wanted
    one = first_pool(replace(policy, first_pool=FirstPool(components=("rds",))))
    assert Pool(name="first", components=("rds",), region=REGION, ready=1, max_total=2) == one
