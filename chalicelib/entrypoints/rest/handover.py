"""Handing a demo over, over HTTP.

An offer's code travels in the fragment of the page's address, which browsers keep to themselves,
and from there in a header or a body, as a prospect link's token does.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from chalice import Blueprint

from chalicelib.core.errors import FieldProblem, InvalidRequest
from chalicelib.entrypoints.rest.access_views import handover_view
from chalicelib.entrypoints.rest.conditions import version_tag
from chalicelib.entrypoints.rest.http import Request, Response, endpoint
from chalicelib.entrypoints.rest.views import demo_view, moment
from chalicelib.wiring import use_cases

bp = Blueprint(__name__)

CODE_HEADER: Final = "X-Handover-Code"


@endpoint(bp, "POST", "/demos/{demo_id}/handover")
def offer(call: Request, demo_id: str) -> Response:
    """Offer a demo; the offer's address is in this answer and in no other."""
    made, code = use_cases().handover.offer(call.caller, demo_id)
    body = {"url": f"app#/handover/{code}", "expires_at": moment(made.expires_at)}
    return Response(body=body, status=HTTPStatus.CREATED)


@endpoint(bp, "DELETE", "/demos/{demo_id}/handover")
def withdraw(call: Request, demo_id: str) -> Response:
    """Withdraw an offer at once."""
    use_cases().handover.withdraw(call.caller, demo_id)
    return Response(body="", status=HTTPStatus.NO_CONTENT)


@endpoint(bp, "GET", "/handover")
def look(call: Request) -> Response:
    """Get what an offer gives, before it is accepted."""
    from chalicelib.core.handover import MAX_CODE  # noqa: PLC0415 - seldom

    code = call.headers.get(CODE_HEADER.lower(), "")
    if not 1 <= len(code) <= MAX_CODE:
        raise InvalidRequest(FieldProblem(CODE_HEADER, f"must be 1 to {MAX_CODE} long"))
    demo, made = use_cases().handover.look(call.caller, code)
    shown = handover_view(demo, made, use_cases().offer.cost(demo))
    headers = {"Cache-Control": "private, no-cache", "Vary": CODE_HEADER}
    return Response(body=shown, headers=headers)


@endpoint(bp, "POST", "/handover")
def accept(call: Request) -> Response:
    """Take over the demo that a code offers."""
    from chalicelib.entrypoints.rest.access_models import CodeBody  # noqa: PLC0415 - seldom
    from chalicelib.entrypoints.rest.models import parsed  # noqa: PLC0415 - seldom

    demo = use_cases().handover.accept(call.caller, parsed(CodeBody, call.json()).code)
    headers = {"ETag": version_tag(demo.version)}
    return Response(body=demo_view(demo, use_cases().offer.cost(demo)), headers=headers)
