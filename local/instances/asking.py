"""How an instance's programs ask the emulator, which keeps the instance running (`fleet`).

By a socket: importing more for one request takes longer than all the rest of a program.
"""

import json
import os
import socket
import sys

_TIMEOUT = 30  # seconds


def ask(verb: str, **arguments: object) -> int:
    """Ask for something, print the message, and return the exit status."""
    status, message = asked(verb, **arguments)
    if message:
        print(message, file=sys.stderr)
    return status


def asked(verb: str, **arguments: object) -> tuple[int, str]:
    """Ask for something; return the exit status and the message."""
    host, _, path = os.environ["INSTANCE_CONTROL"].removeprefix("http://").partition("/")
    answered = json.loads(_answer(host, f"/{path}/{verb}", json.dumps(arguments).encode()))
    return int(answered["status"]), str(answered["message"])


def _answer(host: str, path: str, body: bytes) -> bytes:
    name, _, port = host.partition(":")
    head = f"POST {path} HTTP/1.0\r\nHost: {host}\r\nContent-Length: {len(body)}\r\n\r\n"
    with socket.create_connection((name, int(port)), _TIMEOUT) as connection:
        connection.sendall(head.encode() + body)
        with connection.makefile("rb") as answer:
            status, _, text = answer.read().partition(b"\r\n\r\n")
    if status.split()[1:2] != [b"200"]:
        raise OSError(f"{path} was answered {status.decode(errors='replace')!r}")
    return text
