"""Makes the pictures in docs/slack.md: the real messages, drawn by Chromium.

python -m tools.slack_pictures
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader

from chalicelib.adapters.templates import PackagedTemplates
from chalicelib.core.catalog import ALL
from chalicelib.core.component import Failure, Status
from chalicelib.core.demo import Demo, Desired, Phase
from chalicelib.core.graph import build_graph
from chalicelib.core.policy import LeaseLimits, RequestPolicy
from chalicelib.core.preview import preview
from chalicelib.core.request import DemoRequest, check, new_demo
from chalicelib.entrypoints.slack import form, responses
from chalicelib.entrypoints.slack.command import parse
from chalicelib.entrypoints.slack.create import Misunderstood
from chalicelib.entrypoints.slack.status_message import notice, status_message
from chalicelib.entrypoints.slack.words import component_words
from chalicelib.services.slack.ports import Message
from local.slack.mrkdwn import plain, runs
from local.slack.stand_in import U_OWNER
from tools.packaging import ROOT

FOLDER = ROOT / "docs" / "pictures"
NOW = datetime(2026, 3, 4, 10, 12, tzinfo=UTC)
_TYPED = '/demo create ecs rds name="Acme pilot" for 8h from 203.0.113.7'
_PAGE = "https://demo.example.com/api/app"
_CATALOG = PackagedTemplates().catalog()
_CHANNEL = {"channel": "demos"}
Parts = list[Mapping[str, Any]]
"""What a picture shows: a channel's name, what is typed there, messages; or a form."""


def requested() -> Demo:
    """Return the demo that the pictures show."""
    request = DemoRequest(
        components=("ecs", "rds"),
        name="Acme pilot",
        ttl=timedelta(hours=8),
        allowed_cidr=("203.0.113.7/32",),
        region="us-east-1",
    )
    policy = RequestPolicy(home_region="us-east-1", regions=("us-east-1",))
    return new_demo(
        check(request, _CATALOG, policy),
        demo_id="k3f9x2ab",
        owner="olive@example.com",
        catalog=_CATALOG,
        now=NOW - timedelta(minutes=6),
    )


def at(demo: Demo, states: Mapping[str, Status], **fields: Any) -> Demo:
    """Put steps into states, each having taken its typical time from the start on."""
    start = NOW - timedelta(minutes=6)
    for name, status in states.items():
        component = demo.components[name]
        began = max(
            (demo.components[n].finished_at or start for n in component.depends_on), default=start
        )
        ends = began + timedelta(minutes=component.typical_minutes)
        done = ends if status is Status.READY else None
        demo = demo.with_component(
            replace(component, status=status, started_at=began, finished_at=done)
        )
    return replace(demo, **fields)


def coming_up() -> Parts:
    """Show a demo that is half there."""
    ready = dict.fromkeys(("s3", "bundle", "vpc", "sg"), Status.READY)
    demo = at(
        requested(),
        ready | {"rds": Status.CREATING, "ecs": Status.CREATING},
        phase=Phase.PROVISIONING,
    )
    return [_CHANNEL, {"typed": _TYPED}, _part(status_message(demo, U_OWNER, _PAGE))]


def ready() -> Demo:
    """Bring the demo up."""
    order = ("s3", "bundle", "vpc", "sg", "rds", "ecs")
    demo = at(requested(), dict.fromkeys(order, Status.READY), phase=Phase.READY)
    url = {"EcsUrl": "http://acme.example.com/"}
    return demo.with_component(replace(demo.components["ecs"], outputs=url))


def warned() -> Parts:
    """Show a demo that is there, and the warning before its end."""
    demo = replace(ready(), expires_at=NOW + timedelta(minutes=30))
    warning = notice(
        demo, "Acme pilot ends in 30 min (2026-03-04 10:42 UTC)", U_OWNER, urgent=True
    )
    return [_CHANNEL, _part(status_message(demo, U_OWNER, _PAGE)), _part(warning, "thread")]


def quarantined() -> Parts:
    """Show a demo whose removal needs a person."""
    states = {"ecs": Status.DELETED, "rds": Status.DELETE_FAILED, "sg": Status.READY}
    demo = at(
        ready(),
        states,
        phase=Phase.QUARANTINED,
        desired_state=Desired.DELETED,
        reason="rds would not be deleted in 3 attempts",
        trouble=Failure(
            component="rds", resource="Database", reason="Cannot delete a protected DB Instance"
        ),
        retry_at=NOW + timedelta(minutes=30),
    )
    return [_CHANNEL, _part(status_message(demo, U_OWNER, _PAGE))]


def for_one_person() -> Parts:
    """Show what one person alone sees: a typing error, and another's button."""
    mistyped = "create esc for ages"
    parsed = parse(mistyped, component_words(_CATALOG))
    problems = parsed.problems if isinstance(parsed, Misunderstood) else ()
    refusal = responses.refused(f"Only <@{U_OWNER}> or an admin may do that")
    return [
        _CHANNEL,
        {"typed": f"/demo {mistyped}"},
        _part(responses.misunderstood(problems), "ephemeral"),
        _part(refusal, "ephemeral"),
    ]


def questions() -> Parts:
    """Show the questions: the price of everything, and before a deletion."""
    everything = _CATALOG.select(ALL)
    cost = preview(
        _CATALOG,
        everything,
        build_graph(_CATALOG, everything),
        parameters={},
        region="us-east-1",
        lease=timedelta(hours=4),
    )
    return [
        _CHANNEL,
        {"typed": "/demo create"},
        _part(responses.everything("create", cost), "ephemeral"),
        {"typed": "/demo delete Acme"},
        _part(responses.confirmation(ready()), "ephemeral"),
    ]


def opened() -> Parts:
    """Show the form with a component picked."""
    view = form.form(
        _CATALOG,
        LeaseLimits(),
        region="us-east-1",
        cidr=("203.0.113.0/24",),
        metadata="",
        picked=("ecs",),
    )
    return [view]


def _part(message: Message, kind: str = "") -> Mapping[str, Any]:
    return {"blocks": message.blocks, "kind": kind}


def pages() -> Iterator[tuple[str, str]]:
    """Yield each picture's name and page."""
    pictures = {
        "slack-coming-up": coming_up(),
        "slack-ready": warned(),
        "slack-quarantined": quarantined(),
        "slack-answers": for_one_person(),
        "slack-questions": questions(),
        "slack-form": opened(),
    }
    environment = Environment(loader=FileSystemLoader(ROOT / "tools"), autoescape=True)
    environment.filters.update(plain=plain, runs=lambda text: runs(text, NOW))
    template = environment.get_template("slack_pictures.html")
    for name, parts in pictures.items():
        yield name, template.render(parts=parts)


def main(folder: Path = FOLDER) -> None:
    """Draw every picture into the folder."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - drawing alone needs it

    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        tab = browser.new_page(viewport={"width": 680, "height": 100}, device_scale_factor=1.5)
        for name, page in pages():
            tab.set_content(page)
            tab.screenshot(path=folder / f"{name}.png", full_page=True)
            print(folder / f"{name}.png")
        browser.close()


if __name__ == "__main__":
    main()
