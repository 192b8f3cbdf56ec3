"""The form: what it shows, and what is made of what comes back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.adapters.templates import PackagedTemplates
from chalicelib.core.catalog import ALL, Component, build_catalog
from chalicelib.core.errors import FieldProblem
from chalicelib.core.policy import LeaseLimits
from chalicelib.entrypoints.slack import form
from chalicelib.services.slack.commands import Create
from local.slack.limits import view_problems


def values(**given: Any) -> dict[str, Any]:
    """Return a form's state as Slack sends it."""
    options = [{"value": name} for name in given.get("components", ())]
    return {
        "components": {"demo_pick": {"selected_options": options}},
        "lease": {"lease": {"selected_option": {"value": given.get("lease", "4h")}}},
        "name": {"name": {"value": given.get("name")}},
        "cidr": {"cidr": {"value": given.get("cidr", "203.0.113.7")}},
    }


def test_the_form_of_the_shipped_catalog_is_within_the_limits() -> None:
    """Slack would open it, whatever is picked."""
    offered = PackagedTemplates().catalog()
    for picked in ((), ("ecs",), ("all",), ("ecs", "jenkins", "gone")):
        view = form.form(
            offered,
            LeaseLimits(),
            region="us-east-1",
            cidr=("203.0.113.0/24",),
            metadata="{}",
            picked=picked,
        )
        assert [] == view_problems(view)


def test_a_large_catalog_still_opens() -> None:
    """A hundred options is what Slack shows; long titles are clipped."""
    offered = build_catalog(Component(name=f"c{n}", title="t" * 200) for n in range(150))
    view = form.form(offered, LeaseLimits(), region="eu-west-1", cidr=(), metadata="x" * 9000)
    assert [] == view_problems(view)


def test_the_time_is_shown_before_pressing() -> None:
    """The plan names what is pulled in, and how long the longest way takes."""
    plan = form.plan(PackagedTemplates().catalog(), ("ecs",), "us-east-1")
    assert "`vpc`" in plan
    assert "about 10 min" in plan


def test_the_lease_offers_what_is_allowed() -> None:
    """Nothing longer than the operator's cap, and the usual lease among them."""
    quotas = LeaseLimits(default=timedelta(hours=3), at_once=timedelta(hours=8))
    view = form.form(
        PackagedTemplates().catalog(), quotas, region="eu-west-1", cidr=(), metadata=""
    )
    (lease,) = [b["element"] for b in view["blocks"] if b.get("block_id") == "lease"]
    assert ["1h", "2h", "3h", "4h", "8h"] == [o["value"] for o in lease["options"]]
    assert "3h" == lease["initial_option"]["value"]


def test_a_form_becomes_a_command() -> None:
    """The same command as one that was typed."""
    state = values(components=["ecs"], lease="8h", name=" Acme ", cidr="203.0.113.7, 10.1.0.0/16")
    expected = Create(
        components=("ecs",),
        name="Acme",
        ttl=timedelta(hours=8),
        cidr=("203.0.113.7/32", "10.1.0.0/16"),
    )
    assert expected == form.read(state)


def test_everything_is_one_of_the_choices() -> None:
    """It is taken by choosing it and not by choosing nothing."""
    expected = Create(components=ALL, ttl=timedelta(hours=4))
    assert expected == form.read(values(components=["all", "ecs"], cidr=" "))
    assert Create(ttl=timedelta(hours=4)) == form.read(values(cidr=" "))
    offered = PackagedTemplates().catalog()
    assert ":stopwatch: Everything: ready in" in form.plan(offered, ("all",), "us-east-1")
    assert "Pick what" in form.plan(offered, (), "us-east-1")


@pytest.mark.parametrize("cidr", ["home", "203.0.113", "::1", "1.2.3.4; rm"])
def test_an_odd_address_is_refused_at_its_field(cidr: str) -> None:
    """In plain text, as a modal shows no formatting, and with what was typed."""
    problem = "give addresses such as 203.0.113.7 or 203.0.113.0/24, by comma, not "
    assert {"cidr": f"{problem}{cidr}"} == form.read(values(cidr=cidr))


def test_a_requests_problems_stand_at_their_fields() -> None:
    """Each field of a request has its block in the form."""
    errors = form.errors(
        [
            FieldProblem("allowed_cidr.0", "is too wide"),
            FieldProblem("allowed_cidr.1", "is odd"),
            FieldProblem("name", "is long"),
            FieldProblem("parameters.X", "is unknown"),
        ]
    )
    assert {"cidr": "is too wide; is odd", "name": "is long", "components": "is unknown"} == errors
