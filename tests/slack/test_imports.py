"""Slack's libraries stay out of every function but Slack's own."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tools.packaging import ROOT

LOADED = "import json, sys; {}; print(json.dumps([m for m in sys.modules if 'slack_' in m]))"


def loaded_by(statement: str) -> set[str]:
    """Return which of Slack's libraries a fresh interpreter has loaded after a statement."""
    done = subprocess.run(
        [sys.executable, "-c", LOADED.format(statement)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return {name.split(".")[0] for name in json.loads(done.stdout)} & {"slack_sdk", "slack_bolt"}


@pytest.mark.parametrize(
    "statement",
    [
        "from app import app",
        "from chalicelib.entrypoints.loop import plan",
        "import chalicelib.wiring",
    ],
)
def test_the_other_functions_load_none_of_it(statement: str) -> None:
    """The API's cold start does not pay for Slack."""
    assert set() == loaded_by(statement)


def test_slacks_own_function_loads_them_at_its_start() -> None:
    """There they load before the first call, where AWS gives the most processor."""
    handler = "import os; os.environ['_HANDLER'] = 'chalicelib.entrypoints.slack.functions.slack'"
    statement = f"{handler}; import chalicelib.entrypoints.slack.functions"
    assert {"slack_sdk", "slack_bolt"} == loaded_by(statement)
