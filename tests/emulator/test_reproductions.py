"""Each difference from AWS is there without our extensions, and gone with them.

A reproduction that holds on MiniStack as it is shows that an upgrade corrected it: drop the patch.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from local import processes
from local.emulator.process import Emulator, free_port
from tests.emulator.reproductions import REPRODUCTIONS, Aws, Reproduction, until

ROOT = Path(__file__).resolve().parents[2]
LISTED = ROOT / "docs/emulator-patches.md"
NAMES = [each.run.__name__ for each in REPRODUCTIONS]
# MiniStack as it is, but that its own waits (a minute for expired items) are short.
AS_IT_IS = """
import time
sleep = time.sleep
time.sleep = lambda seconds: sleep(min(seconds, 0.2))
from ministack.app import main
main()
"""


@pytest.fixture(scope="module")
def unpatched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    folder = tmp_path_factory.mktemp("as-it-is")
    port = free_port()
    settings = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "STATE_DIR": str(folder),
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "AUTH": "true",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "DOCKER_HOST": f"unix://{folder}/no-docker.sock",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    with (folder / "log").open("wb") as log:
        program = [sys.executable, "-c", AS_IT_IS]
        process = subprocess.Popen(program, env=settings, stdout=log, stderr=log, cwd=folder)
    url = f"http://127.0.0.1:{port}"
    try:
        until(lambda: _is_ready(url))
        yield Aws(url, "test", "test")
    finally:
        processes.stop(process.pid)


def _is_ready(url: str) -> bool:
    try:
        with urlopen(f"{url}/_ministack/ready", timeout=2) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


@pytest.fixture(scope="module")
def patched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    with Emulator.start(tmp_path_factory.mktemp("extended"), persist=False) as emulator:
        emulator.control.ttl(interval=0.1)
        yield Aws(emulator.url, emulator.access_key_id, emulator.secret_access_key)


def differences(aws: Aws) -> dict[str, str]:
    """Run all reproductions at once; give what each that does not hold fails at."""
    with ThreadPoolExecutor(len(REPRODUCTIONS)) as threads:
        return dict(filter(None, threads.map(lambda one: _difference(one, aws), REPRODUCTIONS)))


def _difference(one: Reproduction, aws: Aws) -> tuple[str, str] | None:
    try:
        one.run(aws)
    except AssertionError:
        return one.run.__name__, traceback.format_exc()
    return None


def test_ministack_differs_without_our_extensions(unpatched: Aws) -> None:
    """MiniStack as it is does none of what AWS's documents say."""
    assert differences(unpatched).keys() == set(NAMES)


def test_the_emulator_is_as_aws_with_them(patched: Aws) -> None:
    """The emulator of this project does all of it."""
    assert "" == "\n".join(differences(patched).values())


def test_the_document_lists_each_difference() -> None:
    """By the extension that corrects it, AWS's document and the reproduction; and no other."""
    row = r"^\| `(\w+)` \|.*\| ([^|]+) \| `(\w+)` \|$"
    rows = re.findall(row, LISTED.read_text(), re.MULTILINE)
    assert {(r.module, r.document, r.run.__name__) for r in REPRODUCTIONS} == set(rows)


def test_the_document_lists_each_extension() -> None:
    """Every module of the emulator but the process that they run in and what they share."""
    there = {file.stem for file in (ROOT / "local/emulator").glob("[a-z]*.py")}
    rows = re.findall(r"^\| (`[a-z_`, ]+`) \|", LISTED.read_text(), re.MULTILINE)
    assert there - {"process", "whole_answers"} == {
        name for row in rows for name in re.findall(r"\w+", row)
    }
