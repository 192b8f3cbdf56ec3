"""Slack and the deployed service: real signed bodies, through API Gateway, to real functions."""

from __future__ import annotations

import io
import time
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.console import Console

from local import service
from local.identity import OWNER
from local.slack import __main__ as slack
from local.slack.limits import message_problems
from local.slack.stand_in import CHANNEL, CLOSED, U_NOBODY, U_OTHER, U_OWNER
from local.slack.workspace import Workspace
from tests.slack.conftest import Deployed, wait_for


def buttons(message: dict[str, Any]) -> dict[str, dict[str, Any]]:
    rows = [block["elements"] for block in message["blocks"] if block["type"] == "actions"]
    return {element["action_id"]: element for row in rows for element in row}


def mine(deployed: Deployed, name: str) -> list[dict[str, Any]]:
    return [demo for demo in deployed.demos() if demo["name"] == name]


def an_answer(deployed: Deployed, words: str) -> Any:
    """Wait for an answer that only one person sees."""
    return wait_for(lambda: [a for a in deployed.received()["answers"] if words in str(a)], words)


# Who is let in --------------------------------------------------------------------------------


def test_a_tampered_body_is_refused(deployed: Deployed) -> None:
    """A signature is of every byte; one that changed is a 401 that says so."""
    body = deployed.workspace.command_body("delete k3f9x2ab")
    for secret, sent in (("another", body), ("", body + b"&x=1")):
        signed = deployed.workspace.send(body, secret=secret) if secret else None
        answer = signed or _with_the_signature_of(deployed, body, sent)
        assert 401 == answer.status_code
        assert "application/problem+json" == answer.headers["content-type"]
        assert "signature" in answer.json()["detail"]


def _with_the_signature_of(deployed: Deployed, body: bytes, sent: bytes) -> httpx.Response:
    from local.slack.workspace import signature

    timestamp = str(int(time.time()))
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": signature(deployed.slack.signing_secret, timestamp, body),
    }
    url = f"{deployed.up.api_url}/slack/events"
    return httpx.post(url, content=sent, headers=headers, timeout=30, trust_env=False)


@pytest.mark.parametrize("age", [301, -600])  # a body under way ages by seconds
def test_a_stale_signature_is_refused(deployed: Deployed, age: int) -> None:
    """What was signed over five minutes ago, or will be, is a replay."""
    workspace = deployed.workspace
    answer = workspace.send(workspace.command_body("help"), at=time.time() - age)
    assert 401 == answer.status_code


@pytest.mark.parametrize(
    "body",
    [b"", b"\xff\xfe", b"payload=not+json", b"payload=1", b"payload=%7B%7D", b"a" * 100_000],
)
def test_an_unsigned_or_odd_body_is_a_4xx(deployed: Deployed, body: bytes) -> None:
    """Whatever is sent without a signature, nothing of ours fails over it."""
    url = f"{deployed.up.api_url}/slack/events"
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = httpx.post(url, content=body, headers=headers, timeout=30, trust_env=False)
    assert 400 <= answer.status_code < 500
    signed = deployed.workspace.send(body)
    assert signed.status_code < 500


def test_another_workspace_is_refused(deployed: Deployed) -> None:
    """The signing secret is the app's in every workspace; only the one set up is served."""
    other = Workspace(deployed.up.api_url, deployed.slack.signing_secret, deployed.slack.url, "T9")
    assert 403 == other.command("list").status_code
    assert 403 == other.press("demo_delete", "k3f9x2ab").status_code


# A demo's life --------------------------------------------------------------------------------


def test_a_demo_comes_up_is_extended_and_goes(deployed: Deployed) -> None:
    """One message lives with the demo; buttons work; each notice comes once, in its thread."""
    answer = deployed.workspace.command('create s3 name="Whole life" for 2h')
    assert "On it" in answer.json()["text"]
    message = deployed.status_message("Whole life", ": Ready")
    (demo,) = mine(deployed, "Whole life")
    assert (OWNER, ["127.0.0.1/32"]) == (demo["owner"], demo["allowed_cidr"])

    page = buttons(message)["demo_open_page"]["url"]
    assert f"{deployed.up.api_url}/app#/demos/{demo['demo_id']}" == page

    extend = buttons(message)["demo_extend"]
    for _ in range(2):
        assert 200 == deployed.workspace.press("demo_extend", extend["value"]).status_code
    an_answer(deployed, "ends <!date")
    wait_for(
        lambda: buttons(deployed.status_message("Whole", ": Ready"))["demo_extend"] != extend,
        "new",
    )
    (after,) = mine(deployed, "Whole life")
    assert _hours(demo) + 2 == _hours(after)

    assert 200 == deployed.workspace.press("demo_delete", demo["demo_id"]).status_code
    gone = deployed.status_message("Whole life", ": Removed")
    assert (CHANNEL, {}) == (gone["channel"], buttons(gone))
    notices = [m for m in deployed.received()["messages"] if m["thread_ts"] == gone["ts"]]
    notices_of_it = wait_for(lambda: _notices(deployed, gone["ts"], 2), "two notices")
    assert ["ready", "removed"] == [
        text.split(" is ")[1].split(":")[0] for text in notices_of_it
    ], notices


