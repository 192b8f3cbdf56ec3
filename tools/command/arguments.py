"""What can be typed: each command and its options."""

from __future__ import annotations

import argparse
from typing import Final, TypeAlias

from . import spans

PHASES: Final = ("ready", "paused", "deleted")
"""What can be waited for."""
_EPILOG: Final = """\
exit status: 0 done, 1 refused or failed, 2 wrong usage, 3 timeout, 4 not signed in

The service and its token come from --api, DEMO_API and DEMO_TOKEN, `demo login`, or the
.local/service.json of `make demo` in this folder, the first that is there.
"""


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command."""
    whole = argparse.ArgumentParser(
        prog="demo",
        description="AWS demo environments that remove themselves.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    whole.add_argument("--api", default="", help="the service's address")
    whole.add_argument("--json", action="store_true", help="print the API's own answer alone")
    commands = whole.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _requests(commands)
    _looks(commands)
    _changes(commands)
    login = _command(commands, "login", "sign in, and keep the sign-in in a file of yours")
    login.add_argument("--port", type=int, default=0, help="listen here for the issuer's answer")
    login.add_argument("--no-browser", action="store_true", help="only print the address to open")
    _command(commands, "logout", "forget the sign-in")
    return whole


_Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001


def _command(commands: _Commands, name: str, about: str) -> argparse.ArgumentParser:
    made = commands.add_parser(name, help=about, description=about, allow_abbrev=False)
    for option, kind in (("--api", "store"), ("--json", "store_true")):
        made.add_argument(option, action=kind, default=argparse.SUPPRESS, help="see `demo --help`")
    return made


def _requests(commands: _Commands) -> None:
    create = _command(commands, "create", "request a demo")
    plan = _command(commands, "plan", "say what the same request would make, and make nothing")
    for each in (create, plan):
        each.add_argument("components", nargs="+", help="names of `demo components`, or all")
        each.add_argument("--name", help="what it is called")
        each.add_argument("--for", dest="length", type=spans.length, help="its lease, as 8h")
        each.add_argument(
            "--ready-by", type=spans.moment, help="make it for later: 09:30, or with its date"
        )
        each.add_argument(
            "--from", dest="blocks", action="append", metavar="CIDR", help="who may open it"
        )
        each.add_argument("--parameter", action="append", default=[], metavar="KEY=VALUE")
        each.add_argument("--region")
        each.add_argument("--keep-on-failure", action="store_true", help="keep it if it fails")
    create.add_argument("--key", help="an Idempotency-Key of your own: one demo a day for it")
    _waits(create)


def _looks(commands: _Commands) -> None:
    _command(commands, "components", "list what a demo can be made of")
    every = _command(commands, "list", "list your demos")
    every.add_argument("--all", action="store_true", help="those that are deleted as well")
    _demo(commands, "show", "show a demo")
    _demo(commands, "links", "print what can be opened")
    wait = _demo(commands, "wait", "wait until a demo is ready")
    wait.add_argument("--for", dest="phase", choices=PHASES, default="ready")
    _timeout(wait)


def _changes(commands: _Commands) -> None:
    extend = _demo(commands, "extend", "move the end of a demo's lease")
    end = extend.add_mutually_exclusive_group(required=True)
    end.add_argument("--for", dest="length", type=spans.length, help="beyond its end, as 2h")
    end.add_argument("--until", type=spans.moment, help="17:30, or a date with its time")
    share = _demo(commands, "share", "make a read-only link for a prospect")
    share.add_argument("--for", dest="length", type=spans.length, help="until it ends, as 2h")
    share.add_argument("--label", help="your own word for it")
    share.add_argument("--note", help="a line for the prospect")
    _waits(_demo(commands, "pause", "stop what costs money, and keep the data"))
    _waits(_demo(commands, "resume", "bring a paused demo back"))
    delete = _demo(commands, "delete", "delete everything a demo made")
    delete.add_argument("--yes", action="store_true", help="do not ask back on a terminal")
    _waits(delete)


def _demo(commands: _Commands, name: str, about: str) -> argparse.ArgumentParser:
    made = _command(commands, name, about)
    made.add_argument("demo", nargs="?", default="", help="its id or name; or your only one")
    return made


def _waits(command: argparse.ArgumentParser) -> None:
    command.add_argument("--wait", action="store_true", help="until it is done")
    _timeout(command)


def _timeout(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--timeout", type=spans.length, help="how long to wait; 60m, from the demo's start"
    )
