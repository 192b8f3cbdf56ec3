"""What stands in a deletion's way, and the repairs that clear it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.core.component import Status
from chalicelib.core.errors import Rejected
from testkit.fakes.databases import MemoryDatabases


@dataclass(slots=True)
class Obstacle:
    """What makes a component's deletion fail: until it is cured, or so many times.

    `cure` is the port method that clears it (`release_interfaces` or `lift_protection`).
    """

    reason: str
    times: int = 1
    cure: str | None = None


class MemoryNetwork:
    """The Network port over what is put in the way of components' deletions, by their names."""

    def __init__(self, databases: MemoryDatabases) -> None:
        self._databases = databases
        self.obstacles: dict[str, Obstacle] = {}

    def obstacle_to(self, component: str) -> str | None:
        """Return what prevents a component's deletion, this time; None for nothing."""
        obstacle = self.obstacles.get(component)
        if obstacle is None or obstacle.times <= 0:
            return None
        obstacle.times -= 0 if obstacle.cure else 1
        return obstacle.reason

    def release_interfaces(self, holders: Sequence[str]) -> None:
        """Clear every obstacle that lingering interfaces are."""
        self._remove("release_interfaces", holders)

    def lift_protection(self, *, databases: Sequence[str], balancers: Sequence[str]) -> None:
        """Clear every obstacle that deletion protection is; RDS changes no stopped database."""
        if (status := self._databases.status(databases)) is not Status.READY:
            raise Rejected(f"InvalidDBInstanceState: the database is {status}")
        self._remove("lift_protection", [*databases, *balancers])

    def _remove(self, how: str, resources: Sequence[str]) -> None:
        for component, obstacle in self.obstacles.items():
            if obstacle.cure == how and any(r.endswith(f"-{component}") for r in resources):
                obstacle.times = 0
