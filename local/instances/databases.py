"""RDS: a database server of this machine for each instance, where MariaDB is installed.

MariaDB from Debian's packages (mariadb-server-core) stands in for MySQL 8.4: it listens on an
address of its own, with the user and the password that the stack's secret holds. Where it is not
installed, a database is recorded, and its host name says so.
"""

import os
import socket
from pathlib import Path
from typing import Any

from local.instances import fleet, serving
from local.instances.fleet import Instance
from local.instances.units import Unit
from local.patching import pinned

_DATABASE = "AWS::RDS::DBInstance"
_NOT_HERE = "{}.rds-recorded-not-emulated.invalid"
# Small: the whole of a demo's instances is to fit into 400 MB.
_SMALL = (
    "--performance-schema=OFF",
    "--innodb-buffer-pool-size=8M",
    "--innodb-log-buffer-size=1M",
    "--innodb-log-file-size=4M",
    "--innodb-data-file-path=ibdata1:4M:autoextend",
    "--innodb-temp-data-file-path=ibtmp1:2M:autoextend",
    "--key-buffer-size=64K",
    "--aria-pagecache-buffer-size=1M",
    "--max-connections=20",
    "--thread-cache-size=1",
    "--skip-log-bin",
)
_UNIT = "database"
# Makes the server's own tables as mariadb-install-db would, then becomes the server.
_SCRIPT = """\
set -eu
[ -d {memory}/made ] || {{
  {{ echo 'create database mysql;'; echo 'use mysql;'
    cat /usr/share/mysql/mysql_system_tables.sql /usr/share/mysql/mysql_system_tables_data.sql
  }} | {start} --bootstrap
  mkdir {memory}/made
}}
exec {start} --bind-address={address} --port={port} --socket={memory}/mariadb.sock \
  --pid-file={memory}/mariadb.pid --init-file={first}
"""


def install() -> None:
    """Let databases of stacks run."""
    handlers = pinned("ministack.services.cloudformation.provisioners._RESOURCE_HANDLERS")
    handlers[_DATABASE] = {
        **handlers[_DATABASE],
        "create": _creating(handlers[_DATABASE]["create"]),
    }


def _creating(record: Any) -> Any:
    def create(logical_id: str, properties: dict[str, Any], stack_name: str) -> Any:
        name, attributes = record(logical_id, properties, stack_name)
        held = pinned("ministack.services.rds._instances")[name]
        runs = serving.database()
        address = _start(name, held).machine.address if runs else _NOT_HERE.format(name)
        held["Endpoint"]["Address"] = address
        return name, {**attributes, "Endpoint.Address": address}

    return create


def is_ready(name: str) -> bool:
    """Whether a database answers."""
    held = _of(name)
    if held is None:
        return True
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((held.machine.address, _port(name))) == 0


def poll() -> None:
    """End the servers of databases that are gone, and let run those that are not stopped."""
    there = pinned("ministack.services.rds._instances")
    for held in fleet.all_of():
        kind, _, name = held.owner.partition(" ")
        if kind != "database":
            continue
        if name not in there:
            fleet.end(held.machine.instance_id)
        elif there[name]["DBInstanceStatus"] == "stopped":
            held.units.ask_to_end(_UNIT)  # it writes down what it has
        elif not held.units.knows(_UNIT):
            held.units.start(_UNIT, _server(held, there[name]))


def _of(name: str) -> Instance | None:
    return next(iter(fleet.all_of(f"database {name}")), None)


def _port(name: str) -> int:
    return int(pinned("ministack.services.rds._instances")[name]["Endpoint"]["Port"])


def _start(name: str, held: dict[str, Any]) -> Instance:
    one = fleet.launch(f"database {name}", {}, "")
    _data(one).mkdir()
    first = _first(one)
    first.touch(mode=0o600)
    first.write_text(_first_statements(held))
    one.units.start(_UNIT, _server(one, held))
    return one


def _data(one: Instance) -> Path:
    return one.machine.directory / "data"


def _first(one: Instance) -> Path:
    """Return the file of what a server does each time it starts."""
    return one.machine.directory / "first.sql"


def _server(one: Instance, held: dict[str, Any]) -> Unit:
    machine = one.machine
    start = f"{serving.database()} --no-defaults --datadir={_data(one)} {' '.join(_SMALL)}"
    start += " --user=root" if os.geteuid() == 0 else ""
    script = _SCRIPT.format(
        start=start,
        address=machine.address,
        port=held["Endpoint"]["Port"],
        memory=machine.memory,
        first=_first(one),
    )
    return Unit(("/bin/sh", "-c", script), restart="on-failure")


def _first_statements(held: dict[str, Any]) -> str:
    user, password = (_quoted(held[key]) for key in ("MasterUsername", "_MasterUserPassword"))
    database = "".join(c for c in held["DBName"] if c.isalnum() or c == "_")
    return (
        f"CREATE DATABASE IF NOT EXISTS `{database}`;\n"
        f"CREATE USER IF NOT EXISTS {user}@'%' IDENTIFIED BY {password};\n"
        f"GRANT ALL PRIVILEGES ON `{database}`.* TO {user}@'%';\n"
    )


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"
