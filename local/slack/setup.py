"""Slack for the local run: the stand-in for its Web API, and the app's secret."""

import json
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from local import servers
from local.emulator.process import Emulator, is_running
from local.slack.stand_in import TEAM, TOKEN

SECRET = "stelligent-service/slack"  # noqa: S105 - a secret's name
# Slack tells nobody's address; on this machine there is only one worth opening a demo to.
CIDR = "127.0.0.1/32"


@dataclass(frozen=True)
class LocalSlack:
    """The stand-in that belongs to a state folder, and the secret commands are signed with."""

    port: int
    pid: int
    signing_secret: str

    @property
    def url(self) -> str:
        """Where the stand-in listens."""
        return f"http://127.0.0.1:{self.port}"

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
        file = state / "slack.json"
        return cls(**json.loads(file.read_text())) if file.exists() else None


def answers(url: str) -> bool:
    """Whether a stand-in listens there."""
    try:
        with urlopen(f"{url}/_stand-in/seen", timeout=2) as answer:  # noqa: S310 - our own address
            return bool(answer.read())
    except (URLError, OSError):
        return False


def start(state: Path, aws: Emulator) -> LocalSlack:
    """Start the stand-in unless it runs, and put the app's secret into Secrets Manager."""
    known = LocalSlack.read(state)
    if known is None or not (is_running(known.pid) and answers(known.url)):
        port = known.port if known else 0
        secret = known.signing_secret if known else secrets.token_hex(16)
        port, pid = servers.start("local.slack.stand_in", state, "slack", port=port)
        known = LocalSlack(port, pid, secret)
        file = state / "slack.json"
        file.touch(mode=0o600)
        file.write_text(json.dumps(asdict(known)))
    _put_secret(aws.client("secretsmanager"), known)
    return known


def _put_secret(client: Any, slack: LocalSlack) -> None:
    value = json.dumps(
        {"signing_secret": slack.signing_secret, "bot_token": TOKEN, "team_id": TEAM}
    )
    try:
        client.create_secret(Name=SECRET, SecretString=value)
    except client.exceptions.ResourceExistsException:
        client.put_secret_value(SecretId=SECRET, SecretString=value)
