"""The Slack app's credentials, out of Secrets Manager or Parameter Store."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from aws_lambda_powertools.utilities.parameters import SecretsProvider, SSMProvider
from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError
from botocore.exceptions import ClientError

from chalicelib.adapters.aws import ours
from chalicelib.core.errors import MissingSetting, Unavailable
from chalicelib.services.slack.ports import Credentials

KEPT: Final = 300
"""Seconds that a fetched secret is used; a rotated one is seen after that."""
_SETTING: Final = "DEMO_SLACK_SECRET_NAME"
_MUST_HOLD: Final = "must hold a JSON object with signing_secret, bot_token and team_id"
_ABSENT: Final = frozenset({"ResourceNotFoundException", "ParameterNotFound"})


class SlackSecret:
    """The secret of a name; one that begins with a slash is a SecureString parameter."""

    def __init__(self, name: str, client: Callable[[str], Any]) -> None:
        self._name = name
        self._fetch: Callable[[], Any]
        if name.startswith("/"):
            parameters = SSMProvider(boto3_client=client("ssm"))
            self._fetch = lambda: parameters.get(name, max_age=KEPT, decrypt=True)
        else:
            secrets = SecretsProvider(boto3_client=client("secretsmanager"))
            self._fetch = lambda: secrets.get(name, max_age=KEPT)

    def credentials(self) -> Credentials:
        """Return the credentials; raise MissingSetting saying what is absent or unreadable."""
        try:
            secret = json.loads(self._fetch())
            return Credentials(
                team_id=str(secret["team_id"]),
                signing_secret=str(secret["signing_secret"]),
                bot_token=str(secret["bot_token"]),
            )
        except GetParameterError as error:
            raise self._absent(error) from error
        except (ValueError, TypeError, KeyError) as error:
            # The error's own words could hold a part of the secret.
            cause = error if isinstance(error, KeyError) else None
            raise MissingSetting(f"{_SETTING}: {self._name} {_MUST_HOLD}") from cause

    def _absent(self, error: GetParameterError) -> Exception:
        cause = error.__cause__ or error.__context__
        if not isinstance(cause, ClientError):
            return Unavailable(f"{_SETTING}: {error}")
        if cause.response.get("Error", {}).get("Code") in _ABSENT:
            return MissingSetting(f"{_SETTING}: there is no secret {self._name}")
        return ours(cause)
