"""A paused demo's database does not run, and has its data when it runs again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pymysql
import pytest

from local.instances import serving
from tests.integration.conftest import Running
from tests.integration.test_changes import patched

from .conftest import listens, wait_for

pytestmark = pytest.mark.skipif(
    not serving.database(), reason="MariaDB is not installed: apt-get install mariadb-server-core"
)


def test_a_pause_stops_the_database_and_a_resumption_starts_it(machines: Running) -> None:
    """
    Given what was written with the secret's user and password, when the demo is paused, then no
    server runs; when it is resumed, then it is read at the same address.
    """
    owner = machines.person()
    demo_id = owner.request("rds")
    owner.until(demo_id, "ready", "deleted")
    secret = _secret(machines, demo_id)
    with _asked(secret) as cursor:
        cursor.execute("CREATE TABLE kept (word VARCHAR(20))")
        cursor.execute("INSERT INTO kept VALUES ('still here')")
    patched(owner, demo_id, {"desired_state": "paused"})
    assert "paused" == owner.until(demo_id, "paused", "failed", "deleted")["phase"]
    wait_for(lambda: not _server(machines, demo_id)["pids"], "the end of the server")
    assert not listens(secret["host"], int(secret["port"]))
    patched(owner, demo_id, {"desired_state": "running"})
    owner.until(demo_id, "ready", "failed", "deleted")
    wait_for(lambda: listens(secret["host"], int(secret["port"])), "the server")
    with _asked(secret) as cursor:
        cursor.execute("SELECT word FROM kept")
        assert (("still here",),) == cursor.fetchall()
    owner.call("DELETE", f"/demos/{demo_id}")
    assert "deleted" == owner.until(demo_id, "deleted", "quarantined")["phase"]
    assert not [one for one in machines.aws.control.instances() if demo_id in one["owner"]]


def _secret(running: Running, demo_id: str) -> dict[str, Any]:
    secrets = running.aws.client("secretsmanager")
    found = secrets.get_secret_value(SecretId=f"stelligent-demo-{demo_id}-database")
    return dict(json.loads(found["SecretString"]))


@contextmanager
def _asked(secret: dict[str, Any]) -> Iterator[Any]:
    """Ask the database as its own user, and keep what is written."""
    connection = pymysql.connect(
        host=secret["host"],
        port=int(secret["port"]),
        user=secret["username"],
        password=secret["password"],
        database=secret["dbname"],
        autocommit=True,
    )
    with connection, connection.cursor() as cursor:
        yield cursor


def _server(running: Running, demo_id: str) -> dict[str, Any]:
    known = running.aws.control.instances()
    (found,) = (o for o in known if o["owner"].startswith("database") and demo_id in o["owner"])
    return found
