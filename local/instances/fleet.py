"""Every instance that runs in this emulator, and the doors to each.

An instance's metadata service and what its stand-in programs ask for are reached at
`/_instance/<key>/…` of the emulator's own port; the key is drawn for the instance.
"""

import asyncio
import base64
import json
import os
import secrets
import time
from collections.abc import Coroutine, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import Popen
from typing import Any

from local.instances import engine, processes, signals
from local.instances.machine import Machine, end_all
from local.instances.metadata import MetadataService
from local.instances.units import NoSuchUnitError, Unit, Units, read
from local.patching import pinned

PREFIX = "/_instance/"
MOST = 200  # instances at once
BOOTING_AT_ONCE = 2 + (os.cpu_count() or 1)  # each boot runs AWS's command line, which is heavy
_UNSTRETCHED = 10  # instances with timers as often as they say
_MOST_PROCESSES = 100  # of one instance
_SESSION = 6 * 3600.0  # seconds; an instance's role has credentials for about six hours
_ISO = "%Y-%m-%dT%H:%M:%SZ"


@dataclass
class Instance:
    """One running instance: whose it is, and how far it has come."""

    machine: Machine
    owner: str  # the Auto Scaling group or the database it was started for
    units: Units
    metadata: MetadataService
    boot: "Popen[bytes] | None" = None
    started: float = field(default_factory=time.monotonic)
    booted: float = 0.0  # when its user data had ended, by the monotonic clock
    dead: bool = False

    @property
    def is_booting(self) -> bool:
        """Whether its user data is still running."""
        return self.boot is not None and self.boot.poll() is None

    def poll(self) -> None:
        """Notice what has happened in it since, and keep its services running."""
        if self.dead:
            return
        if self.boot is not None and not self.booted and self.boot.poll() is not None:
            self.booted = time.monotonic()
        self.units.poll()


_instances: dict[str, Instance] = {}  # by id
_keys: dict[str, Instance] = {}
_ending: set["asyncio.Task[None]"] = set()


def is_on() -> bool:
    """Whether instances run in this emulator, or are only recorded."""
    return bool(os.environ.get("INSTANCES"))


def folder() -> Path:
    """Return the folder of all instances of this emulator."""
    return Path(os.environ["INSTANCES"])


def open_folder() -> None:
    """Make that folder; `RuntimeError` where somebody else has made one of its name."""
    path = folder()
    path.mkdir(exist_ok=True)
    if path.is_symlink() or path.stat().st_uid != os.getuid():
        raise RuntimeError(f"{path} is another user's, and no place for instances")
    path.chmod(0o711)


def endpoint() -> str:
    """Return the emulator's own address."""
    return f"http://127.0.0.1:{os.environ['GATEWAY_PORT']}"


def all_of(owner: str = "") -> list[Instance]:
    """List the instances of one owner, or all of them."""
    return [held for held in _instances.values() if owner in ("", held.owner)]


def get(instance_id: str) -> Instance | None:
    """Find one by its id."""
    return _instances.get(instance_id)


def has_room() -> bool:
    """Whether one more may be started now."""
    booting = sum(held.is_booting for held in _instances.values())
    return booting < BOOTING_AT_ONCE and len(_instances) < MOST


def launch(owner: str, data: Mapping[str, str], role_arn: str) -> Instance:
    """Make an instance's surroundings; `data` is what it will know of itself."""
    key, instance_id = secrets.token_urlsafe(24), f"i-{secrets.token_hex(8)}0"
    directory = folder() / instance_id
    url = f"{endpoint()}{PREFIX}{key}"
    address = Machine(directory, "", "").address
    known = {
        **data,
        "instance_id": instance_id,
        "local_ipv4": address,
        "role": role_arn.rpartition("/")[2],
    }
    machine = Machine(directory, endpoint(), url, known)
    machine.prepare()
    service = MetadataService(known, lambda: _credentials(role_arn, instance_id))
    held = Instance(machine, owner, Units(machine), service)
    _instances[instance_id] = _keys[key] = held
    return held


def boot(held: Instance, user_data: str) -> None:
    """Run the user data of an instance, which is base64 as in a launch template."""
    held.boot = held.machine.boot(base64.b64decode(user_data).decode())


def end(instance_id: str) -> None:
    """Switch an instance off for good; it is gone from the list when nothing of it is left."""
    held = _instances.get(instance_id)
    if held is None:
        return
    held.dead = True
    held.owner = f"ended {held.owner}"
    _in_background(_end(held))


def _in_background(work: Coroutine[Any, Any, None]) -> None:
    task = asyncio.get_running_loop().create_task(work)
    _ending.add(task)
    task.add_done_callback(_ending.discard)


