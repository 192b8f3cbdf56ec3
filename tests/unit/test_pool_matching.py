"""Which member of a pool a request gets, and what the member is from then on."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.core.catalog import build_catalog
from chalicelib.core.component import Failure, Status
from chalicelib.core.demo import Demo, Desired, Phase
from chalicelib.core.graph import build_graph
from chalicelib.core.policy import RequestPolicy
from chalicelib.core.pool_matching import (
    Match,
    claimed,
    matches,
    remaining_minutes,
    yielding,
)
from chalicelib.core.request import CheckedRequest, DemoRequest, check, new_demo
from chalicelib.core.stack_change import StackChange
from testkit.simulation.components import component as made

from .builders import HOME, NOW, OWNER, REGION, minutes

CATALOG = build_catalog(
    [
        made("vpc", 3, outputs=("VpcId",), own=("Size",)),
        made("rds", 10, requires=("VpcId",)),
        made("logs", 0, outputs=("LogGroup",)),
        made("s3", 1, wants=("LogGroup",)),
    ]
)
REGIONS = ("eu-central-1", REGION, "us-west-2")
POLICY = RequestPolicy(home_region=REGION, regions=REGIONS)


def request(*components: str, **fields: Any) -> CheckedRequest:
    wanted = DemoRequest(components=components, name="Acme", allowed_cidr=(HOME,), **fields)
    return check(wanted, CATALOG, POLICY)


def member(number: int, *components: str, **fields: Any) -> Demo:
    """Return a member that is ready; a higher number is a later one."""
    fresh = new_demo(
        request(*components),
        demo_id=f"memb{number:04d}",
        owner="pool:base",
        catalog=CATALOG,
        now=NOW,
    )
    up = {name: replace(c, status=Status.READY) for name, c in fresh.components.items()}
    ready: dict[str, Any] = {
        "components": up,
        "phase": Phase.READY,
        "looping": False,
        "created_at": NOW + minutes(number),
        "expires_at": NOW + timedelta(hours=24),
    }
    return replace(fresh, **{**ready, **fields})


def with_status(demo: Demo, name: str, status: Status) -> Demo:
    return demo.with_component(replace(demo.components[name], status=status))


def ids(found: list[Match]) -> list[str]:
    return [match.member.demo_id for match in found]


# A member that fits ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "fits"),
    [
        ({}, True),
        ({"phase": Phase.PAUSED, "desired_state": Desired.PAUSED}, True),
        ({"phase": Phase.PROVISIONING}, False),
        ({"looping": True}, False),
        ({"desired_state": Desired.DELETED}, False),
        ({"expires_at": NOW + timedelta(minutes=10)}, True),
        ({"expires_at": NOW + timedelta(minutes=10, seconds=-1)}, False),
        ({"region": "eu-central-1"}, False),
        ({"region": "us-west-2"}, False),
    ],
)
def test_a_member_is_given_while_it_waits(fields: dict[str, Any], *, fits: bool) -> None:
    """At rest, wanted, in the region, and with some minutes of its life left."""
    found = matches(request("vpc"), [member(1, "vpc", **fields)], CATALOG, NOW)
    assert fits == bool(found)


def test_what_has_more_than_was_requested_does_not_fit() -> None:
    """However ready it is."""
    assert [] == matches(request("vpc"), [member(1, "vpc", "s3")], CATALOG, NOW)


@pytest.mark.parametrize(
    ("parameters", "fits"),
    [({"Size": "5"}, True), ({"Size": "3"}, False), ({"Size": "7"}, False), ({}, False)],
)
def test_a_member_has_the_values_that_the_request_would_give_it(
    parameters: dict[str, str], *, fits: bool
) -> None:
    """One that is not named is the template's own."""
    wanted = request("vpc", parameters=parameters)
    found = matches(wanted, [member(1, "vpc", parameters={"Size": "5"})], CATALOG, NOW)
    assert fits == bool(found)
    plain = matches(wanted, [member(1, "vpc")], CATALOG, NOW)
    assert (not parameters) == bool(plain)


