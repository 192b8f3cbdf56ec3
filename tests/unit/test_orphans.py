"""The orphan search: by tag, after a second look, through the ordinary loop."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, NoReturn

import pytest

from chalicelib.core.actions import Action, ActionKind
from chalicelib.core.catalog import ALL
from chalicelib.core.component import Status
from chalicelib.core.demo import Demo, Desired, Phase
from chalicelib.core.errors import DemoError, Unavailable
from chalicelib.core.naming import stack_name
from chalicelib.core.plan import Next
from chalicelib.core.request import DemoRequest
from chalicelib.core.timeline import EntryKind
from chalicelib.services.ports.targets import Target
from testkit.simulation.components import SMALL, component

from .builders import HOME, NOW, OWNER, REGION, Stage, minutes

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
    result = stage.orphan_search.run(lambda what, error: faults.append((what, error)))
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
    assert (OWNER, NOW, Desired.DELETED) == (demo.owner, demo.expires_at, demo.desired_state)
    assert ("orphan demo0001", "us-east-1", Phase.DELETING, stage.clock.now) == (
        demo.name,
        demo.region,
        demo.phase,
        demo.created_at,
    )
    stacks = ", ".join(stack_name("demo0001", name) for name in ("vpc", "s3"))
    assert f"found without a live demo: {stacks}" == demo.reason
    assert {"s3", "vpc"} == set(demo.requested_components)
    assert {"s3", "vpc"} == {s.name for s in demo.components.values() if s.status is Status.READY}
    assert demo.components["s3"].has_bucket
    assert [("demo0001", demo.generation)] == stage.workflow.started
    assert 1 == stage.metrics.counts["OrphansFound"]
    assert {} == stage.store.slots()


def test_an_adopted_demo_knows_what_its_stacks_only_want() -> None:
    """The catalog tells, as it does for a demo that is asked for."""
    web = component("web", 1, wants=("Endpoint",))
    stage = Stage((*SMALL[:2], component("db", 1, outputs=("Endpoint",)), web))
    put_stack(stage, "web")
    put_stack(stage, "db")
    search(stage)
    search(stage)
    assert ("db",) == stage.store.get("demo0001").components["web"].wants


def test_an_adopted_demos_loop_has_a_name_of_its_own() -> None:
    """The names of an earlier life's loops would never start again."""
    stage = Stage()
    stage.request.create(OWNER, DemoRequest(components=ALL, allowed_cidr=(HOME,)))
    stage.store.records.clear()
    put_stack(stage, "vpc")
    search(stage)
    search(stage)
    assert stage.workflow.running("demo0001", stage.store.get("demo0001").generation)
    assert stage.store.get("demo0001").generation > 1_000


def test_an_end_without_a_zone_is_in_utc() -> None:
    """A tag that somebody wrote by hand may lack one; one that is no moment counts as now."""
    for text, end in (("2026-01-05T12:00:00", NOW + minutes(180)), ("soon", NOW + minutes(5))):
        stage = Stage()
        put_stack(stage, "vpc")
        stack = stage.cloud.stacks[stack_name("demo0001", "vpc")]
        stack.tags = {**stack.tags, "stelligent-demo:expires-at": text}
        search(stage)
        search(stage)
        assert end == stage.store.get("demo0001").expires_at


def test_what_a_search_could_not_see_stays_a_suspect() -> None:
    """A region that does not answer once costs no third look."""
    stage = Stage()
    put_stack(stage, "vpc")
    search(stage)
    listed = stage.cloud.ours

    def refuse() -> NoReturn:
        raise Unavailable("no answer")

    stage.cloud.ours = refuse  # type: ignore[method-assign]
    reported: list[str] = []
    stage.orphan_search.run(lambda what, _: reported.append(what))
    stage.cloud.ours = listed  # type: ignore[method-assign]
    assert (["us-east-1"], ("demo0001",)) == (reported, search(stage))


