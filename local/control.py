"""Steers a running emulator: pace, faults, lost events, expired items, counted calls."""

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import Any, Literal, TypedDict, Unpack

import httpx

PREFIX = "/_local/"
HEADER = "x-local-control"
_TIMEOUT = 10.0  # seconds


class ControlError(RuntimeError):
    """The emulator refused a control; the message is its answer."""


def key_of(secret_access_key: str) -> str:
    """Make the key that steers an emulator out of the secret drawn for its run."""
    return hmac.new(secret_access_key.encode(), PREFIX.encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True)
class Calls:
    """How often one caller made one API call. A Lambda function is called by its name."""

    service: str
    action: str
    caller: str
    count: int


class Matching(TypedDict, total=False):
    """Which step of which resource a fault is for; what is not given matches every one."""

    on: Literal["create", "delete"]  # "create" where it is not given
    component: str
    resource_type: str
    logical_id: str
    demo_id: str


@dataclass(frozen=True)
class Control:
    """The controls of the emulator at `url`, which knows its own `secret_access_key`."""

    url: str
    secret_access_key: str = field(repr=False)

    def set_pace(self, seconds_per_minute: float, delete_share: float = 0.25) -> None:
        """Let stacks take so many seconds per typical minute from now on; 0 is instant.

        Deletion takes `delete_share` of the time of creation. Operations under way keep
        the pace they started with.
        """
        self._call("switch", pace=seconds_per_minute, delete_share=delete_share)

    def fail(
        self,
        reason: str = "Injected failure",
        *,
        times: int | None = None,
        **matching: Unpack[Matching],
    ) -> int:
        """Fail matching resources, `times` times or until healed; return the fault's id."""
        fault = {"on": "create", "reason": reason, "times": times, **matching}
        return int(self._call("fail", **fault)["fault_id"])

    def hang(self, **matching: Unpack[Matching]) -> int:
        """Let matching resources not finish until healed; return the fault's id."""
        return int(self._call("fail", **{"on": "create", "hang": True, **matching})["fault_id"])

    def heal(self, fault_id: int | None = None) -> None:
        """Remove one fault, or all; what hung continues."""
        self._call("heal", fault_id=fault_id)

    def events(self, *, on: bool) -> None:
        """Send stack status changes to EventBridge, or lose them."""
        self._call("switch", events=on)

    def ttl(self, *, on: bool = True, interval: float = 60.0) -> None:
        """Look for expired items every `interval` seconds, or not at all."""
        self._call("switch", ttl=on, ttl_interval=interval)

    def reap_ttl(self) -> int:
        """Remove every expired item now; return how many."""
        return int(self._call("reap")["removed"])

    def calls(self, service: str = "") -> list[Calls]:
        """Return the API calls counted since the start or `reset_calls`, of one service or all."""
        counted = [Calls(**call) for call in self._call("calls")["calls"]]
        return [call for call in counted if service in ("", call.service)]

    def reset_calls(self) -> None:
        """Count from zero again."""
        self._call("reset-calls")

    def instances(self) -> list[dict[str, Any]]:
        """Describe the instances that run: whose, where, their processes and memory in bytes."""
        running: list[dict[str, Any]] = self._call("instances")["instances"]
        return running

    def kill_instance(self, instance_id: str) -> None:
        """Let an instance break: its processes end, and nothing reports it."""
        self._call("kill-instance", instance_id=instance_id)

    def survey(self) -> list[dict[str, str]]:
        """List everything the emulator keeps; `local.survey` reads it."""
        items: list[dict[str, str]] = self._call("survey")["items"]
        return items

    def clear(self) -> None:
        """Put pace, faults, events and TTL back to where they start."""
        self._call("clear")

    def state(self) -> dict[str, Any]:
        """Every switch as it is."""
        return self._call("state")

    def _call(self, verb: str, **arguments: Any) -> dict[str, Any]:
        answer = httpx.post(
            f"{self.url}{PREFIX}{verb}",
            json=arguments,
            headers={HEADER: key_of(self.secret_access_key)},
            timeout=_TIMEOUT,
            trust_env=False,
        )
        if answer.is_error:
            raise ControlError(f"{verb}: {answer.text}")
        result: dict[str, Any] = answer.json()
        return result
