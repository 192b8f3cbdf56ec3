"""One POST makes a whole demo environment, and one DELETE removes it."""

from __future__ import annotations

import json

import pytest

from tests.integration.conftest import Running, wait_for

ALL = {"s3", "vpc", "sg", "rds", "ecs", "asg", "eb", "jenkins"}


def test_all_eight_components_come_up_and_leave_nothing_behind(running: Running) -> None:
    """
    Given a service with no demos, when all components are asked for and then deleted, then
    they were ready in between and the account, over every service, is as it was.
    """
    running.remember()
    owner = running.person()
    demo_id = owner.request(name="the whole thing")
    ready = owner.until(demo_id, "ready", "deleted", "failed")
    assert "ready" == ready["phase"]
    assert ALL == {c["name"] for c in ready["components"] if c["stack_name"]}
    assert {"ready"} == {stack["status"] for stack in ready["components"]}
    assert {"Container service", "Web tier", "Elastic Beanstalk", "Jenkins"} == set(ready["links"])
    assert 202 == owner.call("DELETE", f"/demos/{demo_id}").status_code
    gone = owner.until(demo_id, "deleted", "quarantined")
    assert "deleted" == gone["phase"]
    assert {"deleted"} == {stack["status"] for stack in gone["components"]}
    assert [] == running.left_behind()


def test_asking_for_one_component_pulls_in_what_it_needs(running: Running) -> None:
    """Asking for ecs makes the network, the groups and the bucket, and not the database."""
    owner = running.person()
    demo_id = owner.request("ecs")
    ready = owner.until(demo_id, "ready", "deleted")
    assert {"s3", "vpc", "sg", "ecs"} == {
        c["name"] for c in ready["components"] if c["stack_name"]
    }
    assert ["ecs"] == ready["requested_components"]
    owner.delete(demo_id)
    owner.until(demo_id, "deleted")


def test_the_answer_comes_before_any_stack_exists(running: Running) -> None:
    """POST answers 202 with a Location while every stack is still to be made."""
    owner = running.person()
    answer = owner.call("POST", "/demos", {"components": ["s3"]})
    body = answer.json()
    assert 202 == answer.status_code
    assert f"demos/{body['demo_id']}" == answer.headers["Location"]
    assert {"pending"} == {stack["status"] for stack in body["components"]}
    owner.until(body["demo_id"], "ready")
    owner.delete(body["demo_id"])
    owner.until(body["demo_id"], "deleted")


def test_the_bundle_lies_in_the_demos_own_bucket(running: Running) -> None:
    """The staged object is the very zip that the package holds."""
    from chalicelib.adapters.templates import PackagedTemplates

    owner = running.person()
    demo_id = owner.request("ecs")
    ready = owner.until(demo_id, "ready", "deleted")
    bucket = ready["outputs"]["s3"]["BucketName"]
    s3 = running.aws.client("s3")
    body = s3.get_object(Bucket=bucket, Key="stelligent-demo.zip")["Body"].read()
    assert PackagedTemplates().bundle() == body
    owner.delete(demo_id)
    owner.until(demo_id, "deleted")


def test_what_pages_show_of_a_demo_follows_it(running: Running) -> None:
    """The file beside the bundle has its name, owner and end, and a new end after a change."""
    owner = running.person()
    demo_id = owner.request("ecs", name="For Acme")
    ready = owner.until(demo_id, "ready", "deleted", "failed")
    s3 = running.aws.client("s3")
    bucket = ready["outputs"]["s3"]["BucketName"]

    def shown() -> dict[str, str]:
        body = s3.get_object(Bucket=bucket, Key="demo.json")["Body"].read()
        found: dict[str, str] = json.loads(body)
        return found

    first = shown()
    assert (demo_id, "For Acme", ready["owner"]) == (
        first["demo_id"],
        first["name"],
        first["owner"],
    )
    owner.call("PATCH", f"/demos/{demo_id}/lease", {"extend_hours": 1})
    wait_for(lambda: shown()["expires_at"] != first["expires_at"], "the new end")
    owner.delete(demo_id)
    owner.until(demo_id, "deleted")


def test_the_timeline_tells_who_did_what_and_why(running: Running) -> None:
    """Every change of desire and phase is there, in order, with its actor."""
    owner = running.person()
    demo_id = owner.request("s3")
    owner.until(demo_id, "ready")
    owner.delete(demo_id)
    owner.until(demo_id, "deleted")
    entries = [e for e in owner.events(demo_id) if e["kind"] in ("requested", "desired", "phase")]
    assert [
        (owner.owner, "requested"),
        ("service", "phase"),
        ("service", "phase"),
        (owner.owner, "desired"),
        ("service", "phase"),
        ("service", "phase"),
    ] == [(e["actor"], e["kind"]) for e in entries]


@pytest.mark.parametrize("limit", [1, 3])
def test_lists_and_timelines_page_to_their_end(running: Running, limit: int) -> None:
    """Following next_cursor meets everything once."""
    owner = running.person()
    demo_id = owner.request("s3")
    owner.until(demo_id, "ready")
    owner.delete(demo_id)
    owner.until(demo_id, "deleted")
    seen, cursor = [], ""
    while True:
        page = owner.call("GET", f"/demos/{demo_id}/events?limit={limit}{cursor}").json()
        seen += page["events"]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert owner.events(demo_id) == seen
