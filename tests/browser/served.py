"""What the service answers about demos, links and pools, served to a page in its place."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.sync_api import Page

NOW = datetime.now(UTC)
START = (NOW - timedelta(minutes=5)).isoformat()
LATER = (NOW - timedelta(minutes=2)).isoformat()
END = (NOW + timedelta(hours=4)).isoformat()
STARTS_AT = (NOW + timedelta(hours=25, minutes=30)).isoformat()
READY_BY = (NOW + timedelta(hours=26)).isoformat()
LATER_END = (NOW + timedelta(hours=30)).isoformat()
STACKS = {"vpc": [], "sg": ["vpc"], "s3": [], "rds": ["vpc", "sg"], "asg": ["vpc", "sg", "rds"]}
LINKS = {"Web tier": "https://web.example.com/"}
DOORS = LINKS | {
    title: f"https://{number}.example.com/"
    for number, title in enumerate(("Elastic Beanstalk", "Container service", "Jenkins"))
}
REASON = (
    "Resource handler returned message: You have reached the limit of buckets for this account, "
    "which is 100; ask for a higher one or remove some (Service: S3, Status Code: 400). "
) * 3


LOGIN = {
    "title": "MySQL database",
    "user": "demo",
    "password": "x" * 32,
    "address": "db.example.com:3306",
    "command": "mysql --host=db.example.com --user=demo --password",
}


def stack(name: str, status: str) -> dict[str, Any]:
    """Return a stack as the service answers it."""
    removing = status in ("deleting", "deleted", "delete_failed")
    return {
        "name": name,
        "stack_name": f"demo-{name}",
        "status": status,
        "depends_on": STACKS[name],
        "typical_minutes": 2,
        "started_at": None if status == "pending" else START,
        "finished_at": None if status in ("pending", "creating") else LATER,
        "removing_at": LATER if removing else None,
        "removed_at": LATER if status == "deleted" else None,
        "failure": None,
    }


def demo(phase: str, *statuses: str, **more: Any) -> dict[str, Any]:
    """Return a demo as the service answers it, its stacks in the given statuses."""
    removing = phase in ("deleting", "deleted", "quarantined")
    wanted = "paused" if phase in ("pausing", "paused") else "running"
    return {
        "demo_id": "abcdefgh",
        "name": "Acme on Thursday",
        "owner": "somebody@example.com",
        "region": "us-east-1",
        "desired_state": "deleted" if removing else wanted,
        "phase": phase,
        "reason": f"waiting for {' and '.join(STACKS)}",
        "requested_components": ["asg", "s3"],
        "allowed_cidr": ["127.0.0.1/32"],
        "parameters": {},
        "keep_on_failure": True,
        "components": [stack(name, s) for name, s in zip(STACKS, statuses * 5, strict=False)],
        "outputs": {},
        "failure": None,
        "created_at": START,
        "ready_at": LATER,
        "expires_at": END,
        "deleted_at": LATER if phase == "deleted" else None,
        "retry_at": END,
        "links": {},
        "handover_until": None,
        "ready_by": None,
        "starts_at": None,
        **more,
    }


def scheduled(phase: str = "requested", **more: Any) -> dict[str, Any]:
    """Return a demo that is to be ready tomorrow, for four hours."""
    held: dict[str, Any] = {"ready_by": READY_BY, "starts_at": STARTS_AT, "expires_at": LATER_END}
    reason = f"waiting until {_utc(STARTS_AT)}, to be ready by {_utc(READY_BY)}"
    held |= {"name": NAME, "reason": reason, "ready_at": None}
    return demo(phase, "pending", **{**held, **more})


def _utc(iso: str) -> str:
    return f"{datetime.fromisoformat(iso):%Y-%m-%d %H:%M} UTC"


NAME = "عرض مباشر يوم الخميس 👩\u200d👩\u200d👧"
"""A name from right to left, with a family that is one sign."""
ROW = {"progress": {"ready": 1, "of": 5}, "component_names": ["vpc", "sg", "rds", "asg"]}
POOL = {
    "name": "crew",
    "components": ["asg", "s3"],
    "parameters": {},
    "region": "us-east-1",
    "ready": 1,
    "max_unready": 2,
    "unclaimed_hours": 24,
    "windows": [],
    "tier": "hot",
}
EMPTY = {"ready": 0, "unready": 1, "wanted": 1, "claimed": 0, "missed": 0, "ending": False}
FAILURE = {"component": "s3", "resource": "Bucket", "reason": REASON}
OUTPUTS = {"asg": {"WebUrl": LINKS["Web tier"], "WebScalingGroup": "demo-abcdefgh-asg"}}
LIVES = {
    "ready": [
        demo("requested", "pending"),
        demo("provisioning", "creating", "pending"),
        demo("provisioning", "ready", "creating"),
        demo("ready", "ready", links=LINKS, outputs=OUTPUTS),
        demo("deleting", "deleting", "ready"),
        demo("deleting", "deleting", "delete_failed"),
        demo("quarantined", "deleted", "delete_failed", failure=FAILURE),
        demo("deleting", "deleted", "deleting"),
        demo("deleted", "deleted"),
    ],
    "failed": [
        demo("provisioning", "creating"),
        demo("failed", "ready", "failed", "pending", failure=FAILURE),
        demo("deleting", "deleting", failure=FAILURE),
        demo("deleted", "deleted", failure=FAILURE),
    ],
}


def serve(page: Page, pattern: str, body: Any) -> None:
    """Answer what the pattern fits from now on, before anything that answered it."""
    page.route(pattern, lambda route: route.fulfill(json=body))


def local_in(page: Page, *, minutes: int) -> str:
    """Return a moment to come as a date field of the page's own zone takes it."""
    return str(
        page.evaluate(
            """(minutes) => {
              const at = new Date(Date.now() + minutes * 60_000);
              return new Date(at - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
            }""",
            minutes,
        )
    )


def look(page: Page) -> None:
    """Make the page ask now instead of at its next turn."""
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def events(count: int) -> dict[str, Any]:
    """Return the beginning of a long timeline."""
    texts = [f"{number}: {REASON[: 20 + 40 * number]}" for number in range(count)]
    return {
        "events": [{"at": START, "actor": "loop", "kind": "step", "text": t} for t in texts],
        "next_cursor": None,
    }


def stack_details() -> dict[str, Any]:
    """Return a component as CloudFormation has it."""
    event = {"at": END, "logical_id": "Vpc", "status": "CREATE_COMPLETE", "reason": REASON}
    stack = {
        "status": "CREATE_COMPLETE",
        "console_url": "https://console.example.com/",
        "resources": [
            {"logical_id": "Vpc", "type": "AWS::EC2::VPC", "status": "x", "physical_id": "v"}
        ],
        "events": [event],
    }
    return {
        "component": LIVES["ready"][3]["components"][0],
        "stack": stack,
        "outputs": {"VpcId": "v"},
    }


def shared(number: int, *asking: str) -> dict[str, Any]:
    """Return a prospect link as the service lists it."""
    return {
        "share_id": f"share{number}",
        "label": "Their CTO",
        "created_at": END,
        "expires_at": END,
        "open": True,
        "visits": number,
        "clicks": {},
        "first_visited_at": None,
        "visited_at": None,
        "access_requests": list(asking),
    }
