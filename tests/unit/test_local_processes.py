"""What the local run takes for a process of its own."""

from __future__ import annotations

import subprocess
import sys

import pytest

from local import service


def test_a_process_is_known_by_its_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """While it lives and by nobody else's name, also where no `ps` is installed."""
    monkeypatch.setenv("PATH", "/nowhere")
    command = [sys.executable, "-c", "print(flush=True), input()", "local.emulator"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe) as process:
        assert process.stdout
        process.stdout.readline()  # it runs: until then it has no command line yet
        assert service._is_ours(process.pid, "local.emulator")
        assert not service._is_ours(process.pid, "local.identity")
        process.communicate(b"\n")
    assert not service._is_ours(process.pid, "local.emulator")
