"""The metrics that alarms watch and the dashboard shows, by whom they are of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

OURS: Final = "StelligentDemo"


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric as CloudWatch knows it, with its one dimension's value by reference."""

    namespace: str
    name: str
    dimension: str
    reference: str

    @property
    def value(self) -> dict[str, str]:
        """The dimension's value in a template."""
        return {"Ref": self.reference}

    def line(self) -> list[str]:
        """Return it as a dashboard names it, within Fn::Sub."""
        return [self.namespace, self.name, self.dimension, f"${{{self.reference}}}"]


def ours(name: str) -> Metric:
    """Return what the service itself counts."""
    return Metric(OURS, name, "service", "AWS::StackName")


def of_loop(name: str) -> Metric:
    """Return what Step Functions counts of the loop."""
    return Metric("AWS/States", name, "StateMachineArn", "Loop")


def of_the_api(name: str) -> Metric:
    """Return what API Gateway counts of the API."""
    return Metric("AWS/ApiGateway", name, "ApiName", "AWS::StackName")


def of_function(logical_id: str, name: str) -> Metric:
    """Return what Lambda counts of a function."""
    return Metric("AWS/Lambda", name, "FunctionName", logical_id)
