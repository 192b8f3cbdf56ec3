"""What Slack calls, in this process: no headers and no body make a server error."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib import wiring
from chalicelib.core.catalog import ALL
from chalicelib.entrypoints.slack import app, status_message
from chalicelib.entrypoints.slack.listeners import command_of
from chalicelib.services.slack.commands import Create, Extend
from chalicelib.services.slack.ports import Credentials
from tests.slack.fakes import ANN, SlackStage
from tests.slack.test_off import ENV

TEAM = "T0LOCAL"
CONTEXT = SimpleNamespace(function_name="slack", function_version="1", invoked_function_arn="arn")
CREDENTIALS = Credentials(team_id=TEAM, signing_secret="signing", bot_token="xoxb-x")


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[SlackStage]:
    """Put Slack's function on a world in memory."""
    made = SlackStage()
    for name, value in ENV.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(app, "slack_credentials", lambda: CREDENTIALS)
    monkeypatch.setattr(app, "slack_context", lambda: made.slack)
    wiring.settings.cache_clear()
    app._bolt.cache_clear()
    yield made
    app._bolt.cache_clear()
    wiring.settings.cache_clear()


def sent(body: str, headers: Mapping[str, str]) -> dict[str, Any]:
    """Call the function as API Gateway does."""
    event = {
        "requestContext": {"httpMethod": "POST", "resourcePath": "/slack/events", "path": "/x"},
        "headers": {"content-type": "application/x-www-form-urlencoded", **headers},
        "multiValueQueryStringParameters": None,
        "pathParameters": None,
        "stageVariables": None,
        "body": body,
        "isBase64Encoded": False,
    }
    return app.acknowledge(event, CONTEXT)


def signed(body: str) -> dict[str, Any]:
    at = str(int(time.time()))
    text = f"v0:{at}:{body}".encode()
    signature = hmac.new(CREDENTIALS.signing_secret.encode(), text, hashlib.sha256).hexdigest()
    return sent(body, {"x-slack-request-timestamp": at, "x-slack-signature": f"v0={signature}"})


def command(text: str) -> dict[str, Any]:
    given = {"command": "/demo", "text": text, "team_id": TEAM, "user_id": ANN, "trigger_id": "1"}
    return signed(urlencode(given))


def press(action: str, value: str) -> dict[str, Any]:
    payload = {
        "type": "block_actions",
        "team": {"id": TEAM},
        "user": {"id": ANN, "team_id": TEAM},
        "trigger_id": "1",
        "actions": [{"type": "button", "action_id": action, "block_id": "b", "value": value}],
    }
    return signed(urlencode({"payload": json.dumps(payload)}))


NOW = str(int(time.time()))
STAMPS = st.sampled_from(["x", "", "-1", "1e9", "9" * 400, "\u0665", "0", NOW]) | st.text(
    max_size=9
)
SIGNATURES = st.sampled_from(["", "v0=", "\u00e9", "v0=" + "0" * 64, "x" * 9000]) | st.text(
    max_size=9
)
QUICK = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@QUICK
@given(stamp=STAMPS, signature=SIGNATURES, body=st.text(max_size=40))
def test_no_unsigned_call_makes_a_server_error(
    stage: SlackStage, stamp: str, signature: str, body: str
) -> None:
    """It is refused, whatever its headers and its body are, and nothing runs."""
    headers = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": signature}
    answer = sent(f"{body}&command=%2Fdemo&text=list", headers)
    assert answer["statusCode"] in (400, 401), answer
    assert not stage.slack_store.requests


@QUICK
@given(
    text=st.text(max_size=60),
    action=st.sampled_from([status_message.EXTEND, status_message.DELETE, "x"]),
)
def test_no_signed_call_makes_a_server_error(stage: SlackStage, text: str, action: str) -> None:
    """Whatever is typed, and whatever a button's value says."""
    assert 200 == command(text)["statusCode"]
    for value in (text, f"demo0001 {text}"):
        assert press(action, value)["statusCode"] in (200, 404)


@pytest.mark.parametrize("seen", ["", "soon", "2026-01-05", "2026-01-05T09:00:00", "9" * 400])
def test_a_button_with_no_moment_is_no_command(seen: str) -> None:
    """What was seen must be a moment with its zone."""
    assert command_of(status_message.EXTEND, f"demo0001 {seen}") is None


def test_a_button_brings_what_was_seen() -> None:
    """The end that it stood for."""
    moment = datetime(2026, 1, 5, 9, tzinfo=UTC)
    expected = Extend(demo_id="demo0001", seen=moment)
    assert expected == command_of(status_message.EXTEND, f"demo0001 {moment.isoformat()}")


def test_a_create_without_components_asks_back(stage: SlackStage) -> None:
    """Nothing is noted, and the answer names what to say instead."""
    answer = command("create for 2h")
    assert "/demo create all" in answer["body"]
    assert not stage.slack_store.requests
    command("create all for 2h")
    expected = Create(components=ALL, ttl=timedelta(hours=2))
    assert [expected] == [request.command for request in stage.slack_store.requests.values()]
