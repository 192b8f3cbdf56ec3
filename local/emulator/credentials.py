"""Only the credentials drawn for this run are taken, and every signature is verified.

MiniStack takes `test`, any account id and no key at all for the account's root and checks
none of their signatures, and it makes a function's secret out of its ARN. Here the root has
one key, given to this process when it is started, and functions have drawn secrets.
"""

import os
import secrets
from functools import cache
from typing import Any

from local.control import key_of
from local.patching import around, pinned, wrap

_ACCOUNT = "000000000000"
_secret_access_key = ""


def install() -> None:
    """Take the run's key out of the environment, which functions inherit, and let it count."""
    global _secret_access_key  # noqa: PLW0603 - drawn for this run, and in no module that others import
    access_key_id = os.environ.pop("AWS_ACCESS_KEY_ID")
    _secret_access_key = os.environ.pop("AWS_SECRET_ACCESS_KEY")
    wrap("ministack.core.iam_evaluator.is_root_access_key", lambda _: lambda _key: False)
    wrap("ministack.core.lambda_runtime.execution_credentials", lambda _: of_function)
    around("ministack.app._enforce_execute_api", _where_iam_is_asked)
    pinned("ministack.services.sts.register_session")(
        access_key_id,
        {
            "Arn": f"arn:aws:iam::{_ACCOUNT}:root",
            "AccountId": _ACCOUNT,
            "UserId": _ACCOUNT,
            "PrincipalType": "Root",
            "SecretAccessKey": _secret_access_key,
        },
    )


def _where_iam_is_asked(
    enforce: Any, api_id: str, stage: str, method: str, path: str, *rest: Any, **more: Any
) -> Any:
    """Look at signatures where an API's method requires IAM's, and nowhere else."""
    if more.get("iam_action") == "execute-api:Invoke":
        kind = pinned("ministack.app._execute_api_authorization_type")
        if kind(api_id, stage, method, path) != "AWS_IAM":
            return None
    return enforce(api_id, stage, method, path, *rest, **more)


def steering_key() -> bytes:
    """Return the key that `local.control.Control` sends."""
    return key_of(_secret_access_key).encode()


def of_function(config: dict[str, Any]) -> dict[str, str]:
    """Return the credentials of a function's role, drawn once a run and function."""
    return _drawn(config["FunctionArn"], config["Role"], config["FunctionName"])


@cache
def _drawn(function_arn: str, role_arn: str, function: str) -> dict[str, str]:
    account, role = function_arn.split(":")[4], role_arn.rpartition("/")[2]
    drawn = {
        "AWS_ACCESS_KEY_ID": f"ASIA{secrets.token_hex(8).upper()}",
        "AWS_SECRET_ACCESS_KEY": secrets.token_urlsafe(30),
        "AWS_SESSION_TOKEN": secrets.token_urlsafe(60),
    }
    pinned("ministack.services.sts.register_session")(
        drawn["AWS_ACCESS_KEY_ID"],
        {
            "Arn": f"arn:aws:sts::{account}:assumed-role/{role}/{function[:64]}",
            "UserId": f"{role}:{function[:64]}",
            "SecretAccessKey": drawn["AWS_SECRET_ACCESS_KEY"],
            "SessionToken": drawn["AWS_SESSION_TOKEN"],
        },
    )
    return drawn


def failure(scope: Any, headers: dict[str, str], query: dict[str, Any], body: bytes) -> Any:
    """Say why a request's signature is not good, as MiniStack's `AuthError`; None if it is."""
    sent = (scope["method"], scope["raw_path"].decode("latin-1"), query, scope["headers"])
    pinned("ministack.core.iam_evaluator.pin_signed_request")(*sent)
    pinned("ministack.core.iam_evaluator.pin_signed_body")(body)
    key = pinned("ministack.core.router.extract_access_key_id")(headers, query)
    return pinned("ministack.core.iam_evaluator.check_credentials")(key)


def refusal(
    scope: Any, headers: dict[str, str], query: dict[str, Any], body: bytes, why: Any
) -> tuple[int, str, bytes]:
    """Answer a request whose signature is not good in the words of the service it is for.

    Returns status, content type and body.
    """
    request = (scope["method"], scope["path"], headers)
    params = pinned("ministack.app._routing_params")(*request, body, query)
    service = pinned("ministack.app.detect_service")(*request, params)
    answer = pinned("ministack.app._credential_failure")(service, "", "local", why, headers)
    status, answered, content = answer
    return status, answered.get("Content-Type", "text/xml"), content
