"""The commands of the documents do what the documents say, as they stand there.

Instances are recorded and do not run: tests/instances and the browser's local run are for those.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.commands import ROOT, here

_PATIENCE = 240
_HERE = {
    "DEMO_PACE": "0",
    "DEMO_PORT": "",
    "DEMO_INSTANCES": "recorded",
    # Whoever runs this may be signed in elsewhere.
    "DEMO_API": "",
    "DEMO_TOKEN": "",
    "XDG_CONFIG_HOME": "/nonexistent",
}
_REFUSALS = ('"about:blank"', "command not found", "Traceback")


def run(folder: Path, script: str) -> str:
    """Run a script as somebody who pasted it would, and return everything it said."""
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-ec", f"{{ {script}\n}} 2>&1"],
        cwd=folder,
        env={**os.environ, **_HERE},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_PATIENCE,
        check=False,
    )
    assert 0 == done.returncode, done.stdout
    assert [] == [sign for sign in _REFUSALS if sign in done.stdout], done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return a copy of the repository in which `make demo` has run, as the README begins."""
    folder = tmp_path_factory.mktemp("clone")
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(lambda name: (ROOT / name).exists(), listed.stdout.splitlines()):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, folder / name, follow_symlinks=False)
    (folder / ".venv").symlink_to((ROOT / ".venv").resolve())
    os.utime(folder / "requirements-dev.txt", (0, 0))  # what is installed is not installed again
    try:
        assert "is ready, and its lease ends" in run(folder, here("README.md")[0])
        yield folder
    finally:
        run(folder, "make down")


def test_the_readme_works_twice_and_after_a_deletion(clone: Path) -> None:
    """Each time another demo is made, shown and deleted."""
    use = here("README.md")[1]
    outputs = [run(clone, use), run(clone, use)]
    ids = [set(re.findall(r'"demo_id": "(\w+)"', text)) for text in outputs]
    assert [1, 1] == [len(found) for found in ids]
    assert ids[0] != ids[1]
    assert all(re.search(r'"desired(_state)?": "deleted"', text) for text in outputs)


@pytest.mark.parametrize(
    "name", ["docs/api.md", "docs/command.md", "docs/page.md", "docs/slack.md"]
)
def test_a_documents_commands_work_twice(clone: Path, name: str) -> None:
    """From the first to the last, one after the other, as a reader does."""
    before = "" if name != "docs/page.md" else here("README.md")[1]
    script = "\n".join([before, *here(name)])
    for _ in range(2):
        assert run(clone, script)


def test_the_last_words_of_make_demo_work(clone: Path) -> None:
    """What it offers to look at and to remove can be pasted, a second time as well."""
    output = run(clone, "DEMO_COMPONENTS=s3 make demo")
    offered = output.partition("Look:\n")[2].partition("Stop everything:")[0]
    script = "\n".join(line for line in offered.splitlines() if line.startswith("  "))
    assert "list-stacks" in script
    for _ in range(2):
        assert "StackSummaries" in run(clone, script)


def test_nothing_that_make_demo_refuses_has_more_than_a_sentence(clone: Path) -> None:
    """A component that is none is named, with the one that may be meant."""
    done = subprocess.run(
        ["make", "demo"],
        cwd=clone,
        env={**os.environ, "DEMO_COMPONENTS": "esc", "DEMO_PORT": ""},
        capture_output=True,
        text=True,
        timeout=_PATIENCE,
        check=False,
    )
    assert 0 != done.returncode
    assert (
        "make demo failed: components.0: 'esc' is no component; did you mean 'ecs'?" in done.stdout
    )
    assert "Traceback" not in done.stdout + done.stderr
