"""What stacks are created with: no caller can make CloudFormation read a secret for them."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.adapters.templates import PackagedTemplates
from chalicelib.core.catalog import ALL, Component, Parameter, build_catalog
from chalicelib.core.demo import Demo
from chalicelib.core.errors import InvalidRequest, Rejected
from chalicelib.core.inputs import stack_parameters
from chalicelib.core.policy import PermissionsBoundary, RequestPolicy
from chalicelib.core.request import DemoRequest, check, new_demo
from chalicelib.core.tags import stack_tags

from .builders import HOME, NOW

SECRET = "{{resolve:secretsmanager:stelligent-demo-service/slack}}"
TWO = Component(
    name="two",
    parameters={
        name: Parameter(name=name, default="", type=kind)
        for name, kind in (
            ("DemoName", "String"),
            ("Owner", "String"),
            ("First", "String"),
            ("Second", "CommaDelimitedList"),
        )
    },
)
CATALOG = build_catalog([TWO])
BOUNDS = PermissionsBoundary(boundary_arn="arn:boundary", role_path="/stelligent-demo/")
PIECES = st.lists(
    st.sampled_from(["{", "{{", "}", "}}", "resolve:ssm:x", ",", "a", " ", SECRET]), max_size=4
).map("".join)


def recorded(name: str, owner: str, first: str, second: str) -> Demo:
    request = DemoRequest(
        components=ALL,
        name=name,
        allowed_cidr=(HOME,),
        parameters={"First": first, "Second": second},
    )
    policy = RequestPolicy(home_region="us-east-1", regions=("us-east-1",))
    checked = check(request, CATALOG, policy)
    return new_demo(checked, demo_id="demo0001", owner=owner, catalog=CATALOG, now=NOW)


@given(name=PIECES, owner=PIECES, first=PIECES, second=PIECES)
def test_no_values_of_a_caller_make_a_reference(
    name: str, owner: str, first: str, second: str
) -> None:
    """In whatever order a template joins them, split or whole, in parameters or in tags."""
    try:
        demo = recorded(name, owner, first, second)
    except InvalidRequest:
        return
    values = stack_parameters(demo, TWO, BOUNDS, service="stelligent-demo-service").values()
    tags = stack_tags(demo, "two", "stelligent-demo-service").values()
    parts = [part for value in [*values, *tags] for part in (value, *value.split(","))]
    assert not [pair for pair in itertools.permutations(parts, 2) if "{{" in "".join(pair)]


@pytest.mark.parametrize("field", ["name", "first", "second"])
def test_a_reference_is_refused_by_the_name_of_its_field(field: str) -> None:
    """Whole, and as the half that another value would complete."""
    for value in (SECRET, "{", "{resolve:ssm:x}}", "a,{"):
        values = {"name": "a", "owner": "a", "first": "a", "second": "a"} | {field: value}
        with pytest.raises(InvalidRequest) as caught:
            recorded(**values)
        where = field if field == "name" else f"parameters.{field.capitalize()}"
        assert [where] == [problem.field for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("component", "parameter"), [("ecs", "EcsInstanceType"), ("two", "DemoName")]
)
def test_a_record_older_than_the_rule_makes_no_stack(component: str, parameter: str) -> None:
    """What was let in by an earlier release is refused where it would reach CloudFormation."""
    demo = replace(
        recorded("a", "a", "a", "a"), name=SECRET, parameters={"EcsInstanceType": SECRET}
    )
    shipped = {**PackagedTemplates().catalog().components, "two": TWO}[component]
    old = replace(demo, components={component: replace(demo.components["two"], name=component)})
    with pytest.raises(Rejected, match=parameter):
        stack_parameters(old, shipped, BOUNDS, service="stelligent-demo-service")
