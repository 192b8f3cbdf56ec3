"""The form that a bare /demo opens: what there is, how long it takes, and what is left to say."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from slack_sdk.models.blocks import (
    Block,
    InputBlock,
    Option,
    PlainTextInputElement,
    StaticMultiSelectElement,
    StaticSelectElement,
)
from slack_sdk.models.views import View

from chalicelib.core import durations
from chalicelib.core.catalog import ALL, Catalog, Selection
from chalicelib.core.errors import DemoError, FieldProblem, InvalidRequest
from chalicelib.core.graph import build_graph
from chalicelib.core.kinds import BUNDLE
from chalicelib.core.policy import LeaseLimits
from chalicelib.core.preview import Preview, preview
from chalicelib.core.request import MAX_NAME
from chalicelib.entrypoints.logs import logger
from chalicelib.entrypoints.slack.blocks import context, escaped, plain, price_in_words, section
from chalicelib.entrypoints.slack.create import blocks_in
from chalicelib.services.slack.commands import Create
from chalicelib.services.slack.ports import Json
from chalicelib.services.slack.requests import Intake

FORM: Final = "demo_form"
PICK: Final = "demo_pick"
_MAX_LABEL: Final = InputBlock.label_max_length
_MAX_PLACEHOLDER: Final = StaticSelectElement.placeholder_max_length
_MAX_TITLE: Final = View.title_max_length
_MAX_PROBLEM: Final = 3000
_NO_ADDRESS: Final = "give addresses such as 203.0.113.7 or 203.0.113.0/24, by comma"
_LEASES: Final = (1, 2, 4, 8, 24, 48, 72, 168)
_FIELDS: Final = {
    "components": "components",
    "parameters": "components",
    "name": "name",
    "ttl_hours": "lease",
    "allowed_cidr": "cidr",
    "region": "lease",
}
"""Which block of the form a problem with a request's field is shown at."""


def opened(intake: Intake, command: Json) -> bool:
    """Open the form for who typed a bare command; return whether Slack did."""
    origin = {name: command.get(name, "") for name in ("channel_id", "response_url")}
    try:
        intake.forms.open_form(command["trigger_id"], _form_of(intake, json.dumps(origin)))
    except DemoError as error:
        logger().error("the form could not be opened", extra={"why": str(error)})
        return False
    return True


def update(intake: Intake, view: Json) -> None:
    """Show in an open form what the components picked bring, and how long they take."""
    chosen = picked(view["state"]["values"])
    try:
        shown = _form_of(intake, view["private_metadata"], chosen)
        intake.forms.update_form(view["id"], view["hash"], shown)
    except DemoError as error:
        logger().error("the form could not be updated", extra={"why": str(error)})


def checked(intake: Intake, state: Mapping[str, Any]) -> Create | dict[str, str]:
    """Return the command of a form that was sent, or its problems by block."""
    command = read(state)
    if isinstance(command, Create):
        try:
            intake.preview(command)
        except InvalidRequest as error:
            return errors(error.problems)
    return command


def _form_of(intake: Intake, metadata: str, chosen: Sequence[str] = ()) -> Json:
    policy = intake.offer.policy
    return form(
        intake.offer.catalog(),
        policy.lease,
        region=policy.home_region,
        cidr=intake.policy.cidr,
        metadata=metadata,
        picked=chosen,
    )


def form(
    offered: Catalog,
    quotas: LeaseLimits,
    *,
    region: str,
    cidr: Sequence[str],
    metadata: str,
    picked: Sequence[str] = (),
) -> Json:
    """Return the view; `metadata` comes back with it, `picked` says what the plan is of."""
    view = View(
        type="modal",
        callback_id=FORM,
        private_metadata=metadata[: View.private_metadata_max_length],
        title=plain("New demo", _MAX_TITLE),
        submit=plain("Create", _MAX_TITLE),
        close=plain("Cancel", _MAX_TITLE),
        blocks=[
            _components(offered, picked),
            section(plan(offered, picked, region)),
            _lease(quotas),
            _text("name", "Name", "Acme pilot", most=MAX_NAME, optional=True),
            _text(
                "cidr",
                "Who may reach it",
                "203.0.113.7, 198.51.100.0/24",
                value=", ".join(cidr),
                hint="Addresses or blocks, by comma. Slack does not tell me yours.",
            ),
            context("It starts at once, and removes itself when the lease ends."),
        ],
    )
    return view.to_dict()


