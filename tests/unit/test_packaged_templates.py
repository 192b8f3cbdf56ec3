"""A template dropped into cfn/ is read and wired by its own words, or named and left out."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from chalicelib.adapters.templates import MAX_BODY, ROOT, PackagedTemplates
from chalicelib.core.errors import Rejected
from chalicelib.core.graph import build_graph

TOPIC = """
Metadata:
  StelligentDemo: {Title: A topic, TypicalMinutes: 2, Prices: {Topic: 0.01}}
Parameters:
  DemoId: {Type: String}
  VpcId: {Type: String}
  DatabaseEndpoint: {Type: String, Default: ""}
Resources:
  Topic: {Type: AWS::SNS::Topic, Properties: {DisplayName: !Ref DemoId}}
Outputs:
  TopicArn: {Value: !Ref Topic}
"""

WRONG = {
    "tabs.yaml": ("a:\n\t- b", "is not YAML"),
    "empty.yaml": ("", "has no Resources"),
    "list.yaml": ("- 1", "the template must be a mapping"),
    "second.yaml": (TOPIC.replace("TopicArn", "VpcId2").replace("VpcId2", "BucketName"), "s3"),
    "unfilled.yaml": (TOPIC.replace("VpcId", "NobodyGives"), "NobodyGives"),
    "Capital.yaml": (TOPIC, "lower-case"),
    "slow.yaml": (TOPIC.replace("TypicalMinutes: 2", "TypicalMinutes: long"), "TypicalMinutes"),
    "noplace.yaml": (TOPIC.replace("TypicalMinutes: 2", "SolutionStacks: {X: v*}"), "names X"),
    "pinned.yaml": (
        TOPIC.replace("TypicalMinutes: 2", "SolutionStacks: {VpcId: v1.0}"),
        "must hold one *",
    ),
    "keyless.yaml": (
        TOPIC.replace("TypicalMinutes: 2", "Credentials: {Secret: TopicArn}"),
        "takes a Secret, an Address",
    ),
    "adrift.yaml": (
        TOPIC.replace(
            "TypicalMinutes: 2",
            "Credentials: {Secret: TopicArn, Address: TopicArn, Command: 'x {Nothing}'}",
        ),
        "names Nothing, which is no output",
    ),
    "huge.yaml": (TOPIC + "#" * MAX_BODY, "bytes"),
    "bundle.yaml": (TOPIC, "a word of the service's"),
    "all.yml": (TOPIC, "a word of the service's"),
    "vpc.yml": (TOPIC, "has more than one template: vpc.yaml, vpc.yml"),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Copy the shipped templates to a place where a test may add to them."""
    shutil.copytree(ROOT / "cfn", tmp_path / "cfn")
    return tmp_path


def test_a_users_own_template_is_wired_by_its_parameters(folder: Path) -> None:
    """What it requires is pulled in; what it wants is wired when that is there anyway."""
    (folder / "cfn" / "topic.yaml").write_text(TOPIC)
    catalog = PackagedTemplates(folder).catalog()
    assert () == catalog.problems
    topic = catalog.components["topic"]
    assert ("A topic", 2, 0.01) == (
        topic.title,
        topic.typical_minutes,
        topic.price({}, "mars-1").hourly_usd,
    )
    assert ("vpc",) == build_graph(catalog, ["topic"]).depends_on("topic")
    assert ("rds", "vpc") == build_graph(catalog, ["topic", "rds"]).depends_on("topic")


def test_the_shipped_beanstalk_takes_the_newest_platform() -> None:
    """Its template names the platform without a version, and no caller may set it."""
    catalog = PackagedTemplates().catalog()
    stacks = catalog.components["eb"].solution_stacks
    assert {"EbSolutionStack": "64bit Amazon Linux 2023 v* running Docker"} == stacks
    assert catalog.is_set_by_service("EbSolutionStack")


@pytest.mark.parametrize("file", sorted(WRONG))
def test_a_bad_template_is_named_and_takes_nothing_else_down(folder: Path, file: str) -> None:
    """The catalog says which file and why, and still holds everything that was shipped."""
    body, words = WRONG[file]
    shipped = set(PackagedTemplates().catalog().components)
    (folder / "cfn" / file).write_text(body)
    catalog = PackagedTemplates(folder).catalog()
    assert [Path(file).stem] == [p.component for p in catalog.problems]
    assert words in catalog.problems[0].message
    assert shipped == set(catalog.components)


def test_two_templates_of_a_name_are_named_and_neither_is_used(folder: Path) -> None:
    """What the catalog describes and what a stack is made of are one file or none."""
    (folder / "cfn" / "topic.yaml").write_text(TOPIC)
    (folder / "cfn" / "topic.yml").write_text(TOPIC.replace("A topic", "Another"))
    templates = PackagedTemplates(folder)
    assert ["topic"] == [p.component for p in templates.catalog().problems]
    assert "topic.yaml, topic.yml" in templates.catalog().problems[0].message
    assert "topic" not in templates.catalog().components
    with pytest.raises(Rejected, match="topic"):
        templates.template("topic")


@pytest.mark.parametrize("suffix", ["json", "yml"])
def test_a_stack_is_made_of_the_file_that_was_described(folder: Path, suffix: str) -> None:
    """Whatever a template's suffix is."""
    (folder / "cfn" / f"topic.{suffix}").write_text(TOPIC)
    templates = PackagedTemplates(folder)
    assert "topic" in templates.catalog().components
    assert TOPIC == templates.template("topic")


def test_a_template_that_is_gone_is_refused(folder: Path) -> None:
    """A demo under way may name a template that the last deployment removed."""
    with pytest.raises(Rejected, match="gone"):
        PackagedTemplates(folder).template("gone")
