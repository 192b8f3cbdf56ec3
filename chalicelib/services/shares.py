"""Prospect links: those who may see a demo make, list and revoke them; prospects open them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from chalicelib.core.demo import Demo, Desired
from chalicelib.core.errors import NotFound, StaleRecord, WrongState
from chalicelib.core.identity import Caller
from chalicelib.core.share import (
    MAX_LINKS,
    SHARE_ID,
    Invitation,
    Share,
    digest,
    first_end,
    is_open,
    make_token,
    opens,
    parse_token,
)
from chalicelib.core.timeline import Entry, EntryKind
from chalicelib.services.ports.records import DemoRecords
from chalicelib.services.ports.runtime import Clock, NewId
from chalicelib.services.ports.shares import ShareStore
from chalicelib.services.read import ReadDemos

_TRIES: Final = 10
PLAIN: Final = Invitation()
"""An invitation without words, open until the demo's end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A link as its owner sees it, with its real end and whether it is open."""

    share: Share
    open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharing:
    """Prospect links to demos."""

    read: ReadDemos
    records: DemoRecords
    shares: ShareStore
    clock: Clock
    new_id: NewId
    new_secret: NewId

    def create(
        self, caller: Caller, demo_id: str, invitation: Invitation = PLAIN
    ) -> tuple[Share, str]:
        """Make a link and return it with its token, which nothing returns again.

        Raises NotFound, or WrongState for a demo that is ending or has MAX_LINKS open links.
        """
        for _ in range(_TRIES - 1):
            try:
                return self._create(caller, demo_id, invitation)
            except StaleRecord:
                continue  # another link was made since these were counted
        return self._create(caller, demo_id, invitation)

    def _create(self, caller: Caller, demo_id: str, invitation: Invitation) -> tuple[Share, str]:
        demo = self.read.find(caller, demo_id)
        now = self.clock()
        if demo.desired_state is Desired.DELETED or demo.expires_at <= now:
            raise WrongState(f"{demo_id} is {demo.phase} and cannot be shared")
        made = self.shares.made(demo_id)
        if sum(is_open(s, demo, now) for s in self.shares.of_demo(demo_id)) >= MAX_LINKS:
            raise WrongState(
                f"{demo_id} has {MAX_LINKS} open links, as many as it may; revoke one"
            )
        share_id = self.new_id()
        token = make_token(demo_id, share_id, self.new_secret())
        share = Share(
            share_id=share_id,
            demo_id=demo_id,
            digest=digest(token),
            created_by=caller.owner,
            created_at=now,
            expires_at=first_end(demo, now, invitation.hours),
            label=invitation.label,
            host=invitation.host,
            note=invitation.note,
        )
        text = f"prospect link {share.title} made, until {share.expires_at:%Y-%m-%d %H:%M} UTC"
        self.shares.put(share, self._entry(caller, text), made=made)
        return share, token

    def _entry(self, caller: Caller, text: str) -> Entry:
        return Entry(at=self.clock(), actor=caller.owner, kind=EntryKind.ACCESS, text=text)

    def listed(self, caller: Caller, demo_id: str) -> tuple[Listed, ...]:
        """List a demo's links, newest first; raise NotFound."""
        demo = self.read.find(caller, demo_id)
        now = self.clock()
        shares = sorted(self.shares.of_demo(demo_id), key=lambda s: s.created_at, reverse=True)
        return tuple(Listed(share=s, open=is_open(s, demo, now)) for s in shares)

    def revoke(self, caller: Caller, demo_id: str, share_id: str) -> None:
        """Close a link at once; raise NotFound where there is none."""
        self.read.find(caller, demo_id)
        share = self.shares.get(demo_id, share_id) if SHARE_ID.fullmatch(share_id) else None
        if share is None or not self.shares.remove(
            share, self._entry(caller, f"prospect link {share.title} revoked")
        ):
            raise NotFound(f"{demo_id} has no link {share_id}")

    def visit(self, token: str, *, count: bool) -> tuple[Share, Demo]:
        """Return what a link shows, counting the visit when it is one.

        Raises one and the same NotFound for a link that is unknown, revoked or over.
        """
        ids = parse_token(token)
        share = self.shares.get(*ids) if ids else None
        if share is None or not opens(share, token):
            raise _gone()
        demo = self.records.get(share.demo_id)
        now = self.clock()
        if not is_open(share, demo, now):
            raise _gone()
        if count and not self.shares.count_visit(share, now):
            raise _gone()  # revoked this moment
        return share, demo

    def click(self, share: Share, title: str) -> None:
        """Count that a prospect opened something from a link; raise NotFound for a revoked one."""
        if not self.shares.count_click(share, title):
            raise _gone()


def _gone() -> NotFound:
    return NotFound("this link is not valid, or not any more")
