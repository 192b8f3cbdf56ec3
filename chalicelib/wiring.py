"""The one composition root: makes use cases of settings and AWS clients, once a container."""

from __future__ import annotations

import functools
import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from chalicelib.core.errors import MissingSetting
from chalicelib.services.use_cases import UseCases
from chalicelib.settings import Settings

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer

    from chalicelib.adapters.metrics import EmbeddedMetrics
    from chalicelib.adapters.shares import ShareTable
    from chalicelib.adapters.slack.chat import SlackChat
    from chalicelib.adapters.slack.secret import SlackSecret
    from chalicelib.adapters.slack.store import SlackItems
    from chalicelib.adapters.table.demos import DemoTable
    from chalicelib.adapters.table.leases import LeaseItems
    from chalicelib.adapters.table.orphan_notes import OrphanNoteItem
    from chalicelib.adapters.table.pools import PoolItems
    from chalicelib.adapters.table.quotas import QuotaItems
    from chalicelib.adapters.table.signals import LoopSignalItems
    from chalicelib.adapters.targets import Regions
    from chalicelib.adapters.templates import PackagedTemplates
    from chalicelib.adapters.workflow import StateMachine
    from chalicelib.services.slack.ports import Credentials, SlackPolicy, Updates
    from chalicelib.services.slack.requests import Intake, SlackRequests

_FORM_TIMEOUT: Final = 1  # second; Slack waits for three in all
_TIMEOUT, _PATIENCE = 5, 20  # seconds for a call to Slack, and for its rate limit


@functools.cache
def settings() -> Settings:
    """Return this container's settings; raise MissingSetting naming the absent one."""
    return Settings.from_env()


def now() -> datetime:
    """Return the time now, in UTC."""
    return datetime.now(UTC)


def new_demo_id() -> str:
    """Return a fresh id, of which nobody can guess the next."""
    from chalicelib.core.naming import demo_id_from

    return demo_id_from(secrets.token_hex())


def client(service: str) -> Any:
    """Return this container's client for a service."""
    from chalicelib.adapters.aws import client

    return client(service)


class AwsPorts:
    """The ports of a container; each adapter is made when a use case first takes it."""

    clock = staticmethod(now)
    new_id = staticmethod(new_demo_id)
    new_secret = staticmethod(secrets.token_urlsafe)

    def __init__(self, configured: Settings) -> None:
        self._configured = configured

    @functools.cached_property
    def records(self) -> DemoTable:
        """The demos' records."""
        from chalicelib.adapters.table.demos import DemoTable

        return DemoTable(client("dynamodb"), self._configured.table)

    @functools.cached_property
    def leases(self) -> LeaseItems:
        """The lease items."""
        from chalicelib.adapters.table.leases import LeaseItems

        return LeaseItems(client("dynamodb"), self._configured.table)

    @functools.cached_property
    def signals(self) -> LoopSignalItems:
        """The events and the task token that are kept for a loop."""
        from chalicelib.adapters.table.signals import LoopSignalItems

        return LoopSignalItems(client("dynamodb"), self._configured.table)

    @functools.cached_property
    def quota_slots(self) -> QuotaItems:
        """The quota slots."""
        from chalicelib.adapters.table.quotas import QuotaItems

        return QuotaItems(client("dynamodb"), self._configured.table)

    @functools.cached_property
    def orphan_notes(self) -> OrphanNoteItem:
        """The notes of one orphan search for the next."""
        from chalicelib.adapters.table.orphan_notes import OrphanNoteItem

        return OrphanNoteItem(client("dynamodb"), self._configured.table)

    @functools.cached_property
    def shares(self) -> ShareTable:
        """The prospect links."""
        from chalicelib.adapters.shares import ShareTable

        return ShareTable(client("dynamodb"), self._configured.table)

    @functools.cached_property
    def pools(self) -> PoolItems:
        """The pools."""
        from chalicelib.adapters.table.pools import PoolItems

        return PoolItems(client("dynamodb"), self._configured.table)

    @functools.cached_property
    def workflow(self) -> StateMachine:
        """The loops' state machine."""
        from chalicelib.adapters.workflow import StateMachine

        return StateMachine(client("stepfunctions"), self._configured.state_machine_arn)

    @functools.cached_property
    def targets(self) -> Regions:
        """The AWS services of the demos' regions."""
        from chalicelib.adapters.targets import Regions

        return Regions(
            stack_role_arn=self._configured.stack_role_arn, service=self._configured.service
        )

    @functools.cached_property
    def templates(self) -> PackagedTemplates:
        """The templates that came with the package."""
        from chalicelib.adapters.templates import PackagedTemplates

        return PackagedTemplates()

    @functools.cached_property
    def metrics(self) -> EmbeddedMetrics:
        """The service's metrics."""
        from chalicelib.adapters.metrics import EmbeddedMetrics

        return EmbeddedMetrics(self._configured.service)


