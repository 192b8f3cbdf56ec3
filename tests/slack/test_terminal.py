"""What `make slack` and the pictures show: messages as a reader sees them."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from rich.console import Console

from chalicelib.core.component import Status
from chalicelib.core.demo import Phase
from chalicelib.entrypoints.slack.status_message import status_message
from local import service
from local.slack import __main__ as slack
from local.slack import terminal
from local.slack.mrkdwn import Run, runs
from tests.unit.builders import component, demo
from tools import slack_pictures

NOW = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
AT = int(NOW.timestamp())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("*bold* text", [Run("bold", "bold"), Run("text", " text")]),
        ("`a` &lt;b&gt;", [Run("code", "a"), Run("text", " <b>")]),
        ("<@U0OWNER>", [Run("mention", "@Olive Owner")]),
        ("<https://x.example/|X>", [Run("link", "X", "https://x.example/")]),
        (":link:", [Run("emoji", "link")]),
        (f"<!date^{AT + 7200}^{{ago}}|later>", [Run("date", "in 2 hours")]),
        (f"<!date^{AT + 1800}^{{date_short_pretty}} {{time}}|x>", [Run("date", "Today 10:30")]),
        (f"<!date^{AT - 60}^{{ago}}|x>", [Run("date", "1 minute ago")]),
        ("*\u200bnot bold*\u200b", [Run("text", "*not bold*")]),
    ],
)
def test_formatted_text_is_read_as_slack_reads_it(text: str, expected: list[Run]) -> None:
    """Each kind of run is told apart, and what was escaped is plain again."""
    assert expected == [*runs(text, NOW)]


def test_without_a_service_it_says_what_to_do(
    tmp_path: object, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """No stack trace, but the command that helps."""

    def absent() -> service.Service:
        raise service.ServiceError("the local service is not running; start it with: make demo")

    monkeypatch.setattr(service.Service, "read", absent)
    assert 1 == slack.main()
    assert "make demo" in capsys.readouterr().out


def test_the_pictures_are_of_the_real_messages() -> None:
    """Each page holds what the code says now, and loads nothing."""
    pages = dict(slack_pictures.pages())
    assert "Building" in pages["slack-coming-up"]
    assert "ends in 30 min" in pages["slack-ready"]
    assert "about 10 min" in pages["slack-form"]
    assert not [name for name, page in pages.items() if "src=" in page or "url(" in page]


@pytest.mark.parametrize("status", [*Status])
def test_no_emoji_stays_a_word_between_colons(status: Status) -> None:
    """Whatever state a demo is in, the terminal draws its marks."""
    for phase in Phase:
        shown = status_message(demo(component("vpc", status=status), phase=phase))
        console = Console(record=True, width=100, file=io.StringIO())
        console.print(terminal.message({"blocks": list(shown.blocks)}, NOW))
        assert not re.findall(r":[a-z_]+:", console.export_text())


STATUS = {"thread_ts": "", "text": "a demo (demo0001): Ready"}
NOTICE = {"thread_ts": "1.1", "text": "It is ready."}


@pytest.mark.parametrize(
    ("answers", "messages", "quiet", "expected"),
    [
        ([], [], 9.0, False),
        ([{"text": "Your demos"}], [], 0.0, True),
        ([], [STATUS | {"text": "a demo (demo0001): Building"}], 9.0, False),
        ([], [STATUS], 0.0, False),
        ([], [STATUS, NOTICE], 0.0, True),
        ([], [STATUS], 1.1, True),
    ],
)
def test_it_returns_once_all_is_settled(
    answers: list[Any], messages: list[Any], quiet: float, *, expected: bool
) -> None:
    """An answer ends it at once, and a demo at rest with its notice."""
    assert expected == slack.is_settled(answers, messages, quiet)