async def _end(held: Instance) -> None:
    await asyncio.to_thread(held.machine.end)
    del _instances[held.machine.instance_id]
    for key in [key for key, kept in _keys.items() if kept is held]:
        del _keys[key]


def kill(instance_id: str) -> bool:
    """End an instance's processes as a machine that breaks; nothing reports it."""
    held = _instances.get(instance_id)
    if held is None:
        return False
    held.dead = True
    processes.end(held.machine.directory)
    _in_background(asyncio.to_thread(held.machine.switch_off))
    return True


def poll() -> None:
    """Let every instance notice what has happened in it.

    Where many run, their timers come less often: each runs AWS's command line.
    """
    Units.stretch = max(1.0, len(_instances) / _UNSTRETCHED)
    for held in list(_instances.values()):
        held.poll()


def bound_processes() -> None:
    """Switch off what has started more processes than an instance may have."""
    running = processes.by_instance(folder())
    for instance_id, held in _instances.items():
        if not held.dead and len(running.get(instance_id, ())) > _MOST_PROCESSES:
            held.dead = True
            _in_background(asyncio.to_thread(held.machine.switch_off))


def stop_all() -> None:
    """End every instance, also one that another run left behind."""
    end_all(folder())
    _instances.clear()
    _keys.clear()


def described() -> Iterator[dict[str, Any]]:
    """Say of each instance what it is and what it takes."""
    running = processes.by_instance(folder()) if _instances else {}
    for instance_id, held in _instances.items():
        pids = running.get(instance_id, [])
        yield {
            "instance_id": instance_id,
            "owner": held.owner,
            "address": held.machine.address,
            "directory": str(held.machine.directory),
            "booted": bool(held.booted),
            "boot_status": held.boot.poll() if held.boot else None,
            "pids": pids,
            "memory": processes.resident(pids),
        }


def _credentials(role_arn: str, instance_id: str) -> dict[str, str]:
    role, account = role_arn.rpartition("/")[2], role_arn.split(":")[4]
    drawn = {
        "AccessKeyId": f"ASIA{secrets.token_hex(8).upper()}",
        "SecretAccessKey": secrets.token_urlsafe(30),
        "Token": secrets.token_urlsafe(60),
    }
    ends = time.time() + _SESSION
    pinned("ministack.services.sts.register_session")(
        drawn["AccessKeyId"],
        {
            "Arn": f"arn:aws:sts::{account}:assumed-role/{role}/{instance_id}",
            "UserId": f"{role}:{instance_id}",
            "SecretAccessKey": drawn["SecretAccessKey"],
            "SessionToken": drawn["Token"],
            "Expiration": ends,
        },
    )
    return {
        "Code": "Success",
        "Type": "AWS-HMAC",
        "LastUpdated": time.strftime(_ISO, time.gmtime()),
        "Expiration": time.strftime(_ISO, time.gmtime(ends)),
        **drawn,
    }


def answer(
    method: str, path: str, headers: Mapping[str, str], body: bytes
) -> tuple[int, str, bytes]:
    """Answer an instance's request at `PREFIX`: status, content type and body."""
    key, _, rest = path.removeprefix(PREFIX).partition("/")
    held = _keys.get(key)
    if held is None or held.dead:
        return 404, "text/plain", b"Not Found"
    if not rest.startswith("control/"):
        status, text = held.metadata.answer(method, rest, headers)
        return status, "text/plain", text.encode()
    status, message = _do(held, rest.removeprefix("control/"), json.loads(body or b"{}"))
    return 200, "application/json", json.dumps({"status": status, "message": message}).encode()


def _do(held: Instance, verb: str, asked: dict[str, Any]) -> tuple[int, str]:
    """Do what a program of the instance asks: its exit status and what it says."""
    units, name = held.units, str(asked.get("unit", ""))
    match verb:
        case "engine":
            return engine.choice()
        case "signal":
            return signals.send(
                asked["stack"], asked["resource"], held.machine.instance_id, asked["status"]
            )
        case "run":
            command, environment = tuple(asked["command"]), dict(asked["environment"])
            units.start(name, Unit(command, environment, asked["restart"]))
        case "start" | "restart":
            try:
                unit = read(held.machine, name)
            except NoSuchUnitError as error:
                return 5, str(error)
            if verb == "restart":
                units.stop(name)
            units.start(name, unit)
        case "stop":
            units.stop(name)
        case "is-active" | "status":
            return (0, "active") if units.is_active(name) else (3, "inactive")
        case _:
            return 1, f"Unknown command verb {verb}."
    return 0, ""
