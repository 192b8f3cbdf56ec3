"""The stacks of one demo of every template in a folder, each with what the others give it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any, Final

from chalicelib.adapters.templates import SUFFIXES, PackagedTemplates
from chalicelib.core.bundle import BUNDLE_KEY
from chalicelib.core.catalog import Catalog, Component
from chalicelib.core.demo import Demo
from chalicelib.core.inputs import given
from chalicelib.core.kinds import Kind
from chalicelib.core.naming import PREFIX, stack_name
from chalicelib.core.policy import PermissionsBoundary
from chalicelib.core.tags import stack_tags
from tools.rights.service import ROOT, Service
from tools.rights.template import Stack, TemplateError, load

NEWEST_PLATFORM: Final = "999.0.0"
"""The version of the newest platform, which the service looks up when it makes a stack."""


def stacks_of(
    service: Service, root: Path = ROOT, parameters: Mapping[str, str] | None = None
) -> dict[str, Stack]:
    """Return the stack of every usable template in `root`/cfn by component, in their order.

    `parameters` are as a request may give them. Raises TemplateError for a template that
    cannot be resolved.
    """
    stacks, unreadable = judgeable(service, root, parameters)
    for component, why in unreadable.items():
        raise TemplateError(f"{component}: {why}")
    return stacks


def judgeable(
    service: Service, root: Path = ROOT, parameters: Mapping[str, str] | None = None
) -> tuple[dict[str, Stack], dict[str, str]]:
    """Return the stacks as `stacks_of` does, and why each of the others cannot be resolved."""
    place = service.stack.place
    demo = _demo(place.region)
    permissions_boundary = PermissionsBoundary(
        boundary_arn=service.boundary_arn, role_path=f"/{PREFIX}/"
    )
    catalog = PackagedTemplates(root).catalog()
    values = {
        "BundleKey": BUNDLE_KEY,
        **(parameters or {}),
        **given(demo, permissions_boundary, service.name),
    }
    stacks: dict[str, Stack] = {}
    unreadable: dict[str, str] = {}
    for component in _in_order(catalog):
        stack = Stack(
            template=_template(root, component),
            parameters={**values, **_platforms(catalog.components[component])},
            place=replace(place, stack_name=stack_name(demo.demo_id, component)),
            tags=stack_tags(demo, component, service.name),
        )
        try:
            stack.check()
        except TemplateError as error:
            unreadable[component] = str(error)
            continue
        stacks[component] = stack
        values |= stack.outputs()
    return stacks, unreadable


def _platforms(component: Component) -> Mapping[str, str]:
    return {
        name: pattern.replace("*", NEWEST_PLATFORM)
        for name, pattern in component.solution_stacks.items()
    }


def variants(root: Path = ROOT) -> Iterator[Mapping[str, str]]:
    """Yield parameters to try: none, then each value that a condition of a template turns on."""
    yield {}
    for component in _in_order(PackagedTemplates(root).catalog()):
        template = _template(root, component)
        conditions = json.dumps(template.get("Conditions", {}))
        for name, body in template.get("Parameters", {}).items():
            if f'"{name}"' in conditions:
                for value in body.get("AllowedValues", ()):
                    if value != body.get("Default"):
                        yield {name: str(value)}


def _demo(region: str) -> Demo:
    """Return a demo such as anybody could ask for."""
    now = datetime(2030, 1, 31, 12, tzinfo=UTC)
    return Demo(
        demo_id="demo1234",
        name='Tom & "Jerry" $(reboot)',
        owner="o'brien@example.com",
        region=region,
        requested_components=(),
        components={},
        created_at=now,
        expires_at=now,
        allowed_cidr=("198.51.100.7/32",),
    )


def _in_order(catalog: Catalog) -> Iterator[str]:
    graph = {
        name: {*catalog.requires(name).values(), *catalog.wants(name).values()}
        for name in catalog.components
    }
    order = TopologicalSorter(graph).static_order()
    return (name for name in order if catalog.components[name].kind is Kind.STACK)


def _template(root: Path, component: str) -> Mapping[str, Any]:
    paths = (root / "cfn" / f"{component}{suffix}" for suffix in SUFFIXES)
    return load(next(path for path in paths if path.is_file()))
