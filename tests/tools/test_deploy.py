"""`make deploy` with settings that cannot do: one sentence each, and nothing packaged."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
KEYS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (KEYS, "No AWS region is set: set AWS_DEFAULT_REGION, or one in your profile."),
        (
            {"AWS_DEFAULT_REGION": "eu-west-1"},
            "No AWS credentials were found: run `aws configure`, or set AWS_PROFILE.",
        ),
        (
            {"AWS_DEFAULT_REGION": "eu-west-1", "AWS_PROFILE": "missing"},
            "The config profile (missing) could not be found",
        ),
    ],
)
def test_what_is_missing_is_said_before_anything_is_packaged(
    tmp_path: Path, settings: dict[str, str], message: str
) -> None:
    """The shell has no credentials, no region, or a profile that is not there."""
    done = _deploy(tmp_path, settings)
    assert (1, "", message) == (done.returncode, done.stdout, done.stderr.strip())


def test_a_parameter_without_a_value_is_refused(tmp_path: Path) -> None:
    """It is named, and how it should look."""
    done = _deploy(tmp_path, KEYS, "--parameter", "OidcIssuer")
    assert 2 == done.returncode
    assert "'OidcIssuer' must be NAME=VALUE" in done.stderr


def _deploy(
    home: Path, settings: dict[str, str], *arguments: str
) -> subprocess.CompletedProcess[str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return subprocess.run(
        [sys.executable, "-m", "tools.deploy", "--stage", "dev", *arguments],
        cwd=ROOT,
        env={**own, "HOME": str(home), "AWS_EC2_METADATA_DISABLED": "true", **settings},
        check=False,
        capture_output=True,
        text=True,
    )
