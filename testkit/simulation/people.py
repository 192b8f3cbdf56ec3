"""Those who ask for demos, extend and delete them; they ask again where they got no answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from chalicelib.core.catalog import ALL
from chalicelib.core.request import DemoRequest
from chalicelib.services import change
from chalicelib.services.read import Caller, find, list_demos
from chalicelib.services.request import request_demo
from chalicelib.services.world import World

if TYPE_CHECKING:
    from testkit.simulation.scene import Scene

TRIES: Final = 3
FOREVER: Final = 100_000


class People:
    """Everybody who acts in a run."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._script = scene.script

    def come(self) -> None:
        """Put on the agenda what the script has them do."""
        script, scene = self._script, self._scene
        for number in range(script.people):
            owner = f"person{number}@example.com"
            scene.act(0, lambda owner=owner: self._insist(lambda: self._ask(owner), FOREVER))  # type: ignore[misc]
        if script.extend_at is not None:
            scene.act(script.extend_at, lambda: self._insist(self._extend, TRIES))
        if script.delete_at is not None:
            scene.act(script.delete_at, lambda: self._insist(self._delete, TRIES))

    def _insist(self, what: Callable[[], object], tries: int) -> None:
        """Do something, trying again each minute as somebody does who got no answer."""
        from testkit.simulation.scene import survives  # noqa: PLC0415 - they know each other

        if not survives(what) and tries:
            self._scene.act(1, lambda: self._insist(what, tries - 1))

    def _world(self) -> World:
        return self._scene.world_of("api")

    def _ask(self, owner: str) -> None:
        """Ask for a demo, unless an earlier request made one though it got no answer."""
        world = self._world()
        if list_demos(world, Caller(owner=owner), everybody=False, limit=5, cursor=None).items:
            return
        wanted = DemoRequest(
            components=ALL,
            allowed_cidr=("203.0.113.0/24",),
            ttl=timedelta(minutes=self._script.lease),
            keep_on_failure=self._script.keep_on_failure,
        )
        demo = request_demo(world, owner, wanted)
        self._protect(demo.demo_id)

    def _protect(self, demo_id: str) -> None:
        """Protect some of the demo's stacks by hand as soon as they are there."""
        cloud = self._scene.cloud
        names = {f"stelligent-demo-{demo_id}-{c}" for c in self._script.protected}

        def shield(name: str, status: str) -> None:
            if name in names and status == "ready":
                cloud.stacks[name].protected = True

        cloud.listeners.append(shield)

    def _extend(self) -> None:
        if first := self._scene.first():
            demo = find(self._world(), Caller(owner=first.owner), first.demo_id)
            until = self._scene.start + timedelta(minutes=self._script.lease + 30)
            if demo.expires_at < until:
                change.move_lease(self._world(), demo, until, actor=demo.owner)

    def _delete(self) -> None:
        if first := self._scene.first():
            demo = find(self._world(), Caller(owner=first.owner), first.demo_id)
            change.end(self._world(), demo, actor=demo.owner, why="asked for")
