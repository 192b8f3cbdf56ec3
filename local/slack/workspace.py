"""A Slack workspace as the service sees it: sends signed commands, presses and forms."""

import hashlib
import hmac
import json
import secrets
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx

from local.slack.stand_in import CHANNEL, TEAM, U_OWNER

Json = dict[str, Any]
_TIMEOUT = 60.0  # seconds; a first answer takes two, and longer on a busy machine


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Sign a body as Slack does ("Verifying requests from Slack", version v0)."""
    base = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


@dataclass
class Workspace:
    """One workspace with the app installed; `slack_url` is where the stand-in listens."""

    api_url: str
    signing_secret: str
    slack_url: str
    team: str = TEAM

    def command(self, text: str, *, user: str = U_OWNER, channel: str = CHANNEL) -> httpx.Response:
        """Type `/demo <text>`."""
        return self.send(self.command_body(text, user=user, channel=channel))

    def command_body(self, text: str, *, user: str = U_OWNER, channel: str = CHANNEL) -> bytes:
        """Return the form that a slash command sends."""
        fields = {
            "token": "unused",
            "team_id": self.team,
            "team_domain": "local",
            "channel_id": channel,
            "channel_name": "demos",
            "user_id": user,
            "user_name": user.lower(),
            "command": "/demo",
            "text": text,
            "api_app_id": "A0LOCAL",
            "is_enterprise_install": "false",
            "response_url": self._response_url(),
            "trigger_id": secrets.token_hex(8),
        }
        return urlencode(fields).encode()

    def press(self, action_id: str, value: str, *, user: str = U_OWNER) -> httpx.Response:
        """Press a button of a message."""
        return self._interact(
            "block_actions",
            user,
            actions=[_action(action_id, "button", block_id="b", value=value)],
            channel={"id": CHANNEL, "name": "demos"},
            response_url=self._response_url(),
        )

    def submit(self, view: Json, values: Json) -> httpx.Response:
        """Send a form."""
        return self._interact("view_submission", view=_filled_in(view, values))

    def pick(self, view: Json, names: list[str]) -> httpx.Response:
        """Pick components in an open form."""
        options = [{"value": name} for name in names]
        values = {"components": {"demo_pick": {"selected_options": options}}}
        action = _action("demo_pick", "multi_static_select", block_id="components")
        return self._interact("block_actions", view=_filled_in(view, values), actions=[action])

    def _interact(self, kind: str, user: str = U_OWNER, **more: Any) -> httpx.Response:
        payload = {
            "type": kind,
            "team": {"id": self.team, "domain": "local"},
            "user": {"id": user, "team_id": self.team},
            "api_app_id": "A0LOCAL",
            "trigger_id": secrets.token_hex(8),
            **more,
        }
        return self.send(urlencode({"payload": json.dumps(payload)}).encode())

    def send(
        self, body: bytes, *, at: float | None = None, secret: str = "", **headers: str
    ) -> httpx.Response:
        """Sign a body and send it, byte for byte; `at` is when it claims to be signed."""
        timestamp = str(int(time.time() if at is None else at))
        signed = {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": signature(secret or self.signing_secret, timestamp, body),
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        with httpx.Client(timeout=_TIMEOUT, trust_env=False) as client:
            return client.post(f"{self.api_url}/slack/events", content=body, headers=signed)

    def _response_url(self) -> str:
        return f"{self.slack_url}/answers/{secrets.token_hex(6)}"


def _action(action_id: str, kind: str, **more: str) -> Json:
    return {"type": kind, "action_id": action_id, "action_ts": f"{time.time():.6f}", **more}


def _filled_in(view: Json, values: Json) -> Json:
    return {"id": "V0FORM", "hash": "1.a", **view, "state": {"values": values}}
