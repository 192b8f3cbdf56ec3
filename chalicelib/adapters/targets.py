"""The AWS services of a demo's region.

A target is a region of the service's own account. Only here would a demo in another account
assume a role. The service's table, workflow and secrets never come from here.
"""

from __future__ import annotations

import functools

from chalicelib.adapters.aws import client
from chalicelib.services.ports.targets import AccountQuotas, StackHistory, Target


class Regions:
    """Targets by region, each made once."""

    def __init__(self, *, stack_role_arn: str, service: str) -> None:
        self._stack_role_arn = stack_role_arn
        self._service = service
        self.of = functools.cache(self._of)
        self.history = functools.cache(self._history)

    def _history(self, region: str) -> StackHistory:
        from chalicelib.adapters.stack_history import CloudFormationHistory  # noqa: PLC0415

        return CloudFormationHistory(client("cloudformation", region))

    def quotas(self, region: str) -> AccountQuotas:
        """Return what reads the account's quotas in a region; makes no client yet."""
        from chalicelib.adapters.account_quotas import ServiceQuotas  # noqa: PLC0415

        return ServiceQuotas(region)

    def _of(self, region: str) -> Target:
        # The API seldom uses a target, so its cold start does not load one.
        from chalicelib.adapters.buckets import S3  # noqa: PLC0415
        from chalicelib.adapters.cloudformation import CloudFormation  # noqa: PLC0415
        from chalicelib.adapters.databases import Rds  # noqa: PLC0415
        from chalicelib.adapters.leftovers import TagSearch  # noqa: PLC0415
        from chalicelib.adapters.network import Ec2  # noqa: PLC0415
        from chalicelib.adapters.platforms import SolutionStacks  # noqa: PLC0415
        from chalicelib.adapters.secrets import SecretsManager  # noqa: PLC0415

        return Target(
            stacks=CloudFormation(
                client("cloudformation", region),
                role_arn=self._stack_role_arn,
                service=self._service,
            ),
            buckets=S3(client("s3", region), service=self._service),
            network=Ec2(region),
            databases=Rds(region),
            platforms=SolutionStacks(region),
            leftovers=TagSearch(region, stack_role_arn=self._stack_role_arn),
            secrets=SecretsManager(region),
        )
