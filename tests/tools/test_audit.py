"""Every finding of checkov and parliament has its reason, and every reason its finding."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tools import audit
from tools.audit import AuditError, Finding
from tools.rights.template import Stack

OPEN = Finding("checkov", "s3", "Bucket", "CKV_AWS_18")
STAR = Finding("parliament", "ecs", "Role", "RESOURCE_STAR")


def skipping(tool: str, **skip: str) -> dict[str, Any]:
    return {"Resources": {"Bucket": {"Metadata": {tool: {"skip": [skip]}}}}}


def answer(monkeypatch: pytest.MonkeyPatch, printed: str) -> None:
    monkeypatch.setattr(audit, "_run", lambda *_arguments: printed)


def test_a_reason_is_read_at_its_resource() -> None:
    """The tool, the template and the resource are those it stands at."""
    template = skipping("checkov", id="CKV_AWS_18", comment="why")
    assert [OPEN] == list(audit.explained({"s3": template}))


def test_a_reason_must_say_something() -> None:
    """A rule alone explains nothing."""
    with pytest.raises(AuditError, match="CKV_AWS_18 is skipped without a comment"):
        list(audit.explained({"s3": skipping("checkov", id="CKV_AWS_18")}))


def test_only_what_is_left_over_on_either_side_is_complained_of() -> None:
    """A finding without a reason, and a reason without a finding."""
    assert [] == audit.complaints({OPEN, STAR}, {OPEN, STAR})
    assert [str(OPEN), f"{STAR} is explained and not found"] == audit.complaints({OPEN}, {STAR})


def test_checkov_finds_what_a_template_skips_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a reason that is not needed any more comes out."""
    place = {"file_path": "/cfn/s3.yaml", "resource": "AWS::S3::Bucket.Bucket"}
    results = {
        "failed_checks": [{**place, "check_id": "CKV_AWS_18"}],
        "skipped_checks": [{**place, "check_id": "CKV_AWS_21"}],
    }
    answer(monkeypatch, json.dumps({"summary": {"parsing_errors": 0}, "results": results}))
    found = list(audit.checkov({"s3": Path("cfn/s3.yaml")}))
    assert [OPEN, Finding("checkov", "s3", "Bucket", "CKV_AWS_21")] == found


def test_a_template_that_checkov_cannot_read_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would have no findings."""
    answer(monkeypatch, json.dumps({"summary": {"parsing_errors": 1}}))
    with pytest.raises(AuditError, match="could not read every template"):
        list(audit.checkov({"s3": Path("cfn/s3.yaml")}))


def test_parliament_judges_what_a_role_may_do_and_not_who_has_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its findings come back to the resource whose policy it read."""
    read: list[str] = []

    def judge(_program: str, _option: str, folder: str, _form: str) -> str:
        files = sorted(Path(folder).iterdir())
        read.extend(file.read_text() for file in files)
        lines = [{"issue": "RESOURCE_STAR", "location": {"filepath": str(f)}} for f in files]
        return "\n".join(map(json.dumps, lines))

    monkeypatch.setattr(audit, "_run", judge)
    policy = {"Statement": [{"Effect": "Allow", "Action": "ecs:Poll", "Resource": "*"}]}
    properties = {
        "AssumeRolePolicyDocument": {"Statement": []},
        "Policies": [{"PolicyName": "p", "PolicyDocument": policy}],
    }
    role = {"Type": "AWS::IAM::Role", "Properties": properties}
    stack = Stack({"Resources": {"Role": role}}, {})
    assert [STAR] == list(audit.parliament({"ecs": stack}))
    assert [json.dumps(policy)] == read
