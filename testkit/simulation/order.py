"""Whether stacks are deleted in their order."""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.core.naming import parse_stack_name
from testkit.fakes import MemoryCloud, MemoryStore


def known_users(cloud: MemoryCloud, store: MemoryStore, name: str) -> Iterator[str]:
    """Yield the stacks that use one, but for those whose creation was not answered.

    Such a creation may take effect when the teardown has begun, which cannot know of it.
    """
    for user in cloud.users(name):
        parsed = parse_stack_name(user)
        demo = store.records.get(parsed[0]) if parsed else None
        component = demo.components.get(parsed[1]) if parsed and demo else None
        if component is None or not (component.gone and component.asked_at):
            yield user
