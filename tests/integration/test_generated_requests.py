"""Requests that schemathesis makes of the description: no server error, no undescribed answer."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.conftest import Api, Running
from tests.integration.description import closed

ROOT = Path(__file__).resolve().parents[2]
CONFIG = Path(__file__).parent / "fuzz" / "schemathesis.toml"
EXAMPLES = os.environ.get("FUZZ_EXAMPLES", "8")
"""Generated requests an operation, and stateful scenarios in all; `make fuzz` sets more."""


@pytest.mark.parametrize("phases", ["examples,coverage,fuzzing", "stateful"])
def test_whatever_is_generated_is_answered_as_described(
    running: Running, tmp_path: Path, phases: str
) -> None:
    """Valid and invalid requests, each alone and then in sequences, under every check.

    Each has people of its own: the first leaves no room in their quotas for the second.
    """
    people = {"ann": running.person(), "ben": running.person()}
    description = closed(people["ann"].call("GET", "/openapi.json").json())
    (tmp_path / "openapi.json").write_text(json.dumps(description))
    (tmp_path / "people.json").write_text(json.dumps({"auth": _entries(people)}))
    try:
        done = _schemathesis(tmp_path, running.up.api_url, phases)
    finally:
        for person in people.values():
            _delete_demos(person)
    assert 0 == done.returncode, done.stdout + done.stderr


def _entries(people: dict[str, Api]) -> list[dict[str, object]]:
    return [
        {
            "name": name,
            "fixedHeaders": [{"name": "Authorization", "value": f"Bearer {person.token}"}],
        }
        for name, person in people.items()
    ]


def _schemathesis(folder: Path, url: str, phases: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIG), "run"]
    command += [str(folder / "openapi.json"), "--phases", phases, "--max-examples", EXAMPLES]
    return subprocess.run(
        command,
        cwd=ROOT,
        env={
            **os.environ,
            "FUZZ_URL": url,
            "FUZZ_PEOPLE": str(folder / "people.json"),
            "PYTHONPATH": str(ROOT),
            "NO_PROXY": "*",
        },
        check=False,
        capture_output=True,
        text=True,
    )


def _delete_demos(person: Api) -> None:
    for demo in person.call("GET", "/demos?brief=true&limit=200").json()["demos"]:
        person.delete(demo["demo_id"])
        person.until(demo["demo_id"], "deleted")
