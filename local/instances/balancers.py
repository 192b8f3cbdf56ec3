"""Load balancers whose links open: health checks, and healthy targets in turns.

A load balancer's name is `<name>.elb.localhost:<port>`, with the emulator's own port, so that a
browser finds it by itself. MiniStack's data plane has the rules, the headers and the proxying;
here is where a target is, whether it is healthy, and whose turn it is. A new target is healthy
after one good answer ("Health checks for Application Load Balancer target groups", ELB User
Guide); where none is, the answer is 503.
"""

import asyncio
import itertools
import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from local.emulator.controls import controls
from local.instances import fleet
from local.patching import pinned, wrap

SUFFIX = ".elb.localhost"
_LOAD_BALANCER = "AWS::ElasticLoadBalancingV2::LoadBalancer"
_LONGEST_LABEL = 63
_SOON = 0.2  # seconds between health checks of a target that is not healthy
_LEAST = 1.0  # seconds between those of one that is
_MINUTE = 60.0
_turns = itertools.count()


@dataclass
class Health:
    """What health checks have made of a target."""

    state: str = "initial"
    failed: int = 0
    due: float = 0.0
    checking: bool = False


_health: dict[tuple[str, str], Health] = {}
_checks: set["asyncio.Task[None]"] = set()


def install() -> None:
    """Name load balancers after this machine, and let health decide who answers."""
    handlers = pinned("ministack.services.cloudformation.provisioners._RESOURCE_HANDLERS")
    handlers[_LOAD_BALANCER]["create"] = _named_here(handlers[_LOAD_BALANCER]["create"])
    wrap("ministack.app._is_potential_alb_request", _ours_too)
    wrap("ministack.app._handle_s3_vhost_request", _no_bucket)
    wrap("ministack.services.alb.find_lb_for_host", _found_by_name)
    wrap("ministack.services.alb._forward_to_tg", _to_healthy)
    wrap("ministack.services.alb._describe_target_health", _with_states)


def _named_here(create: Any) -> Any:
    def create_named(logical_id: str, props: dict[str, Any], stack_name: str) -> Any:
        arn, attributes = create(logical_id, props, stack_name)
        own = stack_name if logical_id == "LoadBalancer" else f"{stack_name}-{logical_id}"
        label = own[-_LONGEST_LABEL:].strip("-").lower()
        name = f"{label}{SUFFIX}:{os.environ['GATEWAY_PORT']}"
        pinned("ministack.services.alb._lbs")[arn]["DNSName"] = name
        return arn, {**attributes, "DNSName": name}

    return create_named


def _ours_too(is_one: Any) -> Any:
    def is_potential(host: str, path: str) -> bool:
        return is_here(host) or bool(is_one(host, path))

    return is_potential


def _no_bucket(handle: Any) -> Any:
    """Keep MiniStack from taking a load balancer's name for that of a bucket."""

    async def handle_bucket(host: str, *rest: Any) -> Any:
        return None if is_here(host) else await handle(host, *rest)

    return handle_bucket


def is_here(host: str) -> bool:
    """Whether a host's name is that of a load balancer of this machine."""
    return host.partition(":")[0].lower().endswith(SUFFIX)


def _found_by_name(find: Any) -> Any:
    def find_lb(host: str) -> Any:
        balancers = pinned("ministack.services.alb._lbs").values()
        named = (lb for lb in balancers if lb["DNSName"].lower() == host.lower())
        return next(named, None) or find(host)

    return find_lb


def register(arn: str, owner: dict[str, Any], ids: list[str]) -> None:
    """Let these instances, and no others of `owner`, be targets of a group."""
    group = pinned("ministack.services.alb._tgs").get(arn)
    if group is None:
        return
    before = owner.setdefault("_targets", {}).get(arn, ())
    pinned("ministack.services.alb.set_targets_for_group")(
        arn, [(one, group["Port"]) for one in ids], before
    )
    owner["_targets"][arn] = ids


