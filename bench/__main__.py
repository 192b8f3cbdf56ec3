"""Measures what the service promises and prints it as ratios; exit status 1 when one breaks.

    make bench

It deploys to an emulator of its own and takes some minutes.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

import httpx
from rich.console import Console

from bench import calls, change, imports, life, page, pools, slack, sweep
from bench.figures import Figure, show
from local import service
from tools import packaging

_ZIP_MEGABYTES = 8
_SETTINGS = {
    "LimitPerOwner": "20",
    "LimitInAll": "40",
    "SweepSchedule": "rate(1 day)",
    "OrphanSchedule": "rate(1 day)",
}


def main() -> int:
    """Measure everything, and exit by whether all bounds are kept."""
    console = Console(stderr=True)
    with console.status("imports …"):
        figures = imports.measure()
    with console.status("a life at AWS's own timings …"):
        figures += calls.measure()
    state = Path(tempfile.mkdtemp(prefix="stelligent-bench-"))
    try:
        with console.status("deploying …"):
            up = service.up(state, parameters=_SETTINGS)
        figures += _on_the_emulator(console, up, state)
    finally:
        service.down(state)
        shutil.rmtree(state, ignore_errors=True)
    return 0 if show(figures) else 1


def _on_the_emulator(console: Console, up: service.Service, state: Path) -> list[Figure]:
    aws = service.emulator(state)
    api = _client(up.api_url, up.token)
    figures = [_package_size()]
    with console.status("three lives of eight components, half a minute each …"):
        figures += life.measure(api, aws)
    with console.status("a demo of eight lets addresses in …"):
        figures += change.measure(api, aws)
    with console.status("POST …"):
        figures += life.post_seconds(api, aws)
    with console.status("two lives, with a pool and without …"):
        figures += pools.measure(_client(up.api_url, up.admin_token), aws)
    with console.status("the sweep's index …"):
        figures += sweep.measure(aws, up.outputs["TableName"])
    with console.status("Slack's acknowledgements …"):
        figures += slack.measure(up, state)
    with console.status("a refresh of the page …"):
        figures += page.measure(up, aws)
    return figures


def _client(url: str, token: str) -> httpx.Client:
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.Client(base_url=url, headers=headers, timeout=60, trust_env=False)


def _package_size() -> Figure:
    package = packaging.ROOT / ".local" / "package" / service.STAGE / "deployment.zip"
    megabytes = package.stat().st_size / 1e6
    return Figure("package, MB zipped", megabytes, _ZIP_MEGABYTES, package.name)


if __name__ == "__main__":
    sys.exit(main())
