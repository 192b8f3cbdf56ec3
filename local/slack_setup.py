"""Slack for the local run: the stand-in for its Web API, and the app's secret."""

import json
import secrets
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from local.emulator.process import Emulator, EmulatorError, free_port, is_running
from local.slack_stand_in import TEAM, TOKEN
from tools.packaging import ROOT

SECRET = "stelligent-service/slack"  # noqa: S105 - a secret's name
# Slack tells nobody's address; on this machine there is only one worth opening a demo to.
CIDR = "127.0.0.1/32"
_STARTS_WITHIN = 20.0  # seconds


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
        port = known.port if known else free_port()
        secret = known.signing_secret if known else secrets.token_hex(16)
        known = LocalSlack(port, _spawn(state, port), secret)
        file = state / "slack.json"
        file.touch(mode=0o600)
        file.write_text(json.dumps(asdict(known)))
    _put_secret(aws.client("secretsmanager"), known)
    wait_for(known)
    return known


def _spawn(state: Path, port: int) -> int:
    with (state / "slack.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "local.slack_stand_in", "--port", str(port)],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            umask=0o077,
        )
    return process.pid


def wait_for(slack: LocalSlack) -> None:
    """Wait until the stand-in answers; `EmulatorError` when it does not."""
    until = time.monotonic() + _STARTS_WITHIN
    while not answers(slack.url):
        if not is_running(slack.pid) or time.monotonic() > until:
            raise EmulatorError("the stand-in for Slack did not start; see slack.log")
        time.sleep(0.05)


def _put_secret(client: Any, slack: LocalSlack) -> None:
    value = json.dumps(
        {"signing_secret": slack.signing_secret, "bot_token": TOKEN, "team_id": TEAM}
    )
    try:
        client.create_secret(Name=SECRET, SecretString=value)
    except client.exceptions.ResourceExistsException:
        client.put_secret_value(SecretId=SECRET, SecretString=value)
