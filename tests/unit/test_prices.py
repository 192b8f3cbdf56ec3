"""What a component costs with its parameters, in its region, and while it is paused."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.adapters.templates import PackagedTemplates
from chalicelib.core.catalog import Component, Parameter, build_catalog
from chalicelib.core.costs import cost_of, cost_of_demo
from chalicelib.core.kinds import BUNDLE, Pause
from chalicelib.core.price_list import PRICE_LIST
from chalicelib.core.prices import Price, PriceItem, price_of

from . import builders

HOME = "us-east-1"
CATALOG = PackagedTemplates().catalog()
EVERYTHING = [name for name in CATALOG.components if name != BUNDLE]
BOX = PriceItem(name="box", unit=("EC2", "Size"), count=("Boxes",))
PRICED = {
    "asg": ("WebInstanceCount", "WebInstanceType"),
    "eb": ("EbInstanceType",),
    "ecs": ("EcsInstanceCount", "EcsInstanceType"),
    "jenkins": ("JenkinsInstanceType",),
    "rds": ("DatabaseInstanceClass", "DatabaseStorageGb", "MultiAz"),
}
"""The shipped parameters that change what AWS bills."""


def test_a_price_is_a_units_price_times_its_factors() -> None:
    """The unit and the factors take the parameters' values."""
    values = {"Size": "t3.small", "Boxes": "3"}
    assert Price(3 * 0.0208) == price_of([BOX], values, HOME)
    assert Price(3 * 0.024) == price_of([BOX], values, "eu-central-1")


@pytest.mark.parametrize(
    ("values", "region"),
    [
        ({"Size": "t3.small", "Boxes": "1"}, "mars-north-1"),
        ({"Size": "u-24tb1.metal", "Boxes": "1"}, HOME),
        ({"Size": "t3.small", "Boxes": "several"}, HOME),
        ({"Boxes": "1"}, HOME),
        ({"Size": "t3.small"}, HOME),
    ],
)
def test_what_is_not_known_is_named(values: dict[str, str], region: str) -> None:
    """It is never taken for nothing, and the price of everything else is kept."""
    disk = PriceItem(name="disk", usd=0.01)
    price = price_of([BOX, disk], values, region)
    assert (0.01, ("box",)) == (price.hourly_usd, price.unknown)
    nothing = price_of([BOX], values, region)
    assert (None, None) == (nothing.hourly_usd, nothing.over(timedelta(hours=4)))


def test_what_there_is_none_of_costs_nothing() -> None:
    """Whatever its unit would cost."""
    assert Price() == price_of([BOX], {"Size": "unheard-of", "Boxes": "0"}, HOME)
    standby = replace(BOX, count=("Standby",))
    assert Price() == price_of([standby], {"Size": "t3.small", "Standby": "false"}, HOME)
    assert Price(0.0208) == price_of([standby], {"Size": "t3.small", "Standby": "true"}, HOME)


@given(st.dictionaries(st.sampled_from(["Size", "Boxes"]), st.text(max_size=9)))
def test_any_values_have_a_price_or_are_named(values: dict[str, str]) -> None:
    """No value of a caller's makes it fail, negative, or silently free."""
    price = price_of([BOX], values, HOME)
    assert price.known_usd >= 0
    none = values.get("Boxes", "").replace(".", "", 1).strip("0") in ("", "false")
    assert none or price.unknown or price.known_usd > 0


def test_a_template_that_says_nothing_of_prices_has_none() -> None:
    """One that names no item costs nothing, which is something else."""
    silent, free = Component(name="silent"), Component(name="free", prices=())
    assert (Price(unknown=("silent",)), Price()) == (silent.price({}, HOME), free.price({}, HOME))


def test_a_component_is_priced_with_its_defaults() -> None:
    """A value that was given comes before; what is not known is named with its component."""
    box = Component(
        name="web",
        prices=(BOX,),
        parameters={
            "Size": Parameter(name="Size", default="t3.micro"),
            "Boxes": Parameter(name="Boxes", default="2"),
        },
    )
    assert 0.0208 == box.price({}, HOME).hourly_usd
    assert 0.0416 == box.price({"Size": "t3.small"}, HOME).hourly_usd
    assert ("web: box",) == box.price({"Size": "t9.huge"}, HOME).unknown


def test_a_pause_leaves_what_is_billed_while_stopped() -> None:
    """Deleted: nothing. Kept: all of it. Not known: still not known."""
    disk = PriceItem(name="disk", usd=0.25, while_stopped=True)
    box = Component(name="x", prices=(PriceItem(name="box", usd=1), disk))
    paused = {word: replace(box, pause=word).paused_price({}, HOME).known_usd for word in Pause}
    assert {Pause.DELETE: 0, Pause.STOP: 0.25, Pause.KEEP: 1.25} == paused
    silent = Component(name="silent", pause=Pause.STOP)
    assert ("silent",) == silent.paused_price({}, HOME).unknown


