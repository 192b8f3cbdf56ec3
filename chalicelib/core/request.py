"""A request for a demo becomes its record, or a list of everything that is wrong with it."""

from __future__ import annotations

import difflib
import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from chalicelib.core.catalog import ALL, Catalog, Selection
from chalicelib.core.demo import Demo
from chalicelib.core.errors import FieldProblem, InvalidRequest
from chalicelib.core.graph import Graph, build_graph, close, new_component
from chalicelib.core.lease import ttl_fault
from chalicelib.core.parameters import parameter_fault, text_fault
from chalicelib.core.policy import LeaseLimits, RequestPolicy
from chalicelib.core.start import held_back

MAX_CIDRS: Final = 10
MAX_NAME: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoRequest:
    """A request for a demo, its values of the right types; one without components is refused."""

    components: Selection = ()
    name: str | None = None
    ttl: timedelta | None = None
    ready_by: datetime | None = None
    allowed_cidr: tuple[str, ...] = ()
    region: str | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    keep_on_failure: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedRequest:
    """A request that can be granted, with what follows from it.

    `requested` are the requested components, `graph` has those with all that they require.
    """

    request: DemoRequest
    requested: tuple[str, ...]
    graph: Graph
    region: str
    allowed_cidr: tuple[str, ...]
    ttl: timedelta


def faults(request: DemoRequest, catalog: Catalog, policy: RequestPolicy) -> list[FieldProblem]:
    """Return everything that is wrong with a request."""
    unknown = [*_components(request.components, catalog)]
    requested = () if unknown else catalog.select(request.components)
    members = close(catalog, requested)
    return [
        *unknown,
        *_name(request.name),
        *_ttl(request.ttl, policy.lease),
        *_region(request.region, policy),
        *_cidrs(request.allowed_cidr, policy),
        *_ip_versions(request.allowed_cidr, catalog, members),
        *([] if unknown else _parameters(request.parameters, catalog, sorted(members))),
    ]


def check(
    request: DemoRequest,
    catalog: Catalog,
    policy: RequestPolicy,
    *,
    also: Iterable[FieldProblem] = (),
) -> CheckedRequest:
    """Return a request with what follows from it; raise InvalidRequest naming every bad field.

    `also` is what is wrong with it besides, as the time of day tells.
    """
    if problems := [*faults(request, catalog, policy), *also]:
        raise InvalidRequest(*problems)
    requested = catalog.select(request.components)
    return CheckedRequest(
        request=request,
        requested=requested,
        graph=build_graph(catalog, requested),
        region=request.region or policy.home_region,
        allowed_cidr=plain_blocks(request.allowed_cidr),
        ttl=request.ttl or policy.lease.default,
    )


def plain_blocks(blocks: Iterable[str]) -> tuple[str, ...]:
    """Return address blocks each written the one way, in the order given and once."""
    return tuple(dict.fromkeys(str(ipaddress.ip_network(block)) for block in blocks))


def new_demo(
    checked: CheckedRequest, *, demo_id: str, owner: str, catalog: Catalog, now: datetime
) -> Demo:
    """Return the record of a new demo, which waits where it is to be ready later."""
    request = checked.request
    demo = Demo(
        demo_id=demo_id,
        name=request.name or f"demo {demo_id}",
        owner=owner,
        region=checked.region,
        requested_components=checked.requested,
        components={s: new_component(catalog, checked.graph, s) for s in checked.graph.components},
        created_at=now,
        expires_at=(request.ready_by or now) + checked.ttl,
        ready_by=request.ready_by,
        allowed_cidr=checked.allowed_cidr,
        parameters=dict(request.parameters),
        keep_on_failure=request.keep_on_failure,
        reason="just requested",
    )
    return held_back(demo, now)


