"""The local run's own small servers, each in a process that chooses its port itself.

A port that was found free may be taken before another process binds it, and what answers
there is then somebody else's. So a server binds any port and says in a file which it got.
"""

import argparse
import json
import logging
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from local import processes

_STARTS_WITHIN = 120.0  # seconds; it takes one, and longer on a busy machine
_POLL_SECONDS = 0.05  # seconds


class ServerError(processes.ProcessError):
    """A server did not start; the message names its log."""


@dataclass(frozen=True)
class Server:
    """A server's module, port and process, as a state folder keeps them."""

    module: str
    port: int
    pid: int

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    @classmethod
    def read(cls, state: Path, name: str) -> "Server | None":
        """Read what `ensure` left in a state folder."""
        file = state / f"{name}.server.json"
        return cls(**json.loads(file.read_text())) if file.exists() else None


def ensure(module: str, state: Path, name: str) -> Server:
    """Start a server unless it runs; one that ran before gets its port again."""
    known = Server.read(state, name)
    if known is None or not processes.is_ours(known.pid, module):
        known = Server(module, *start(module, state, name, port=known.port if known else 0))
        (state / f"{name}.server.json").write_text(json.dumps(asdict(known)))
    return known


def stop(state: Path, name: str) -> bool:
    """End a server and forget it; return whether it ran."""
    known = Server.read(state, name)
    (state / f"{name}.server.json").unlink(missing_ok=True)
    runs = known is not None and processes.is_ours(known.pid, known.module)
    if known and runs:
        processes.stop(known.pid)
    return runs


def start(module: str, state: Path, name: str, *, port: int = 0) -> tuple[int, int]:
    """Run a module whose program is `main`; return its port and process id.

    It gets the given port, or any. Its log is `<name>.log` in the state folder. `ServerError`
    when it ends or keeps silent.
    """
    port_file = state / f"{name}.port"
    port_file.unlink(missing_ok=True)
    arguments = ("--port", str(port), "--port-file", str(port_file), "--folder", str(state / name))
    process = processes.start(module, state / f"{name}.log", *arguments)
    until = time.monotonic() + _STARTS_WITHIN
    while not port_file.exists():
        if process.poll() is not None or time.monotonic() > until:
            process.kill()  # nobody would know of it
            process.wait()
            raise ServerError(f"{module} did not start; see {name}.log")
        time.sleep(_POLL_SECONDS)
    return int(port_file.read_text()), process.pid


def write_private(file: Path, text: str) -> None:
    """Write a file with tokens or keys in it, readable by this user alone."""
    file.touch(mode=0o600)
    file.write_text(text)


def main(make: Callable[[Path], Any]) -> None:
    """Serve the WSGI application that `make` makes of a folder, until ended.

    `--port N --port-file FILE --folder DIR`: the port it got is in the file, all at once.
    """
    from werkzeug.serving import make_server  # noqa: PLC0415 - only these processes need it

    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--port-file", type=Path, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    options = parser.parse_args()
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = make_server("127.0.0.1", options.port, make(options.folder), threaded=True)
    partly = options.port_file.with_suffix(".partly")
    partly.write_text(str(server.server_port))
    partly.replace(options.port_file)
    server.serve_forever()
