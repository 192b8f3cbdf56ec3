"""A failed Python function reports the name of its exception's class, as AWS does.

Step Functions matches Retry and Catch by that name. MiniStack reports
`Runtime.HandlerError` for all; here its worker also sends the name and the stack trace.
"""

import threading
from typing import Any

from local.patching import PinMovedError, around, wrap

_SENT = '"error": str(e), "trace": traceback.format_exc()}'
_SENT_NAMED = (
    '"error": str(e), "trace": traceback.format_exc(), "error_type": type(e).__name__, '
    '"stack": traceback.format_tb(e.__traceback__)[1:]}'
)
_last = threading.local()


def install() -> None:
    """Make workers send the name, and invocations report it."""
    wrap("ministack.core.lambda_runtime._PYTHON_WORKER_SCRIPT", _sending_names)
    around("ministack.core.lambda_runtime.Worker.invoke", _noted)
    around("ministack.services.lambda_svc._execute_function_warm", _named)


def _sending_names(script: str) -> str:
    if _SENT not in script:
        raise PinMovedError("_PYTHON_WORKER_SCRIPT of ministack no longer sends errors this way")
    return script.replace(_SENT, _SENT_NAMED)


def _noted(invoke: Any, *args: Any, **kwargs: Any) -> Any:
    _last.result = invoke(*args, **kwargs)
    return _last.result


def _named(execute: Any, func: Any, event: Any, request_id: str) -> Any:
    _last.result = {}
    answer = execute(func, event, request_id)
    name = _last.result.get("error_type")
    if name and answer.get("error"):
        answer["body"]["errorType"] = name
        answer["body"]["requestId"] = request_id
        answer["body"]["stackTrace"] = _last.result.get("stack", [])
    return answer
