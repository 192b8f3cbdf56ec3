"""An operator's own template is judged when the package is built, and named."""

from __future__ import annotations

import pytest

from tools.packaging import ROOT, build
from tools.rights.drop_in import verdict

from .conftest import Copy

TOPIC = "Resources: {Topic: {Type: AWS::SNS::Topic, Properties: {DisplayName: news}}}"
LOGS = """
Parameters: {DemoId: {Type: String}}
Resources:
  Logs:
    Type: AWS::Logs::LogGroup
    Properties: {LogGroupName: !Sub "/stelligent-demo/${DemoId}/own", RetentionInDays: 7}
"""


def test_the_shipped_templates_lack_nothing() -> None:
    """Nothing is reported of what comes with the repository."""
    assert [] == verdict(ROOT)


def test_a_template_that_stays_within_the_rights_lacks_nothing(copy: Copy) -> None:
    """Nor of a template that StackRole is enough for."""
    (copy.root / "cfn" / "own.yaml").write_text(LOGS)
    assert [] == verdict(copy.root)


def test_a_right_that_is_lacking_is_named(copy: Copy) -> None:
    """The component, the resource, the handler and the action are named."""
    (copy.root / "cfn" / "own.yaml").write_text(TOPIC)
    lines = verdict(copy.root)
    assert all(line.startswith("own: Topic: AWS would refuse it to ") for line in lines)
    assert any("to create: " in line and "perform: sns:CreateTopic on" in line for line in lines)


def test_a_text_that_does_not_fit_is_named(copy: Copy) -> None:
    """So is a text that AWS does not take."""
    (copy.root / "cfn" / "own.yaml").write_text(LOGS.replace("/own", "/our own"))
    assert ["own: Logs: AWS would refuse its LogGroupName"] == [
        line.rpartition(": '")[0] for line in verdict(copy.root)
    ]


@pytest.mark.parametrize(
    ("resource", "words"),
    [
        ("{Type: AWS::Kinesis::Stream}", "own: It: not judged: nothing is known of the type"),
        (
            "{Type: AWS::SNS::Topic, Properties: {DisplayName: !Transform {Name: x}}}",
            "own: not judged: It cannot be resolved: Fn::Transform",
        ),
        (
            "{Type: AWS::SNS::Topic, Properties: {DisplayName: !Ref Nothing}}",
            "own: not judged: It cannot be resolved: there is no resource or parameter Nothing",
        ),
    ],
)
def test_what_cannot_be_checked_is_reported(copy: Copy, resource: str, words: str) -> None:
    """Nothing passes only because nobody knows it, and nothing else is held up."""
    (copy.root / "cfn" / "own.yaml").write_text(f"Resources: {{It: {resource}}}")
    lines = verdict(copy.root)
    assert [words] == [line[: len(words)] for line in lines]


def test_the_package_says_it(copy: Copy, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever builds a package is told; the package is made all the same."""
    for name in ("chalicelib", "docker", "vendor"):
        (copy.root / name).symlink_to(ROOT / name)
    for name in ("app.py", "requirements.txt"):
        (copy.root / name).write_bytes((ROOT / name).read_bytes())
    (copy.root / "cfn" / "own.yaml").write_text(TOPIC)
    environment = {"PATH": "/usr/bin:/bin", "AWS_DEFAULT_REGION": "us-east-1"}
    package, built = build("local", copy.root / "package", environment, copy.root)
    assert built
    assert package.template.exists()
    assert "cfn/: own: Topic: AWS would refuse it to create: " in capsys.readouterr().out
