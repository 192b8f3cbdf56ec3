"""Secrets Manager and its fake."""

from __future__ import annotations

import boto3
import pytest

from chalicelib.adapters.secrets import SecretsManager
from chalicelib.core.errors import NotFound
from chalicelib.services.ports.targets import Secrets
from testkit.fakes.secrets import MemorySecrets

from .conftest import REGION


@pytest.fixture(params=["memory", "moto"])
def stored(request: pytest.FixtureRequest) -> tuple[Secrets, str, str]:
    """Return the secrets, the ARN of one, and the ARN of one that is being deleted."""
    if request.param == "memory":
        memory = MemorySecrets()
        memory.values["arn:there"] = "text"
        return memory, "arn:there", "arn:gone"
    request.getfixturevalue("aws")
    client = boto3.client("secretsmanager", region_name=REGION)
    there, gone = (
        client.create_secret(Name=name, SecretString="text")["ARN"] for name in ("there", "gone")
    )
    client.delete_secret(SecretId=gone)
    return SecretsManager(REGION), there, gone


def test_a_secret_is_read(stored: tuple[Secrets, str, str]) -> None:
    """Its text, as it is."""
    secrets, there, _ = stored
    assert "text" == secrets.read(there)


def test_a_secret_that_goes_is_not_found(stored: tuple[Secrets, str, str]) -> None:
    """Whether it is marked for deletion or gone."""
    secrets, there, gone = stored
    for arn in (gone, f"{there}x"):
        with pytest.raises(NotFound, match="not there any more"):
            secrets.read(arn)
