"""What the service runs with: its state machine, its templates, its metrics and its clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from chalicelib.core.catalog import Catalog

Clock = Callable[[], datetime]
"""The time now, with its zone (UTC)."""

NewId = Callable[[], str]
"""A fresh id or secret, of which nobody can guess the next."""


class Workflow(Protocol):
    """The state machine."""

    def start(self, demo_id: str, generation: int) -> None:
        """Start a loop; starting the same generation again is no error."""

    def resume(self, token: str) -> None:
        """Let a parked loop go on; a token nobody waits for any more is no error."""

    def running(self, demo_id: str, generation: int) -> bool:
        """Return whether that loop is running now."""


class TemplateRepository(Protocol):
    """The templates and the image's build context, as they came with the package."""

    def catalog(self) -> Catalog:
        """Return the catalog of every usable template."""

    def template(self, component: str) -> str:
        """Return a template's body; raise Rejected when it is not there any more."""

    def bundle(self) -> bytes:
        """Return the bundle."""


class Metrics(Protocol):
    """Counts for the dashboard and the alarms."""

    def count(self, name: str, value: float = 1, *, unit: str = "Count") -> None:
        """Add to a metric of this service."""
