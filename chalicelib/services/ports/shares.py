"""What the use cases need to keep prospect links."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from chalicelib.core.share import Share
    from chalicelib.core.timeline import Entry


class ShareStore(Protocol):
    """Prospect links, kept beside the demo they show."""

    def made(self, demo_id: str) -> int:
        """Return how many links of a demo were ever made, strongly consistent."""

    def put(self, share: Share, entry: Entry, *, made: int) -> None:
        """Keep a new link with its timeline entry; raise StaleRecord unless so many were made."""

    def get(self, demo_id: str, share_id: str) -> Share | None:
        """Read a link, strongly consistent; None where there is none."""

    def of_demo(self, demo_id: str) -> Sequence[Share]:
        """Read every link of a demo, in no particular order."""

    def remove(self, share: Share, entry: Entry) -> bool:
        """Forget a link, with a timeline entry; say whether it was still there."""

    def count_visit(self, share: Share, now: datetime) -> bool:
        """Count a visit; say whether the link was still there to count it on."""

    def count_click(self, share: Share, title: str) -> bool:
        """Count that something was opened from a link; say whether the link was still there."""

    def add_waiting(self, share: Share, block: str, entry: Entry | None, *, most: int) -> bool:
        """Note that an address waits for an answer, with a timeline entry if there is one.

        Returns False, noting nothing, for a link that is gone, on which the address waits or was
        declined, or on which so many wait.
        """

    def take_waiting(
        self, share: Share, block: str, *, declined: bool, entry: Entry | None
    ) -> bool:
        """Note the answer to an address that waits; say whether it still waited."""
