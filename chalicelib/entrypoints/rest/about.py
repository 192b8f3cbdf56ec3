"""What the service offers: the catalog, a preview, its own description, its health."""

from __future__ import annotations

from chalice import Blueprint

from chalicelib.entrypoints.rest.http import Request, Response, endpoint
from chalicelib.entrypoints.rest.views import caller_view, health_view
from chalicelib.wiring import use_cases

bp = Blueprint(__name__)


@endpoint(bp, "GET", "/catalog")
def catalog(call: Request) -> Response:  # noqa: ARG001
    """List the components."""
    from chalicelib.entrypoints.rest.offer_views import catalog_view  # noqa: PLC0415 - here alone

    offer = use_cases().offer
    return Response(body=catalog_view(offer.catalog(), offer.policy.home_region))


@endpoint(bp, "POST", "/plan")
def plan(call: Request) -> Response:
    """Plan a demo, or a change of one: return what it would do, doing nothing."""
    from chalicelib.entrypoints.rest import models, offer_views  # noqa: PLC0415 - seldom

    given = call.json()
    if isinstance(given, dict) and "demo_id" in given:
        wanted = models.parsed(models.ChangePlanBody, given)
        demo = use_cases().read.find(call.caller, wanted.demo_id)
        preview = use_cases().change.preview(demo, wanted.change())
        return Response(body=offer_views.change_preview_view(preview))
    offer = use_cases().offer
    _, request = models.demo_request(given, call.own_block, offer.check)
    waiting = use_cases().claims.best(request)
    return Response(body=offer_views.preview_view(offer.preview(request), waiting))


@endpoint(bp, "GET", "/me")
def me(call: Request) -> Response:
    """Get the caller: who, from where, within which limits, and how much of them is used."""
    held = use_cases().overview.held(call.caller.owner)
    return Response(body=caller_view(call.caller, call.own_block, use_cases().policy, held))


@endpoint(bp, "GET", "/openapi.json", public=True)
def openapi(call: Request) -> Response:  # noqa: ARG001
    """Describe this API."""
    from chalicelib.entrypoints.rest.openapi import document  # noqa: PLC0415 - seldom requested

    return Response(body=document())


@endpoint(bp, "GET", "/health", public=True)
def health(call: Request) -> Response:  # noqa: ARG001
    """Check the health: settings that are whole and templates that can be read."""
    return Response(body=health_view(use_cases().offer.catalog()))
