"""Alarms, the dashboard and the documentation speak of metrics that are counted."""

from __future__ import annotations

import re

import pytest

from tools.infrastructure.template import ROOT, service_template

RESOURCES = service_template()["Resources"]
OPERATIONS = (ROOT / "docs" / "operations.md").read_text()
ALARMS = {
    name: resource["Properties"]
    for name, resource in RESOURCES.items()
    if resource.get("Type") == "AWS::CloudWatch::Alarm"
}
DASHBOARD = RESOURCES["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
ON_ALARMS = {
    "LeaseFaults",
    "MinutesOverdue",
    "OrphansFound",
    "PoolsPaused",
    "Quarantined",
    "SweepFaults",
    "UnreadableRecords",
}
"""Metrics of the service's own that say that something may be billing unasked."""


def counted() -> set[str]:
    """Return every metric that the code counts."""
    sources = (path.read_text() for path in (ROOT / "chalicelib").rglob("*.py"))
    return {name for text in sources for name in re.findall(r'metrics\.count\(\s*"(\w+)"', text)}


def test_every_metric_on_an_alarm_or_the_dashboard_is_counted() -> None:
    """By the name that it has there."""
    shown = set(re.findall(r'"StelligentDemo",\s*"(\w+)"', DASHBOARD))
    ours = {a["MetricName"] for a in ALARMS.values() if a["Namespace"] == "StelligentDemo"}
    assert ON_ALARMS == ours
    assert ON_ALARMS | shown <= counted()
    assert ON_ALARMS <= shown


def test_every_metric_is_documented() -> None:
    """With what it counts where its name does not say it."""
    assert [] == [name for name in sorted(counted()) if f"`{name}`" not in OPERATIONS]


@pytest.mark.parametrize("name", sorted(ALARMS))
def test_every_alarm_tells_somebody_and_is_documented(name: str) -> None:
    """In the table of what to do."""
    assert [{"Ref": "AlarmTopic"}] == ALARMS[name]["AlarmActions"]
    rows = re.findall(r"^\| ([A-Z][\w, ]+) \|", OPERATIONS, re.MULTILINE)
    assert name.removesuffix("Alarm") in {word for row in rows for word in row.split(", ")}


@pytest.mark.parametrize(
    "function", ["Sweep", "Plan", "LeaseGone", "StackChanged", "Orphans", "SlackUpdates"]
)
def test_every_function_that_nobody_waits_for_has_an_alarm(function: str) -> None:
    """Its errors would show nowhere else."""
    watched = {
        alarm["Dimensions"][0]["Value"]["Ref"]
        for alarm in ALARMS.values()
        if alarm["MetricName"] == "Errors"
    }
    assert function in watched


def test_a_first_deployment_raises_no_alarm() -> None:
    """What has no data yet is not taken for what is wrong."""
    assert "breaching" not in {alarm["TreatMissingData"] for alarm in ALARMS.values()}
