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
from chalicelib.entrypoints.slack import app, responses, status_message
from chalicelib.services.slack.commands import Create, Extend
from chalicelib.services.slack.ports import Credentials
from tests.slack.fakes import ANN, SlackStage
from tests.slack.test_off import ENV

TEAM = "T0LOCAL"
PATH = "/api/slack/events"
CONTEXT = SimpleNamespace(function_name="slack", function_version="1", invoked_function_arn="arn")
CREDENTIALS = Credentials(team_id=TEAM, signing_secret="signing", bot_token="xoxb-x")


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[SlackStage]:
    """Put Slack's function on a world in memory."""
    made = SlackStage()
    for name, value in ENV.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(app, "slack_credentials", lambda: CREDENTIALS)
    monkeypatch.setattr(app, "slack_intake", lambda: made.intake)
    wiring.settings.cache_clear()
    app._bolt.cache_clear()
    yield made
    app._bolt.cache_clear()
    wiring.settings.cache_clear()


def sent(body: str, headers: Mapping[str, str]) -> dict[str, Any]:
    """Call the function as API Gateway does."""
    event = {
        "requestContext": {"httpMethod": "POST", "resourcePath": "/slack/events", "path": PATH},
        "headers": {
            "Host": "demo.example",
            "content-type": "application/x-www-form-urlencoded",
            **headers,
        },
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


def press(action: str, value: str, trigger: str = "1", asked: str = "") -> dict[str, Any]:
    payload = {
        "type": "block_actions",
        "team": {"id": TEAM},
        "user": {"id": ANN, "team_id": TEAM},
        "trigger_id": trigger,
        "container": {"type": "message", "message_ts": asked},
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
    assert status_message.command_of(status_message.EXTEND, f"demo0001 {seen}") is None


def test_a_button_brings_what_was_seen() -> None:
    """The end that it stood for."""
    moment = datetime(2026, 1, 5, 9, tzinfo=UTC)
    expected = Extend(demo="demo0001", seen=moment)
    assert expected == status_message.command_of(
        status_message.EXTEND, f"demo0001 {moment.isoformat()}"
    )


def test_a_create_without_components_asks_back_with_the_price(stage: SlackStage) -> None:
    """Nothing is recorded before the question is answered; answering it twice makes one demo."""
    answer = json.loads(command("create for 2h")["body"])
    assert "You named no component. A demo of everything takes about" in str(answer["blocks"])
    assert not stage.slack_store.requests
    (row,) = [block for block in answer["blocks"] if block["type"] == "actions"]
    for trigger in ("1", "2"):
        press(responses.RUN, row["elements"][0]["value"], trigger=trigger, asked="17.1")
    expected = Create(components=ALL, ttl=timedelta(hours=2))
    assert [expected] == [request.command for request in stage.slack_store.requests.values()]


def test_a_demo_of_everything_by_name_is_made_at_once(stage: SlackStage) -> None:
    """Who said so is not asked again."""
    assert "On it: a demo of everything" in command("create all for 2h")["body"]
    assert 1 == len(stage.slack_store.requests)


def test_a_request_knows_where_the_page_is(stage: SlackStage) -> None:
    """It is beside the address that Slack called."""
    command("list")
    (request,) = stage.slack_store.requests.values()
    assert "https://demo.example/api/app" == request.page_url


def test_a_call_without_headers_is_refused(stage: SlackStage) -> None:
    """API Gateway passes none on where a caller sent none."""
    event = {"headers": None, "body": "", "requestContext": {"httpMethod": "POST"}}
    assert app.acknowledge(event, CONTEXT)["statusCode"] in (400, 401)
