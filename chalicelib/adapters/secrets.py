"""Secrets Manager behind the Secrets port: its answers are neither kept nor logged."""

from __future__ import annotations

from botocore.exceptions import ClientError

from chalicelib.adapters.aws import client, code_of, translated
from chalicelib.core.errors import NotFound


class SecretsManager:
    """The secrets of one region."""

    def __init__(self, region: str) -> None:
        self._region = region

    @translated
    def read(self, arn: str) -> str:
        """Return a secret's text; raise NotFound for one that is gone or is being deleted.

        A secret that is marked for deletion answers InvalidRequestException (Secrets Manager API
        Reference, GetSecretValue).
        """
        try:
            answer = client("secretsmanager", self._region).get_secret_value(SecretId=arn)
        except ClientError as error:
            if code_of(error) in ("ResourceNotFoundException", "InvalidRequestException"):
                raise NotFound("the secret is not there any more") from error
            raise
        return str(answer["SecretString"])
