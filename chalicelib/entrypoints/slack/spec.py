"""What is said in Slack about pausing, letting people in and credentials, and its buttons."""

from __future__ import annotations

from typing import Final

from slack_sdk.models.blocks import ButtonElement

from chalicelib.core.access import address_in, block_of
from chalicelib.core.demo import Demo, Desired, Phase
from chalicelib.entrypoints.slack.blocks import (
    actions,
    button,
    context,
    escaped,
    message,
    price_in_words,
    section,
    sections,
    sentence,
)
from chalicelib.services.slack.commands import (
    Allow,
    AnswerRequest,
    Begin,
    CredentialsResult,
    DemoCommand,
    Pause,
    PauseQuestion,
    Resume,
    ShowCredentials,
)
from chalicelib.services.slack.ports import Message

PAUSE, PAUSE_NOW, RESUME = "demo_pause", "demo_pause_now", "demo_resume"
BEGIN: Final = "demo_begin"
LET_IN, DECLINE, CREDENTIALS = "demo_let_in", "demo_decline", "demo_credentials"
BUTTONS: Final = (BEGIN, PAUSE, PAUSE_NOW, RESUME, LET_IN, DECLINE, CREDENTIALS)


def command_of(action_id: str, demo_id: str, rest: str) -> DemoCommand | None:
    """Return the command of a button of these; None for one that makes no sense."""
    match action_id:
        case "demo_begin":
            return Begin(demo=demo_id)
        case "demo_pause":
            return Pause(demo=demo_id)
        case "demo_pause_now":
            return Pause(demo=demo_id, confirmed=True)
        case "demo_resume":
            return Resume(demo=demo_id)
        case "demo_credentials":
            return ShowCredentials(demo=demo_id)
        case "demo_let_in" | "demo_decline" if block_of(rest):
            return AnswerRequest(demo=demo_id, address=rest, let_in=action_id == LET_IN)
        case _:
            return None


def buttons(demo: Demo) -> list[ButtonElement]:
    """Return the buttons of these that fit a demo's state."""
    if demo.desired_state is Desired.DELETED:
        return []
    if demo.waiting:
        return [button("Start now", BEGIN, value=demo.demo_id)]
    if demo.desired_state is Desired.PAUSED:
        return [button("Resume", RESUME, value=demo.demo_id, style="primary")]
    if demo.phase not in (Phase.READY, Phase.CHANGING):
        return []
    return [button("Pause", PAUSE, value=demo.demo_id)]


def handed_over(demo: Demo) -> Message:
    """Return the last that the channel where a demo was requested hears of it."""
    text = f"*{escaped(demo.name)}* `{demo.demo_id}` was handed over to {escaped(demo.owner)}."
    return message(f"{demo.name} was handed over", [section(text)])


def access_request(text: str, demo: Demo, mention: str | None) -> Message:
    """Return that an address asks to be let in, with what its owner may answer."""
    to = f"<@{mention}> " if mention else ""
    value = f"{demo.demo_id} {address_in(text)}"
    row = actions(
        button("Let in", LET_IN, value=value, style="primary"),
        button("Decline", DECLINE, value=value),
    )
    return message(escaped(text), [section(f"{to}{escaped(text)}"), row])


def answered(command: DemoCommand, demo: Demo) -> Message | None:
    """Return the outcome of a command of these in a sentence; None for any other command."""
    named = f"*{escaped(demo.name)}*"
    match command:
        case Pause():
            return sentence(f"{named} is being paused.")
        case Begin():
            return sentence(f"{named} is being built now, and not at its time.")
        case Resume():
            return sentence(f"{named} is being resumed.")
        case AnswerRequest(let_in=False):
            return sentence(f"{escaped(command.address)} is not let in to {named}.")
        case AnswerRequest() | Allow():
            blocks = ", ".join(f"`{block}`" for block in demo.allowed_cidr)
            return sentence(f"{named} is open to {blocks}; a change takes a minute or two.")
        case _:
            return None


def pause_question(question: PauseQuestion) -> Message:
    """Return what a pause loses and saves, and the button that does it."""
    named = f"*{escaped(question.demo.name)}*"
    lines = [f"Pause {named}? Its links stop working until it is resumed; its lease runs on."]
    lines += [f":warning: Lost for good. {escaped(text)}" for text in question.loses]
    rests, runs = price_in_words(question.cost.paused), price_in_words(question.cost.running)
    price = f"It costs {rests} while it rests, {runs} now."
    row = actions(button("Pause", PAUSE_NOW, value=question.demo.demo_id, style="danger"))
    title = f"Pause {escaped(question.demo.name)}?"
    return message(title, [*sections(lines), context(price), row])


def credentials(result: CredentialsResult) -> Message:
    """Return users and passwords, for the sender alone."""
    if not result.credentials:
        return sentence(f"Nothing of *{escaped(result.demo.name)}* to sign in to is up.")
    blocks = []
    for each in result.credentials:
        lines = (
            f"*{escaped(each.component)}*",
            f"user `{_code(each.user)}`",
            f"password `{_code(each.password)}`",
            f"address `{_code(each.address)}`",
            f"`{_code(each.command)}`" if each.command else "",
        )
        blocks.append(section("\n".join(filter(None, lines))))
    note = context("Only you see this. The timeline says that you read it.")
    return message("Credentials", [*blocks, note])


def _code(text: str) -> str:
    """Return text as it may stand between backticks."""
    plain = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return plain.replace("`", "'")
