"""A function that reports a failed record of a DynamoDB stream gets it again, as on AWS.

MiniStack takes an answer with `batchItemFailures` for success and loses what failed. On AWS the
stream goes on from the first record named there (Lambda Developer Guide, "Configuring partial
batch response with DynamoDB and Lambda"): here MiniStack learns that the batch failed, which
makes it bring the batch again after a second, and what came before that record is left out then.
"""

import json
from typing import Any

from local.patching import around

_done: dict[str, set[str]] = {}


def install() -> None:
    """Let answers of stream functions count."""
    around("ministack.services.lambda_svc._execute_function", _repeating_failures)


def _repeating_failures(execute: Any, function: Any, event: Any, *args: Any, **kwargs: Any) -> Any:
    records = _stream_records(event)
    if not records:
        return execute(function, event, *args, **kwargs)
    name = str(function.get("config", {}).get("FunctionName", ""))
    left = [r for r in records if _sequence(r) not in _done.get(name, set())]
    if not left:
        return {"body": {"batchItemFailures": []}}
    result = execute(function, {**event, "Records": left}, *args, **kwargs)
    failed = _first_failure(result, left)
    if failed is None:
        if not result.get("error"):
            _done.pop(name, None)
        return result
    done = left[: [_sequence(r) for r in left].index(failed)]
    _done.setdefault(name, set()).update(_sequence(r) for r in done)
    error = {"errorType": "PartialBatchFailure", "errorMessage": f"from {failed} on"}
    return {**result, "error": True, "body": error}


def _stream_records(event: Any) -> list[dict[str, Any]]:
    records = event.get("Records") if isinstance(event, dict) else None
    if not isinstance(records, list) or not records or not isinstance(records[0], dict):
        return []
    return records if records[0].get("eventSource") == "aws:dynamodb" else []


def _sequence(record: dict[str, Any]) -> str:
    return str(record["dynamodb"]["SequenceNumber"])


def _first_failure(result: Any, records: list[dict[str, Any]]) -> str | None:
    """Name the first record that the function reports; None when it reports none of them."""
    body = result.get("body") if not result.get("error") else None
    if isinstance(body, str | bytes):
        try:
            body = json.loads(body)
        except ValueError:
            return None
    reported = (body or {}).get("batchItemFailures") or [] if isinstance(body, dict) else []
    named = {str(item.get("itemIdentifier")) for item in reported}
    return next((s for s in map(_sequence, records) if s in named), None)
