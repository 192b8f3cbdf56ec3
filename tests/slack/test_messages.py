"""What is shown: true to the demo, safe against what it holds, and within Slack's limits."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.component import Failure, Status
from chalicelib.core.demo import Demo, Desired, Phase
from chalicelib.entrypoints.slack import responses, spec, status_message
from chalicelib.entrypoints.slack.blocks import escaped, link, zoned
from chalicelib.services.slack.commands import ListResult
from chalicelib.services.slack.ports import Message
from local.slack.limits import message_problems
from tests.slack.fakes import buttons, text_of
from tests.unit.builders import NOW, component, demo, minutes

LONG = st.text(max_size=400) | st.just("*x* <!channel> & `" * 300)

RETRIED = [status_message.RETRY, status_message.EXTEND, status_message.DELETE]


@st.composite
def demos(draw: st.DrawFn) -> Demo:
    """Draw a demo in any state, with any text in it."""
    count = draw(st.integers(1, 120))
    times = st.none() | st.just(NOW)
    components = [
        component(
            draw(st.sampled_from(["vpc", "a*b", "x" * 60])) + str(n),
            status=draw(st.sampled_from(Status)),
            started_at=draw(times),
            finished_at=draw(times),
            title=draw(LONG),
            outputs={f"Out{n}Url": draw(LONG)} if n < 30 else {},
        )
        for n in range(count)
    ]
    trouble = Failure(component="vpc", resource=draw(st.none() | LONG), reason=draw(LONG))
    return demo(
        *components,
        name=draw(LONG),
        reason=draw(LONG),
        desired_state=draw(st.sampled_from(Desired)),
        phase=draw(st.sampled_from(Phase)),
        failure=draw(st.none() | st.just(trouble)),
        trouble=draw(st.none() | st.just(trouble)),
        deleted_at=draw(times),
        retry_at=draw(times),
    )


def problems(message: Message) -> list[str]:
    return message_problems({"text": message.text, "blocks": list(message.blocks)})


@given(demos(), LONG)
def test_every_message_is_within_the_limits(drawn: Demo, text: str) -> None:
    """However large a demo and whatever it holds, Slack would take every message of it."""
    assert [] == problems(status_message.status_message(drawn, "U0ANN"))
    assert [] == problems(status_message.notice(drawn, text or "-", "U0ANN", urgent=True))
    listed = ListResult(demos=(drawn,) * 40, everybody=True, more=True)
    assert [] == problems(responses.listing(listed))


def test_the_status_message_tells_states_links_and_the_end() -> None:
    """Each component has its state and minutes; then come links, countdown and buttons."""
    shown = status_message.status_message(
        demo(
            component("vpc", status=Status.READY, started_at=NOW, finished_at=NOW + minutes(3)),
            component(
                "ecs",
                "vpc",
                title="Container service",
                status=Status.CREATING,
                started_at=NOW,
                typical_minutes=6,
                outputs={"EcsUrl": "http://x.example"},
            ),
            component("eb", "ecs"),
            phase=Phase.PROVISIONING,
        ),
        "U0ANN",
    )
    text = text_of(shown)
    assert "*vpc*  ready in 3 min" in text
    assert "about 6 min" in text
    assert "*eb*  waiting after ecs" in text
    assert "<http://x.example|Container service>" in text
    assert "{ago}" in text
    assert [status_message.OPEN, status_message.EXTEND, status_message.DELETE] == [*buttons(shown)]


@pytest.mark.parametrize(
    ("phase", "desired", "expected"),
    [
        (
            Phase.READY,
            Desired.RUNNING,
            [status_message.EXTEND, spec.PAUSE, status_message.DELETE],
        ),
        (
            Phase.PAUSED,
            Desired.PAUSED,
            [status_message.EXTEND, spec.RESUME, status_message.DELETE],
        ),
        (Phase.FAILED, Desired.RUNNING, RETRIED),
        (Phase.DELETING, Desired.DELETED, []),
        (Phase.QUARANTINED, Desired.DELETED, [status_message.RETRY]),
        (Phase.DELETED, Desired.DELETED, []),
    ],
)
def test_buttons_fit_the_state(phase: Phase, desired: Desired, expected: list[str]) -> None:
    """No button offers what would be refused."""
    shown = status_message.status_message(
        demo(component("vpc"), phase=phase, desired_state=desired)
    )
    assert expected == [*buttons(shown)]


def test_delete_asks_first() -> None:
    """The button that cannot be undone has a confirmation, and no other has."""
    row = buttons(status_message.status_message(demo(component("vpc"))))
    assert "confirm" in row[status_message.DELETE]
    assert "confirm" not in row[status_message.EXTEND]


def test_a_message_does_not_change_with_time_alone() -> None:
    """Two looks at an unchanged demo show the same, so nothing is sent for the second."""
    shown = demo(component("vpc", status=Status.READY))
    assert status_message.status_message(shown) == status_message.status_message(
        replace(shown, planned_at=NOW, version=9)
    )


def test_a_moment_is_shown_in_the_readers_zone() -> None:
    """What is told in UTC becomes a date that Slack shows to each as their own."""
    at = int(NOW.timestamp())
    shown = status_message.notice(
        demo(component("vpc")), "x ends in 2 h (2026-01-05 09:00 UTC)", None, urgent=False
    )
    assert f"(<!date^{at}^" in text_of(shown).split("\n")[1]
    assert text_of(shown).endswith(">).")
    for odd in ("2026-19-39 29:59 UTC", "0000-01-01 00:00 UTC"):
        assert odd == zoned(odd)


def test_the_page_is_a_button_while_the_demo_is_there() -> None:
    """It leads to the demo's own view, and is left out where nobody knows the page."""
    there = demo(component("vpc"), phase=Phase.READY)
    page = "https://x.example/api/app"
    row = buttons(status_message.status_message(there, "U0ANN", page))
    assert f"{page}#/demos/demo0001" == row[status_message.PAGE]["url"]
    assert status_message.PAGE not in buttons(status_message.status_message(there))
    gone = replace(there, phase=Phase.DELETED, desired_state=Desired.DELETED)
    assert {} == buttons(status_message.status_message(gone, "U0ANN", page))


