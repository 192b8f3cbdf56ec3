"""The documents that an administrator follows say what the code does."""

from __future__ import annotations

import re
from dataclasses import fields

import yaml

from chalicelib.settings import Settings
from local import slack_pictures
from local.slack_limits import message_problems
from tools.packaging import ROOT

DOCUMENT = (ROOT / "docs" / "slack.md").read_text(encoding="utf-8")
MANIFEST = yaml.safe_load((ROOT / "docs" / "slack-manifest.yaml").read_text(encoding="utf-8"))
TEMPLATE = yaml.safe_load((ROOT / ".chalice" / "resources.yaml").read_text(encoding="utf-8"))


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
    """The document shows what `local.slack_pictures` draws."""
    shown = re.findall(r"\]\(pictures/([\w-]+)\.png\)", DOCUMENT)
    assert sorted(name for name, _ in slack_pictures.pages()) == sorted(shown)
    assert [] == [n for n in shown if not (slack_pictures.FOLDER / f"{n}.png").exists()]


def test_the_readable_limits_know_a_bad_message() -> None:
    """The judge of all messages finds what is wrong with one that is wrong throughout."""
    button = {"type": "button", "action_id": "x" * 256, "value": "v" * 2001, "style": "blue"}
    blocks = [
        {"type": "header", "text": {"type": "mrkdwn", "text": "h" * 151}},
        {"type": "actions", "elements": [button | {"text": {"type": "plain_text", "text": ""}}]},
        {"type": "input"},
        {"type": "section"},
        {"type": "context", "elements": []},
        *[{"type": "divider"}] * 50,
    ]
    problems = message_problems({"text": "", "blocks": blocks})
    for expected in (
        "55 blocks, at most 50",
        "blocks[0].text: text of type 'mrkdwn'",
        "blocks[0].text: 151 characters, 1 to 150 allowed",
        "blocks[1].elements[0].action_id: 256 characters, 1 to 255 allowed",
        "blocks[1].elements[0].value: 2001 characters, 1 to 2000 allowed",
        "blocks[1].elements[0].style: 'blue'",
        "blocks[2]: no block of type 'input' here",
        "blocks[3]: neither text nor fields",
        "blocks[4]: 0 of them, 1 to 10 allowed",
    ):
        assert expected in problems
