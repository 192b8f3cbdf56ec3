"""Pools over HTTP: for admins; for anybody else there are none."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

from chalice import Blueprint

from chalicelib.entrypoints.rest.http import Request, Response, endpoint
from chalicelib.entrypoints.rest.views import brief_view
from chalicelib.wiring import use_cases

if TYPE_CHECKING:
    from chalicelib.core.pool import Window
    from chalicelib.entrypoints.rest.pool_models import (
        PoolAnswer,
        PoolHealth,
        PoolList,
        PoolWindow,
    )
    from chalicelib.services.pools import PoolStatus

bp = Blueprint(__name__)


@endpoint(bp, "GET", "/pools")
def index(call: Request) -> Response:
    """List the pools."""
    found = use_cases().pools.list(call.caller)
    answer: PoolList = {"pools": [pool_view(status) for status in found]}
    return Response(body=answer)


@endpoint(bp, "GET", "/pools/{name}")
def show(call: Request, name: str) -> Response:
    """Get a pool with its members."""
    return Response(body=pool_view(use_cases().pools.get(call.caller, name)))


@endpoint(bp, "PUT", "/pools/{name}")
def put(call: Request, name: str) -> Response:
    """Set a pool; the next sweep fills it."""
    from chalicelib.entrypoints.rest.models import parsed  # noqa: PLC0415 - seldom
    from chalicelib.entrypoints.rest.pool_models import PoolBody  # noqa: PLC0415

    cases = use_cases()
    cases.pools.only_for(call.caller)
    policy = cases.policy
    body = parsed(PoolBody, call.json())
    pool = body.pool(name, home_region=policy.request.home_region, most=policy.quotas.in_all)
    return Response(body=pool_view(cases.pools.put(call.caller, pool)))


@endpoint(bp, "DELETE", "/pools/{name}")
def delete(call: Request, name: str) -> Response:
    """End a pool: the next sweep removes its members, and it is gone when they are."""
    ending = use_cases().pools.remove(call.caller, name)
    return Response(body=pool_view(ending), status=HTTPStatus.ACCEPTED)


def pool_view(status: PoolStatus) -> PoolAnswer:
    """Return a pool as an admin reads it."""
    pool = status.pool
    return {
        "name": pool.name,
        "components": list(pool.components),
        "parameters": dict(pool.parameters),
        "region": pool.region,
        "ready": pool.ready,
        "max_unready": pool.max_unready,
        "max_total": pool.max_total,
        "unclaimed_hours": pool.unclaimed / timedelta(hours=1),
        "windows": [_window(window) for window in pool.windows],
        "tier": pool.tier,
        "status": _status(status),
        "members": [brief_view(member) for member in status.members],
    }


def _window(window: Window) -> PoolWindow:
    return {
        "days": list(window.days),
        "from": f"{window.start:%H:%M}",
        "to": f"{window.end:%H:%M}" if window.end else "24:00",
        "time_zone": window.time_zone,
        "ready": window.ready,
    }


def _status(status: PoolStatus) -> PoolHealth:
    pool = status.pool
    return {
        "ready": status.ready,
        "unready": status.unready,
        "wanted": pool.wanted(use_cases().pools.clock()),
        "claimed": pool.claimed,
        "missed": pool.missed,
        "hourly_usd": status.price(use_cases().offer.catalog()).hourly_usd,
        "paused": pool.paused or None,
        "ending": pool.ending,
    }
