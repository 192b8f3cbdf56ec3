"""The parameters of a stack: the value of each that its template declares, and no other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from chalicelib.core.catalog import Component
from chalicelib.core.component import STANDING, ComponentStatus
from chalicelib.core.demo import Demo
from chalicelib.core.errors import Rejected
from chalicelib.core.kinds import Kind
from chalicelib.core.parameters import text_fault
from chalicelib.core.policy import PermissionsBoundary
from chalicelib.core.tags import tag_value


def wanted_inputs(
    demo: Demo, component: ComponentStatus, *, members: frozenset[str] | None = None
) -> dict[str, str]:
    """Return what a component is to be made with: of its parameters, what the spec determines.

    That is what the owner requested, the allowed addresses, and the outputs of what it requires
    or wants and what is there. What it was given by a provider that is about to be made again it
    keeps until then. Outputs come before what the request gave, so that nobody can point a
    stack at another demo's network. Whoever knows the demo's `members` gives them.
    """
    members = demo.members if members is None else members
    providers = [demo.components[n] for n in component.depends_on if n in members]
    outputs = {k: v for p in providers if p.status in STANDING for k, v in p.outputs.items()}
    awaited = any(p.status not in STANDING for p in providers)
    kept = component.inputs if awaited else {}
    if component.kind is Kind.BUNDLE:
        return {**labels(demo), "BucketName": {**kept, **outputs}.get("BucketName", "")}
    known = {**kept, **demo.parameters, **outputs, **address_ranges(demo.allowed_cidr)}
    return {name: known[name] for name in component.declares if name in known}


def labels(demo: Demo) -> dict[str, str]:
    """Return what a demo's pages show of it, and may change at any time.

    It reaches them in `demo.json` beside the bundle, and no stack is updated for its sake.
    """
    return {
        "DemoName": demo.name,
        # Templates tag with it, and tags take few characters.
        "Owner": tag_value(demo.owner),
        "ExpiresAt": demo.expires_at.isoformat(timespec="seconds"),
    }


def address_ranges(blocks: Iterable[str]) -> dict[str, str]:
    """Return the allowed blocks as the parameters in which templates take them, by IP version."""
    listed = tuple(blocks)
    return {
        "AllowedCidr": ",".join(block for block in listed if ":" not in block),
        "AllowedCidrIpv6": ",".join(block for block in listed if ":" in block),
    }


def stack_parameters(
    demo: Demo,
    component: Component,
    permissions_boundary: PermissionsBoundary,
    *,
    service: str,
    platforms: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Return a value for each parameter of a template that does not keep its default.

    `platforms` are the values found for the component's `solution_stacks`. Raises Rejected for a
    caller's value that a request could not hold today: a record may be older than the rule.
    """
    names = tuple(component.parameters)
    callers = {**demo.parameters, "DemoName": demo.name}
    for parameter, value in callers.items():
        if parameter in names and (fault := text_fault(value)):
            raise Rejected(f"parameter {parameter} {fault}")
    known = demo.components[component.name]
    inputs = known.inputs or wanted_inputs(demo, replace(known, declares=names))
    values = {**(platforms or {}), **given(demo, permissions_boundary, service), **inputs}
    return {name: values[name] for name in names if name in values}


def given(
    demo: Demo, permissions_boundary: PermissionsBoundary, service: str
) -> Mapping[str, str]:
    """Return the parameters that the service fills for any template (catalog.GIVEN)."""
    return {
        **labels(demo),
        **address_ranges(demo.allowed_cidr),
        "DemoId": demo.demo_id,
        "DemoService": service,
        "PermissionsBoundaryArn": permissions_boundary.boundary_arn,
        "RolePath": permissions_boundary.role_path,
    }
