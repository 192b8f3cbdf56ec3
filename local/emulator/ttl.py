"""Expired DynamoDB items leave a record on the table's stream, as on AWS.

The record is a REMOVE whose `userIdentity` names the service (DynamoDB Developer Guide,
"DynamoDB Streams and Time to Live"). When expired items are looked for can be changed
while the emulator runs; AWS promises only "within a few days".
"""

import threading
import time
from typing import Any

from local.emulator.controls import controls
from local.emulator.handlers import around_handler
from local.patching import around, pinned

_SERVICE = {"type": "Service", "principalId": "dynamodb.amazonaws.com"}
_removing = threading.local()
_MINISTACKS_OWN = "dynamodb-ttl-reaper"


def install() -> None:
    """Mark removals by TTL, silence MiniStack's own remover, and start ours."""
    around("ministack.services.dynamodb._build_change_record", _marked)
    around("ministack.services.dynamodb._remove_item", _unless_silenced)
    around_handler("AWS::DynamoDB::Table", "create", _with_ttl)
    threading.Thread(target=_keep_looking, daemon=True, name="stelligent-ttl").start()


def _marked(build: Any, *args: Any, **kwargs: Any) -> Any:
    record = build(*args, **kwargs)
    if getattr(_removing, "by_ttl", False):
        record["userIdentity"] = dict(_SERVICE)
    return record


def _unless_silenced(remove: Any, *args: Any) -> Any:
    # MiniStack starts its own remover when it is imported; ours does the work.
    silenced = threading.current_thread().name == _MINISTACKS_OWN
    return None if silenced else remove(*args)


def _with_ttl(create: Any, logical_id: str, properties: Any, stack_name: str) -> Any:
    """Let a template's TimeToLiveSpecification count: MiniStack reads it and does nothing."""
    name, attributes = create(logical_id, properties, stack_name)
    if wanted := properties.get("TimeToLiveSpecification"):
        update_ttl = pinned("ministack.services.dynamodb._update_ttl")
        update_ttl({"TableName": name, "TimeToLiveSpecification": wanted})
    return name, attributes


def _keep_looking() -> None:
    looked = time.monotonic()
    while True:
        time.sleep(0.2)
        if controls.ttl and time.monotonic() - looked >= controls.ttl_interval:
            looked = time.monotonic()
            remove_expired()


def remove_expired() -> int:
    """Remove every expired item of every table now, and say how many there were."""
    tables = pinned("ministack.services.dynamodb._tables")
    settings = pinned("ministack.services.dynamodb._ttl_settings")
    removed = 0
    with pinned("ministack.services.dynamodb._lock"):
        for (account, region, name), setting in settings.to_dict().items():
            table = tables.get_scoped(account, region, name)
            if table is None or setting.get("TimeToLiveStatus") != "ENABLED":
                continue
            with pinned("ministack.core.responses.request_scope")(account, region):
                for keys in _expired(table, setting["AttributeName"]):
                    _remove(name, table, keys)
                    removed += 1
    return removed


def _expired(table: Any, attribute: str) -> list[tuple[Any, Any]]:
    now = time.time()
    return [
        (pk, sk)
        for pk, items in table["items"].items()
        for sk, item in items.items()
        if attribute in item and _seconds(item[attribute]) <= now
    ]


def _seconds(value: Any) -> float:
    """Read the time an attribute names; one that is not a number never expires, as on AWS."""
    try:
        return float(pinned("ministack.services.dynamodb._extract_key_val")(value))
    except (TypeError, ValueError):
        return float("inf")


def _remove(name: str, table: Any, keys: tuple[Any, Any]) -> None:
    old = pinned("ministack.services.dynamodb._remove_item")(table, *keys)
    _removing.by_ttl = True
    try:
        pinned("ministack.services.dynamodb._emit_stream_event")(name, "REMOVE", old, None)
    finally:
        _removing.by_ttl = False
