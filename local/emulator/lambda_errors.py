"""A failed Python function reports the name of its exception's class, as AWS does.

Step Functions matches Retry and Catch by that name. MiniStack reports
`Runtime.HandlerError` for all; here its worker also sends the name and the stack trace.
"""

import threading
from typing import Any

from local.patching import PinMovedError, wrap

_SENT = '"error": str(e), "trace": traceback.format_exc()}'
_SENT_NAMED = (
    '"error": str(e), "trace": traceback.format_exc(), "error_type": type(e).__name__, '
    '"stack": traceback.format_tb(e.__traceback__)[1:]}'
)
_last = threading.local()


def install() -> None:
    """Make workers send the name, and invocations report it."""
    wrap("ministack.core.lambda_runtime._PYTHON_WORKER_SCRIPT", _sending_names)
    wrap("ministack.core.lambda_runtime.Worker.invoke", _noting)
    wrap("ministack.services.lambda_svc._execute_function_warm", _naming)


def _sending_names(script: str) -> str:
    if _SENT not in script:
        raise PinMovedError("_PYTHON_WORKER_SCRIPT of ministack no longer sends errors this way")
    return script.replace(_SENT, _SENT_NAMED)


def _noting(invoke: Any) -> Any:
    def invoke_and_note(self: Any, *args: Any, **kwargs: Any) -> Any:
        _last.result = invoke(self, *args, **kwargs)
        return _last.result

    return invoke_and_note


def _naming(execute: Any) -> Any:
    def execute_and_name(func: Any, event: Any, request_id: str) -> Any:
        _last.result = {}
        answer = execute(func, event, request_id)
        name = _last.result.get("error_type")
        if name and answer.get("error"):
            answer["body"]["errorType"] = name
            answer["body"]["requestId"] = request_id
            answer["body"]["stackTrace"] = _last.result.get("stack", [])
        return answer

    return execute_and_name