def test_a_demo_that_comes_to_life_during_the_search_is_left_alone() -> None:
    """The search reports it, and the demo keeps what it has."""
    stage, reported = Stage(), []
    demo = stage.request.create(OWNER, DemoRequest(components=ALL, allowed_cidr=(HOME,)))
    ended = replace(demo, phase=Phase.DELETED, desired_state=Desired.DELETED, looping=False)
    stage.save(demo, ended, ())
    put_stack(stage, "vpc")
    search(stage)
    reads, read = iter([stage.store.get("demo0001")]), stage.store.get
    stage.save(stage.store.get("demo0001"), demo, ())
    stage.store.get = lambda demo_id: next(reads, None) or read(demo_id)  # type: ignore[method-assign]
    result = stage.orphan_search.run(lambda what, error: reported.append((what, str(error))))
    assert [("demo0001", "demo0001 has come to life")] == reported
    assert () == result.removed
    assert Desired.RUNNING is stage.store.get("demo0001").desired_state


def test_a_live_demos_stack_is_no_orphan() -> None:
    """However often it is seen."""
    stage = Stage()
    stage.request.create(OWNER, DemoRequest(components=ALL, allowed_cidr=(HOME,)))
    put_stack(stage, "vpc")
    assert [(), ()] == [search(stage), search(stage)]


def test_what_an_ended_demo_left_is_taken_up_again() -> None:
    """A creation that took effect after the proof."""
    stage = Stage()
    demo = stage.request.create(OWNER, DemoRequest(components=ALL, allowed_cidr=(HOME,)))
    ended = replace(demo, phase=Phase.DELETED, desired_state=Desired.DELETED, looping=False)
    stage.save(demo, replace(ended, region="eu-west-1", deleted_at=NOW, planned_at=NOW), ())
    put_stack(stage, "vpc")
    search(stage)
    search(stage)
    again = stage.store.get("demo0001")
    assert ("us-east-1", None, None) == (again.region, again.deleted_at, again.planned_at)
    assert f"found without a live demo: {stack_name('demo0001', 'vpc')}" == again.reason
    assert (Phase.DELETING, 2, True) == (again.phase, again.generation, again.looping)
    assert Status.READY is again.components["vpc"].status
    notices = [e for e in stage.store.entries["demo0001"] if e.text == again.reason]
    assert [EntryKind.NOTICE] == [e.kind for e in notices]


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
    removed = stage.store.get("demo0001").components["removed"]
    assert (("vpc",), Status.READY, True) == (
        removed.depends_on,
        removed.status,
        removed.has_bucket,
    )


def test_a_bucket_without_a_stack_is_emptied_and_removed() -> None:
    """In batches, a search at a time."""
    stage = Stage()
    stage.cloud.buckets.make("stelligent-demo-demo0001-1", tags("s3"))
    for _ in range(5):
        stage.cloud.buckets.put("stelligent-demo-demo0001-1", "key", b"")
    for _ in range(4):
        search(stage)
    assert {} == stage.cloud.buckets.made
    assert 1 == stage.metrics.counts["OrphansFound"]


def ready(stage: Stage) -> Demo:
    """Return a demo at rest whose s3 and vpc are there, with s3's bundle."""
    demo = stage.request.create(OWNER, DemoRequest(components=("s3",), allowed_cidr=(HOME,)))
    put_stack(stage, "s3")
    up = {n: replace(s, status=Status.READY) for n, s in demo.components.items()}
    rested = replace(demo, components=up, phase=Phase.READY, looping=False)
    return stage.save(demo, rested, ())


def test_a_ready_demo_whose_stack_was_deleted_is_brought_back() -> None:
    """At the first search: its loop looks for itself, and makes the stack again."""
    stage = Stage()
    ready(stage)
    stage.cloud.stacks.clear()
    search(stage)
    demo = stage.store.get("demo0001")
    assert [("demo0001", 1), ("demo0001", 2)] == stage.workflow.started
    assert "not found: s3" in stage.timeline("demo0001")
    plan = stage.plan_step.run("demo0001", demo.generation)
    assert (Action(ActionKind.CREATE_STACK, "s3"),) == plan.actions
    assert Phase.PROVISIONING is stage.store.get("demo0001").phase


def test_a_ready_demo_that_has_all_its_stacks_is_left_alone() -> None:
    """As is one whose loop is running, and one in a region that could not be searched."""
    stage = Stage()
    before = ready(stage)
    search(stage)
    assert before == stage.store.get("demo0001")
    stage.cloud.stacks.clear()
    looping = stage.save(before, replace(before, looping=True), ())
    search(stage)
    assert looping == stage.store.get("demo0001")
    stage.loops.mend("demo0001", {})
    assert looping == stage.store.get("demo0001")


