"""Lives in which a person changes a demo, pauses, resumes or retries it."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Final

from chalicelib.core.demo import Desired
from chalicelib.core.spec import SpecChange
from testkit.fakes.clock import START
from testkit.simulation.components import EIGHT, SMALL
from testkit.simulation.script import Change, Script

LET_IN: Final = SpecChange(allowed_cidr=("203.0.113.0/24", "198.51.100.7/32"))
SHUT_OUT: Final = SpecChange(allowed_cidr=("203.0.113.0/24",))
PAUSE: Final = SpecChange(desired_state=Desired.PAUSED)
RESUME: Final = SpecChange(desired_state=Desired.RUNNING)
WITHOUT_WEB: Final = SpecChange(components=("s3", "vpc"))
WITH_WEB: Final = SpecChange(components=("s3", "vpc", "web"))
RENAME: Final = SpecChange(name="another", keep_on_failure=True)
START_NOW: Final = SpecChange(starts_now=True)
LATER: Final = SpecChange(ready_by=START + timedelta(minutes=55))
RETRY: Final = None
"""What is retried needs no change."""

_PROTECTED: Final = {"vpc": ("database has deletion protection", 1, "lift_protection")}
CHANGED_LIVES: Final = {
    "lets somebody in": Script(changes=(Change(25, LET_IN),)),
    "lets somebody in in vain": Script(
        changes=(Change(25, LET_IN),), update_fails={"vpc": "no such address"}
    ),
    "is renamed": Script(extend_at=None, changes=(Change(12, RENAME),)),
    "has a part taken out and put back": Script(
        extend_at=None, changes=(Change(12, WITHOUT_WEB), Change(25, WITH_WEB))
    ),
    "is given a part that fails": Script(
        extend_at=None,
        requested=("s3", "vpc"),
        fails={"web": "no capacity"},
        changes=(Change(12, WITH_WEB),),
    ),
    "is changed while it changes": Script(
        extend_at=None,
        changes=(Change(12, LET_IN), Change(13, WITHOUT_WEB), Change(14, SHUT_OUT)),
    ),
    "is paused and resumed": Script(changes=(Change(15, PAUSE), Change(40, RESUME))),
    "is paused and changed until its end": Script(changes=(Change(15, PAUSE), Change(30, LET_IN))),
    "is paused while it comes up": Script(
        changes=(Change(2, PAUSE), Change(12, RESUME), Change(13, LET_IN))
    ),
    "is resumed while it pauses": Script(
        extend_at=None, changes=(Change(12, PAUSE), Change(14, RESUME))
    ),
    "is deleted while it is paused": Script(
        extend_at=None, changes=(Change(12, PAUSE),), delete_at=15
    ),
    "is deleted while it is resumed": Script(
        extend_at=None, changes=(Change(12, PAUSE), Change(22, RESUME)), delete_at=23
    ),
    "is deleted while it changes": Script(
        extend_at=None, changes=(Change(12, LET_IN),), delete_at=13
    ),
    "ends paused, its database protected": Script(
        extend_at=None, changes=(Change(12, PAUSE),), delete_at=30, obstacles=_PROTECTED
    ),
    "fails and is retried": Script(
        extend_at=None,
        fails={"web": "no capacity"},
        heal_at=15,
        keep_on_failure=True,
        changes=(Change(18, RETRY),),
    ),
    "fails and is retried in vain": Script(
        extend_at=None,
        fails={"web": "no capacity"},
        keep_on_failure=True,
        changes=(Change(12, RETRY),),
    ),
    "all eight are paused and resumed": Script(
        components=EIGHT,
        lease=120,
        extend_at=None,
        changes=(Change(40, PAUSE), Change(70, RESUME)),
    ),
}

WAITING_LIVES: Final = {
    "is ready by its moment": Script(ready_by=30, extend_at=None),
    "is changed while it waits": Script(
        ready_by=40, extend_at=None, changes=(Change(5, WITHOUT_WEB), Change(8, LATER))
    ),
    "is begun before its time": Script(
        components=SMALL[1:2], ready_by=40, extend_at=None, changes=(Change(7, START_NOW),)
    ),
    "is deleted while it waits": Script(ready_by=40, extend_at=None, delete_at=8),
    "is to be ready sooner than it can": Script(components=SMALL[1:2], ready_by=3, extend_at=None),
}
"""Lives of demos that are to be ready by some minute."""

_KINDS: Final = (
    LET_IN,
    SHUT_OUT,
    PAUSE,
    PAUSE,
    RESUME,
    RESUME,
    WITHOUT_WEB,
    WITH_WEB,
    RENAME,
    RETRY,
)
_MOMENTS: Final = (1, 2, 3, 8, 11, 12, 13, 20, 28, 45, 58)


def random_changes(rng: random.Random) -> tuple[Change, ...]:
    """Return up to five changes of a demo, each at some moment of its life."""
    drawn = (Change(rng.choice(_MOMENTS), rng.choice(_KINDS)) for _ in range(rng.choice(range(6))))
    return tuple(sorted(drawn, key=lambda change: change.at))
