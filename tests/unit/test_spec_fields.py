"""What a change of a demo's spec writes on its record, field by field."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.core.catalog import Catalog, build_catalog
from chalicelib.core.component import Failure, Status
from chalicelib.core.demo import Applied, Demo
from chalicelib.core.errors import InvalidRequest
from chalicelib.core.kinds import Pause
from chalicelib.core.policy import RequestPolicy
from chalicelib.core.spec import SpecChange, changed, repaired
from testkit.simulation.components import component as template

from .builders import HOME, NOW, REGION, component, demo

RULES = RequestPolicy(home_region=REGION, regions=(REGION,))
CATALOG = build_catalog(
    [
        template("net", 3, outputs=("NetId",), own=("Range",)),
        template("data", 12, requires=("NetId",), own=("Size",), pause=Pause.STOP),
        template("web", 4, requires=("NetId",), wants=("CacheId",), own=("Count",)),
        template("cache", 2, requires=("NetId",), outputs=("CacheId",)),
        template("old", 2, wants=("AllowedCidr",)),
    ]
)
NET = component("net", status=Status.READY, declares=("Range", "DemoId"))
WEB = component("web", "net", status=Status.READY, declares=("Count", "CacheId", "DemoId"))
BROKEN = Failure(component="web", reason="no capacity")


def of(*components: Any, **fields: Any) -> Demo:
    return demo(*components, **{"allowed_cidr": (HOME,), "ready_at": NOW, **fields})


def after(made: Demo, catalog: Catalog = CATALOG, **change: Any) -> Demo:
    return changed(made, SpecChange(**change), catalog, RULES)


def test_what_a_change_does_not_name_stays() -> None:
    """A demo that is kept on failure is kept, whatever else is changed."""
    kept = of(NET, keep_on_failure=True, parameters={"Range": "10.0.0.0/16"})
    assert replace(kept, name="Acme", applied=Applied.of(kept)) == after(kept, name="Acme")


@pytest.mark.parametrize("kept", [True, False])
def test_whether_a_failed_demo_is_kept_can_be_changed(*, kept: bool) -> None:
    """Both ways."""
    made = of(NET, keep_on_failure=not kept)
    assert kept is after(made, keep_on_failure=kept).keep_on_failure


def test_a_component_that_is_added_is_wanted_by_what_is_there() -> None:
    """Its stack waits for the new one's from now on, and does not require it."""
    with_cache = after(of(NET, WEB), components=("net", "web", "cache"))
    web = with_cache.components["web"]
    assert (("cache", "net"), ("cache",), ("net",)) == (web.depends_on, web.wants, web.requires)


def test_parameters_of_what_leaves_are_forgotten() -> None:
    """Those of what stays, and those just set, are not."""
    made = of(NET, WEB, parameters={"Count": "2", "Range": "10.0.0.0/16"})
    without = after(made, components=("net",))
    assert {"Range": "10.0.0.0/16"} == without.parameters
    back = after(made, components=("net", "data"), parameters={"Size": "3"})
    assert {"Range": "10.0.0.0/16", "Size": "3"} == back.parameters


def test_a_parameter_that_nothing_takes_is_named() -> None:
    """It is not dropped silently for being of none of the components."""
    with pytest.raises(InvalidRequest, match="Nothing"):
        after(of(NET, WEB), components=("net",), parameters={"Nothing": "1"})


def test_addresses_are_checked_again_for_what_is_added() -> None:
    """Those of IPv6 do not fit a template that takes only those of IPv4."""
    made = of(NET, allowed_cidr=("2001:db8::/64",))
    with pytest.raises(InvalidRequest, match="'old' takes addresses of IPv4 only"):
        after(made, components=("net", "old"))
    assert (
        "Acme"
        == after(of(NET, component("old"), allowed_cidr=("2001:db8::/64",)), name="Acme").name
    )


def test_a_record_of_an_earlier_release_gets_what_its_templates_say() -> None:
    """Each component that lacks it, whether it stands first or last, by its own template."""
    bare = component("data", "net", status=Status.READY)
    lost = component("lost", status=Status.READY)
    known = after(of(NET, lost, bare, requested_components=("net", "data")), name="Acme")
    data = known.components["data"]
    assert (("Size", "NetId", "DemoId"), Pause.STOP) == (
        tuple(sorted(data.declares, key=("Size", "NetId", "DemoId").index)),
        data.pause,
    )
    assert (NET, lost) == (known.components["net"], known.components["lost"])


def test_a_demo_that_was_ready_before_its_spec_was_kept_goes_back_to_what_it_was() -> None:
    """A change that fails returns to this."""
    made = of(NET, applied=None)
    assert Applied.of(made) == after(made, parameters={"Range": "10.1.0.0/16"}).applied


def test_what_was_applied_is_kept_until_a_change_has_worked() -> None:
    """A second change does not make the first one's the spec to return to."""
    before = Applied.of(of(NET))
    made = of(NET, applied=before, parameters={"Range": "10.1.0.0/16"})
    assert before == after(made, name="Acme").applied


def test_a_demo_that_was_never_ready_has_nothing_to_go_back_to() -> None:
    """Its failure deletes it."""
    made = of(NET, applied=None, ready_at=None)
    assert after(made, name="Acme").applied is None


def test_a_change_forgets_earlier_failures_but_of_what_is_failed() -> None:
    """What was refused is tried again; what failed still says why."""
    refused = replace(NET, refused_inputs={"Range": "x"}, failure=BROKEN)
    failed = replace(WEB, status=Status.FAILED, refused_inputs={"Count": "x"}, failure=BROKEN)
    known = after(of(refused, failed, failure=BROKEN), name="Acme")
    net, web = known.components["net"], known.components["web"]
    assert (None, None) == (net.refused_inputs, net.failure)
    assert (None, BROKEN, BROKEN) == (web.refused_inputs, web.failure, known.failure)
    assert after(of(refused, failure=BROKEN), name="Acme").failure is None


def test_a_repair_makes_again_what_failed_and_nothing_else() -> None:
    """With all its attempts before it, and no failure."""
    failed = replace(WEB, status=Status.FAILED, failure=BROKEN, attempts=4)
    mended = repaired(of(NET, failed, failure=BROKEN))
    web = replace(WEB, status=Status.FAILED, remake=True, attempts=0)
    assert (NET, web, None) == (
        mended.components["net"],
        mended.components["web"],
        mended.failure,
    )
