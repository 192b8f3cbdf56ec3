"""Memory's cloud and table with lists that lag, and with stacks that leave something behind."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from chalicelib.core.demo import Demo, Desired
from chalicelib.core.naming import parse_stack_name
from chalicelib.core.observe import ABSENT, StackObservation
from chalicelib.core.pool import is_pooled
from chalicelib.core.timeline import Entry
from testkit.fakes import MemoryCloud, MemoryStore, VirtualClock
from testkit.fakes.stack import MemoryStack


class LaggingCloud(MemoryCloud):
    """A region in which what was made shows only after a while, and may take its time.

    `retains` names a component whose stack leaves a resource behind; `left` is what was left, with
    the demo whose it was.
    """

    def __init__(self, *args: Any, lag: timedelta, slowness: float, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.platforms.solution_stacks += ["64bit Amazon Linux 2023 v4.1.0 running Docker"]
        self.retains: str | None = None
        self.left: dict[str, str] = {}
        self.left_since: dict[str, datetime] = {}
        self.left_until: datetime | None = None
        self._lag = lag
        self._slowness = slowness
        self._made: dict[str, datetime] = {}

    def create(self, *, name: str, **options: Any) -> None:
        """Request a stack; requesting the same stack again is no error."""
        if name not in self.stacks:
            self._made[name] = self.clock.now
        super().create(name=name, **options)

    def describe(self, name: str) -> StackObservation:
        """Look at a stack; one that does not show yet is seen as ABSENT."""
        if not self.shows(name):
            return StackObservation(status=ABSENT)
        return super().describe(name)

    def ours(self) -> Mapping[str, Mapping[str, str]]:
        """Return every stack that carries this service's tags and shows."""
        return {name: tags for name, tags in super().ours().items() if self.shows(name)}

    def find(self, demo_id: str) -> tuple[str, ...]:
        """Return the ARN of everything with the demo's tag that shows, and of what was left."""
        names = (arn.partition(":stack/")[2].partition("/")[0] for arn in super().find(demo_id))
        shown = (a for a, n in zip(super().find(demo_id), names, strict=True) if self.shows(n))
        return (*shown, *(arn for arn, owner in self.left.items() if owner == demo_id))

    def remove_what_was_left(self) -> None:
        """Remove it by hand, and let nothing more be left."""
        self.retains, self.left, self.left_until = None, {}, self.clock.now

    def shows(self, name: str) -> bool:
        """Whether a stack can be seen yet."""
        return name not in self._made or self.clock.now - self._made[name] >= self._lag

    def _in(self, stack: MemoryStack, delay: timedelta, what: Callable[[], None]) -> None:
        super()._in(stack, delay * self._slowness, what)

    def _go(self, stack: MemoryStack) -> None:
        super()._go(stack)
        named = parse_stack_name(stack.name)
        if named and stack.component.name == self.retains and stack.name not in self.stacks:
            self.left_since.setdefault(named[0], self.clock.now)
            self.left[f"arn:aws:ec2:us-east-1:0:volume/vol-{stack.name}"] = named[0]


class LaggingStore(MemoryStore):
    """A table whose `due` index is late.

    It counts the `most` demos that were there at once, and notes by its own clock when a demo was
    called deleted (`ends`): the writer may have had the time wrong. Of pools it notes how
    many members were on their way at once, and which were claimed.
    """

    def __init__(self, clock: VirtualClock, *, lag: timedelta) -> None:
        super().__init__()
        self.most = 0
        self.most_unready = 0
        self.claims: list[str] = []
        self.ends: list[tuple[str, datetime]] = []
        self._clock = clock
        self._lag = lag
        self._moments: list[tuple[datetime, str, datetime | None]] = []

    def due(self, now: datetime) -> Sequence[str]:
        """Return the ids of the demos whose time had come, as the records were a while ago."""
        if not self._lag:
            return super().due(now)
        then = self._clock.now - self._lag
        known = {demo_id: moment for at, demo_id, moment in self._moments if at <= then}
        return [demo_id for demo_id, moment in known.items() if moment and moment <= now]

    def claim(self, before: Demo, *args: Any, **kwargs: Any) -> Demo:
        """Give a pool's demo to its new owner, or raise and change nothing."""
        claimed = super().claim(before, *args, **kwargs)
        self.claims.append(before.demo_id)
        return claimed

    def _write(self, demo: Demo, entries: Sequence[Entry]) -> None:
        super()._write(demo, entries)
        self.most = max(self.most, len(self.slots()))
        self.most_unready = max(self.most_unready, sum(map(_on_its_way, self.records.values())))
        if demo.ended:
            self.ends.append((demo.demo_id, self._clock.now))
        if self._lag:
            moment = demo.due_at
            self._moments.append((self._clock.now, demo.demo_id, moment))


def _on_its_way(demo: Demo) -> bool:
    """Whether a demo is a pool's member that is to come up and has not."""
    waits = is_pooled(demo.owner) and demo.desired_state is not Desired.DELETED
    return waits and demo.ready_at is None
