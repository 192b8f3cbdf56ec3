"""What a cold start of a function imports, against Chalice with boto3 alone."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile

from bench.figures import Figure
from tools.packaging import ROOT

_BASE = "chalice, boto3"
_FUNCTIONS = {
    "API": ("app.app", 1.25),
    "authorizer": ("chalicelib.entrypoints.auth.authorizer", 1.0),
    "plan": ("chalicelib.entrypoints.loop.plan", 1.0),
    "Slack": ("chalicelib.entrypoints.slack.functions.slack", 2.1),
    "Slack's stream": ("chalicelib.entrypoints.slack.functions.slack_updates", 1.3),
}
"""Functions by their handlers, each with its bound."""
_ROUNDS = 15


def measure() -> list[Figure]:
    """Import each in fresh interpreters by turns; of each the quickest counts.

    What is counted is processor time, and other load on the machine only adds to it. All run from
    compiled files.
    """
    with tempfile.TemporaryDirectory() as compiled:
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": compiled}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        rounds = [_round(environment) for _ in range(_ROUNDS + 1)][1:]
    least = {name: min(each[name] for each in rounds) for name in rounds[0]}
    base = least.pop("")
    return [
        Figure(
            f"{name} function's imports over Chalice with boto3",
            seconds / base,
            _FUNCTIONS[name][1],
            f"{seconds:.3f} s over {base:.3f} s, least of {_ROUNDS}",
        )
        for name, seconds in least.items()
    ]


def _round(environment: dict[str, str]) -> dict[str, float]:
    seconds = {"": _seconds(_BASE, environment)}
    for name, (handler, _) in _FUNCTIONS.items():
        seconds[name] = _seconds(handler.rpartition(".")[0], {**environment, "_HANDLER": handler})
    return seconds


def _seconds(modules: str, environment: dict[str, str]) -> float:
    code = f"import time, {modules}; print(time.process_time())"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
    return float(done.stdout)


if __name__ == "__main__":
    from bench.figures import show

    sys.exit(0 if show(measure()) else 1)
