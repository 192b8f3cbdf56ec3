"""Whether stacks are deleted in their order."""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.core.naming import parse_stack_name
from testkit.fakes import MemoryStore
from testkit.simulation.lagging import LaggingCloud


def known_users(cloud: LaggingCloud, store: MemoryStore, name: str) -> Iterator[str]:
    """Yield the stacks that use one, but for those that a teardown cannot know of.

    They do not show yet, or their creation was not answered and takes effect when it has begun.
    """
    for user in filter(cloud.shows, cloud.users(name)):
        parsed = parse_stack_name(user)
        demo = store.records.get(parsed[0]) if parsed else None
        component = demo.components.get(parsed[1]) if parsed and demo else None
        if component is None or not (component.gone and component.asked_at):
            yield user
