"""A stack as somebody looks at it, on moto's CloudFormation."""

from __future__ import annotations

import json

import boto3
import pytest

from chalicelib.adapters.stack_history import CloudFormationHistory

from .conftest import REGION

NAME = "stelligent-demo-demo0001-s3"
TEMPLATE = {"Resources": {"Bucket": {"Type": "AWS::S3::Bucket"}}}


@pytest.mark.usefixtures("aws")
def test_a_stack_is_seen_with_its_resources_and_events() -> None:
    """In CloudFormation's words, the newest event first."""
    client = boto3.client("cloudformation", region_name=REGION)
    made = client.create_stack(StackName=NAME, TemplateBody=json.dumps(TEMPLATE))
    seen = CloudFormationHistory(client).of(NAME)
    assert seen is not None
    assert (made["StackId"], "CREATE_COMPLETE") == (seen.stack_id, seen.status)
    assert [("Bucket", "AWS::S3::Bucket")] == [(r.logical_id, r.type) for r in seen.resources]
    assert "CREATE_COMPLETE" == seen.events[0].status
    assert seen.events[0].of_the_stack
    assert seen.likely_cause is None


@pytest.mark.usefixtures("aws")
def test_there_is_nothing_to_see_where_there_is_no_stack() -> None:
    """Neither before it was made nor after it is gone."""
    client = boto3.client("cloudformation", region_name=REGION)
    history = CloudFormationHistory(client)
    assert history.of(NAME) is None
    client.create_stack(StackName=NAME, TemplateBody=json.dumps(TEMPLATE))
    client.delete_stack(StackName=NAME)
    assert history.of(NAME) is None
