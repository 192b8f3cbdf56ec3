"""What is to be pasted into a shell is shell, and somebody tries it."""

from __future__ import annotations

import re
import subprocess

import pytest

from .commands import DOCUMENTS, ELSEWHERE, ROOT, blocks, here

RUN = {"README.md", "docs/api.md", "docs/command.md", "docs/page.md", "docs/slack.md"}
"""The documents whose commands tests/integration/test_documents.py runs."""


@pytest.mark.parametrize("name", DOCUMENTS)
def test_commands_are_shell(name: str) -> None:
    """No placeholder stands where a shell reads a redirection, and no answer among commands."""
    for block in blocks(name):
        checked = subprocess.run(
            ["bash", "-n"], input=block, text=True, capture_output=True, check=False
        )
        assert "" == checked.stderr, block


def test_every_block_is_run_or_named() -> None:
    """What no test runs is listed with its reason, and nothing else is."""
    assert {name for name in DOCUMENTS if here(name)} == RUN
    texts = "\n".join(block for name in DOCUMENTS for block in blocks(name))
    assert [] == [sign for sign in ELSEWHERE if sign not in texts]


def test_no_command_stands_in_an_unmarked_block() -> None:
    """A fence without a language would be run by nobody."""
    for name in DOCUMENTS:
        fences = re.findall(r"^```(\w*)$", (ROOT / name).read_text(), re.MULTILINE)
        assert [] == [fence for fence in fences[::2] if not fence], name
