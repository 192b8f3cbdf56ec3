"""Who calls, and who may own a demo: a verified e-mail address that the operator lets in."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

_ADDRESS: Final = re.compile(r"[!-?A-~]+@[!-?A-~]+")  # ASCII from ! to ~, and one @
MAX_ADDRESS: Final = 254
"""Characters of an address (RFC 5321, 4.5.3.1.3: a path has 256 with its angle brackets)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who calls: a verified owner, and whether they are an admin."""

    owner: str
    admin: bool = False


def owner_from(address: str) -> str:
    """Return an e-mail address in the one form that owns demos: lower case.

    Raises ValueError for one that holds anything but printable ASCII: other alphabets have
    characters that become the same lower-case letter, and so another person's address.
    """
    if len(address) > MAX_ADDRESS or not _ADDRESS.fullmatch(address):
        raise ValueError("the e-mail address is not one of printable ASCII characters")
    return address.lower()


def may_own(owner: str, domains: Collection[str]) -> bool:
    """Whether an address is of one of the domains that may own demos; of any when none is set."""
    return not domains or owner.rpartition("@")[2] in domains
