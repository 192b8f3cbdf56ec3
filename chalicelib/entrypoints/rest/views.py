"""What goes out: demos, pages, the catalog and previews as JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from chalicelib.core.catalog import BUNDLE, Catalog, Component, Kind, Parameter
from chalicelib.core.demo import Demo, Failure, Status, Step, stack_name
from chalicelib.core.graph import close
from chalicelib.core.preview import Preview
from chalicelib.core.timeline import Entry
from chalicelib.services.ports import Page
from chalicelib.services.read import Caller
from chalicelib.services.world import Rules

T = TypeVar("T")


def demo_view(demo: Demo) -> dict[str, Any]:
    """Return a demo as its owner reads it."""
    return {
        "demo_id": demo.demo_id,
        "name": demo.name,
        "owner": demo.owner,
        "region": demo.region,
        "desired": demo.desired.value,
        "phase": demo.phase.value,
        "reason": demo.reason,
        "asked": list(demo.asked),
        "components": [s.name for s in demo.steps.values() if s.kind is Kind.STACK],
        "allowed_cidr": list(demo.allowed_cidr),
        "parameters": dict(demo.parameters),
        "keep_on_failure": demo.keep_on_failure,
        "stacks": [_stack(demo, step) for step in demo.steps.values()],
        "outputs": {s.name: dict(s.outputs) for s in demo.steps.values() if s.outputs},
        "failure": _failure(demo.trouble or demo.failure),
        "created_at": _time(demo.created_at),
        "ready_at": _time(demo.ready_at),
        "expires_at": _time(demo.expires_at),
        "deleted_at": _time(demo.deleted_at),
        "retry_at": _time(demo.retry_at),
        "links": demo.links,
    }


def brief_view(demo: Demo) -> dict[str, Any]:
    """Return as much of a demo as a line of a list shows: about a tenth of it."""
    steps = demo.steps.values()
    return {
        "demo_id": demo.demo_id,
        "name": demo.name,
        "owner": demo.owner,
        "desired": demo.desired.value,
        "phase": demo.phase.value,
        "components": [s.name for s in steps if s.kind is Kind.STACK],
        "progress": {"ready": sum(s.status is Status.READY for s in steps), "of": len(steps)},
        "failure": _failure(demo.trouble or demo.failure),
        "created_at": _time(demo.created_at),
        "expires_at": _time(demo.expires_at),
        "links": demo.links,
    }


def caller_view(caller: Caller, cidr: str | None, rules: Rules) -> dict[str, Any]:
    """Return who calls, from which address, and the operator's caps."""
    lease, request = rules.lease, rules.request
    return {
        "owner": caller.owner,
        "admin": caller.admin,
        "cidr": cidr,
        "regions": list(request.regions),
        "lease_hours": {
            name: span.total_seconds() / 3600
            for name, span in (
                ("default", lease.default),
                ("at_once", lease.at_once),
                ("in_total", lease.in_total),
            )
        },
        "limits": {"per_owner": rules.limits.per_owner, "in_all": rules.limits.in_all},
    }


def _stack(demo: Demo, step: Step) -> dict[str, Any]:
    return {
        "component": step.name,
        "stack_name": stack_name(demo.demo_id, step.name) if step.kind is Kind.STACK else None,
        "status": step.status.value,
        "after": list(step.after),
        "typical_minutes": step.typical_minutes,
        "started_at": _time(step.started_at),
        "finished_at": _time(step.finished_at),
        "removing_at": _time(step.removing_at),
        "removed_at": _time(step.removed_at),
        "failure": _failure(step.failure),
    }


def _failure(failure: Failure | None) -> dict[str, Any] | None:
    if failure is None:
        return None
    return {
        "component": failure.component,
        "resource": failure.resource,
        "reason": failure.reason,
    }


def page_view(key: str, page: Page[T], view: Callable[[T], Mapping[str, Any]]) -> dict[str, Any]:
    """Return a page under its key, with the cursor that leads on."""
    return {key: [view(item) for item in page.items], "next_cursor": page.cursor}


def entry_view(entry: Entry) -> dict[str, Any]:
    """Return one line of a timeline."""
    return {
        "at": _time(entry.at),
        "actor": entry.actor,
        "kind": entry.kind.value,
        "text": entry.text,
    }


def catalog_view(catalog: Catalog) -> dict[str, Any]:
    """Return everything that can be asked for, and what was left out and why."""
    return {
        "components": [
            _component(catalog, component)
            for component in catalog.components.values()
            if component.name != BUNDLE
        ],
        "problems": [{"component": p.component, "message": p.message} for p in catalog.problems],
    }


def _component(catalog: Catalog, component: Component) -> dict[str, Any]:
    return {
        "name": component.name,
        "title": component.title,
        "description": component.description,
        "needs": sorted(set(catalog.needs(component.name).values())),
        "wishes": sorted(set(catalog.wishes(component.name).values())),
        "pulls_in": sorted(close(catalog, [component.name]) - {component.name}),
        "parameters": [_parameter(catalog, p) for p in component.parameters.values()],
        "outputs": list(component.outputs),
        "typical_minutes": component.typical_minutes,
        "hourly_usd": round(component.hourly_usd, 4),
    }


def _parameter(catalog: Catalog, parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "filled": catalog.is_set_by_service(parameter.name),
        "type": parameter.type,
        "description": parameter.description,
        "default": None if parameter.no_echo else parameter.default,
        "allowed_values": list(parameter.allowed_values),
        "allowed_pattern": parameter.allowed_pattern,
        "constraint": parameter.constraint,
        "secret": parameter.no_echo,
        "min_value": parameter.min_value,
        "max_value": parameter.max_value,
    }


def preview_view(preview: Preview) -> dict[str, Any]:
    """Return what a request would make, in which order, how long and at what price."""
    return {
        "components": list(preview.asked),
        "pulled_in": list(preview.pulled_in),
        "steps": [
            {
                "component": span.step,
                "after": list(preview.after[span.step]),
                "starts_minute": span.starts,
                "ends_minute": span.ends,
                "critical": span.critical,
            }
            for span in preview.spans
        ],
        "typical_minutes": preview.typical_minutes,
        "hourly_usd": preview.hourly_usd,
    }


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="milliseconds") if moment else None
