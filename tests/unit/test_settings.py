"""Settings are read once, and what is wrong with them names itself."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chalicelib.core.errors import MissingSetting
from chalicelib.settings import Settings

WHOLE = {
    "AWS_REGION": "eu-west-1",
    "DEMO_SERVICE": "stelligent-demo-service",
    "DEMO_TABLE": "table",
    "DEMO_IDEMPOTENCY_TABLE": "once",
    "DEMO_STATE_MACHINE_ARN": "arn:aws:states:eu-west-1:1:stateMachine:loop",
    "DEMO_STACK_ROLE_ARN": "arn:aws:iam::1:role/stack",
    "DEMO_BOUNDARY_ARN": "arn:aws:iam::1:policy/boundary",
    "DEMO_ROLE_PATH": "/stelligent-demo/",
    "DEMO_OIDC_ISSUER": "https://issuer.example/",
    "DEMO_OIDC_AUDIENCE": "client",
}


def test_a_whole_environment_is_read() -> None:
    """What is not set keeps its documented default."""
    settings = Settings.from_env(WHOLE)
    assert "table" == settings.table
    assert ("eu-west-1",) == settings.policy.request.regions
    assert timedelta(hours=4) == settings.policy.lease.default
    assert timedelta(days=14) == settings.policy.lease.ahead
    assert 3 == settings.policy.quotas.per_owner


def test_the_operator_says_how_far_ahead_a_demo_may_be_requested() -> None:
    """In hours, as all that is about leases."""
    settings = Settings.from_env(WHOLE | {"DEMO_AHEAD_HOURS": "48"})
    assert timedelta(days=2) == settings.policy.lease.ahead


def test_further_regions_follow_the_home_region() -> None:
    """The service's own region is always open, and first."""
    settings = Settings.from_env(WHOLE | {"DEMO_REGIONS": "us-east-1, eu-west-1"})
    assert ("eu-west-1", "us-east-1") == settings.policy.request.regions


@pytest.mark.parametrize("name", sorted(WHOLE))
def test_a_missing_setting_is_named(name: str) -> None:
    """A function that starts without it says which variable is absent."""
    with pytest.raises(MissingSetting, match=name):
        Settings.from_env({k: v for k, v in WHOLE.items() if k != name})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEMO_MAX_HOURS", "many"),
        ("DEMO_POLL_SECONDS", "0"),
        ("DEMO_LIMIT_IN_ALL", "x"),
        ("DEMO_SLACK_GUESTS", "maybe"),
        ("DEMO_OIDC_ISSUER", "http://issuer.example/"),
        ("DEMO_OIDC_ISSUER", "https://"),
        ("DEMO_OIDC_ISSUER", "https://[::1"),
        ("DEMO_OIDC_ISSUER", "http://127.0.0.1:1@issuer.example/"),
    ],
)
def test_an_unusable_setting_is_named(name: str, value: str) -> None:
    """A value that cannot be read is refused with the variable's name."""
    with pytest.raises(MissingSetting, match=name):
        Settings.from_env(WHOLE | {name: value})


def test_who_may_own_demos_is_read_in_lower_case() -> None:
    """Domains by comma or space; nobody but verified people without a word from the operator."""
    settings = Settings.from_env(WHOLE | {"DEMO_OWNER_DOMAINS": "Example.com, example.org"})
    assert {"example.com", "example.org"} == settings.owner_domains
    assert frozenset() == Settings.from_env(WHOLE).owner_domains
    assert "email_verified" == Settings.from_env(WHOLE).oidc_verified_claim
