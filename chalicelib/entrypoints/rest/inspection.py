"""Details over HTTP: of one component of a demo, and of everybody's demos."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from chalice import Blueprint

from chalicelib.entrypoints.rest.http import HttpError, Request, Response, endpoint
from chalicelib.entrypoints.rest.views import component_view, failure_view, maybe_moment, moment
from chalicelib.wiring import use_cases

if TYPE_CHECKING:
    from chalicelib.core.demo import Demo
    from chalicelib.core.stack_details import StackDetails, StackResource
    from chalicelib.entrypoints.rest import inspection_answers as answers
    from chalicelib.services.overview import Holding, Overview

bp = Blueprint(__name__)


@endpoint(bp, "GET", "/demos/{demo_id}/components/{name}/events")
def component_events(call: Request, demo_id: str, name: str) -> Response:
    """Get a component's stack as it is now: its resources and its events."""
    seen = use_cases().inspect.component(call.caller, demo_id, name)
    body: answers.ComponentDetails = {
        "component": component_view(seen.demo, seen.component),
        "outputs": dict(seen.component.outputs),
        "stack": _stack(seen.stack) if seen.stack else None,
    }
    return Response(body=body)


@endpoint(bp, "GET", "/overview")
def overview(call: Request) -> Response:
    """List everybody's live demos by owner, for an admin."""
    from chalicelib.core.prices import total  # noqa: PLC0415 - here alone

    if not call.caller.admin:
        raise HttpError(HTTPStatus.FORBIDDEN, "only an admin sees who holds what")
    looked = use_cases().overview
    holdings = looked.holdings()
    body: answers.Overview = {
        "in_all": use_cases().policy.quotas.in_all,
        "hourly_usd": total(holding.price for holding in holdings).hourly_usd,
        "holdings": [_holding(looked, holding) for holding in holdings],
    }
    return Response(body=body)


def _stack(stack: StackDetails) -> answers.Stack:
    cause = stack.likely_cause
    return {
        "status": stack.status,
        "console_url": stack.console_url,
        "likely_cause": _resource(cause) if cause else None,
        "resources": [_resource(each) for each in stack.resources],
        "events": [_resource(each) for each in stack.events],
    }


def _resource(each: StackResource) -> answers.StackResource:
    return {
        "logical_id": each.logical_id,
        "physical_id": each.physical_id,
        "type": each.type,
        "status": each.status,
        "reason": each.reason,
        "at": moment(each.at),
    }


def _holding(looked: Overview, holding: Holding) -> answers.Holding:
    return {
        "owner": holding.owner,
        "hourly_usd": holding.price.hourly_usd,
        "unpriced": sorted(set(holding.price.unknown)),
        "demos": [_held(looked, demo) for demo in holding.demos],
    }


def _held(looked: Overview, demo: Demo) -> answers.HeldDemo:
    return {
        "demo_id": demo.demo_id,
        "name": demo.name,
        "phase": demo.phase,
        "expires_at": moment(demo.expires_at),
        "ready_by": maybe_moment(demo.ready_by),
        "starts_at": maybe_moment(demo.starts_at),
        "failure": failure_view(demo.trouble or demo.failure),
        "hourly_usd": looked.price(demo).hourly_usd,
    }
