"""The mutants that a mutation run leaves out, since they change nothing."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LISTED = tomllib.loads((ROOT / "tools" / "mutants" / "equivalent.toml").read_text("utf-8"))


@pytest.mark.parametrize("mutant", LISTED["mutant"], ids=lambda mutant: mutant["before"][:50])
def test_a_mutant_that_is_left_out_can_still_be_made(mutant: dict[str, str]) -> None:
    """Its reason was given for this code, and no other."""
    code = " ".join((ROOT / mutant["path"]).read_text("utf-8").split())
    assert mutant["before"] in code
    assert mutant["after"] != mutant["before"]
    assert mutant["reason"]
