"""The graph: what a request pulls in, and how long it takes."""

from dataclasses import replace

from chalicelib.core.catalog import build_catalog
from chalicelib.core.graph import build_graph, minutes_in_all, new_component, schedule
from testkit.simulation.components import EIGHT, component

CATALOG = build_catalog(EIGHT)
TOPIC = component("topic", 1, requires=("VpcId",), wants=("DatabaseEndpoint",))
WITH_TOPIC = build_catalog([*EIGHT, TOPIC])


def test_a_component_pulls_in_what_it_needs_and_nothing_else() -> None:
    """Ecs needs the network, its groups, the bucket and the bundle."""
    assert {"s3", "bundle", "vpc", "sg", "ecs"} == set(build_graph(CATALOG, ["ecs"]).components)


def test_a_wish_is_wired_only_when_its_provider_is_there() -> None:
    """It does not pull it in."""
    assert "rds" not in build_graph(WITH_TOPIC, ["topic"]).depends_on("topic")
    assert "rds" in build_graph(WITH_TOPIC, ["topic", "rds"]).depends_on("topic")


def test_what_is_only_wanted_is_told_apart() -> None:
    """The topic wants the database and requires the network; sg requires all that it takes."""
    graph = build_graph(WITH_TOPIC, ["topic", "rds"])
    assert ("rds",) == graph.wants("topic")
    assert ("rds", "vpc") == graph.depends_on("topic")
    assert () == graph.wants("sg")


def test_nothing_shipped_waits_for_what_it_only_wants() -> None:
    """What a shipped component can do without, it finds while it runs."""
    assert {} == {name: w for name in CATALOG.components if (w := CATALOG.wants(name))}


def test_the_database_alone_decides_how_long_everything_takes() -> None:
    """Sixteen minutes, and six for all but the database where the base is there already."""
    graph = build_graph(CATALOG, CATALOG.components)
    after = {name: graph.depends_on(name) for name in graph.components}
    minutes = {name: CATALOG.components[name].typical_minutes for name in after}
    spans = schedule(after, minutes)
    assert 16 == max(span.ends for span in spans)
    assert {"vpc", "sg", "rds"} == {span.component for span in spans if span.critical}
    base = {"vpc", "sg", "s3", "bundle", "rds"}
    spans = schedule(after, {**minutes, **dict.fromkeys(base, 0)})
    assert 6 == max(span.ends for span in spans)


def test_steps_come_after_their_inputs() -> None:
    """The order of the steps can be walked from the left."""
    graph = build_graph(CATALOG, [c.name for c in EIGHT])
    seen: set[str] = set()
    for name in graph.components:
        assert set(graph.depends_on(name)) <= seen
        seen.add(name)


def test_a_schedule_has_no_barrier() -> None:
    """Each component starts when its own inputs end; the longest way is marked."""
    after: dict[str, tuple[str, ...]] = {"a": (), "b": (), "c": ("a",), "d": ("b", "c")}
    spans = schedule(after, {"a": 1, "b": 5, "c": 2, "d": 1})
    assert {"a": 0, "b": 0, "c": 1, "d": 5} == {s.component: s.starts for s in spans}
    assert {"b", "d"} == {s.component for s in spans if s.critical}
    assert 6 == minutes_in_all(after, {"a": 1, "b": 5, "c": 2, "d": 1})


def test_the_longest_way_ends_with_what_is_ready_last() -> None:
    """Whatever its name, and whatever stands behind it in the list."""
    spans = schedule({"z": (), "a": (), "b": ("a",)}, {"z": 1, "a": 7, "b": 2})
    assert {"a", "b"} == {s.component for s in spans if s.critical}


def test_an_empty_schedule_is_empty() -> None:
    """Nothing takes no time."""
    assert [] == schedule({}, {})
    assert 0 == minutes_in_all({}, {})


def test_a_component_of_a_new_demo_has_its_templates_title() -> None:
    """The record keeps it, as the template may be changed or removed."""
    titled = replace(component("web", 2), title="Web site")
    catalog = build_catalog([titled])
    graph = build_graph(catalog, ("web",))
    assert "Web site" == new_component(catalog, graph, "web").title
