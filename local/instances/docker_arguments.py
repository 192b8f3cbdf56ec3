"""What an instance says to `docker`, and what the machine's own engine is called with instead.

What changes is what one machine in the place of an instance forces: names, so that instances do
not get into each other's way, volumes, which lie below the instance's root, and ports, which are
published at the instance's own address. The rest is handed on as it is.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from os.path import normpath
from pathlib import Path
from typing import Final

# What is made here is found again by these: of all instances of an emulator, and of one of them.
LABEL: Final = "stelligent-demo.instances"
LABEL_OF_ONE: Final = "stelligent-demo.instance"
USED: Final = "containers"  # a file in an instance's directory, once it has used the engine


@dataclass(frozen=True)
class Place:
    """The instance that containers belong to."""

    directory: Path
    address: str

    @property
    def images(self) -> str:
        """What the names of its images begin with; by them it is known whose they are."""
        return f"localhost/stelligent-demo/{self.directory.name}/"

    def image(self, name: str) -> str:
        """Return the engine's name of one of its images, which is one word after the slash."""
        repository, colon, tag = name.rpartition(":")
        if not colon or "/" in tag:
            repository, tag = name, "latest"
        return f"{self.images}{repository.replace(':', '--').replace('/', '__')}:{tag}"

    def container(self, name: str) -> str:
        """Return the engine's name of one of its containers."""
        return f"{self.directory.name}-{name}"

    def labels(self) -> list[str]:
        """Mark what is made as this instance's."""
        all_of_them = f"--label={LABEL}={self.directory.parent}"
        return [all_of_them, f"--label={LABEL_OF_ONE}={self.directory}"]


@dataclass(frozen=True)
class Build:
    """What `docker build` was asked for."""

    tag: str
    context: Path


@dataclass(frozen=True)
class Run:
    """What `docker run` was asked for."""

    name: str
    image: str
    command: list[str]
    environment: list[str]
    volumes: list[str]
    ports: list[str]
    bounds: list[str]  # what the kernel is to keep to, as it was given
    network: str
    pulled: bool  # whether a new image is looked for first
    restart: str


def read_build(arguments: Sequence[str]) -> Build:
    """Read what `docker build` is given."""
    parser = argparse.ArgumentParser("docker build")
    parser.add_argument("-t", "--tag", required=True)
    parser.add_argument("--pull", action="store_true")
    parser.add_argument("-q", "--quiet", action="store_true")
    parser.add_argument("context", type=Path)
    options = parser.parse_args(arguments)
    return Build(options.tag, options.context)


_FLAGS = ("init", "read-only")
_LIMITS = ("memory", "cap-drop", "tmpfs")


def read_run(arguments: Sequence[str], name: str) -> Run:
    """Read what `docker run` is given; `name` is for a container that is given none."""
    options = _run_parser().parse_args(arguments)
    values = vars(options)
    flags = [f"--{flag}" for flag in _FLAGS if values[flag.replace("-", "_")]]
    limits = [f"--{key}={text}" for key in _LIMITS for text in values[key.replace("-", "_")]]
    return Run(
        name=options.name or name,
        image=options.image,
        command=options.command,
        environment=options.env,
        volumes=options.volume,
        ports=options.publish,
        bounds=[*flags, *limits],
        network=options.network or "",
        pulled=options.pull == "always",
        restart="always" if options.restart in ("always", "unless-stopped") else "no",
    )


def _run_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("docker run")
    for flag in ("-d/--detach", "--rm", *(f"--{flag}" for flag in _FLAGS)):
        parser.add_argument(*flag.split("/"), action="store_true")
    for many in ("-e/--env", "-p/--publish", "-v/--volume", *(f"--{key}" for key in _LIMITS)):
        parser.add_argument(*many.split("/"), action="append", default=[])
    for value in ("--name", "--restart", "--network"):
        parser.add_argument(value)
    parser.add_argument("--pull", choices=("always", "missing"), default="missing")
    parser.add_argument("image")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    return parser


def build_here(build: Build, place: Place, base: str) -> list[str]:
    """Say to the engine what an instance says to `docker build`.

    A `--pull` is left out: the engine was seen to have the base when the emulator started.
    """
    argument = [f"--build-arg=BASE_IMAGE={base}"] if base else []
    tag = f"--tag={place.image(build.tag)}"
    return ["build", *argument, *place.labels(), tag, str(build.context)]


def run_here(run: Run, place: Place) -> list[str]:
    """Say to the engine what an instance says to `docker run`; it waits for the container's end.

    Who keeps it running is the instance (`units`), so it is removed when it ends.
    """
    return [
        *("run", "--rm", "--pull=never", f"--name={place.container(run.name)}"),
        *place.labels(),
        *run.bounds,
        *(f"--env={pair}" for pair in run.environment),
        *(f"--volume={volume}" for volume in volumes_here(run, place)),
        *(f"--publish={_port_here(port, place)}" for port in run.ports),
        *(place.image(run.image), *run.command),
    ]


def volumes_here(run: Run, place: Place) -> list[str]:
    """Return a container's volumes with their folders below the instance's root."""
    return [_volume_here(volume, f"{place.directory}/root") for volume in run.volumes]


def _volume_here(volume: str, root: str) -> str:
    host, colon, inside = volume.partition(":")
    below = normpath(f"/{host.removeprefix(f'{root}/')}")
    return f"{root}/{below.strip('/')}{colon}{inside}"


def _port_here(port: str, place: Place) -> str:
    *_, host, inside = ["", *port.split(":")]
    return f"{place.address}:{host}:{inside}"