def is_healthy(arns: Iterable[str], target: str) -> bool:
    """Whether a target is healthy in all these target groups."""
    return all(_of(arn, target).state == "healthy" for arn in arns)


def is_unhealthy(arns: Iterable[str], target: str) -> bool:
    """Whether a target has failed, or never passed, the checks of one of these target groups."""
    return any(_of(arn, target).state != "healthy" for arn in arns)


def _of(arn: str, target: str) -> Health:
    return _health.setdefault((arn, target), Health())


def poll() -> None:
    """Begin the health checks that have come due, and forget targets that are gone."""
    now = time.monotonic()
    there = set()
    for arn, group in pinned("ministack.services.alb._tgs").items():
        for target in pinned("ministack.services.alb._targets").get(arn, ()):
            there.add((arn, target["Id"]))
            health = _of(arn, target["Id"])
            if now >= health.due and not health.checking:
                health.checking = True
                task = asyncio.get_running_loop().create_task(_check(group, target, health))
                _checks.add(task)
                task.add_done_callback(_checks.discard)
    for gone in _health.keys() - there:
        del _health[gone]


async def _check(group: dict[str, Any], target: dict[str, Any], health: Health) -> None:
    try:
        async with asyncio.timeout(group["HealthCheckTimeoutSeconds"]):
            good = await _answers(_address(target["Id"]), target["Port"], group["HealthCheckPath"])
    except (OSError, TimeoutError):
        good = False
    interval = group["HealthCheckIntervalSeconds"] * controls.pace / _MINUTE
    if good:
        health.state, health.failed = "healthy", 0
    else:
        health.failed += 1
        if health.state == "healthy" and health.failed >= group["UnhealthyThresholdCount"]:
            health.state = "unhealthy"
    steady = health.state == "healthy" and not health.failed
    health.due = time.monotonic() + (max(_LEAST, interval) if steady else _SOON)
    health.checking = False


async def _answers(address: str, port: int, path: str) -> bool:
    reader, writer = await asyncio.open_connection(address, port)
    try:
        writer.write(f"GET {path} HTTP/1.0\r\nHost: {address}\r\n\r\n".encode())
        await writer.drain()
        status = await reader.readline()
        await reader.read()
    finally:
        writer.close()
    return status.split()[1:2] == [b"200"]


def _address(target: str) -> str:
    held = fleet.get(target)
    return held.machine.address if held else target


def _to_healthy(_: Any) -> Any:
    proxy = pinned("ministack.services.alb._proxy_http_target")

    async def forward(arn: str, method: str, path: str, *rest: Any) -> Any:
        headers, body, query, raw_query, raw_path = (*rest, None, None)[:5]
        targets = pinned("ministack.services.alb._targets").get(arn, ())
        healthy = [target for target in targets if is_healthy((arn,), target["Id"])]
        if not healthy:
            return 503, {"Content-Type": "text/plain"}, b"Service Temporarily Unavailable\n"
        chosen = healthy[next(_turns) % len(healthy)]
        there = {**chosen, "Id": _address(chosen["Id"])}
        group = pinned("ministack.services.alb._tgs")[arn]
        return await proxy(there, group, method, raw_path or path, headers, body, query, raw_query)

    return forward


def _with_states(describe: Any) -> Any:
    """Put a target's state in the place of "healthy", which MiniStack reports of every one."""

    def describe_health(params: Any) -> Any:
        status, headers, body = describe(params)
        arn = params.get("TargetGroupArn", [""])
        arn = arn[0] if isinstance(arn, list) else arn
        text = body.decode()
        for target in pinned("ministack.services.alb._targets").get(arn, ()):
            state = _of(arn, target["Id"]).state
            start = text.find(f"<Id>{target['Id']}</Id>")
            if start >= 0:
                text = text[:start] + text[start:].replace(
                    "<State>healthy</State>", f"<State>{state}</State>", 1
                )
        return status, headers, text.encode()

    return describe_health