def test_everything_costs_little_while_paused() -> None:
    """About 29 cents an hour fall below one."""
    cost = cost_of(CATALOG, EVERYTHING, {}, HOME)
    assert ((), ()) == (cost.running.unknown, cost.paused.unknown)
    assert 0.29 == round(cost.running.known_usd, 2)
    assert 0 < cost.paused.known_usd < 0.01


def test_a_component_that_is_not_in_the_catalog_has_no_known_price() -> None:
    """Its template was removed since."""
    cost = cost_of(CATALOG, ["vpc", "gone"], {}, HOME)
    assert (("gone",), ("gone",)) == (cost.running.unknown, cost.paused.unknown)


@pytest.mark.parametrize(
    ("component", "parameter"), [(c, p) for c, names in PRICED.items() for p in names]
)
def test_every_shipped_parameter_that_changes_the_price_does(
    component: str, parameter: str
) -> None:
    """Each of its values has a known price of its own, where every price is known."""
    found = CATALOG.components[component]
    of = found.parameters[parameter]
    values = of.allowed_values or [f"{n:g}" for n in (of.min_value, of.max_value) if n is not None]
    prices = [found.price({parameter: value}, HOME) for value in values]
    assert [] == [price.unknown for price in prices if price.unknown]
    assert len(values) == len({price.known_usd for price in prices}) > 1


def test_no_other_shipped_parameter_names_a_size() -> None:
    """A new instance type, class or number of instances must be priced."""
    sizes = {
        (name, parameter)
        for name, component in CATALOG.components.items()
        for parameter in component.parameters
        if parameter.endswith(("Type", "Class", "Count", "Gb", "Az"))
    }
    assert sizes == {(c, p) for c, names in PRICED.items() for p in names}


def test_a_region_without_prices_is_named() -> None:
    """What has one price everywhere is still known."""
    cost = cost_of(CATALOG, ["rds"], {}, "sa-east-1")
    assert {"rds: Database instance", "rds: Database storage"} == set(cost.running.unknown)
    assert PRICE_LIST["Secret"]["*"] == cost.running.known_usd


def test_a_pause_pays_for_what_something_kept_requires() -> None:
    """What it would delete stays while something that stays stands on it."""
    base = Component(name="base", prices=(BOX,), pause=Pause.DELETE, outputs=("Address",))
    size = {"Size": Parameter(name="Size", default="t3.small")}
    base = replace(base, parameters={**size, "Boxes": Parameter(name="Boxes", default="1")})
    top = Component(name="top", prices=(), parameters={"Address": Parameter(name="Address")})
    catalog = build_catalog([base, top])
    assert 0.0208 == cost_of(catalog, ["base", "top"], {}, HOME).paused.known_usd
    assert 0 == cost_of(catalog, ["base"], {}, HOME).paused.known_usd


def test_a_demo_costs_what_its_owner_wants_of_it() -> None:
    """With its own parameters, and without what was taken out of it since."""
    demo = builders.demo(builders.component("rds"), builders.component("asg"))
    demo = replace(demo, requested_components=("rds",), parameters={"MultiAz": "true"})
    assert cost_of(CATALOG, ["rds"], {"MultiAz": "true"}, demo.region) == cost_of_demo(
        CATALOG, demo
    )


@pytest.mark.parametrize("what", PRICE_LIST)
def test_regions_differ_by_a_little(what: str) -> None:
    """A price of another region is near home's: a digit too many is seen here."""
    prices = PRICE_LIST[what].values()
    assert 0 < min(prices)
    assert max(prices) <= 1.25 * min(prices)


def test_dollars_are_said_in_cents_for_a_span_and_finely_for_an_hour() -> None:
    """An hour of a secret costs less than a cent."""
    price = Price(0.0054794)
    assert (0.00548, 0.55) == (price.hourly_usd, price.over(timedelta(hours=100)))


def test_a_factor_may_be_no_whole_number() -> None:
    """As a share of something."""
    assert Price(0.5 * 0.0208) == price_of([BOX], {"Size": "t3.small", "Boxes": "0.5"}, HOME)


def test_a_databases_class_costs_what_its_size_is() -> None:
    """RDS asks less than twice what EC2 does for as large an instance."""
    listed = {unit: regions[HOME] for unit, regions in PRICE_LIST.items() if HOME in regions}
    assert 1 < listed["RDS MySQL db.m7g.large"] / listed["EC2 m6i.large"] < 2