def test_a_list_says_how_many_links_it_leaves_out() -> None:
    """Three are shown; the rest is counted."""
    many = {f"Link{n}Url": f"http://{n}.example" for n in range(5)}
    listed = demo(component("vpc", status=Status.READY, outputs=many), phase=Phase.READY)
    result = ListResult(demos=(listed,), everybody=False, more=False)
    line = text_of(responses.listing(result)).split("\n")[-1]
    assert 3 == line.count("<http://")
    assert line.endswith(" · +2")


def test_outside_text_stays_text() -> None:
    """Mentions, links and marks in a name are shown and not obeyed."""
    assert "&lt;!channel&gt; &amp;" == escaped("<!channel> &")
    named = text_of(
        status_message.notice(demo(component("vpc")), "<!here> ends in 2 h", "U0ANN", urgent=True)
    )
    assert "<!here>" not in named
    assert "<javascript:" not in link("javascript:alert(1)", "x")
    assert not link("https://a.example/|evil>", "x").startswith("<")


def test_a_warning_carries_buttons_to_the_channel() -> None:
    """The end of a lease is news for the channel, with what can be done about it."""
    ending = demo(component("vpc"), phase=Phase.READY, expires_at=NOW + timedelta(minutes=30))
    text = "a demo ends in 30 min, at 09:30 UTC"
    assert status_message.EXTEND in buttons(
        status_message.notice(ending, text, "U0ANN", urgent=True)
    )
    assert status_message.EXTEND not in buttons(
        status_message.notice(ending, text, "U0ANN", urgent=False)
    )


def test_a_demo_from_a_pool_says_how_long_the_rest_takes() -> None:
    """By what was added, each after what it requires; later only where it is from."""
    there = component("vpc", status=Status.READY, started_at=NOW - minutes(60), typical_minutes=3)
    added = component("jenkins", "vpc", typical_minutes=6)
    claimed = demo(there, added, from_pool="base", phase=Phase.PROVISIONING)
    assert "from a pool, about 6 min" in text_of(status_message.status_message(claimed))
    ready = text_of(status_message.status_message(replace(claimed, phase=Phase.READY)))
    assert "from a pool" in ready
    assert "about 6" not in ready.partition("from a pool")[2].partition("\n")[0]
    cold = status_message.status_message(replace(claimed, from_pool=""))
    assert "from a pool" not in text_of(cold)
