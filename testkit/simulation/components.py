"""The graphs that the simulation builds: that of cfn/ itself, and a small one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from chalicelib.adapters.templates import PackagedTemplates
from chalicelib.core.catalog import SHIPPED, Component, Parameter
from chalicelib.core.kinds import Kind, Pause


def component(
    name: str,
    minutes: float,
    *,
    requires: tuple[str, ...] = (),
    wants: tuple[str, ...] = (),
    outputs: tuple[str, ...] = (),
    solution_stacks: Mapping[str, str] | None = None,
    has_bucket: bool = False,
    own: tuple[str, ...] = (),
    pause: Pause = Pause.KEEP,
) -> Component:
    """Return a component that takes some outputs of others and gives some of its own.

    `own` are parameters with a default that are its owner's to set.
    """
    platforms = solution_stacks or {}
    required = {p: Parameter(name=p) for p in (*requires, *platforms)}
    optional = {p: Parameter(name=p, default="") for p in (*wants, *own)}
    return Component(
        name=name,
        typical_minutes=minutes,
        parameters={**required, **optional, "DemoId": Parameter(name="DemoId")},
        outputs=outputs,
        solution_stacks=platforms,
        has_bucket=has_bucket,
        pause=pause,
    )


EIGHT: Final = tuple(
    c
    for c in PackagedTemplates().catalog().components.values()
    if c.name in SHIPPED and c.kind is Kind.STACK
)
"""The shipped components: what their templates take, give and usually last."""

SMALL: Final = (
    component("s3", 1, outputs=("BucketName",), has_bucket=True),
    component("vpc", 3, outputs=("VpcId",), wants=("AllowedCidr",), pause=Pause.STOP),
    component(
        "web",
        4,
        requires=("VpcId", "BucketName", "BundleKey"),
        outputs=("WebUrl",),
        solution_stacks={"Platform": "Linux v* running Docker"},
        pause=Pause.DELETE,
    ),
)
"""Two roots, the bundle, and a step that takes from all three."""
