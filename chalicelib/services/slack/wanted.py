"""The request for a demo that a command from Slack stands for, its times of day told."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

from chalicelib.core.errors import FieldProblem, InvalidRequest
from chalicelib.core.request import DemoRequest
from chalicelib.services.slack.commands import Create
from chalicelib.services.slack.ports import SlackPolicy


def wanted_by(
    command: Create, at: datetime, policy: SlackPolicy, zone: tzinfo | None = None
) -> DemoRequest:
    """Return the request behind a command given at some moment; without a zone no time of day.

    Raises InvalidRequest where it needs an address.
    """
    cidr = command.cidr or policy.cidr
    if not cidr:
        message = "Slack does not tell me your address: add 'from 203.0.113.7' with your own"
        raise InvalidRequest(FieldProblem("allowed_cidr", message))
    return DemoRequest(
        components=command.components,
        name=command.name,
        ttl=_lease(command, at, zone),
        ready_by=_ready_by(command, at, zone),
        allowed_cidr=cidr,
        region=command.region,
    )


def _ready_by(command: Create, at: datetime, zone: tzinfo | None) -> datetime | None:
    if command.ready_in is not None:
        return at + command.ready_in
    return command.ready_by.after(at, zone) if command.ready_by and zone else None


def _lease(command: Create, at: datetime, zone: tzinfo | None) -> timedelta | None:
    """Return how long a lease is that may end at a time of day: the first after it begins.

    But tomorrow is always the sender's.
    """
    if command.until is None or zone is None:
        return command.ttl
    begins = _ready_by(command, at, zone) or at
    return command.until.after(at if command.until.tomorrow else begins, zone) - begins
