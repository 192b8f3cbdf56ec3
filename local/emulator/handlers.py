"""What makes, changes and deletes the resources of stacks: MiniStack's handlers, by type."""

from collections.abc import Callable
from functools import partial
from typing import Any

from local.patching import pinned


def around_handler(resource_type: str, action: str, call: Callable[..., Any]) -> None:
    """Let `call(original, *args)` create, update or delete the resources of a type."""
    handlers = pinned("ministack.services.cloudformation.provisioners._RESOURCE_HANDLERS")
    known = handlers[resource_type]
    known[action] = partial(call, known[action])
