"""Who gets into a demo by their address, and who asks to be let in through a prospect link."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from chalicelib.core.demo import Demo
from chalicelib.core.share import Share

MAX_OPEN_REQUESTS: Final = 5
"""Addresses that may wait for an answer through one link."""


class Access(StrEnum):
    """Whether a visitor's address may reach a demo."""

    OPEN = "open"
    OPENING = "opening"
    CLOSED = "closed"
    REQUESTED = "requested"
    DECLINED = "declined"


def block_of(address: str) -> str | None:
    """Return an address as a block of one, in its plain form; None for what is no address."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return None
    plain = getattr(found, "ipv4_mapped", None) or found
    return f"{plain}/{plain.max_prefixlen}"


def lets_in(blocks: Iterable[str], block: str) -> bool:
    """Whether a block of one lies in any of these."""
    address = ipaddress.ip_network(block).network_address
    return any(address in ipaddress.ip_network(each) for each in blocks)


def access_of(demo: Demo, share: Share, address: str) -> Access:
    """Return whether the address of a link's visitor may reach the demo."""
    block = block_of(address)
    if block is None:
        return Access.CLOSED
    if lets_in(demo.allowed_cidr, block):
        made = demo.applied.allowed_cidr if demo.applied else demo.allowed_cidr
        return Access.OPEN if lets_in(made, block) else Access.OPENING
    if block in share.waiting:
        return Access.REQUESTED
    return Access.DECLINED if block in share.declined else Access.CLOSED


def request_text(address: str, share: Share) -> str:
    """Return what the timeline says of an address that asks to be let in."""
    return f"{address} asks to be let in, through the prospect link {share.title}"


def address_in(text: str) -> str:
    """Return the address that such a line of the timeline is about."""
    return text.partition(" ")[0]
