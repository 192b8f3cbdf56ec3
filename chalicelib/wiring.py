"""The one composition root: settings and AWS clients become the world, once a container."""

from __future__ import annotations

import functools
import secrets
import string
from datetime import UTC, datetime
from typing import Final

from chalicelib.adapters.aws import client
from chalicelib.adapters.meter import EmbeddedMetrics
from chalicelib.adapters.shelf import PackageShelf
from chalicelib.adapters.table import Table
from chalicelib.adapters.targets import Regions
from chalicelib.adapters.workflow import StateMachine
from chalicelib.services.world import World
from chalicelib.settings import Settings

_ID_LENGTH: Final = 8


@functools.cache
def settings() -> Settings:
    """Return this container's settings; raise MissingSetting naming the absent one."""
    return Settings.from_env()


@functools.cache
def world() -> World:
    """Return the world as this container reaches it."""
    told = settings()
    return World(
        store=Table(client("dynamodb"), told.table, watchdog=told.rules.watchdog),
        workflow=StateMachine(client("stepfunctions"), told.state_machine_arn),
        targets=Regions(stack_role_arn=told.stack_role_arn, service=told.service),
        shelf=PackageShelf(),
        meter=EmbeddedMetrics(told.service),
        clock=now,
        new_id=new_demo_id,
        rules=told.rules,
    )


def now() -> datetime:
    """Return the time now, in UTC."""
    return datetime.now(UTC)


def new_demo_id() -> str:
    """Return a fresh id: eight letters and digits, a letter first, nobody can guess the next."""
    rest = string.ascii_lowercase + string.digits
    first = secrets.choice(string.ascii_lowercase)
    return first + "".join(secrets.choice(rest) for _ in range(_ID_LENGTH - 1))
