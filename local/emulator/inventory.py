"""Everything that exists in the emulator, over every service, read from its own stores.

Whatever MiniStack keeps by account or region is listed, including stores that nobody thought
of; `local.survey` names those that are not resources.
"""

import sys
from typing import Any

from local.emulator import beanstalk
from local.patching import pinned

_PREFIX = "ministack.services."


def everything() -> list[dict[str, str]]:
    """List each kept thing as service, store, region and key."""
    kinds = (
        pinned("ministack.core.responses.AccountRegionScopedDict"),
        pinned("ministack.core.responses.AccountScopedDict"),
    )
    found = [
        item
        for name, loaded in sorted(sys.modules.items())
        if name.startswith(_PREFIX)
        for store, value in sorted(vars(loaded).items())
        if isinstance(value, kinds) and _is_home(name, store, value)
        for item in _items(name.removeprefix(_PREFIX), store, value)
    ]
    return found + _items("elasticbeanstalk", "records", beanstalk.records())


def _is_home(name: str, store: str, value: Any) -> bool:
    """Tell a store from the same one imported by a module of the same service."""
    parent = sys.modules.get(name.rpartition(".")[0])
    return getattr(parent, store, None) is not value


def _items(service: str, store: str, value: Any) -> list[dict[str, str]]:
    return [
        {
            "service": service,
            "store": store.lstrip("_"),
            "region": str(key[1]) if len(key) > 2 else "",  # noqa: PLR2004 - (account, region, key)
            "key": _name(key[-1]),
        }
        for key, kept in list(value.to_dict().items())
        if not _is_over(kept)
    ]


def _name(key: Any) -> str:
    return "/".join(map(str, key)) if isinstance(key, tuple) else str(key)


def _is_over(kept: Any) -> bool:
    """Leave out what AWS lists no more, and empty lists and counts of something.

    Those are deleted stacks, deleted ECS services, deregistered task definitions and
    stopped tasks: AWS too remembers each of them for a while.
    """
    if isinstance(kept, dict):
        states = {kept.get(key) for key in ("StackStatus", "status", "lastStatus")}
        return not kept or bool(states & {"DELETE_COMPLETE", "INACTIVE", "STOPPED"})
    return kept in ([], None, "", 0)
