"""What a Lambda function imports when it starts; a bench measures how long that takes."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tools.packaging import ROOT

API = "app.app"
AUTHORIZER = "chalicelib.entrypoints.auth.authorizer"
SLACK = "chalicelib.entrypoints.slack.functions.slack"
SLACKS_STREAM = "chalicelib.entrypoints.slack.functions.slack_updates"
LATER = [
    "aws_lambda_powertools",
    "chalicelib.adapters.cloudformation",
    "chalicelib.adapters.table.quotas",
    "chalicelib.adapters.templates",
    "chalicelib.core.access",
    "chalicelib.core.catalog",
    "chalicelib.core.planner",
    "chalicelib.core.request",
    "chalicelib.core.share",
    "chalicelib.entrypoints.loop",
    "chalicelib.entrypoints.rest.answers",
    "chalicelib.entrypoints.rest.openapi",
    "chalicelib.services.loop",
    "chalicelib.services.ports",
    "difflib",
    "jwt",
    "pydantic",
    "slack_bolt",
    "slack_sdk",
    "yaml",
]
"""What the API loads with the first request that needs it, or never."""


def loaded_by(handler: str) -> set[str]:
    """Return the modules that a fresh interpreter has loaded when Lambda calls a handler."""
    module = handler.rpartition(".")[0]
    done = subprocess.run(
        [sys.executable, "-c", f"import sys, {module}; print(*sys.modules)"],
        cwd=ROOT,
        env={**os.environ, "_HANDLER": handler},
        check=True,
        capture_output=True,
        text=True,
    )
    return set(done.stdout.split())


@pytest.fixture(scope="module")
def api() -> set[str]:
    return loaded_by(API)


@pytest.mark.parametrize("module", LATER)
def test_the_api_starts_without_what_few_requests_need(api: set[str], module: str) -> None:
    """Its first answer does not wait for parts that only some requests use."""
    assert module not in api


def test_the_api_starts_with_boto3_and_its_table(api: set[str]) -> None:
    """Nearly every request reads the table, and a start has more processor than a first call."""
    assert {"boto3", "chalicelib.adapters.table.demos"} <= api


def test_the_authorizer_loads_the_check_of_tokens_and_no_boto3() -> None:
    """It calls no AWS service."""
    loaded = loaded_by(AUTHORIZER)
    assert {"jwt"} == loaded & {"jwt", "boto3", "botocore.session", "chalicelib.adapters.aws"}


@pytest.mark.parametrize(
    ("handler", "module"),
    [
        (SLACK, "slack_bolt"),
        (SLACKS_STREAM, "slack_sdk"),
    ],
)
def test_slacks_functions_load_its_libraries_at_their_start(handler: str, module: str) -> None:
    """They answer Slack within three seconds."""
    assert module in loaded_by(handler)


OF_A_COMMAND = [
    "chalicelib.core.planner",
    "chalicelib.services.access",
    "chalicelib.services.change",
    "chalicelib.services.credentials",
    "chalicelib.services.loop",
    "chalicelib.services.ports.targets",
    "chalicelib.services.read",
    "chalicelib.services.request",
    "chalicelib.services.shares",
    "yaml",
]
"""What handles a command once it is recorded."""


def test_slacks_function_starts_without_what_handles_a_command() -> None:
    """It records commands; the stream's function handles them."""
    assert set() == loaded_by(SLACK) & set(OF_A_COMMAND)


def test_slacks_stream_starts_with_what_shows_a_demo_alone() -> None:
    """Most of its events are changes of demos; a command's handling and words come with one."""
    loaded = loaded_by(SLACKS_STREAM)
    assert "chalicelib.entrypoints.slack.status_message" in loaded
    commands = [
        *OF_A_COMMAND,
        "chalicelib.core.request",
        "chalicelib.entrypoints.slack.command",
        "chalicelib.entrypoints.slack.form",
        "chalicelib.entrypoints.slack.responses",
        "chalicelib.services.slack.requests",
        "slack_bolt",
    ]
    assert set() == loaded & set(commands)


@pytest.mark.parametrize("function", ["loop.plan", "events.sweep_due", "loop.await_change"])
def test_other_functions_load_neither_slack_nor_the_page(function: str) -> None:
    """Each loads what it does."""
    loaded = loaded_by(f"chalicelib.entrypoints.{function}")
    foreign = (
        "slack_bolt",
        "slack_sdk",
        "chalicelib.entrypoints.web",
        "chalicelib.entrypoints.rest",
    )
    assert set() == loaded & set(foreign)
