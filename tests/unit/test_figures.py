"""The figures that people and AWS go by: a change of one is a decision, and never an accident."""

from datetime import timedelta

import pytest

from chalicelib.adapters.items import DUE_SHARDS, KEPT
from chalicelib.core import deletion_failures, lease, looks, teardown
from chalicelib.core.component import ComponentStatus
from chalicelib.core.identity import MAX_ADDRESS
from chalicelib.core.parameters import MAX_VALUE
from chalicelib.core.policy import LeaseLimits, PollingPolicy, Quotas
from chalicelib.core.request import MAX_CIDRS, MAX_NAME
from chalicelib.core.share import MAX_LINKS
from chalicelib.services.plan_step import MAX_LOOKS
from chalicelib.services.request import IDEMPOTENCY_WINDOW

from .builders import Stage, minutes

SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("figure", "decided"),
    [
        (minutes(10), looks.LATE),
        (5, deletion_failures.MAX_ATTEMPTS),
        (minutes(10), deletion_failures.LONGEST_DELAY),
        (minutes(1), deletion_failures.OUTAGE_DELAY),
        (minutes(15), deletion_failures.FIRST_QUARANTINE),
        (12 * HOUR, deletion_failures.LONGEST_QUARANTINE),
        (8, teardown.MAX_SEARCHES),
        (minutes(10), Stage().policy.watchdog),
        (60, MAX_LOOKS),
        ((DAY, 2 * HOUR, minutes(30)), lease.WARNINGS),
        (5, ComponentStatus(name="of a release that wrote none").typical_minutes),
    ],
)
def test_how_patient_the_loop_is(figure: object, decided: object) -> None:
    """How long it waits for a demo, how often it tries, and when it asks for a person."""
    assert figure == decided


def test_how_often_the_loop_looks() -> None:
    """Once a minute of its own accord; what failed is tried again after a quarter of one."""
    assert PollingPolicy(poll=60 * SECOND, retry=15 * SECOND) == PollingPolicy()


def test_what_is_granted_unless_an_operator_says_otherwise() -> None:
    """Leases and quotas, as docs/operations.md has them."""
    assert LeaseLimits(default=4 * HOUR, at_once=72 * HOUR, in_total=7 * DAY) == LeaseLimits()
    assert Quotas(per_owner=3, in_all=4) == Quotas()
    assert 16 == Stage().policy.request.widest_ipv4


@pytest.mark.parametrize(
    ("figure", "decided"),
    [
        (254, MAX_ADDRESS),  # RFC 5321, 4.5.3.1.3, without the angle brackets
        (4096, MAX_VALUE),  # CloudFormation quotas: bytes of a parameter's value
        (10, MAX_CIDRS),
        (60, MAX_NAME),
        (20, MAX_LINKS),
        (DAY, IDEMPOTENCY_WINDOW),
        (90 * DAY, KEPT),
        (4, DUE_SHARDS),
    ],
)
def test_how_much_is_taken_and_kept(figure: object, decided: object) -> None:
    """What a request may hold, for how long its key counts, and how long records stay."""
    assert figure == decided
