"""Slack's two functions: one that Slack calls, and one that the table's stream calls.

Everything that imports Slack's libraries is behind these handlers, because app.py loads this
module in the API's function, and only these two talk to Slack (docs/slack.md).
"""

from __future__ import annotations

from typing import Any

from chalice import Blueprint

bp = Blueprint(__name__)


# Reached by the path that .chalice/resources.yaml adds to the API: Chalice would serve a route
# from the API's own function.
@bp.lambda_function(name="slack")  # type: ignore[untyped-decorator]
def slack(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Acknowledge a command, a press or a form: verify it, record it, answer."""
    from chalicelib.entrypoints.slack.app import acknowledge  # noqa: PLC0415

    return acknowledge(event, context)


# The stream is wired in .chalice/resources.yaml, as only the template knows its ARN.
@bp.lambda_function(name="slack_updates")  # type: ignore[untyped-decorator]
def slack_updates(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ARG001
    """Handle the requests that were recorded, and show the demos that have changed."""
    from chalicelib.entrypoints.slack.stream import process_batch  # noqa: PLC0415

    return process_batch(event)
