"""How soon Slack is acknowledged, warm and cold, and what its libraries cost whom."""

from __future__ import annotations

import math
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from bench.figures import Figure
from local import service
from local.slack.setup import LocalSlack
from local.slack.workspace import Workspace
from tools.packaging import ROOT

_WARM, _COLD, _ROUNDS = 200, 5, 5
_SHARE = 0.99
_API = "from app import app"
_HANDLER = "chalicelib.entrypoints.slack.functions.slack"
_SLACK = f"import os; os.environ['_HANDLER'] = '{_HANDLER}'; import app"
_COUNT = (
    "; import sys; print(sum(m.split('.')[0] in ('slack_sdk', 'slack_bolt') for m in sys.modules))"
)


def measure(up: service.Service, state: Path) -> list[Figure]:
    """Send commands that are verified, noted in the table and acknowledged, and time them."""
    slack = LocalSlack.read(state)
    if slack is None:
        raise service.ServiceError("the stand-in for Slack is not running")
    workspace = Workspace(up.api_url, slack.signing_secret, slack.url)
    client = service.emulator(state).client("lambda")
    _seconds(workspace)  # the emulator unpacks and compiles the package once, for all functions
    cold = [_cold(client, workspace) for _ in range(_COLD)]
    warm = sorted(_seconds(workspace) for _ in range(_WARM))
    p99 = warm[math.ceil(_SHARE * _WARM) - 1]
    raw = f"median {statistics.median(warm):.3f} s, slowest {warm[-1]:.3f} s of {_WARM}"
    return [
        Figure("seconds to acknowledge Slack, warm, p99", p99, 1, raw),
        Figure("the same, cold", max(cold), 3, ", ".join(f"{s:.2f}" for s in cold)),
        *imports(),
    ]


def imports() -> list[Figure]:
    """Count Slack's modules in the API's function, and time what Slack's own loads more."""
    loaded = [int(_run(code + _COUNT)[1]) for code in (_API, _SLACK)]
    pairs = [(_run(_API)[0], _run(_SLACK)[0]) for _ in range(_ROUNDS)]
    api, own = (statistics.median(column) for column in zip(*pairs, strict=True))
    return [
        Figure("Slack's modules in the API function", loaded[0], 0, f"{loaded[1]} in Slack's own"),
        Figure(
            "imports of Slack's function over the API's",
            own / api,
            None,
            f"{own:.3f} s over {api:.3f} s",
        ),
    ]


def _seconds(workspace: Workspace) -> float:
    started = time.perf_counter()
    workspace.command("list").raise_for_status()
    return time.perf_counter() - started


def _cold(client: Any, workspace: Workspace) -> float:
    """Time a command to a function whose workers are gone, as after a change of its settings."""
    (name,) = (
        f["FunctionName"]
        for page in client.get_paginator("list_functions").paginate()
        for f in page["Functions"]
        if f["Handler"].endswith(".slack.functions.slack")
    )
    timeout = client.get_function_configuration(FunctionName=name)["Timeout"]
    client.update_function_configuration(FunctionName=name, Timeout=timeout)
    return _seconds(workspace)


def _run(code: str) -> tuple[float, str]:
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return time.perf_counter() - started, done.stdout.strip()
