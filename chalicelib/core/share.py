"""A prospect link: read-only, expiring, revocable, and known to its holder alone.

Its token names the demo and the link and ends in a secret. Only a digest of the whole is kept,
so whoever reads the table cannot open a link with what stands there.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from chalicelib.core.demo import Demo, Desired, Phase
from chalicelib.core.naming import DEMO_ID

MAX_LABEL: Final = 60
MAX_NOTE: Final = 280
"""Characters of what an owner writes on a link."""
MAX_LINKS: Final = 20
"""Links of one demo that may be open at once."""
SHORTEST_HOURS: Final = 0.1
"""A link that ends sooner shows nobody anything."""

SHARE_ID: Final = re.compile(r"[a-z0-9]{8,16}")
_TOKEN: Final = re.compile(rf"({DEMO_ID.pattern})\.({SHARE_ID.pattern})\.[A-Za-z0-9_-]{{32,64}}")


class State(StrEnum):
    """Where a demo is, in a prospect's words."""

    SCHEDULED = "scheduled"
    PREPARING = "preparing"
    READY = "ready"
    PAUSED = "paused"
    UNAVAILABLE = "unavailable"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """What an owner says of a new link: how many hours it is open, and its words (see Share)."""

    hours: float | None = None
    label: str = ""
    host: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """One prospect link of a demo; `digest` is what is kept of its token.

    `label` is the owner's own word for it, `host` and `note` are shown to the prospect. `clicks`
    counts what was opened from it, by title. Addresses `waiting` for an answer and `declined` are
    blocks of one.
    """

    share_id: str
    demo_id: str
    digest: str
    created_by: str
    created_at: datetime
    expires_at: datetime
    label: str = ""
    host: str = ""
    note: str = ""
    visits: int = 0
    first_visited_at: datetime | None = None
    visited_at: datetime | None = None
    clicks: Mapping[str, int] = field(default_factory=dict)
    waiting: frozenset[str] = frozenset()
    declined: frozenset[str] = frozenset()

    @property
    def title(self) -> str:
        """What the timeline calls it."""
        return self.label or self.share_id


def make_token(demo_id: str, share_id: str, secret: str) -> str:
    """Return what a link carries; `secret` must hold at least 32 random characters."""
    return f"{demo_id}.{share_id}.{secret}"


def parse_token(token: str) -> tuple[str, str] | None:
    """Return demo_id and share_id of a token, or None for what cannot be one."""
    found = _TOKEN.fullmatch(token)
    return (found[1], found[2]) if found else None


def digest(token: str) -> str:
    """Return what may be kept of a token: its SHA-256, enough for a secret nobody can guess."""
    return hashlib.sha256(token.encode()).hexdigest()


def opens(share: Share, token: str) -> bool:
    """Whether a token is this link's, told in a time that does not depend on how near it is."""
    return hmac.compare_digest(share.digest, digest(token))


def first_end(demo: Demo, now: datetime, hours: float | None) -> datetime:
    """Return when a new link ends: after so many hours, and never after the lease."""
    if hours is None:
        return demo.expires_at
    return min(now + timedelta(hours=hours), demo.expires_at)


def ends_at(share: Share, demo: Demo) -> datetime:
    """Return when a link really ends: a lease that was shortened since takes it along."""
    return min(share.expires_at, demo.expires_at)


def is_open(share: Share, demo: Demo, now: datetime) -> bool:
    """Whether a link still shows anything."""
    return now < ends_at(share, demo)


def state(demo: Demo) -> State:
    """Return where a demo is in a prospect's words."""
    if demo.phase is Phase.FAILED:
        return State.UNAVAILABLE
    if demo.desired_state is Desired.DELETED:
        return State.ENDED
    if demo.waiting:
        return State.SCHEDULED
    if demo.phase in (Phase.PAUSING, Phase.PAUSED):
        return State.PAUSED
    return State.READY if demo.phase in (Phase.READY, Phase.CHANGING) else State.PREPARING
