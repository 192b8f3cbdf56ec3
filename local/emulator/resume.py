"""Stack operations and stream readers go on after a restart, as AWS's would.

MiniStack keeps its stacks over a restart but forgets the tasks that were working on
them, which would leave them IN_PROGRESS for ever. A creation goes on with the resources
that were not made yet; a deletion with those that are left. A stack update is not
resumed: nothing in this project updates a demo's stack.
"""

import asyncio
from typing import Any

from local.patching import around, pinned

_tasks: set["asyncio.Task[None]"] = set()


def install() -> None:
    """Look for unfinished operations right after MiniStack has loaded its state."""
    around("ministack.app._load_persisted_state", _load_and_resume)


def _load_and_resume(load: Any) -> None:
    load()
    _read_streams_from_their_start()
    stacks = pinned("ministack.services.cloudformation._stacks").to_dict()
    for (account, region, _), stack in list(stacks.items()):
        work = _unfinished(stack)
        if work is not None:
            task = asyncio.get_running_loop().create_task(_scoped(account, region, work))
            _tasks.add(task)
            task.add_done_callback(_tasks.discard)


def _read_streams_from_their_start() -> None:
    """Forget how far readers had come: the streams themselves start empty after a restart."""
    pinned("ministack.services.lambda_svc._dynamodb_stream_positions").clear()


def _unfinished(stack: dict[str, Any]) -> Any:
    name, stack_id = stack["StackName"], stack["StackId"]
    match stack["StackStatus"]:
        case "CREATE_IN_PROGRESS":
            # It passed validation before; now its own bucket would be a name conflict.
            stack["_disable_validation"] = True
            return pinned("ministack.services.cloudformation.stacks._deploy_stack_async")(
                name,
                stack_id,
                stack["_template"],
                stack["_resolved_params"],
                stack["DisableRollback"],
                stack["Tags"],
                already_made=frozenset(stack["_resources"]),
            )
        case "DELETE_IN_PROGRESS":
            delete = pinned("ministack.services.cloudformation.stacks._delete_stack_async")
            return delete(name, stack_id)
        case _:
            return None


async def _scoped(account: str, region: str, work: Any) -> None:
    with pinned("ministack.core.responses.request_scope")(account, region):
        await work