@functools.cache
def use_cases() -> UseCases:
    """Return this container's use cases."""
    return UseCases(AwsPorts(settings()), settings().policy)


@functools.cache
def idempotency_store() -> DynamoDBPersistenceLayer:
    """Return where answers to requests with an Idempotency-Key are kept."""
    from aws_lambda_powertools.utilities.idempotency import (
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
    from chalicelib.adapters.slack.secret import SlackSecret

    return SlackSecret(settings().slack_secret_name, client)


def slack_intake() -> Intake:
    """Return what the function that Slack calls works with; MissingSetting where Slack is off."""
    from chalicelib.adapters.slack.store import SlackItems
    from chalicelib.services.slack.requests import Intake

    return Intake(
        offer=use_cases().offer,
        requests=SlackItems(client("dynamodb"), settings().table),
        # A form is opened while Slack waits for its call to be acknowledged.
        forms=_slack_chat(slack_credentials(), timeout=_FORM_TIMEOUT, patience=0),
        clock=now,
        new_id=new_demo_id,
        policy=_slack_policy(),
    )


def slack_updates() -> Updates:
    """Return what the stream's function works with; raise MissingSetting where Slack is off."""
    return _slack_updates(slack_credentials())


@functools.lru_cache(maxsize=1)
def _slack_updates(credentials: Credentials) -> Updates:
    from chalicelib.adapters.slack.store import SlackItems
    from chalicelib.services.slack.ports import Updates

    chat = _slack_chat(credentials)
    items = SlackItems(client("dynamodb"), settings().table)
    return Updates(
        handle=lambda request: _slack_requests(items, chat).handle(request),
        records=use_cases().ports.records,
        requests=items,
        refs=items,
        chat=chat,
    )


@functools.lru_cache(maxsize=1)
def _slack_requests(items: SlackItems, chat: SlackChat) -> SlackRequests:
    from chalicelib.services.slack.requests import SlackRequests
    from chalicelib.services.slack.spec import SpecCommands

    return SlackRequests(
        requests=items,
        accounts=items,
        directory=chat,
        refs=items,
        read=use_cases().read,
        request=use_cases().request,
        change=use_cases().change,
        sharing=use_cases().sharing,
        spec=SpecCommands(
            change=use_cases().change,
            access=use_cases().access,
            credentials=use_cases().credentials,
            offer=use_cases().offer,
        ),
        clock=now,
        policy=_slack_policy(),
    )


def _slack_chat(
    credentials: Credentials, *, timeout: int = _TIMEOUT, patience: int = _PATIENCE
) -> SlackChat:
    from chalicelib.adapters.slack.chat import SlackChat

    return SlackChat(
        credentials.bot_token,
        settings().slack_api_url,
        team_id=credentials.team_id,
        guests=settings().slack_guests,
        timeout=timeout,
        patience=patience,
    )


def _slack_policy() -> SlackPolicy:
    from chalicelib.services.slack.ports import SlackPolicy

    configured = settings()
    return SlackPolicy(
        admins=configured.slack_admins,
        owner_domains=configured.owner_domains,
        cidr=configured.slack_cidr,
    )
