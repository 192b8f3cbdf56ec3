"""What a stack is created with: every parameter's value, and nothing it did not declare."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.core.catalog import Component
from chalicelib.core.demo import Demo, tag_value
from chalicelib.core.errors import Rejected
from chalicelib.core.parameters import text_fault
from chalicelib.core.policy import PermissionsBoundary


def stack_parameters(
    demo: Demo,
    component: Component,
    permissions_boundary: PermissionsBoundary,
    *,
    service: str,
    platforms: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Return a value for each parameter of a template that does not keep its default.

    Outputs of the demo's own steps come before what the request asked for, so that nobody
    can point a stack at another demo's network. `platforms` are the values found for the
    component's `solution_stacks`. Raises Rejected for a caller's value that a request could
    not hold today: a record may be older than the rule.
    """
    callers = {**demo.parameters, "DemoName": demo.name}
    for name, value in callers.items():
        if name in component.parameters and (fault := text_fault(value)):
            raise Rejected(f"parameter {name} {fault}")
    wired = {
        k: v
        for name in demo.components[component.name].depends_on
        for k, v in _given_by(demo, name)
    }
    known = {
        **demo.parameters,
        **(platforms or {}),
        **wired,
        **given(demo, permissions_boundary, service),
    }
    return {name: known[name] for name in component.parameters if name in known}


def _given_by(demo: Demo, component: str) -> list[tuple[str, str]]:
    return list(demo.components[component].outputs.items())


def given(
    demo: Demo, permissions_boundary: PermissionsBoundary, service: str
) -> Mapping[str, str]:
    """Return the parameters that the service fills for any template (catalog.GIVEN)."""
    return {
        "DemoId": demo.demo_id,
        "DemoName": demo.name,
        "DemoService": service,
        # Templates tag with it, and tags take few characters.
        "Owner": tag_value(demo.owner),
        "ExpiresAt": demo.expires_at.isoformat(timespec="seconds"),
        "AllowedCidr": ",".join(block for block in demo.allowed_cidr if ":" not in block),
        "AllowedCidrIpv6": ",".join(block for block in demo.allowed_cidr if ":" in block),
        "PermissionsBoundaryArn": permissions_boundary.boundary_arn,
        "RolePath": permissions_boundary.role_path,
    }
