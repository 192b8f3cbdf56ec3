"""What exists in the emulator, over every service, and what a demo's life left behind.

    before = survey.take(control)
    …
    left = survey.left_behind(before, survey.take(control))

Nothing is filtered by our tags or records: what MiniStack keeps, counts. Stores that hold
no resources are named in `NOT_RESOURCES`, each with what it is; `python -m local.survey`
prints everything, those included.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from local.control import Control

# (service, store): why an entry there is nothing that AWS would bill or list.
NOT_RESOURCES = {
    ("cloudformation", "stack_events"): "the history of deleted stacks, on AWS too for 90 days",
    ("cloudwatch", "alarm_history"): "the history of deleted alarms",
    ("cloudwatch", "metrics"): "measurements",
    ("cloudwatch_logs", "log_records"): "lines in the service's own log groups",
    ("dynamodb", "stream_records"): "the table's stream, kept a day on AWS too",
    ("dynamodb", "stream_trimmed"): "a position in the table's stream",
    ("ecs", "tags"): "MiniStack keeps the tags of deleted services and task definitions",
    ("ecs", "task_def_latest"): "the last revision number of a deregistered task definition",
    ("dynamodb", "txn_idempotency"): "tokens of transactions, kept ten minutes on AWS too",
    ("eventbridge", "events_log"): "events that were sent",
    ("lambda_svc", "esm_positions"): "a position in the table's stream",
    ("lambda_svc", "dynamodb_stream_positions"): "a position in the table's stream",
    ("rds", "events"): "the history of databases",
    ("stepfunctions", "task_tokens"): "the waits of loops, those of stopped ones too",
    ("stepfunctions", "executions"): "the history of demos' loops, on AWS too for 90 days",
}


@dataclass(frozen=True, order=True)
class Item:
    """One thing the emulator keeps: which service, in which store, where, under which key."""

    service: str
    store: str
    region: str
    key: str

    def is_resource(self) -> bool:
        """Tell resources from history and measurements."""
        return (self.service, self.store) not in NOT_RESOURCES


def take(control: Control) -> frozenset[Item]:
    """List everything there is now."""
    return frozenset(Item(**item) for item in control.survey())


def left_behind(before: Iterable[Item], after: Iterable[Item]) -> list[Item]:
    """Name the resources that exist now and did not before."""
    return sorted(item for item in set(after) - set(before) if item.is_resource())


def main() -> None:
    """Print everything in the local emulator, history marked."""
    from local import service  # noqa: PLC0415 - tests survey emulators of their own

    for item in sorted(take(service.emulator().control)):
        why = NOT_RESOURCES.get((item.service, item.store), "")
        note = f"  ({why})" if why else ""
        print(f"{item.service:16} {item.store:24} {item.region:12} {item.key}{note}")


if __name__ == "__main__":
    main()
