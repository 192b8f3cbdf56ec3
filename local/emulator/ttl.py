"""Expired DynamoDB items leave a record on the table's stream, as on AWS.

The record is a REMOVE whose `userIdentity` names the service (DynamoDB Developer Guide,
"DynamoDB Streams and Time to Live"). When expired items are looked for can be changed
while the emulator runs; AWS promises only "within a few days".
"""

import threading
import time
from typing import Any

from local.emulator.controls import controls
from local.emulator.patching import module, private, replace_everywhere

_SERVICE = {"type": "Service", "principalId": "dynamodb.amazonaws.com"}
_removing = threading.local()
_MINISTACKS_OWN = "dynamodb-ttl-reaper"


def install() -> None:
    """Mark removals by TTL, silence MiniStack's own remover, and start ours."""
    dynamodb = module("services.dynamodb")
    build = private(dynamodb, "_build_change_record")
    remove = private(dynamodb, "_remove_item")

    def build_marked(*args: Any, **kwargs: Any) -> Any:
        record = build(*args, **kwargs)
        if getattr(_removing, "by_ttl", False):
            record["userIdentity"] = dict(_SERVICE)
        return record

    def remove_unless_silenced(*args: Any, **kwargs: Any) -> Any:
        # MiniStack starts its own remover when it is imported; ours does the work.
        if threading.current_thread().name == _MINISTACKS_OWN:
            return None
        return remove(*args, **kwargs)

    _read_from_templates(dynamodb)
    replace_everywhere(dynamodb, "_build_change_record", build_marked)
    replace_everywhere(dynamodb, "_remove_item", remove_unless_silenced)
    threading.Thread(target=_keep_looking, daemon=True, name="stelligent-ttl").start()


def _read_from_templates(dynamodb: Any) -> None:
    """Let a template's TimeToLiveSpecification count: MiniStack reads it and does nothing."""
    handlers = private(module("services.cloudformation.provisioners"), "_RESOURCE_HANDLERS")
    table = handlers["AWS::DynamoDB::Table"]
    create = table["create"]
    update_ttl = private(dynamodb, "_update_ttl")

    def create_with_ttl(logical_id: str, properties: Any, stack_name: str) -> Any:
        name, attributes = create(logical_id, properties, stack_name)
        if asked := properties.get("TimeToLiveSpecification"):
            update_ttl({"TableName": name, "TimeToLiveSpecification": asked})
        return name, attributes

    table["create"] = create_with_ttl


def _keep_looking() -> None:
    looked = time.monotonic()
    while True:
        time.sleep(0.2)
        if controls.ttl and time.monotonic() - looked >= controls.ttl_interval:
            looked = time.monotonic()
            remove_expired()


def remove_expired() -> int:
    """Remove every expired item of every table now, and say how many there were."""
    dynamodb = module("services.dynamodb")
    removed = 0
    with dynamodb._lock:  # noqa: SLF001
        for (account, region, name), setting in list(dynamodb._ttl_settings.all_items()):  # noqa: SLF001
            table = dynamodb._tables.get_scoped(account, region, name)  # noqa: SLF001
            if table is None or setting.get("TimeToLiveStatus") != "ENABLED":
                continue
            _scope(account, region)
            removed += sum(
                _remove(dynamodb, name, table, keys)
                for keys in _expired(dynamodb, table, setting["AttributeName"])
            )
    return removed


def _scope(account: str, region: str) -> None:
    responses = module("core.responses")
    responses.set_request_account_id(account)
    responses.set_request_region(region)


def _expired(dynamodb: Any, table: Any, attribute: str) -> list[tuple[Any, Any]]:
    now = time.time()
    return [
        (pk, sk)
        for pk, items in table["items"].items()
        for sk, item in items.items()
        if attribute in item and _seconds(dynamodb, item[attribute]) <= now
    ]


def _seconds(dynamodb: Any, value: Any) -> float:
    """Read the time an attribute names; one that is not a number never expires, as on AWS."""
    try:
        return float(dynamodb._extract_key_val(value))  # noqa: SLF001
    except (TypeError, ValueError):
        return float("inf")


def _remove(dynamodb: Any, name: str, table: Any, keys: tuple[Any, Any]) -> int:
    old = dynamodb._remove_item(table, *keys)  # noqa: SLF001
    _removing.by_ttl = True
    try:
        dynamodb._emit_stream_event(name, "REMOVE", old, None)  # noqa: SLF001
    finally:
        _removing.by_ttl = False
    return 1
