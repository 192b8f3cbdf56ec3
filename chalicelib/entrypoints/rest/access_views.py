"""Build the answers about who gets in: prospect links, what they show, and credentials."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.entrypoints.rest.views import maybe_moment, moment, prices_view

if TYPE_CHECKING:  # only the description of the API needs the answers' types
    from collections.abc import Iterable

    from chalicelib.core.catalog import Catalog
    from chalicelib.core.costs import Cost
    from chalicelib.core.credentials import Credentials
    from chalicelib.core.demo import Demo, Handover
    from chalicelib.core.share import Share
    from chalicelib.entrypoints.rest import access_answers as answers
    from chalicelib.services.shares import Listed


def credentials_view(found: Iterable[Credentials], catalog: Catalog) -> answers.CredentialsList:
    """Return users and passwords by component."""
    return {
        "credentials": [
            {
                "component": each.component,
                "title": catalog.components[each.component].title,
                "user": each.user,
                "password": each.password,
                "address": each.address,
                "command": each.command,
            }
            for each in found
        ]
    }


def share_view(share: Share, *, is_open: bool) -> answers.Share:
    """Return a link as its owner reads it."""
    return {
        "share_id": share.share_id,
        "label": share.label,
        "host": share.host,
        "note": share.note,
        "created_by": share.created_by,
        "created_at": moment(share.created_at),
        "expires_at": moment(share.expires_at),
        "open": is_open,
        "visits": share.visits,
        "first_visited_at": maybe_moment(share.first_visited_at),
        "visited_at": maybe_moment(share.visited_at),
        "clicks": dict(share.clicks),
        "access_requests": sorted(share.waiting),
    }


def new_share_view(share: Share, token: str, page_url: str | None) -> answers.NewShare:
    """Return a link that was just made, with its address.

    The address is relative to the API's own: a service has more than one, and cannot know them
    all. The QR code has that of the page.
    """
    from chalicelib.entrypoints.rest.qr import qr_code  # noqa: PLC0415 - here alone

    return {
        **share_view(share, is_open=True),
        "url": f"share#{token}",
        "qr": qr_code(f"{page_url}#{token}") if page_url else None,
    }


def shares_view(listed: Iterable[Listed]) -> answers.ShareList:
    """Return a demo's links."""
    return {"shares": [share_view(each.share, is_open=each.open) for each in listed]}


def handover_view(demo: Demo, offer: Handover, cost: Cost) -> answers.Handover:
    """Return what somebody reads before they accept a demo."""
    return {
        **prices_view(cost),
        "demo_id": demo.demo_id,
        "name": demo.name,
        "owner": demo.owner,
        "region": demo.region,
        "components": [c.title or c.name for c in demo.components.values()],
        "demo_ends_at": moment(demo.expires_at),
        "expires_at": moment(offer.expires_at),
    }


def shared_view(share: Share, demo: Demo, address: str) -> answers.SharedDemo:
    """Return all that a prospect may know: the demo's name, state, times and links."""
    from chalicelib.core.access import Access, access_of  # noqa: PLC0415 - here alone
    from chalicelib.core.share import State, ends_at, state  # noqa: PLC0415

    now_in = state(demo)
    access = access_of(demo, share, address)
    return {
        "name": demo.name,
        "host": share.host,
        "note": share.note,
        "state": now_in,
        "links": demo.links if now_in is State.READY else {},
        "ready_by": maybe_moment(demo.ready_by),
        "ends_at": moment(ends_at(share, demo)),
        "address": address,
        "let_in": access is Access.OPEN,
        "access": access,
    }
