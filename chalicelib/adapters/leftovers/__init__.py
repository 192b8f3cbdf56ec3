"""The search for what a deleted demo left behind, behind the Leftovers port.

Candidates come from the tag index (Resource Groups Tagging API) and from the services that can
be searched directly (`sources`), because the index does not show at once what is new. Each is
then looked up in its own service (`kinds`), because the index lists for hours what is gone. What
is not known counts as left behind, with the reason beside it: a kind without a look-up, a look-up
that is refused, a source that cannot be read.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.adapters.aws import client, ours, translated
from chalicelib.adapters.leftovers.kinds import LOOKUPS
from chalicelib.adapters.leftovers.sources import SOURCES, Scope
from chalicelib.core.errors import RetryableError


class TagSearch:
    """The search in one region; `stack_role_arn` names the partition and account searched."""

    def __init__(self, region: str, *, stack_role_arn: str) -> None:
        _, self._partition, _, _, self._account, _ = stack_role_arn.split(":", 5)
        self._region = region

    @translated
    def find(self, demo_id: str) -> tuple[str, ...]:
        """Return what is left of a demo: ARNs, with a reason beside what could not be looked up.

        Raises RetryableError when a service does not answer: an unanswered search proves nothing.
        """
        scope = Scope(
            demo_id=demo_id,
            region=self._region,
            account=self._account,
            partition=self._partition,
            client=self._client,
        )
        candidates: set[str] = set()
        left: list[str] = []
        for name, source in SOURCES.items():
            try:
                candidates |= set(source(scope))
            except ClientError as error:
                left.append(f"{name} cannot be searched: {_refusal(error)}")
        for kind, arns in sorted(_by_kind(candidates).items()):
            left += _still_there(scope, kind, arns)
        return tuple(left)

    def _client(self, service: str) -> Any:
        return client(service, self._region)


def _still_there(scope: Scope, kind: str, arns: Sequence[str]) -> Sequence[str]:
    look = LOOKUPS.get(kind)
    if look is None:
        return [f"{arn} (no look-up for {kind})" for arn in arns]
    try:
        return look(scope, arns)
    except ClientError as error:
        why = _refusal(error)
        return [f"{arn} (not looked up: {why})" for arn in arns]


def _refusal(error: ClientError) -> str:
    """Return why AWS refused a call; raise what may be answered later."""
    refused = ours(error)
    if isinstance(refused, RetryableError):
        raise refused from error
    return str(refused)


def _by_kind(arns: Iterable[str]) -> Mapping[str, list[str]]:
    """Group ARNs by service and kind, as `ec2:volume`; a bucket's ARN has no kind."""
    grouped: dict[str, list[str]] = defaultdict(list)
    for arn in sorted(arns):
        service, resource = arn.split(":")[2], arn.split(":", 5)[5]
        kind = "bucket" if service == "s3" else re.split("[/:]", resource)[0]
        grouped[f"{service}:{kind}"].append(arn)
    return grouped
