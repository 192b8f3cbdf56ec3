"""Whether a demo has become what is waited for, or never will."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from .failures import CommandError
from .words import failure_line, label

_WANTED: Final = {"ready": "running", "paused": "paused"}
"""What a demo's owner must want for each phase that is waited for."""


def reached(demo: Mapping[str, Any], goal: str) -> bool:
    """Return whether a demo is in this phase; raise CommandError where it will not come to it."""
    phase, wanted = demo["phase"], _WANTED.get(goal)
    if phase == "quarantined" or (wanted and phase in ("failed", "deleted")):
        raise _missed(demo)
    if wanted and demo["desired_state"] != wanted:
        raise _missed(demo, f"it is to be {demo['desired_state']}, and so will not be {goal}")
    return bool(phase == goal)


def _missed(demo: Mapping[str, Any], why: str = "") -> CommandError:
    head = f"{demo['name']} ({demo['demo_id']}): {label(demo['phase'])}"
    cause = failure_line(demo["failure"]) if demo["failure"] else why or demo["reason"]
    return CommandError(f"{head}; {cause}", body=demo)
