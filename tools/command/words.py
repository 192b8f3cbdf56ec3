"""What a person reads of the API's answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from .spans import in_words

PHASES: Final = {
    "requested": "Requested",
    "provisioning": "Building",
    "ready": "Ready",
    "changing": "Changing",
    "pausing": "Pausing",
    "paused": "Paused",
    "resuming": "Resuming",
    "deleting": "Removing",
    "deleted": "Removed",
    "failed": "Failed (kept)",
    "quarantined": "Stuck: needs an operator",
}
"""The words of the page and of Slack (docs/glossary.md)."""
_ENDED: Final = "deleted"
_WANTED: Final = {
    "deleted": ("removed", ("deleting", "deleted", "quarantined")),
    "paused": ("paused", ("pausing", "paused", "quarantined")),
}
"""What is wanted of a demo other than that it runs, and the phases that say so themselves."""


def label(phase: str) -> str:
    """Return the word for a phase; one of a later release is its own."""
    return PHASES.get(phase, phase)


def place(demo: Mapping[str, Any]) -> str:
    """Return where a demo is: one that waits for its start is scheduled."""
    return "Scheduled" if waits(demo) else label(demo["phase"])


def waits(demo: Mapping[str, Any]) -> bool:
    """Whether a demo waits for its start."""
    wanted = demo["phase"] == "requested" and demo["desired_state"] == "running"
    return wanted and demo.get("starts_at") is not None


def failure_line(failure: Mapping[str, Any]) -> str:
    """Return why a demo failed."""
    where = f" at {failure['resource']}" if failure["resource"] else ""
    return f"{failure['component']}{where}: {failure['reason']}"


def when(text: str, now: datetime) -> str:
    """Return a moment as it is here, and how far off it is."""
    at = datetime.fromisoformat(text).astimezone()
    off = f"in {in_words(at - now)}" if at > now else f"{in_words(now - at)} ago"
    return f"{at:%a %d %b %H:%M %Z} ({off})"


def price(prices: Mapping[str, Any]) -> str:
    """Return a price; what is not known is named and not counted as nothing."""
    if prices["hourly_usd"] is None:
        return "price not known"
    lease = prices.get("lease_usd")
    whole = f", ${lease:.2f} for the lease" if lease is not None else ""
    missing = f" (without {', '.join(prices['unpriced'])})" if prices["unpriced"] else ""
    paused = prices["paused_hourly_usd"] if prices.get("phase") == "paused" else None
    rest = f" (${paused:.2f} while paused)" if paused is not None else ""
    return f"${prices['hourly_usd']:.2f} an hour{rest}{whole}{missing}"


def demo_lines(demo: Mapping[str, Any], now: datetime) -> Iterator[str]:
    """Yield a demo, its links last."""
    yield f"{demo['name']} ({demo['demo_id']}): {place(demo)}{_to_come(demo)}"
    if demo["phase"] == _ENDED:
        return
    if waits(demo):
        yield f"  starts {when(demo['starts_at'], now)}"
        yield f"  ready  by {when(demo['ready_by'], now)}"
    yield f"  ends   {when(demo['expires_at'], now)}"
    yield f"  price  {price(demo)}"
    yield f"  opens  from {', '.join(demo['allowed_cidr'])}"
    yield from (
        f"  {row}" for row in table([(c["name"], c["status"]) for c in demo["components"]])
    )
    if demo["failure"]:
        yield f"  {failure_line(demo['failure'])}"
    yield from (f"  {row}" for row in link_lines(demo))


def _to_come(demo: Mapping[str, Any]) -> str:
    """Return what is wanted of a demo that has not begun it."""
    word, there = _WANTED.get(demo["desired_state"], ("", ()))
    return "" if demo["phase"] in there or not word else f", to be {word}"


def link_lines(demo: Mapping[str, Any]) -> list[str]:
    """Return what can be opened of a demo."""
    return table(list(demo["links"].items()))


def list_lines(demos: Sequence[Mapping[str, Any]], now: datetime) -> list[str]:
    """Return demos as a table."""
    rows = [
        (
            demo["demo_id"],
            demo["name"],
            place(demo),
            when(demo["expires_at"], now) if demo["phase"] != _ENDED else "",
            " ".join(demo["component_names"]),
        )
        for demo in demos
    ]
    return table(rows) or ["No demos."]


def plan_lines(plan: Mapping[str, Any], now: datetime) -> Iterator[str]:
    """Yield what a request would make."""
    yield f"{plan['typical_minutes']:g} min, {price(plan)}"
    if plan["from_pool"]:
        pool = plan["from_pool"]
        yield f"from the pool {pool['pool']}: {pool['typical_minutes']:g} min"
    if start := plan.get("start"):
        late = f"probably {start['minutes_late']} min late" if start["minutes_late"] else "in time"
        begins = when(start["starts_at"], now) if start["starts_at"] else "at once"
        yield f"starts {begins}, {late}"
    steps = sorted(plan["steps"], key=lambda step: (step["starts_minute"], step["ends_minute"]))
    rows = [
        (
            f"{step['starts_minute']:g} to {step['ends_minute']:g} min",
            step["component"],
            f"after {', '.join(step['depends_on'])}" if step["depends_on"] else "",
        )
        for step in steps
    ]
    yield from (f"  {row}" for row in table(rows))


def catalog_lines(catalog: Mapping[str, Any]) -> Iterator[str]:
    """Yield what a demo can be made of, and the templates that were left out."""
    rows = [
        (c["name"], f"{c['typical_minutes']:g} min", price(c), c["description"])
        for c in catalog["components"]
    ]
    yield from table(rows)
    yield from (f"left out: {p['component']}: {p['message']}" for p in catalog["problems"])


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return rows in columns as wide as their widest cell."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
