"""What can go wrong, sorted by what the caller should do about it.

`RetryableError` means "the same call may succeed later"; every other class means it will not.
Step Functions matches these by class name (see the Retry blocks in .chalice/resources.yaml),
so renaming a class here is a change of behaviour there; a test holds the two together.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final


class DemoError(Exception):
    """Anything this service raises on purpose."""


class RetryableError(DemoError):
    """Trying the same thing again later may succeed."""


class StaleRecord(RetryableError):
    """Somebody else wrote the record since it was read; read again and decide again."""


class Throttled(RetryableError):
    """AWS throttled the call."""


class Unavailable(RetryableError):
    """AWS or the network did not answer, or answered with a server-side fault."""


class FatalError(DemoError):
    """Trying again changes nothing until a person changes something."""


class AccessDenied(FatalError):
    """The role in use may not do this."""


class Rejected(FatalError):
    """AWS understood the call and refused it."""


class MissingSetting(FatalError):
    """An environment variable that the function needs is absent or unusable."""


class NotAllowed(FatalError):
    """The person is known, and the operator lets them have no demos."""


class NotFound(FatalError):
    """There is no such demo, or it is not the caller's to see."""


class UnreadableRecord(FatalError):
    """A stored item that this release cannot read: a newer release may have written it."""


class Outdated(FatalError):
    """The caller speaks of a version of the record that is not the present one."""


class WrongState(FatalError):
    """The demo exists, but what was requested does not fit the phase it is in or its caps.

    `until` is the latest end of its lease, where that is what the cap is about.
    """

    def __init__(self, why: str, *, until: datetime | None = None) -> None:
        super().__init__(why)
        self.until = until


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One thing wrong with a request: the field's path and a sentence about it."""

    field: str
    message: str


class InvalidRequest(FatalError):
    """The request cannot be accepted; every problem found is in `problems`."""

    def __init__(self, *problems: FieldProblem) -> None:
        super().__init__("; ".join(f"{p.field}: {p.message}" for p in problems))
        self.problems = problems


PER_OWNER: Final = "per owner"
IN_ALL: Final = "in all"
"""The quotas by their names."""


class LimitReached(FatalError):
    """A quota is full: `limit` names it, `maximum` is its size, `holders` the demos in it."""

    def __init__(self, limit: str, maximum: int, holders: tuple[str, ...] = ()) -> None:
        held = f", held by {', '.join(holders)}" if holders else ""
        super().__init__(f"at most {maximum} active demos {limit}{held}")
        self.limit = limit
        self.maximum = maximum
        self.holders = holders
