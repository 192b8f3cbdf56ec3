"""Conditional requests (RFC 9110, 13.1): whether a caller has the present version."""

from __future__ import annotations

import hashlib
import re
from typing import Final

_TAG: Final = re.compile(r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"')


def entity_tag(text: str) -> str:
    """Return the tag of a representation."""
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:20]}"'


def version_tag(version: int) -> str:
    """Return the tag of a record: its version, which every write of it moves on."""
    return f'"{version}"'


def none_match(header: str, tag: str) -> bool:
    """Whether an If-None-Match lets a request pass: nothing it names is what there is.

    Tags are compared weakly; `*` is whatever there is (13.1.2).
    """
    named = {each.removeprefix("W/") for each in _TAG.findall(header)}
    return header.strip() != "*" and tag not in named


def match(header: str, tag: str) -> bool:
    """Whether an If-Match lets a request pass: it names what there is, strongly (13.1.1)."""
    return header.strip() == "*" or tag in _TAG.findall(header)
