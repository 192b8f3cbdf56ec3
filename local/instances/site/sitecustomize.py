"""On an instance, a Python server that listens on every address listens on the instance's own.

Python imports this at its start because the instance's PYTHONPATH names this folder.
"""

import os
import socket
from typing import Any

_ADDRESS = os.environ.get("INSTANCE_ADDRESS", "127.0.0.1")
_bind = socket.socket.bind


def _bind_here(self: socket.socket, address: Any) -> None:
    if self.family == socket.AF_INET and address[0] in ("", "0.0.0.0"):  # noqa: S104 - what is not bound to
        address = (_ADDRESS, *address[1:])
    _bind(self, address)


socket.socket.bind = _bind_here  # type: ignore[method-assign,assignment]
# A server looks its own name up when it starts; this machine's addresses have none.
socket.getfqdn = lambda name="": name or _ADDRESS
