"""The graphs that the simulation builds: the eight shipped components, and a small one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from chalicelib.core.catalog import Component, Parameter


def component(
    name: str,
    minutes: float,
    *,
    requires: tuple[str, ...] = (),
    wants: tuple[str, ...] = (),
    outputs: tuple[str, ...] = (),
    solution_stacks: Mapping[str, str] | None = None,
    has_bucket: bool = False,
) -> Component:
    """Return a component that takes some outputs of others and gives some of its own."""
    platforms = solution_stacks or {}
    required = {p: Parameter(name=p) for p in (*requires, *platforms)}
    optional = {p: Parameter(name=p, default="") for p in wants}
    return Component(
        name=name,
        typical_minutes=minutes,
        parameters={**required, **optional, "DemoId": Parameter(name="DemoId")},
        outputs=outputs,
        solution_stacks=platforms,
        has_bucket=has_bucket,
    )


_NETWORK: Final = ("VpcId", "PublicSubnetIds")

EIGHT: Final = (
    component("s3", 1, outputs=("BucketName",), has_bucket=True),
    component("vpc", 3, outputs=(*_NETWORK, "PrivateSubnetIds")),
    component("sg", 1, requires=("VpcId",), outputs=("ApplicationGroup", "DatabaseGroup")),
    component(
        "rds",
        12,
        requires=("PrivateSubnetIds", "DatabaseGroup"),
        outputs=("DatabaseEndpoint",),
    ),
    component(
        "ecs",
        6,
        requires=(*_NETWORK, "ApplicationGroup", "BucketName", "BundleKey"),
        outputs=("EcsUrl", "ClusterName"),
    ),
    component(
        "asg",
        4,
        requires=(*_NETWORK, "ApplicationGroup"),
        wants=("DatabaseEndpoint",),
        outputs=("WebUrl",),
    ),
    component(
        "eb",
        6,
        requires=(*_NETWORK, "BucketName", "BundleKey"),
        outputs=("EbUrl",),
        solution_stacks={"EbSolutionStack": "Linux v* running Docker"},
    ),
    component(
        "jenkins",
        6,
        requires=(*_NETWORK, "ApplicationGroup", "BucketName"),
        wants=("ClusterName",),
        outputs=("JenkinsUrl",),
    ),
)
"""The shipped components' shape: what they take, give and usually last."""

SMALL: Final = (
    component("s3", 1, outputs=("BucketName",), has_bucket=True),
    component("vpc", 3, outputs=("VpcId",)),
    component(
        "web",
        4,
        requires=("VpcId", "BucketName", "BundleKey"),
        outputs=("WebUrl",),
        solution_stacks={"Platform": "Linux v* running Docker"},
    ),
)
"""Two roots, the bundle, and a step that takes from all three."""
