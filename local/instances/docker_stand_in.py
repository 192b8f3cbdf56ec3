"""Does with an image what its Dockerfile says, without Docker: on this machine's own Apache.

An image is a folder with what was copied into it and what the Dockerfile says of it. Of RUN it
does what changes files (chmod, mkdir, rm); packages are this machine's own. A container is a
service of the instance that runs the entry point among the image's files. What a kernel would
isolate (a root file system of its own, capabilities, memory) is not isolated.
"""

import contextlib
import importlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

from local.instances import docker_arguments, image_store, serving
from local.instances.asking import ask
from local.instances.image_store import Image, ImageError

_CONTINUED = re.compile(r"\\\n")
_VARIABLE = re.compile(r"\$\{(\w+)\}|\$(\w+)")
_FOR_FILES = ("chmod", "mkdir", "rm", "true", "false", "ln", "touch")
_PACKAGES = ("apt-get", "DEBIAN_FRONTEND=noninteractive")
_ANYONES = 0o1777
REGISTRYS = "localhost:5000/"  # what the names of the registry's images begin with
_PROGRAMS = Path(os.environ.get("INSTANCE_ROOT", "")).parent / "bin"


def build(arguments: list[str]) -> int:
    """Make an image from the Dockerfile in a folder, and give it a name."""
    options = docker_arguments.read_build(arguments)
    image = image_store.new()
    variables: dict[str, str] = {}
    text = _CONTINUED.sub(" ", (options.context / "Dockerfile").read_text())
    for line in filter(None, map(str.strip, text.splitlines())):
        if not line.startswith("#"):
            _do(image, options.context, variables, *line.split(None, 1))
    image_store.keep(options.tag, image)
    print(f"Successfully tagged {options.tag}")
    return 0


def _do(
    image: Image, context: Path, variables: dict[str, str], instruction: str, text: str = ""
) -> None:
    match instruction.upper():
        case "ARG":
            name, _, value = text.partition("=")
            variables[name] = value
        case "ENV":
            pairs = (word.partition("=") for word in shlex.split(_filled(text, variables)))
            image.environment.update({name: value for name, _, value in pairs})
        case "COPY":
            _copy(image, context, shlex.split(_filled(text, variables)))
        case "RUN":
            _run(image, text)
        case "ENTRYPOINT":
            image.entry_point = json.loads(text)
        case "CMD":
            image.command = json.loads(text)
        case "FROM" | "USER" | "EXPOSE" | "LABEL" | "STOPSIGNAL" | "HEALTHCHECK":
            pass
        case _:
            raise ImageError(f"this stand-in for docker cannot do {instruction} {text}")


def _filled(text: str, variables: dict[str, str]) -> str:
    return _VARIABLE.sub(lambda found: variables.get(found[1] or found[2], ""), text)


