"""The planner, case by case: repairs, quarantine, proof, deadlines."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib.core.actions import Action, ActionKind
from chalicelib.core.component import Cause, Failure, Status
from chalicelib.core.deletion_failures import MAX_ATTEMPTS
from chalicelib.core.demo import Demo, Desired, Phase, Search
from chalicelib.core.failures import DELETE_LIMIT, create_limit
from chalicelib.core.kinds import Kind
from chalicelib.core.naming import stack_name
from chalicelib.core.observe import undeletable
from chalicelib.core.plan import Next, Plan
from chalicelib.core.planner import decide
from chalicelib.core.policy import PollingPolicy
from chalicelib.core.teardown import MAX_SEARCHES, reset_attempts, wants_search

from .builders import NOW, component, demo, leaving, minutes

PACE = PollingPolicy()


def plan(made: Demo, **options: Any) -> Plan:
    return decide(made, NOW, polling=PACE, **options)


def refused(cause: Cause, **fields: Any) -> Any:
    return replace(
        component("vpc", status=Status.DELETE_FAILED),
        cause=cause,
        attempts=1,
        failure=Failure(component="vpc", resource="Net", reason="in use"),
        **fields,
    )


@pytest.mark.parametrize(
    ("cause", "action"),
    [
        (Cause.FULL_BUCKET, ActionKind.EMPTY_BUCKET),
        (Cause.NETWORK_INTERFACE, ActionKind.RELEASE_INTERFACES),
        (Cause.PROTECTION, ActionKind.LIFT_PROTECTION),
        (Cause.UNKNOWN, ActionKind.DELETE_STACK),
        (Cause.THROTTLED, ActionKind.DELETE_STACK),
    ],
)
def test_a_refused_deletion_gets_its_repair(cause: Cause, action: ActionKind) -> None:
    """What can be repaired is repaired before the next attempt."""
    due = refused(cause, retry_at=NOW)
    assert (Action(action, "vpc"),) == plan(leaving(due)).actions


def test_a_repaired_stack_is_deleted_again() -> None:
    """The repair is not made twice."""
    due = refused(Cause.FULL_BUCKET, prepared=True, retry_at=NOW)
    assert (Action(ActionKind.DELETE_STACK, "vpc"),) == plan(leaving(due)).actions


def test_a_stack_that_refuses_again_is_repaired_again() -> None:
    """A bucket may have been filled in between."""
    once = component("vpc", status=Status.DELETING, prepared=True, attempts=1)
    again = undeletable(once, "bucket is not empty", NOW)
    due = replace(again, retry_at=NOW)
    assert (Action(ActionKind.EMPTY_BUCKET, "vpc"),) == plan(leaving(due)).actions


def test_a_bucket_is_emptied_before_its_stack_goes() -> None:
    """Not after CloudFormation has refused."""
    full = component("s3", status=Status.READY, has_bucket=True)
    assert (Action(ActionKind.EMPTY_BUCKET, "s3"),) == plan(leaving(full)).actions


def test_a_delay_is_waited_for() -> None:
    """Until the moment of the next attempt, and no longer."""
    early = refused(Cause.UNKNOWN, retry_at=NOW + timedelta(seconds=20))
    waiting = plan(leaving(early))
    assert (Next.WAIT, timedelta(seconds=20)) == (waiting.next, waiting.wait)


def test_after_its_attempts_a_demo_rests_in_quarantine() -> None:
    """With the cause, the resource, and the moment it is tried again."""
    stuck = replace(refused(Cause.UNKNOWN), attempts=MAX_ATTEMPTS)
    given_up = plan(leaving(stuck))
    assert Next.STUCK is given_up.next
    assert Phase.QUARANTINED is given_up.demo.phase
    assert stuck.failure == given_up.demo.trouble
    assert NOW + minutes(15) == given_up.demo.retry_at
    assert not given_up.demo.looping


def test_a_revived_demo_starts_over() -> None:
    """Its attempts and searches are forgotten, its quarantines are not."""
    stuck = replace(refused(Cause.UNKNOWN), attempts=MAX_ATTEMPTS)
    again = reset_attempts(plan(leaving(stuck, search=Search(attempts=3))).demo)
    assert (0, 0, 1) == (
        again.components["vpc"].attempts,
        again.search.attempts,
        again.quarantines,
    )
    assert again.retry_at is None
    assert Next.ACT is plan(again).next


def test_one_stuck_step_lets_the_others_go_first() -> None:
    """Quarantine comes when nothing else gets on."""
    stuck = replace(refused(Cause.UNKNOWN), attempts=MAX_ATTEMPTS)
    other = component("s3", status=Status.READY)
    assert (Action(ActionKind.DELETE_STACK, "s3"),) == plan(leaving(stuck, other)).actions


def test_a_step_behind_a_stuck_one_is_not_waited_for() -> None:
    """It cannot get on before the stuck one does."""
    above = replace(component("ecs", "vpc", status=Status.DELETE_FAILED), attempts=MAX_ATTEMPTS)
    below = replace(component("vpc", status=Status.DELETE_FAILED), attempts=1)
    assert Next.STUCK is plan(leaving(below, above)).next


def test_the_trouble_is_that_of_the_stuck_step() -> None:
    """Not of one that waits behind it, though that has refused as well."""
    failure = Failure(component="ecs", reason="nobody knows")
    above = component(
        "ecs", "vpc", status=Status.DELETE_FAILED, failure=failure, attempts=MAX_ATTEMPTS
    )
    assert failure == plan(leaving(refused(Cause.DEPENDENCY), above)).demo.trouble


def test_of_several_stuck_stacks_the_first_is_the_trouble() -> None:
    """The same at each round, so that one who looks knows where to begin."""
    stuck = [
        replace(refused(Cause.UNKNOWN), attempts=MAX_ATTEMPTS),
        component("s3", status=Status.DELETE_FAILED, attempts=MAX_ATTEMPTS),
    ]
    assert stuck[0].failure == plan(leaving(*stuck)).demo.trouble


def test_a_stuck_stack_lets_go_what_it_only_wants() -> None:
    """The web tier refuses to go: its database is deleted, its network stays."""
    web = component(
        "asg",
        "rds",
        "vpc",
        wants=("rds",),
        status=Status.DELETE_FAILED,
        attempts=MAX_ATTEMPTS,
    )
    below = (component("vpc", status=Status.READY), component("rds", "vpc", status=Status.READY))
    assert (Action(ActionKind.DELETE_STACK, "rds"),) == plan(leaving(*below, web)).actions


def test_a_stack_is_kept_for_one_that_wants_it_and_may_still_go() -> None:
    """The order is given up only for what is stuck."""
    web = component("asg", "rds", wants=("rds",), status=Status.DELETE_FAILED, retry_at=NOW)
    database = component("rds", status=Status.READY)
    assert (Action(ActionKind.DELETE_STACK, "asg"),) == plan(leaving(database, web)).actions


def test_a_record_made_before_edges_were_told_apart_requires_all_of_them() -> None:
    """Its steps name no wants, so a stuck one keeps everything below it."""
    web = component("asg", "rds", status=Status.DELETE_FAILED, attempts=MAX_ATTEMPTS)
    assert Next.STUCK is plan(leaving(component("rds", status=Status.READY), web)).next


def test_deleted_needs_a_search_that_found_nothing() -> None:
    """All steps gone is not enough."""
    gone = leaving(component("vpc", status=Status.DELETED))
    assert wants_search(gone, NOW)
    assert Next.WAIT is plan(gone).next
    assert Phase.DELETED is plan(gone, leftovers=()).demo.phase


def test_a_leftover_is_searched_for_again_later() -> None:
    """The tag index may lag."""
    gone = leaving(component("vpc", status=Status.DELETED))
    searched = plan(gone, leftovers=("arn:aws:ec2:::instance/i-1",))
    assert Next.WAIT is searched.next
    assert not wants_search(searched.demo, NOW)
    assert wants_search(searched.demo, NOW + minutes(1))


def test_a_leftover_that_stays_ends_in_quarantine() -> None:
    """With its name in the reason."""
    gone = leaving(
        component("vpc", status=Status.DELETED), search=Search(attempts=MAX_SEARCHES - 1)
    )
    searched = plan(gone, leftovers=("arn:aws:ec2:::instance/i-1",))
    assert Next.STUCK is searched.next
    assert "i-1" in searched.reason


def test_a_stack_the_search_finds_is_taken_up_again() -> None:
    """A creation that took effect late is deleted like any other, a bounded number of times."""
    made = leaving(component("vpc", status=Status.DELETED))
    arn = f"arn:aws:cloudformation:::stack/{stack_name(made.demo_id, 'vpc')}/1"
    for _ in range(MAX_SEARCHES - 1):
        found = plan(made, leftovers=(arn,))
        assert (Action(ActionKind.DELETE_STACK, "vpc"),) == found.actions
        made = found.demo.with_component(component("vpc", status=Status.DELETED))
    assert Next.STUCK is plan(made, leftovers=(arn,)).next


def test_a_step_that_takes_too_long_has_failed() -> None:
    """CloudFormation's own limit should have ended it."""
    slow = component("vpc", status=Status.CREATING, typical_minutes=3)
    late = replace(slow, started_at=NOW - create_limit(slow) - minutes(1))
    turned = plan(demo(late)).demo
    assert Desired.DELETED is turned.desired_state
    assert turned.failure
    assert "vpc" == turned.failure.component


