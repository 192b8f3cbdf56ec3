"""Names that follow from a demo's id: its own, and those of its stacks."""

from __future__ import annotations

import hashlib
import re
import string
from typing import Final

PREFIX: Final = "stelligent-demo"
DEMO_ID: Final = re.compile(r"[a-z][a-z0-9]{7,11}")

_LETTERS: Final = string.ascii_lowercase
_SIGNS: Final = string.ascii_lowercase + string.digits
_ID_LENGTH: Final = 8


def demo_id_from(seed: str) -> str:
    """Return the id that a seed always gives; another seed gives another."""
    number = int.from_bytes(hashlib.sha256(seed.encode()).digest())
    text = _LETTERS[number % len(_LETTERS)]
    for _ in range(_ID_LENGTH - 1):
        number //= len(_SIGNS)
        text += _SIGNS[number % len(_SIGNS)]
    return text


def stack_name(demo_id: str, component: str) -> str:
    """Return the name of a component's stack."""
    return f"{PREFIX}-{demo_id}-{component}"


def parse_stack_name(name: str) -> tuple[str, str] | None:
    """Return demo_id and component of a stack's name, or None when it is not one of ours."""
    head, _, rest = name.partition(f"{PREFIX}-")
    demo_id, _, component = rest.partition("-")
    if head or not component or not DEMO_ID.fullmatch(demo_id):
        return None
    return demo_id, component
