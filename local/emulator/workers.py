"""Functions run in as many processes as this machine bears; calls beyond that wait.

MiniStack starts a process for every concurrent invocation, about 60 MB each, and refuses
invocations past a limit that it derives from the machine's memory. AWS has room for 1,000
at once (Lambda quotas, "Concurrent executions") and keeps an event that it could not run
(Lambda Developer Guide, "Asynchronous invocation"), so here a call waits for a process
instead of being refused, and one that waited for five minutes is refused in AWS's words.
"""

import contextlib
import json
import os
import threading
from collections import defaultdict
from typing import Any

from local.patching import around, pinned, wrap

MOST = int(os.environ["LAMBDA_WORKERS"])
_OF_ONE_FUNCTION = max(1, MOST // 7)  # so that a burst of one does not end the others' processes
_WAITS = 300.0  # seconds
_room = threading.BoundedSemaphore(MOST)
_room_of: defaultdict[str, threading.BoundedSemaphore] = defaultdict(
    lambda: threading.BoundedSemaphore(_OF_ONE_FUNCTION)
)


def install() -> None:
    """Bound the processes, and let EventBridge's calls be repeated as AWS repeats them."""
    around("ministack.services.lambda_svc._execute_function_warm", _when_there_is_room)
    around("ministack.services.lambda_svc.acquire_worker", _making_room)
    wrap("ministack.services.eventbridge._dispatch_to_lambda", lambda _: _dispatch)


def _when_there_is_room(execute: Any, func: Any, event: Any, request_id: str) -> Any:
    with contextlib.ExitStack() as held:
        for room in (_room_of[(func.get("config") or func)["FunctionName"]], _room):
            if not room.acquire(timeout=_WAITS):
                refuse = pinned("ministack.services.lambda_svc._throttle_response")
                return refuse("ConcurrentInvocationLimitExceeded", "Rate Exceeded.")
            held.callback(room.release)
        return execute(func, event, request_id)


def _making_room(acquire: Any, *args: Any, **kwargs: Any) -> Any:
    worker, how = acquire(*args, **kwargs)
    if how == "spawn":
        pinned("ministack.core.lambda_runtime.kill_workers")(_surplus())
    return worker, how


def _surplus() -> list[Any]:
    """Take the idle workers out of the pools that are one too many, longest idle first."""
    pools = pinned("ministack.core.lambda_runtime._workers")
    with pinned("ministack.core.lambda_runtime._lock"):
        over = sum(map(len, pools.values())) - MOST
        idle = [(pool, worker) for pool in pools.values() for worker in pool if not worker.in_use]
        idle.sort(key=lambda held: held[1].last_used)
        for pool, worker in idle[: max(0, over)]:
            pool.remove(worker)
    return [worker for _, worker in idle[: max(0, over)]]


def _dispatch(arn: str, payload: str) -> None:
    """Invoke a rule's function asynchronously, so that an error is tried again."""
    func, config, _ = pinned("ministack.services.lambda_svc._get_func_record_for_ref")(arn)
    if not func:
        return
    record = pinned("ministack.services.lambda_svc._execution_record_for_config")(func, config)
    pinned("ministack.services.lambda_svc.invoke_async_with_retry")(record, json.loads(payload))
