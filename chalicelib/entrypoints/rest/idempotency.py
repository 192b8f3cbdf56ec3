"""Idempotency keys: for a day, requests of one owner with one key get the first one's answer."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, Final

from aws_lambda_powertools.utilities.idempotency import IdempotencyConfig, idempotent_function
from aws_lambda_powertools.utilities.idempotency.exceptions import (
    IdempotencyAlreadyInProgressError,
    IdempotencyValidationError,
)

from chalicelib.core.errors import FieldProblem, InvalidRequest
from chalicelib.entrypoints.rest.http import HttpError, Request
from chalicelib.services.request import IDEMPOTENCY_WINDOW
from chalicelib.wiring import idempotency_store

MAX_KEY: Final = 255
_HEADER: Final = "Idempotency-Key"


def answer_once(
    call: Request, key: str, body: str, answer: Callable[[str], Mapping[str, Any]]
) -> Any:
    """Return what `answer` makes of the key's digest, or made of it before.

    The digest tells owners with the same key apart. Raises HttpError while another request with
    the key is being answered, and InvalidRequest for a key of a wrong length or one that came
    with another body.
    """
    if not 1 <= len(key) <= MAX_KEY:
        raise InvalidRequest(FieldProblem(_HEADER, f"must be 1 to {MAX_KEY} long"))
    digest = hashlib.sha256(f"{call.caller.owner}\n{key}".encode()).hexdigest()
    try:
        return _kept(call, answer)(keyed={"key": digest, "body": body})
    except IdempotencyAlreadyInProgressError as error:
        message = "a request with this Idempotency-Key is under way; try again in a moment"
        raise HttpError(HTTPStatus.CONFLICT, message) from error
    except IdempotencyValidationError as error:
        message = "was used before with another body"
        raise InvalidRequest(FieldProblem(_HEADER, message)) from error


def _kept(call: Request, answer: Callable[[str], Mapping[str, Any]]) -> Callable[..., Any]:
    def create_once(*, keyed: Mapping[str, str]) -> Mapping[str, Any]:
        return answer(keyed["key"])

    kept: Callable[..., Any] = idempotent_function(
        create_once,
        data_keyword_argument="keyed",
        persistence_store=idempotency_store(),
        config=IdempotencyConfig(
            event_key_jmespath="key",
            payload_validation_jmespath="body",
            expires_after_seconds=int(IDEMPOTENCY_WINDOW.total_seconds()),
            lambda_context=call.lambda_context,
        ),
    )
    return kept
