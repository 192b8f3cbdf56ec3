"""A time of day as somebody names it, and the moment that it is in their time zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalTime:
    """5pm, 9am tomorrow, Friday 17:00; `weekday` counts from Monday, which is 0."""

    hour: int
    minute: int = 0
    weekday: int | None = None
    tomorrow: bool = False

    def after(self, now: datetime, zone: tzinfo) -> datetime:
        """Return the first such moment after `now`, in UTC."""
        local = now.astimezone(zone)
        # Sums of a moment and days keep the time of day, whatever the clocks do in between.
        moment = local.replace(hour=self.hour, minute=self.minute, second=0, microsecond=0)
        if self.weekday is not None:
            moment += (self.weekday - moment.weekday()) % 7 * _DAY
        elif self.tomorrow:
            moment += _DAY
        if moment <= local:
            moment += 7 * _DAY if self.weekday is not None else _DAY
        return moment.astimezone(UTC)
