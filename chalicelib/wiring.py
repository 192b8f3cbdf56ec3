"""The one composition root: settings and AWS clients become the use cases, once a container."""

from __future__ import annotations

import functools
import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from chalicelib.adapters.aws import client
from chalicelib.adapters.metrics import EmbeddedMetrics
from chalicelib.adapters.shares import ShareTable
from chalicelib.adapters.table import (
    DemoTable,
    LeaseItems,
    LoopSignalItems,
    OrphanNoteItem,
    PoolItems,
    QuotaItems,
)
from chalicelib.adapters.targets import Regions
from chalicelib.adapters.templates import PackagedTemplates
from chalicelib.adapters.workflow import StateMachine
from chalicelib.core.demo import demo_id_from
from chalicelib.core.errors import MissingSetting
from chalicelib.services.use_cases import UseCases
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


def now() -> datetime:
    """Return the time now, in UTC."""
    return datetime.now(UTC)


def new_demo_id() -> str:
    """Return a fresh id, of which nobody can guess the next."""
    return demo_id_from(secrets.token_hex())


class AwsPorts:
    """The ports as a container reaches them; each is made when it is first taken."""

    clock = staticmethod(now)
    new_id = staticmethod(new_demo_id)
    new_secret = staticmethod(secrets.token_urlsafe)

    def __init__(self, configured: Settings) -> None:
        self._configured = configured

    @functools.cached_property
    def records(self) -> DemoTable:
        """The demos' records."""
        return DemoTable(client("dynamodb"), self._configured.table)

    @functools.cached_property
    def leases(self) -> LeaseItems:
        """The lease items."""
        return LeaseItems(client("dynamodb"), self._configured.table)

    @functools.cached_property
    def signals(self) -> LoopSignalItems:
        """What events leave for a loop."""
        return LoopSignalItems(client("dynamodb"), self._configured.table)

    @functools.cached_property
    def quota_slots(self) -> QuotaItems:
        """The quota slots."""
        return QuotaItems(client("dynamodb"), self._configured.table)

    @functools.cached_property
    def orphan_notes(self) -> OrphanNoteItem:
        """What one orphan search leaves for the next."""
        return OrphanNoteItem(client("dynamodb"), self._configured.table)

    @functools.cached_property
    def shares(self) -> ShareTable:
        """The prospect links."""
        return ShareTable(client("dynamodb"), self._configured.table)

    @functools.cached_property
    def pools(self) -> PoolItems:
        """The pools."""
        return PoolItems(client("dynamodb"), self._configured.table)

    @functools.cached_property
    def workflow(self) -> StateMachine:
        """The loops' state machine."""
        return StateMachine(client("stepfunctions"), self._configured.state_machine_arn)

    @functools.cached_property
    def targets(self) -> Regions:
        """Where demos' stacks are."""
        return Regions(
            stack_role_arn=self._configured.stack_role_arn, service=self._configured.service
        )

    @functools.cached_property
    def templates(self) -> PackagedTemplates:
        """The templates that came with the package."""
        return PackagedTemplates()

    @functools.cached_property
    def metrics(self) -> EmbeddedMetrics:
        """The service's metrics."""
        return EmbeddedMetrics(self._configured.service)


@functools.cache
def use_cases() -> UseCases:
    """Return this container's use cases."""
    return UseCases(AwsPorts(settings()), settings().policy)


@functools.cache
def idempotency_store() -> DynamoDBPersistenceLayer:
    """Return where answers to requests with an Idempotency-Key are kept."""
    from aws_lambda_powertools.utilities.idempotency import (  # noqa: PLC0415 - only with a key
        DynamoDBPersistenceLayer,
    )

    return DynamoDBPersistenceLayer(
        table_name=settings().idempotency_table, boto3_client=client("dynamodb")
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
    """Return the use cases with Slack beside them; raise MissingSetting where Slack is off."""
    return _slack_context(slack_credentials())


@functools.lru_cache(maxsize=1)
def _slack_context(credentials: Credentials) -> SlackContext:
    from chalicelib.adapters.slack.chat import SlackChat  # noqa: PLC0415 - Slack's functions alone
    from chalicelib.adapters.slack.store import SlackItems  # noqa: PLC0415
    from chalicelib.services.slack.ports import SlackContext, SlackPolicy  # noqa: PLC0415

    configured = settings()
    token, url = credentials.bot_token, configured.slack_api_url
    return SlackContext(
        use_cases=use_cases(),
        store=SlackItems(client("dynamodb"), configured.table),
        chat=SlackChat(token, url, team_id=credentials.team_id, guests=configured.slack_guests),
        # A form is opened while Slack waits for its call to be acknowledged.
        forms=SlackChat(token, url, timeout=_FORM_TIMEOUT, patience=0),
        policy=SlackPolicy(
            admins=configured.slack_admins,
            owner_domains=configured.owner_domains,
            cidr=configured.slack_cidr,
        ),
    )
