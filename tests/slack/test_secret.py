"""The app's secret: where it may be kept, and the error when it is not there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from chalicelib.adapters.slack.secret import SlackSecret
from chalicelib.core.errors import MissingSetting
from chalicelib.services.slack.ports import Credentials

REGION = "us-east-1"
TOLD = {"signing_secret": "shh", "bot_token": "xoxb", "team_id": "T1"}
EXPECTED = Credentials(team_id="T1", signing_secret="shh", bot_token="xoxb")


def client(service: str) -> Any:
    return boto3.client(service, region_name=REGION)  # type: ignore[call-overload]


@pytest.fixture(autouse=True)
def _aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield


def test_a_secret_of_secrets_manager() -> None:
    """A name is a secret's."""
    client("secretsmanager").create_secret(Name="slack", SecretString=json.dumps(TOLD))
    assert EXPECTED == SlackSecret("slack", client).credentials()


def test_a_secure_parameter() -> None:
    """A name that begins with a slash is a parameter's."""
    client("ssm").put_parameter(Name="/demo/slack", Value=json.dumps(TOLD), Type="SecureString")
    assert EXPECTED == SlackSecret("/demo/slack", client).credentials()


def test_a_secret_is_fetched_once() -> None:
    """Within its minutes a secret costs no further call."""
    secrets = client("secretsmanager")
    secrets.create_secret(Name="slack", SecretString=json.dumps(TOLD))
    secret = SlackSecret("slack", client)
    secret.credentials()
    secrets.delete_secret(SecretId="slack", ForceDeleteWithoutRecovery=True)
    assert EXPECTED == secret.credentials()


@pytest.mark.parametrize("name", ["absent", "/absent"])
def test_an_absent_secret_is_named(name: str) -> None:
    """The setting and the name in it are in the message."""
    with pytest.raises(MissingSetting, match=f"DEMO_SLACK_SECRET_NAME.*{name}"):
        SlackSecret(name, client).credentials()


@pytest.mark.parametrize("text", ["shh", '{"signing_secret": "shh"}', "[1]"])
def test_an_unreadable_secret_is_not_quoted(text: str) -> None:
    """What is missing is named, and nothing of what is there."""
    client("secretsmanager").create_secret(Name="slack", SecretString=text)
    with pytest.raises(MissingSetting) as raised:
        SlackSecret("slack", client).credentials()
    assert "shh" not in str(raised.value)
    assert "team_id" in str(raised.value)


def test_credentials_do_not_print() -> None:
    """A log line with the credentials in it tells the team and no more."""
    assert "Credentials(team_id='T1')" == repr(EXPECTED)
