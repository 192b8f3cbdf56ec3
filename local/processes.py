"""The local run's processes: started apart from this one, known by their ids, ended by them."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[1]
# Seconds; the emulator saves its state and lets running Lambdas end, slower on a busy machine.
_STOPS_WITHIN = 60.0
_POLL_SECONDS = 0.05  # seconds between polls of a process that ends


class ProcessError(RuntimeError):
    """A process did not start or end; the message names it."""


def start(
    module: str, log: Path, *arguments: str, env: Mapping[str, str] | None = None
) -> "subprocess.Popen[bytes]":
    """Run a module apart from this process; it writes to a log that this user alone can read."""
    log.touch(mode=0o600)
    with log.open("ab") as output:
        return subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=_ROOT,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            umask=0o077,
        )


def is_running(pid: int) -> bool:
    """Whether a process lives; one that ended and was not waited for does not count."""
    with contextlib.suppress(ChildProcessError):  # not a child of ours: signal 0 shows it
        os.waitpid(pid, os.WNOHANG)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def stop(pid: int, within: float = _STOPS_WITHIN) -> bool:
    """End a process by its id, with SIGTERM, and with SIGKILL after `within` seconds.

    Returns whether SIGTERM was enough, so that it had the time to save its state.
    """
    for number in (signal.SIGTERM, signal.SIGKILL):
        if not is_running(pid):
            return False
        os.kill(pid, number)
        until = time.monotonic() + within
        while is_running(pid) and time.monotonic() < until:
            time.sleep(_POLL_SECONDS)
        if not is_running(pid):
            return number == signal.SIGTERM
    raise ProcessError(f"process {pid} does not end")


def kill(pid: int) -> None:
    """End a process that `start` started and all that it runs, at once: it saves nothing."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
    while is_running(pid):
        time.sleep(_POLL_SECONDS)


def is_ours(pid: int, program: str) -> bool:
    """Whether a process is still the one we started: ids are used again."""
    return program in _command_line(pid)


def _command_line(pid: int) -> str:
    """Return the command line of a process, empty where there is no such process."""
    proc = Path("/proc")
    if (proc / "self").exists():  # a minimal Debian has no ps
        try:
            return (proc / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except (FileNotFoundError, ProcessLookupError):
            return ""
    listed = subprocess.run(
        ["ps", "-p", str(pid), "-o", "command="], check=False, capture_output=True, text=True
    )
    return listed.stdout
