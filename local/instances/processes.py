"""Processes that belong to an instance: started with limits, found by a mark, ended together.

The mark is an environment variable that names the instance's directory. Children inherit it,
so whatever an instance has started is found in /proc, also by a program that did not start it.
"""

import contextlib
import hashlib
import os
import signal
import subprocess
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

MARK = "STELLIGENT_INSTANCE"
_MOST_MEMORY = 2 * 1024 * 1024  # KiB of address space for one process
_LARGEST_FILE = 2 * 1024 * 1024  # blocks of 512 bytes
# What the shell limits, its child inherits; the child takes the shell's place.
_LIMITED = f'umask 022; ulimit -c 0 -v {_MOST_MEMORY} -f {_LARGEST_FILE} && exec "$@"'
_POLLS = 250
_POLL_SECONDS = 0.02  # seconds


def address(name: str) -> str:
    """Make an address of the loopback network out of an instance's name."""
    drawn = hashlib.sha256(name.encode()).digest()
    return f"127.{64 + drawn[0] % 64}.{drawn[1]}.{1 + drawn[2] % 254}"


def start(
    command: Sequence[str], mark: Path, environment: Mapping[str, str], log: Path, cwd: Path
) -> "subprocess.Popen[bytes]":
    """Start a command of the instance in directory `mark`, in a process group of its own."""
    with log.open("ab") as output:
        return subprocess.Popen(
            ["/bin/bash", "-c", _LIMITED, command[0], *command],
            cwd=cwd,
            env={**environment, MARK: f"{mark}/"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def of(directory: Path) -> list[int]:
    """List the processes of the instance in this directory, or of all instances below it."""
    return [pid for pid, entry in _marked() if entry.startswith(f"{MARK}={directory}/".encode())]


def by_instance(folder: Path) -> dict[str, list[int]]:
    """List the processes of every instance below a folder by its directory's name, in one look."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    for pid, entry in _marked():
        path = Path(os.fsdecode(entry.partition(b"=")[2]))
        if path.parent == folder:
            found[path.name].append(pid)
    return found


def _marked() -> Iterator[tuple[int, bytes]]:
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                environment = (folder / "environ").read_bytes()
            except OSError:  # it ended meanwhile, or is another user's
                continue
            for entry in environment.split(b"\0"):
                if entry.startswith(MARK.encode()):
                    yield int(folder.name), entry


def resident(pids: Sequence[int]) -> int:
    """Add up what memory processes have to themselves and share, in bytes (proportional set)."""
    return sum(map(_proportional, pids))


def _proportional(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)


def end(directory: Path) -> None:
    """End every process of an instance at once, as a machine that is switched off.

    Raises `RuntimeError` when one does not end.
    """
    for _ in range(_POLLS):
        left = of(directory)
        if not left:
            return
        for pid in left:
            _kill(pid)
        time.sleep(_POLL_SECONDS)
    raise RuntimeError(f"processes {left} of {directory} do not end")


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
