"""What a stack is created with."""

from chalicelib.core.catalog import GIVEN
from chalicelib.core.inputs import PermissionsBoundary, given, stack_parameters
from testkit.simulation.components import component
from tests.unit.builders import component as requested
from tests.unit.builders import demo

BOUNDS = PermissionsBoundary(boundary_arn="arn:boundary", role_path="/stelligent-demo/")


def test_the_service_fills_what_the_catalog_says_it_fills() -> None:
    """A parameter that is promised to every template has a value, and no other has."""
    assert GIVEN == given(demo(), BOUNDS, "service-prod").keys()


def test_a_stack_is_told_which_service_made_it() -> None:
    """What a template tags with it is what StackRole may delete."""
    one = component("one", 1, requires=("DemoService",))
    told = stack_parameters(demo(requested("one")), one, BOUNDS, service="service-prod")
    assert {"DemoService": "service-prod", "DemoId": "demo0001"} == told
