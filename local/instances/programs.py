"""The programs of an instance that this machine lacks or must not run: small stand-ins.

    programs.py <name> <arguments>

Each has an instance's environment around it (`machine`). What changes the instance's services,
and what signals CloudFormation, is asked of the emulator, which keeps the instance running.
A script calls many of them, and importing is most of what a call takes: so each has a module.
"""

import importlib
import sys
from typing import Final

# Where a program is: its module, and the function that does it and gives the exit status.
PROGRAMS: Final = {
    "apache2": ("web_programs", "apache2"),
    "cfn-signal": ("cfn_signal", "main"),
    "cloud-init": ("cloud_init", "main"),
    "curl": ("fetching", "curl"),
    "docker": ("docker", "main"),
    "docker-registry": ("registry_stand_in", "serve"),
    "eb-engine": ("eb_engine", "main"),
    "java": ("web_programs", "java"),
    "systemctl": ("systemctl", "main"),
    "unzip": ("fetching", "unzip"),
}


def main(name: str, arguments: list[str]) -> int:
    """Do what a program does; return its exit status."""
    module, function = PROGRAMS[name]
    found = importlib.import_module(f"local.instances.{module}")
    status: int = getattr(found, function)(arguments)
    return status


if __name__ == "__main__":
    sys.path.insert(0, __file__.rpartition("/local/")[0])
    sys.exit(main(sys.argv[1], sys.argv[2:]))
