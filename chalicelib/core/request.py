"""A request for a demo becomes its record, or a list of everything that is wrong with it."""

from __future__ import annotations

import difflib
import ipaddress
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from chalicelib.core.catalog import BUNDLE, GIVEN, Catalog, Parameter
from chalicelib.core.demo import Demo, Step
from chalicelib.core.errors import FieldProblem, InvalidRequest
from chalicelib.core.graph import Graph, build_graph
from chalicelib.core.lease import LeaseLimits, first_expiry

MAX_CIDRS: Final = 5
MAX_NAME: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRules:
    """What an operator allows: regions, how wide an address range may be, how long a lease.

    `widest_ipv4` is a prefix length: 16 refuses anything wider than a /16.
    """

    home_region: str
    regions: tuple[str, ...]
    widest_ipv4: int = 16
    lease: LeaseLimits = field(default_factory=LeaseLimits)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoRequest:
    """What an owner asked for, already of the right types."""

    components: tuple[str, ...] = ()
    name: str | None = None
    ttl: timedelta | None = None
    allowed_cidr: tuple[str, ...] = ()
    region: str | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    keep_on_failure: bool = False


def new_demo(
    request: DemoRequest,
    *,
    demo_id: str,
    owner: str,
    catalog: Catalog,
    rules: RequestRules,
    now: datetime,
) -> Demo:
    """Return the record of a new demo; raise InvalidRequest naming every bad field."""
    problems = [*check(request, catalog, rules)]
    try:
        expires_at = first_expiry(now, request.ttl, rules.lease)
    except InvalidRequest as error:
        problems.extend(error.problems)
    if problems:
        raise InvalidRequest(*problems)
    graph = build_graph(catalog, asked(request, catalog))
    return Demo(
        demo_id=demo_id,
        name=request.name or f"demo {demo_id}",
        owner=owner,
        region=request.region or rules.home_region,
        asked=asked(request, catalog),
        steps={s: _step(catalog, graph, s) for s in graph.steps},
        created_at=now,
        expires_at=expires_at,
        allowed_cidr=request.allowed_cidr,
        parameters=dict(request.parameters),
        keep_on_failure=request.keep_on_failure,
        reason="just asked for",
    )


def asked(request: DemoRequest, catalog: Catalog) -> tuple[str, ...]:
    """Return the components asked for: all of the catalog's when none is named."""
    named = request.components or tuple(c for c in catalog.components if c != BUNDLE)
    return tuple(dict.fromkeys(named))


def _step(catalog: Catalog, graph: Graph, name: str) -> Step:
    component = catalog.components[name]
    return Step(
        name=name,
        kind=component.kind,
        after=graph.after(name),
        typical_minutes=component.typical_minutes,
        has_bucket=component.has_bucket,
    )


def check(request: DemoRequest, catalog: Catalog, rules: RequestRules) -> list[FieldProblem]:
    """Return everything wrong with a request but its lease, each with the field's name."""
    unknown = [*_components(request, catalog)]
    members = () if unknown else build_graph(catalog, asked(request, catalog)).steps
    return [
        *unknown,
        *_name(request.name),
        *_region(request.region, rules),
        *_cidrs(request.allowed_cidr, rules),
        *([] if unknown else _parameters(request.parameters, catalog, members)),
    ]


def _components(request: DemoRequest, catalog: Catalog) -> Iterable[FieldProblem]:
    known = [name for name in catalog.components if name != BUNDLE]
    broken = {p.component: p.message for p in catalog.problems}
    for i, name in enumerate(request.components):
        if name in broken and name not in known:
            yield FieldProblem(f"components.{i}", f"'{name}' cannot be used: {broken[name]}")
        elif name not in known:
            hint = suggestion(name, known)
            message = f"'{name}' is no component; {hint or f'there are {_and(known)}'}"
            yield FieldProblem(f"components.{i}", message)


def suggestion(word: str, known: Iterable[str]) -> str:
    """Return "did you mean `ecs`?" for a near miss, or an empty string."""
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f"did you mean '{near[0]}'?" if near else ""


