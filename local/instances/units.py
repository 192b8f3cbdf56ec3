"""What an instance's systemd does here: services that are kept running, and timers.

A unit comes from a file of the instance's /etc/systemd/system or from a container that was
started. Read: ExecStart, Environment, EnvironmentFile, LoadCredential, Restart, RestartSec, and
of timers OnBootSec, OnActiveSec and OnUnitActiveSec. What isolates a service there (DynamicUser,
ProtectSystem and the like) is not done.
"""

import os
import re
import shlex
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import Popen
from typing import Final

from local.instances.machine import Machine

_RESTARTED_AFTER = 0.5  # seconds
_SECONDS: Final = {"": 1, "s": 1, "sec": 1, "min": 60, "m": 60, "h": 3600}
_TIME: Final = re.compile(r"([\d.]+)\s*([a-z]*)")
_CONTINUED: Final = re.compile(r"\\\n\s*")
_TIMER_KEYS: Final = ("OnBootSec", "OnActiveSec", "OnUnitActiveSec")


class NoSuchUnitError(LookupError):
    """There is no unit of this name; the message is systemd's."""


@dataclass(frozen=True)
class Unit:
    """What is to run: a command with its environment; a timer's `every` is in seconds."""

    command: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)
    restart: str = "no"
    every: float = 0.0


def read(machine: Machine, name: str) -> Unit:
    """Read a unit's file; `NoSuchUnitError` if there is none."""
    file = machine.root / "etc/systemd/system" / name
    if not file.exists():
        raise NoSuchUnitError(f"Unit {name} could not be found.")
    lines = list(_lines(file.read_text()))
    if name.endswith(".timer"):
        pauses = [_seconds(value) for key, value in lines if key in _TIMER_KEYS]
        return Unit(command=(), every=max(pauses, default=60.0))  # and at once when it is started
    values = dict(lines)
    credentials = machine.root / "run/credentials" / name
    return Unit(
        command=_command(machine, values.get("ExecStart", "")),
        environment=_environment(lines, credentials),
        restart=values.get("Restart", "no"),
    )


def _lines(text: str) -> Iterator[tuple[str, str]]:
    for line in _CONTINUED.sub(" ", text).splitlines():
        key, equals, value = line.strip().partition("=")
        if equals and not key.startswith("#"):
            yield key.strip(), value.strip()


def _seconds(text: str) -> float:
    return sum(float(number) * _SECONDS.get(unit, 1) for number, unit in _TIME.findall(text))


def _command(machine: Machine, text: str) -> tuple[str, ...]:
    program, *arguments = shlex.split(text)
    here = machine.directory / "bin" / Path(program).name
    return (str(here) if here.exists() else program, *arguments)


def _environment(lines: list[tuple[str, str]], credentials: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in lines:
        if key == "Environment":
            pairs = (pair.partition("=") for pair in shlex.split(value))
            found.update({k: v.replace("%d", str(credentials)) for k, _, v in pairs})
        elif key == "EnvironmentFile":
            found.update(_file_of_environment(value))
        elif key == "LoadCredential":
            name, _, source = value.partition(":")
            credentials.mkdir(parents=True, exist_ok=True, mode=0o700)
            (credentials / name).touch(mode=0o600)
            (credentials / name).write_bytes(Path(source).read_bytes())
    return found


def _file_of_environment(value: str) -> dict[str, str]:
    file = Path(value.lstrip("-"))
    if value.startswith("-") and not file.exists():
        return {}
    pairs = (line.partition("=") for line in file.read_text().splitlines() if line.strip())
    return {key.strip(): " ".join(shlex.split(text)) for key, _, text in pairs}


@dataclass
class Running:
    """A unit that was started, and its process while it has one."""

    unit: Unit
    process: "Popen[bytes] | None" = None
    due: float = 0.0  # when it is to be started, by the monotonic clock; for a timer, to run


class Units:
    """The units that one instance has started; timers come `stretch` times as seldom."""

    stretch = 1.0

    def __init__(self, machine: Machine) -> None:
        """Start with none."""
        self._machine = machine
        self._running: dict[str, Running] = {}

    def start(self, name: str, unit: Unit) -> None:
        """Start a unit that is not running."""
        held = self._running.setdefault(name, Running(unit))
        held.unit = unit
        if unit.command and (held.process is None or held.process.poll() is not None):
            held.process = self._machine.start(list(unit.command), unit.environment)

    def stop(self, name: str) -> None:
        """End a unit's process and start it no more."""
        held = self._running.pop(name, None)
        if held is not None and held.process is not None and held.process.poll() is None:
            os.killpg(held.process.pid, signal.SIGKILL)
            held.process.wait()

    def ask_to_end(self, name: str) -> None:
        """Let a unit's process end in its own time, and start it no more."""
        held = self._running.pop(name, None)
        if held is not None and held.process is not None and held.process.poll() is None:
            os.killpg(held.process.pid, signal.SIGTERM)

    def knows(self, name: str) -> bool:
        """Whether a unit was started, and is kept as it says."""
        return name in self._running

    def is_active(self, name: str) -> bool:
        """Whether a unit runs, or a timer waits."""
        held = self._running.get(name)
        if held is None:
            return False
        return not held.unit.command or (held.process is not None and held.process.poll() is None)

    def poll(self) -> None:
        """Start again what ended and is to be kept running, and what a timer has come due for."""
        now = time.monotonic()
        for name, held in list(self._running.items()):
            if held.unit.every:
                self._poll_timer(name, held, now)
            elif held.process is not None and held.process.poll() is not None:
                self._poll_ended(held, now)

    def _poll_timer(self, name: str, held: Running, now: float) -> None:
        if now >= held.due:
            held.due = now + held.unit.every * self.stretch
            service = name.removesuffix(".timer") + ".service"
            self.start(service, read(self._machine, service))

    def _poll_ended(self, held: Running, now: float) -> None:
        wanted = held.unit.restart == "always" or (
            held.unit.restart == "on-failure" and held.process and held.process.returncode
        )
        if not wanted:
            return
        held.due = held.due or now + _RESTARTED_AFTER
        if now >= held.due:
            held.due = 0.0
            held.process = self._machine.start(list(held.unit.command), held.unit.environment)
