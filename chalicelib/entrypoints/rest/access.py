"""Credentials of a demo, and requests to be let in, over HTTP."""

from __future__ import annotations

from http import HTTPStatus

from chalice import Blueprint

from chalicelib.entrypoints.rest.access_views import credentials_view
from chalicelib.entrypoints.rest.http import Request, Response, endpoint
from chalicelib.entrypoints.rest.views import demo_view
from chalicelib.wiring import use_cases

bp = Blueprint(__name__)


@endpoint(bp, "GET", "/demos/{demo_id}/credentials")
def credentials(call: Request, demo_id: str) -> Response:
    """Read the credentials of what a demo runs; the timeline says that they were read."""
    found = use_cases().credentials.of(call.caller, demo_id)
    # Without an ETag: nobody keeps this answer, and the tag would be a digest of a password.
    return Response(body=credentials_view(found, use_cases().offer.catalog()), versioned=False)


@endpoint(bp, "POST", "/demos/{demo_id}/access-requests")
def answer(call: Request, demo_id: str) -> Response:
    """Let in an address that asks to be, or decline it."""
    from chalicelib.entrypoints.rest.access_models import AccessBody  # noqa: PLC0415 - seldom
    from chalicelib.entrypoints.rest.models import parsed  # noqa: PLC0415 - seldom

    body = parsed(AccessBody, call.json())
    access = use_cases().access
    answered = access.let_in if body.let_in else access.decline
    demo = answered(call.caller, demo_id, body.address)
    shown = demo_view(demo, use_cases().offer.cost(demo))
    return Response(body=shown, status=HTTPStatus.ACCEPTED)
