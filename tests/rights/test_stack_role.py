"""StackRole is enough for every call of every handler of every template, and for no less."""

from __future__ import annotations

import pytest

from tools.rights.check import Needs, needs_of, refusals, unnoticed
from tools.rights.demo import stacks_of, variants
from tools.rights.service import service


def test_nothing_that_a_demo_needs_is_denied(needs: Needs) -> None:
    """AWS would let CloudFormation create, read, update, delete and list all there is in cfn/."""
    assert [] == [denied.message for _, denied in refusals(needs.needs)]


@pytest.mark.parametrize("asked", [v for v in variants() if v], ids=str)
def test_nothing_is_denied_whatever_is_asked_for(asked: dict[str, str]) -> None:
    """So it is for each value of a parameter that turns a condition on."""
    deployed = service()
    needs = needs_of(stacks_of(deployed, parameters=asked), deployed)
    assert [] == [denied.message for _, denied in refusals(needs.needs)]


def test_a_rolling_update_needs_what_no_schema_lists(needs: Needs) -> None:
    """CloudFormation itself ends the instances of a group that are to be replaced."""
    ending = [n for n in needs.needs if n.request.action.endswith("InstanceInAutoScalingGroup")]
    assert {"asg", "ecs", "jenkins"} == {need.group for need in ending}
    assert {"update"} == {need.when for need in ending}


def test_every_permission_taken_away_is_noticed(needs: Needs) -> None:
    """Without any one permission that a resource's handler or role needs, the verdict is red."""
    assert needs.needs
    assert [] == unnoticed(needs.needs)
