"""What the local run takes for a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from local import processes, servers


def test_a_process_is_known_by_its_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """While it lives and by nobody else's name, also where no `ps` is installed."""
    monkeypatch.setenv("PATH", "/nowhere")
    command = [sys.executable, "-c", "print(flush=True), input()", "local.emulator"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe) as process:
        assert process.stdout
        process.stdout.readline()  # it runs: until then it has no command line yet
        assert processes.is_ours(process.pid, "local.emulator")
        assert not processes.is_ours(process.pid, "local.identity")
        process.communicate(b"\n")
    assert not processes.is_ours(process.pid, "local.emulator")


def test_servers_started_at_once_each_say_their_own_port(tmp_path: Path) -> None:
    """Two that may take any port get two, and the one told a taken port says that it failed."""
    started = [servers.start("local.slack.stand_in", tmp_path, n) for n in ("one", "two")]
    try:
        (one, _), (two, _) = started
        assert one != two
        with pytest.raises(servers.ServerError, match=r"see three\.log"):
            servers.start("local.slack.stand_in", tmp_path, "three", port=one)
    finally:
        stopped = [processes.stop(pid) for _, pid in started]
    assert [True, True] == stopped
