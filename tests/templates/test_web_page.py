"""The web tier's page, as its instance would serve it."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from .documents import user_data
from .sandbox import Sandbox

DEMO = {
    "name": 'Tom & "Jerry" $(reboot) \'`',
    "owner": "o'brien@example.com",
    "expires_at": "2030-01-31T12:00:00Z",
}


@pytest.fixture
def sandbox(tmp_path: Path) -> Sandbox:
    found = Sandbox(tmp_path)
    assert 0 == found.run(user_data("asg")).status
    return found


@contextmanager
def served(sandbox: Sandbox) -> Iterator[str]:
    """Run the server the user data installs, with the settings it wrote; yield its address."""
    settings = (sandbox.root / "etc/stelligent-demo/web.env").read_text().splitlines()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    environment = {**os.environ, **dict(s.split("=", 1) for s in settings), "PORT": str(port)}
    program = sandbox.root / "usr/local/lib/stelligent-demo/web.py"
    server = subprocess.Popen([sys.executable, str(program)], env=environment)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=10)


def get(url: str) -> str:
    """Return the body at an address once the server listens."""
    deadline = time.monotonic() + 30
    while True:
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - our own
                return str(answer.read().decode())
        except urllib.error.HTTPError:
            raise
        except OSError:  # not listening yet, and nothing tells when it does
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def test_shows_the_instance(sandbox: Sandbox) -> None:
    """The page names the instance and its zone, and does without what is not known yet."""
    with served(sandbox) as address:
        page = get(f"{address}/")
        assert "i-0123456789abcdef0 in eu-central-1a" in page
        assert "<h1>Stelligent Demo demo1234</h1>" in page
        assert "<dd>not part of this demo</dd>" in page
        assert 2 == page.count("<dd>not given</dd>")
        assert "ok\n" == get(f"{address}/health")


def test_shows_the_demo_as_it_is_now(sandbox: Sandbox) -> None:
    """Name, owner and end follow each look, and what people typed is escaped."""
    with served(sandbox) as address:
        sandbox.look(DEMO=json.dumps(DEMO))
        page = get(f"{address}/")
        assert "<h1>Tom &amp; &quot;Jerry&quot; $(reboot) &#x27;`</h1>" in page
        assert "<dd>o&#x27;brien@example.com</dd>" in page
        assert "<dd>2030-01-31T12:00:00Z</dd>" in page
        sandbox.look(DEMO=json.dumps({**DEMO, "name": "Acme"}))
        assert "<h1>Acme</h1>" in get(f"{address}/")
        sandbox.look(DEMO="half of a fi")
        assert "<h1>Stelligent Demo demo1234</h1>" in get(f"{address}/")


def test_other_paths(sandbox: Sandbox) -> None:
    """What is not there is answered with 404."""
    with served(sandbox) as address:
        get(f"{address}/health")
        with pytest.raises(urllib.error.HTTPError) as refused:
            get(f"{address}/etc/passwd")
        assert 404 == refused.value.code
        refused.value.close()


def test_database_reachable(sandbox: Sandbox) -> None:
    """A database is shown as not ready, then as reachable, and as not once it is gone."""
    with socket.create_server(("127.0.0.1", 0)) as database, served(sandbox) as address:
        port = database.getsockname()[1]
        sandbox.look(DATABASE='{"username": "demo", "password": "x"}')
        assert "<dd>not ready yet</dd>" in get(f"{address}/")
        sandbox.look(DATABASE=json.dumps({"host": "127.0.0.1", "port": port}))
        assert f"<dd>reachable at 127.0.0.1:{port}</dd>" in get(f"{address}/")
        database.close()
        assert f"<dd>not reachable at 127.0.0.1:{port} " in get(f"{address}/")
