"""Which of this machine's programs stand behind a demo's links, and what to install for more."""

import os
import shutil


def find(program: str) -> str:
    """Find a program of this machine, and not an instance's stand-in; empty if it is not there."""
    instance = os.environ.get("INSTANCE_ROOT", "").removesuffix("/root")
    folders = [*os.environ.get("PATH", os.defpath).split(":"), "/usr/sbin"]  # Debian's servers
    own = [folder for folder in folders if not instance or not folder.startswith(instance)]
    return shutil.which(program, path=":".join(own)) or ""


def apache() -> str:
    """Find Apache; empty if it is not installed."""
    return find("apache2")


def database() -> str:
    """Find MariaDB's server; empty if it is not installed."""
    return find("mariadbd")


def sentences() -> list[str]:
    """Say in whole sentences what serves, and what would if it were installed."""
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
    return [page, data, "Jenkins is a page that says what would be there."]
