"""The emulator's process: check the pin, extend MiniStack, then let it run."""

import errno
import sys
from importlib import import_module
from pkgutil import iter_modules

from local import emulator, pin
from local.emulator.process import PORT_TAKEN
from local.instances import supervisor
from local.patching import pinned


def extend() -> None:
    """Install every extension beside this file; `PinMovedError` names what has changed."""
    pin.check("ministack")
    for found in sorted(iter_modules(emulator.__path__), key=lambda each: each.name):
        if not found.name.startswith("__"):
            install = getattr(import_module(f"local.emulator.{found.name}"), "install", None)
            if install:
                install()
    supervisor.install()  # around what was installed: Beanstalk's environments among it


def main() -> None:
    """Run, and return an exit status of its own when another program has the port."""
    extend()
    try:
        pinned("ministack.app.main")()
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        sys.exit(PORT_TAKEN)


if __name__ == "__main__":
    main()
