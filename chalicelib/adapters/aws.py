"""Where botocore stops: one client for each service and region, and its errors become ours."""

from __future__ import annotations

import functools
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final, ParamSpec, TypeVar

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from chalicelib.core.errors import AccessDenied, DemoError, Rejected, Throttled, Unavailable

P = ParamSpec("P")
R = TypeVar("R")

# Step Functions (or the caller's own patience) retries what still fails after these.
_CONFIG: Final = Config(
    connect_timeout=3, read_timeout=20, retries={"mode": "standard", "total_max_attempts": 3}
)
_BUSY: Final = frozenset(
    {
        "BandwidthLimitExceeded",
        "EC2ThrottledException",
        "ExecutionLimitExceeded",
        "KmsThrottlingException",
        "LimitExceededException",
        "OperationAborted",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceeded",
        "ProvisionedThroughputExceededException",
        "ReplicatedWriteConflictException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "Throttling",
        "ThrottlingError",
        "ThrottlingException",
        "ThrottledException",
        "TooManyRequestsException",
        "TransactionConflict",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)
"""Rates that are exceeded and items that another request holds: both pass.

The API references of the services called, and what botocore's standard retries take for
throttling; those give up after three attempts.
"""
_QUOTAS: Final = frozenset({"CreateStack"})
"""Operations whose LimitExceededException is a quota (CloudFormation API Reference)."""
_FAULTS: Final = frozenset(
    {
        "InternalError",
        "InternalFailure",
        "InternalServerError",
        "RequestTimeout",
        "RequestTimeoutException",
        "ServiceUnavailable",
        "ServiceUnavailableException",
        "Unavailable",
    }
)
_DENIED: Final = frozenset(
    {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "Forbidden", "403"}
)


_HURRIED: Final = Config(
    connect_timeout=1, read_timeout=2, retries={"mode": "standard", "total_max_attempts": 2}
)
"""For what a caller can do without, and would not wait for."""


@functools.cache
def client(service: str, region: str | None = None, *, hurried: bool = False) -> Any:
    """Return this container's client for a service; made once, as it costs milliseconds."""
    config = _HURRIED if hurried else _CONFIG
    return boto3.client(service, region_name=region, config=config)  # type: ignore[call-overload]


def code_of(error: ClientError) -> str:
    """Return the service's error code."""
    return str(error.response.get("Error", {}).get("Code", ""))


def ours(error: ClientError) -> DemoError:
    """Return our error for one of AWS's."""
    code, operation = code_of(error), error.operation_name
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    message = f"{operation}: {error.response.get('Error', {}).get('Message', code)}"
    if code == "LimitExceededException" and operation in _QUOTAS:
        return Rejected(message)
    return error_for(code, message, status=status)


def error_for(code: str, message: str, *, status: int = HTTPStatus.BAD_REQUEST) -> DemoError:
    """Return our error for a service's code: Throttled, Unavailable, AccessDenied or Rejected."""
    if code in _BUSY or status == HTTPStatus.TOO_MANY_REQUESTS:
        return Throttled(message)
    if code in _DENIED:
        return AccessDenied(message)
    if code in _FAULTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Unavailable(message)
    return Rejected(message)


def translated(function: Callable[P, R]) -> Callable[P, R]:
    """Let a function raise our errors in place of botocore's."""

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except ClientError as error:
            raise ours(error) from error
        except ParamValidationError as error:
            raise Rejected(str(error)) from error
        except BotoCoreError as error:
            raise Unavailable(str(error)) from error

    return call
