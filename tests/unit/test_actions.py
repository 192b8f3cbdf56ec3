"""One row of the table of actions makes an action whole."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from chalicelib.core.actions import ActionKind
from chalicelib.entrypoints import loop
from tools.actions import FILES, PARTS, config, resources

ROOT = Path(__file__).resolve().parents[2]
CHALICE = ROOT / ".chalice"


@dataclass
class MadeUp:
    """An action that no release has."""

    value: str = "water_plants"
    timeout_seconds: int = 45
    memory_mb: int = 1024


@pytest.mark.parametrize("name", FILES)
def test_the_files_are_as_the_table_has_them(name: str) -> None:
    """Whoever changes the table runs `python -m tools.actions`."""
    text = (ROOT / name).read_text()
    assert FILES[name](text) == text


def test_every_part_of_the_template_is_there_once() -> None:
    """A lost marker would leave an action out."""
    text = (CHALICE / "resources.yaml").read_text()
    assert [1] * len(PARTS) == [text.count(f"# begin actions: {part}\n") for part in PARTS]


def test_a_new_action_is_whole_in_the_template() -> None:
    """Its function, log group, right to be invoked, substitution, choice and state."""
    text = resources((CHALICE / "resources.yaml").read_text(), [*ActionKind, MadeUp()])
    made = yaml.safe_load(text)["Resources"]
    machine = made["Loop"]["Properties"]
    arn = {"Fn::GetAtt": ["WaterPlants", "Arn"]}
    states = machine["Definition"]["States"]["Apply"]["ItemProcessor"]["States"]
    role = made["LoopRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"][0]
    choice = {"Variable": "$.kind", "StringEquals": "water_plants", "Next": "WaterPlants"}
    assert {"WaterPlants", "WaterPlantsLogGroup"} <= set(made)
    assert arn in role["Resource"]
    assert arn == machine["DefinitionSubstitutions"]["WaterPlants"]
    assert choice in states["Which"]["Choices"]
    expected = {**states["CreateStack"], "Resource": "${WaterPlants}", "TimeoutSeconds": 75}
    assert expected == states["WaterPlants"]


def test_a_new_action_has_a_function() -> None:
    """With its policy file, its time and its memory."""
    made = json.loads(config((CHALICE / "config.json").read_text(), [MadeUp()]))
    assert {
        "iam_policy_file": "policies/water_plants.json",
        "lambda_timeout": 45,
        "lambda_memory_size": 1024,
    } == made["lambda_functions"]["water_plants"]


@pytest.mark.parametrize("kind", ActionKind)
def test_every_action_has_a_handler_and_a_policy(kind: ActionKind) -> None:
    """Lambda finds the handler by its name in the module."""
    assert loop.HANDLERS[kind] is getattr(loop, kind.value)
    assert (CHALICE / "policies" / f"{kind.value}.json").exists()
