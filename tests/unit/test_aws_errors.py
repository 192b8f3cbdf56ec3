"""AWS's errors become ours by what the caller should do: try again later, or not."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError, ParamValidationError

from chalicelib.adapters.aws import client, error_for, ours, translated
from chalicelib.core.errors import (
    AccessDenied,
    DemoError,
    FatalError,
    Rejected,
    RetryableError,
    Throttled,
    Unavailable,
)


def error(code: str, status: int = 400, operation: str = "UpdateItem") -> ClientError:
    answer: Any = {
        "Error": {"Code": code, "Message": "words"},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return ClientError(answer, operation)


def thrown(cause: Exception) -> DemoError:
    @translated
    def call() -> None:
        raise cause

    with pytest.raises(DemoError) as caught:
        call()
    assert cause is caught.value.__cause__
    return caught.value


@pytest.mark.parametrize(
    "code",
    [
        "BandwidthLimitExceeded",
        "EC2ThrottledException",
        "ExecutionLimitExceeded",
        "KmsThrottlingException",
        "LimitExceededException",
        "OperationAborted",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "ReplicatedWriteConflictException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionConflictException",
        "TransactionInProgressException",
    ],
)
def test_what_passes_is_tried_again(code: str) -> None:
    """A rate that is exceeded, or an item in another transaction, is the same call's later."""
    found = thrown(error(code))
    assert isinstance(found, Throttled)
    assert isinstance(found, RetryableError)
    assert "UpdateItem: words" == str(found)


def test_a_quota_of_stacks_does_not_pass() -> None:
    """CloudFormation says by the same code that the account has as many stacks as it may."""
    assert isinstance(ours(error("LimitExceededException", operation="CreateStack")), Rejected)
    assert isinstance(ours(error("Throttling", operation="CreateStack")), Throttled)


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("Whatever", 500),
        ("Whatever", 502),
        ("503", 503),
        ("Whatever", 504),
        ("InternalError", 200),
        ("InternalFailure", 400),
        ("InternalServerError", 400),
        ("RequestTimeout", 400),
        ("RequestTimeoutException", 400),
        ("ServiceUnavailable", 400),
        ("ServiceUnavailableException", 400),
        ("Unavailable", 400),
    ],
)
def test_a_fault_on_their_side_is_tried_again(code: str, status: int) -> None:
    """Whatever it is called, and in whatever wrapping it comes."""
    assert isinstance(thrown(error(code, status)), Unavailable)


def test_too_many_requests_are_known_by_their_status() -> None:
    """A service may have a word of its own for them."""
    assert isinstance(thrown(error("Whatever", 429)), Throttled)


@pytest.mark.parametrize(
    "code", ["403", "AccessDenied", "AccessDeniedException", "Forbidden", "UnauthorizedOperation"]
)
def test_what_a_role_may_not_do_is_not_tried_again(code: str) -> None:
    """A person has to change something."""
    found = thrown(error(code, 403))
    assert isinstance(found, AccessDenied)
    assert isinstance(found, FatalError)


@pytest.mark.parametrize(
    ("code", "status"), [("ValidationException", 400), ("NoSuchThing", 404), ("Whatever", 499)]
)
def test_what_is_refused_is_not_tried_again(code: str, status: int) -> None:
    """The same call would be refused again."""
    assert isinstance(thrown(error(code, status)), Rejected)


def test_no_answer_is_tried_again() -> None:
    """A network that does not answer has not refused anything."""
    assert isinstance(thrown(ConnectTimeoutError(endpoint_url="x")), Unavailable)


def test_a_call_that_botocore_does_not_send_is_a_mistake() -> None:
    """It is not taken for a network that does not answer."""
    assert isinstance(thrown(ParamValidationError(report="too long")), Rejected)


def test_an_error_without_words_is_told_by_its_code() -> None:
    """HeadBucket has no body to speak in."""
    bare = ClientError({"Error": {"Code": "404"}}, "HeadBucket")
    assert "HeadBucket: 404" == str(ours(bare))
    assert isinstance(error_for("404", "words"), Rejected)


def test_a_call_gives_up_before_its_function_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """A read ends within Lambda's 30 seconds; a client is made once, in its region."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    made = client("sqs", "eu-west-1")
    config = made.meta.config
    assert (3, 20) == (config.connect_timeout, config.read_timeout)
    assert {"mode": "standard", "total_max_attempts": 3} == config.retries
    assert "eu-west-1" == made.meta.region_name
    assert made is client("sqs", "eu-west-1")


@pytest.mark.parametrize(("hurried", "patience"), [(True, (1, 2, 2)), (False, (3, 20, 3))])
def test_a_client_waits_as_long_as_its_caller_can(
    *, hurried: bool, patience: tuple[int, int, int]
) -> None:
    """Seconds to connect and to read, and how often it tries."""
    config = client("service-quotas", "us-east-1", hurried=hurried).meta.config
    tries = config.retries["total_max_attempts"]
    assert patience == (config.connect_timeout, config.read_timeout, tries)
