"""Ask for a demo."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from chalicelib.core.demo import Demo
from chalicelib.core.errors import InvalidRequest, NotFound
from chalicelib.core.graph import Span, build_graph, schedule
from chalicelib.core.request import DemoRequest, asked, check, new_demo
from chalicelib.core.timeline import Entry, EntryKind
from chalicelib.services.loop import ensure
from chalicelib.services.world import World

ASKED_AGAIN: Final = timedelta(days=1)
"""How long the same asking means the same demo."""


def request_demo(world: World, owner: str, request: DemoRequest) -> Demo:
    """Record a new demo and start its loop; return before any stack exists.

    Raises InvalidRequest (every bad field named) or LimitReached; either way nothing is made.
    """
    now = world.clock()
    demo = new_demo(
        request,
        demo_id=world.new_id(),
        owner=owner,
        catalog=world.shelf.catalog(),
        rules=world.rules.request,
        now=now,
    )
    text = f"{demo.name}: {', '.join(demo.asked)} until {demo.expires_at:%Y-%m-%d %H:%M} UTC"
    entry = Entry(at=now, actor=owner, kind=EntryKind.REQUESTED, text=text)
    world.store.create(demo, [entry], world.rules.limits)
    world.workflow.start(demo.demo_id, demo.generation)
    world.meter.count("Requested")
    return demo


def request_once(world: World, owner: str, request: DemoRequest, *, demo_id: str) -> Demo:
    """Ask for a demo whose id the asking itself decides, so that asking again makes no second.

    A process that died between its write and its start is made up for.
    """
    try:
        demo = world.store.get(demo_id)
    except NotFound:
        return request_demo(replace(world, new_id=lambda: demo_id), owner, request)
    if demo.owner != owner or world.clock() - demo.created_at > ASKED_AGAIN:
        return request_demo(world, owner, request)
    if demo.looping:
        ensure(world, demo)
    return demo


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a request would make: the steps laid out in time, and what they cost an hour."""

    asked: tuple[str, ...]
    pulled_in: tuple[str, ...]
    spans: tuple[Span, ...]
    after: dict[str, tuple[str, ...]]
    typical_minutes: float
    hourly_usd: float


def preview(world: World, request: DemoRequest) -> Preview:
    """Return what `request_demo` would make, making nothing; raise InvalidRequest."""
    catalog = world.shelf.catalog()
    if problems := check(request, catalog, world.rules.request):
        raise InvalidRequest(*problems)
    named = asked(request, catalog)
    graph = build_graph(catalog, named)
    after = {step: graph.after(step) for step in graph.steps}
    minutes = {step: catalog.components[step].typical_minutes for step in graph.steps}
    spans = tuple(schedule(after, minutes))
    return Preview(
        asked=named,
        pulled_in=tuple(s for s in graph.steps if s not in named),
        spans=spans,
        after=after,
        typical_minutes=max((s.ends for s in spans), default=0.0),
        hourly_usd=round(sum(catalog.components[s].hourly_usd for s in graph.steps), 4),
    )
