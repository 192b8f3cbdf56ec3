"""What AWS publishes about its resource types and its actions.

Resource types: CloudFormation's registry schemas of August 2026 (`handlers.json`): the
permissions each handler declares, and how a type is tagged. Actions: the Service
Authorization Reference, as policy_sentry carries it.
"""

import fnmatch
import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from policy_sentry.shared.iam_data import get_service_prefix_data

Handler = Literal["create", "read", "update", "delete", "list"]
HANDLERS: Final[tuple[Handler, ...]] = ("create", "read", "update", "delete", "list")
_SCHEMAS: Final = Path(__file__).with_name("handlers.json")


@dataclass(frozen=True)
class ResourceType:
    """A CloudFormation resource type, as its registry schema describes it.

    `tags_with_stack` is the schema's `tagging.taggable`: whether the tags of a stack reach the
    resource. `tags_at_creation` is `tagging.tagOnCreate`: whether they are on it from its first
    moment, so that a later call of the same handler finds them there.
    """

    name: str
    permissions: Mapping[str, tuple[str, ...]]
    tags_with_stack: bool
    tags_at_creation: bool


@dataclass(frozen=True)
class Target:
    """A kind of resource that an action is authorised on.

    `name` is the reference's, with its service: `ec2:vpc`. `arn` has placeholders such as
    `${VpcId}`. `knows_tags` is whether `aws:ResourceTag` is a key that a policy can name.
    """

    name: str
    arn: str
    required: bool
    knows_tags: bool


@functools.cache
def _schemas() -> Mapping[str, Any]:
    schemas: Mapping[str, Any] = json.loads(_SCHEMAS.read_text(encoding="utf-8"))
    return schemas


def _tagging(schema: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what an update of tags alone needs beside what the update's handler declares."""
    declared = schema["tag_permissions"] or () if schema["taggable"] else ()
    return tuple(p for p in declared if p not in schema["handlers"]["update"])


def resource_type(name: str) -> ResourceType | None:
    """Return what is known of a resource type; None where nothing is."""
    schema = _schemas().get(name)
    if schema is None:
        return None
    return ResourceType(
        name=name,
        permissions={
            k: (*v, *(_tagging(schema) if k == "update" else ()))
            for k, v in schema["handlers"].items()
        },
        tags_with_stack=bool(schema["taggable"]),
        tags_at_creation=bool(schema["tag_on_create"]),
    )


def actions_like(pattern: str) -> tuple[str, ...]:
    """Return the actions of the reference that a name or pattern stands for, as it spells them."""
    service, _, name = pattern.partition(":")
    service = service.lower()
    known = _service(service).get("privileges_lower_name", {})
    return tuple(
        f"{service}:{spelled}"
        for lower, spelled in known.items()
        if fnmatch.fnmatchcase(lower, name.lower())
    )


def targets(action: str) -> tuple[Target, ...]:
    """Return what an action of the reference is authorised on; empty when on "*" alone."""
    service, _, name = action.partition(":")
    data = _service(service)
    found = data["privileges"][name]["resource_types"]
    return tuple(
        Target(
            name=f"{service}:{kind}",
            arn=data["resources"][kind]["arn"],
            required=bool(row["required"]),
            knows_tags=_knows_tags(data["resources"][kind]),
        )
        for kind, row in found.items()
        if kind
    )


def is_listing(action: str) -> bool:
    """Whether an action lists what there is, and so is about every resource of its kind."""
    return _access(action) == "List" and not action.endswith("TagsForResource")


def is_tagging(action: str) -> bool:
    """Whether an action only changes tags."""
    return _access(action) == "Tagging"


def _access(action: str) -> str:
    service, _, name = action.partition(":")
    return str(_service(service)["privileges"][name]["access_level"])


def arn_format(target: str) -> str:
    """Return the ARN, with placeholders, of a kind of resource such as `ec2:vpc`."""
    service, _, kind = target.partition(":")
    return str(_service(service)["resources"][kind]["arn"])


def _knows_tags(resource: Mapping[str, Any]) -> bool:
    return any(key.startswith("aws:ResourceTag/") for key in resource["condition_keys"])


@functools.cache
def _service(prefix: str) -> Mapping[str, Any]:
    return get_service_prefix_data(prefix) or {}