@pytest.mark.parametrize(("again", "attempts"), [(None, 1), (NOW - minutes(1), 0)])
def test_a_deletion_that_takes_too_long_counts_as_refused(
    again: datetime | None, attempts: int
) -> None:
    """It is requested again; how long it takes is counted from the last request that is known."""
    first = NOW - DELETE_LIMIT - minutes(1)
    late = component("vpc", status=Status.DELETING, removing_at=first, moved_at=again)
    assert attempts == plan(leaving(late)).demo.components["vpc"].attempts


def test_a_bundle_that_was_cut_off_is_staged_again() -> None:
    """It answers in the same breath, so it cannot be on its way."""
    cut_off = component("bundle", "s3", status=Status.CREATING, kind=Kind.BUNDLE)
    bucket = component("s3", status=Status.READY)
    assert (Action(ActionKind.STAGE_BUNDLE, "bundle"),) == plan(demo(bucket, cut_off)).actions


def test_the_bundle_holds_nothing_up() -> None:
    """It goes with its bucket."""
    bundle = component("bundle", "s3", status=Status.READY, kind=Kind.BUNDLE)
    bucket = component("s3", status=Status.READY)
    leaving_plan = plan(leaving(bucket, bundle))
    assert (Action(ActionKind.DELETE_STACK, "s3"),) == leaving_plan.actions
    assert Status.DELETED is leaving_plan.demo.components["bundle"].status


