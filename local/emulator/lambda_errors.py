"""A failed Python function reports the name of its exception's class, as AWS does.

Step Functions matches Retry and Catch by that name. MiniStack reports
`Runtime.HandlerError` for all; here its worker also sends the name and the stack trace.
"""

import threading
from typing import Any

from local.emulator.patching import PinMovedError, module, private, replace_everywhere

_SENT = '"error": str(e), "trace": traceback.format_exc()}'
_SENT_NAMED = (
    '"error": str(e), "trace": traceback.format_exc(), "error_type": type(e).__name__, '
    '"stack": traceback.format_tb(e.__traceback__)[1:]}'
)
_last = threading.local()


def install() -> None:
    """Make workers send the name, and invocations report it."""
    runtime = module("core.lambda_runtime")
    script = private(runtime, "_PYTHON_WORKER_SCRIPT")
    if _SENT not in script:
        raise PinMovedError("_PYTHON_WORKER_SCRIPT of ministack no longer sends errors this way")
    runtime._PYTHON_WORKER_SCRIPT = script.replace(_SENT, _SENT_NAMED)  # noqa: SLF001

    invoke = private(runtime.Worker, "invoke")

    def invoke_and_note(self: Any, *args: Any, **kwargs: Any) -> Any:
        _last.result = invoke(self, *args, **kwargs)
        return _last.result

    runtime.Worker.invoke = invoke_and_note

    lambda_svc = module("services.lambda_svc")
    execute = private(lambda_svc, "_execute_function_warm")

    def execute_and_name(func: Any, event: Any, request_id: str) -> Any:
        _last.result = {}
        answer = execute(func, event, request_id)
        name = _last.result.get("error_type")
        if name and answer.get("error"):
            answer["body"]["errorType"] = name
            answer["body"]["requestId"] = request_id
            answer["body"]["stackTrace"] = _last.result.get("stack", [])
        return answer

    replace_everywhere(lambda_svc, "_execute_function_warm", execute_and_name)
