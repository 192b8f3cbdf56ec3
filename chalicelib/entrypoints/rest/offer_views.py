"""Build the answers about what the service offers: its catalog, and a plan."""

from __future__ import annotations

from chalicelib.core.catalog import Catalog, Component, Parameter
from chalicelib.core.change_preview import ChangePreview
from chalicelib.core.costs import cost_of
from chalicelib.core.graph import Span, close
from chalicelib.core.kinds import BUNDLE
from chalicelib.core.pool import not_poolable
from chalicelib.core.pool_matching import Match
from chalicelib.core.preview import Preview
from chalicelib.core.start import Start
from chalicelib.entrypoints.rest import offers
from chalicelib.entrypoints.rest.views import maybe_moment, moment, prices_view


def catalog_view(catalog: Catalog, region: str) -> offers.Catalog:
    """Return everything that can be requested, at this region's prices, and what was left out."""
    return {
        "components": [
            _component(catalog, component, region)
            for component in catalog.components.values()
            if component.name != BUNDLE
        ],
        "problems": [{"component": p.component, "message": p.message} for p in catalog.problems],
    }


def _component(catalog: Catalog, component: Component, region: str) -> offers.Component:
    return {
        **prices_view(cost_of(catalog, [component.name], {}, region)),
        "name": component.name,
        "title": component.title,
        "description": component.description,
        "requires": sorted(set(catalog.requires(component.name).values())),
        "wants": sorted(set(catalog.wants(component.name).values())),
        "pulls_in": sorted(close(catalog, [component.name]) - {component.name}),
        "parameters": [_parameter(catalog, p) for p in component.parameters.values()],
        "outputs": list(component.outputs),
        "typical_minutes": component.typical_minutes,
        "pause": component.pause,
        "pause_loses": component.pause_loses,
        "credentials": component.sign_in is not None,
        "not_poolable": list(not_poolable(catalog, component.name)),
    }


def _parameter(catalog: Catalog, parameter: Parameter) -> offers.Parameter:
    return {
        "name": parameter.name,
        "label": parameter.label,
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


def change_preview_view(preview: ChangePreview) -> offers.ChangePlan:
    """Return what a change would do to which components, how long it takes, and its price."""
    before, after = preview.before.running.known_usd, preview.after.running.known_usd
    return {
        **prices_view(preview.after),
        "hourly_usd_difference": round(after - before, 5),
        "created": list(preview.created),
        "updated": list(preview.updated),
        "replaced": list(preview.replaced),
        "deleted": list(preview.deleted),
        "stopped": list(preview.stopped),
        "started": list(preview.started),
        "typical_minutes": preview.typical_minutes,
        "pause_loses": dict(preview.loses),
    }


def _step(preview: Preview, span: Span) -> offers.PlannedStep:
    return {
        "component": span.component,
        "depends_on": list(preview.depends_on[span.component]),
        "starts_minute": span.starts,
        "ends_minute": span.ends,
        "critical": span.critical,
    }


def _from_pool(waiting: Match) -> offers.FromPool:
    return {"pool": waiting.pool, "typical_minutes": waiting.typical_minutes}


def _start(start: Start) -> offers.Start:
    return {
        "ready_by": moment(start.ready_by),
        "starts_at": maybe_moment(start.starts_at),
        "expires_at": moment(start.expires_at),
        "minutes_late": start.minutes_late,
    }


def preview_view(preview: Preview, waiting: Match | None = None) -> offers.Plan:
    """Return what a request would make, in which order, how long and at what price.

    `waiting` is the pool's demo that it would be given now.
    """
    return {
        **prices_view(preview.cost),
        "requested_components": list(preview.requested_components),
        "pulled_in": list(preview.pulled_in),
        "steps": [_step(preview, span) for span in preview.spans],
        "typical_minutes": preview.typical_minutes,
        "lease_usd": preview.lease_usd,
        "from_pool": _from_pool(waiting) if waiting else None,
        "start": _start(preview.start) if preview.start else None,
    }
