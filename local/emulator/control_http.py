"""What `/_local/…` does: the verbs that `local.control.Control` calls, over plain JSON."""

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from local.emulator import calls, inventory, ttl
from local.emulator.controls import Fault, controls
from local.instances import fleet

_Answer = dict[str, Any]


def answer(verb: str, body: bytes) -> tuple[int, _Answer]:
    """Carry out a verb; return the status and the body of the response."""
    if verb not in _VERBS:
        return 404, {"error": f"no such control: {verb}"}
    try:
        return 200, _VERBS[verb](json.loads(body or b"{}")) or {}
    except (KeyError, TypeError, ValueError) as error:
        return 400, {"error": f"{type(error).__name__}: {error}"}


def _fail(arguments: _Answer) -> _Answer:
    fault = Fault(**arguments)
    controls.faults.append(fault)
    return {"fault_id": fault.fault_id}


_VERBS: dict[str, Callable[[_Answer], _Answer | None]] = {
    "state": lambda _: asdict(controls),
    "switch": controls.switch,
    "fail": _fail,
    "heal": lambda arguments: controls.heal(arguments.get("fault_id")),
    "reap": lambda _: {"removed": ttl.remove_expired()},
    "calls": lambda _: {"calls": calls.counted()},
    "reset-calls": lambda _: calls.reset(),
    "instances": lambda _: {"instances": list(fleet.described())},
    "kill-instance": lambda arguments: {"killed": fleet.kill(arguments["instance_id"])},
    "survey": lambda _: {"items": inventory.everything()},
    "clear": lambda _: controls.clear(),
}
