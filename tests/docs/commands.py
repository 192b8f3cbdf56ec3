"""The commands that stand in the documents."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
DOCUMENTS: Final = ("README.md", *sorted(f"docs/{p.name}" for p in (ROOT / "docs").glob("*.md")))
_BLOCK: Final = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)

ELSEWHERE: Final[Mapping[str, str]] = {
    "make deploy STAGE=prod": "needs an AWS account",
    "make doctor STAGE=prod": "needs an AWS account",
    "aws cloudformation": "needs an AWS account",
    "-m tools.rights": "runs in `make check`",
    "make simulate": "takes minutes; tests/simulation has its parts",
}
"""Blocks that no test runs as they stand: a sign of each, and why."""


def blocks(name: str) -> list[str]:
    """Return every block of shell commands of a document."""
    return _BLOCK.findall((ROOT / name).read_text(encoding="utf-8"))


def here(name: str) -> list[str]:
    """Return the blocks of a document that work with nothing but this repository."""
    return [block for block in blocks(name) if not any(sign in block for sign in ELSEWHERE)]
