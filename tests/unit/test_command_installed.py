"""The `demo` command stands by itself: what pyproject.toml installs of this repository runs."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import httpx

from tools.packaging import ROOT


def test_what_is_installed_runs_without_the_repository(tmp_path: Path) -> None:
    """Under its own name, where neither the service nor `tools` can be imported."""
    described = tomllib.loads((ROOT / "pyproject.toml").read_text())
    module, _, function = described["project"]["scripts"]["demo"].partition(":")
    for package, folder in described["tool"]["setuptools"]["package-dir"].items():
        shutil.copytree(ROOT / folder, tmp_path / package)
    paths = [str(tmp_path), str(Path(httpx.__file__).parents[1])]
    program = f"import sys; sys.path += {paths}; from {module} import {function} as run; run()"
    done = subprocess.run(
        [sys.executable, "-I", "-c", program, "--help"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (0, "") == (done.returncode, done.stderr)
    assert done.stdout.startswith("usage: demo ")
    assert ["httpx"] == [each.partition(">")[0] for each in described["project"]["dependencies"]]
