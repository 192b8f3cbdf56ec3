"""The `demo` command: what it sends, how it waits, and how it ends."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from tests.typed import API, HERE, Time, a_demo, a_list, refusal, script, typed
from tools.command.words import PHASES
from tools.packaging import ROOT

DOWN = httpx.ConnectError("[Errno 111] Connection refused")
SILENT = httpx.ReadTimeout("The read operation timed out")


def body(request: httpx.Request) -> Any:
    return json.loads(request.content)


def building(**statuses: str) -> dict[str, Any]:
    named = [{"name": name, "status": status} for name, status in statuses.items()]
    return a_demo(phase="provisioning", links={}, components=named)


def test_what_is_typed_is_what_is_sent() -> None:
    """And nothing else: what is left out is the service's to say."""
    service = script(a_demo())
    options = [
        "--name",
        "Acme",
        "--for",
        "1h30m",
        "--ready-by",
        "2026-12-02T09:00+01:00",
        "--from",
        "203.0.113.0/24",
        "--from",
        "::1/128",
    ]
    more = ["--parameter", "Size=t3.small", "--parameter", "Text=a=b", "--keep-on-failure"]
    assert 0 == typed("create", "ecs", "rds", *options, *more, transport=service).status
    typed("create", "all", transport=service)
    first, second = service.requests
    sent = body(first)
    assert ("POST", f"{API}/demos") == (first.method, str(first.url))
    assert {
        "components": ["ecs", "rds"],
        "name": "Acme",
        "ttl_hours": 1.5,
        "ready_by": datetime(2026, 12, 2, 8, tzinfo=UTC),
        "allowed_cidr": ["203.0.113.0/24", "::1/128"],
        "parameters": {"Size": "t3.small", "Text": "a=b"},
        "keep_on_failure": True,
    } == {**sent, "ready_by": datetime.fromisoformat(sent["ready_by"])}
    assert {"components": "all"} == body(second)
    assert 2 == len(set(service.keys))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["create"], "the following arguments are required: components"),
        (["create", "ecs", "--for", "8"], "'8' is no length: give it as 8h"),
        (["create", "ecs", "--for", "0h"], "must be longer than nothing"),
        (["create", "ecs", "--parameter", "X"], "--parameter X: give it as KEY=VALUE"),
        (["create", "ecs", "--parameter", "X=1", "--parameter", "X=2"], "X is given twice"),
        (["extend", "Acme"], "one of the arguments --for --until is required"),
        (["extend", "Acme", "--until", "soon"], "'soon' is no moment"),
        (["wait", "--for", "changing"], "invalid choice: 'changing'"),
        (["list", "--ap", "x"], "unrecognized arguments: --ap x"),
    ],
)
def test_wrong_usage_is_2_and_asks_nobody(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    service = script(a_demo())
    try:
        said = typed(*arguments, transport=service)
        status, text = said.status, said.err
    except SystemExit as ended:  # argparse's own way
        status, text = int(str(ended.code)), capsys.readouterr().err
    assert 2 == status
    assert message in text
    assert [] == service.requests


@pytest.mark.parametrize(
    "trouble",
    [
        DOWN,
        SILENT,
        refusal(503, "busy"),
        refusal(502, "something went wrong on our side"),
        refusal(429, "Too Many Requests"),
        refusal(409, "a request with this Idempotency-Key is under way"),
    ],
)
def test_a_request_is_repeated_with_its_key(trouble: httpx.Response | Exception) -> None:
    """Whatever became of the first, it is one demo."""
    service = script(trouble, trouble, httpx.Response(202, json=a_demo()))
    said = typed("create", "ecs", transport=service)
    assert 0 == said.status
    assert 3 == len(service.keys)
    assert 1 == len(set(service.keys))
    assert 2 == said.err.count("; trying again")


@pytest.mark.parametrize(("asked", "waited"), [("7", 7.0), ("9999", 60.0), ("soon", 0.5)])
def test_retry_after_is_waited_for(asked: str, waited: float) -> None:
    clock = Time()
    service = script(refusal(503, "busy", after=asked), a_list())
    assert 0 == typed("list", transport=service, clock=clock).status
    assert [waited] == clock.pauses


def test_a_full_quota_is_no_passing_trouble() -> None:
    full = refusal(429, "at most 3 demos, held by a1", limit="per_owner", maximum=3)
    service = script(full)
    said = typed("create", "ecs", transport=service)
    assert (1, "", "at most 3 demos, held by a1\n") == (said.status, said.out, said.err)
    assert 1 == len(service.requests)


def test_a_request_that_was_never_answered_names_its_key() -> None:
    """Typed again with it, it makes no second demo; one that never left makes no mystery."""
    service = script(SILENT)
    said = typed("create", "ecs", transport=service)
    assert 1 == said.status
    assert f"--key {service.keys[0]}" in said.err
    assert "--key" not in typed("create", "ecs", transport=script(DOWN)).err
    again = script(a_demo())
    typed("create", "ecs", "--key", service.keys[0], transport=again)
    assert service.keys[:1] == again.keys


def test_a_link_is_not_made_twice() -> None:
    """Each call makes another: it is repeated only where nothing can have been done."""
    for trouble, requests in ((SILENT, 1), (DOWN, 4), (refusal(503, "busy"), 4)):
        service = script(a_list(a_demo()), trouble)
        assert 1 == typed("share", transport=service).status
        assert requests == len(service.requests) - 1


def test_an_extension_is_a_moment() -> None:
    """So that a repetition moves the end no further."""
    service = script(a_list(a_demo()), a_demo(), SILENT, a_demo())
    assert 0 == typed("extend", "Acme", "--for", "2h", transport=service).status
    assert [{"expires_at": "2026-12-01T19:00:00+00:00"}] * 2 == [
        body(request) for request in service.requests if request.method == "PATCH"
    ]


def test_waiting_says_what_changes() -> None:
    """On stderr, one line each, and the result on stdout."""
    looks = [
        building(vpc="pending", asg="pending"),
        building(vpc="creating", asg="pending"),
        building(vpc="ready", asg="creating"),
        building(vpc="ready", asg="creating"),
        a_demo(),
    ]
    said = typed("create", "asg", "--wait", transport=script(looks[0], *looks))
    assert 0 == said.status
    lines = [" ".join(line.split()[1:]) for line in said.err.splitlines()]
    assert [
        "demo Building",
        "vpc creating",
        "vpc ready",
        "asg creating",
        "asg ready",
        "demo Ready",
    ] == lines
    assert "http://web.example.com/" in said.out
    assert "\x1b" not in said.out + said.err


@pytest.mark.parametrize(
    ("environment", "colours"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)]
)
def test_colours_are_for_terminals_that_want_them(
    environment: dict[str, str], *, colours: bool
) -> None:
    looks = [building(vpc="creating"), building(vpc="creating"), building(vpc="ready"), a_demo()]
    service = script(*looks)
    here = {**HERE, **environment}
    said = typed("create", "vpc", "--wait", transport=service, environment=here, terminal="")
    assert colours == ("\x1b[32mready\x1b[0m" in said.err)


