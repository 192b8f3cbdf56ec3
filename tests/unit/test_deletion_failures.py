"""Why a stack would not delete, in AWS's own words."""

from datetime import timedelta

import pytest

from chalicelib.core.actions import ActionKind
from chalicelib.core.component import Cause
from chalicelib.core.deletion_failures import classify, delay_after, quarantine_delay, repair_for

FIRST = timedelta(seconds=15)


@pytest.mark.parametrize(
    ("reason", "cause"),
    [
        (
            "The bucket you tried to delete is not empty (Service: S3, Status Code: 409)",
            Cause.FULL_BUCKET,
        ),
        (
            "resource sg-0a1 has a dependent object (Service: Ec2, Status Code: 400)",
            Cause.DEPENDENCY,
        ),
        ("The subnet 'subnet-1' has dependencies and cannot be deleted.", Cause.DEPENDENCY),
        ("Network interface eni-1 is currently in use.", Cause.NETWORK_INTERFACE),
        ("Network vpc-1 has some mapped public address(es).", Cause.NETWORK_INTERFACE),
        ("Cannot delete protected DB Instance, please disable", Cause.PROTECTION),
        (
            "Load balancer 'arn:x' cannot be deleted because deletion protection is enabled",
            Cause.PROTECTION,
        ),
        ("API: ec2:DeleteVpc You are not authorized to perform", Cause.ACCESS_DENIED),
        ("Rate exceeded (Service: AmazonAutoScaling)", Cause.THROTTLED),
        ("Service Unavailable (Service: Rds, Status Code: 503)", Cause.UNAVAILABLE),
        ("downstream failed (HandlerErrorCode: ServiceInternalError)", Cause.UNAVAILABLE),
        ("no route (HandlerErrorCode: NetworkFailure)", Cause.UNAVAILABLE),
        ("Internal failure", Cause.UNKNOWN),
        ("", Cause.UNKNOWN),
    ],
)
def test_a_reason_has_its_cause(reason: str, cause: Cause) -> None:
    """The words that AWS's services use are known."""
    assert cause is classify(reason)


def test_a_cause_that_can_be_repaired_is() -> None:
    """Throttling, permissions and the unknown have no repair but time."""
    assert ActionKind.EMPTY_BUCKET is repair_for(Cause.FULL_BUCKET)
    assert ActionKind.RELEASE_INTERFACES is repair_for(Cause.DEPENDENCY)
    assert ActionKind.LIFT_PROTECTION is repair_for(Cause.PROTECTION)
    assert [None, None, None, None] == [
        repair_for(c) for c in (Cause.UNKNOWN, Cause.THROTTLED, Cause.ACCESS_DENIED, None)
    ]


def test_the_first_repair_comes_at_once() -> None:
    """Whoever knows the cure does not wait; everybody else waits longer each time."""
    assert timedelta(0) == delay_after(1, Cause.FULL_BUCKET, FIRST)
    assert 2 * FIRST == delay_after(2, Cause.FULL_BUCKET, FIRST)
    waits = [delay_after(n, Cause.UNKNOWN, FIRST) for n in range(1, 5)]
    assert [15, 30, 60, 120] == [w.total_seconds() for w in waits]


def test_rests_in_quarantine_grow_to_half_a_day() -> None:
    """From a quarter of an hour."""
    assert timedelta(minutes=15) == quarantine_delay(1)
    assert timedelta(minutes=30) == quarantine_delay(2)
    assert timedelta(hours=12) == quarantine_delay(1_000)
