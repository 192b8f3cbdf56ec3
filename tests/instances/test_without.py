"""A machine without Apache and MariaDB: their places are taken, and that is said."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from local import demo, service
from local.instances import serving
from tests.integration.conftest import SETTINGS, Running

from .conftest import opened, wait_for

NAME = "Bare & simple"


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Bring the service up as on a machine that has Python and nothing else."""
    state = tmp_path_factory.mktemp("bare")
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(serving.WITHOUT, "apache2, docker, mariadbd")
            up = service.up(state, parameters=SETTINGS, instances=True)
        yield Running(up, state, service.emulator(state))
    finally:
        service.down(state)


def test_python_serves_where_there_is_no_apache(bare: Running) -> None:
    """
    Given a machine without Apache and MariaDB, when a demo is made, then Python serves
    the same page, the database is recorded, and both the page and the last words say so.
    """
    owner = bare.person()
    demo_id = owner.ask("ecs", "eb", "rds", name=NAME)
    ready = owner.until(demo_id, "ready", "deleted", "failed")
    assert "ready" == ready["phase"], ready["failure"]
    for title in ("Ecs", "Eb"):
        link = ready["links"][title]
        wait_for(lambda url=link: opened(url).status_code == 200, link)  # type: ignore[misc]
        answer = opened(link)
        assert answer.headers["server"].startswith("python-in-place-of-apache")
        assert demo_id in answer.text
        assert "nosniff" == answer.headers["x-content-type-options"]
        wait_for(lambda url=link: _name_at(url) == NAME, "the name")  # type: ignore[misc]
    assert "recorded-not-emulated" in ready["outputs"]["rds"]["DatabaseEndpoint"]
    local = httpx.get(f"{bare.up.api_url}/config.json", trust_env=False).json()["local"]
    farewell = demo.farewell(bare.up, ready, local)
    for words in (
        "A stand-in takes Docker's place, as DEMO_WITHOUT says",
        "served by Python in place of Apache",
        "The database is recorded",
    ):
        assert words in " ".join(local["details"])
        assert words in farewell
    owner.call("DELETE", f"/demos/{demo_id}")
    assert "deleted" == owner.until(demo_id, "deleted", "quarantined")["phase"]


def _name_at(link: str) -> str:
    answer = opened(f"{link}demo.json")
    return str(answer.json()["name"]) if answer.status_code == httpx.codes.OK else ""
