"""Elastic Beanstalk's platforms, as a list of names."""

from __future__ import annotations

from chalicelib.core.errors import Rejected
from chalicelib.core.platforms import newest


class MemoryPlatforms:
    """The Platforms port over the solution stacks of a region."""

    def __init__(self, region: str) -> None:
        self.solution_stacks = ["Linux v1.9.1 running Docker", "Linux v1.10.0 running Docker"]
        self._region = region

    def newest(self, pattern: str) -> str:
        """Return the newest platform whose name fits; raise Rejected where there is none."""
        found = newest(self.solution_stacks, pattern)
        if found is None:
            raise Rejected(f"Elastic Beanstalk has no platform '{pattern}' in {self._region}")
        return found
