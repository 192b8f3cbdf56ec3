"""Stacks take their time, fail, are cancelled and go on after a restart as AWS's do."""

from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.emulator.operations import CANCELLED
from local.emulator.process import Emulator

from .conftest import Stacks, wait_until

ROOT = Path(__file__).resolve().parents[2]
FOREVER = 1e6  # seconds per typical minute: as good as never


def chain(topic: Any) -> dict[str, Any]:
    """Three resources; the second and third need the first."""
    needing = {**topic, "DependsOn": ["First"]}
    return {"First": topic, "Second": needing, "Third": needing}


def test_a_paced_stack_holds_up_nobody(aws: Emulator, stacks: Stacks, topic: Any) -> None:
    """While one stack takes its typical minutes, a stack without any is made at once."""
    aws.control.set_pace(FOREVER)
    slow = stacks.create("paced-slow", {"T": topic}, minutes=1)
    assert stacks.settled(stacks.create("unpaced", {"T": topic})) == "CREATE_COMPLETE"
    assert stacks.status(slow) == "CREATE_IN_PROGRESS"
    assert stacks.delete(slow) == "DELETE_COMPLETE"


def test_resources_come_one_after_the_other(aws: Emulator, stacks: Stacks, topic: Any) -> None:
    """A stack in progress shows which resources it has and which one it is making."""
    fault = aws.control.hang(logical_id="Second")
    stack = stacks.create("progress", chain(topic))
    wait_until(lambda: ("Second", "CREATE_IN_PROGRESS", "") in stacks.events(stack))
    assert ("First", "CREATE_COMPLETE", "") in stacks.events(stack)
    assert stacks.status(stack) == "CREATE_IN_PROGRESS"
    aws.control.heal(fault)
    assert stacks.settled(stack) == "CREATE_COMPLETE"


def test_pace_makes_a_stack_slower(aws: Emulator, stacks: Stacks, topic: Any) -> None:
    """With a pace the stack ends well, as without one."""
    aws.control.set_pace(0.1)
    stack = stacks.create("paced", chain(topic), minutes=3)
    assert stacks.status(stack) == "CREATE_IN_PROGRESS"
    assert stacks.settled(stack) == "CREATE_COMPLETE"
    assert stacks.delete(stack) == "DELETE_COMPLETE"


def test_deleting_a_stack_under_creation_stops_it(
    aws: Emulator, stacks: Stacks, topic: Any
) -> None:
    """DeleteStack during a creation cancels what is being made and removes the rest."""
    aws.control.hang(logical_id="Second")
    stack = stacks.create("turned", chain(topic))
    wait_until(lambda: ("Second", "CREATE_IN_PROGRESS", "") in stacks.events(stack))
    assert stacks.delete(stack) == "DELETE_COMPLETE"
    events = stacks.events(stack)
    assert ("Second", "CREATE_FAILED", CANCELLED) in events
    assert ("First", "DELETE_COMPLETE", "") in events
    assert not [event for event in events if event[0] == "Third"]


def test_a_condition_compares_what_functions_make(aws: Emulator, stacks: Stacks) -> None:
    """The security groups' template opens port 80 to the allowed ranges, and to nobody else."""
    network = aws.client("ec2").create_vpc(CidrBlock="10.200.0.0/16")["Vpc"]["VpcId"]
    values = {
        "DemoId": "demo1234",
        "VpcId": network,
        "VpcCidr": "10.200.0.0/16",
        "AllowedCidr": "198.51.100.7/32,203.0.113.0/24",
        "AllowedCidrIpv6": "2001:db8::/64",
    }
    made = stacks.api.create_stack(
        StackName="ranges",
        TemplateBody=(ROOT / "cfn" / "sg.yaml").read_text(),
        Parameters=[{"ParameterKey": k, "ParameterValue": v} for k, v in values.items()],
    )
    assert stacks.settled(made["StackId"]) == "CREATE_COMPLETE"
    groups = aws.client("ec2").describe_security_groups(
        Filters=[{"Name": "vpc-id", "Values": [network]}]
    )["SecurityGroups"]
    rules = [rule for group in groups for rule in group["IpPermissions"]]
    ranges = {block["CidrIp"] for rule in rules for block in rule.get("IpRanges", ())}
    more = {block["CidrIpv6"] for rule in rules for block in rule.get("Ipv6Ranges", ())}
    assert ({"198.51.100.7/32", "203.0.113.0/24"}, {"2001:db8::/64"}) == (ranges, more)


