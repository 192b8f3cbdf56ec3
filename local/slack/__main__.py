"""What `make slack TEXT="create ecs for 2h"` runs: a signed command to the local service.

Shows what the channel would show, and follows a demo's message until it settles. `make demo`
starts the service and the stand-in for Slack that this talks to.
"""

import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
from rich.console import Console
from rich.live import Live

from chalicelib.core.demo import Phase
from chalicelib.entrypoints.slack.phases import PHASES, SCHEDULED, in_plain
from local import service
from local.slack.setup import LocalSlack
from local.slack.stand_in import CHANNEL, CHANNEL_NAMES
from local.slack.terminal import channel
from local.slack.workspace import Workspace

Json = dict[str, Any]
_POLL_SECONDS = 0.3  # seconds
_SETTLED = tuple(
    f": {in_plain(marked)}"
    for marked in (
        SCHEDULED,
        *(PHASES[p] for p in (Phase.READY, Phase.DELETED, Phase.FAILED, Phase.QUARANTINED)),
    )
)
_QUIET_AFTER = 1.0  # seconds in which nothing more came of a demo at rest
_GIVE_UP_AFTER = 300.0  # seconds


class SlackError(RuntimeError):
    """The command could not be sent; the message says why."""


def received(slack: LocalSlack) -> Iterator[Json]:
    """Yield everything that the stand-in has received, again and again."""
    with httpx.Client(base_url=slack.url, timeout=10, trust_env=False) as client:
        while True:
            yield client.get("/_stand-in/received").json()
            time.sleep(_POLL_SECONDS)


def new_since(before: Json, now: Json) -> tuple[list[Json], list[Json]]:
    """Return the answers and messages that came or changed since `before`."""
    known = {message["ts"]: message for message in before["messages"]}
    changed = [m for m in now["messages"] if known.get(m["ts"]) != m]
    return now["answers"][len(before["answers"]) :], changed


def is_settled(answers: list[Json], messages: list[Json], quiet: float) -> bool:
    """Whether nothing more is to come: after an answer, or with every demo at rest and its notice.

    What changes a demo that is at rest brings no notice; then it must be quiet for a moment.
    """
    shown = [message for message in messages if not message["thread_ts"]]
    if not shown:
        return bool(answers)
    at_rest = all(message["text"].endswith(_SETTLED) for message in shown)
    return at_rest and (len(shown) < len(messages) or quiet > _QUIET_AFTER)


def run(console: Console, text: str) -> int:
    """Send the command, and follow what comes of it."""
    up, slack = service.Service.read(), LocalSlack.read(service.STATE)
    if slack is None:
        raise SlackError("the stand-in for Slack is not running; start it with: make demo")
    workspace = Workspace(up.api_url, slack.signing_secret, slack.url)
    before = next(received(slack))
    console.print(f"#{CHANNEL_NAMES[CHANNEL]}  /demo {text}", style="bold", highlight=False)
    answer = workspace.command(text)
    if answer.is_error:
        raise SlackError(f"the service answered {answer.status_code}: {answer.text}")
    first = [answer.json()] if answer.text else []
    with Live(console=console, auto_refresh=False, transient=not console.is_terminal) as live:
        shown = follow(live, slack, before, first)
    if not console.is_terminal:
        console.print(shown)
    return 0


def follow(live: Live, slack: LocalSlack, before: Json, first: list[Json]) -> Any:
    """Show the channel until it settles; give the last picture."""
    began = moved = time.monotonic()
    last: Any = None
    for now in received(slack):
        answers, messages = new_since(before, now)
        views = now["views"][len(before["views"]) :]
        forms = [{"text": f"[a form opens: {view['title']['text']}]"} for view in views]
        moment = time.monotonic()
        if (answers, messages) != last:
            last, moved = (answers, messages), moment
        shown = channel([*first, *forms, *answers], messages, datetime.now(UTC))
        live.update(shown, refresh=True)
        final = [*answers, *forms, *filter(_is_final, first)]
        if is_settled(final, messages, moment - moved) or moment - began > _GIVE_UP_AFTER:
            return shown
    return None


def _is_final(acknowledgement: Json) -> bool:
    """Whether nothing follows it: it is help, the catalog, or says what could not be read."""
    return not acknowledgement["text"].startswith(":wave:")


def main() -> int:
    """Run, and turn what can go wrong into one sentence and exit status 1."""
    console = Console()
    try:
        return run(console, " ".join(sys.argv[1:]))
    except (SlackError, service.ServiceError, httpx.HTTPError) as error:
        console.print(f"make slack failed: {error}", style="red", markup=False, soft_wrap=True)
        return 1


if __name__ == "__main__":
    sys.exit(main())
