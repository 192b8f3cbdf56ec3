"""Slack's two functions: one that it calls, and one that the table's stream calls.

Everything that imports Slack's libraries is behind these handlers, because every function of
the package loads this module and only these two talk to Slack (docs/slack.md).
"""

from __future__ import annotations

import importlib
import os
from typing import Any

from chalice import Blueprint

bp = Blueprint(__name__)

# In its own function each loads at the start, which AWS gives more processor than the first call.
_WORK = {f"{__name__}.slack": "slack_app", f"{__name__}.slack_news": "slack_stream"}
if (_handler := os.environ.get("_HANDLER", "")) in _WORK:
    importlib.import_module(f"chalicelib.entrypoints.{_WORK[_handler]}")


# Reached by the path that .chalice/resources.yaml adds to the API: Chalice would serve a route
# from the API's own function.
@bp.lambda_function(name="slack")  # type: ignore[untyped-decorator]
def slack(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Acknowledge a command, a press or a form: verify, note it, answer."""
    from chalicelib.entrypoints.slack_app import respond  # noqa: PLC0415

    return respond(event, context)


# The stream is wired in .chalice/resources.yaml, as only the template knows its ARN.
@bp.lambda_function(name="slack_news")  # type: ignore[untyped-decorator]
def slack_news(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ARG001
    """Carry out what was noted, and show what has changed."""
    from chalicelib.entrypoints.slack_stream import deliver  # noqa: PLC0415

    return deliver(event)