def test_json_is_the_apis_answer_and_nothing_else() -> None:
    """Also of a refusal; what a person reads is on stderr."""
    service = script(building(vpc="creating"), building(vpc="creating"), a_demo())
    assert a_demo() == typed("create", "vpc", "--wait", "--json", transport=service).json
    errors = [{"field": "ttl_hours", "message": "must be at most 72"}]
    said = typed("--json", "plan", "vpc", transport=script(refusal(422, "all", errors=errors)))
    assert 1 == said.status
    assert errors == said.json["errors"]
    assert "ttl_hours (--for): must be at most 72\n" == said.err


def test_a_wait_ends_by_its_timeout_with_3() -> None:
    """And says that the demo goes on, and how to wait for it again."""
    clock = Time()
    service = script(a_list(a_demo()), building(vpc="creating"))
    said = typed("wait", "--timeout", "90s", "--json", transport=service, clock=clock)
    assert 3 == said.status
    assert "goes on. To wait again: demo wait k3v9x2ab\n" in said.err
    assert "provisioning" == said.json["phase"]
    assert 90 == pytest.approx(clock.elapsed())
    assert 5 == max(clock.pauses)


def test_ctrl_c_ends_the_wait_and_not_the_demo() -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    service = script(building(vpc="creating"))
    said = typed("create", "vpc", "--wait", transport=service, clock=Time([interrupt]))
    assert 130 == said.status
    assert "Interrupted. Demo k3v9x2ab goes on; to wait again: demo wait k3v9x2ab\n" in said.err


