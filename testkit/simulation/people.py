"""People who request, change and delete demos; they repeat a request without an answer."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from chalicelib.core.errors import WrongState
from chalicelib.core.identity import Caller
from chalicelib.core.request import DemoRequest
from chalicelib.core.spec import SpecChange
from chalicelib.services.use_cases import UseCases

if TYPE_CHECKING:
    from testkit.simulation.scene import Scene

TRIES: Final = 3
FOREVER: Final = 100_000


class People:
    """Everybody who acts in a run."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._script = scene.script
        self._ids: dict[str, str] = {}

    def come(self) -> None:
        """Put on the agenda what the script has them do."""
        script, scene = self._script, self._scene
        for number in range(script.people):
            ask = partial(self._ask, f"person{number}@example.com")
            scene.act(script.ask_at, partial(scene.insist, ask, FOREVER))
        if script.extend_at is not None:
            scene.act(script.extend_at, partial(scene.insist, self._extend, TRIES))
        for change in script.changes:
            then = partial(self._change, change.to)
            scene.act(change.at, partial(scene.insist, then, TRIES))
        if script.heal_at is not None:
            scene.act(script.heal_at, scene.cloud.fails.clear)
        if script.delete_at is not None:
            scene.act(script.delete_at, partial(scene.insist, self._delete, TRIES))

    def _use_cases(self) -> UseCases:
        return self._scene.use_cases_of("api")

    def _ask(self, owner: str) -> None:
        """Ask for a demo, each time with the id that follows from the request's key."""
        demo_id = self._ids.get(owner) or self._scene.new_id()
        self._ids[owner] = demo_id
        wanted = DemoRequest(
            components=self._script.requested,
            allowed_cidr=("203.0.113.0/24",),
            ttl=timedelta(minutes=self._script.lease),
            ready_by=self._ready_by(),
            keep_on_failure=self._script.keep_on_failure,
        )
        demo = self._use_cases().request.create_once(owner, wanted, demo_id=demo_id)
        self._protect(demo.demo_id)

    def _ready_by(self) -> datetime | None:
        """Return by when they want it; as soon as possible where that has passed meanwhile."""
        minute = self._script.ready_by
        if minute is None or minute <= self._scene.minute() + self._script.skew:
            return None
        return self._scene.start + timedelta(minutes=minute)

    def _protect(self, demo_id: str) -> None:
        """Protect some of the demo's stacks by hand as soon as they are there."""
        names = frozenset(f"stelligent-demo-{demo_id}-{c}" for c in self._script.protected)
        self._scene.cloud.listeners.append(partial(self._protect_stack, names))

    def _protect_stack(self, names: frozenset[str], name: str, status: str) -> None:
        if name in names and status == "ready":
            self._scene.cloud.stacks[name].protected = True

    def _extend(self) -> None:
        if first := self._scene.first():
            demo = self._use_cases().read.find(Caller(owner=first.owner), first.demo_id)
            until = self._scene.start + timedelta(minutes=self._script.lease + 30)
            if demo.expires_at < until:
                self._use_cases().change.move_lease(demo, until, actor=demo.owner)

    def _change(self, change: SpecChange | None) -> None:
        """Change a demo, or retry it; what its phase forbids is not tried again."""
        if first := self._scene.first():
            change_demo = self._use_cases().change
            demo = self._use_cases().read.find(Caller(owner=first.owner), first.demo_id)
            with suppress(WrongState):
                if change is None:
                    change_demo.retry(demo, actor=first.owner)
                else:
                    change_demo.change(demo, change, actor=first.owner)

    def _delete(self) -> None:
        if first := self._scene.first():
            demo = self._use_cases().read.find(Caller(owner=first.owner), first.demo_id)
            self._use_cases().change.delete(demo, actor=demo.owner, why="requested")
