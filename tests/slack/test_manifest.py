"""The documents that an administrator follows say what the code does."""

from __future__ import annotations

import re
from dataclasses import fields
from typing import Any

import pytest
import yaml

from chalicelib.settings import Settings
from local.slack.limits import message_problems, view_problems
from tools import slack_pictures
from tools.infrastructure.template import ROOT, service_template

DOCUMENT = (ROOT / "docs" / "slack.md").read_text(encoding="utf-8")
MANIFEST = yaml.safe_load((ROOT / "docs" / "slack-manifest.yaml").read_text(encoding="utf-8"))
TEMPLATE = service_template()


def test_the_manifest_asks_for_the_least() -> None:
    """Four scopes: the command, to write, and whose e-mail address is whose."""
    scopes = MANIFEST["oauth_config"]["scopes"]
    assert {"bot": ["commands", "chat:write", "users:read", "users:read.email"]} == scopes


def test_the_manifest_leads_to_the_path_that_is_served() -> None:
    """Command and interactivity go to the one path of the API."""
    paths = TEMPLATE["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]["paths"]
    (path,) = (path for path in paths if path.startswith("/slack"))
    command = MANIFEST["features"]["slash_commands"][0]["url"]
    interactivity = MANIFEST["settings"]["interactivity"]["request_url"]
    assert command == interactivity
    assert command.endswith(f"/api{path}")


def test_every_setting_is_documented() -> None:
    """Each of Slack's settings has its parameter and its line."""
    names = [f.name for f in fields(Settings) if f.name.startswith("slack_")]
    variables = [f"DEMO_{name.upper()}" for name in names]
    assert variables == [v for v in variables if f"`{v}`" in DOCUMENT]
    parameters = [name for name in TEMPLATE["Parameters"] if name.startswith("Slack")]
    assert parameters == [p for p in parameters if f"| `{p}` |" in DOCUMENT]


def test_every_picture_is_there_and_shown() -> None:
    """The document shows what `tools.slack_pictures` draws."""
    shown = re.findall(r"\]\(pictures/([\w-]+)\.png\)", DOCUMENT)
    assert sorted(name for name, _ in slack_pictures.pages()) == sorted(shown)
    assert [] == [n for n in shown if not (slack_pictures.FOLDER / f"{n}.png").exists()]


PLAIN = {"type": "plain_text", "text": "x"}
BUTTON = {"type": "button", "text": PLAIN, "action_id": "a"}
INPUT = {"type": "plain_text_input", "action_id": "a"}
SELECT: dict[str, Any] = {
    "type": "static_select",
    "action_id": "a",
    "options": [{"text": PLAIN, "value": "1"}],
}


def row(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "actions", "elements": [*elements]}


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ({"type": "header", "text": PLAIN | {"type": "mrkdwn"}}, "text of type 'mrkdwn'"),
        ({"type": "header", "text": PLAIN | {"text": "h" * 151}}, "cannot exceed 150"),
        ({"type": "section"}, "must be specified"),
        ({"type": "section", "text": PLAIN, "colour": "red"}, "none of its kind"),
        ({"type": "section", "text": PLAIN | {"text": ""}}, "none of its kind"),
        ({"type": "context", "elements": []}, "none of its kind"),
        ({"type": "context", "elements": [PLAIN | {"text": "x" * 3001}]}, "at most 3000"),
        ({"type": "input", "label": PLAIN, "element": INPUT}, "no block of type 'input' here"),
        (row(BUTTON | {"action_id": "x" * 256}), "cannot exceed 255"),
        (row(BUTTON | {"action_id": None}), "without action_id"),
        (row(BUTTON | {"value": "v" * 2001}), "cannot exceed 2000"),
        (row(BUTTON | {"style": "blue"}), "must be one of"),
        (row(BUTTON | {"url": "javascript:alert(1)"}), "no address"),
        (row(BUTTON, BUTTON), "two elements with one action_id"),
        (row({"type": "lever", "action_id": "a"}), "none of its kind"),
    ],
)
def test_the_limits_know_a_bad_block(block: dict[str, Any], expected: str) -> None:
    """What Slack would refuse is found by the judge of all messages, and nothing else is."""
    good = row(BUTTON), {"type": "header", "text": PLAIN}, {"type": "section", "text": PLAIN}
    assert [] == message_problems({"text": "x", "blocks": [*good]})
    assert expected in "; ".join(message_problems({"text": "x", "blocks": [block]}))


@pytest.mark.parametrize(
    ("element", "expected"),
    [
        (SELECT | {"initial_option": {"text": PLAIN, "value": "2"}}, "none of the options"),
        (SELECT | {"options": SELECT["options"] * 2}, "two options with one value"),
        (SELECT | {"options": [{"text": PLAIN, "value": "v" * 151}]}, "cannot exceed 150"),
        (INPUT | {"max_length": 3, "initial_value": "four"}, "more than 3 characters"),
        (INPUT | {"placeholder": PLAIN | {"text": "x" * 151}}, "cannot exceed 150"),
    ],
)
def test_the_limits_know_a_bad_field(element: dict[str, Any], expected: str) -> None:
    """The same for a form."""
    for field, problem in ((INPUT, ""), (SELECT, ""), (element, expected)):
        block = {"type": "input", "label": PLAIN, "element": field}
        problems = view_problems({"type": "modal", "title": PLAIN, "blocks": [block]})
        assert problem in "; ".join(problems)
        assert bool(problem) == bool(problems)


def test_the_limits_know_a_bad_whole() -> None:
    """A message has something in it and not too much; a form has a title."""
    divider = {"type": "divider", "block_id": "one"}
    assert ["message: no_text"] == message_problems({"text": "", "blocks": []})
    assert ["two blocks with one block_id", "51 blocks, at most 50"] == message_problems(
        {"text": "x", "blocks": [divider] * 51}
    )
    assert ["view: no title"] == view_problems({"type": "modal", "blocks": [divider]})
