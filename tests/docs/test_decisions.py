"""The records of decisions, and the chart of phases, are whole."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from chalicelib.core.demo import Phase

DOCS = Path(__file__).resolve().parents[2] / "docs"
DECISIONS = sorted((DOCS / "adr").glob("[0-9]*.md"))
TITLE = re.compile(r"# (\d{4})[.:]? (.+)")


@pytest.mark.parametrize("record", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_has_a_date_a_status_and_alternatives(record: Path) -> None:
    """And it is listed under its number and title."""
    lines = record.read_text().splitlines()
    title = TITLE.fullmatch(lines[0])
    assert title
    assert record.name.startswith(title[1])
    assert re.match(r"\d{4}-\d\d-\d\d, (accepted|replaced)", lines[2])
    for part in ("Decided", "Why", "Alternatives", "Costs"):
        assert any(line.startswith(f"**{part}.**") for line in lines), part
    listed = f"| [{title[1]}]({record.name}) | {title[2]} |"
    assert listed in (DOCS / "adr" / "README.md").read_text().splitlines()


def chart() -> set[tuple[str, str]]:
    """Return the transitions that the chart of phases draws."""
    text = (DOCS / "architecture.md").read_text()
    drawn = text.partition("stateDiagram-v2")[2].partition("```")[0]
    return set(re.findall(r"^  (\S+) --> ([a-z]+|\[\*\])", drawn, re.MULTILINE))


def test_the_chart_of_phases_draws_every_phase() -> None:
    """And no other."""
    assert {*Phase, "[*]"} == {phase for transition in chart() for phase in transition}


@pytest.mark.parametrize("phase", Phase)
def test_every_phase_leads_to_deletion(phase: Phase) -> None:
    """A demo in any of them can be deleted, at once or after what is under way."""
    reached = {str(phase)}
    for _ in Phase:
        reached |= {after for before, after in chart() if before in reached}
    assert "deleted" in reached
