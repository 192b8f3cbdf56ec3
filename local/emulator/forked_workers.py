"""Functions' processes are forked from one that has imported boto3, so a cold start is quick.

MiniStack starts a new Python for each, and a third of a cold start's time goes into importing
what AWS's Python runtime provides. Where forking is less safe, on other systems than Linux, it
stays so.
"""

import contextlib
import io
import os
import runpy
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from multiprocessing import get_context, util
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from multiprocessing.context import ForkServerProcess as Process
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from local.patching import wrap

_WORKER = "_worker.py"
_PROVIDED = ["boto3", "botocore.handlers", "botocore.httpsession", "botocore.endpoint"]


class ForkedWorker:
    """A worker in the place of the `subprocess.Popen` that MiniStack would start."""

    def __init__(
        self, context: ForkServerContext, script: str, folder: str, environment: Mapping[str, str]
    ) -> None:
        theirs_in, ours_in = context.Pipe(duplex=False)
        ours_out, theirs_out = context.Pipe(duplex=False)
        ours_err, theirs_err = context.Pipe(duplex=False)
        theirs = (theirs_in, theirs_out, theirs_err)
        self._process: Process = context.Process(
            target=work, args=(script, folder, dict(environment), theirs), daemon=True
        )
        self._process.start()
        for connection in theirs:
            connection.close()
        self.stdin = _text(ours_in, "w")
        self.stdout = _text(ours_out, "r")
        self.stderr = _text(ours_err, "r")

    @property
    def pid(self) -> int | None:
        """Its process id."""
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        """How it ended, or None while it runs."""
        return self._process.exitcode

    def poll(self) -> int | None:
        """Return how it ended, or None while it runs."""
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end; raise `subprocess.TimeoutExpired`."""
        self._process.join(timeout)
        if (ended := self._process.exitcode) is None:
            raise subprocess.TimeoutExpired(_WORKER, timeout or 0)
        return ended

    def terminate(self) -> None:
        """Ask it to end."""
        self._process.terminate()

    def kill(self) -> None:
        """End it."""
        self._process.kill()


def work(
    script: str, folder: str, environment: dict[str, str], streams: tuple[Connection, ...]
) -> None:
    """Run a worker's script in a forked process, as a Python started for it would."""
    for number, stream in enumerate(streams):
        os.dup2(stream.fileno(), number)
        stream.close()
    sys.stdin = io.TextIOWrapper(io.FileIO(0), encoding="utf-8")
    sys.stdout = io.TextIOWrapper(io.BufferedWriter(io.FileIO(1, "w")), encoding="utf-8")
    sys.stderr = io.TextIOWrapper(
        io.BufferedWriter(io.FileIO(2, "w")), encoding="utf-8", line_buffering=True
    )
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv = [script]
    sys.path[0] = str(Path(script).parent)
    with contextlib.suppress(BrokenPipeError):  # the emulator has ended
        runpy.run_path(script, run_name="__main__")


def _text(connection: Connection, mode: str) -> Any:
    with connection:
        return os.fdopen(os.dup(connection.fileno()), mode, buffering=1, encoding="utf-8")


def _shorten_paths() -> None:
    """Let the fork server's socket have a short path, as sockets need, in the usual folder."""
    usual = tempfile.gettempdir()
    try:
        tempfile.tempdir = f"/proc/self/fd/{os.open(usual, os.O_PATH)}"
        util.get_temp_dir()  # is made once
    finally:
        tempfile.tempdir = usual


def install() -> None:
    """Let the workers of Python functions be forked."""
    if sys.platform != "linux":
        return
    _shorten_paths()
    context = get_context("forkserver")
    context.set_forkserver_preload(_PROVIDED)

    def start(arguments: list[str], **options: Any) -> Any:
        if Path(arguments[-1]).name != _WORKER:
            return subprocess.Popen(arguments, **options)
        return ForkedWorker(context, arguments[-1], options["cwd"], options["env"])

    wrap(
        "ministack.core.lambda_runtime.subprocess",
        lambda plain: SimpleNamespace(**{**vars(plain), "Popen": start}),
    )
