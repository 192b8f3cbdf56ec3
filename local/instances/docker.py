"""`docker` of an instance: this machine's own where that is good for it (`engine`), or a stand-in.

The stand-in keeps what the machine's own is not asked for: other people's images, of which only
Jenkins' is wanted, and the registry with the images that it has.
"""

import json
import os
import subprocess
import sys
import time
import uuid
from pathlib import Path

from local.instances import docker_arguments, docker_stand_in, serving
from local.instances.asking import asked
from local.instances.docker_arguments import USED, Place

_ASK_AGAIN = 0.2  # seconds
_ASK_LATER = 2  # the emulator's answer while it is still finding out
_NOT_THERE = ("no such container", "no container with")


def main(arguments: list[str]) -> int:
    """Do one command of docker, by whom it is done; return the exit status."""
    name, *rest = arguments
    do = _COMMANDS.get(name)
    if do is None or _is_the_stand_ins(rest):
        return docker_stand_in.main(arguments)
    status, engine_json = asked("engine")
    while status == _ASK_LATER:
        time.sleep(_ASK_AGAIN)
        status, engine_json = asked("engine")
    if status:
        return docker_stand_in.main(arguments)
    engine = json.loads(engine_json)
    return do(engine["program"], engine["environment"], rest)


def _is_the_stand_ins(arguments: list[str]) -> bool:
    """Whether a command is about the registry, or about an image that it has."""
    named = (word.removeprefix("--tag=") for word in arguments)
    return any(
        word.startswith(docker_stand_in.REGISTRYS) or docker_stand_in.is_registry(word)
        for word in named
    )


def _place() -> Place:
    """Return the instance that this is; it is noted that it uses the engine."""
    directory = Path(os.environ["INSTANCE_ROOT"]).parent
    (directory / USED).touch()
    return Place(directory, os.environ["INSTANCE_ADDRESS"])


def build(program: str, environment: dict[str, str], arguments: list[str]) -> int:
    """Let the engine make an image."""
    base = os.environ.get(serving.BASE_IMAGE, "")
    here = docker_arguments.build_here(docker_arguments.read_build(arguments), _place(), base)
    return subprocess.run(
        [program, *here], env={**os.environ, **environment}, check=False
    ).returncode


def run(program: str, environment: dict[str, str], arguments: list[str]) -> int:
    """Start a container: the engine's program waits for its end, as a service of the instance."""
    asked_for = docker_arguments.read_run(arguments, uuid.uuid4().hex[:12])
    if asked_for.network:
        print("docker: there is no network of an instance's own here", file=sys.stderr)
        return 1
    place = _place()
    for volume in docker_arguments.volumes_here(asked_for, place):
        Path(volume.partition(":")[0]).mkdir(parents=True, exist_ok=True)
    return docker_stand_in.start(
        asked_for.name,
        [program, *docker_arguments.run_here(asked_for, place)],
        environment,
        asked_for.restart,
    )


def remove(program: str, environment: dict[str, str], arguments: list[str]) -> int:
    """Stop and forget containers, the engine's and the stand-in's."""
    status = docker_stand_in.remove(arguments)
    place = _place()
    names = [place.container(word) for word in arguments if not word.startswith("-")]
    done = subprocess.run(
        [program, "rm", "--force", *names],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode and not any(words in done.stderr.lower() for words in _NOT_THERE):
        print(done.stderr, file=sys.stderr)
        return done.returncode
    return status


_COMMANDS = {"build": build, "rm": remove, "run": run, "stop": remove}
