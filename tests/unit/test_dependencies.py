"""What the Python code imports is named in the requirements, and not only locked by chance."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable
from functools import cache
from importlib import metadata
from pathlib import Path

from tests.unit.test_sizes import files
from tools.packaging import ROOT

IN_LAMBDA = frozenset({"boto3", "botocore", "chalice"})
"""What the functions have without requirements.in: AWS's runtime and Chalice bring these."""
OWN = frozenset(file.relative_to(ROOT).parts[0].removesuffix(".py") for file in files())
PACKAGES = metadata.packages_distributions()


@cache
def imported(file: Path) -> frozenset[str]:
    """Return the top-level modules of others that a file imports."""
    tops = set()
    for node in ast.walk(ast.parse(file.read_text())):
        match node:
            case ast.Import(names=names):
                found = [each.name for each in names]
            case ast.ImportFrom(module=str(module), level=0):
                found = [module]
            case _:
                found = []
        tops |= {name.partition(".")[0] for name in found}
    return frozenset(tops - OWN - sys.stdlib_module_names)


def plain(name: str) -> str:
    """Return a distribution's name as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def named(*requirements: str) -> set[str]:
    """Return the distributions that these files of requirements name."""
    lines = [line for each in requirements for line in (ROOT / each).read_text().splitlines()]
    return {plain(re.split(r"[\[<=>]", line)[0]) for line in lines if line[:1].isalpha()}


def unnamed(sources: Iterable[Path], known: set[str]) -> dict[str, str]:
    """Return each imported module of which no distribution is known, with a file that does so."""
    uses = {module: str(file.relative_to(ROOT)) for file in sources for module in imported(file)}
    return {
        module: file
        for module, file in uses.items()
        if not known & {plain(each) for each in PACKAGES.get(module, ())}
    }


def test_every_import_is_of_a_named_requirement() -> None:
    """A dependency of a dependency may go with any upgrade."""
    assert {} == unnamed(files(), named("requirements.in", "requirements-dev.in"))


def test_every_import_of_the_service_is_of_a_requirement_that_is_packaged() -> None:
    """The functions have what requirements.in names, and what AWS and Chalice bring."""
    ours = (file for file in files() if file.is_relative_to(ROOT / "chalicelib"))
    assert {} == unnamed(ours, named("requirements.in") | IN_LAMBDA)
