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
    """Do what a verb asks; gives the status and what to answer."""
    if verb not in _VERBS:
        return 404, {"error": f"no such control: {verb}"}
    try:
        return 200, _VERBS[verb](json.loads(body or b"{}"))
    except (KeyError, TypeError, ValueError) as error:
        return 400, {"error": f"{type(error).__name__}: {error}"}


def _state(_: _Answer) -> _Answer:
    return asdict(controls)


def _pace(asked: _Answer) -> _Answer:
    controls.pace = float(asked["seconds_per_minute"])
    controls.delete_share = float(asked.get("delete_share", controls.delete_share))
    return {}


def _fail(asked: _Answer) -> _Answer:
    fault = Fault(**asked)
    controls.faults.append(fault)
    return {"fault_id": fault.fault_id}


def _heal(asked: _Answer) -> _Answer:
    healed = asked.get("fault_id")
    controls.faults = [
        fault for fault in controls.faults if healed is not None and fault.fault_id != healed
    ]
    return {}


def _events(asked: _Answer) -> _Answer:
    controls.events = bool(asked["on"])
    return {}


def _ttl(asked: _Answer) -> _Answer:
    controls.ttl = bool(asked.get("on", controls.ttl))
    controls.ttl_interval = float(asked.get("interval", controls.ttl_interval))
    return {}


def _clear(_: _Answer) -> _Answer:
    controls.clear()
    return {}


def _reset_calls(_: _Answer) -> _Answer:
    calls.reset()
    return {}


_VERBS: dict[str, Callable[[_Answer], _Answer]] = {
    "state": _state,
    "pace": _pace,
    "fail": _fail,
    "heal": _heal,
    "events": _events,
    "ttl": _ttl,
    "reap": lambda _: {"removed": ttl.remove_expired()},
    "calls": lambda _: {"calls": calls.counted()},
    "reset-calls": _reset_calls,
    "instances": lambda _: {"instances": list(fleet.described())},
    "kill-instance": lambda asked: {"killed": fleet.kill(asked["instance_id"])},
    "survey": lambda _: {"items": inventory.everything()},
    "clear": _clear,
}
