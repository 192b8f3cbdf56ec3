"""A hand-over: a demo changes its owner by a code that its owner gives away.

Both agree to it: the owner makes the code, and whoever is to have the demo accepts it. So nobody
needs to know how the service calls another person. The code names the demo and ends in a secret;
only a digest of it is kept, as of a prospect link's token.
"""

from __future__ import annotations

import hmac
import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from chalicelib.core.demo import Demo, Desired, Handover, Phase
from chalicelib.core.naming import DEMO_ID
from chalicelib.core.share import digest

VALID: Final = timedelta(hours=24)
MAX_CODE: Final = 120
_CODE: Final = re.compile(rf"({DEMO_ID.pattern})\.[A-Za-z0-9_-]{{32,64}}")


def make_code(demo_id: str, secret: str) -> str:
    """Return what accepts an offer; `secret` must hold at least 32 random characters."""
    return f"{demo_id}.{secret}"


def demo_of(code: str) -> str | None:
    """Return the demo that a code names, or None for what cannot be one."""
    found = _CODE.fullmatch(code)
    return found[1] if found else None


def may_change_owner(demo: Demo, now: datetime) -> bool:
    """Whether a demo can be handed over: not one that is ending."""
    return demo.desired_state is not Desired.DELETED and now < demo.expires_at


def new_offer(demo: Demo, code: str, now: datetime) -> Handover:
    """Return an offer of a demo; it ends with the lease at the latest."""
    return Handover(digest=digest(code), expires_at=min(now + VALID, demo.expires_at))


def open_until(demo: Demo, now: datetime) -> datetime | None:
    """Return until when somebody may accept a demo, None where nobody may."""
    offer = demo.handover
    if offer is None or offer.taken_by or offer.expires_at <= now:
        return None
    return offer.expires_at if may_change_owner(demo, now) else None


def opens(offer: Handover, code: str, now: datetime) -> bool:
    """Whether a code is an offer's, taken or not, that has not expired.

    Told in a time that does not depend on how near the code is.
    """
    return hmac.compare_digest(offer.digest, digest(code)) and now < offer.expires_at


def taken(demo: Demo, offer: Handover, owner: str) -> Demo:
    """Return a demo as its new owner's, and the offer as used.

    The tags of what runs name the new owner soon: a demo that rests ready gets a loop for that.
    Those of a demo in any other phase do by its next update.
    """
    used = replace(offer, taken_by=owner)
    first = demo.first_owner or demo.owner
    after = replace(demo, owner=owner, first_owner="" if first == owner else first, handover=used)
    if demo.phase is Phase.READY and not demo.looping:
        return replace(after, generation=demo.generation + 1, looping=True)
    return after
