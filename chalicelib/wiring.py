"""The one composition root: settings and AWS clients become the world, once a container."""

from __future__ import annotations

import functools
import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from chalicelib.adapters.aws import client
from chalicelib.adapters.metrics import EmbeddedMetrics
from chalicelib.adapters.shares import ShareTable
from chalicelib.adapters.table import Table
from chalicelib.adapters.targets import Regions
from chalicelib.adapters.templates import PackagedTemplates
from chalicelib.adapters.workflow import StateMachine
from chalicelib.core.demo import demo_id_from
from chalicelib.core.errors import MissingSetting
from chalicelib.services.shares import Sharing
from chalicelib.services.world import World
from chalicelib.settings import Settings

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer

    from chalicelib.adapters.slack.secret import SlackSecret
    from chalicelib.services.slack.ports import Credentials, SlackContext

_FORM_TIMEOUT: Final = 1  # second; Slack waits for three in all


@functools.cache
def settings() -> Settings:
    """Return this container's settings; raise MissingSetting naming the absent one."""
    return Settings.from_env()


@functools.cache
def world() -> World:
    """Return the world as this container reaches it."""
    told = settings()
    return World(
        store=Table(client("dynamodb"), told.table, watchdog=told.policy.watchdog),
        workflow=StateMachine(client("stepfunctions"), told.state_machine_arn),
        targets=Regions(stack_role_arn=told.stack_role_arn, service=told.service),
        templates=PackagedTemplates(),
        metrics=EmbeddedMetrics(told.service),
        clock=now,
        new_id=new_demo_id,
        policy=told.policy,
    )


@functools.cache
def idempotency_store() -> DynamoDBPersistenceLayer:
    """Return where answers to requests with an Idempotency-Key are kept."""
    from aws_lambda_powertools.utilities.idempotency import (  # noqa: PLC0415 - only with a key
        DynamoDBPersistenceLayer,
    )

    return DynamoDBPersistenceLayer(
        table_name=settings().idempotency_table, boto3_client=client("dynamodb")
    )


@functools.cache
def sharing() -> Sharing:
    """Return what prospect links need besides the world."""
    return Sharing(
        store=ShareTable(client("dynamodb"), settings().table),
        new_id=new_demo_id,
        new_secret=secrets.token_urlsafe,
    )


def slack_credentials() -> Credentials:
    """Return the Slack app's credentials; raise MissingSetting where Slack is off."""
    if not settings().slack_secret_name:
        raise MissingSetting("DEMO_SLACK_SECRET_NAME is not set")
    return _slack_secret().credentials()


@functools.cache
def _slack_secret() -> SlackSecret:
    from chalicelib.adapters.slack.secret import SlackSecret  # noqa: PLC0415 - Slack's functions

    return SlackSecret(settings().slack_secret_name, client)


def slack_context() -> SlackContext:
    """Return the world with Slack beside it; raise MissingSetting where Slack is off."""
    return _slack_context(slack_credentials())


@functools.lru_cache(maxsize=1)
def _slack_context(credentials: Credentials) -> SlackContext:
    from chalicelib.adapters.slack.chat import SlackChat  # noqa: PLC0415 - Slack's functions alone
    from chalicelib.adapters.slack.store import SlackItems  # noqa: PLC0415
    from chalicelib.services.slack.ports import SlackContext, SlackPolicy  # noqa: PLC0415

    told = settings()
    token, url = credentials.bot_token, told.slack_api_url
    return SlackContext(
        world=world(),
        store=SlackItems(client("dynamodb"), told.table),
        chat=SlackChat(token, url, team_id=credentials.team_id, guests=told.slack_guests),
        # A form is opened while Slack waits for its call to be acknowledged.
        forms=SlackChat(token, url, timeout=_FORM_TIMEOUT, patience=0),
        policy=SlackPolicy(
            admins=told.slack_admins, owner_domains=told.owner_domains, cidr=told.slack_cidr
        ),
    )


def now() -> datetime:
    """Return the time now, in UTC."""
    return datetime.now(UTC)


def new_demo_id() -> str:
    """Return a fresh id, of which nobody can guess the next."""
    return demo_id_from(secrets.token_hex())
