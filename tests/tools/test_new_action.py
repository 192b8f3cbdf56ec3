"""An action is a row, a case and a policy; a copy of the repository gets a tenth one so."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest

from tools.infrastructure.template import ROOT

SOURCES: Final = (
    "app.py",
    "chalicelib",
    "cfn",
    "docker",
    "vendor",
    ".chalice",
    "tools",
    "testkit",
)
POLICY: Final = ".chalice/policies/water_plants.json"
ROW: Final = (
    "chalicelib/core/actions.py",
    '"lift_protection"\n',
    """\
"lift_protection"
    WATER_PLANTS = "water_plants", (Status.STARTING,), 45, 1024
""",
)
CASE: Final = (
    "chalicelib/services/apply.py",
    "            case _:\n",
    """\
            case ActionKind.WATER_PLANTS:
                target.stacks.unprotect(stack)
            case _:
""",
)
NAME: Final = "WaterPlants"


class Copy:
    """A copy of the repository in which an action is declared."""

    def __init__(self, root: Path) -> None:
        self.root = root
        leave_out = shutil.ignore_patterns("__pycache__")
        for name in (*SOURCES, "tests/unit"):
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, root / name, symlinks=True, ignore=leave_out)
            else:
                shutil.copy(ROOT / name, root / name)
        # All is installed here already; what is of interest is the template.
        (root / "requirements.txt").touch()

    def declare(self, *edits: tuple[str, str, str]) -> None:
        for name, before, after in edits:
            text = (self.root / name).read_text()
            assert 1 == text.count(before)
            (self.root / name).write_text(text.replace(before, after))

    def allow(self) -> None:
        shutil.copy(self.root / ".chalice/policies/stop_database.json", self.root / POLICY)

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", *command],
            cwd=self.root,
            check=False,
            capture_output=True,
            text=True,
        )

    def whole(self) -> bool:
        """Whether the copy's own test says that every action is there."""
        return 0 == self.run("pytest", "-q", "tests/unit/test_actions.py").returncode


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    return Copy(tmp_path)


def test_three_places_make_an_action(copy: Copy) -> None:
    """Chalice packages its function and role, and the loop may invoke it and has its state."""
    copy.declare(ROW, CASE)
    copy.allow()
    assert copy.whole()
    packaged = copy.run("tools.packaging")
    assert "" == packaged.stderr
    made = json.loads((copy.root / ".local/package/local/sam.json").read_text())["Resources"]
    _has_a_function(copy, made)
    _is_a_state(made)


def _has_a_function(copy: Copy, made: dict[str, Any]) -> None:
    function = made[NAME]["Properties"]
    assert "chalicelib.entrypoints.loop.water_plants" == function["Handler"]
    assert (45, 1024) == (function["Timeout"], function["MemorySize"])
    policies = made[f"{NAME}Role"]["Properties"]["Policies"]
    assert [json.loads((copy.root / POLICY).read_text())] == [
        p["PolicyDocument"] for p in policies
    ]
    assert made["CreateStack"]["Metadata"] == made[NAME]["Metadata"]
    logs, other = made[f"{NAME}LogGroup"], made["CreateStackLogGroup"]
    assert other["Metadata"] == logs["Metadata"]
    assert 30 == logs["Properties"]["RetentionInDays"]


def _is_a_state(made: dict[str, Any]) -> None:
    machine, arn = made["Loop"]["Properties"], {"Fn::GetAtt": [NAME, "Arn"]}
    states = machine["Definition"]["States"]["Apply"]["ItemProcessor"]["States"]
    role = made["LoopRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"][0]
    assert arn in role["Resource"]
    assert arn == machine["DefinitionSubstitutions"][NAME]
    choice = {"Variable": "$.kind", "StringEquals": "water_plants", "Next": NAME}
    assert choice in states["Which"]["Choices"]
    expected = {**states["CreateStack"], "Resource": f"${{{NAME}}}", "TimeoutSeconds": 75}
    assert expected == states[NAME]


@pytest.mark.parametrize("edits", [(ROW,), (ROW, CASE)])
def test_a_forgotten_place_is_noticed(copy: Copy, edits: tuple[tuple[str, str, str], ...]) -> None:
    """A row without its case, though it has a policy, and a row and a case without a policy."""
    copy.declare(*edits)
    if CASE not in edits:
        copy.allow()
    assert not copy.whole()
