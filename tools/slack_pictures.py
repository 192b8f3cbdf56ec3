"""Makes the pictures in docs/slack.md: the real messages, drawn by Chromium.

python -m tools.slack_pictures
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

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
from local.slack.stand_in import U_OWNER
from tools import slack_html
from tools.packaging import ROOT

FOLDER = ROOT / "docs" / "pictures"
NOW = datetime(2026, 3, 4, 10, 12, tzinfo=UTC)
_TYPED = '/demo create ecs rds name="Acme pilot" for 8h from 203.0.113.7'
_PAGE = "https://demo.example.com/api/app"
_CATALOG = PackagedTemplates().catalog()


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


def coming_up() -> str:
    """Draw a demo that is half there."""
    ready = dict.fromkeys(("s3", "bundle", "vpc", "sg"), Status.READY)
    demo = at(
        requested(),
        ready | {"rds": Status.CREATING, "ecs": Status.CREATING},
        phase=Phase.PROVISIONING,
    )
    return _page(_TYPED, status_message(demo, U_OWNER, _PAGE))


def ready() -> Demo:
    """Bring the demo up."""
    order = ("s3", "bundle", "vpc", "sg", "rds", "ecs")
    demo = at(requested(), dict.fromkeys(order, Status.READY), phase=Phase.READY)
    url = {"EcsUrl": "http://acme.example.com/"}
    return demo.with_component(replace(demo.components["ecs"], outputs=url))


def warned() -> str:
    """Draw a demo that is there, and the warning before its end."""
    demo = replace(ready(), expires_at=NOW + timedelta(minutes=30))
    warning = notice(
        demo, "Acme pilot ends in 30 min (2026-03-04 10:42 UTC)", U_OWNER, urgent=True
    )
    return _page("", status_message(demo, U_OWNER, _PAGE), _drawn(warning, thread=True))


def quarantined() -> str:
    """Draw a demo whose removal needs a person."""
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
    return _page("", status_message(demo, U_OWNER, _PAGE))


def answers() -> str:
    """Draw what one person alone sees: a typing error, and another's button."""
    mistyped = "create esc for ages"
    parsed = parse(mistyped, component_words(_CATALOG))
    problems = parsed.problems if isinstance(parsed, Misunderstood) else ()
    message = responses.misunderstood(problems)
    word = responses.refused(f"Only <@{U_OWNER}> or an admin may do that")
    return _page(
        f"/demo {mistyped}",
        None,
        _drawn(message, only_you=True),
        _drawn(word, only_you=True),
    )


def questions() -> str:
    """Draw the questions: the price of everything, and before a deletion."""
    everything = _CATALOG.select(ALL)
    cost = preview(
        _CATALOG,
        everything,
        build_graph(_CATALOG, everything),
        parameters={},
        region="us-east-1",
        lease=timedelta(hours=4),
    )
    deletion = responses.confirmation(ready())
    return _page(
        "/demo create",
        None,
        _drawn(responses.everything("create", cost), only_you=True),
        slack_html.command("/demo delete Acme"),
        _drawn(deletion, only_you=True),
    )


def opened() -> str:
    """Draw the form with a component picked."""
    view = form.form(
        _CATALOG,
        LeaseLimits(),
        region="us-east-1",
        cidr=("203.0.113.0/24",),
        metadata="",
        picked=("ecs",),
    )
    return slack_html.page(slack_html.form(view, NOW))


def _page(typed: str, message: Message | None, *more: str) -> str:
    drawn = _drawn(message) if message else ""
    return slack_html.page(slack_html.channel("demos", typed), drawn, *more)


def _drawn(message: Message, **kind: bool) -> str:
    return slack_html.message({"blocks": message.blocks}, NOW, **kind)


def pages() -> Iterator[tuple[str, str]]:
    """Yield each picture's name and page."""
    yield "slack-coming-up", coming_up()
    yield "slack-ready", warned()
    yield "slack-quarantined", quarantined()
    yield "slack-answers", answers()
    yield "slack-questions", questions()
    yield "slack-form", opened()


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
