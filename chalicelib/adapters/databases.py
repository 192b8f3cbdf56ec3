"""RDS behind the Databases port: the databases of a stack, stopped while their demo is paused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from botocore.exceptions import ClientError

from chalicelib.adapters.aws import client, code_of, translated
from chalicelib.core.component import Status
from chalicelib.core.errors import Unavailable

_STATUSES: Final = {
    "stopped": Status.STOPPED,
    "stopping": Status.STOPPING,
    "starting": Status.STARTING,
    "available": Status.READY,
}
"""Amazon RDS User Guide, "Viewing Amazon RDS DB instance status"; in any other it is busy with
something that passes."""
_ORDER: Final = (Status.STARTING, Status.STOPPING, Status.READY, Status.STOPPED)
_NOT_NOW: Final = frozenset({"InvalidDBInstanceState", "InvalidDBInstanceStateFault"})


class Rds:
    """The databases of one region."""

    def __init__(self, region: str) -> None:
        self._region = region

    @property
    def _client(self) -> Any:
        return client("rds", self._region)

    @translated
    def status(self, ids: Sequence[str]) -> Status:
        """Return the status of these databases together: ready, starting, stopping or stopped."""
        found = {_STATUSES.get(word, Status.STARTING) for word in map(self._word, ids) if word}
        return next((status for status in _ORDER if status in found), Status.READY)

    def _word(self, name: str) -> str | None:
        try:
            found = self._client.describe_db_instances(DBInstanceIdentifier=name)
        except ClientError as error:
            if code_of(error) in ("DBInstanceNotFound", "DBInstanceNotFoundFault"):
                return None
            raise
        return str(found["DBInstances"][0]["DBInstanceStatus"])

    @translated
    def stop(self, ids: Sequence[str]) -> None:
        """Begin to stop databases; asking for one that does not run is no error."""
        for name in ids:
            if self._word(name) not in ("stopped", "stopping"):
                self._ask(self._client.stop_db_instance, name)

    @translated
    def start(self, ids: Sequence[str]) -> None:
        """Begin to start databases; asking for one that runs is no error."""
        for name in ids:
            if self._word(name) not in ("available", "starting"):
                self._ask(self._client.start_db_instance, name)

    def _ask(self, call: Any, name: str) -> None:
        """Make a call that RDS takes in some statuses only: in the others, later."""
        try:
            call(DBInstanceIdentifier=name)
        except ClientError as error:
            if code_of(error) in _NOT_NOW:
                raise Unavailable(str(error)) from error
            raise
