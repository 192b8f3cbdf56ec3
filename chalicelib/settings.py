"""The operator's settings, read from the environment once and named when they are missing."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, TypeVar

from chalicelib.core.errors import MissingSetting
from chalicelib.core.inputs import Bounds
from chalicelib.core.lease import LeaseLimits
from chalicelib.core.limits import Limits
from chalicelib.core.plan import Pace
from chalicelib.core.request import RequestRules
from chalicelib.services.world import Rules

T = TypeVar("T")
PREFIX: Final = "DEMO_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a stage of the service is told; every field is documented in docs/operations.md."""

    service: str
    table: str
    idempotency_table: str
    state_machine_arn: str
    stack_role_arn: str
    oidc_issuer: str
    oidc_audience: str
    oidc_admin_claim: str
    oidc_admin_value: str
    slack_secret_name: str = ""
    slack_api_url: str = "https://slack.com/api/"
    slack_admins: frozenset[str] = frozenset()
    slack_cidr: tuple[str, ...] = ()
    rules: Rules

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> Settings:
        """Read the environment; raise MissingSetting naming the variable that is wrong."""
        read = _Reader(os.environ if env is None else env)
        service = read("SERVICE", str)
        return cls(
            service=service,
            table=read("TABLE", str),
            idempotency_table=read("IDEMPOTENCY_TABLE", str),
            state_machine_arn=read("STATE_MACHINE_ARN", str),
            stack_role_arn=read("STACK_ROLE_ARN", str),
            oidc_issuer=read("OIDC_ISSUER", str),
            oidc_audience=read("OIDC_AUDIENCE", str),
            oidc_admin_claim=read("OIDC_ADMIN_CLAIM", str, "groups"),
            oidc_admin_value=read("OIDC_ADMIN_VALUE", str, "demo-admins"),
            slack_secret_name=read("SLACK_SECRET_NAME", str, ""),
            slack_api_url=read("SLACK_API_URL", _safe_url, "https://slack.com/api/"),
            slack_admins=frozenset(read("SLACK_ADMINS", str.lower, "").replace(",", " ").split()),
            slack_cidr=read("SLACK_CIDR", _words, ""),
            rules=_rules(read, service),
        )


def _rules(read: _Reader, service: str) -> Rules:
    home = read.home_region()
    return Rules(
        service=service,
        request=RequestRules(
            home_region=home,
            regions=tuple(dict.fromkeys([home, *read("REGIONS", _words, "")])),
            widest_ipv4=read("WIDEST_CIDR", int, "16"),
            lease=LeaseLimits(
                default=read("DEFAULT_HOURS", _hours, "4"),
                at_once=read("MAX_HOURS", _hours, "72"),
                in_total=read("TOTAL_HOURS", _hours, "168"),
            ),
        ),
        limits=Limits(
            per_owner=read("LIMIT_PER_OWNER", int, "3"), in_all=read("LIMIT_IN_ALL", int, "4")
        ),
        bounds=Bounds(boundary_arn=read("BOUNDARY_ARN", str), role_path=read("ROLE_PATH", str)),
        pace=Pace(
            poll=read("POLL_SECONDS", _seconds, "60"), retry=read("RETRY_SECONDS", _seconds, "15")
        ),
        watchdog=read("WATCHDOG_SECONDS", _seconds, "600"),
    )


class _Reader:
    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = env

    def __call__(self, name: str, kind: Callable[[str], T], default: str | None = None) -> T:
        variable = PREFIX + name
        text = self._env.get(variable) or default
        if text is None:
            raise MissingSetting(f"{variable} is not set")
        try:
            return kind(text)
        except ValueError as error:
            raise MissingSetting(f"{variable} cannot be read: {error}") from error

    def home_region(self) -> str:
        """Return the region that the service runs in, as Lambda itself says it."""
        region = self._env.get("AWS_REGION")
        if not region:
            raise MissingSetting("AWS_REGION is not set")
        return region


def _safe_url(text: str) -> str:
    """Return an address that a token may be sent to: https, or this very machine."""
    if not text.startswith(("https://", "http://127.0.0.1:", "http://localhost:")):
        raise ValueError(f"{text} is not https")
    return text if text.endswith("/") else f"{text}/"


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _hours(text: str) -> timedelta:
    return timedelta(hours=_positive(text))


def _seconds(text: str) -> timedelta:
    return timedelta(seconds=_positive(text))


def _positive(text: str) -> float:
    number = float(text)
    if number <= 0:
        raise ValueError(f"{text} is not above 0")
    return number