def test_the_best_member_comes_first() -> None:
    """An exact one, else what saves the most minutes, and of equals the one that waits longest."""
    wanted = request("vpc", "s3", "logs")
    members = [
        member(1, "vpc", "s3"),  # what it lacks takes no time: and yet it is not exact
        member(2, "s3"),
        member(3, "vpc", "s3", "logs"),
        member(4, "vpc"),
        member(5, "vpc", "s3", "logs"),
    ]
    found = matches(wanted, members, CATALOG, NOW)
    assert ["memb0003", "memb0005", "memb0001", "memb0004", "memb0002"] == ids(found)
    assert [True, True, False, False, False] == [match.exact for match in found]


@pytest.mark.parametrize(
    ("there", "left"), [((), 13), (("vpc",), 10), (("rds",), 3), (("vpc", "rds"), 0)]
)
def test_what_is_there_takes_no_time(there: tuple[str, ...], left: float) -> None:
    """What is missing takes its own, one after the other where it must."""
    graph = build_graph(CATALOG, ["rds"])
    assert left == remaining_minutes(CATALOG, graph, there)


# A member that gives up its place -------------------------------------------------------------


def test_who_gives_up_a_place_helps_most_and_loses_least() -> None:
    """What of a member is wanted is the less work; of the rest as little as may be is lost.

    Of equals it is the one that waits longest.
    """
    both = member(1, "vpc", "rds")
    members = [
        member(5, "s3"),
        both,
        member(2, "vpc", "s3"),
        with_status(member(3, "vpc", "rds"), "rds", Status.DELETED),
        member(4, "s3"),
    ]
    found = yielding(request("vpc"), members, CATALOG)
    assert ["memb0003", "memb0002", "memb0001", "memb0004", "memb0005"] == ids(found)
    assert Match(member=both, exact=False, typical_minutes=0) == found[2]
    assert [0, 0, 0, 3, 3] == [match.typical_minutes for match in found]


@pytest.mark.parametrize(
    "fields",
    [
        {"failure": Failure(component="vpc", reason="no room")},
        {"desired_state": Desired.DELETED},
        {"region": "eu-central-1"},
    ],
)
def test_what_is_not_sound_gives_up_nothing(fields: dict[str, Any]) -> None:
    """Its new owner would wait for what comes to nothing."""
    assert [] == yielding(request("s3"), [member(1, "vpc", **fields)], CATALOG)


@pytest.mark.parametrize(
    ("status", "yields"),
    [
        (Status.CREATING, True),
        (Status.READY, True),
        (Status.FAILED, False),
        (Status.DELETING, False),
        (Status.DELETE_FAILED, False),
    ],
)
def test_all_of_a_member_is_there_or_on_its_way(status: Status, *, yields: bool) -> None:
    """One component that is neither keeps it from being given on."""
    one = with_status(member(1, "vpc", "s3"), "vpc", status)
    assert yields == bool(yielding(request("s3"), [one], CATALOG))


# What it becomes ------------------------------------------------------------------------------


def taken(given: Demo, *components: str) -> Demo:
    return claimed(given, request(*components), owner=OWNER, pool="base", catalog=CATALOG, now=NOW)


def test_a_claimed_demo_says_where_it_came_from() -> None:
    """Until its loop has more to tell."""
    demo = taken(member(1, "vpc"), "vpc")
    assert ("base", "claimed from the pool base") == (demo.from_pool, demo.reason)


def test_what_a_demo_has_lived_through_stays_on_its_record() -> None:
    """Loops, writes and events are counted on, and what it was made of is known as before."""
    lived = {
        "generation": 7,
        "version": 31,
        "wakes": 5,
        "changed": frozenset({StackChange("vpc", "1")}),
        "pool_digest": "8c2f",
    }
    demo = taken(member(1, "vpc", **lived), "vpc", "rds")
    assert lived == {name: getattr(demo, name) for name in lived}


def test_a_component_that_is_there_takes_the_place_it_has_in_the_request() -> None:
    """Alone it depended on nothing; now it is wired to what the request has beside it."""
    alone = member(1, "s3")
    assert ((), ()) == (alone.components["s3"].depends_on, alone.components["s3"].wants)
    there = taken(alone, "s3", "logs").components["s3"]
    assert (Status.READY, ("logs",), ("logs",)) == (there.status, there.depends_on, there.wants)


def test_only_what_is_still_there_is_left_to_be_deleted() -> None:
    """What of a member is gone is no part of the demo."""
    gone = with_status(member(1, "vpc", "rds"), "rds", Status.DELETED)
    assert {"s3", "vpc"} == set(taken(gone, "s3").components)
