"""Slack for the local run: the stand-in for its Web API, and the app's secret."""

import json
import secrets
from dataclasses import dataclass
from pathlib import Path

from local import servers
from local.emulator.process import Emulator
from local.slack.stand_in import TEAM, TOKEN

SECRET = "stelligent-service/slack"  # noqa: S105 - a secret's name
# Slack does not say a person's address; on this machine there is only one worth opening a demo to.
CIDR = "127.0.0.1/32"


@dataclass(frozen=True)
class LocalSlack:
    """Where the stand-in of a state folder listens, and the secret commands are signed with."""

    url: str
    signing_secret: str

    @property
    def parameters(self) -> dict[str, str]:
        """Give the service's template what it needs to talk to the stand-in."""
        return {
            "SlackSecretName": SECRET,
            "SlackApiUrl": f"{self.url}/api/",
            "SlackCidr": CIDR,
            "SlackAdmins": "admin@example.com",
        }

    @classmethod
    def read(cls, state: Path) -> "LocalSlack | None":
        """Read what `start` left in a state folder."""
        running = servers.Server.read(state, "slack")
        return cls(running.url, _secret_file(state).read_text()) if running else None


def _secret_file(state: Path) -> Path:
    return state / "slack-signing-secret"


def start(state: Path, aws: Emulator) -> LocalSlack:
    """Start the stand-in unless it runs, and put the app's secret into Secrets Manager."""
    if not _secret_file(state).exists():
        servers.write_private(_secret_file(state), secrets.token_hex(16))
    running = servers.ensure("local.slack.stand_in", state, "slack")
    slack = LocalSlack(running.url, _secret_file(state).read_text())
    value = {"signing_secret": slack.signing_secret, "bot_token": TOKEN, "team_id": TEAM}
    manager = aws.client("secretsmanager")
    try:
        manager.create_secret(Name=SECRET, SecretString=json.dumps(value))
    except manager.exceptions.ResourceExistsException:
        manager.put_secret_value(SecretId=SECRET, SecretString=json.dumps(value))
    return slack
