"""Where botocore stops: one client for each service and region, and its errors become ours."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Final, ParamSpec, TypeVar

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.core.errors import AccessDenied, DemoError, Rejected, Throttled, Unavailable

P = ParamSpec("P")
R = TypeVar("R")

# Step Functions (or the caller's own patience) retries what still fails after these.
_CONFIG: Final = Config(
    connect_timeout=3, read_timeout=20, retries={"mode": "standard", "total_max_attempts": 3}
)
_THROTTLED: Final = frozenset(
    {
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "RequestLimitExceeded",
        "TooManyRequestsException",
        "ProvisionedThroughputExceededException",
        "SlowDown",
    }
)
_DENIED: Final = frozenset(
    {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "Forbidden", "403"}
)


@functools.cache
def client(service: str, region: str | None = None) -> Any:
    """Return this container's client for a service; made once, as it costs milliseconds."""
    return boto3.client(service, region_name=region, config=_CONFIG)  # type: ignore[call-overload]


def code_of(error: ClientError) -> str:
    """Return the service's error code."""
    return str(error.response.get("Error", {}).get("Code", ""))


def ours(error: ClientError) -> DemoError:
    """Return our error for one of AWS's."""
    code = code_of(error)
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    message = f"{error.operation_name}: {error.response.get('Error', {}).get('Message', code)}"
    if code in _THROTTLED:
        return Throttled(message)
    if code in _DENIED:
        return AccessDenied(message)
    if status >= 500:  # noqa: PLR2004 - any server-side fault
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
        except BotoCoreError as error:
            raise Unavailable(str(error)) from error

    return call
