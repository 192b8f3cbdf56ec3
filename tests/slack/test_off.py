"""Without its configuration Slack is off: a 404, a clear line in the log, and the rest works."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib import wiring
from chalicelib.core.errors import MissingSetting, Throttled
from chalicelib.entrypoints.slack import app, stream
from chalicelib.settings import Settings
from tests.slack.test_stream import changed

ENV = {
    "AWS_REGION": "us-east-1",
    "DEMO_SERVICE": "stelligent-demo-service",
    "DEMO_TABLE": "demos",
    "DEMO_IDEMPOTENCY_TABLE": "keys",
    "DEMO_STATE_MACHINE_ARN": "arn:machine",
    "DEMO_STACK_ROLE_ARN": "arn:role",
    "DEMO_BOUNDARY_ARN": "arn:boundary",
    "DEMO_ROLE_PATH": "/stelligent-demo/",
    "DEMO_OIDC_ISSUER": "https://issuer.example",
    "DEMO_OIDC_AUDIENCE": "demo",
}


@pytest.fixture
def _off(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Give the service its settings without Slack's."""
    for name, value in ENV.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("DEMO_SLACK_SECRET_NAME", raising=False)
    wiring.settings.cache_clear()
    yield
    wiring.settings.cache_clear()


@pytest.mark.usefixtures("_off")
def test_slacks_path_is_not_there(caplog: pytest.LogCaptureFixture) -> None:
    """The answer is a problem document, and the log names the setting."""
    answer = app.acknowledge({}, None)
    assert 404 == answer["statusCode"]
    assert "Slack is not set up here" == json.loads(answer["body"])["detail"]
    assert "DEMO_SLACK_SECRET_NAME is not set" == vars(caplog.records[-1])["why"]


@pytest.mark.usefixtures("_off")
def test_the_stream_goes_on_without_slack() -> None:
    """What changes is nobody's news, and blocks nothing."""
    assert {"batchItemFailures": []} == stream.process_batch({"Records": [changed(1, "d1")]})


def test_a_secret_that_cannot_be_read_just_now_is_a_503(monkeypatch: pytest.MonkeyPatch) -> None:
    """A moment of trouble is told apart from Slack being off."""

    def throttled() -> None:
        raise Throttled("slow down")

    monkeypatch.setattr(app, "slack_credentials", throttled)
    assert 503 == app.acknowledge({}, None)["statusCode"]


@pytest.mark.parametrize("url", ["http://slack.example/api/", "ftp://x", "slack.com"])
def test_a_token_is_sent_over_https_only(url: str) -> None:
    """The Web API's address is https, or this very machine."""
    with pytest.raises(MissingSetting, match="DEMO_SLACK_API_URL"):
        Settings.from_env(ENV | {"DEMO_SLACK_API_URL": url})


def test_the_settings_are_read() -> None:
    """Admins are told apart by commas or spaces, in any case."""
    settings: Any = Settings.from_env(
        ENV
        | {
            "DEMO_SLACK_API_URL": "http://127.0.0.1:4900/api",
            "DEMO_SLACK_ADMINS": "Ann@Example.com, U0ADMIN",
            "DEMO_SLACK_CIDR": "203.0.113.0/24, 198.51.100.7/32",
        }
    )
    assert "http://127.0.0.1:4900/api/" == settings.slack_api_url
    assert frozenset({"ann@example.com", "u0admin"}) == settings.slack_admins
    assert ("203.0.113.0/24", "198.51.100.7/32") == settings.slack_cidr
