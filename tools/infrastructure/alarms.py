"""Every alarm of the service, one row each: something may cost money that nobody wants.

Functions that nobody waits for have an alarm on their errors as well, from their own rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tools.infrastructure.functions import FUNCTIONS, Function, Resources, camel_case
from tools.infrastructure.metrics import Metric, of_function, of_loop, of_the_api, ours


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm: its name, what it means, the metric it watches, and how if not as most do.

    Most go off at a sum of one or more within five minutes. `how` is by the properties of
    AWS::CloudWatch::Alarm.
    """

    name: str
    meaning: str
    metric: Metric
    how: Mapping[str, Any] = field(default_factory=dict)

    def resource(self) -> dict[str, Any]:
        """Return it as CloudFormation takes it."""
        return {
            "Type": "AWS::CloudWatch::Alarm",
            "Properties": {
                "AlarmDescription": self.meaning,
                "Namespace": self.metric.namespace,
                "MetricName": self.metric.name,
                "Dimensions": [{"Name": self.metric.dimension, "Value": self.metric.value}],
                **_AS_MOST,
                **self.how,
            },
        }


_TOLD: Final = [{"Ref": "AlarmTopic"}]
_AS_MOST: Final[Mapping[str, Any]] = {
    "Statistic": "Sum",
    "Period": 300,
    "EvaluationPeriods": 1,
    "Threshold": 1,
    "ComparisonOperator": "GreaterThanOrEqualToThreshold",
    "TreatMissingData": "notBreaching",
    "AlarmActions": _TOLD,
}

ALARMS: Final = (
    Alarm(
        "Quarantined", "A teardown needs a person; the demo's record says why", ours("Quarantined")
    ),
    Alarm(
        "PastLease",
        "A demo whose lease ended half an hour ago is still there",
        ours("MinutesOverdue"),
        {"Statistic": "Maximum", "Period": 900, "Threshold": 30},
    ),
    Alarm(
        "Orphans",
        "Stacks or buckets were found that no live demo answers for",
        ours("OrphansFound"),
    ),
    Alarm(
        "SweepFaults",
        "No sweep can deal with a demo that is due; its log names it",
        ours("SweepFaults"),
        # Every sweep of a quarter of an hour: a single one that met a busy service is none.
        {"Statistic": "Minimum", "Period": 900},
    ),
    Alarm(
        "PoolsPaused",
        "A pool makes nothing any more, as its members failed in a row",
        ours("PoolsPaused"),
    ),
    Alarm(
        "LeaseFaults",
        "A demo could not be ended when its lease item was removed",
        ours("LeaseFaults"),
    ),
    Alarm(
        "UnreadableRecords",
        "A record in the table cannot be read by this release",
        ours("UnreadableRecords"),
    ),
    Alarm("Loop", "A loop ended in a fault", of_loop("ExecutionsFailed")),
    Alarm(
        "LeaseGoneLag",
        "A removed lease has waited for a quarter of an hour to be acted on",
        of_function("LeaseGone", "IteratorAge"),
        # Records that fail one by one are no error of the function: they make the stream wait.
        {"Statistic": "Maximum", "Threshold": 900_000},
    ),
    Alarm(
        "SweepSilent",
        "The sweep has not run for an hour (the state is INSUFFICIENT_DATA then)",
        of_function("Sweep", "Invocations"),
        # A function that is not invoked has no data. A new alarm has none either, but comes from
        # no other state, so that a first deployment notifies nobody.
        {
            "Period": 900,
            "EvaluationPeriods": 4,
            "ComparisonOperator": "LessThanThreshold",
            "TreatMissingData": "missing",
            "InsufficientDataActions": _TOLD,
        },
    ),
    Alarm("ApiErrors", "The API answers with server errors", of_the_api("5XXError")),
)


def of_errors(function: Function) -> Alarm:
    """Return the alarm on a function that fails."""
    return Alarm(
        f"{camel_case(function.name)}Errors",
        function.failing,
        of_function(function.logical_id, "Errors"),
        {"EvaluationPeriods": function.failing_periods},
    )


def resources(functions: Iterable[Function] = FUNCTIONS) -> Resources:
    """Return every alarm."""
    alarms = [*ALARMS, *(of_errors(function) for function in functions if function.failing)]
    return {f"{alarm.name}Alarm": alarm.resource() for alarm in alarms}
