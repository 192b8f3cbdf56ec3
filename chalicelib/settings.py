"""The operator's settings, read from the environment once; a missing one is named."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, TypeVar
from urllib.parse import urlsplit

from chalicelib.core.errors import MissingSetting
from chalicelib.core.policy import (
    FirstPool,
    LeaseLimits,
    PermissionsBoundary,
    Policy,
    PollingPolicy,
    Quotas,
    RequestPolicy,
)

T = TypeVar("T")
PREFIX: Final = "DEMO_"
NO_CLAIM: Final = "none"
"""In place of a claim's name: the issuer has verified every address that it gives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of a stage; each is documented in docs/operations.md."""

    service: str
    table: str
    idempotency_table: str
    state_machine_arn: str
    stack_role_arn: str
    oidc_issuer: str
    oidc_audience: str
    oidc_admin_claim: str
    oidc_admin_value: str
    oidc_user_claim: str = ""
    oidc_user_value: str = ""
    oidc_verified_claim: str = "email_verified"
    owner_domains: frozenset[str] = frozenset()
    slack_secret_name: str = ""
    slack_api_url: str = "https://slack.com/api/"
    slack_admins: frozenset[str] = frozenset()
    slack_cidr: tuple[str, ...] = ()
    slack_guests: bool = False
    policy: Policy

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
            oidc_issuer=read("OIDC_ISSUER", _safe_url),
            oidc_audience=read("OIDC_AUDIENCE", str),
            oidc_admin_claim=read("OIDC_ADMIN_CLAIM", str, "groups"),
            oidc_admin_value=read("OIDC_ADMIN_VALUE", str, "demo-admins"),
            oidc_user_claim=read("OIDC_USER_CLAIM", str, ""),
            oidc_user_value=read("OIDC_USER_VALUE", str, ""),
            oidc_verified_claim=read("OIDC_VERIFIED_CLAIM", str, "email_verified"),
            owner_domains=frozenset(read("OWNER_DOMAINS", _lower_words, "")),
            slack_secret_name=read("SLACK_SECRET_NAME", str, ""),
            slack_api_url=read("SLACK_API_URL", _safe_folder, "https://slack.com/api/"),
            slack_admins=frozenset(read("SLACK_ADMINS", _lower_words, "")),
            slack_cidr=read("SLACK_CIDR", _words, ""),
            slack_guests=read("SLACK_GUESTS", _flag, "false"),
            policy=_rules(read, service),
        )


def _rules(read: _Reader, service: str) -> Policy:
    home = read.home_region()
    return Policy(
        service=service,
        request=RequestPolicy(
            home_region=home,
            regions=tuple(dict.fromkeys([home, *read("REGIONS", _words, "")])),
            widest_ipv4=read("WIDEST_CIDR", int, "16"),
            lease=LeaseLimits(
                default=read("DEFAULT_HOURS", _hours, "4"),
                at_once=read("MAX_HOURS", _hours, "72"),
                in_total=read("TOTAL_HOURS", _hours, "168"),
                ahead=read("AHEAD_HOURS", _hours, "336"),
            ),
        ),
        quotas=Quotas(
            per_owner=read("LIMIT_PER_OWNER", int, "3"), in_all=read("LIMIT_IN_ALL", int, "4")
        ),
        permissions_boundary=PermissionsBoundary(
            boundary_arn=read("BOUNDARY_ARN", str), role_path=read("ROLE_PATH", str)
        ),
        first_pool=FirstPool(
            components=read("FIRST_POOL", _words, ""), ready=read("FIRST_POOL_READY", int, "1")
        ),
        polling=PollingPolicy(
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


def is_safe_url(text: str) -> bool:
    """Whether a secret may be sent to an address, and a key taken from it: https, or loopback."""
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
    except ValueError:
        return False
    loopback = parts.scheme == "http" and host in ("127.0.0.1", "localhost")
    return bool(host) and (parts.scheme == "https" or loopback)


def _safe_url(text: str) -> str:
    if not is_safe_url(text):
        raise ValueError(f"{text} is not https")
    return text


def _safe_folder(text: str) -> str:
    return _safe_url(text) if text.endswith("/") else _safe_url(f"{text}/")


def _flag(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError(f"{text} is neither true nor false")
    return text == "true"


def _lower_words(text: str) -> tuple[str, ...]:
    return tuple(text.lower().replace(",", " ").split())


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
