"""A user's own template dropped into cfn/ works with no other change."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from local import identity
from local.emulator.process import Emulator
from tests.integration.conftest import Api, Running
from tools import packaging
from tools.deploy import Target, deploy, tool_environment

SOURCES = ("app.py", "chalicelib", "cfn", "docker", "vendor", ".chalice", "requirements.txt")
LOGS = """
Metadata: {StelligentDemo: {Title: A log group, TypicalMinutes: 1}}
Parameters:
  DemoId: {Type: String}
  BucketName: {Type: String}
Resources:
  Logs:
    Type: AWS::Logs::LogGroup
    Properties: {LogGroupName: !Sub "/stelligent-demo/${DemoId}/${BucketName}"}
Outputs:
  LogGroup: {Value: !Ref Logs}
"""


@pytest.fixture(scope="module")
def own(deployed: Running, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """Deploy a copy of the repository with two files more in cfn/: one good, one bad."""
    folder = tmp_path_factory.mktemp("own")
    root = folder / "repository"
    root.mkdir()
    for name in SOURCES:
        source = packaging.ROOT / name
        copy = shutil.copy if source.is_file() else _copy_tree
        copy(source, root / name)
    (root / "cfn" / "logs.yaml").write_text(LOGS)
    (root / "cfn" / "broken.yaml").write_text("a:\n\t- b")
    with Emulator.start(folder / "state", persist=False) as aws:
        target = Target(
            "local",
            tool_environment(aws.environment()),
            parameters={"OidcIssuer": deployed.up.issuer, "OidcAudience": identity.AUDIENCE},
            endpoint_url=aws.url,
        )
        url = deploy(target, folder / "package", root).api_url
        yield Api(url, deployed.person().token)


def _copy_tree(source: Path, target: Path) -> None:
    shutil.copytree(source, target, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))


def test_it_is_in_the_catalog_and_the_bad_one_is_named(own: Api) -> None:
    """The catalog holds all nine, and says what is wrong with the tenth."""
    catalog = own.call("GET", "/catalog").json()
    assert "logs" in [c["name"] for c in catalog["components"]]
    assert 9 == len(catalog["components"])
    assert ["broken"] == [p["component"] for p in catalog["problems"]]
    refused = own.call("POST", "/demos", {"components": ["broken"]})
    assert 422 == refused.status_code
    assert "is not YAML" in refused.json()["detail"]


def test_it_is_built_after_what_it_needs_and_removed_before(own: Api) -> None:
    """Asking for it pulls its provider in; its output is there; it comes down in order."""
    demo_id = own.request("logs")
    ready = own.until(demo_id, "ready", "deleted", "failed")
    assert ["logs", "s3"] == sorted(c["name"] for c in ready["components"] if c["stack_name"])
    assert "LogGroup" in ready["outputs"]["logs"]
    own.delete(demo_id)
    gone = own.until(demo_id, "deleted", "quarantined")
    removed = {s["name"]: s["removed_at"] for s in gone["components"]}
    assert removed["logs"] <= removed["s3"]
