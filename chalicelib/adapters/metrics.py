"""CloudWatch metrics in the embedded metric format as the service's metrics."""

from __future__ import annotations

from typing import Final

NAMESPACE: Final = "StelligentDemo"


class EmbeddedMetrics:
    """Each count is one line of structured log, which CloudWatch turns into a metric."""

    def __init__(self, service: str) -> None:
        self._service = service

    def count(self, name: str, value: float = 1, *, unit: str = "Count") -> None:
        """Add to a metric of this service."""
        from aws_lambda_powertools import single_metric  # noqa: PLC0415 - few functions count
        from aws_lambda_powertools.metrics import MetricUnit  # noqa: PLC0415

        with single_metric(
            name=name, unit=MetricUnit(unit), value=value, namespace=NAMESPACE
        ) as metric:
            metric.add_dimension("service", self._service)
