"""ECS services whose tasks run on instances of their cluster.

A task waits until an instance has joined the cluster (its user data wrote /etc/ecs/ecs.config
and has ended, after which ECS's agent starts) and has room, and is then a container there, by
the instance's own `docker`. MiniStack keeps services, deployments and their counts.
"""

from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen
from typing import Any

from local.instances import balancers, fleet
from local.instances.fleet import Instance
from local.patching import pinned, wrap

_Task = dict[str, Any]
_BREAKS_AT = 3  # failed tasks; the least number at which ECS's circuit breaker triggers
_BROKEN = (
    "Resource handler returned message: \"Error occurred during operation 'ECS Deployment "
    "Circuit Breaker was triggered'.\" (HandlerErrorCode: GeneralServiceException)"
)


@dataclass
class Placed:
    """Where a task is, and the process that starts its container while it does."""

    instance: Instance
    container: str
    starting: "Popen[bytes] | None"
    stopping: "Popen[bytes] | None" = None


_placed: dict[str, Placed] = {}  # by task ARN


def install() -> None:
    """Let tasks begin as pending, and be reached where their instance is."""
    wrap("ministack.services.ecs._run_task", _pending)
    wrap("ministack.services.ecs._task_ip", lambda _: _instance_id)


def _instance_id(task: _Task) -> str | None:
    placed = _placed.get(task["taskArn"])
    return placed.instance.machine.instance_id if placed else None


def _pending(run: Any) -> Any:
    tasks = pinned("ministack.services.ecs._tasks")

    def run_pending(data: Any) -> Any:
        known = set(tasks)
        answered = run(data)
        for arn in set(tasks) - known:
            if tasks[arn]["launchType"] == "EC2":
                tasks[arn]["lastStatus"] = "PENDING"
        return answered

    return run_pending


def is_stable(service_arn: str) -> bool:
    """Whether a service has all its tasks, healthy; `ValueError` when ECS gives it up."""
    service = next(s for s in _services().values() if s["serviceArn"] == service_arn)
    if service["deployments"][0]["failedTasks"] >= _BREAKS_AT:
        raise ValueError(_BROKEN)
    running = [t for t in _tasks_of(service) if t["lastStatus"] == "RUNNING"]
    arns = [lb["targetGroupArn"] for lb in service["loadBalancers"] if lb.get("targetGroupArn")]
    return len(running) >= service["desiredCount"] and all(
        balancers.is_healthy(arns, _instance_id(task) or "") for task in running
    )


def _services() -> Any:
    return pinned("ministack.services.ecs._services")


def _tasks_of(service: dict[str, Any]) -> list[_Task]:
    group = f"service:{service['serviceName']}"
    return [
        task
        for task in pinned("ministack.services.ecs._tasks").values()
        if task["group"] == group and task["clusterArn"] == service["clusterArn"]
    ]


def poll() -> None:
    """Place what waits, notice what came up or ended, and stop what is wanted no more."""
    tasks = pinned("ministack.services.ecs._tasks")
    for arn, placed in list(_placed.items()):
        if (arn not in tasks or tasks[arn]["lastStatus"] == "STOPPED") and _is_gone(placed):
            del _placed[arn]
    for key, service in list(_services().items()):
        if service["status"] == "ACTIVE":
            cluster = key.partition("/")[0]
            changed = [_poll_task(service, cluster, task) for task in _tasks_of(service)]
            if any(changed):
                _count(cluster, key, service)


def _is_gone(placed: Placed) -> bool:
    """Whether a task's container has made room; it is removed where it is still there."""
    machine = placed.instance.machine
    if placed.instance.dead:
        return True
    if placed.stopping is None:
        docker, name = str(machine.directory / "bin/docker"), placed.container
        placed.stopping = machine.start([docker, "rm", "--force", name])
    return placed.stopping.poll() is not None


def _count(cluster: str, key: str, service: dict[str, Any]) -> None:
    pinned("ministack.services.ecs._reconcile_service_tasks")(cluster, key)
    group = f"service:{service['serviceName']}"
    pinned("ministack.services.ecs._refresh_service_state")(cluster, group)
    pinned("ministack.services.ecs._complete_service_deployment")(cluster, key)


def _poll_task(service: dict[str, Any], cluster: str, task: _Task) -> bool:
    """Bring one task on; return whether its status changed."""
    placed = _placed.get(task["taskArn"])
    if task["lastStatus"] == "PENDING" and placed is None:
        _place(cluster, task)
        return False
    if placed is None:
        # After a restart of the emulator: the instance that had it is gone.
        return task["lastStatus"] == "RUNNING" and _stop(service, task, failed=False)
    if placed.instance.dead:
        return _stop(service, task, failed=False)
    if placed.starting is not None:
        return _started(service, task, placed)
    if not placed.instance.units.is_active(f"container-{placed.container}"):
        return _stop(service, task, failed=True)
    return False


