"""The orphan search: by tag, after a second look, through the ordinary loop."""

from dataclasses import replace

from chalicelib.core.catalog import ALL
from chalicelib.core.demo import Desired, Phase, Status, stack_name
from chalicelib.core.errors import DemoError
from chalicelib.core.request import DemoRequest
from chalicelib.services import orphans
from chalicelib.services.request import request_demo
from local.simulation.components import SMALL, component

from .builders import HOME, NOW, OWNER, Stage, minutes

SERVICE = "stelligent-demo-service"


def tags(component: str, demo_id: str = "demo0001", service: str = SERVICE) -> dict[str, str]:
    return {
        "stelligent-demo:demo-id": demo_id,
        "stelligent-demo:component": component,
        "stelligent-demo:owner": OWNER,
        "stelligent-demo:expires-at": NOW.isoformat(),
        "stelligent-demo:service": service,
    }


def put_stack(stage: Stage, component: str, **changed: str) -> None:
    stage.cloud.create(
        name=stack_name("demo0001", component),
        template=f"# {component if component in ('s3', 'vpc') else 's3'}",
        parameters={},
        tags=tags(component, **changed),
        timeout_minutes=15,
        token="t",
    )
    stage.clock.advance(minutes(5))


def search(stage: Stage) -> tuple[str, ...]:
    faults: list[tuple[str, DemoError]] = []
    result = orphans.search(stage.world, lambda what, error: faults.append((what, error)))
    assert [] == faults
    return result.removed


def test_a_stack_is_an_orphan_at_the_second_look() -> None:
    """The first one only notes it."""
    stage = Stage()
    put_stack(stage, "vpc")
    assert () == search(stage)
    assert {} == stage.store.records
    assert ("demo0001",) == search(stage)


def test_an_orphan_is_adopted_to_be_deleted() -> None:
    """Its record is made from its tags and the catalog, and its loop started."""
    stage = Stage()
    put_stack(stage, "vpc")
    put_stack(stage, "s3")
    search(stage)
    search(stage)
    demo = stage.store.get("demo0001")
    assert (OWNER, NOW, Desired.DELETED) == (demo.owner, demo.expires_at, demo.desired)
    assert {"s3", "vpc"} == {s.name for s in demo.steps.values() if s.status is Status.READY}
    assert demo.steps["s3"].has_bucket
    assert [("demo0001", demo.generation)] == stage.workflow.started
    assert 1 == stage.meter.counts["OrphansFound"]
    assert {} == stage.store.slots()


def test_an_adopted_demo_knows_what_its_stacks_only_want() -> None:
    """The catalog tells, as it does for a demo that is asked for."""
    web = component("web", 1, wishes=("Endpoint",))
    stage = Stage((*SMALL[:2], component("db", 1, outputs=("Endpoint",)), web))
    put_stack(stage, "web")
    put_stack(stage, "db")
    search(stage)
    search(stage)
    assert ("db",) == stage.store.get("demo0001").steps["web"].wants


def test_an_adopted_demos_loop_has_a_name_of_its_own() -> None:
    """The names of an earlier life's loops would never start again."""
    stage = Stage()
    request_demo(stage.world, OWNER, DemoRequest(components=ALL, allowed_cidr=(HOME,)))
    stage.store.records.clear()
    put_stack(stage, "vpc")
    search(stage)
    search(stage)
    assert stage.workflow.running("demo0001", stage.store.get("demo0001").generation)
    assert stage.store.get("demo0001").generation > 1_000


def test_a_live_demos_stack_is_no_orphan() -> None:
    """However often it is seen."""
    stage = Stage()
    request_demo(stage.world, OWNER, DemoRequest(components=ALL, allowed_cidr=(HOME,)))
    put_stack(stage, "vpc")
    assert [(), ()] == [search(stage), search(stage)]


def test_what_an_ended_demo_left_is_taken_up_again() -> None:
    """A creation that took effect after the proof."""
    stage = Stage()
    demo = request_demo(stage.world, OWNER, DemoRequest(components=ALL, allowed_cidr=(HOME,)))
    ended = replace(demo, phase=Phase.DELETED, desired=Desired.DELETED, looping=False)
    stage.store.save(demo, ended, ())
    put_stack(stage, "vpc")
    search(stage)
    search(stage)
    again = stage.store.get("demo0001")
    assert (Phase.DELETING, 2, True) == (again.phase, again.generation, again.looping)
    assert Status.READY is again.steps["vpc"].status


def test_only_our_tags_count() -> None:
    """Another service's stack, or nobody's, is not touched whatever its name."""
    stage = Stage()
    put_stack(stage, "vpc", service="another")
    assert [(), ()] == [search(stage), search(stage)]
    assert [stack_name("demo0001", "vpc")] == list(stage.cloud.stacks)


def test_a_nested_stack_goes_with_its_parent() -> None:
    """It carries its parent's tags under another name."""
    stage = Stage()
    stage.cloud.create(
        name=stack_name("demo0001", "vpc-Nested-ABC"),
        template="# vpc",
        parameters={},
        tags=tags("vpc"),
        timeout_minutes=15,
        token="t",
    )
    assert [(), ()] == [search(stage), search(stage)]


def test_a_component_that_the_catalog_lost_goes_first() -> None:
    """It may stand on any other."""
    stage = Stage()
    put_stack(stage, "vpc")
    put_stack(stage, "removed")
    search(stage)
    search(stage)
    assert ("vpc",) == stage.store.get("demo0001").steps["removed"].after


def test_a_bucket_without_a_stack_is_emptied_and_removed() -> None:
    """In bites, a search at a time."""
    stage = Stage()
    stage.cloud.buckets.make("stelligent-demo-demo0001-1", tags("s3"))
    for _ in range(5):
        stage.cloud.buckets.put("stelligent-demo-demo0001-1", "key", b"")
    for _ in range(4):
        search(stage)
    assert {} == stage.cloud.buckets.made
    assert 1 == stage.meter.counts["OrphansFound"]


def test_a_slot_whose_record_was_deleted_is_freed() -> None:
    """Its owner may ask again."""
    stage = Stage()
    request_demo(stage.world, OWNER, DemoRequest(components=ALL, allowed_cidr=(HOME,)))
    request_demo(stage.world, OWNER, DemoRequest(components=ALL, allowed_cidr=(HOME,)))
    del stage.store.records["demo0001"]
    search(stage)
    assert {"demo0002": OWNER} == stage.store.slots()


def test_an_unreadable_record_counts_as_alive() -> None:
    """What it answers for is left alone, it is counted, and other orphans are found."""
    stage = Stage()
    for _ in range(2):
        request_demo(stage.world, OWNER, DemoRequest(components=ALL, allowed_cidr=(HOME,)))
    stage.store.unreadable.add("demo0001")
    put_stack(stage, "vpc")
    stage.cloud.buckets.make("stelligent-demo-demo0009-1", tags("s3", demo_id="demo0009"))
    search(stage)
    search(stage)
    assert [stack_name("demo0001", "vpc")] == list(stage.cloud.stacks)
    assert {} == stage.cloud.buckets.made
    assert {"demo0001", "demo0002"} == set(stage.store.slots())
    assert 0 < stage.meter.counts["UnreadableRecords"]
