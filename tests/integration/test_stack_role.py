"""Stacks are made and deleted with the service's own role, which says no where AWS would."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from chalicelib.core.component import Cause
from chalicelib.core.deletion_failures import classify
from tests.integration.conftest import Running, wait_for

CFN = Path(__file__).resolve().parents[2] / "cfn"
SERVICE_TAG = "            - { Key: stelligent-demo:service, Value: !Ref DemoService }\n"


def stack_role(running: Running) -> str:
    pages = running.aws.client("iam").get_paginator("list_roles").paginate()
    roles = [role["Arn"] for page in pages for role in page["Roles"]]
    return next(str(arn) for arn in roles if "StackRole" in arn)


def settled(cloudformation: Any, name: str) -> str:
    def at_rest() -> str:
        status = str(cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"])
        return "" if status.endswith("IN_PROGRESS") else status

    return str(wait_for(at_rest, f"{name} at rest"))


@pytest.mark.parametrize("tagged", [True, False], ids=["tagged", "untagged"])
def test_a_launch_template_goes_only_with_the_services_tag(
    running: Running, *, tagged: bool
) -> None:
    """
    Given the web tier's template, with and without the service's tag on its launch template,
    when its stack is deleted with the stack role, then it goes, or fails at the launch template
    with a refusal that the service takes for what it is.
    """
    owner = running.person()
    demo_id = owner.request("asg")
    owner.until(demo_id, "ready")
    cloudformation = running.aws.client("cloudformation")
    twin = cloudformation.describe_stacks(StackName=f"stelligent-demo-{demo_id}-asg")["Stacks"][0]
    text = (CFN / "asg.yaml").read_text()
    name = f"stelligent-demo-{demo_id}-twin"
    cloudformation.create_stack(
        StackName=name,
        TemplateBody=text if tagged else text.replace(SERVICE_TAG, "", 1),
        # The emulator shows what a machine image's parameter led to, and not its name.
        Parameters=[p for p in twin["Parameters"] if "ami-" not in p["ParameterValue"]],
        Tags=twin["Tags"],
        Capabilities=["CAPABILITY_IAM"],
        RoleARN=stack_role(running),
        OnFailure="DO_NOTHING",
    )
    assert "CREATE_COMPLETE" == settled(cloudformation, name)
    cloudformation.delete_stack(StackName=name)
    events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
    stack_id = events[0]["StackId"]
    wait_for(lambda: "DELETE" in settled(cloudformation, stack_id), "deletion")
    assert ("DELETE_COMPLETE" if tagged else "DELETE_FAILED") == settled(cloudformation, stack_id)
    if not tagged:
        _refused(running, name, stack_id)
    assert 202 == owner.call("DELETE", f"/demos/{demo_id}").status_code
    assert "deleted" == owner.until(demo_id, "deleted", "quarantined")["phase"]


def _refused(running: Running, name: str, stack_id: str) -> None:
    """Find that a deletion failed at the launch template, in words the service reads; clean up."""
    cloudformation = running.aws.client("cloudformation")
    events = cloudformation.describe_stack_events(StackName=stack_id)["StackEvents"]
    failed = [e for e in events if "DELETE_FAILED" == e["ResourceStatus"]]
    refused = next(e for e in failed if "LaunchTemplate" == e["LogicalResourceId"])
    assert "ec2:DeleteLaunchTemplate" in refused["ResourceStatusReason"]
    assert Cause.ACCESS_DENIED == classify(refused["ResourceStatusReason"])
    cloudformation.delete_stack(StackName=name, RetainResources=["LaunchTemplate"])
    wait_for(lambda: "DELETE_COMPLETE" == settled(cloudformation, stack_id), "clean up")
    ec2 = running.aws.client("ec2")
    ec2.delete_launch_template(LaunchTemplateId=refused["PhysicalResourceId"])