def _started(service: dict[str, Any], task: _Task, placed: Placed) -> bool:
    status = placed.starting.poll() if placed.starting else 0
    if status is None:
        return False
    placed.starting = None
    if status:
        return _stop(service, task, failed=True)
    task["lastStatus"] = "RUNNING"
    task["_startup_stable"] = True
    return True


def _stop(service: dict[str, Any], task: _Task, *, failed: bool) -> bool:
    task["lastStatus"] = task["desiredStatus"] = "STOPPED"
    task["stoppedReason"] = "Essential container in task exited"
    deployment = service["deployments"][0]
    deployment["failedTasks"] += failed
    if deployment["failedTasks"] >= _BREAKS_AT:
        deployment["rolloutState"] = "FAILED"
    return True


def _place(cluster: str, task: _Task) -> None:
    taken = {placed.instance.machine.instance_id for placed in _placed.values()}
    for held in fleet.all_of():
        if held.booted and held.machine.instance_id not in taken and _joined(held, cluster):
            container = f"ecs-{task['taskArn'].rpartition('/')[2][:8]}"
            starting = held.machine.start(_run(held, container, task))
            _placed[task["taskArn"]] = Placed(held, container, starting)
            return


def _joined(held: Instance, cluster: str) -> bool:
    file = _configuration(held)
    return not held.dead and file.exists() and f"ECS_CLUSTER={cluster}\n" in file.read_text()


def _run(held: Instance, container: str, task: _Task) -> list[str]:
    """Return docker's command for a task definition, as far as both have the same options."""
    known = pinned("ministack.services.ecs._task_defs").values()
    wanted = task["taskDefinitionArn"]
    definition = next(one for one in known if one["taskDefinitionArn"] == wanted)
    (one,) = definition["containerDefinitions"]
    variables = ((v["name"], v["value"]) for v in one.get("environment", ()))
    ports = ((p["hostPort"], p["containerPort"]) for p in one.get("portMappings", ()))
    docker = str(held.machine.directory / "bin/docker")
    return [
        *(docker, "run", "--detach", "--name", container, "--pull", _pulled(held)),
        *(f"--env={name}={value}" for name, value in variables),
        *(f"--publish={held.machine.address}:{host}:{port}" for host, port in ports),
        *(f"--volume={volume}" for volume in _volumes(definition, one)),
        *([f"--memory={one['memory']}m"] if "memory" in one else []),
        *(["--read-only"] if one.get("readonlyRootFilesystem") else []),
        *_of_linux(_as_in_api(one.get("linuxParameters", {}))),
        one["image"],
    ]


def _of_linux(parameters: dict[str, Any]) -> list[str]:
    """Return docker's options for a task definition's Linux parameters."""
    dropped = (parameters.get("capabilities") or {}).get("drop", ())
    return [
        *(["--init"] if parameters.get("initProcessEnabled") else []),
        *(f"--cap-drop={name}" for name in dropped),
        *(
            f"--tmpfs={one['containerPath']}:size={one['size']}m"
            for one in parameters.get("tmpfs", ())
        ),
    ]


def _pulled(held: Instance) -> str:
    """Return when ECS's agent pulls an image, by ECS_IMAGE_PULL_BEHAVIOR."""
    cached = "ECS_IMAGE_PULL_BEHAVIOR=prefer-cached" in _configuration(held).read_text()
    return "missing" if cached else "always"


def _configuration(held: Instance) -> Path:
    return held.machine.root / "etc/ecs/ecs.config"


def _volumes(definition: dict[str, Any], one: dict[str, Any]) -> list[str]:
    """Return the folders of the instance that a container is given, as docker takes them."""
    volumes = _as_in_api(definition.get("volumes", []))
    hosts = {volume["name"]: volume["host"]["sourcePath"] for volume in volumes}
    points = _as_in_api(one.get("mountPoints", []))
    return [
        f"{hosts[point['sourceVolume']]}:{point['containerPath']}"
        + (":ro" if point.get("readOnly") in (True, "true") else "")
        for point in points
    ]


def _as_in_api(properties: Any) -> Any:
    """MiniStack keeps some of a template's keys as they are, and some as the API has them."""
    return pinned("ministack.services.cloudformation.provisioners._pascal_to_camel")(properties)
