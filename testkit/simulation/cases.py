"""Which runs to play: every single fault in a few whole lives, and random combinations."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from testkit.simulation.components import EIGHT, SMALL
from testkit.simulation.faults import CALL_FAULTS, EVENT_FAULTS, EventFault, Fault
from testkit.simulation.scene import Scene, Script

LIVES: Final = {
    "ends by the sweep": Script(components=EIGHT),
    "ends by the table's TTL, the sweep off": Script(sweeps=False, ttl=True),
    "ends by the orphan search, its record erased": Script(erase_at=25, orphans=True, ttl=True),
    "deleted while coming up": Script(delete_at=3),
    "deleted when ready": Script(components=EIGHT, lease=120, extend_at=None, delete_at=45),
    "fails to come up": Script(fails={"web": "no capacity"}),
    "fails to come up and is kept": Script(fails={"web": "no capacity"}, keep_on_failure=True),
    "will not go at first": Script(
        obstacles={
            "web": ("Resource cannot be deleted, deletion protection", 1, "lift_protection"),
            "vpc": ("eni-1 network interface in use", 1, "release_interfaces"),
        },
        protected=frozenset({"s3"}),
        uploads=5,
    ),
    "rests in quarantine": Script(obstacles={"vpc": ("nobody knows", 7, None)}),
}
"""Whole lives of every kind; without a fault each of them ends right."""

_OBSTACLES: Final = (
    ("deletion protection", 1, "lift_protection"),
    ("eni-1 network interface in use", 1, "release_interfaces"),
    ("nobody knows", 2, None),
    ("nobody knows", 7, None),
    ("Rate exceeded", 3, None),
)


def single_faults(script: Script) -> Iterator[Script]:
    """Yield a life once for each port call and event in it, and each way that can go wrong."""
    clean = Scene(script)
    clean.run()
    for number in range(clean.faults.calls):
        for fault in CALL_FAULTS:
            # Nothing but the sweep starts a loop again that a fatal error ended.
            if script.sweeps or fault is not Fault.FATAL:
                yield replace(script, calls={number: fault})
    for number in range(clean.faults.events):
        for event_fault in EVENT_FAULTS:
            yield replace(script, events={number: event_fault})


def random_case(seed: int) -> Script:
    """Return one combination of a life and faults; the same seed gives the same run."""
    rng = random.Random(seed)  # noqa: S311 - a simulation
    erase_at = rng.randrange(2, 70) if rng.random() < 0.15 else None  # noqa: PLR2004 - some
    return Script(
        components=EIGHT if rng.random() < 0.05 else SMALL,  # noqa: PLR2004 - a few
        lease=rng.choice((20, 60, 90)),
        extend_at=rng.choice((None, 5, 19, 40)),
        delete_at=rng.choice((None, None, 1, 5, 9, 30)),
        erase_at=erase_at,
        ttl=erase_at is not None or rng.random() < 0.5,  # noqa: PLR2004 - half
        orphans=True,
        keep_on_failure=rng.random() < 0.3,  # noqa: PLR2004 - some
        fails={rng.choice(("s3", "vpc")): "no capacity"} if rng.random() < 0.2 else {},  # noqa: PLR2004
        obstacles=_obstacles(rng),
        protected=frozenset({"vpc"}) if rng.random() < 0.1 else frozenset(),  # noqa: PLR2004
        uploads=rng.choice((0, 0, 7)),
        stale_minutes=rng.choice((0, 0, 3, 10)),
        deaths_retried=rng.random() < 0.7,  # noqa: PLR2004 - most
        calls=_calls(rng),
        events=_events(rng),
    )


def _obstacles(rng: random.Random) -> dict[str, tuple[str, int, str | None]]:
    chosen = rng.sample(("s3", "vpc", "web"), rng.choice((0, 0, 0, 1, 2)))
    return {name: rng.choice(_OBSTACLES) for name in chosen}


def _calls(rng: random.Random) -> dict[int, Fault]:
    faults = {rng.randrange(300): rng.choice(tuple(Fault)) for _ in range(rng.randrange(1, 12))}
    if rng.random() < 0.2:  # noqa: PLR2004 - some
        # An outage: everything in a row fails, so that retries run out.
        start, kind = rng.randrange(150), rng.choice(CALL_FAULTS)
        faults |= dict.fromkeys(range(start, start + rng.randrange(3, 60)), kind)
    return faults


def _events(rng: random.Random) -> dict[int, EventFault]:
    return {rng.randrange(20): rng.choice(EVENT_FAULTS) for _ in range(rng.randrange(6))}
