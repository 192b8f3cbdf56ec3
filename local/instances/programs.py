"""The programs of an instance that this machine lacks or must not run: small stand-ins.

    programs.py <name> <arguments>

Each has an instance's environment around it (`machine`). What changes the instance's services,
and what signals CloudFormation, is asked of the emulator, which keeps the instance running.
"""

import argparse
import json
import os
import sys
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from local.instances import docker_stand_in, eb_engine, registry_stand_in, serving
from local.instances.asking import ask

_ADDRESS = os.environ.get("INSTANCE_ADDRESS", "127.0.0.1")
# Services that an image has from the start, and that need not run here.
_OF_THE_IMAGE = ("amazon-ssm-agent", "crond", "docker", "ecs")


def nothing(_: list[str]) -> int:
    """Do nothing: packages and users are this machine's own affair."""
    return 0


def cloud_init(arguments: list[str]) -> int:
    """Answer `cloud-init query <key>` from what is kept of the instance."""
    data = json.loads((_root() / "var/lib/cloud/instance.json").read_text())
    key = arguments[-1]
    if arguments[:1] != ["query"] or key not in data:
        print(f"Missing key: {key}", file=sys.stderr)
        return 1
    print(data[key])
    return 0


def cfn_signal(arguments: list[str]) -> int:
    """Signal a resource of a stack, as aws-cfn-bootstrap's program does."""
    parser = argparse.ArgumentParser("cfn-signal")
    parser.add_argument("-e", "--exit-code", type=int, default=0)
    parser.add_argument("-s", "--success", choices=("true", "false"))
    parser.add_argument("--stack", required=True)
    parser.add_argument("--resource", required=True)
    parser.add_argument("--region")
    asked = parser.parse_args(arguments)
    good = asked.success == "true" if asked.success else asked.exit_code == 0
    status = "SUCCESS" if good else "FAILURE"
    return ask("signal", stack=asked.stack, resource=asked.resource, status=status)


def systemctl(arguments: list[str]) -> int:
    """Start, stop, restart or ask after units of the instance."""
    verb, *names = [word for word in arguments if not word.startswith("-")]
    if verb == "daemon-reload":
        return 0
    now = verb not in ("enable", "disable") or "--now" in arguments
    verb = {"enable": "start", "disable": "stop"}.get(verb, verb)
    for name in names:
        unit = name if "." in name else f"{name}.service"
        if unit.removesuffix(".service") in _OF_THE_IMAGE or not now:
            continue
        if status := ask(verb, unit=unit):
            return status
    return 0


def apache2(arguments: list[str]) -> int:
    """Serve what a configuration of Apache says, on the instance's own address.

    By this machine's Apache where it is installed; by Python, files alone, where it is not.
    """
    place = arguments.index("-f") + 1
    given = Path(arguments[place])
    run = Path(os.environ.get("DEMO_RUN", given.parent))
    lines = given.read_text().splitlines()
    port = _said(lines, "Listen")[0][0]
    if not serving.apache():
        return _serve_files(os.path.expandvars(given.read_text()).splitlines(), int(port))
    here = [f"Listen {_ADDRESS}:{port}" if line.startswith("Listen ") else line for line in lines]
    arguments[place] = str(run / "apache.conf")
    Path(arguments[place]).write_text("\n".join(here) + "\n")
    return _become(serving.apache(), arguments)


def _said(lines: list[str], directive: str) -> list[list[str]]:
    """Give the arguments of each directive of this name."""
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
        """Say nothing: health checks come every second."""


def _serve_files(lines: list[str], port: int) -> int:
    """Serve the files that a configuration names: a folder, and single files of others."""
    folder, _Files.aliases = _said(lines, "DocumentRoot")[0][0], dict(_said(lines, "Alias"))

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


def curl(arguments: list[str]) -> int:
    """Fetch one address, as far as instances' scripts ask curl for it."""
    parser = argparse.ArgumentParser("curl")
    for flag in ("-f", "-s", "-S", "-L"):
        parser.add_argument(flag, action="store_true")
    for flag in ("--fail", "--silent", "--show-error", "--retry-all-errors"):
        parser.add_argument(flag, action="store_true")
    parser.add_argument("-o", "--output", default="/dev/stdout")
    parser.add_argument("-X", "--request", default="GET")
    parser.add_argument("-H", "--header", action="append", default=[])
    parser.add_argument("--retry", type=int, default=0)
    parser.add_argument("--retry-delay", type=float, default=1.0)
    parser.add_argument("url")
    asked = parser.parse_args(arguments)
    headers = dict(header.split(": ", 1) for header in asked.header)
    request = urllib.request.Request(asked.url, headers=headers, method=asked.request)  # noqa: S310
    for left in range(asked.retry, -1, -1):
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
                Path(asked.output).write_bytes(answer.read())
        except OSError as error:
            failed = error
            time.sleep(asked.retry_delay if left else 0)
        else:
            return 0
    print(f"curl: {failed}", file=sys.stderr)
    return 22 if isinstance(failed, urllib.error.HTTPError) else 7


def unzip(arguments: list[str]) -> int:
    """Unpack `unzip -q <archive> -d <folder>`."""
    archive, folder = arguments[-3], arguments[-1]
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(folder)
    return 0


def _root() -> Path:
    return Path(os.environ["INSTANCE_ROOT"])


PROGRAMS: dict[str, Callable[[list[str]], int]] = {
    "apache2": apache2,
    "cfn-signal": cfn_signal,
    "chown": nothing,
    "cloud-init": cloud_init,
    "curl": curl,
    "dnf": nothing,
    "docker": docker_stand_in.main,
    "docker-registry": registry_stand_in.serve,
    "eb-engine": eb_engine.main,
    "java": java,
    "systemctl": systemctl,
    "unzip": unzip,
    "useradd": nothing,
}

if __name__ == "__main__":
    sys.exit(PROGRAMS[sys.argv[1]](sys.argv[2:]))
