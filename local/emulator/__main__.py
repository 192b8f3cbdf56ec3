"""The emulator's process: check the pin, extend MiniStack, then let it run."""

from importlib import import_module
from pkgutil import iter_modules

from local import emulator, pin
from local.instances import supervisor
from local.patching import pinned


def extend() -> None:
    """Install every extension beside this file; `PinMovedError` names what is not as it was."""
    pin.check("ministack")
    for found in sorted(iter_modules(emulator.__path__), key=lambda each: each.name):
        if not found.name.startswith("__"):
            install = getattr(import_module(f"local.emulator.{found.name}"), "install", None)
            if install:
                install()
    supervisor.install()  # around what was installed: Beanstalk's environments among it


if __name__ == "__main__":
    extend()
    pinned("ministack.app.main")()
