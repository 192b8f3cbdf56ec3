"""What a Lambda function imports when it starts; a bench measures how long that takes."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tools.packaging import ROOT

API = "app.app"
AUTHORIZER = "chalicelib.entrypoints.auth.authorizer"
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
        ("chalicelib.entrypoints.slack.functions.slack", "slack_bolt"),
        ("chalicelib.entrypoints.slack.functions.slack_updates", "slack_sdk"),
    ],
)
def test_slacks_functions_load_its_libraries_at_their_start(handler: str, module: str) -> None:
    """They answer Slack within three seconds."""
    assert module in loaded_by(handler)


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