def _components(components: Selection, catalog: Catalog) -> Iterable[FieldProblem]:
    if not components:
        message = f"name what the demo is made of, or say '{ALL}' for everything"
        yield FieldProblem("components", message)
    known = catalog.select(ALL)
    broken = {p.component: p.message for p in catalog.problems}
    for i, name in enumerate(() if isinstance(components, str) else components):
        if name in known:
            continue
        if name in broken:
            yield FieldProblem(f"components.{i}", f"'{name}' cannot be used: {broken[name]}")
        else:
            hint = _hint(name, known)
            message = f"'{name}' is no component; {hint or f'there are {_and(known)}'}"
            yield FieldProblem(f"components.{i}", message)


def nearest(word: str, known: Iterable[str], cutoff: float = 0.5) -> str | None:
    """Return what was probably meant by an unknown word, or None.

    `cutoff` is how alike they must be, from 0 to 1 (difflib).
    """
    return next(iter(difflib.get_close_matches(word, list(known), cutoff=cutoff)), None)


def _hint(word: str, known: Iterable[str]) -> str:
    near = nearest(word, known)
    return f"did you mean '{near}'?" if near else ""


def _name(name: str | None) -> Iterable[FieldProblem]:
    if name is None:
        return
    if not name.strip() or len(name) > MAX_NAME:
        yield FieldProblem("name", f"must be 1 to {MAX_NAME} characters")
    elif fault := text_fault(name):
        yield FieldProblem("name", fault)


def _ttl(ttl: timedelta | None, quotas: LeaseLimits) -> Iterable[FieldProblem]:
    if fault := ttl_fault(ttl, quotas):
        yield FieldProblem("ttl_hours", fault)


def _region(region: str | None, policy: RequestPolicy) -> Iterable[FieldProblem]:
    if region is not None and region not in policy.regions:
        message = f"'{region}' is not open for demos; choose from {_and(policy.regions)}"
        yield FieldProblem("region", message)


def _cidrs(blocks: tuple[str, ...], policy: RequestPolicy) -> Iterable[FieldProblem]:
    if not 1 <= len(blocks) <= MAX_CIDRS:
        yield FieldProblem("allowed_cidr", f"at least one block, and at most {MAX_CIDRS}")
    for i, block in enumerate(blocks):
        if message := _cidr_fault(block, policy):
            yield FieldProblem(f"allowed_cidr.{i}", message)


def _cidr_fault(block: str, policy: RequestPolicy) -> str | None:
    try:
        network = ipaddress.ip_network(block)
    except ValueError as error:
        return f"'{block}' is not a block such as 203.0.113.0/24 or 2001:db8::/64: {error}"
    widest = {4: policy.widest_ipv4, 6: policy.widest_ipv6}[network.version]
    if network.prefixlen < widest:
        return f"'{block}' is too wide: /{widest} is the widest allowed"
    return None


def _ip_versions(
    blocks: tuple[str, ...], catalog: Catalog, members: Iterable[str]
) -> Iterable[FieldProblem]:
    """Refuse a block of IPv6 for a template that takes addresses, and none of those."""
    for name in sorted(members):
        takes = catalog.components[name].parameters
        if "AllowedCidr" in takes and "AllowedCidrIpv6" not in takes:
            for i, block in enumerate(blocks):
                if ":" in block:
                    message = f"'{name}' takes addresses of IPv4 only"
                    yield FieldProblem(f"allowed_cidr.{i}", message)


def _parameters(
    values: Mapping[str, str], catalog: Catalog, members: Iterable[str]
) -> Iterable[FieldProblem]:
    known = {p.name: p for m in members for p in catalog.components[m].parameters.values()}
    open_ = [name for name in known if not catalog.is_set_by_service(name)]
    for name, value in values.items():
        where = f"parameters.{name}"
        if catalog.is_set_by_service(name):
            yield FieldProblem(where, "is set by the service and cannot be requested")
        elif name not in known:
            hint = _hint(name, open_)
            message = f"no template of this demo has a parameter '{name}'"
            yield FieldProblem(where, f"{message}; {hint}" if hint else message)
        elif known[name].no_echo:
            message = "is a secret, and a request is kept; let the template make one of its own"
            yield FieldProblem(where, message)
        elif fault := parameter_fault(known[name], value):
            yield FieldProblem(where, fault)


def _and(names: Iterable[str]) -> str:
    return ", ".join(names)
