"""The graph: what a request pulls in, and how long it takes."""

from chalicelib.core.catalog import build_catalog
from chalicelib.core.graph import build_graph, schedule
from testkit.simulation.components import EIGHT

CATALOG = build_catalog(EIGHT)


def test_a_component_pulls_in_what_it_needs_and_nothing_else() -> None:
    """Ecs needs the network, its groups, the bucket and the bundle."""
    assert {"s3", "bundle", "vpc", "sg", "ecs"} == set(build_graph(CATALOG, ["ecs"]).components)


def test_a_wish_is_wired_only_when_its_provider_is_there() -> None:
    """The web tier shows the database if there is one."""
    assert "rds" not in build_graph(CATALOG, ["asg"]).depends_on("asg")
    assert "rds" in build_graph(CATALOG, ["asg", "rds"]).depends_on("asg")


def test_what_is_only_wanted_is_told_apart() -> None:
    """Jenkins wants the cluster and requires the network; sg requires all that it takes."""
    graph = build_graph(CATALOG, ["ecs", "jenkins"])
    assert ("ecs",) == graph.wants("jenkins")
    assert {"ecs", "vpc"} <= set(graph.depends_on("jenkins"))
    assert () == graph.wants("sg")


def test_steps_come_after_their_inputs() -> None:
    """The order of the steps can be walked from the left."""
    graph = build_graph(CATALOG, [c.name for c in EIGHT])
    seen: set[str] = set()
    for component in graph.components:
        assert set(graph.depends_on(component)) <= seen
        seen.add(component)


def test_a_schedule_has_no_barrier() -> None:
    """Each step starts when its own inputs end; the longest way is marked."""
    after: dict[str, tuple[str, ...]] = {"a": (), "b": (), "c": ("a",), "d": ("b", "c")}
    spans = schedule(after, {"a": 1, "b": 5, "c": 2, "d": 1})
    assert {"a": 0, "b": 0, "c": 1, "d": 5} == {s.component: s.starts for s in spans}
    assert {"b", "d"} == {s.component for s in spans if s.critical}


def test_the_longest_way_ends_with_what_is_ready_last() -> None:
    """Whatever its name, and whatever stands behind it in the list."""
    spans = schedule({"z": (), "a": (), "b": ("a",)}, {"z": 1, "a": 7, "b": 2})
    assert {"a", "b"} == {s.component for s in spans if s.critical}


def test_an_empty_schedule_is_empty() -> None:
    """Nothing takes no time."""
    assert [] == schedule({}, {})
