"""The local run's own small servers, each in a process that chooses its port itself.

A port that was found free may be taken before another process binds it, and what answers
there is then somebody else's. So a server binds any port and says in a file which it got.
"""

import subprocess
import sys
import time
from pathlib import Path
from socketserver import TCPServer

_ROOT = Path(__file__).resolve().parents[1]
_STARTS_WITHIN = 20.0  # seconds
_LOOK_AGAIN = 0.05  # seconds


class ServerError(RuntimeError):
    """A server did not start; the message names its log."""


def start(module: str, state: Path, name: str, *arguments: str, port: int = 0) -> tuple[int, int]:
    """Run `python -m module --port N --port-file F …`; answers its port and process id.

    It gets the given port, or any. Its log is `<name>.log` in the state folder. `ServerError`
    when it ends or keeps silent.
    """
    said = state / f"{name}.port"
    said.unlink(missing_ok=True)
    with (state / f"{name}.log").open("ab") as log:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", module),
                *("--port", str(port), "--port-file", str(said), *arguments),
            ],
            cwd=_ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            umask=0o077,
        )
    until = time.monotonic() + _STARTS_WITHIN
    while not said.exists():
        if process.poll() is not None or time.monotonic() > until:
            process.kill()  # nobody would know of it
            process.wait()
            raise ServerError(f"{module} did not start; see {name}.log")
        time.sleep(_LOOK_AGAIN)
    return int(said.read_text()), process.pid


def serve(server: TCPServer, said: Path) -> None:
    """Say in a file which port a server has, all at once, and serve until ended."""
    partly = said.with_suffix(".partly")
    partly.write_text(str(server.server_address[1]))
    partly.replace(said)
    server.serve_forever()
