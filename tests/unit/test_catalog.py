"""The catalog: wired by names, with each broken template named and nothing else lost."""

from chalicelib.core.catalog import Component, Parameter, TemplateProblem, build_catalog
from chalicelib.core.kinds import BUNDLE
from testkit.simulation.components import EIGHT, component


def faults(*components: Component) -> dict[str, str]:
    return {p.component: p.message for p in build_catalog(components).problems}


def test_the_shipped_components_fit() -> None:
    """All eight and the bundle are usable."""
    catalog = build_catalog(EIGHT)
    assert () == catalog.problems
    assert {c.name for c in EIGHT} | {BUNDLE} == set(catalog.components)


def test_a_parameter_without_default_is_a_need() -> None:
    """It is wired to whoever gives an output of its name."""
    catalog = build_catalog(EIGHT)
    assert {"VpcId": "vpc", "VpcCidr": "vpc"} == catalog.requires("sg")
    assert {} == catalog.wants("asg")


def test_what_the_service_gives_is_no_edge() -> None:
    """DemoId and its like need no provider."""
    assert {} == build_catalog([component("vpc", 1)]).requires("vpc")


def test_of_two_providers_the_shipped_one_stays() -> None:
    """A template dropped in cannot take a shipped one's place by giving its output."""
    mine = component("mine", 1, outputs=("VpcId",))
    catalog = build_catalog([*EIGHT, mine])
    assert "vpc" == catalog.provider("VpcId")
    assert "mine" not in catalog.components
    assert faults(*EIGHT, mine) == {"mine": "output VpcId is given by mine and vpc"}


def test_of_two_dropped_in_neither_stays() -> None:
    """Nothing says which of them is meant, so both are named."""
    one, two = (component(name, 1, outputs=("Thing",)) for name in ("one", "two"))
    assert {"one", "two"} == faults(*EIGHT, one, two).keys()


def test_a_cycle_is_printed() -> None:
    """The templates that wait for each other are named in the order they wait."""
    one = component("one", 1, requires=("B",), outputs=("A",))
    two = component("two", 1, requires=("A",), outputs=("B",))
    printed = set(faults(*EIGHT, one, two).values())
    waits = "the templates wait for each other: "
    assert printed in ({f"{waits}one -> two -> one"}, {f"{waits}two -> one -> two"})


def test_a_wish_can_close_a_cycle() -> None:
    """A cycle through a default counts as well: its order would depend on what is asked."""
    one = component("one", 1, wants=("B",), outputs=("A",))
    two = component("two", 1, requires=("A",), outputs=("B",))
    assert {"one", "two"} == faults(*EIGHT, one, two).keys()


def test_a_cycle_with_a_shipped_component_blames_the_other() -> None:
    """A dropped-in template that closes a cycle over shipped ones goes alone."""
    mine = component("mine", 1, requires=("EcsUrl",), outputs=("ServiceName",))
    ecs = component("ecs", 1, wants=("ServiceName",), outputs=("EcsUrl",))
    catalog = build_catalog([ecs, mine])
    assert "ecs" in catalog.components
    assert "mine" not in catalog.components


def test_a_parameter_nobody_fills_is_named() -> None:
    """Neither a default nor an output: the template cannot be used."""
    mine = component("mine", 1, requires=("Colour",))
    assert "parameter Colour has no default" in faults(*EIGHT, mine)["mine"]


def test_a_template_cannot_feed_itself() -> None:
    """Its own output does not fill its own need."""
    mine = component("mine", 1, requires=("Colour",), outputs=("Colour",))
    assert "Colour" in faults(mine)["mine"]


def test_what_stands_on_a_broken_template_is_named_too() -> None:
    """Losing a provider leaves its dependents unfillable, and says so of each."""
    broken = component("broken", 1, requires=("Nothing",), outputs=("Thing",))
    upon = component("upon", 1, requires=("Thing",))
    assert {"broken", "upon"} == faults(*EIGHT, broken, upon).keys()
    assert {c.name for c in EIGHT} <= build_catalog([*EIGHT, broken, upon]).components.keys()


def test_problems_found_while_reading_are_kept() -> None:
    """A file that is no template at all is listed with the others."""
    unreadable = TemplateProblem("mine", "not YAML")
    assert (unreadable,) == build_catalog(EIGHT, [unreadable]).problems


def test_a_shipped_components_wires_survive_a_second_pass() -> None:
    """Leaving one template out is followed by another look at the rest."""
    loop = Component(name="loop", parameters={"X": Parameter(name="X")}, outputs=("X",))
    assert "sg" in build_catalog([*EIGHT, loop]).components


def test_whatever_people_see_has_a_title_and_says_what_it_is() -> None:
    """The bundle too, which is there in seconds."""
    shown = build_catalog(EIGHT).components
    assert all(c.title and c.description for c in shown.values())
    assert shown[BUNDLE].typical_minutes < 1