def test_an_outage_does_not_end_a_wait() -> None:
    """It is told once, however long it lasts."""
    busy = refusal(503, "busy")
    said = typed("wait", transport=script(a_list(a_demo()), busy, busy, SILENT, a_demo()))
    assert 0 == said.status
    assert 1 == said.err.count("busy; still waiting")
    late = typed("wait", "--timeout", "20s", transport=script(a_list(a_demo()), DOWN))
    assert 3 == late.status
    assert 1 == late.err.count("Connection refused; still waiting")


FAILURE = {"component": "rds", "resource": "Database", "reason": "no capacity"}


def test_a_demo_for_later_is_waited_for_from_its_start() -> None:
    """It is asked for rarely until then, and shown as what it is; a timeout counts from now."""
    later = {"starts_at": "2026-12-01T12:00:00Z", "ready_by": "2026-12-01T12:30:00Z"}
    waiting = building(vpc="pending") | {"phase": "requested", **later}
    clock = Time()
    service = script(a_list(waiting), waiting)
    said = typed("wait", transport=service, clock=clock)
    assert 3 == said.status
    assert 4 * 3600 == pytest.approx(clock.elapsed())
    assert 60 == max(clock.pauses)
    assert "demo      Scheduled" in said.err
    hasty = Time()
    service = script(a_list(waiting), waiting)
    assert 3 == typed("wait", "--timeout", "30m", transport=service, clock=hasty).status
    assert 1800 == pytest.approx(hasty.elapsed())
    shown = typed("show", transport=script(a_list(waiting), waiting)).out.splitlines()
    assert ["Acme (k3v9x2ab): Scheduled", True, True] == [
        shown[0],
        shown[1].startswith("  starts ") and shown[1].endswith("(in 3 h)"),
        shown[2].startswith("  ready  by ") and shown[2].endswith("(in 3.5 h)"),
    ]
    assert "Scheduled" in typed("list", transport=script(a_list(waiting))).out


@pytest.mark.parametrize(
    ("goal", "changes", "words"),
    [
        ("ready", {"phase": "failed", "failure": FAILURE}, "rds at Database: no capacity"),
        ("ready", {"phase": "deleting", "desired_state": "deleted", "failure": FAILURE}, "rds at"),
        ("ready", {"phase": "deleted", "desired_state": "deleted"}, "Removed"),
        ("deleted", {"phase": "quarantined", "failure": FAILURE}, "Stuck: needs an operator"),
        ("paused", {}, "it is to be running, and so will not be paused"),
    ],
)
def test_what_will_not_come_is_not_waited_for(
    goal: str, changes: dict[str, Any], words: str
) -> None:
    service = script(a_list(a_demo()), a_demo(**changes))
    clock = Time()
    said = typed("wait", "Acme", "--for", goal, transport=service, clock=clock)
    assert (1, []) == (said.status, clock.pauses)
    assert words in said.err


ACME, BETA = a_demo(), a_demo(demo_id="b0000000", name="Beta")
TWIN = a_demo(demo_id="t0000000", name="ACME")


@pytest.mark.parametrize(
    ("mine", "text", "found"),
    [
        ([ACME], "", "k3v9x2ab"),
        ([ACME, BETA], "beta", "b0000000"),
        ([ACME, TWIN], "t0000000", "t0000000"),
        ([ACME], "x0000000", "x0000000"),  # ended, or another's: the service says
    ],
)
def test_a_demo_is_meant_by_id_by_name_or_by_being_the_only_one(
    mine: list[dict[str, Any]], text: str, found: str
) -> None:
    service = script(a_list(*mine), ACME)
    assert 0 == typed("show", *([text] if text else []), transport=service).status
    assert f"{API}/demos/{found}" == str(service.requests[-1].url)
    assert {"phase": "live", "mine": "true"}.items() <= dict(
        service.requests[0].url.params
    ).items()


