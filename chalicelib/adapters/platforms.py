"""Elastic Beanstalk behind the Platforms port."""

from __future__ import annotations

from chalicelib.adapters.aws import client, translated
from chalicelib.core.errors import Rejected
from chalicelib.core.platforms import newest


class SolutionStacks:
    """The platforms of one region."""

    def __init__(self, region: str) -> None:
        self._region = region

    @translated
    def newest(self, pattern: str) -> str:
        """Return the newest platform whose name fits; raise Rejected where there is none.

        A new environment may take the newest version of a platform and no retired one (AWS
        Elastic Beanstalk Platforms, "platform version support").
        """
        stacks = client("elasticbeanstalk", self._region).list_available_solution_stacks()
        found = newest(stacks["SolutionStacks"], pattern)
        if found is None:
            raise Rejected(f"Elastic Beanstalk has no platform '{pattern}' in {self._region}")
        return found
