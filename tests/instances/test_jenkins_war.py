"""A jenkins.war that is given by path runs on this machine's Java, in the place of the page."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from collections.abc import Iterator

import httpx
import pytest

from local import service
from local.instances import serving
from tests.integration.conftest import SETTINGS, Running

from .conftest import opened, wait_for

pytestmark = pytest.mark.skipif(
    not (serving.find("java") and shutil.which("javac")), reason="Java is not installed"
)

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
def with_war(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Bring the service up with an executable archive in the place of Jenkins'."""
    folder = tmp_path_factory.mktemp("war")
    (folder / "Main.java").write_text(_SOURCE)
    subprocess.run(["javac", "Main.java"], cwd=folder, check=True)
    war = folder / "jenkins.war"
    with zipfile.ZipFile(war, "w") as archive:
        archive.writestr("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\nMain-Class: Main\n\n")
        archive.write(folder / "Main.class", "Main.class")
    state = tmp_path_factory.mktemp("jenkins")
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(serving.JENKINS_WAR, str(war))
            up = service.up(state, parameters=SETTINGS, instances=True)
        yield Running(up, state, service.emulator(state))
    finally:
        service.down(state)


def test_what_is_given_in_the_place_of_jenkins_runs(with_war: Running) -> None:
    """With the unit's own settings, within an instance's bounds; and the page says so."""
    owner = with_war.person()
    demo_id = owner.ask("jenkins")
    ready = owner.until(demo_id, "ready", "deleted", "failed")
    assert "ready" == ready["phase"], ready["failure"]
    link = ready["links"]["Jenkins"]
    wait_for(lambda: opened(link).status_code == 200, link)
    assert "A real jar answers; setup wizard: false" == opened(link).text
    local = httpx.get(f"{with_war.up.api_url}/config.json", trust_env=False).json()["local"]
    assert "jenkins.war, on this machine's Java" in local["details"][-2]
    owner.call("DELETE", f"/demos/{demo_id}")
    assert "deleted" == owner.until(demo_id, "deleted", "quarantined")["phase"]
