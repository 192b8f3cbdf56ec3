"""A demo that is to be ready later waits, is begun by the sweep, and is ready by its moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.integration.conftest import Running, wait_for

SECONDS = timedelta(seconds=1)


def in_(span: timedelta) -> datetime:
    return datetime.now(UTC) + span


def test_a_demo_is_begun_at_its_start_and_ready_by_its_moment(running: Running) -> None:
    """Until then it has no stack; afterwards it is as any other, and ends in an empty account."""
    running.remember()
    owner = running.person()
    planned = owner.call("POST", "/plan", {"components": ["s3"]}).json()
    usual = timedelta(minutes=planned["typical_minutes"] + 10)
    demo_id = owner.request("s3", ready_by=in_(usual + 4 * SECONDS).isoformat())
    running.invoke("Sweep")
    waiting = owner.demo(demo_id)
    assert ("requested", ["pending"] * 1) == (
        waiting["phase"],
        [c["status"] for c in waiting["components"]],
    )
    link = owner.call("POST", f"/demos/{demo_id}/shares", {}).json()["url"]
    seen = owner.call("POST", "/shared", {"token": link.partition("#")[2]}).json()
    assert ("scheduled", waiting["ready_by"]) == (seen["state"], seen["ready_by"])
    begins = datetime.fromisoformat(waiting["starts_at"])
    wait_for(lambda: datetime.now(UTC) >= begins, "the start")
    running.invoke("Sweep")
    ready = owner.until(demo_id, "ready")
    assert begins <= datetime.fromisoformat(ready["components"][0]["started_at"])
    assert ready["ready_at"] < ready["ready_by"]
    owner.delete(demo_id)
    owner.until(demo_id, "deleted")
    assert [] == running.left_behind()


def test_a_repeated_request_is_answered_after_its_moment_has_passed(running: Running) -> None:
    """As it was the first time, and not as one for the past."""
    owner, moment = running.person(), in_(2 * SECONDS)
    body = {"components": ["s3"], "ready_by": moment.isoformat()}
    first = owner.call("POST", "/demos", body, **{"Idempotency-Key": "later"})
    wait_for(lambda: datetime.now(UTC) > moment, "the moment")
    again = owner.call("POST", "/demos", body, **{"Idempotency-Key": "later"})
    assert (202, first.json()) == (again.status_code, again.json())
    assert 422 == owner.call("POST", "/demos", body).status_code
    owner.delete(first.json()["demo_id"])
    owner.until(first.json()["demo_id"], "deleted")
