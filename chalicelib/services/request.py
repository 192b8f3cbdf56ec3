"""Ask for a demo."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from chalicelib.core.demo import Demo
from chalicelib.core.errors import NotFound
from chalicelib.core.preview import Preview
from chalicelib.core.preview import preview as preview_of
from chalicelib.core.request import DemoRequest, check, new_demo
from chalicelib.core.timeline import Entry, EntryKind
from chalicelib.services.loop import begin, ensure
from chalicelib.services.world import World

IDEMPOTENCY_WINDOW: Final = timedelta(days=1)
"""How long the same asking means the same demo."""


def request_demo(
    world: World, owner: str, request: DemoRequest, *, demo_id: str | None = None
) -> Demo:
    """Record a new demo and start its loop; return before any stack exists.

    Raises InvalidRequest (every bad field named) or LimitReached; either way nothing is made.
    """
    now = world.clock()
    catalog = world.templates.catalog()
    checked = check(request, catalog, world.policy.request)
    demo = new_demo(
        checked, demo_id=demo_id or world.new_id(), owner=owner, catalog=catalog, now=now
    )
    named = ", ".join(demo.requested_components)
    text = f"{demo.name}: {named} until {demo.expires_at:%Y-%m-%d %H:%M} UTC"
    entry = Entry(at=now, actor=owner, kind=EntryKind.REQUESTED, text=text)
    world.store.create(demo, [entry], world.policy.quotas)
    begin(world, demo)
    world.metrics.count("Requested")
    return demo


def request_once(world: World, owner: str, request: DemoRequest, *, demo_id: str) -> Demo:
    """Ask for a demo whose id the asking itself decides, so that asking again makes no second.

    A process that died between its write and its start is made up for.
    """
    try:
        demo = world.store.get(demo_id)
    except NotFound:
        return request_demo(world, owner, request, demo_id=demo_id)
    if demo.owner != owner or world.clock() - demo.created_at > IDEMPOTENCY_WINDOW:
        return request_demo(world, owner, request)
    if demo.looping:
        ensure(world, demo)
    return demo


def preview(world: World, request: DemoRequest) -> Preview:
    """Return what `request_demo` would make, making nothing; raise InvalidRequest."""
    catalog = world.templates.catalog()
    checked = check(request, catalog, world.policy.request)
    return preview_of(catalog, checked.requested, checked.graph)