def _copy(image: Image, context: Path, words: list[str]) -> None:
    *sources, target = [word for word in words if not word.startswith("--")]
    folder = Path(image.files + target)
    if target.endswith("/") or len(sources) > 1:
        folder.mkdir(parents=True, exist_ok=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    for source in sources:
        if not (context / source).exists():
            raise ImageError(f"COPY failed: {source} is not in the build context")
        shutil.copy(context / source, folder)


def _run(image: Image, text: str) -> None:
    for command in text.split("&&"):
        words = shlex.split(command)
        if words[0] in _PACKAGES:
            continue
        if words[0] not in _FOR_FILES:
            raise ImageError(f"this stand-in for docker cannot run: {command.strip()}")
        here = [image.files + word if word.startswith("/") else word for word in words]
        for word in here[1:]:
            if word.startswith(image.files):
                Path(word).parent.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(here, check=False)
        if done.returncode:
            raise ImageError(f"the command '{command.strip()}' returned {done.returncode}")


def run(arguments: list[str]) -> int:
    """Start a container: a service of the instance, kept running where that is requested."""
    options = docker_arguments.read_run(arguments, uuid.uuid4().hex[:12])
    name, restart = options.name, options.restart
    given = dict(pair.split("=", 1) for pair in options.environment)
    if is_registry(options.image):
        return start(name, [str(_PROGRAMS / "docker-registry")], given, restart)
    image = _found(options.image, afresh=options.pulled)
    command = [*image.entry_point, *(options.command or image.command)]
    moved = [f"{image.files}{word}" if word.startswith("/") else word for word in command]
    environment = {**_moved(image, name, _volumes(options.volumes)), **given}
    return start(name, moved, environment, restart)


def is_registry(image: str) -> bool:
    """Whether an image's name is that of the registry itself."""
    return image.rpartition("/")[2].partition(":")[0] == "registry"


def _registry() -> Any:
    """Import what speaks with the registry, which few calls need."""
    return importlib.import_module("local.instances.registry_stand_in")


def start(name: str, command: list[str], environment: dict[str, str], restart: str) -> int:
    """Start what a container runs, as a service of the instance."""
    unit = f"container-{name}"
    status = ask("run", unit=unit, command=command, environment=environment, restart=restart)
    print(name)
    return status


def _found(name: str, *, afresh: bool) -> Image:
    """Find an image; one of the registry's is taken from there first where that is wanted."""
    if afresh and name.startswith(REGISTRYS):
        with contextlib.suppress(ImageError):  # then the one that is here, as ECS has it
            _registry().pull(name)
    image = image_store.find(name)
    if image is None:
        raise ImageError(f"unable to find image '{name}' locally, and nothing is pulled here")
    return image


def _volumes(options: list[str]) -> dict[str, str]:
    """Say where the folders that a container is given are, by their names in the container."""
    root, found = os.environ["INSTANCE_ROOT"], {}
    for volume in options:
        host, inside = volume.split(":")[:2]
        found[inside] = host if host.startswith(root) else root + host
    return found


def _moved(image: Image, container: str, volumes: dict[str, str]) -> dict[str, str]:
    """Let an image's variables name its files where they are.

    A folder that anyone may write to is memory of the container's own.
    """
    found = {}
    for key, value in image.environment.items():
        place = Path(image.files + value) if value.startswith("/") else None
        if value in volumes:
            found[key] = volumes[value]
        elif place is None or not place.exists():
            found[key] = value
        elif place.stat().st_mode & _ANYONES == _ANYONES:
            folder = Path(os.environ["INSTANCE_MEMORY"]) / f"{container}{value.replace('/', '-')}"
            folder.mkdir(exist_ok=True)
            folder.chmod(0o755)
            found[key] = str(folder)
        else:
            found[key] = str(place)
    return found


def remove(arguments: list[str]) -> int:
    """Stop and forget containers."""
    names = [word for word in arguments if not word.startswith("-")]
    return max((ask("stop", unit=f"container-{name}") for name in names), default=0)


def copy_out(arguments: list[str]) -> int:
    """Copy a file out of an image that is not here: Jenkins' own if it was given, or nothing."""
    source, target = arguments
    given = os.environ.get(serving.JENKINS_WAR, "")
    if given and source.endswith("/jenkins.war"):
        shutil.copy(given, target)
    else:
        Path(target).touch()
    return 0


def pull(arguments: list[str]) -> int:
    """Take an image from the registry; what others serve is taken for granted."""
    if arguments[-1].startswith(REGISTRYS):
        _registry().pull(arguments[-1])
    return 0


def push(arguments: list[str]) -> int:
    """Bring an image to the registry."""
    _registry().push(arguments[-1])
    return 0


def create(_: list[str]) -> int:
    """Name a container that is not started."""
    print(uuid.uuid4().hex[:12])
    return 0


_COMMANDS = {
    "build": build,
    "cp": copy_out,
    "create": create,
    "pull": pull,
    "push": push,
    "rm": remove,
    "run": run,
    "stop": remove,
}


def main(arguments: list[str]) -> int:
    """Do one command of docker; 1 and a message where it cannot."""
    name, *rest = arguments
    if name not in _COMMANDS:
        print(f"this stand-in for docker cannot do: docker {name}", file=sys.stderr)
        return 1
    try:
        return _COMMANDS[name](rest)
    except ImageError as error:
        print(f"ERROR: {error}", file=sys.stderr)
        return 1
