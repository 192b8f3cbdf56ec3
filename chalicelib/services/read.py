"""Read demos; for a caller, only those exist that they may see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from chalicelib.core.demo import Demo
from chalicelib.core.errors import NotFound
from chalicelib.core.identity import Caller
from chalicelib.core.listing import listing
from chalicelib.core.naming import DEMO_ID
from chalicelib.core.pages import Page
from chalicelib.core.timeline import Entry
from chalicelib.services.ports.records import DemoRecords
from chalicelib.services.ports.runtime import Metrics


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadDemos:
    """The demos that a caller may see."""

    records: DemoRecords
    metrics: Metrics

    def find(self, caller: Caller, demo_id: str) -> Demo:
        """Return a demo the caller may see; raise NotFound for any other, existing or not."""
        if not DEMO_ID.fullmatch(demo_id):
            raise NotFound(
                "there is no such demo: an id has 8 to 12 lower-case letters and digits"
            )
        demo = self.records.get(demo_id)
        if demo.owner != caller.owner and not caller.admin:
            raise NotFound(f"there is no demo {demo_id}")
        return demo

    def list(
        self,
        caller: Caller,
        *,
        everybody: bool,
        limit: int,
        cursor: str | None,
        query: Mapping[str, str] = MappingProxyType({}),
    ) -> Page[Demo]:
        """List the caller's demos; everybody's for an admin who wants that.

        `query` may have `phase`, `q` and `order`; raises InvalidRequest where it cannot be read. A
        record that cannot be read is counted and left out.
        """
        owner = None if everybody and caller.admin else caller.owner
        page = self.records.list(listing(owner, query), limit=limit, cursor=cursor)
        if page.unreadable:
            self.metrics.count("UnreadableRecords", len(page.unreadable))
        return page

    def timeline(
        self, caller: Caller, demo_id: str, *, limit: int, cursor: str | None
    ) -> Page[Entry]:
        """List the timeline of a demo the caller may see, oldest first."""
        self.find(caller, demo_id)
        return self.records.timeline(demo_id, limit=limit, cursor=cursor)
