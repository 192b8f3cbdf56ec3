"""Prospects who ask to be let in, and the owner's answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from chalicelib.core.access import MAX_OPEN_REQUESTS, Access, access_of, block_of
from chalicelib.core.demo import Demo, Desired
from chalicelib.core.errors import NotFound, WrongState
from chalicelib.core.share import Share
from chalicelib.core.timeline import Entry, EntryKind
from chalicelib.services.ports import Clock, ShareStore
from chalicelib.services.shares import Sharing

PROSPECT: Final = "prospect"
"""The actor of what the holder of a link does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRequests:
    """Requests to be let in, kept on the link through which they came."""

    sharing: Sharing
    shares: ShareStore
    clock: Clock

    def ask(self, token: str, address: str) -> tuple[Share, Demo]:
        """Ask that an address be let in; asking again, or for one that is in, changes nothing.

        Raises NotFound for a link that is not open; WrongState where nobody can be let in, or
        MAX_OPEN_REQUESTS addresses wait for an answer through this link.
        """
        share, demo = self.sharing.visit(token, count=False)
        block = block_of(address)
        if block is None or demo.desired_state is Desired.DELETED:
            raise WrongState("nobody can be let in: the demo is over, or your address is unknown")
        if access_of(demo, share, address) is Access.CLOSED:
            self._add(share, block, address)
        return self.sharing.visit(token, count=False)

    def _add(self, share: Share, block: str, address: str) -> None:
        known = any(block in each.waiting for each in self.shares.of_demo(share.demo_id))
        text = f"{address} asks to be let in, through the prospect link {share.title}"
        entry = Entry(at=self.clock(), actor=PROSPECT, kind=EntryKind.ACCESS_REQUEST, text=text)
        if self.shares.add_waiting(share, block, None if known else entry, most=MAX_OPEN_REQUESTS):
            return
        now = self.shares.get(share.demo_id, share.share_id)
        if now is None:
            raise NotFound("this link is not valid, or not any more")
        if block not in now.waiting | now.declined:
            raise WrongState(
                f"{MAX_OPEN_REQUESTS} addresses wait for an answer through this link; "
                "ask whoever sent it"
            )
