"""What a pool lacks or has too much of: a pure function of its members and the hour."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from chalicelib.core.demo import Demo, Desired, Phase
from chalicelib.core.pool import Pool, Tier

MAX_FAILURES: Final = 3
"""Members that fail one after the other before the pool is paused and an operator is needed."""
SETTLING: Final = timedelta(minutes=4.5)
"""So long after members were made a list may lack them, and no more are made: an index of the
table lags, and a sweep that was started twice may go on for as long as its function may run."""
_NEVER: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filling:
    """What is to be done for a pool: how many to make, which to remove, or why it is paused.

    `pause` are members that are to wait at less cost, as the pool's tier says, and `nudge` those
    that are to go and whose loops have not begun to.
    `succeeded_at` is when a member last became ready, of those that are known.
    """

    create: int
    retire: tuple[str, ...]
    pause: tuple[str, ...]
    nudge: tuple[str, ...]
    paused: str
    succeeded_at: datetime | None


def filling(pool: Pool, members: Sequence[Demo], digest: str, now: datetime) -> Filling:
    """Return what brings a pool to the number that is to be ready now.

    `members` are its demos, live and gone. One that was made of something else than `digest`
    says is replaced: a new one is made first, and an old one goes when that is ready.
    """
    live = [m for m in members if m.desired_state is not Desired.DELETED]
    current = [m for m in live if m.pool_digest == digest]
    older = [m for m in live if m.pool_digest != digest]
    succeeded = _succeeded_at(pool, members)
    paused = pool.paused or _failures(members, succeeded)
    retired = [m.demo_id for m in _surplus(pool, current, older, now)]
    return Filling(
        create=0 if paused else _lacking(pool, current, older, now),
        retire=tuple(retired),
        pause=tuple(m.demo_id for m in live if _to_pause(pool, m) and m.demo_id not in retired),
        nudge=tuple(m.demo_id for m in members if _deletion_may_be_lost(m)),
        paused=paused,
        succeeded_at=succeeded,
    )


def is_ready(member: Demo) -> bool:
    """Whether a member is ready, and so may be claimed, or is paused."""
    return member.ready_at is not None


def _to_pause(pool: Pool, member: Demo) -> bool:
    """Whether a member is up, and its pool has its members wait paused."""
    up = member.phase is Phase.READY and member.desired_state is Desired.RUNNING
    return pool.tier is Tier.STOPPED and up and not member.looping


def _deletion_may_be_lost(member: Demo) -> bool:
    """Whether a member is to go and its loop may never have been started for it."""
    requested = member.desired_state is Desired.DELETED and member.looping
    return requested and member.phase not in (Phase.DELETING, Phase.QUARANTINED, Phase.DELETED)


def _lacking(pool: Pool, current: list[Demo], older: list[Demo], now: datetime) -> int:
    if pool.filled_at and now - pool.filled_at < SETTLING:
        return 0
    wanted = pool.wanted(now)
    live = len(current) + len(older)
    unready = sum(not is_ready(m) for m in (*current, *older))
    room = min(wanted + 1, pool.max_total) - live  # one more, before an older one goes
    return max(0, min(wanted - len(current), pool.max_unready - unready, room))


def _surplus(pool: Pool, current: list[Demo], older: list[Demo], now: datetime) -> list[Demo]:
    wanted = pool.wanted(now)
    outdated = [m for m in older if not is_ready(m)]
    ready_older = _oldest_first(m for m in older if is_ready(m))
    full = len(current) + len(ready_older) >= pool.max_total
    # Where there is no room for a new one, an older one goes before it is made.
    least = 1 if full and all(map(is_ready, current)) else 0
    beyond = sum(map(is_ready, current)) + len(ready_older) - wanted
    outdated += ready_older[: max(least, beyond)]
    excess = max(0, len(current) - wanted)
    unready = [m for m in _oldest_first(current)[::-1] if not is_ready(m)]
    return outdated + [*unready, *_oldest_first(filter(is_ready, current))][:excess]


def _oldest_first(members: Iterable[Demo]) -> list[Demo]:
    return sorted(members, key=lambda m: m.created_at)


def _succeeded_at(pool: Pool, members: Iterable[Demo]) -> datetime | None:
    moments = [m.ready_at for m in members if m.ready_at]
    return max([*moments, *([pool.succeeded_at] if pool.succeeded_at else [])], default=None)


def _failures(members: Iterable[Demo], succeeded: datetime | None) -> str:
    """Return why the pool is to be paused, if it is: nothing but failures since a success."""
    since = succeeded or _NEVER
    failed = [m for m in members if m.failure and not is_ready(m) and m.created_at > since]
    if len(failed) < MAX_FAILURES:
        return ""
    newest = max(failed, key=lambda m: m.created_at).failure
    why = f"{newest.component}: {newest.reason}" if newest else "no reason is known"
    return f"{len(failed)} members in a row failed; the last one: {why}"
