"""CloudFormation and its fake: idempotent calls, collapsed statuses, ours by tag only."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import boto3
import pytest

from chalicelib.adapters.cloudformation import STATUSES, CloudFormation, status_of
from chalicelib.core.catalog import Component
from chalicelib.core.component import Status
from chalicelib.core.errors import Rejected
from chalicelib.core.observe import ABSENT
from chalicelib.services.ports.targets import Stacks
from testkit.fakes import MemoryCloud, VirtualClock

from .conftest import REGION

SERVICE = "stelligent-demo-service"
OURS = {"stelligent-demo:service": SERVICE, "stelligent-demo:demo-id": "demo0001"}
NAME = "stelligent-demo-demo0001-s3"
TEMPLATE = json.dumps(
    {
        "Resources": {"Bucket": {"Type": "AWS::S3::Bucket"}},
        "Outputs": {"BucketName": {"Value": {"Ref": "Bucket"}}},
    }
)


class Fast:
    """The fake with its clock moved on after each request, as moto does everything at once."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        component = Component(name="s3", outputs=("BucketName",), has_bucket=True)
        self.cloud = MemoryCloud([component], self.clock, service=SERVICE)

    def __getattr__(self, name: str) -> object:
        def call(*args: object, **kwargs: object) -> object:
            if "template" in kwargs:
                kwargs["template"] = "# s3"
            answer = getattr(self.cloud, name)(*args, **kwargs)
            self.clock.advance(timedelta(hours=1))
            return answer

        return call


@pytest.fixture(params=["memory", "moto"])
def stacks(request: pytest.FixtureRequest) -> Stacks:
    if request.param == "memory":
        return Fast()  # type: ignore[return-value]
    request.getfixturevalue("aws")
    client = boto3.client("cloudformation", region_name=REGION)
    return CloudFormation(client, role_arn="arn:aws:iam::1:role/stacks", service=SERVICE)


def create(stacks: Stacks, name: str = NAME, tags: Mapping[str, str] = OURS) -> None:
    stacks.create(
        name=name, template=TEMPLATE, parameters={}, tags=tags, timeout_minutes=15, token="t-1"
    )


def test_a_stack_that_does_not_exist_is_absent(stacks: Stacks) -> None:
    """Nothing is wrong with looking for it."""
    assert ABSENT is stacks.describe(NAME).status


def test_a_created_stack_gives_its_outputs(stacks: Stacks) -> None:
    """A complete stack is ready and names its outputs."""
    create(stacks)
    observation = stacks.describe(NAME)
    assert Status.READY is observation.status
    assert stacks.resources(NAME, "AWS::S3::Bucket") == (observation.outputs["BucketName"],)


def test_asking_again_is_no_error(stacks: Stacks) -> None:
    """A second request for the same stack leaves the first as it is."""
    create(stacks)
    before = stacks.describe(NAME).outputs
    create(stacks)
    assert before == stacks.describe(NAME).outputs


def test_a_deleted_stack_is_gone(stacks: Stacks) -> None:
    """Deleting takes it, its resources, and the second request for it without a word."""
    create(stacks)
    stacks.delete(NAME)
    stacks.delete(NAME)
    assert stacks.describe(NAME).status in (ABSENT, Status.DELETED)
    assert () == stacks.resources(NAME, "AWS::S3::Bucket")


def test_ours_are_known_by_their_tags(stacks: Stacks) -> None:
    """A stack named like ours without our tags, or another service's, is not ours."""
    create(stacks)
    create(stacks, "stelligent-demo-demo0002-s3", {"team": "theirs"})
    create(stacks, "stelligent-demo-demo0003-s3", {"stelligent-demo:service": "another"})
    assert [NAME] == list(stacks.ours())
    assert "demo0001" == stacks.ours()[NAME]["stelligent-demo:demo-id"]


def retag(stacks: Stacks, tags: Mapping[str, str]) -> bool:
    return stacks.update(name=NAME, parameters={}, previous=[], tags=tags, token="t-2")


def test_an_update_may_be_of_tags_alone(stacks: Stacks) -> None:
    """The stack then names another owner, and its resources are the same."""
    create(stacks, tags={**OURS, "stelligent-demo:owner": "pool:base"})
    before = stacks.describe(NAME)
    assert "pool:base" == before.owner
    assert retag(stacks, {**OURS, "stelligent-demo:owner": "ann@example.com"})
    after = stacks.describe(NAME)
    assert (Status.READY, "ann@example.com") == (after.status, after.owner)
    assert before.outputs == after.outputs


def test_every_status_is_known() -> None:
    """Each status boto3 knows of collapses to one of ours."""
    client: Any = boto3.client("cloudformation", region_name=REGION)
    raw = client.meta.service_model.shape_for("StackStatus").enum
    assert raw
    assert {s: STATUSES[s] for s in raw} == {s: status_of(s) for s in raw}


def test_an_unheard_of_status_is_named() -> None:
    """A status that AWS adds one day is refused by name and not taken for another."""
    with pytest.raises(Rejected, match="DREAMING"):
        status_of("DREAMING")
