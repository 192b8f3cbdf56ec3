"""The functions behind events and schedules: stacks, removed leases, sweep and orphans."""

from __future__ import annotations

from typing import Any, Final

from chalice import Blueprint, Rate
from chalice.app import CloudWatchEvent

from chalicelib.core.errors import FatalError
from chalicelib.core.naming import parse_stack_name
from chalicelib.core.stack_change import StackChange
from chalicelib.entrypoints.logs import logger
from chalicelib.wiring import use_cases

bp = Blueprint(__name__)

STACK_EVENTS: Final = {
    "source": ["aws.cloudformation"],
    "detail-type": ["CloudFormation Stack Status Change"],
    "detail": {
        "status-details": {
            "status": [
                "CREATE_COMPLETE",
                "CREATE_FAILED",
                "UPDATE_COMPLETE",
                "UPDATE_FAILED",
                "UPDATE_ROLLBACK_COMPLETE",
                "UPDATE_ROLLBACK_FAILED",
                "DELETE_COMPLETE",
                "DELETE_FAILED",
            ]
        }
    },
}
"""The stack statuses worth waking a loop for (CloudFormation User Guide, "Managing events with
Amazon EventBridge")."""


@bp.on_cw_event(STACK_EVENTS, name="stack_changed")  # type: ignore[untyped-decorator]
def stack_changed(event: CloudWatchEvent) -> None:
    """Wake the loop of the demo whose stack came to a new status."""
    detail = event.detail
    ours = parse_stack_name(detail["stack-id"].split("/")[1])
    if ours is not None:
        demo_id, component = ours
        change = StackChange(component, detail["status-details"]["status"])
        use_cases().wakeups.wake(demo_id, change)


# The stream is wired in .chalice/resources.yaml, as only the template knows its ARN.
@bp.lambda_function(name="lease_gone")  # type: ignore[untyped-decorator]
def lease_gone(event: dict[str, Any], context: Any) -> Any:
    """End the demos whose lease items left the table."""
    from aws_lambda_powertools.utilities.batch import (  # noqa: PLC0415 - only this function
        BatchProcessor,
        EventType,
        process_partial_response,
    )

    return process_partial_response(
        event=event,
        record_handler=_lease_record,
        processor=BatchProcessor(event_type=EventType.DynamoDBStreams),
        context=context,
    )


def _lease_record(record: Any) -> None:
    keys = record.dynamodb.keys
    if record.event_name and record.event_name.name == "REMOVE" and keys["sk"] == "LEASE":
        identity = record.user_identity or {}
        by_ttl = identity.get("principalId") == "dynamodb.amazonaws.com"
        demo_id = keys["pk"].removeprefix("DEMO#")
        try:
            use_cases().lease_removed.run(demo_id, by_ttl=by_ttl)
        except FatalError as error:
            # It would fail again if it were delivered again, and hold up every record behind it.
            _report(demo_id, error)
            use_cases().lease_removed.metrics.count("LeaseFaults")


@bp.schedule(Rate(5, unit=Rate.MINUTES), name="sweep")  # type: ignore[untyped-decorator]
def sweep_due(event: CloudWatchEvent) -> None:  # noqa: ARG001
    """Handle every demo that is due, and fill the pools."""
    swept = use_cases().sweep.run(_report)
    use_cases().fill_pools.run(_report)
    logger().info("swept", extra={"due": len(swept.seen), "faults": len(swept.faults)})


@bp.schedule(Rate(1, unit=Rate.HOURS), name="orphans")  # type: ignore[untyped-decorator]
def find_orphans(event: CloudWatchEvent) -> None:  # noqa: ARG001
    """Delete what carries our tags and no live demo answers for."""
    found = use_cases().orphan_search.run(_report)
    logger().info("searched for orphans", extra={"suspects": sorted(found.suspects)})


def _report(demo_id: str, error: Exception) -> None:
    logger().error("not dealt with", extra={"demo_id": demo_id, "why": str(error)}, exc_info=error)
