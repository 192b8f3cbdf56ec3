"""This machine's own Docker or Podman, where it proves to be good for instances' containers.

The emulator asks once, when it starts, beside all else that it does: the demo's own image is
built and run as ECS runs it. So a base image that cannot be had, packages out of reach, or a
kernel that refuses is found here, and not by a demo; then the stand-in is `docker`
(`docker_stand_in`), and the reason is said. What is made carries a label and is found again by it,
after a crash too; nothing without the label is touched.
"""

import contextlib
import json
import logging
import os
import re
import shutil
import signal
import subprocess
import threading
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from local.instances import docker_arguments, processes, serving
from local.instances.docker_arguments import LABEL, LABEL_OF_ONE, USED, Build, Place

# What tells the engine's program where its engine and its files are; the emulator has a home of
# its own, and no engine that MiniStack could find.
_VARIABLES: Final = (
    *("HOME", "PATH", "XDG_RUNTIME_DIR", "DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG"),
    *("DOCKER_CERT_PATH", "DOCKER_TLS_VERIFY", "CONTAINER_HOST", "CONTAINERS_CONF"),
    *("CONTAINERS_STORAGE_CONF", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"),
    *("http_proxy", "https_proxy", "no_proxy"),
)
GIVEN: Final = "INSTANCES_ENGINE"  # in the emulator's environment: those, as JSON
_PROGRAM = "program"  # in the proof's directory: the path of the engine's program
_IMAGE = "page"
_DOCKER = Path(__file__).parents[2] / "docker"
_BASE: Final = re.compile(r"^ARG BASE_IMAGE=(\S+)$", re.MULTILINE)
# As ECS's agent says to Docker what cfn/ecs.yaml says.
_AS_ECS: Final = (
    *("--detach", "--name=page", "--init", "--read-only", "--cap-drop=ALL", "--memory=128m"),
    *("--tmpfs=/srv/demo:size=16m", "--volume=/now:/srv/now:ro", "--publish=8011:8011", _IMAGE),
)
_ANSWERS_WITHIN = 5.0  # seconds
_PULLS_WITHIN = 20.0
_BUILDS_WITHIN = 90.0
_SERVES_WITHIN = 10.0
_ENDS_WITHIN = 5.0
_REMOVES_WITHIN = 60.0
_POLL_SECONDS = 0.1
_log = logging.getLogger("instances")


class EngineError(RuntimeError):
    """The engine did not do what it was told; the message is its own last line."""


@dataclass(frozen=True)
class Engine:
    """A program that takes Docker's commands, and what it needs to find in its environment."""

    program: str
    environment: Mapping[str, str]

    @property
    def name(self) -> str:
        """What it is called: docker or podman."""
        return Path(self.program).name

    def run(self, *arguments: str, within: float, mark: Path) -> str:
        """Do one command for the instance in a directory; gives what it prints."""
        process = subprocess.Popen(
            [self.program, *arguments],
            env={**self.environment, processes.MARK: f"{mark}/"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        try:
            output, errors = process.communicate(timeout=within)
        except subprocess.TimeoutExpired:
            _end(process)
            raise EngineError(f"{arguments[0]} took longer than {within:g} s") from None
        if process.returncode:
            lines = errors.strip().splitlines()
            raise EngineError(lines[-1] if lines else f"{arguments[0]} ended badly")
        return output.strip()


def _end(process: "subprocess.Popen[str]") -> None:
    """End a program that takes too long: asked first, so that it leaves nothing half done."""
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.communicate(timeout=_ENDS_WITHIN)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def environment() -> dict[str, str]:
    """Return what the engine's program needs to find in its environment."""
    if given := os.environ.get(GIVEN):
        return dict(json.loads(given))
    return {name: os.environ[name] for name in _VARIABLES if name in os.environ}


def base() -> str:
    """Name the image that the demo's is built on."""
    found = _BASE.search((_DOCKER / "Dockerfile").read_text())
    return os.environ.get(serving.BASE_IMAGE) or (found[1] if found else "")


@dataclass
class Answer:
    """What came of asking: an engine, or why there is none, once it is known."""

    engine: Engine | None = None
    why: str = ""
    known: bool = False


_answer = Answer(known=True)


def ask(folder: Path) -> None:
    """Begin to find out whether this machine has an engine for the instances in a folder."""
    global _answer  # noqa: PLW0603 - one emulator asks once
    found = serving.engines()
    _answer = Answer(known=not found)
    if found:
        known = Answer()
        _answer = known
        threading.Thread(target=_find, args=(known, found, folder), daemon=True).start()


def _proof(folder: Path) -> Path:
    """Return the directory of what the proof runs in, as if it were an instance's."""
    return folder / f"{folder.name}-engine"


def _find(answer: Answer, programs: list[str], folder: Path) -> None:
    proof = _proof(folder)
    place = Place(proof, processes.address(proof.name))
    for program in programs:
        engine = Engine(program, environment())
        try:
            _prove(engine, place)
        except (EngineError, OSError) as error:
            answer.why = f"{engine.name}: {error}"
            remove_all(folder)
        else:
            answer.engine = engine
            break
    answer.known = True


def _prove(engine: Engine, place: Place) -> None:
    """Build the demo's image and look at what a container of it serves."""
    mark = place.directory
    engine.run("info", within=_ANSWERS_WITHIN, mark=mark)
    (mark / "root/now").mkdir(parents=True, exist_ok=True)
    (mark / _PROGRAM).write_text(engine.program)
    (mark / "root/now/demo.json").write_text(place.address)
    for path in (mark, *mark.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)  # the container's user reads it
    try:
        engine.run("image", "inspect", base(), within=_ANSWERS_WITHIN, mark=mark)
    except EngineError:
        engine.run("pull", "--quiet", base(), within=_PULLS_WITHIN, mark=mark)
    build = docker_arguments.build_here(Build(_IMAGE, _DOCKER), place, base())
    engine.run(*build, within=_BUILDS_WITHIN, mark=mark)
    asked = docker_arguments.read_run(_AS_ECS, "")
    container = docker_arguments.run_here(asked, place)
    engine.run(container[0], "--detach", *container[1:], within=_SERVES_WITHIN, mark=mark)
    try:
        _see(f"http://{place.address}:8011/demo.json", place.address)
    finally:
        engine.run("rm", "--force", place.container("page"), within=_REMOVES_WITHIN, mark=mark)


def _see(url: str, expected: str) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    until = time.monotonic() + _SERVES_WITHIN
    while True:
        try:
            with opener.open(url, timeout=1) as answer:
                if answer.read().decode() != expected:
                    raise EngineError(f"{url} is not what the container serves")
                return
        except OSError as error:
            if time.monotonic() > until:
                raise EngineError(f"a container was not reached at {url}: {error}") from error
        time.sleep(_POLL_SECONDS)


def choice() -> tuple[int, str]:
    """Return what an instance's `docker` is: 0 and an engine, 1 the stand-in, 2 not known yet."""
    if not _answer.known:
        return 2, ""
    if _answer.engine is None:
        return 1, ""
    engine = _answer.engine
    return 0, json.dumps({"program": engine.program, "environment": dict(engine.environment)})


def is_used() -> bool:
    """Whether it was found that this machine's engine can be used."""
    return _answer.engine is not None


def sentence() -> str:
    """Say in a sentence what containers are, and why."""
    if not _answer.known:
        return "Whether this machine's container engine can be used is being found out."
    if _answer.engine:
        return (
            f"ECS and Elastic Beanstalk run in containers of this machine's {_answer.engine.name};"
            " a stand-in keeps the images of a registry."
        )
    if _answer.why:
        return (
            f"A stand-in takes Docker's place, because of what this machine's said: {_answer.why}"
        )
    if "docker" in serving.without(os.environ):
        return f"A stand-in takes Docker's place, as {serving.WITHOUT} says."
    return (
        "A stand-in takes Docker's place; neither docker nor podman is installed"
        " (for containers: sudo apt-get install podman)."
    )


def remove_of(directory: Path) -> None:
    """Remove the containers and the images of one instance; nothing where it has used none."""
    engine = _written_down(directory.parent)
    if engine is not None and (directory / USED).exists():
        names = Place(directory, "").images
        _remove(engine, directory, f"{LABEL_OF_ONE}={directory}", names)


def remove_all(folder: Path) -> None:
    """Remove the containers and the images of all instances that had their directories here.

    Which engine they used stays written down where it could not remove them.
    """
    engine, proof = _written_down(folder), _proof(folder)
    if engine is None or _remove(engine, proof, f"{LABEL}={folder}", ""):
        shutil.rmtree(proof, ignore_errors=True)


def _remove(engine: Engine, mark: Path, label: str, images: str) -> bool:
    """Remove containers with a label, and images whose names begin so; return whether it could."""
    try:
        found = _words(engine, mark, "ps", "--all", "--quiet", f"--filter=label={label}")
        if found:
            engine.run("rm", "--force", "--volumes", *found, within=_REMOVES_WITHIN, mark=mark)
        shown = "--format={{.Repository}}:{{.Tag}}" if images else "--quiet"
        ours = f"--filter=label={LABEL}={mark.parent}"
        listed = set(_words(engine, mark, "images", ours, shown))
        if named := sorted(name for name in listed if name.startswith(images)):
            engine.run("rmi", "--force", *named, within=_REMOVES_WITHIN, mark=mark)
    except (EngineError, OSError) as error:
        _log.warning("what containers left stays, and is looked for again: %s", error)
        return False
    return True


def _words(engine: Engine, mark: Path, *arguments: str) -> list[str]:
    return engine.run(*arguments, within=_ANSWERS_WITHIN, mark=mark).split()


def _written_down(folder: Path) -> Engine | None:
    """Return the engine that instances in a folder have used, by what is there of them."""
    file = _proof(folder) / _PROGRAM
    with contextlib.suppress(OSError):
        if file.stat().st_uid == os.getuid():
            return Engine(file.read_text(), environment())
    return None