@pytest.mark.parametrize(
    ("mine", "text", "words"),
    [
        ([ACME, BETA], "", ["you have several demos", "k3v9x2ab  Acme", "b0000000  Beta"]),
        ([ACME, TWIN], "Acme", ["2 demos are called 'Acme'", "t0000000  ACME"]),
        ([], "", ["you have no demo"]),
        ([ACME], "../me", ["no demo of yours is called '../me'"]),
    ],
)
def test_a_demo_that_is_not_clear_is_not_guessed(
    mine: list[dict[str, Any]], text: str, words: list[str]
) -> None:
    service = script(a_list(*mine))
    said = typed("delete", *([text] if text else []), transport=service)
    assert 1 == said.status
    assert [] == [word for word in words if word not in said.err]
    assert ["GET"] == [request.method for request in service.requests]


@pytest.mark.parametrize(("answer", "deleted"), [("y\n", True), ("\n", False), ("no\n", False)])
def test_a_person_is_asked_before_a_deletion(answer: str, *, deleted: bool) -> None:
    """Nothing but a yes deletes it."""
    service = script(a_list(ACME), ACME)
    said = typed("delete", transport=service, terminal=answer)
    assert "Delete Acme (k3v9x2ab)? [y/N] " in said.err
    assert deleted == ("DELETE" in [request.method for request in service.requests])
    assert (0 if deleted else 1) == said.status


@pytest.mark.parametrize("options", [["--yes"], ["Acme"]])
def test_nobody_is_asked_who_said_yes_or_is_not_there(options: list[str]) -> None:
    service = script(a_list(ACME), ACME)
    terminal = "" if "--yes" in options else None
    assert 0 == typed("delete", *options, transport=service, terminal=terminal).status
    assert "DELETE" == service.requests[-1].method


def test_where_nobody_is_asked_a_deletion_names_its_demo() -> None:
    """Also where there is only one: it may be another than was meant."""
    service = script(a_list(ACME), ACME)
    said = typed("delete", transport=service)
    assert (2, True) == (said.status, "name it or give --yes" in said.err)
    assert ["GET", "GET"] == [request.method for request in service.requests]


def test_a_list_is_read_to_its_end() -> None:
    first = {**a_list(ACME), "next_cursor": "more"}
    service = script(first, a_list(BETA))
    said = typed("list", "--json", "--all", transport=service)
    assert ["k3v9x2ab", "b0000000"] == [demo["demo_id"] for demo in said.json["demos"]]
    assert said.json["next_cursor"] is None
    assert "more" == service.requests[1].url.params["cursor"]
    assert "phase" not in service.requests[0].url.params


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, text="<html>"),
        httpx.Response(200, json=["another", "service"]),
        httpx.Response(302, headers={"Location": "https://elsewhere.example.com/"}),
        httpx.Response(403, json={"message": "Missing Authentication Token"}),
        httpx.Response(404, text="\x1b[2Jnothing"),
    ],
)
def test_another_service_is_told_from_this_one(answer: httpx.Response) -> None:
    service = script(answer)
    said = typed("components", transport=service)
    assert 1 == said.status
    assert f"{API}/catalog answered {answer.status_code}" in said.err
    assert "is its address right?" in said.err
    assert 1 == len(service.requests)


def test_what_comes_from_elsewhere_steers_no_terminal() -> None:
    said = typed("show", "x0000000", transport=script(a_list(), a_demo(name="\x1b[2Jx\ny")))
    assert " [2Jx y (k3v9x2ab): Ready" == said.out.splitlines()[0]


def test_phases_have_the_words_of_the_glossary() -> None:
    rows = (ROOT / "docs" / "glossary.md").read_text().splitlines()
    for phase, word in PHASES.items():
        assert f"| `{phase}` | {word} |" in rows
