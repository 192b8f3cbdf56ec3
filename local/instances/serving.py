"""Which of this machine's programs stand behind a demo's links, and what to install for more."""

import os
import shutil
from collections.abc import Mapping
from typing import Final

# The path of a jenkins.war, with which Jenkins runs instead of a page in its place.
JENKINS_WAR: Final = "DEMO_JENKINS_WAR"
# Programs of this machine, by comma, to do without although they are installed.
WITHOUT: Final = "DEMO_WITHOUT"
# Another base than the Dockerfile's for the images of containers: one that this machine has.
BASE_IMAGE: Final = "DEMO_BASE_IMAGE"
# What both the emulator and an instance's programs have to know.
SETTINGS: Final = (BASE_IMAGE, JENKINS_WAR, WITHOUT)
OPTIONAL: Final = ("apache2", "docker", "java", "mariadbd")


def find(program: str) -> str:
    """Find a program of this machine, and not an instance's stand-in; empty if it is not there."""
    if program in without(os.environ):
        return ""
    instance = os.environ.get("INSTANCE_ROOT", "").removesuffix("/root")
    folders = [*os.environ.get("PATH", os.defpath).split(":"), "/usr/sbin"]  # Debian's servers
    own = [folder for folder in folders if not instance or not folder.startswith(instance)]
    return shutil.which(program, path=":".join(own)) or ""


def without(environment: Mapping[str, str]) -> list[str]:
    """Read which programs to do without."""
    return environment.get(WITHOUT, "").replace(",", " ").split()


def engines() -> list[str]:
    """Find what takes Docker's commands; to do without docker is to do without either."""
    if "docker" in without(os.environ):
        return []
    return list(filter(None, (find("docker"), find("podman"))))


def apache() -> str:
    """Find Apache; empty if it is not installed."""
    return find("apache2")


def database() -> str:
    """Find MariaDB's server; empty if it is not installed."""
    return find("mariadbd")


def sentences(*, contained: bool) -> list[str]:
    """Say in whole sentences what serves, and what would if it were installed.

    What serves in a container is the image's own.
    """
    page = (
        "ECS and Elastic Beanstalk are served by this machine's Apache, as the image has it."
        if apache()
        else "ECS and Elastic Beanstalk are served by Python in place of Apache"
        " (for Apache: sudo apt-get install apache2)."
    )
    data = (
        "The database is this machine's MariaDB, in place of MySQL."
        if database()
        else "The database is recorded, and not reachable"
        " (for MariaDB: sudo apt-get install mariadb-server-core)."
    )
    return [*([] if contained else [page]), data, _jenkins()]


def _jenkins() -> str:
    given = os.environ.get(JENKINS_WAR, "")
    if not given:
        return "Jenkins is a page that says what would be there."
    if not find("java"):
        return f"Jenkins is a page that says what would be there: for {given} there is no Java."
    return f"Jenkins is {given}, on this machine's Java."
