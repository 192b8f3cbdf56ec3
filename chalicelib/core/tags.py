"""The tags of a demo's stacks, by which the teardown's proof and the orphan search find them."""

from __future__ import annotations

import re
from typing import Final

from chalicelib.core.demo import Demo
from chalicelib.core.naming import PREFIX

_OTHERS: Final = re.compile(r"[^\w\s.:/=+\-@]")


def tag_value(text: str) -> str:
    """Return text as every service takes it in a tag: letters, digits and ` _.:/=+-@`."""
    return _OTHERS.sub("_", text)[:256]


def stack_tags(demo: Demo, component: str, service: str) -> dict[str, str]:
    """Return the tags of a stack; CloudFormation passes them on to most of its resources."""
    return {
        f"{PREFIX}:demo-id": demo.demo_id,
        f"{PREFIX}:component": component,
        f"{PREFIX}:owner": tag_value(demo.owner),
        f"{PREFIX}:expires-at": demo.expires_at.isoformat(timespec="seconds"),
        f"{PREFIX}:service": service,
    }
