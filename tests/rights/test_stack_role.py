"""StackRole is enough for every call of every handler of every template, and for no less."""

from __future__ import annotations

from tools.rights.check import Needs, refusals, unnoticed
from tools.rights.service import Service


def test_nothing_that_a_template_needs_is_denied(deployed: Service, needs: Needs) -> None:
    """AWS would let CloudFormation create, read, update, delete and list all there is in cfn/."""
    assert [] == [denied.message for _, denied in refusals(deployed.stack_role, needs.needs)]


def test_every_permission_taken_away_is_noticed(deployed: Service, needs: Needs) -> None:
    """Without any one permission that a resource's handler needs, the verdict is red."""
    assert [] == unnoticed(deployed.stack_role, needs.needs)