def test_a_second_delete_changes_nothing(aws: Emulator, stacks: Stacks, topic: Any) -> None:
    """DeleteStack on a stack under deletion starts no second deletion."""
    stack = stacks.create("twice", {"Only": topic})
    stacks.settled(stack)
    fault = aws.control.hang(on="delete", logical_id="Only")
    for _ in range(2):
        stacks.api.delete_stack(StackName=stack)
        wait_until(lambda: stacks.status(stack) == "DELETE_IN_PROGRESS")
    aws.control.heal(fault)
    assert stacks.settled(stack) == "DELETE_COMPLETE"
    assert [status for name, status, _ in stacks.events(stack) if name == "Only"] == [
        "CREATE_IN_PROGRESS",
        "CREATE_COMPLETE",
        "DELETE_IN_PROGRESS",
        "DELETE_COMPLETE",
    ]


def test_the_root_cause_comes_before_what_it_cancelled(
    aws: Emulator, stacks: Stacks, topic: Any
) -> None:
    """A failed resource is the first failure; its siblings were cancelled; the stack names all."""
    aws.control.fail("No luck today", logical_id="Second")
    stack = stacks.create("unlucky", chain(topic))
    assert stacks.settled(stack) == "CREATE_FAILED"
    reason = "The following resource(s) failed to create: [Second, Third]. "
    assert [event for event in stacks.events(stack) if event[1] == "CREATE_FAILED"] == [
        ("Second", "CREATE_FAILED", "No luck today"),
        ("Third", "CREATE_FAILED", CANCELLED),
        ("unlucky", "CREATE_FAILED", reason),
    ]
    assert stacks.delete(stack) == "DELETE_COMPLETE"


def test_a_fault_strikes_as_often_as_asked(aws: Emulator, stacks: Stacks, topic: Any) -> None:
    """A fault for one time of one component lets the next stack through."""
    tags = [{"Key": "stelligent-demo:component", "Value": "vpc"}]
    aws.control.fail("Once", component="vpc", times=1)
    other = stacks.create("stelligent-demo-abcd1234-s3", {"T": topic})
    assert stacks.settled(other) == "CREATE_COMPLETE"
    assert stacks.settled(stacks.create("first", {"T": topic}, Tags=tags)) == "CREATE_FAILED"
    assert stacks.settled(stacks.create("second", {"T": topic}, Tags=tags)) == "CREATE_COMPLETE"


def test_a_deletion_fails_and_is_tried_again(aws: Emulator, stacks: Stacks, topic: Any) -> None:
    """An injected deletion failure leaves the stack DELETE_FAILED with its cause, then goes."""
    stack = stacks.create("clinging", {"T": topic})
    stacks.settled(stack)
    aws.control.fail("resource sg-1 has a dependent object", on="delete", times=1)
    assert stacks.delete(stack) == "DELETE_FAILED"
    assert ("T", "DELETE_FAILED", "resource sg-1 has a dependent object") in stacks.events(stack)
    stacks.api.delete_stack(StackName=stack)
    wait_until(lambda: stacks.status(stack) == "DELETE_COMPLETE")


def test_a_name_that_is_taken_is_refused(stacks: Stacks, topic: Any) -> None:
    """Creating a stack again is AlreadyExistsException, with the same client token too."""
    stack = stacks.create("taken", {"T": topic}, ClientRequestToken="token-1")
    stacks.settled(stack)
    with pytest.raises(ClientError) as error:
        stacks.create("taken", {"T": topic}, ClientRequestToken="token-1")
    assert error.value.response["Error"]["Code"] == "AlreadyExistsException"


def test_a_creation_goes_on_after_a_restart(tmp_path: Path, topic: Any) -> None:
    """What was made before the restart is kept, and what was missing is made after it."""
    with Emulator.start(tmp_path) as aws:
        aws.control.hang(logical_id="Second")
        stacks = Stacks(aws)
        stack = stacks.create("survivor", chain(topic))
        wait_until(lambda: ("Second", "CREATE_IN_PROGRESS", "") in stacks.events(stack))
        aws.stop()
        aws.start_again()
        assert stacks.status(stack) == "CREATE_IN_PROGRESS"
        aws.control.heal()
        assert stacks.settled(stack) == "CREATE_COMPLETE"
        assert len([e for e in stacks.events(stack) if e[:2] == ("First", "CREATE_COMPLETE")]) == 1
    assert list((tmp_path / "tmp").glob("ministack-lambda-*")) == []