def test_a_demo_that_failed_to_come_up_is_in_deletion_at_once() -> None:
    """For the reason of the first of its components that failed."""
    failures = {n: Failure(component=n, resource=None, reason="no room") for n in ("vpc", "sg")}
    broken = [component(n, status=Status.FAILED, failure=f) for n, f in failures.items()]
    decided = plan(demo(*broken, phase=Phase.PROVISIONING)).demo
    assert (Phase.DELETING, Desired.DELETED) == (decided.phase, decided.desired_state)
    assert failures["vpc"] == decided.failure


def test_a_demo_that_is_kept_for_a_look_comes_to_rest() -> None:
    """Its loop ends, and it says what failed."""
    failure = Failure(component="vpc", resource=None, reason="no room")
    broken = component("vpc", status=Status.FAILED, failure=failure)
    kept = plan(demo(broken, keep_on_failure=True))
    assert (Next.DONE, Phase.FAILED, False) == (kept.next, kept.demo.phase, kept.demo.looping)
    assert "vpc failed: no room; the demo is kept" == kept.reason == kept.demo.reason


def test_the_failure_stays_when_the_demo_is_gone() -> None:
    """Whoever comes back the next day still learns why."""
    failure = Failure(component="vpc", reason="no room")
    gone = leaving(component("vpc", status=Status.DELETED), failure=failure)
    assert failure == plan(gone, leftovers=()).demo.failure


def test_a_stack_that_came_late_and_holds_another_up_is_found() -> None:
    """What refuses to go may be held by a stack that was taken for gone."""
    below = refused(Cause.DEPENDENCY, retry_at=NOW)
    above = component("web", "vpc", status=Status.DELETED)
    made = leaving(below, above)
    assert wants_search(made, NOW)
    arn = f"arn:aws:cloudformation:::stack/{stack_name(made.demo_id, 'web')}/1"
    assert (Action(ActionKind.DELETE_STACK, "web"),) == plan(made, leftovers=(arn,)).actions


