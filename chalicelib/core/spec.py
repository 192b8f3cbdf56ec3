"""Changes to the spec of a demo that exists: checked, and applied to its record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.core.catalog import Catalog, Selection
from chalicelib.core.component import ComponentStatus, Status
from chalicelib.core.demo import Applied, Demo, Desired
from chalicelib.core.errors import FieldProblem, InvalidRequest, WrongState
from chalicelib.core.graph import build_graph, close, new_component
from chalicelib.core.inputs import wanted_inputs
from chalicelib.core.policy import RequestPolicy
from chalicelib.core.request import DemoRequest, faults, plain_blocks


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecChange:
    """A change to a demo's spec, as a JSON Merge Patch (RFC 7386) says it; None leaves a field.

    A parameter whose value is None goes back to its template's default; those not named stay.
    `allow_replacement` lets the change replace what holds data. `ready_by` and `starts_now` are
    for a demo that waits (core/start.py).
    """

    name: str | None = None
    components: Selection | None = None
    parameters: Mapping[str, str | None] | None = None
    allowed_cidr: tuple[str, ...] | None = None
    keep_on_failure: bool | None = None
    desired_state: Desired | None = None
    allow_replacement: bool = False
    ready_by: datetime | None = None
    starts_now: bool = False


def changed(
    demo: Demo,
    change: SpecChange,
    catalog: Catalog,
    policy: RequestPolicy,
    *,
    also: Iterable[FieldProblem] = (),
) -> Demo:
    """Return the demo with the change in its spec; the same one where that changes nothing.

    Raises InvalidRequest naming every bad field, those that `also` names included, and WrongState
    where the demo's state forbids the change, or it would replace what holds data and does not say
    so.
    """
    _check_state(demo, change)
    wanted = _wanted(demo, change, catalog)
    if problems := [*_problems(demo, change, wanted, catalog, policy), *also]:
        raise InvalidRequest(*problems)
    known = _as_recorded_today(demo, catalog)
    after = replace(
        known,
        name=wanted.name or demo.name,
        requested_components=catalog.select(wanted.components),
        parameters=wanted.parameters,
        allowed_cidr=plain_blocks(wanted.allowed_cidr),
        keep_on_failure=wanted.keep_on_failure,
        desired_state=change.desired_state or demo.desired_state,
    )
    if after == known:
        return demo
    if change.components is not None:
        after = replace(after, components=_components(after, catalog))
    if (replaced := replacements(demo, after, catalog)) and not change.allow_replacement:
        named = "; ".join(f"{p} of {c}" for c, p in replaced.items())
        raise WrongState(f"would replace what holds data, and needs allow_replacement: {named}")
    return _failures_forgotten(after)


def _check_state(demo: Demo, change: SpecChange) -> None:
    if demo.desired_state is Desired.DELETED:
        raise WrongState(f"{demo.demo_id} is {demo.phase} and cannot be changed")
    if demo.waiting and change.desired_state is Desired.PAUSED:
        raise WrongState(f"{demo.demo_id} has not begun, so there is nothing to pause")
    if not demo.waiting and (change.ready_by or change.starts_now):
        raise WrongState(f"{demo.demo_id} has begun; ready_by can be changed before that alone")


def _wanted(demo: Demo, change: SpecChange, catalog: Catalog) -> DemoRequest:
    """Return the request that would ask for the changed demo today."""
    return DemoRequest(
        components=demo.requested_components if change.components is None else change.components,
        name=change.name,
        parameters=_parameters(demo, change, catalog),
        allowed_cidr=demo.allowed_cidr if change.allowed_cidr is None else change.allowed_cidr,
        keep_on_failure=(
            demo.keep_on_failure if change.keep_on_failure is None else change.keep_on_failure
        ),
    )


def _parameters(demo: Demo, change: SpecChange, catalog: Catalog) -> dict[str, str]:
    """Return the parameters after the change; what was set for a component that leaves is not."""
    new = change.parameters or {}
    values = {n: v for n, v in {**demo.parameters, **new}.items() if v is not None}
    if change.components is None:
        return values
    known = (n for n in catalog.select(change.components) if n in catalog.components)
    taken = {p for n in close(catalog, known) for p in catalog.components[n].parameters}
    return {n: v for n, v in values.items() if n in taken or n in new}


def _problems(
    demo: Demo, change: SpecChange, wanted: DemoRequest, catalog: Catalog, policy: RequestPolicy
) -> Iterator[FieldProblem]:
    """Yield what is wrong with what the change names; the rest was checked when requested."""
    named = {
        field
        for field in ("name", "components", "parameters", "allowed_cidr")
        if getattr(change, field) is not None
    }
    named |= {"allowed_cidr"} if change.components is not None else set()
    wrong = [p for p in faults(wanted, catalog, policy) if p.field.partition(".")[0] in named]
    yield from wrong
    if change.components is None or wrong:
        return
    members = close(catalog, catalog.select(wanted.components))
    if members >= demo.members:
        return  # nothing goes, so what is required need not be named
    for name in demo.requested_components:
        if name in members and name not in catalog.select(wanted.components):
            users = sorted(m for m in members if name in catalog.requires(m).values())
            message = f"'{name}' cannot be removed: {', '.join(users)} requires it"
            yield FieldProblem("components", message)


def replacements(before: Demo, after: Demo, catalog: Catalog) -> dict[str, str]:
    """Return what the change would replace: each such component, with the parameter that does.

    What has failed holds nothing: it is made again before it is of use.
    """
    differing = {
        name
        for name in before.parameters.keys() | after.parameters.keys()
        if before.parameters.get(name) != after.parameters.get(name)
    }
    return {
        name: ", ".join(sorted(differing.intersection(catalog.components[name].replaces)))
        for name, component in before.components.items()
        if not component.gone
        and component.status is not Status.FAILED
        and name in after.members
        and name in catalog.components
        and differing.intersection(catalog.components[name].replaces)
    }


def _components(demo: Demo, catalog: Catalog) -> dict[str, ComponentStatus]:
    """Return a demo's components with those that its spec adds, in the order of the graph.

    What stays keeps what it requires, and wants what its template wants today.
    """
    graph = build_graph(catalog, demo.requested_components)
    merged = {}
    for name in graph.components:
        new = new_component(catalog, graph, name)
        known = demo.components.get(name, new)
        wants = tuple(dict.fromkeys((*known.wants, *new.wants)))
        edges = tuple(sorted({*known.depends_on, *new.wants}))
        merged[name] = replace(known, depends_on=edges, wants=wants) if known is not new else new
    return {**merged, **{n: c for n, c in demo.components.items() if n not in merged}}


def _as_recorded_today(demo: Demo, catalog: Catalog) -> Demo:
    """Return a demo with what an earlier release did not record of it, as its spec tells it."""
    for name, component in demo.components.items():
        template = catalog.components.get(name)
        if component.declares or template is None:
            continue
        known = replace(component, declares=tuple(template.parameters), pause=template.pause)
        inputs = {} if component.gone else wanted_inputs(demo, known)
        demo = demo.with_component(replace(known, inputs=inputs))
    if demo.applied is None and demo.ready_at is not None:
        return replace(demo, applied=Applied.of(demo))
    return demo


def _failures_forgotten(demo: Demo) -> Demo:
    """Return a demo whose earlier failures do not count for what is tried next."""
    fresh = {
        name: replace(c, refused_inputs=None)
        if c.status is Status.FAILED
        else replace(c, refused_inputs=None, failure=None)
        for name, c in demo.components.items()
    }
    failed = any(c.status is Status.FAILED for c in demo.components.values())
    return replace(demo, components=fresh, failure=demo.failure if failed else None)


def repaired(demo: Demo) -> Demo:
    """Return a demo whose failed components are to be deleted and made again."""
    again = {
        name: replace(c, remake=True, failure=None, attempts=0) if c.status is Status.FAILED else c
        for name, c in demo.components.items()
    }
    return replace(demo, components=again, failure=None)
