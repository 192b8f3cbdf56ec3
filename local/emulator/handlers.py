"""The resources of stacks by type: what makes, changes, deletes and tags them in MiniStack."""

from collections.abc import Callable
from functools import partial
from typing import Any

from local.patching import pinned


def around_handler(resource_type: str, action: str, call: Callable[..., Any]) -> None:
    """Let `call(original, *args)` create, update or delete the resources of a type."""
    handlers = pinned("ministack.services.cloudformation.provisioners._RESOURCE_HANDLERS")
    known = handlers[resource_type]
    known[action] = partial(call, known[action])


def let_stacks_tag(*resource_types: str) -> None:
    """Let resources of these types have the tags of their stacks beside their own `Tags`."""
    properties = pinned("ministack.services.cloudformation.provisioners._STACK_TAG_PROPERTY")
    properties.update(dict.fromkeys(resource_types, ("Tags", "list")))


def arn(service: str, resource: str) -> str:
    """Return the ARN of a resource of the account and region that a call is for."""
    region = pinned("ministack.core.responses.get_region")()
    account = pinned("ministack.core.responses.get_account_id")()
    return f"arn:aws:{service}:{region}:{account}:{resource}"