def test_a_demo_is_opened_signed_in_to_paused_and_resumed(deployed: Deployed) -> None:
    """Each by its command; what is secret is shown to who asks, and stands in no message."""
    workspace = deployed.workspace
    workspace.command('create rds name="Spec" for 2h')
    deployed.status_message("Spec", ": Ready")
    (demo,) = mine(deployed, "Spec")

    workspace.command("allow Spec 203.0.113.7")
    an_answer(deployed, "is open to `127.0.0.1/32`, `203.0.113.7/32`")
    wait_for(lambda: _phase(deployed, "Spec") == "ready", "the address is let in")
    workspace.command("disallow Spec 203.0.113.7")
    wait_for(lambda: mine(deployed, "Spec")[0]["allowed_cidr"] == ["127.0.0.1/32"], "shut out")
    deployed.status_message("Spec", ": Ready")

    workspace.command("credentials Spec")
    (answer,) = an_answer(deployed, "password `")
    password = str(answer).split("password `")[1].split("`")[0]
    assert 32 <= len(password)  # some signs stand escaped
    assert password not in str(deployed.received()["messages"])

    workspace.command("pause Spec")
    an_answer(deployed, "Its links stop working until it is resumed")
    assert "ready" == _phase(deployed, "Spec")
    workspace.press("demo_pause_now", demo["demo_id"])
    paused = deployed.status_message("Spec", ": Paused")
    assert "demo_resume" in buttons(paused)
    workspace.command("resume Spec")
    deployed.status_message("Spec", ": Ready")
    workspace.press("demo_delete", demo["demo_id"])
    deployed.status_message("Spec", ": Removed")


def test_a_failed_demo_is_tried_again(deployed: Deployed) -> None:
    """By its command, once what made it fail is over; one that did not fail is not."""
    fault = deployed.emulator.control.fail("No buckets today", component="s3")
    try:
        answer = httpx.post(
            f"{deployed.up.api_url}/demos",
            headers={"Authorization": f"Bearer {deployed.up.token}"},
            json={"components": ["s3"], "name": "Again", "keep_on_failure": True},
            timeout=30,
            trust_env=False,
        )
        assert 202 == answer.status_code
        wait_for(lambda: _phase(deployed, "Again") == "failed", "it has failed")
    finally:
        deployed.emulator.control.heal(fault)
    deployed.workspace.command("retry Again")
    wait_for(lambda: _phase(deployed, "Again") == "ready", "it is ready")
    deployed.workspace.command("retry Again")
    an_answer(deployed, "only what failed is retried")


def _phase(deployed: Deployed, name: str) -> str:
    return str(mine(deployed, name)[0]["phase"])


def _hours(demo: dict[str, Any]) -> float:
    from datetime import datetime

    ends, made = (datetime.fromisoformat(demo[k]) for k in ("expires_at", "created_at"))
    return round((ends - made).total_seconds() / 3600, 3)


def _notices(deployed: Deployed, ts: str, count: int) -> list[str] | None:
    texts = [m["text"] for m in deployed.received()["messages"] if m["thread_ts"] == ts]
    return texts if len(texts) >= count else None


def test_a_delivery_repeated_by_slack_makes_one_demo(deployed: Deployed) -> None:
    """The same body again, as Slack repeats it, and at once, is one demo."""
    body = deployed.workspace.command_body('create s3 name="Once only"')
    answers = [
        deployed.workspace.send(body),
        deployed.workspace.send(body, X_Slack_Retry_Num="1", X_Slack_Retry_Reason="http_timeout"),
        deployed.workspace.send(body, X_Slack_Retry_Num="2"),
    ]
    assert [200, 200, 200] == [answer.status_code for answer in answers]
    deployed.status_message("Once only", ": Ready")
    assert 1 == len(mine(deployed, "Once only"))


def test_the_form_opens_shows_the_time_and_makes_one_demo(deployed: Deployed) -> None:
    """A bare /demo opens it, picking shows the plan, and sending it twice makes one demo."""
    assert "" == deployed.workspace.command("").text
    view = deployed.received()["views"][-1]
    deployed.workspace.pick(view, ["ecs"])
    plan = deployed.received()["views"][-1]["blocks"][1]["text"]["text"]
    assert "about 10 min" in plan
    state = {
        "components": {"demo_pick": {"selected_options": [{"value": "s3"}]}},
        "lease": {"lease": {"selected_option": {"value": "2h"}}},
        "name": {"name": {"value": "From the form"}},
        "cidr": {"cidr": {"value": "203.0.113.7"}},
    }
    for _ in range(2):
        assert "" == deployed.workspace.submit(view, state).text
    deployed.status_message("From the form", ": Ready")
    (demo,) = mine(deployed, "From the form")
    assert ["203.0.113.7/32"] == demo["allowed_cidr"]


