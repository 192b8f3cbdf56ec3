"""How an instance's programs ask the emulator, which keeps the instance running (`fleet`)."""

import json
import os
import sys
import urllib.request


def ask(verb: str, **arguments: object) -> int:
    """Ask for something, print what is said, and give the exit status that it means."""
    request = urllib.request.Request(  # noqa: S310 - the emulator's own address
        f"{os.environ['INSTANCE_CONTROL']}/{verb}",
        data=json.dumps(arguments).encode(),
        headers={"content-type": "application/json"},
        method="POST",
    )
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        answered = json.load(answer)
    if answered["message"]:
        print(answered["message"], file=sys.stderr)
    return int(answered["status"])
