"""Demos and timeline entries for the contract tests."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.core.demo import Demo, Phase
from chalicelib.core.timeline import Entry, EntryKind

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
OWNER = "ann@example.com"


def a_demo(number: int = 1, **fields: Any) -> Demo:
    made = Demo(
        demo_id=f"demo{number:04d}",
        name="a demo",
        owner=OWNER,
        region="us-east-1",
        requested_components=("vpc",),
        components={},
        created_at=NOW + timedelta(seconds=number),
        expires_at=NOW + timedelta(hours=4),
        due_at=NOW + timedelta(hours=4),
    )
    return replace(made, **fields)


def ended(demo: Demo) -> Demo:
    return replace(demo, phase=Phase.DELETED, looping=False, deleted_at=NOW, due_at=None)


def entry(text: str, at: datetime = NOW) -> Entry:
    return Entry(at=at, actor="tests", kind=EntryKind.NOTICE, text=text)
