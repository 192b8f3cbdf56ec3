"""The documents tell of everything there is: routes, settings, templates, commands, files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app import app
from chalicelib.adapters.templates import PackagedTemplates
from chalicelib.entrypoints.rest.openapi import document

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "SECURITY.md",
    ROOT / "CHANGELOG.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]
RESOURCES = (ROOT / ".chalice" / "resources.yaml").read_text()
SOURCES = "\n".join(p.read_text() for p in (ROOT / "chalicelib").rglob("*.py"))

PAGES = {"/", "/app", "/share", "/web/{folder}/{file}"}


def _routes(*, pages: bool = False) -> set[tuple[str, str]]:
    return {
        (method, path)
        for path, methods in app.routes.items()
        for method in methods
        if pages or path not in PAGES
    }


def test_every_route_is_in_the_api_document() -> None:
    """docs/api.md has a line for each method and path."""
    text = (ROOT / "docs" / "api.md").read_text()
    missing = [
        f"{method} {path}"
        for method, path in sorted(_routes())
        if f"{method} {path}" not in text and path not in text
    ]
    assert [] == missing


def test_every_route_is_in_the_openapi_document() -> None:
    """What the API says of itself is what Chalice serves."""
    described = {
        (method.upper(), path)
        for path, operations in document()["paths"].items()
        for method in operations
    }
    assert _routes(pages=True) == described


def test_the_openapi_document_is_valid() -> None:
    """A validator of OpenAPI 3.1 accepts it."""
    from openapi_spec_validator import validate

    validate(document())


def test_every_setting_is_documented() -> None:
    """Each DEMO_ variable that a template sets or a function reads has its place in docs/."""
    text = "\n".join(p.read_text() for p in (ROOT / "docs").rglob("*.md"))
    names = set(re.findall(r"\bDEMO_[A-Z_]+\b", RESOURCES))
    assert [] == sorted(name for name in names if name not in text)


def test_every_parameter_of_the_service_is_documented() -> None:
    """Each parameter of the service's template has its place in docs/."""
    text = "\n".join(p.read_text() for p in (ROOT / "docs").rglob("*.md"))
    block = RESOURCES.split("Parameters:\n", 1)[1].split("\nConditions:", 1)[0]
    names = re.findall(r"^  (\w+):$", block, re.MULTILINE)
    assert len(names) > 10
    assert [] == sorted(name for name in names if f"`{name}`" not in text)


def test_every_setting_that_is_read_is_set_by_the_template() -> None:
    """A variable without a default that no template sets would stop every function."""
    reader = (ROOT / "chalicelib" / "settings.py").read_text()
    required = re.findall(r'read\("([A-Z_]+)", \w+\)', reader)
    assert len(required) > 5
    assert [] == [name for name in required if f"DEMO_{name}:" not in RESOURCES]


def test_every_component_is_in_the_readme() -> None:
    """Each template in cfn/ is spoken of by name."""
    text = (ROOT / "README.md").read_text()
    names = [n for n in PackagedTemplates().catalog().components if n != "bundle"]
    assert [] == [name for name in names if not re.search(rf"\b{name}\b", text)]


def test_every_make_target_in_the_readme_exists() -> None:
    """`make x` in a document is a target of the Makefile."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {
        target
        for path in DOCUMENTS
        for target in re.findall(r"(?:`|^\$? ?)make ([a-z-]+)", path.read_text(), re.MULTILINE)
    }
    assert named <= targets


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda p: p.name)
def test_links_between_documents_lead_somewhere(path: Path) -> None:
    """A relative link names a file that is there."""
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text())
    assert [] == [link for link in links if not (path.parent / link).exists()]


def test_files_that_documents_name_exist() -> None:
    """A path in backticks is a path of the repository."""
    for path in DOCUMENTS:
        for name in re.findall(
            r"`((?:chalicelib|cfn|docker|local|tests|bench|docs|core|services|adapters)/[\w./-]+)`",
            path.read_text(),
        ):
            places = (ROOT / name, ROOT / "chalicelib" / name)
            assert any(place.exists() for place in places), f"{path.name}: {name}"


@pytest.mark.parametrize(
    "path", sorted((ROOT / "docs" / "adr").glob("0*.md")), ids=lambda p: p.stem[:4]
)
def test_a_decision_has_its_date_and_its_alternatives(path: Path) -> None:
    """Each decision says when it was taken, whether it holds, and what else was considered."""
    text = path.read_text()
    assert re.search(r"^20\d\d-\d\d-\d\d, (accepted|replaced by)", text, re.MULTILINE)
    for part in ("**Decided.**", "**Why.**", "**Alternatives.**", "**Costs.**"):
        assert part in text, f"{path.name} lacks {part}"
    assert f"]({path.name})" in (path.parent / "README.md").read_text()