def _name(name: str | None) -> Iterable[FieldProblem]:
    if name is None:
        return
    if not name.strip() or len(name) > MAX_NAME:
        yield FieldProblem("name", f"must be 1 to {MAX_NAME} characters")
    elif not name.isprintable():
        yield FieldProblem("name", "must be printable, on one line")


def _region(region: str | None, rules: RequestRules) -> Iterable[FieldProblem]:
    if region is not None and region not in rules.regions:
        message = f"'{region}' is not open for demos; choose from {_and(rules.regions)}"
        yield FieldProblem("region", message)


def _cidrs(blocks: tuple[str, ...], rules: RequestRules) -> Iterable[FieldProblem]:
    if not 1 <= len(blocks) <= MAX_CIDRS:
        yield FieldProblem("allowed_cidr", f"at least one block, and at most {MAX_CIDRS}")
    for i, block in enumerate(blocks):
        if message := _cidr_fault(block, rules.widest_ipv4):
            yield FieldProblem(f"allowed_cidr.{i}", message)


def _cidr_fault(block: str, widest: int) -> str | None:
    try:
        network = ipaddress.IPv4Network(block)
    except ValueError as error:
        return f"'{block}' is not an IPv4 block such as 203.0.113.0/24: {error}"
    if network.prefixlen < widest:
        return f"'{block}' is too wide: /{widest} is the widest allowed"
    return None


def _parameters(
    values: Mapping[str, str], catalog: Catalog, members: Iterable[str]
) -> Iterable[FieldProblem]:
    components = [catalog.components[m] for m in members]
    wired = {name for c in components for name in c.outputs}
    known = {p.name: p for c in components for p in c.parameters.values()}
    for name, value in values.items():
        where = f"parameters.{name}"
        if name in GIVEN or name in wired:
            yield FieldProblem(where, "is set by the service and cannot be asked for")
        elif name not in known:
            hint = suggestion(name, set(known) - GIVEN - wired)
            message = f"no template of this demo has a parameter '{name}'"
            yield FieldProblem(where, f"{message}; {hint}" if hint else message)
        elif known[name].no_echo:
            message = "is a secret, and a request is kept; let the template make one of its own"
            yield FieldProblem(where, message)
        elif fault := parameter_fault(known[name], value):
            yield FieldProblem(where, fault)


def parameter_fault(parameter: Parameter, value: str) -> str | None:
    """Return why CloudFormation would refuse a parameter's value, or None when it would not.

    Of a list each item is judged (CloudFormation User Guide, "Parameters section syntax").
    """
    listed = parameter.type == "CommaDelimitedList" or parameter.type.startswith("List<")
    items = [item.strip() for item in value.split(",")] if listed else [value]
    return next(filter(None, (_item_fault(parameter, item) for item in items)), None)


def _item_fault(parameter: Parameter, value: str) -> str | None:
    if parameter.allowed_values and value not in parameter.allowed_values:
        return f"must be one of {', '.join(parameter.allowed_values)}"
    if parameter.allowed_pattern and not _matches(parameter.allowed_pattern, value):
        return parameter.constraint or f"must match {parameter.allowed_pattern}"
    low, high = parameter.min_length, parameter.max_length
    if not _between(len(value), low, high):
        return f"must be {_range(low, high)} characters long"
    numeric = parameter.type in ("Number", "List<Number>")
    return _number_fault(parameter, value) if numeric else None


def _matches(pattern: str, value: str) -> bool:
    try:
        return re.fullmatch(pattern, value) is not None
    except re.error:
        return True  # Java knows patterns that Python does not: CloudFormation will judge


def _number_fault(parameter: Parameter, value: str) -> str | None:
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        return "must be a number"
    if not _between(number, parameter.min_value, parameter.max_value):
        return f"must be {_range(parameter.min_value, parameter.max_value)}"
    return None


def _between(value: float, low: float | None, high: float | None) -> bool:
    return (low is None or value >= low) and (high is None or value <= high)


def _range(low: float | None, high: float | None) -> str:
    if low is not None and high is not None:
        return f"{low:g} to {high:g}"
    return f"at least {low:g}" if low is not None else f"at most {high:g}"


def _and(names: Iterable[str]) -> str:
    return ", ".join(names)