def test_a_wrong_form_says_so_at_its_fields(deployed: Deployed) -> None:
    """Nothing is made, and the form stays open with the problem where it can be corrected."""
    deployed.workspace.command("")
    view = deployed.received()["views"][-1]
    for picked, cidr, field in (
        ([{"value": "s3"}], "home", "cidr"),
        ([{"value": "s3"}], "0.0.0.0/0", "cidr"),
        ([], "203.0.113.7", "components"),
    ):
        state = {
            "components": {"demo_pick": {"selected_options": picked}},
            "lease": {"lease": {"selected_option": {"value": "2h"}}},
            "cidr": {"cidr": {"value": cidr}},
        }
        response = deployed.workspace.submit(view, state).json()
        assert ("errors", [field]) == (response["response_action"], [*response["errors"]])


def test_a_stranger_may_not_press(deployed: Deployed) -> None:
    """Somebody else's press is answered to them alone, and nothing happens."""
    deployed.workspace.command('create s3 name="Not yours"')
    deployed.status_message("Not yours", ": Ready")
    (demo,) = mine(deployed, "Not yours")
    deployed.workspace.press("demo_delete", demo["demo_id"], user=U_OTHER)
    an_answer(deployed, f"Only <@{U_OWNER}> or an admin")
    assert "running" == mine(deployed, "Not yours")[0]["desired_state"]


def test_an_unconfirmed_person_gets_nothing(deployed: Deployed) -> None:
    """An e-mail address that is not confirmed owns no demo, though it is somebody's."""
    deployed.workspace.command('create s3 name="Nobody"', user=U_NOBODY)
    an_answer(deployed, "not confirmed")
    assert [] == mine(deployed, "Nobody")


def test_a_closed_channel_leads_to_a_direct_message(deployed: Deployed) -> None:
    """Where the app is not in the channel the message goes to who asked."""
    deployed.workspace.command('create s3 name="Direct"', channel=CLOSED[0])
    assert "D0OWNER" == deployed.status_message("Direct", ": Ready")["channel"]
    an_answer(deployed, "Invite me")


def test_a_failing_stack_shows_its_cause(deployed: Deployed) -> None:
    """The resource and the reason are in the message that stays."""
    fault = deployed.emulator.control.fail("No buckets today", component="s3")
    try:
        deployed.workspace.command('create s3 name="Fails"')
        shown = deployed.status_message("Fails", ": Removed")
    finally:
        deployed.emulator.control.heal(fault)
    assert "No buckets today" in str(shown["blocks"])


# When Slack is not well -----------------------------------------------------------------------


def test_slack_being_down_fails_no_demo(deployed: Deployed) -> None:
    """The demo comes up without a message, which is made up for when Slack is back."""
    deployed.workspace.command("list")  # so that the e-mail address is known
    an_answer(deployed, "demo")
    deployed.stand_in("fault", method="chat.postMessage", times=4, status=500)
    deployed.workspace.command('create s3 name="Unheard"')
    wait_for(lambda: [d for d in mine(deployed, "Unheard") if d["phase"] == "ready"], "ready")
    deployed.status_message("Unheard", ": Ready")


def test_a_rate_limit_is_honoured(deployed: Deployed) -> None:
    """After a 429 nothing is sent before its time, and the last state is what is shown."""
    deployed.stand_in("fault", method="chat.update", times=1, status=429, retry_after=2)
    deployed.workspace.command('create s3 name="Patient"')
    deployed.status_message("Patient", ": Ready")
    calls = deployed.received()["calls"]
    limited = [n for n, call in enumerate(calls) if call["answer"] == "ratelimited"]
    assert 1 == len(limited)
    assert 2 <= calls[limited[0] + 1]["at"] - calls[limited[0]]["at"]


def test_a_slow_slack_does_not_hold_the_acknowledgement(deployed: Deployed) -> None:
    """A form that Slack would open too late becomes words instead of being waited for."""
    deployed.stand_in("fault", method="views.open", times=1, seconds=2.5)
    answer = deployed.workspace.command("")
    assert "would not open" in str(answer.json()["blocks"])


# On a terminal --------------------------------------------------------------------------------


def test_a_command_is_followed_until_its_demo_settles(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The terminal shows the answer, the status message with its links, and the notice."""
    monkeypatch.setattr(service, "STATE", deployed.state)
    monkeypatch.setattr(service.Service, "read", lambda: deployed.up)
    monkeypatch.setattr(slack, "_QUIET_AFTER", 0.5)
    console = Console(record=True, width=100, file=io.StringIO())
    assert 0 == slack.run(console, 'create s3 name="On a terminal" for 2h')
    shown = console.export_text()
    for expected in (
        "On it: a demo of s3",
        "On a terminal",
        "s3  ready",
        "Extend 2 h",
        "is ready",
    ):
        assert expected in shown


# Any text -------------------------------------------------------------------------------------


@given(text=st.text(max_size=60))
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_any_text_gets_an_answer(deployed: Deployed, text: str) -> None:
    """Whatever follows the command, the answer is a 200 that Slack would show."""
    answer = deployed.workspace.command(text)
    assert 200 == answer.status_code
    message = answer.json() if answer.text else {"text": "a form"}
    assert [] == message_problems({"text": message["text"], "blocks": message.get("blocks", [])})
