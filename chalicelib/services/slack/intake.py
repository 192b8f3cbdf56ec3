"""What is done while Slack waits: a command is checked, and recorded as a request."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from chalicelib.core.errors import FieldProblem, InvalidRequest
from chalicelib.core.preview import Preview
from chalicelib.core.request import DemoRequest
from chalicelib.services.offer import Offer
from chalicelib.services.ports import Clock, NewId
from chalicelib.services.slack.commands import Create, DemoCommand
from chalicelib.services.slack.ports import Forms, RequestStore, SlackPolicy, SlackRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """Looks at the package alone, and makes one write."""

    offer: Offer
    requests: RequestStore
    forms: Forms
    clock: Clock
    new_id: NewId
    policy: SlackPolicy

    def preview(self, command: Create) -> Preview:
        """Return what a command would make; raise InvalidRequest for one to be refused.

        An end by the clock is judged once it is known where the asker is.
        """
        return self.offer.preview(to_request(command, command.ttl, self.policy))

    def record(self, press: str, command: DemoCommand, **of: Any) -> bool:
        """Record a request; False when it was recorded before.

        `press` names the one press that it came from, however often it is delivered.
        """
        request = SlackRequest(
            key=hashlib.sha256(press.encode()).hexdigest()[:32],
            command=command,
            demo_id=self.new_id(),
            at=self.clock(),
            **of,
        )
        return self.requests.add_request(request)


def to_request(command: Create, ttl: timedelta | None, policy: SlackPolicy) -> DemoRequest:
    """Return the request behind a command; raise InvalidRequest where it needs an address."""
    cidr = command.cidr or policy.cidr
    if not cidr:
        message = "Slack does not tell me your address: add 'from 203.0.113.7' with your own"
        raise InvalidRequest(FieldProblem("allowed_cidr", message))
    return DemoRequest(
        components=command.components,
        name=command.name,
        ttl=ttl,
        allowed_cidr=cidr,
        region=command.region,
    )
