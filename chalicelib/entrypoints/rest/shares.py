"""Prospect links over HTTP: their owner's routes, and the one a prospect's page reads.

A link's token travels in the fragment of the page's address, which browsers keep to themselves,
and from there in a header or a body: it is in no address that a server or a proxy logs.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

from chalice import Blueprint

from chalicelib.core.demo import Demo
from chalicelib.core.share import Share, state
from chalicelib.entrypoints.rest.http import Answer, Call, endpoint
from chalicelib.services import shares
from chalicelib.wiring import sharing, world

bp = Blueprint(__name__)

_MAX_TOKEN: Final = 120
TOKEN_HEADER: Final = "X-Share-Token"  # noqa: S105 - a header's name


@endpoint(bp, "POST", "/demos/{demo_id}/shares")
def create(call: Call, demo_id: str) -> Answer:
    """Make a link; its address is in this answer and never in another."""
    from chalicelib.entrypoints.rest.models import ShareBody, parsed  # noqa: PLC0415 - seldom

    body = parsed(ShareBody, call.json())
    share, token = shares.create(world(), sharing(), call.caller, demo_id, body.expires_hours)
    # Relative to the API's own address: a service has more than one, and cannot know them all.
    made = share_view(shares.Listed(share=share, open=True)) | {"url": f"share#{token}"}
    return Answer(body=made, status=HTTPStatus.CREATED)


@endpoint(bp, "GET", "/demos/{demo_id}/shares")
def index(call: Call, demo_id: str) -> Answer:
    """List a demo's links with their visits, newest first."""
    found = shares.listed(world(), sharing(), call.caller, demo_id)
    return Answer(body={"shares": [share_view(each) for each in found]})


@endpoint(bp, "DELETE", "/demos/{demo_id}/shares/{share_id}")
def revoke(call: Call, demo_id: str, share_id: str) -> Answer:
    """Close a link at once."""
    shares.revoke(world(), sharing(), call.caller, demo_id, share_id)
    return Answer(body="", status=HTTPStatus.NO_CONTENT)


@endpoint(bp, "POST", "/shared", public=True)
def visit(call: Call) -> Answer:
    """Show what a link shows, and count the visit."""
    from chalicelib.entrypoints.rest.models import VisitBody, parsed  # noqa: PLC0415 - seldom

    token = parsed(VisitBody, call.json()).token
    return Answer(body=shared_view(*shares.visit(world(), sharing(), token, count=True)))


@endpoint(bp, "GET", "/shared", public=True)
def look_again(call: Call) -> Answer:
    """Show what a link shows to a page that is open already."""
    token = call.headers.get(TOKEN_HEADER.lower(), "")[:_MAX_TOKEN]
    body = shared_view(*shares.visit(world(), sharing(), token, count=False))
    headers = {"Cache-Control": "private, no-cache", "Vary": TOKEN_HEADER}
    return Answer(body=body, headers=headers)


def _titled(demo: Demo) -> dict[str, str]:
    """Return the demo's links by their components' titles: prospects know no component names."""
    known = world().shelf.catalog().components
    found = {}
    for step in demo.steps.values():
        title = known[step.name].title if step.name in known else ""
        for name, url in step.links.items():
            found[title if title and title not in found else name] = url
    return found


def share_view(listed: shares.Listed) -> dict[str, Any]:
    """Return a link as its owner reads it."""
    share = listed.share
    visited = share.visited_at
    return {
        "share_id": share.share_id,
        "created_by": share.created_by,
        "created_at": share.created_at.isoformat(timespec="milliseconds"),
        "expires_at": share.expires_at.isoformat(timespec="milliseconds"),
        "open": listed.open,
        "visits": share.visits,
        "visited_at": visited.isoformat(timespec="milliseconds") if visited else None,
    }


def shared_view(share: Share, demo: Demo) -> dict[str, Any]:
    """Return all that a prospect may know: the demo's name, state, links and end."""
    now_in = state(demo)
    return {
        "name": demo.name,
        "state": now_in,
        "links": _titled(demo) if now_in == "ready" else {},
        "ends_at": shares.real_end(share, demo),
    }
