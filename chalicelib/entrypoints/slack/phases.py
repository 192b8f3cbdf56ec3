"""Where a demo is, in the words that people read on the page too (docs/glossary.md)."""

from __future__ import annotations

from typing import Final

from chalicelib.core.demo import Demo, Phase
from chalicelib.entrypoints.slack.blocks import when

PHASES: Final = {
    Phase.REQUESTED: ":hourglass_flowing_sand: *Requested*",
    Phase.PROVISIONING: ":hourglass_flowing_sand: *Building*",
    Phase.READY: ":large_green_circle: *Ready*",
    Phase.CHANGING: ":hourglass_flowing_sand: *Changing*",
    Phase.PAUSING: ":hourglass_flowing_sand: *Pausing*",
    Phase.PAUSED: ":double_vertical_bar: *Paused*",
    Phase.RESUMING: ":hourglass_flowing_sand: *Resuming*",
    Phase.DELETING: ":wastebasket: *Removing*",
    Phase.DELETED: ":white_circle: *Removed*",
    Phase.FAILED: ":x: *Failed (kept)*",
    Phase.QUARANTINED: ":warning: *Stuck: needs an operator*",
}
SCHEDULED: Final = ":calendar: *Scheduled*"


def phase_of(demo: Demo) -> str:
    """Return where a demo is, marked."""
    return SCHEDULED if demo.waiting else PHASES[demo.phase]


def in_plain(marked: str) -> str:
    """Return such words without any marks."""
    return marked.split("*")[1]


def schedule_of(demo: Demo) -> str:
    """Return when a demo that waits starts, is to be ready, and ends."""
    by = when(demo.lease_begins)
    return f":calendar: Starts {when(demo.begins_at)}, ready by {by}, ends {when(demo.expires_at)}"
