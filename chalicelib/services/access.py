"""Prospects who ask to be let in, and the owner's answers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from chalicelib.core.access import (
    MAX_OPEN_REQUESTS,
    Access,
    access_of,
    block_of,
    request_text,
)
from chalicelib.core.demo import Demo, Desired
from chalicelib.core.errors import NotFound, Outdated, WrongState
from chalicelib.core.identity import Caller
from chalicelib.core.share import Share
from chalicelib.core.spec import SpecChange
from chalicelib.core.timeline import Entry, EntryKind
from chalicelib.services.change import ChangeDemo
from chalicelib.services.ports.runtime import Clock
from chalicelib.services.ports.shares import ShareStore
from chalicelib.services.read import ReadDemos
from chalicelib.services.shares import Sharing

_TRIES: Final = 5
PROSPECT: Final = "prospect"
"""The actor on the timeline of what the holder of a link does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRequests:
    """Requests to be let in, kept on the link through which they came."""

    sharing: Sharing
    shares: ShareStore
    read: ReadDemos
    change: ChangeDemo
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
        text = request_text(address, share)
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

    def let_in(self, caller: Caller, demo_id: str, address: str) -> Demo:
        """Let in an address that asks; its request is answered with that.

        Raises NotFound where it does not ask, and what a change of the demo raises.
        """
        block, links = self._asking(caller, demo_id, address)
        demo = self.allow(caller, demo_id, add=(block,))
        for share in links:
            self.shares.take_waiting(share, block, declined=False, entry=None)
        return demo

    def decline(self, caller: Caller, demo_id: str, address: str) -> Demo:
        """Decline the request of an address, for good on its link; raise NotFound without one."""
        block, links = self._asking(caller, demo_id, address)
        text = f"{address} is not let in"
        entry: Entry | None = Entry(
            at=self.clock(), actor=caller.owner, kind=EntryKind.ACCESS, text=text
        )
        for share in links:
            written = self.shares.take_waiting(share, block, declined=True, entry=entry)
            entry = None if written else entry
        return self.read.find(caller, demo_id)

    def _asking(self, caller: Caller, demo_id: str, address: str) -> tuple[str, list[Share]]:
        self.read.find(caller, demo_id)
        block = block_of(address.removesuffix("/32").removesuffix("/128"))
        links = [s for s in self.shares.of_demo(demo_id) if block in s.waiting]
        if block is None or not links:
            raise NotFound(f"{address} does not ask to be let in")
        return block, links

    def allow(
        self,
        caller: Caller,
        demo_id: str,
        *,
        add: Collection[str] = (),
        remove: Collection[str] = (),
    ) -> Demo:
        """Change who may reach a demo: these blocks more, and these no longer.

        Two who do so at once both have their way. Raises NotFound, and what a change of the demo
        raises.
        """
        for _ in range(_TRIES - 1):
            try:
                return self._allow(caller, demo_id, add, remove)
            except Outdated:
                continue  # somebody else has changed the demo since it was read
        return self._allow(caller, demo_id, add, remove)

    def _allow(
        self, caller: Caller, demo_id: str, add: Collection[str], remove: Collection[str]
    ) -> Demo:
        demo = self.read.find(caller, demo_id)
        kept = [block for block in demo.allowed_cidr if block not in remove]
        blocks = tuple(dict.fromkeys([*kept, *add]))
        change = SpecChange(allowed_cidr=blocks)
        return self.change.change(demo, change, actor=caller.owner, version=demo.version)
