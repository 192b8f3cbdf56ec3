"""Why a stack would not delete, and what can be done about it.

The words looked for are the services' own, as they appear in a stack event's
ResourceStatusReason (CloudFormation User Guide, "Troubleshooting CloudFormation"; CloudFormation
CLI User Guide, "Resource type handler error codes").
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final

from chalicelib.core.actions import ActionKind
from chalicelib.core.component import Cause

MAX_ATTEMPTS: Final = 5
"""Deletions of one stack before an operator is needed."""
LONGEST_DELAY: Final = timedelta(minutes=10)
OUTAGE_DELAY: Final = timedelta(minutes=1)
"""Between two tries of what AWS throttles or does not answer; those are never counted."""
FIRST_QUARANTINE: Final = timedelta(minutes=15)
LONGEST_QUARANTINE: Final = timedelta(hours=12)

_SIGNS: Final = (
    (Cause.FULL_BUCKET, r"bucket.*not empty|BucketNotEmpty"),
    (Cause.PROTECTION, r"protection|protected|OperationNotPermitted|DisableApiTermination"),
    (Cause.NETWORK_INTERFACE, r"network ?interface|\beni-|mapped public address"),
    (Cause.ACCESS_DENIED, r"AccessDenied|not authorized|UnauthorizedOperation|access denied"),
    (Cause.THROTTLED, r"Throttl|Rate exceeded|RequestLimitExceeded|TooManyRequests"),
    (Cause.UNAVAILABLE, r"Service ?Unavailable|ServiceInternalError|NetworkFailure"),
    (Cause.DEPENDENCY, r"DependencyViolation|has dependenc|dependent object|DeleteConflict"),
)
OUTAGES: Final = frozenset({Cause.THROTTLED, Cause.UNAVAILABLE})
"""Causes that pass by themselves, and that no person can do anything about."""
_REPAIRS: Final = {
    Cause.FULL_BUCKET: ActionKind.EMPTY_BUCKET,
    Cause.NETWORK_INTERFACE: ActionKind.RELEASE_INTERFACES,
    Cause.PROTECTION: ActionKind.LIFT_PROTECTION,
    # A group, subnet or gateway is most often held by an interface nobody named.
    Cause.DEPENDENCY: ActionKind.RELEASE_INTERFACES,
}


def classify(reason: str) -> Cause:
    """Return the cause that a failed deletion's reason speaks of."""
    for cause, sign in _SIGNS:
        if re.search(sign, reason, re.IGNORECASE):
            return cause
    return Cause.UNKNOWN


def repair_for(cause: Cause | None) -> ActionKind | None:
    """Return the action that clears this cause out of the way, if there is one."""
    return _REPAIRS.get(cause) if cause is not None else None


def delay_after(attempts: int, cause: Cause | None, first: timedelta) -> timedelta:
    """Return how long to wait before trying again: at once after the first repairable cause."""
    if attempts <= 1 and repair_for(cause) is not None:
        return timedelta(0)
    return grown(first, LONGEST_DELAY, attempts - 1)


def quarantine_delay(quarantines: int) -> timedelta:
    """Return how long a quarantined demo rests before the sweep tries it again."""
    return grown(FIRST_QUARANTINE, LONGEST_QUARANTINE, quarantines - 1)


def grown(first: timedelta, longest: timedelta, doublings: int) -> timedelta:
    """Return a delay doubled so many times, up to its longest."""
    return min(longest, first * (1 << max(0, min(doublings, 20))))