def _components(offered: Catalog, picked: Sequence[str]) -> Block:
    longest = _preview(offered, offered.select(ALL)).typical_minutes
    options = {ALL: _option(ALL, f"{ALL} · Everything · {_minutes(longest)}")} | {
        c.name: _option(c.name, f"{c.name} · {c.title} · {_minutes(c.typical_minutes)}")
        for c in offered.components.values()
        if c.name != BUNDLE
    }
    shown = [*options.values()][: StaticMultiSelectElement.options_max_length]
    return InputBlock(
        block_id="components",
        dispatch_action=True,
        label=plain("Components", _MAX_LABEL),
        element=StaticMultiSelectElement(
            action_id=PICK,
            placeholder=plain("What the demo is made of", _MAX_PLACEHOLDER),
            options=shown,
            initial_options=[options[name] for name in picked if options.get(name) in shown],
        ),
    )


def _option(value: str, text: str) -> Option:
    return Option(text=plain(text, Option.label_max_length), value=value)


def _lease(quotas: LeaseLimits) -> Block:
    lengths = {timedelta(hours=h) for h in _LEASES if timedelta(hours=h) <= quotas.at_once}
    options = {
        length: _option(f"{durations.in_hours(length)}h", durations.in_words(length))
        for length in sorted(lengths | {quotas.default})
    }
    return InputBlock(
        block_id="lease",
        label=plain("Lease", _MAX_LABEL),
        element=StaticSelectElement(
            action_id="lease",
            options=[*options.values()],
            initial_option=options[quotas.default],
        ),
    )


def _text(
    name: str,
    label: str,
    example: str,
    *,
    value: str = "",
    most: int = 200,
    hint: str | None = None,
    optional: bool = False,
) -> Block:
    return InputBlock(
        block_id=name,
        optional=optional,
        label=plain(label, _MAX_LABEL),
        hint=plain(hint, InputBlock.hint_max_length) if hint else None,
        element=PlainTextInputElement(
            action_id=name,
            max_length=most,
            placeholder=plain(example, _MAX_PLACEHOLDER),
            initial_value=value[:most] or None,
        ),
    )


def plan(offered: Catalog, picked: Sequence[str], region: str) -> str:
    """Return what a choice brings, how long it takes and what it costs, in a few words."""
    known = tuple(name for name in picked if name in offered.components)
    everything = _selection(picked) == ALL
    if not known and not everything:
        return ":stopwatch: Pick what the demo is made of."
    requested = offered.select(ALL if everything else known)
    shown = _preview(offered, requested, region)
    brought = [name for name in shown.pulled_in if name != BUNDLE]
    with_it = f", with {_names(brought)}" if brought else ""
    what = "Everything" if everything else _names(known)
    price = price_in_words(shown.cost.running)
    cost = f" · {price}" if price else ""
    return f":stopwatch: {what}{with_it}: ready in *{_minutes(shown.typical_minutes)}*{cost}"


def _preview(offered: Catalog, requested: tuple[str, ...], region: str = "") -> Preview:
    graph = build_graph(offered, requested)
    return preview(offered, requested, graph, parameters={}, region=region, lease=timedelta())


def _names(names: Iterable[str]) -> str:
    return ", ".join(f"`{escaped(name)}`" for name in names)


def _selection(picked: Sequence[str]) -> Selection:
    """Return what a choice means: everything, once that is among it."""
    return ALL if ALL in picked else tuple(picked)


def _minutes(minutes: float) -> str:
    return f"about {durations.in_words(timedelta(minutes=minutes))}"


def picked(state: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the components chosen in a form's state (view.state.values)."""
    options = _element(state, "components", PICK).get("selected_options") or []
    return tuple(str(option["value"]) for option in options)


def read(state: Mapping[str, Any]) -> Create | dict[str, str]:
    """Return the command that a form's state stands for, or its problems by block."""
    lease = (_element(state, "lease", "lease").get("selected_option") or {}).get("value", "")
    cidr = _element(state, "cidr", "cidr").get("value") or ""
    name = _element(state, "name", "name").get("value")
    blocks = blocks_in(cidr)
    if cidr.strip() and not blocks:
        return {"cidr": f"{_NO_ADDRESS}, not {cidr.strip()}"[:_MAX_PROBLEM]}
    return Create(
        components=_selection(picked(state)),
        name=name.strip() if name and name.strip() else None,
        ttl=durations.parse(lease) if lease else None,
        cidr=blocks,
    )


def _element(state: Mapping[str, Any], block: str, action: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = state.get(block, {}).get(action, {})
    return found


def errors(problems: Sequence[FieldProblem]) -> dict[str, str]:
    """Return a request's problems by the block of the form that they belong to."""
    by_block: dict[str, str] = {}
    for problem in problems:
        block = _FIELDS.get(problem.field.split(".")[0], "components")
        before = f"{by_block[block]}; " if block in by_block else ""
        by_block[block] = f"{before}{problem.message}"
    return by_block
