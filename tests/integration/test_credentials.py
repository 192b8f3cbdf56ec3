"""Credentials over HTTP: read with the API's own role, for the owner alone, and recorded."""

from __future__ import annotations

import json

from .conftest import Running


def test_an_owner_reads_what_the_database_was_made_with(running: Running) -> None:
    """The very text of its secret; on the timeline, and kept by no cache."""
    owner = running.person()
    demo_id = owner.request("rds")
    demo = owner.until(demo_id, "ready")
    answer = owner.call("GET", f"/demos/{demo_id}/credentials")
    assert 200 == answer.status_code, answer.text
    assert ("no-store", None) == (answer.headers["cache-control"], answer.headers.get("etag"))
    (found,) = answer.json()["credentials"]
    outputs = demo["outputs"]["rds"]
    assert ("rds", "demo", outputs["DatabaseEndpoint"]) == (
        found["component"],
        found["user"],
        found["address"],
    )
    secrets = running.aws.client("secretsmanager")
    text = secrets.get_secret_value(SecretId=outputs["DatabaseSecretArn"])["SecretString"]
    assert json.loads(text)["password"] == found["password"]
    assert found["password"] not in found["command"]
    assert f"--host={found['address']}" in found["command"]
    (entry,) = [e for e in owner.events(demo_id) if e["kind"] == "access"]
    assert (owner.owner, "credentials read: rds") == (entry["actor"], entry["text"])


def test_nobody_else_reads_them(running: Running) -> None:
    """For another owner there is no such demo; an admin sees it, and is told whose they are."""
    owner = running.person()
    demo_id = owner.request("s3")
    path = f"/demos/{demo_id}/credentials"
    assert 404 == running.person().call("GET", path).status_code
    refused = running.admin().call("GET", path)
    assert 403 == refused.status_code
    assert "only the owner" in refused.json()["detail"]
    assert [] == owner.call("GET", path).json()["credentials"]
