"""One instance as this machine has it: a directory, an address, and an instance's surroundings.

A script of an instance names absolute paths and the loopback address. `moved` puts the roots of
the paths below the instance's own directory and the instance's own address of the loopback
network (127.0.0.0/8, all of which Linux answers) in place of 127.0.0.1, so each instance has its
files and its port 8011 to itself. The programs that it calls and this machine lacks, or must not
run, are stand-ins (`programs`).
"""

import contextlib
import json
import os
import re
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import Popen
from typing import Final

from local.instances import engine, processes, serving

_HERE = Path(__file__).parent
_MOVED: Final = re.compile(r"(?<![\w./$})-])/(etc|opt|usr/local|var/lib|var/log)/")
_LOOPBACK: Final = re.compile(r"(?<![\w.])127\.0\.0\.1(?![\w.])")
_METADATA: Final = re.compile(r"http://169\.254\.169\.254(?![\w.])")
# What stands in for programs that would change this machine, or that only an instance has.
STAND_INS: Final = (
    *("apache2", "cfn-signal", "cloud-init", "docker", "docker-registry", "eb-engine"),
    *("java", "systemctl"),
)
# Packages, users and owners are this machine's own affair.
_NOTHING: Final = ("chown", "dnf", "useradd")
_ENTERED: Final = 0o711
_READ: Final = 0o755
# What this machine may lack.
_WHERE_MISSING: Final = ("curl", "unzip")
FOLDERS: Final = ("etc/systemd/system", "opt", "tmp", "usr/local/bin", "usr/local/lib")
_VARIABLE: Final = ("var/lib", "var/log")


def moved(text: str, root: Path) -> str:
    """Put the roots of the absolute paths that a script writes to below `root`."""
    return _MOVED.sub(rf"{root}/\1/", text)


def moved_here(script: str, root: Path, address: str, metadata_url: str) -> str:
    """Put an instance's paths and addresses into a script."""
    here = _METADATA.sub(metadata_url, _LOOPBACK.sub(address, script))
    return moved(here, root)


def lay_out(root: Path) -> None:
    """Make the folders that an instance has from the start."""
    for folder in (*FOLDERS, *_VARIABLE):
        (root / folder).mkdir(parents=True, exist_ok=True)


@dataclass(frozen=True)
class Machine:
    """An instance: where it is, what it is, and where it reaches the emulator.

    `data` is what its metadata service says of it; `metadata_url` is known to it alone.
    """

    directory: Path
    endpoint: str
    metadata_url: str = field(repr=False)
    data: Mapping[str, str] = field(default_factory=dict)

    @property
    def instance_id(self) -> str:
        """Its id, which is its directory's name too."""
        return self.directory.name

    @property
    def address(self) -> str:
        """Its own address of the loopback network."""
        return processes.address(self.instance_id)

    @property
    def root(self) -> Path:
        """What its scripts take for the root of its file system."""
        return self.directory / "root"

    @property
    def memory(self) -> Path:
        """Where it keeps what an instance keeps in memory."""
        return self.directory / "memory"

    @property
    def log(self) -> Path:
        """What its user data and its services have printed."""
        return self.root / "var/log/cloud-init-output.log"

    def environment(self) -> dict[str, str]:
        """Return what a process of this instance finds in its environment."""
        given = {name: os.environ[name] for name in serving.SETTINGS if name in os.environ}
        return {
            **given,
            "PATH": f"{self.directory / 'bin'}:{os.environ.get('PATH', os.defpath)}",
            "HOME": str(self.root),
            "LANG": "C.UTF-8",
            "TMPDIR": str(self.root / "tmp"),
            "PYTHONPATH": str(_HERE / "site"),
            "PYTHONDONTWRITEBYTECODE": "1",
            "INSTANCE_ADDRESS": self.address,
            "INSTANCE_ROOT": str(self.root),
            "INSTANCE_MEMORY": str(self.memory),
            "INSTANCE_CONTROL": f"{self.metadata_url}/control",
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_EC2_METADATA_SERVICE_ENDPOINT": self.metadata_url,
            "AWS_METADATA_SERVICE_TIMEOUT": "10",  # a busy machine answers late
            "AWS_METADATA_SERVICE_NUM_ATTEMPTS": "3",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_PAGER": "",
        }

    def prepare(self) -> None:
        """Make its directory with the programs that it finds there."""
        lay_out(self.root)
        self.memory.mkdir()
        programs = self.directory / "bin"
        programs.mkdir()
        missing = (name for name in _WHERE_MISSING if not shutil.which(name))
        for name in (*STAND_INS, *missing):
            _write_program(programs / name, f'"{_PYTHON}" -S "{_HERE / "programs.py"}" {name}')
        for name in _NOTHING:
            _write_program(programs / name, "true")
        _write_program(programs / "python3", f'"{_PYTHON}" -s')
        aws = Path(sys.executable).with_name("aws")
        _write_program(programs / "aws", f'"{sys.executable}" -P "{aws}"')
        (self.root / "var/lib/cloud").mkdir()
        (self.root / "var/lib/cloud/instance.json").write_text(json.dumps(dict(self.data)))
        self.directory.chmod(_ENTERED)  # by Apache's user too, who may not list it
        for path in (self.root, self.memory, *self.root.rglob("*")):
            path.chmod(_READ if path.is_dir() else 0o644)

    def moved(self, script: str) -> str:
        """Put this instance's paths and addresses into a script."""
        return moved_here(script, self.root, self.address, self.metadata_url)

    def boot(self, user_data: str) -> "Popen[bytes]":
        """Run the user data by bash, as cloud-init does once when an instance starts."""
        script = self.directory / "user-data"
        script.write_text(self.moved(user_data))
        return self.start(["/bin/bash", str(script)])

    def start(self, command: list[str], more: Mapping[str, str] | None = None) -> "Popen[bytes]":
        """Start a command in these surroundings."""
        environment = {**self.environment(), **(more or {})}
        return processes.start(command, self.directory, environment, self.log, self.root)

    def switch_off(self) -> None:
        """End whatever it runs."""
        processes.end(self.directory)
        engine.remove_of(self.directory)

    def end(self) -> None:
        """End whatever it runs, and remove whatever it has."""
        self.switch_off()
        shutil.rmtree(self.directory, ignore_errors=True)


_PYTHON = getattr(sys, "_base_executable", sys.executable)


def _write_program(file: Path, command: str) -> None:
    file.write_text(f'#!/bin/sh\nexec {command} "$@"\n')
    file.chmod(0o755)


def end_all(folder: Path) -> list[str]:
    """End every instance of which a directory or a process is left below `folder`; give their ids.

    Nothing but the directories has to be known, so it works after a crash.
    """
    processes.end(folder)
    engine.remove_all(folder)
    there = (path.name for path in folder.iterdir()) if folder.exists() else ()
    found = sorted(name for name in there if name.startswith("i-"))
    for instance_id in found:
        Machine(folder / instance_id, "", "").end()
    with contextlib.suppress(OSError):  # it was never made, or is another user's
        folder.rmdir()
    return found
