"""The program: what was typed, and where, becomes a command; its end becomes an exit status."""

from __future__ import annotations

import argparse
import io
import os
import sys
import webbrowser
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TextIO

import httpx

from . import login, places, sign_ins
from .api import TIMEOUT, Api
from .arguments import parser
from .clock import Clock, RealClock
from .commands import COMMANDS, Run
from .failures import CommandError
from .oauth import Issuer, claims, is_this_machine
from .output import Output, wants_colours
from .places import Place
from .sessions import Given, SignedIn

_INTERRUPTED: Final = 130
_NO_READER: Final = 141  # as a shell says of a program that a closed pipe ended


@dataclass(frozen=True, slots=True)
class World:
    """What is around the command."""

    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    folder: Path = field(default_factory=Path.cwd)
    stdin: TextIO = field(default_factory=lambda: sys.stdin)
    out: TextIO = field(default_factory=lambda: sys.stdout)
    err: TextIO = field(default_factory=lambda: sys.stderr)
    clock: Clock = field(default_factory=RealClock)
    open_page: Callable[[str], object] = webbrowser.open
    transport: httpx.BaseTransport | None = None

    def client(self, url: str) -> httpx.Client:
        """Return a client; no proxy stands between this machine and itself."""
        ours = is_this_machine(url)
        return httpx.Client(timeout=TIMEOUT, trust_env=not ours, transport=self.transport)


def main(arguments: Sequence[str] | None = None, world: World | None = None) -> int:
    """Run a command; return its exit status (docs/command.md)."""
    around = world or World()
    for stream in (around.out, around.err):
        if isinstance(stream, io.TextIOWrapper):  # a name may have letters that a terminal lacks
            stream.reconfigure(errors="replace")
    options = parser().parse_args(arguments)
    colours = wants_colours(around.err, around.environment)
    output = Output(around.out, around.err, as_json=options.json, colours=colours)
    try:
        _run(options, around, output)
        around.out.flush()
    except CommandError as error:
        if error.body is not None:
            output.result(error.body)
        for line in error.lines:
            output.note(line)
        return error.status
    except KeyboardInterrupt:
        output.note("Interrupted.")
        return _INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), around.out.fileno())  # Python flushes at its end
        return _NO_READER
    return 0


def _run(options: argparse.Namespace, world: World, output: Output) -> None:
    match options.command:
        case "login":
            _login(options, world, output)
        case "logout":
            file = sign_ins.file_of(world.environment)
            with world.client("") as client:
                output.note(login.sign_out(file, client))
        case name:
            place = places.place(options.api, world.environment, world.folder)
            with world.client(place.api) as client:
                api = _api(place, client, world, output)
                COMMANDS[name](Run(options, api, output, world.clock, _asking(world)))


def _api(place: Place, client: httpx.Client, world: World, output: Output) -> Api:
    if place.sign_in:
        file = sign_ins.file_of(world.environment)
        session: Given | SignedIn = SignedIn(
            place.sign_in, file, client, lambda: world.clock.now().timestamp()
        )
    else:
        session = Given(place.token, place.hint)
    return Api(place.api, session, client, world.clock.pause, output.note)


def _login(options: argparse.Namespace, world: World, output: Output) -> None:
    """Sign in where the service says, and keep it."""
    file = sign_ins.file_of(world.environment)
    api = _api_to_sign_in_to(options, world)
    with world.client(api) as client:
        nobody = Api(api, Given("", ""), client, world.clock.pause, output.note)
        config = nobody.call("GET", "/config.json", public=True)
        issuer = Issuer.discover(config, client)
        open_page = (lambda _: None) if options.no_browser else world.open_page
        tokens = login.sign_in(issuer, output.note, open_page, world.clock.pause, options.port)
    kept = login.kept(api, issuer, tokens)
    sign_ins.write(file, kept)
    said = claims(kept.id_token)
    output.note(f"Signed in to {api} as {said.get('email', said.get('sub'))}; kept in {file}.")


def _api_to_sign_in_to(options: argparse.Namespace, world: World) -> str:
    named = options.api or world.environment.get("DEMO_API", "")
    if named:
        return places.address(named)
    without = {k: v for k, v in world.environment.items() if k != "DEMO_TOKEN"}
    return places.place("", without, world.folder).api


def _asking(world: World) -> Callable[[str], bool | None]:
    def ask(question: str) -> bool | None:
        if not world.stdin.isatty():
            return None
        print(question, end="", file=world.err, flush=True)
        return world.stdin.readline().strip().lower() in ("y", "yes")

    return ask
