"""How much may run at once."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Active demos: an owner's, and everybody's together.

    Each may have a network, of which an account has five a region, its own among them (Amazon
    VPC quotas).
    """

    per_owner: int = 3
    in_all: int = 4
