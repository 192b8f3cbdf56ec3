"""Auto Scaling groups whose instances run: brought, look by look, to what each group says.

A group that grew gets instances, one that shrank or is gone loses them, a dead or (where the
group's health check is ELB's) an unhealthy instance is replaced, and an instance refresh puts
new instances in the place of all old ones. Times are those of the emulator's pace.
"""

import time
from typing import Any

from local.emulator.controls import controls
from local.instances import balancers, fleet
from local.instances.fleet import Instance
from local.patching import pinned

_Group = dict[str, Any]
_LEAST_GRACE = 10.0  # seconds; processes here take real time whatever the pace
_MINUTE = 60.0


def scaled(seconds: float) -> float:
    """Return how long so many seconds of AWS's take at the emulator's pace."""
    return seconds * controls.pace / _MINUTE


def groups() -> dict[str, _Group]:
    """Return every group there is, by name."""
    return dict(pinned("ministack.services.autoscaling._asgs").items())


def poll() -> None:
    """Bring the instances to what the groups say."""
    known = groups()
    for group in known.values():
        _adjust(group)
    for held in fleet.all_of():
        if held.owner.startswith("group ") and held.owner.removeprefix("group ") not in known:
            fleet.end(held.machine.instance_id)


def of(group: _Group) -> list[Instance]:
    """List the instances of a group, oldest first."""
    return fleet.all_of(f"group {group['AutoScalingGroupName']}")


def _adjust(group: _Group) -> None:
    running = [held for held in of(group) if not _is_replaced(group, held)]
    refresh = next(iter(group.get("InstanceRefreshes", [])), None)
    wanted = group["DesiredCapacity"]
    if refresh is not None and refresh["Status"] == "InProgress":
        wanted += len(_old(refresh, running))
        running = _refreshed(group, refresh, running)
    for held in running[wanted:]:
        fleet.end(held.machine.instance_id)
    for _ in range(wanted - len(running)):
        if fleet.has_room():
            _launch(group)
    _record(group)


def _is_replaced(group: _Group, held: Instance) -> bool:
    if held.dead or _is_unhealthy(group, held):
        fleet.end(held.machine.instance_id)
        return True
    return False


def _is_unhealthy(group: _Group, held: Instance) -> bool:
    grace = max(_LEAST_GRACE, scaled(float(group["HealthCheckGracePeriod"])))
    if group["HealthCheckType"] != "ELB" or not held.booted:
        return False
    return time.monotonic() > held.booted + grace and balancers.is_unhealthy(
        group.get("TargetGroupARNs", ()), held.machine.instance_id
    )


def _old(refresh: dict[str, Any], running: list[Instance]) -> list[Instance]:
    return [held for held in running if held.machine.instance_id in refresh["_old"]]


def _refreshed(group: _Group, refresh: dict[str, Any], running: list[Instance]) -> list[Instance]:
    """Let the old instances go when the new ones have come up, and say so."""
    old = _old(refresh, running)
    new = [held for held in running if held not in old]
    arns = group.get("TargetGroupARNs", ())
    ready = [h for h in new if h.booted and balancers.is_healthy(arns, h.machine.instance_id)]
    refresh["PercentageComplete"] = 100 * len(ready) // max(1, group["DesiredCapacity"])
    if len(ready) < group["DesiredCapacity"]:
        return running
    for held in old:
        fleet.end(held.machine.instance_id)
    refresh["Status"] = "Successful"
    refresh["StatusReason"] = ""
    refresh["EndTime"] = pinned("ministack.core.responses.now_iso")()
    return new


def _launch(group: _Group) -> None:
    data = template_data(group["LaunchTemplate"])
    profile = (data.get("IamInstanceProfile") or {}).get("Arn", "").rpartition("/")[2]
    zones = group["AvailabilityZones"]
    held = fleet.launch(
        f"group {group['AutoScalingGroupName']}",
        {
            "image_id": str(data.get("ImageId", "")),
            "instance_type": str(data.get("InstanceType", "")),
            "availability_zone": zones[len(of(group)) % len(zones)],
            "region": pinned("ministack.core.responses.get_region")(),
        },
        _role_of(profile),
    )
    fleet.boot(held, str(data.get("UserData", "")))


def template_data(chosen: dict[str, str]) -> dict[str, Any]:
    """Read the version of a launch template that a group has chosen."""
    template = pinned("ministack.services.ec2._launch_templates")[chosen["LaunchTemplateId"]]
    version = str(chosen["Version"])
    named = {
        "$Latest": template["LatestVersionNumber"],
        "$Default": template["DefaultVersionNumber"],
    }
    number = int(named.get(version, version))
    versions = {v["VersionNumber"]: v["LaunchTemplateData"] for v in template["Versions"]}
    data: dict[str, Any] = versions[number]
    return data


def _role_of(profile: str) -> str:
    """Return the ARN of the role in an instance profile."""
    roles = pinned("ministack.services.iam._instance_profiles")[profile]["Roles"]
    role = roles[0] if isinstance(roles[0], str) else roles[0]["RoleName"]
    arn: str = pinned("ministack.services.iam._roles")[role.rpartition("/")[2]]["Arn"]
    return arn


def _record(group: _Group) -> None:
    """Write down in the group which instances it has, and register them with its load balancer."""
    held = of(group)
    group["Instances"] = [
        {
            "InstanceId": one.machine.instance_id,
            "LifecycleState": "InService",
            "HealthStatus": "Healthy",
            "AvailabilityZone": one.machine.data["availability_zone"],
            "ProtectedFromScaleIn": False,
            "LaunchTemplate": group["LaunchTemplate"],
            "LaunchConfigurationName": "",
        }
        for one in held
    ]
    for arn in group.get("TargetGroupARNs", ()):
        balancers.register(arn, group, [one.machine.instance_id for one in held])
