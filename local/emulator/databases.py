"""Databases as RDS has them: a protected one is not deleted, a stopped one is not modified."""

import uuid
from collections.abc import Mapping
from typing import Any

from local.emulator.handlers import around_handler
from local.patching import pinned

_MODIFY = "ModifyDBInstance"


def install() -> None:
    """Put the refusals before MiniStack's deletion by a stack, and before its modification."""
    around_handler("AWS::RDS::DBInstance", "delete", _delete_unless_protected)
    actions = pinned("ministack.services.rds._ACTION_MAP")
    actions[_MODIFY] = _unless_stopped(actions[_MODIFY])


def _delete_unless_protected(delete: Any, physical_id: str, properties: dict[str, Any]) -> None:
    held = pinned("ministack.services.rds._instances").get(physical_id)
    if held and held.get("DeletionProtection"):
        raise ValueError(
            'Resource handler returned message: "Cannot delete protected DB Instance, please '
            f'disable deletion protection and try again. (Service: Rds, Status Code: 400)"'
            f" (RequestToken: {uuid.uuid4()}, HandlerErrorCode: InvalidRequest)"
        )
    delete(physical_id, properties)


def _unless_stopped(modify: Any) -> Any:
    def answer(params: Mapping[str, list[str]]) -> Any:
        name = pinned("ministack.services.rds._p")(params, "DBInstanceIdentifier")
        held = pinned("ministack.services.rds._instances").get(name)
        if held and held["DBInstanceStatus"] == "stopped":
            message = f"Database instance {name} is not in available state."
            return pinned("ministack.services.rds._error")("InvalidDBInstanceState", message, 400)
        return modify(params)

    return answer
