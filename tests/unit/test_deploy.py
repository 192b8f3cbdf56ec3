"""Deploying: where the package is kept, and how a stage may be named."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

import pytest
from botocore.stub import Stubber
from moto import mock_aws

from tools.deploy import SERVICE_STACK, Target, _protect, _stage, _staging_bucket
from tools.infrastructure.functions import FUNCTIONS
from tools.packaging import PackagingError

ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "eu-central-1",
}
CUT_AT = 64
"""Characters of a function's name (Lambda API Reference, "CreateFunction")."""
SUFFIX = "-0123456789ab"
"""What CloudFormation appends to a name it makes."""


@pytest.fixture(autouse=True)
def aws() -> Iterator[None]:
    """Put moto in place of AWS."""
    with mock_aws():
        yield


def test_packages_lie_out_of_every_demos_reach() -> None:
    """Their bucket has none of the names that demos may write to, and is made once."""
    target = Target("dev", ENVIRONMENT)
    name = _staging_bucket(target)
    assert "stelligent-service-packages-123456789012-eu-central-1" == name
    assert name == _staging_bucket(target)
    blocked = target.client("s3").get_public_access_block(Bucket=name)
    assert all(blocked["PublicAccessBlockConfiguration"].values())


def test_a_bucket_within_the_demos_reach_is_refused() -> None:
    """A demo's template could put other code there for the next deployment."""
    with pytest.raises(PackagingError, match="stelligent-demo-packages cannot hold packages"):
        _staging_bucket(Target("dev", ENVIRONMENT, bucket="stelligent-demo-packages"))


def test_every_functions_name_holds_the_whole_stack_name() -> None:
    """Or its right to write its log would not fit its log group."""
    longest = max(len(function.logical_id) for function in FUNCTIONS)
    stage = _stage("s" * 9)
    assert len(f"{SERVICE_STACK}-{stage}-") + longest + len(SUFFIX) <= CUT_AT


@pytest.mark.parametrize("stage", ["production", "Prod", "a_b", "", "1st"])
def test_other_stages_are_refused(stage: str) -> None:
    """Before anything is packaged."""
    with pytest.raises(argparse.ArgumentTypeError, match="nine"):
        _stage(stage)


def test_the_stack_is_protected(monkeypatch: pytest.MonkeyPatch) -> None:
    """Deleting it by mistake is refused: nobody would remove the live demos."""
    target = Target("dev", ENVIRONMENT, "stelligent-demo-service-dev")
    client = target.client("cloudformation")  # moto does not know the call
    monkeypatch.setattr(Target, "client", lambda _target, _service: client)
    with Stubber(client) as stub:
        stub.add_response(
            "update_termination_protection",
            {},
            {"StackName": "stelligent-demo-service-dev", "EnableTerminationProtection": True},
        )
        _protect(target)
        stub.assert_no_pending_responses()
