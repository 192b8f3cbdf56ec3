"""What an owner wants of a demo that exists: a change to its spec."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.core.catalog import Selection
from chalicelib.core.demo import Desired


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecChange:
    """A change to a demo's spec, as a JSON Merge Patch (RFC 7386) says it; None leaves a field.

    A parameter whose value is None goes back to its template's default; those not named stay.
    `allow_replacement` lets the change replace what holds data.
    """

    name: str | None = None
    components: Selection | None = None
    parameters: Mapping[str, str | None] | None = None
    allowed_cidr: tuple[str, ...] | None = None
    keep_on_failure: bool | None = None
    desired_state: Desired | None = None
    allow_replacement: bool = False
