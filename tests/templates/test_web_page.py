"""The web tier's page, as its instance would serve it."""

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


@contextmanager
def served(home: Path, **values: str) -> Iterator[str]:
    """Run the server the user data installs, with the settings it wrote; yield its address."""
    sandbox = Sandbox(home)
    assert 0 == sandbox.run(user_data("asg", **values)).status
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


def test_shows_the_instance(tmp_path: Path) -> None:
    """The page names the instance and its zone, and escapes what people typed."""
    with served(tmp_path) as address:
        page = get(f"{address}/")
        assert "i-0123456789abcdef0 in eu-central-1a" in page
        assert "Tom &amp; &quot;Jerry&quot; $(reboot) &#x27;`" in page
        assert "o&#x27;brien@example.com" in page
        assert "not part of this demo" in page
        assert "ok\n" == get(f"{address}/health")


def test_other_paths(tmp_path: Path) -> None:
    """What is not there is answered with 404."""
    with served(tmp_path) as address:
        get(f"{address}/health")
        with pytest.raises(urllib.error.HTTPError) as refused:
            get(f"{address}/etc/passwd")
        assert 404 == refused.value.code
        refused.value.close()


def test_database_reachable(tmp_path: Path) -> None:
    """A database that accepts connections is shown as reachable, and as not once it is gone."""
    with socket.create_server(("127.0.0.1", 0)) as database:
        port = str(database.getsockname()[1])
        with served(tmp_path, DatabaseEndpoint="127.0.0.1", DatabasePort=port) as address:
            assert f"<dd>reachable at 127.0.0.1:{port}</dd>" in get(f"{address}/")
            database.close()
            assert f"<dd>not reachable at 127.0.0.1:{port} " in get(f"{address}/")
