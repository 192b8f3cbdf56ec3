"""The whole service on an emulator whose instances run as processes of this machine."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from local import service
from local.emulator.process import Emulator
from local.instances import processes
from tests.integration.conftest import SETTINGS, Running, wait_for

if sys.platform != "linux":
    collect_ignore_glob = ["test_*.py"]


@pytest.fixture(scope="session")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    state = tmp_path_factory.mktemp("machines")
    try:
        up = service.up(state, parameters=SETTINGS, instances=True)
        yield Running(up, state, service.emulator(state))
    finally:
        service.down(state, save=False)


def opened(link: str) -> httpx.Response:
    """Open a link as a browser would, to which every name under .localhost is this machine."""
    url = urlsplit(link)
    port = url.port or 80
    return httpx.get(
        f"http://127.0.0.1:{port}{url.path}",
        headers={"Host": f"{url.hostname}:{port}"},
        timeout=10,
        trust_env=False,
    )


def of(running: Running, component: str, demo_id: str) -> list[dict[str, Any]]:
    """List the instances of one component of a demo."""
    known = running.aws.control.instances()
    name = f"{demo_id}-{component}" if component != "eb" else f"awseb-stelligent-demo-{demo_id}"
    return [one for one in known if name in one["owner"] and not one["owner"].startswith("ended")]


def listens(address: str, port: int) -> bool:
    """Whether anybody listens there."""
    with socket.socket() as probe:
        return probe.connect_ex((address, port)) == 0


def left_of(aws: Emulator) -> list[str]:
    """Name every process and directory of an instance that is still there."""
    folder = aws.instances_folder
    folders = [path.name for path in folder.iterdir()] if folder.exists() else []
    return [*map(str, processes.of(folder)), *folders]


def environment_of(pid: int) -> dict[str, str]:
    """Read what a process of an instance finds in its environment."""
    entries = Path(f"/proc/{pid}/environ").read_bytes().decode().split("\0")
    pairs = (entry.partition("=") for entry in entries if "=" in entry)
    return {name: value for name, _, value in pairs if name in os.environ or name.isupper()}


__all__ = ["environment_of", "left_of", "listens", "of", "opened", "wait_for"]
