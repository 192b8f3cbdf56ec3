"""Prospect links over HTTP: their owner's routes, and the one a prospect's page reads.

A link's token travels in the fragment of the page's address, which browsers keep to themselves,
and from there in a header or a body: it is in no address that a server or a proxy logs.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from chalice import Blueprint

from chalicelib.core.errors import FieldProblem, InvalidRequest
from chalicelib.entrypoints.own_address import own_address
from chalicelib.entrypoints.rest.access_views import (
    new_share_view,
    shared_view,
    shares_view,
)
from chalicelib.entrypoints.rest.http import Request, Response, endpoint
from chalicelib.wiring import use_cases

if TYPE_CHECKING:
    from chalicelib.entrypoints.rest.access_answers import SharedDemo

bp = Blueprint(__name__)

MAX_TOKEN: Final = 120
TOKEN_HEADER: Final = "X-Share-Token"  # noqa: S105 - a header's name


@endpoint(bp, "POST", "/demos/{demo_id}/shares")
def create(call: Request, demo_id: str) -> Response:
    """Create a link; its address is in this answer and in no other."""
    from chalicelib.entrypoints.rest.access_models import ShareBody  # noqa: PLC0415 - seldom
    from chalicelib.entrypoints.rest.models import parsed  # noqa: PLC0415 - seldom

    body = parsed(ShareBody, call.json())
    share, token = use_cases().sharing.create(call.caller, demo_id, body.invitation())
    service = own_address(call.headers.get("host", ""), call.path, f"/demos/{demo_id}/shares")
    page = body.page_url or (f"{service}/share" if service else None)
    return Response(body=new_share_view(share, token, page), status=HTTPStatus.CREATED)


@endpoint(bp, "GET", "/demos/{demo_id}/shares")
def index(call: Request, demo_id: str) -> Response:
    """List a demo's links with their visits, newest first."""
    found = use_cases().sharing.listed(call.caller, demo_id)
    return Response(body=shares_view(found))


@endpoint(bp, "DELETE", "/demos/{demo_id}/shares/{share_id}")
def revoke(call: Request, demo_id: str, share_id: str) -> Response:
    """Revoke a link at once."""
    use_cases().sharing.revoke(call.caller, demo_id, share_id)
    return Response(body="", status=HTTPStatus.NO_CONTENT)


@endpoint(bp, "POST", "/shared", public=True)
def visit(call: Request) -> Response:
    """Open a link: return what it shows, and count the visit."""
    from chalicelib.entrypoints.rest.access_models import VisitBody  # noqa: PLC0415 - seldom
    from chalicelib.entrypoints.rest.models import parsed  # noqa: PLC0415 - seldom

    token = parsed(VisitBody, call.json()).token
    return Response(body=_shown(call, token, count=True))


@endpoint(bp, "GET", "/shared", public=True)
def look_again(call: Request) -> Response:
    """Return what a link shows to a page that is open already, counting no visit."""
    token = call.headers.get(TOKEN_HEADER.lower(), "")
    if not 1 <= len(token) <= MAX_TOKEN:
        raise InvalidRequest(FieldProblem(TOKEN_HEADER, f"must be 1 to {MAX_TOKEN} long"))
    headers = {"Cache-Control": "private, no-cache", "Vary": TOKEN_HEADER}
    return Response(body=_shown(call, token, count=False), headers=headers)


def _shown(call: Request, token: str, *, count: bool) -> SharedDemo:
    share, demo = use_cases().sharing.visit(token, count=count)
    return shared_view(share, demo, call.source_ip)


@endpoint(bp, "POST", "/shared/clicks", public=True)
def click(call: Request) -> Response:
    """Count that a prospect opens one of the demo's links."""
    from chalicelib.entrypoints.rest.access_models import ClickBody  # noqa: PLC0415 - seldom
    from chalicelib.entrypoints.rest.models import parsed  # noqa: PLC0415 - seldom

    body = parsed(ClickBody, call.json())
    share, demo = use_cases().sharing.visit(body.token, count=False)
    if body.title not in demo.links:
        raise InvalidRequest(FieldProblem("title", "is none of the demo's links"))
    use_cases().sharing.click(share, body.title)
    return Response(body="", status=HTTPStatus.NO_CONTENT)


@endpoint(bp, "POST", "/shared/access-requests", public=True)
def ask(call: Request) -> Response:
    """Ask that the visitor's own address be let in."""
    from chalicelib.entrypoints.rest.access_models import VisitBody  # noqa: PLC0415 - seldom
    from chalicelib.entrypoints.rest.models import parsed  # noqa: PLC0415 - seldom

    token = parsed(VisitBody, call.json()).token
    share, demo = use_cases().access.ask(token, call.source_ip)
    shown = shared_view(share, demo, call.source_ip)
    return Response(body=shown, status=HTTPStatus.ACCEPTED)
