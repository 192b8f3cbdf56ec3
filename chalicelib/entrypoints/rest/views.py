"""Build the API's answers from what the use cases return."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.core.component import Status
from chalicelib.core.kinds import Kind
from chalicelib.core.naming import stack_name

if TYPE_CHECKING:  # only the description of the API needs the answers' types
    from collections.abc import Callable
    from datetime import datetime, timedelta

    from chalicelib.core.catalog import Catalog
    from chalicelib.core.component import ComponentStatus, Failure
    from chalicelib.core.costs import Cost
    from chalicelib.core.demo import Demo
    from chalicelib.core.identity import Caller
    from chalicelib.core.pages import Page
    from chalicelib.core.policy import Policy
    from chalicelib.core.timeline import Entry
    from chalicelib.entrypoints.rest import answers, offers
    from chalicelib.services.overview import Held


def moment(at: datetime) -> str:
    """Return a moment as answers have it: ISO 8601 with milliseconds and the zone."""
    return at.isoformat(timespec="milliseconds")


def maybe_moment(at: datetime | None) -> str | None:
    """Return a moment that may not have come."""
    return moment(at) if at else None


def prices_view(cost: Cost) -> answers.Prices:
    """Return what something costs an hour, and what is not known of it."""
    return {
        "hourly_usd": cost.running.hourly_usd,
        "paused_hourly_usd": cost.paused.hourly_usd,
        "unpriced": list(cost.running.unknown),
    }


def demo_view(demo: Demo, cost: Cost) -> answers.Demo:
    """Return a demo as its owner reads it."""
    offer = demo.handover
    return {
        **prices_view(cost),
        "demo_id": demo.demo_id,
        "name": demo.name,
        "owner": demo.owner,
        "region": demo.region,
        "desired_state": demo.desired_state,
        "phase": demo.phase,
        "reason": demo.reason,
        "requested_components": list(demo.requested_components),
        "allowed_cidr": list(demo.allowed_cidr),
        "parameters": dict(demo.parameters),
        "keep_on_failure": demo.keep_on_failure,
        "from_pool": demo.from_pool or None,
        "components": [component_view(demo, c) for c in demo.components.values()],
        "outputs": {s.name: dict(s.outputs) for s in demo.components.values() if s.outputs},
        "failure": failure_view(demo.trouble or demo.failure),
        "created_at": moment(demo.created_at),
        "ready_at": maybe_moment(demo.ready_at),
        "expires_at": moment(demo.expires_at),
        "ready_by": maybe_moment(demo.ready_by),
        "starts_at": maybe_moment(demo.starts_at),
        "ttl_hours": round(_hours(demo.expires_at - demo.lease_begins), 2),
        "lease_usd": cost.running.over(demo.expires_at - demo.begins_at),
        "deleted_at": maybe_moment(demo.deleted_at),
        "retry_at": maybe_moment(demo.retry_at),
        "links": demo.links,
        "handover_until": maybe_moment(offer.expires_at if offer and not offer.taken_by else None),
    }


def brief_view(demo: Demo) -> answers.DemoBrief:
    """Return as much of a demo as a line of a list shows: about a tenth of it."""
    components = demo.components.values()
    return {
        "demo_id": demo.demo_id,
        "name": demo.name,
        "owner": demo.owner,
        "desired_state": demo.desired_state,
        "phase": demo.phase,
        "component_names": [s.name for s in components if s.kind is Kind.STACK],
        "progress": {
            "ready": sum(s.status is Status.READY for s in components),
            "of": len(components),
        },
        "failure": failure_view(demo.trouble or demo.failure),
        "created_at": moment(demo.created_at),
        "expires_at": moment(demo.expires_at),
        "ready_by": maybe_moment(demo.ready_by),
        "starts_at": maybe_moment(demo.starts_at),
        "links": demo.links,
    }


def caller_view(caller: Caller, cidr: str | None, policy: Policy, held: Held) -> offers.Me:
    """Return who calls, from which address, the operator's caps and what is held of them."""
    lease, request = policy.lease, policy.request
    return {
        "owner": caller.owner,
        "admin": caller.admin,
        "cidr": cidr,
        "regions": list(request.regions),
        "lease_hours": {
            "default": _hours(lease.default),
            "at_once": _hours(lease.at_once),
            "in_total": _hours(lease.in_total),
            "ahead": _hours(lease.ahead),
        },
        "quotas": {
            "per_owner": policy.quotas.per_owner,
            "in_all": policy.quotas.in_all,
            "held_own": held.own,
            "held_in_all": held.in_all,
        },
    }


def component_view(demo: Demo, component: ComponentStatus) -> answers.ComponentStatus:
    """Return one of a demo's components."""
    stack = stack_name(demo.demo_id, component.name) if component.kind is Kind.STACK else None
    return {
        "name": component.name,
        "stack_name": stack,
        "status": component.status,
        "depends_on": list(component.depends_on),
        "typical_minutes": component.typical_minutes,
        "started_at": maybe_moment(component.started_at),
        "finished_at": maybe_moment(component.finished_at),
        "removing_at": maybe_moment(component.removing_at),
        "removed_at": maybe_moment(component.removed_at),
        "failure": failure_view(component.failure),
        "retry_at": maybe_moment(component.retry_at),
    }


def failure_view(failure: Failure | None) -> answers.Failure | None:
    """Return why something failed, if it did."""
    if failure is None:
        return None
    return {
        "component": failure.component,
        "resource": failure.resource,
        "reason": failure.reason,
    }


def demos_view(page: Page[Demo], cost: Callable[[Demo], Cost]) -> answers.DemoList:
    """Return a page of demos, with the cursor that leads on."""
    return {
        "demos": [demo_view(demo, cost(demo)) for demo in page.items],
        "next_cursor": page.cursor,
    }


def briefs_view(page: Page[Demo]) -> answers.DemoBriefList:
    """Return a page of demos in brief, with the cursor that leads on."""
    return {"demos": [brief_view(demo) for demo in page.items], "next_cursor": page.cursor}


def events_view(page: Page[Entry]) -> answers.EventList:
    """Return a page of a timeline, with the cursor that leads on."""
    return {"events": [_event(entry) for entry in page.items], "next_cursor": page.cursor}


def _event(entry: Entry) -> answers.Event:
    return {
        "at": moment(entry.at),
        "actor": entry.actor,
        "kind": entry.kind,
        "text": entry.text,
    }


def health_view(catalog: Catalog) -> offers.Health:
    """Return that the service works, and which templates it had to leave out."""
    return {"status": "ok", "templates_left_out": [p.component for p in catalog.problems]}


def _hours(span: timedelta) -> float:
    return span.total_seconds() / 3600
