"""Moments in request bodies: RFC 3339, with a zone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator

_WANTED: Final = "must be a moment with its zone, such as 2026-01-05T14:00:00+01:00"


def _text(value: Any) -> Any:
    """Refuse what is no text of a date: pydantic would take a number for seconds since 1970."""
    if not isinstance(value, str) or "-" not in value:
        raise ValueError(_WANTED)
    return value


def _in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(_WANTED)
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("must lie between the years 1 and 9999 in UTC") from error


Moment = Annotated[datetime, BeforeValidator(_text), AfterValidator(_in_utc)]