def test_a_stack_that_is_there_after_all_is_not_made_again() -> None:
    """The list of all stacks may lag; the loop asks for the one by its name."""
    stage = Stage()
    demo = ready(stage)
    stage.loops.mend(demo.demo_id, {demo.region: ()})
    assert Next.DONE is stage.plan_step.run("demo0001", 2).next
    assert Phase.READY is stage.store.get("demo0001").phase


def test_a_demo_that_cannot_be_mended_does_not_stop_the_search() -> None:
    """It is reported."""
    stage, reported = Stage(), []
    ready(stage)
    stage.cloud.stacks.clear()

    def refuse(*_: object) -> Demo:
        raise Unavailable("no answer")

    stage.store.save = refuse  # type: ignore[assignment, method-assign]
    stage.orphan_search.run(lambda what, error: reported.append((what, str(error))))
    assert [("demo0001", "no answer")] == reported


@pytest.mark.parametrize("gone", [False, True])
def test_a_slot_in_trouble_keeps_no_demo_from_being_mended(*, gone: bool) -> None:
    """The slot of a deleted record is freed, that of an unreadable one stays; the next goes on."""
    stage = Stage()
    request = DemoRequest(components=("s3",), allowed_cidr=(HOME,))
    for _ in range(2):
        demo = stage.request.create(OWNER, request)
    up = {n: replace(c, status=Status.READY) for n, c in demo.components.items()}
    stage.save(demo, replace(demo, components=up, phase=Phase.READY, looping=False))
    if gone:
        del stage.store.records["demo0001"]
    else:
        stage.store.unreadable.add("demo0001")
    search(stage)
    assert gone == ("demo0001" not in stage.store.slots())
    assert "not found: s3" in stage.timeline("demo0002")


def test_a_region_that_cannot_be_searched_hides_no_other() -> None:
    """It is reported, and what was noted of it stays noted."""
    stage = Stage()
    put_stack(stage, "vpc")
    stage.store.suspect(["eu-west-1/demo0007"])

    def of(region: str) -> Target:
        if region != REGION:
            raise Unavailable("no answer")
        return stage.ports.targets.of(region)

    targets: Any = SimpleNamespace(of=of)
    two = replace(stage.orphan_search, targets=targets, regions=("eu-west-1", REGION))
    reported: list[tuple[str, str]] = []
    found = two.run(lambda what, error: reported.append((what, str(error))))
    assert [("eu-west-1", "no answer")] == reported
    assert {"eu-west-1/demo0007", f"{REGION}/demo0001"} == found.suspects


def test_a_slot_whose_record_was_deleted_is_freed() -> None:
    """Its owner may ask again."""
    stage = Stage()
    stage.request.create(OWNER, DemoRequest(components=ALL, allowed_cidr=(HOME,)))
    stage.request.create(OWNER, DemoRequest(components=ALL, allowed_cidr=(HOME,)))
    del stage.store.records["demo0001"]
    search(stage)
    assert {"demo0002": OWNER} == stage.store.slots()


def test_an_unreadable_record_counts_as_alive() -> None:
    """What it answers for is left alone, it is counted, and other orphans are found."""
    stage = Stage()
    for _ in range(2):
        stage.request.create(OWNER, DemoRequest(components=ALL, allowed_cidr=(HOME,)))
    stage.store.unreadable.add("demo0001")
    put_stack(stage, "vpc")
    stage.cloud.buckets.make("stelligent-demo-demo0009-1", tags("s3", demo_id="demo0009"))
    search(stage)
    search(stage)
    assert [stack_name("demo0001", "vpc")] == list(stage.cloud.stacks)
    assert {} == stage.cloud.buckets.made
    assert {"demo0001", "demo0002"} == set(stage.store.slots())
    assert 0 < stage.metrics.counts["UnreadableRecords"]


def test_stacks_that_do_not_say_whose_they_are_are_adopted_all_the_same() -> None:
    """DynamoDB takes no empty owner."""
    stage = Stage()
    nobodys = tags("vpc")
    del nobodys["stelligent-demo:owner"]
    stage.cloud.create(
        name=stack_name("demo0001", "vpc"),
        template="# vpc",
        parameters={},
        tags=nobodys,
        timeout_minutes=15,
        token="t",
    )
    search(stage)
    search(stage)
    assert "unknown owner" == stage.store.get("demo0001").owner
