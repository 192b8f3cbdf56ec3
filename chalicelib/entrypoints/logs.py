"""The one logger: structured, and with the demo's id wherever there is one."""

from __future__ import annotations

from aws_lambda_powertools import Logger

logger = Logger(service="stelligent-demo")