def test_a_stack_the_record_never_knew_is_taken_down_first() -> None:
    """It came late, after the record was made again from what was there."""
    made = leaving(component("vpc", status=Status.DELETED))
    arn = f"arn:aws:cloudformation:::stack/{stack_name(made.demo_id, 'web')}/1"
    found = plan(made, leftovers=(arn,))
    assert ("vpc",) == found.demo.components["web"].depends_on
    assert (Action(ActionKind.EMPTY_BUCKET, "web"),) == found.actions


def test_a_stack_that_came_back_has_all_its_attempts_before_it() -> None:
    """What its first deletion was refused for, and when, does not count against the second."""
    spent = {"attempts": MAX_ATTEMPTS - 1, "retry_at": NOW + minutes(9), "asked_at": NOW}
    made = leaving(component("vpc", status=Status.DELETED, **spent))
    arn = f"arn:aws:cloudformation:::stack/{stack_name(made.demo_id, 'vpc')}/1"
    found = plan(made, leftovers=(arn,))
    assert (Action(ActionKind.DELETE_STACK, "vpc"),) == found.actions
    refusal = undeletable(found.demo.components["vpc"], "in use", NOW)
    assert Next.WAIT is plan(found.demo.with_component(refusal)).next
    gone = replace(found.demo.components["vpc"], status=Status.DELETED)
    assert Phase.DELETED is plan(found.demo.with_component(gone), leftovers=()).demo.phase


@pytest.mark.parametrize("attempt", [1, 2])
def test_the_next_search_waits_as_long_as_the_demo(attempt: int) -> None:
    """The wait grows with each search that found something."""
    gone = leaving(component("vpc", status=Status.DELETED), search=Search(attempts=attempt - 1))
    searched = plan(gone, leftovers=("arn:aws:ec2:::instance/i-1",))
    assert searched.demo.search.again_at == NOW + searched.wait
    assert searched.wait == min(PACE.retry * 2 ** (attempt - 1), PACE.poll * attempt)


def test_five_leftovers_are_named() -> None:
    """More would make a reason that nobody reads."""
    found = [f"arn:aws:ec2:::instance/i-{n}" for n in range(7)]
    gone = leaving(component("vpc", status=Status.DELETED))
    reason = plan(gone, leftovers=tuple(found)).reason
    assert f"still there: {', '.join(found[:5])}" == reason


def test_a_quarantine_names_what_will_not_go() -> None:
    """The resource, where one is known, and else the component alone."""
    failure = Failure(component="vpc", resource="Net", reason="in use")
    spent = component("vpc", status=Status.DELETE_FAILED, attempts=MAX_ATTEMPTS + 1)
    named = plan(leaving(replace(spent, failure=failure)))
    assert (Next.STUCK, "vpc (Net) cannot be removed: in use") == (named.next, named.reason)
    alone = plan(leaving(replace(spent, failure=replace(failure, resource=None))))
    assert "vpc cannot be removed: in use" == alone.reason


def test_a_revived_demo_has_no_trouble_any_more() -> None:
    """Nor a time of the next automatic retry."""
    trouble = Failure(component="vpc", reason="in use")
    resting = leaving(component("vpc", status=Status.READY), trouble=trouble, retry_at=NOW)
    revived = reset_attempts(resting)
    assert (None, None, Phase.DELETING) == (revived.trouble, revived.retry_at, revived.phase)


@pytest.mark.parametrize("other", ["demo0000", "demo0002"])
def test_a_stack_of_another_demo_is_not_taken_up(other: str) -> None:
    """Its owner's demo deletes it."""
    made = leaving(component("vpc", status=Status.DELETED))
    arn = f"arn:aws:cloudformation:::stack/{stack_name(other, 'vpc')}/1"
    assert () == plan(made, leftovers=(arn,)).actions


def test_what_is_made_again_does_not_wait_for_what_stands_on_it() -> None:
    """Nothing works upon what has failed."""
    below = component("vpc", status=Status.FAILED, remake=True)
    above = component("web", "vpc", status=Status.READY)
    remade = plan(demo(below, above, keep_on_failure=True))
    assert (Action(ActionKind.DELETE_STACK, "vpc"),) == remade.actions
