"""What serves on an instance: Apache or Python in its place, Java or a page in Jenkins' place."""

import os
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

from local.instances import serving

_ADDRESS = os.environ.get("INSTANCE_ADDRESS", "127.0.0.1")


def apache2(arguments: list[str]) -> int:
    """Serve what a configuration of Apache says, on the instance's own address.

    By this machine's Apache where it is installed; by Python, files alone, where it is not.
    """
    place = arguments.index("-f") + 1
    given = Path(arguments[place])
    run = Path(os.environ.get("DEMO_RUN", given.parent))
    lines = given.read_text().splitlines()
    port = _arguments_of(lines, "Listen")[0][0]
    if not serving.apache():
        return _serve_files(os.path.expandvars(given.read_text()).splitlines(), int(port))
    here = [f"Listen {_ADDRESS}:{port}" if line.startswith("Listen ") else line for line in lines]
    arguments[place] = str(run / "apache.conf")
    Path(arguments[place]).write_text("\n".join(here) + "\n")
    return _become(serving.apache(), arguments)


def _arguments_of(lines: list[str], directive: str) -> list[list[str]]:
    """Return the arguments of each directive of this name."""
    return [line.split()[1:] for line in lines if line.startswith(f"{directive} ")]


def _become(program: str, arguments: list[str]) -> int:
    """Be another program from here on."""
    os.execv(program, [program, *arguments])  # noqa: S606 - the program itself, without a shell
    raise AssertionError("execv does not return")


class _Files(SimpleHTTPRequestHandler):
    """Files, with the headers that the image's page is never without."""

    server_version = "python-in-place-of-apache"
    aliases: ClassVar[dict[str, str]] = {}

    def translate_path(self, path: str) -> str:
        """Find a file by its own address, or in the folder."""
        return self.aliases.get(path.partition("?")[0]) or super().translate_path(path)

    def end_headers(self) -> None:
        """Add what Apache would add."""
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def log_message(self, *_: object) -> None:
        """Log nothing: health checks come every second."""


def _serve_files(lines: list[str], port: int) -> int:
    """Serve the files that a configuration names: a folder, and single files of others."""
    folder, _Files.aliases = (
        _arguments_of(lines, "DocumentRoot")[0][0],
        dict(_arguments_of(lines, "Alias")),
    )

    def handler(*arguments: object) -> _Files:
        return _Files(*arguments, directory=folder)  # type: ignore[arg-type]

    ThreadingHTTPServer((_ADDRESS, port), handler).serve_forever()
    return 0


_PLACEHOLDER = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
<title>In place of Jenkins</title><style>body{font:18px/1.6 system-ui,sans-serif;max-width:36rem;
margin:15vh auto;padding:0 1.5rem}</style><h1>Jenkins would be here</h1>
<p>On AWS this link opens Jenkins, configured and ready to rebuild the demo's image and to roll its
service. On this machine its instance did everything up to starting it; Jenkins itself is not
downloaded, so this page stands in its place. With a jenkins.war of your own it runs here too:
DEMO_JENKINS_WAR=/path/to/jenkins.war make demo.</p></html>
"""


# What Java takes of addresses by default is more than a process of an instance may have.
_SMALL_JAVA = (
    "-Xmx512m",
    "-XX:CompressedClassSpaceSize=256m",
    "-XX:ReservedCodeCacheSize=128m",
)


def java(arguments: list[str]) -> int:
    """Run this machine's Java on a real jar; in place of one that is not here, show a page."""
    jar = Path(arguments[arguments.index("-jar") + 1]) if "-jar" in arguments else Path()
    real = serving.find("java")
    if jar.is_file() and jar.stat().st_size and real:
        if jar.name == "jenkins.war":
            arguments = [*arguments, f"--httpListenAddress={_ADDRESS}"]
        os.environ["MALLOC_ARENA_MAX"] = "2"  # each has 64 MB of addresses
        return _become(real, [*_SMALL_JAVA, *arguments])
    if jar.name != "jenkins.war":
        return 0
    port = next((a.partition("=")[2] for a in arguments if a.startswith("--httpPort=")), "8080")
    ThreadingHTTPServer((_ADDRESS, int(port)), _Placeholder).serve_forever()
    return 0


class _Placeholder(BaseHTTPRequestHandler):
    """The same page at every address."""

    def do_GET(self) -> None:
        """Answer with the page."""
        body = _PLACEHOLDER.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""
