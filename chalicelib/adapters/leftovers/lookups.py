"""Whether a resource that a tag names still exists, according to the service that it lives in.

A look-up is handed ARNs of one kind and returns those that exist. What a service keeps on record
after its end (a terminated instance, an inactive cluster, a deregistered task definition) does not
exist.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.adapters.aws import code_of
from chalicelib.adapters.leftovers.sources import TAG, Scope

Lookup = Callable[[Scope, Sequence[str]], Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ByTag:
    """An EC2 kind: one call answers for all of a demo's, and never with what is gone."""

    operation: str
    found: str
    id: str
    state: str = ""
    gone: str = ""

    def __call__(self, scope: Scope, arns: Sequence[str]) -> list[str]:
        """Return those that EC2 has under the demo's tag."""
        filters = [{"Name": f"tag:{TAG}", "Values": [scope.demo_id]}]
        there = {
            item[self.id]
            for answer in _answers(scope.client("ec2"), self.operation, {"Filters": filters})
            for item in _existing(answer, self.found, self.state, self.gone)
        }
        return [arn for arn in arns if arn.rpartition("/")[2] in there]


@dataclass(frozen=True, slots=True, kw_only=True)
class ByName:
    """Any other kind: one call for each, with arguments made of parts of its ARN.

    `{arn}` is the whole, `{name}` what follows the kind, `{parts[n]}` a piece between slashes or
    colons, `{last}` the last of them. Of an answer with more than was looked for, `named` is the
    field that holds the name. `missing` matches the error for one that is not there, as its code
    and message.
    """

    service: str
    operation: str
    arguments: Mapping[str, Any]
    found: str
    named: str = ""
    missing: str = ""
    state: str = ""
    gone: str = ""

    def __call__(self, scope: Scope, arns: Sequence[str]) -> list[str]:
        """Return those that the service knows."""
        return [arn for arn in arns if self._exists(scope.client(self.service), arn)]

    def _exists(self, service: Any, arn: str) -> bool:
        resource = arn.split(":", 5)[5]
        parts = re.split("[/:]", resource)
        name = resource.removeprefix(parts[0])[1:]
        words = {"arn": arn, "parts": parts, "name": name, "last": parts[-1]}
        try:
            answers = list(_answers(service, self.operation, _filled(self.arguments, words)))
        except ClientError as error:
            if self.missing and re.match(self.missing, f"{code_of(error)}: {error}"):
                return False
            raise
        existing = (i for a in answers for i in _existing(a, self.found, self.state, self.gone))
        return any(not self.named or item[self.named] == name for item in existing)


def _answers(service: Any, operation: str, arguments: Mapping[str, Any]) -> Iterator[Any]:
    if service.can_paginate(operation):
        yield from service.get_paginator(operation).paginate(**arguments)
    else:
        yield getattr(service, operation)(**arguments)


def _existing(answer: Any, found: str, state: str, gone: str) -> Iterator[Any]:
    """Yield the items at a path of an answer but those whose state says that they are gone."""
    for item in _at(answer, found):
        if not state or not any(re.fullmatch(gone, str(s)) for s in _at(item, state)):
            yield item


def _at(answer: Any, path: str) -> list[Any]:
    """Return what is at a path of keys, through every list on it; the whole for an empty path."""
    items = [answer]
    for key in path.split(".") if path else ():
        below = [item[key] for item in items if key in item]
        items = [x for b in below for x in (b if isinstance(b, list) else [b])]
    return items


def _filled(value: Any, words: Mapping[str, Any]) -> Any:
    if isinstance(value, str):
        return value.format(**words)
    if isinstance(value, list):
        return [_filled(v, words) for v in value]
    return {key: _filled(v, words) for key, v in value.items()}
