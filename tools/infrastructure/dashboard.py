"""The dashboard: one row a widget, laid out three abreast."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

from tools.infrastructure.alarms import ALARMS
from tools.infrastructure.functions import Resources
from tools.infrastructure.metrics import OURS, Metric, of_loop, of_the_api, ours

_ABREAST: Final = 3
_WIDTH, _HEIGHT = 8, 6
Line = list[Any]


@dataclass(frozen=True, slots=True)
class Widget:
    """Some metrics over time: each a line as CloudWatch's dashboards write it."""

    title: str
    lines: list[Line]
    statistic: str = "Sum"

    def placed(self, number: int) -> dict[str, Any]:
        """Return it as the dashboard takes it, at its place."""
        row, column = divmod(number, _ABREAST)
        return {
            "type": "metric",
            "x": column * _WIDTH,
            "y": row * _HEIGHT,
            "width": _WIDTH,
            "height": _HEIGHT,
            "properties": {
                "title": self.title,
                "region": "${AWS::Region}",
                "stat": self.statistic,
                "period": 300,
                "metrics": self.lines,
            },
        }


def _lines(*metrics: Metric) -> list[Line]:
    return [metric.line() for metric in metrics]


_LATE: Final = (ours("MinutesPastLease"), ours("MinutesOverdue"))
_NEEDS_A_PERSON: Final = tuple(
    alarm.metric
    for alarm in ALARMS
    if alarm.metric.namespace == OURS and alarm.metric not in _LATE
)
_TO_READY: Final = ours("TimeToReady").line()

WIDGETS: Final = (
    Widget(
        "Demos requested, ready, failed, deleted",
        _lines(ours("Requested"), ours("Ready"), ours("Failed"), ours("Deleted")),
    ),
    Widget("Seconds to ready", [[*_TO_READY, {"stat": "p50"}], [*_TO_READY, {"stat": "p90"}]]),
    Widget("Minutes past the lease", _lines(*_LATE), "Maximum"),
    Widget("Needs a person", _lines(*_NEEDS_A_PERSON)),
    Widget(
        "Loops started, failed", _lines(of_loop("ExecutionsStarted"), of_loop("ExecutionsFailed"))
    ),
    Widget(
        "API calls and errors",
        _lines(of_the_api("Count"), of_the_api("4XXError"), of_the_api("5XXError")),
    ),
    Widget(
        "Pools: ready, claimed, missed",
        _lines(ours("PoolReady"), ours("Claimed"), ours("Missed")),
        "Maximum",
    ),
    Widget("Seconds to claim a pool's demo", _lines(ours("SecondsToClaim")), "Maximum"),
    Widget("Dollars an hour waiting in pools", _lines(ours("PoolHourlyUsd")), "Maximum"),
)


def resources() -> Resources:
    """Return the dashboard."""
    body = {"widgets": [widget.placed(number) for number, widget in enumerate(WIDGETS)]}
    properties = {
        "DashboardName": {"Ref": "AWS::StackName"},
        "DashboardBody": {"Fn::Sub": json.dumps(body)},
    }
    return {"Dashboard": {"Type": "AWS::CloudWatch::Dashboard", "Properties": properties}}
