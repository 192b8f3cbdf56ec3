"""A machine without Apache and MariaDB, and with a jenkins.war, reports what is in whose place."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from local import demo, service
from local.instances import serving
from tests.integration.conftest import SETTINGS, Running

from .conftest import opened, wait_for

NAME = "Bare & simple"
JAVA = bool(serving.find("java") and shutil.which("javac"))

# What Jenkins itself understands of its arguments, and no more.
_SOURCE = """
import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;

public class Main {
    public static void main(String[] arguments) throws Exception {
        String address = "", port = "";
        for (String argument : arguments) {
            if (argument.startsWith("--httpListenAddress=")) address = argument.split("=")[1];
            if (argument.startsWith("--httpPort=")) port = argument.split("=")[1];
        }
        String wizard = System.getProperty("jenkins.install.runSetupWizard");
        byte[] page = ("A real jar answers; setup wizard: " + wizard).getBytes();
        HttpServer server = HttpServer.create(
            new InetSocketAddress(address, Integer.parseInt(port)), 0);
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, page.length);
            exchange.getResponseBody().write(page);
            exchange.close();
        });
        server.start();
    }
}
"""


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Bring the service up as on a machine that has Python, a jenkins.war, and nothing else."""
    state = tmp_path_factory.mktemp("bare")
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(serving.WITHOUT, "apache2, docker, mariadbd")
            if JAVA:
                patch.setenv(serving.JENKINS_WAR, str(_a_war(tmp_path_factory.mktemp("war"))))
            up = service.up(state, parameters=SETTINGS, instances=True)
        yield Running(up, state, service.emulator(state))
    finally:
        service.down(state, save=False)


def _a_war(folder: Path) -> Path:
    """Make an executable archive that is to stand in the place of Jenkins'."""
    (folder / "Main.java").write_text(_SOURCE)
    subprocess.run(["javac", "Main.java"], cwd=folder, check=True)
    war = folder / "jenkins.war"
    with zipfile.ZipFile(war, "w") as archive:
        archive.writestr("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\nMain-Class: Main\n\n")
        archive.write(folder / "Main.class", "Main.class")
    return war


def test_python_serves_where_there_is_no_apache(bare: Running) -> None:
    """
    Given a machine without Apache and MariaDB, when a demo is made, then Python serves
    the same page, the database is recorded, and both the page and the last words say so.
    """
    owner = bare.person()
    demo_id = owner.request("ecs", "eb", "rds", name=NAME)
    ready = owner.until(demo_id, "ready", "deleted", "failed")
    assert "ready" == ready["phase"], ready["failure"]
    for title in ("Container service", "Elastic Beanstalk"):
        link = ready["links"][title]
        wait_for(lambda url=link: opened(url).status_code == 200, link)  # type: ignore[misc]
        answer = opened(link)
        assert answer.headers["server"].startswith("python-in-place-of-apache")
        assert demo_id in answer.text
        assert "nosniff" == answer.headers["x-content-type-options"]
        wait_for(lambda url=link: _name_at(url) == NAME, "the name")  # type: ignore[misc]
    assert "recorded-not-emulated" in ready["outputs"]["rds"]["DatabaseEndpoint"]
    local = httpx.get(f"{bare.up.api_url}/config.json", trust_env=False).json()["local"]
    summary = demo.summary(bare.up, ready, local)
    for words in (
        "A stand-in takes Docker's place, as DEMO_WITHOUT says",
        "served by Python in place of Apache",
        "The database is recorded",
    ):
        assert words in " ".join(local["details"])
        assert words in summary
    owner.call("DELETE", f"/demos/{demo_id}")
    assert "deleted" == owner.until(demo_id, "deleted", "quarantined")["phase"]


def _name_at(link: str) -> str:
    answer = opened(f"{link}demo.json")
    return str(answer.json()["name"]) if answer.status_code == httpx.codes.OK else ""


@pytest.mark.skipif(not JAVA, reason="Java is not installed")
def test_what_is_given_in_the_place_of_jenkins_runs(bare: Running) -> None:
    """With the unit's own settings, within an instance's bounds; and the page says so."""
    owner = bare.person()
    demo_id = owner.request("jenkins")
    ready = owner.until(demo_id, "ready", "deleted", "failed")
    assert "ready" == ready["phase"], ready["failure"]
    link = ready["links"]["Jenkins"]
    wait_for(lambda: opened(link).status_code == 200, link)
    assert "A real jar answers; setup wizard: false" == opened(link).text
    local = httpx.get(f"{bare.up.api_url}/config.json", trust_env=False).json()["local"]
    assert "jenkins.war, on this machine's Java" in local["details"][-2]
    owner.call("DELETE", f"/demos/{demo_id}")
    assert "deleted" == owner.until(demo_id, "deleted", "quarantined")["phase"]
