"""Secrets Manager, in memory."""

from __future__ import annotations

from chalicelib.core.errors import NotFound


class MemorySecrets:
    """Secrets by their ARNs; `read_arns` has those that were read, in order."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}
        self.read_arns: list[str] = []

    def read(self, arn: str) -> str:
        """Return a secret's text; raise NotFound for one that is gone."""
        self.read_arns.append(arn)
        if arn not in self.values:
            raise NotFound("the secret is not there any more")
        return self.values[arn]
