"""What a stack is created with."""

from datetime import timedelta

from chalicelib.core.catalog import GIVEN
from chalicelib.core.component import Status
from chalicelib.core.inputs import given, stack_parameters, wanted_inputs
from chalicelib.core.policy import PermissionsBoundary
from chalicelib.core.tags import tag_value
from testkit.simulation.components import component
from tests.unit.builders import HOME, NOW, demo
from tests.unit.builders import component as requested

BOUNDS = PermissionsBoundary(boundary_arn="arn:boundary", role_path="/stelligent-demo/")


def test_the_service_fills_what_the_catalog_says_it_fills() -> None:
    """A parameter that is promised to every template has a value, and no other has."""
    assert GIVEN == given(demo(), BOUNDS, "service-prod").keys()


def test_what_the_service_fills_is_of_this_demo() -> None:
    """Its end in whole seconds, and the owner in the characters that a tag takes."""
    end = NOW + timedelta(hours=4, microseconds=7)
    made = demo(
        owner="ann!@example.com",
        expires_at=end,
        allowed_cidr=(HOME, "2001:db8::/64", "10.0.0.0/8"),
    )
    filled = {
        "DemoId": "demo0001",
        "DemoName": "a demo",
        "DemoService": "service-prod",
        "Owner": tag_value("ann!@example.com"),
        "ExpiresAt": "2026-01-05T13:00:00+00:00",
        "AllowedCidr": "203.0.113.0/24,10.0.0.0/8",
        "AllowedCidrIpv6": "2001:db8::/64",
        "PermissionsBoundaryArn": "arn:boundary",
        "RolePath": "/stelligent-demo/",
    }
    assert filled == given(made, BOUNDS, "service-prod")


def test_a_stack_is_told_which_service_made_it() -> None:
    """What a template tags with it is what StackRole may delete."""
    one = component("one", 1, requires=("DemoService",))
    parameters = stack_parameters(demo(requested("one")), one, BOUNDS, service="service-prod")
    assert {"DemoService": "service-prod", "DemoId": "demo0001"} == parameters


BOUND = component("web", 1, requires=("NetId",), own=("Size",))


def test_a_stack_is_made_with_what_its_record_says() -> None:
    """And where an earlier release recorded nothing, with what its template takes."""
    recorded = requested("web", inputs={"Size": "3", "NetId": "net-1"})
    made = demo(recorded, parameters={"Size": "2"})
    parameters = stack_parameters(made, BOUND, BOUNDS, service="s")
    assert ("3", "net-1") == (parameters["Size"], parameters["NetId"])
    bare = demo(requested("web"), parameters={"Size": "2"})
    assert "2" == stack_parameters(bare, BOUND, BOUNDS, service="s")["Size"]


def test_what_a_provider_gave_is_kept_until_it_has_been_made_again() -> None:
    """And no longer."""
    web = requested("web", "net", declares=("NetId", "Size"), inputs={"NetId": "1", "Size": "2"})
    again = requested("net", status=Status.PENDING)
    assert {"NetId": "1", "Size": "2"} == wanted_inputs(demo(again, web), web)
    there = requested("net", status=Status.READY, outputs={"NetId": "2"})
    assert {"NetId": "2"} == wanted_inputs(demo(there, web), web)
