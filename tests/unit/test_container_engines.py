"""Whether this machine's own Docker or Podman is used for containers, and the reason if not."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from local.instances import engine, serving


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder of programs that are all there is."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.delenv(serving.WITHOUT, raising=False)
    monkeypatch.setattr(engine, "_answer", engine.Answer(known=True))
    return folder


def program(folder: Path, name: str, script: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


def asked(folder: Path) -> str:
    """Ask, and return the sentence when it is known."""
    engine.ask(folder / "instances")
    while engine.choice()[0] == 2:
        time.sleep(0.01)
    return engine.sentence()


def test_without_an_engine_the_answer_is_there_at_once(programs: Path, tmp_path: Path) -> None:
    """Nothing is waited for, and nothing is left."""
    engine.ask(tmp_path / "instances")
    assert (1, "") == engine.choice()
    assert "neither docker nor podman is installed" in engine.sentence()
    assert not (tmp_path / "instances").exists()


def test_an_engine_can_be_left_out(
    programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then it is not even asked, whatever its name is."""
    for name in ("docker", "podman"):
        program(programs, name, f"/bin/touch {tmp_path}/asked")
    monkeypatch.setenv(serving.WITHOUT, "docker")
    assert "as DEMO_WITHOUT says" in asked(tmp_path)
    assert not (tmp_path / "asked").exists()


def test_an_engine_that_hangs_is_not_waited_for(
    programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Meanwhile it is said that it is being asked; then what was waited for in vain."""
    monkeypatch.setattr(engine, "_ANSWERS_WITHIN", 0.2)
    program(programs, "podman", "exec /bin/sleep 600")
    engine.ask(tmp_path)
    assert (2, "") == engine.choice()
    assert "is being found out" in engine.sentence()
    assert "podman: info took longer than 0.2 s" in asked(tmp_path)
    assert (1, "") == engine.choice()


def test_the_reason_is_the_engines_own(programs: Path, tmp_path: Path) -> None:
    """A base image that cannot be had leaves the stand-in; where Docker fails, Podman is asked."""
    program(programs, "docker", "echo Cannot connect to the daemon >&2; exit 1")
    script = 'case "$1" in info | ps | images) ;; *) echo "no such host: $*" >&2; exit 125 ;; esac'
    program(programs, "podman", script)
    sentence = asked(tmp_path)
    assert f"podman: no such host: pull --quiet {engine.base()}" in sentence
    assert "A stand-in takes Docker's place" in sentence
    assert [] == list((tmp_path / "instances").iterdir())


def test_what_an_engine_needs_is_handed_on(
    programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The emulator has a home and a Docker of its own; an engine is asked with the user's."""
    monkeypatch.setenv("HOME", "/home/user")
    monkeypatch.setenv("DOCKER_HOST", "unix:///there")
    monkeypatch.setenv(engine.GIVEN, json.dumps(engine.environment()))
    monkeypatch.setenv("HOME", "/emulator")
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere")
    found = engine.environment()
    assert ("/home/user", "unix:///there") == (found["HOME"], found["DOCKER_HOST"])


def used(folder: Path, programs: Path) -> Path:
    """Make what is there of instances that have used an engine."""
    proof, one = folder / f"{folder.name}-engine", folder / "i-1"
    for directory in (proof, one):
        directory.mkdir(parents=True)
    (proof / "program").write_text(str(programs / "podman"))
    (one / "containers").touch()
    return proof


def test_what_is_left_is_removed_by_its_label_alone(programs: Path, tmp_path: Path) -> None:
    """Also by a program that did not make it, and only once."""
    calls, here = tmp_path / "calls", tmp_path / "here"
    proof = used(here, programs)
    listing = 'case "$1" in ps) echo one ;; images) echo abc ;; esac'
    program(programs, "podman", f'echo "$@" >> {calls}; {listing}')
    engine.remove_all(here)
    engine.remove_all(here)
    label = f"--filter=label=stelligent-demo.instances={here}"
    assert calls.read_text().splitlines() == [
        f"ps --all --quiet {label}",
        "rm --force --volumes one",
        f"images {label} --quiet",
        "rmi --force abc",
    ]
    assert not proof.exists()


def test_an_instance_takes_its_own_with_it(programs: Path, tmp_path: Path) -> None:
    """Of the images that all have made, those of its name; one without any asks nothing."""
    calls, here = tmp_path / "calls", tmp_path / "here"
    used(here, programs)
    images = "localhost/stelligent-demo/i-1/page:latest localhost/stelligent-demo/i-12/page:latest"
    listing = f'case "$1" in images) printf "%s\\n" {images} "<none>:<none>" ;; esac'
    program(programs, "podman", f'echo "$@" >> {calls}; {listing}')
    engine.remove_of(here / "i-12")
    assert not calls.exists()
    engine.remove_of(here / "i-1")
    commands = calls.read_text().splitlines()
    assert f"ps --all --quiet --filter=label=stelligent-demo.instance={here}/i-1" == commands[0]
    assert "rmi --force localhost/stelligent-demo/i-1/page:latest" == commands[-1]


def test_an_engine_that_cannot_remove_is_asked_again(programs: Path, tmp_path: Path) -> None:
    """What it has of ours stays written down, and nobody is kept from going on."""
    proof = used(tmp_path / "here", programs)
    program(programs, "podman", "exit 1")
    engine.remove_all(tmp_path / "here")
    assert proof.exists()
