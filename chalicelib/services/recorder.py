"""Every write of a record, with its timeline entries and the next time the sweep sees to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.core.demo import Demo
from chalicelib.core.due import scheduled
from chalicelib.core.policy import Quotas
from chalicelib.core.timeline import Entry, changes
from chalicelib.services.ports.records import DemoRecords


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorder:
    """Writes records; `watchdog` is how long a loop may be silent before it is restarted."""

    records: DemoRecords
    watchdog: timedelta

    def create(self, demo: Demo, entry: Entry, quotas: Quotas) -> Demo:
        """Record a new demo and return it as recorded; raise LimitReached."""
        recorded = self._scheduled(demo)
        self.records.create(recorded, (entry,), quotas)
        return recorded

    def claim(
        self,
        before: Demo,
        after: Demo,
        entry: Entry,
        quotas: Quotas,
        *,
        request_id: str | None = None,
    ) -> Demo:
        """Record that a demo has another owner now; raise StaleRecord or LimitReached."""
        recorded = self._scheduled(after)
        return self.records.claim(before, recorded, (entry,), quotas, request_id=request_id)

    def adopt(self, demo: Demo, entry: Entry) -> None:
        """Record a demo that was found without a record; raise StaleRecord where there is one."""
        self.records.adopt(self._scheduled(demo), (entry,))

    def save(
        self,
        before: Demo,
        after: Demo,
        *,
        now: datetime,
        actor: str,
        entries: Sequence[Entry] = (),
    ) -> Demo:
        """Write a change with these entries and one for each difference; raise StaleRecord."""
        appended = (*entries, *changes(before, after, now=now, actor=actor))
        return self.records.save(before, self._scheduled(after), appended)

    def _scheduled(self, demo: Demo) -> Demo:
        return scheduled(demo, watchdog=self.watchdog)
