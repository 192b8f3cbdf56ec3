"""The names of stacks, and what is read from them."""

from __future__ import annotations

import pytest

from chalicelib.core.naming import demo_id_from, parse_stack_name, stack_name


@pytest.mark.parametrize("component", ["s3", "a-b"])
def test_a_stacks_name_tells_demo_and_component(component: str) -> None:
    """A component's name may hold a dash; a demo's id holds none."""
    name = stack_name("abcdefgh", component)
    assert ("abcdefgh", component) == parse_stack_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "somebody-elses-stack",
        "stelligent-demo-abcdefgh",
        "stelligent-demo-abcdefgh-",
        "stelligent-demo-ABCDEFGH-s3",
        "stelligent-demo-service-prod",
        "my-stelligent-demo-abcdefgh-s3",
    ],
)
def test_another_stack_is_not_taken_for_a_demos(name: str) -> None:
    """Not even one whose name is nearly that of a demo's."""
    assert parse_stack_name(name) is None


def test_an_id_is_short() -> None:
    """Names of resources have little room for it."""
    assert 8 == len(demo_id_from("owner and key"))
