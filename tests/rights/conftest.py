"""What the rights tests share: the service as it is deployed, and copies of it to break."""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tools.rights.check import Needs, needs_of
from tools.rights.demo import stacks_of
from tools.rights.service import ROOT, service
from tools.rights.template import load


@pytest.fixture(scope="session")
def needs() -> Needs:
    """Return all that a demo of everything asks for."""
    deployed = service()
    return needs_of(stacks_of(deployed), deployed)


class Copy:
    """A copy of the templates and of what is deployed, to change and to judge."""

    def __init__(self, root: Path) -> None:
        self.root = root
        shutil.copytree(ROOT / "cfn", root / "cfn")
        shutil.copytree(ROOT / ".chalice", root / ".chalice")

    @contextlib.contextmanager
    def edit(self, path: str) -> Iterator[Any]:
        """Hand out a template as plain values, and write it back."""
        file = self.root / path
        document = load(file)
        yield document
        file.write_text(json.dumps(document, default=str))

    @contextlib.contextmanager
    def resource(self, component: str, logical_id: str) -> Iterator[Any]:
        """Hand out the properties of a template's resource, and write them back."""
        with self.edit(f"cfn/{component}.yaml") as template:
            yield template["Resources"][logical_id]["Properties"]

    @contextlib.contextmanager
    def stack_role(self) -> Iterator[list[Any]]:
        """Hand out the statements of StackRole, and write them back."""
        with self.edit(".chalice/resources.yaml") as template:
            policies = template["Resources"]["StackRole"]["Properties"]["Policies"]
            yield [s for policy in policies for s in policy["PolicyDocument"]["Statement"]]

    def needs(self) -> Needs:
        deployed = service(self.root)
        return needs_of(stacks_of(deployed, self.root), deployed)


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    return Copy(tmp_path)
