"""Instance refreshes that refresh: `groups` does the work, here is what the API says of it.

MiniStack reports each refresh as successful at once. Here one is in progress until the new
instances have come up ("Instance refresh", Amazon EC2 Auto Scaling User Guide).
"""

from typing import Any

from local.patching import pinned

_OK = 200


def install() -> None:
    """Begin refreshes instead of reporting that they are over."""
    actions = pinned("ministack.services.autoscaling._ACTION_MAP")
    actions["StartInstanceRefresh"] = _beginning(actions["StartInstanceRefresh"])


def _beginning(start: Any) -> Any:
    refuse = pinned("ministack.services.autoscaling._error")
    groups = pinned("ministack.services.autoscaling._asgs")

    def begin(params: dict[str, Any]) -> Any:
        group = groups.get(params.get("AutoScalingGroupName"), {})
        known = group.get("InstanceRefreshes", [])
        if any(refresh["Status"] == "InProgress" for refresh in known):
            return refuse(
                "InstanceRefreshInProgress",
                "An Instance Refresh is already in progress and blocks the execution of this "
                "Instance Refresh.",
            )
        answered = start(params)
        if answered[0] == _OK:
            refresh = group["InstanceRefreshes"][0]
            refresh["_old"] = [one["InstanceId"] for one in group["Instances"]]
            refresh.update(Status="InProgress", StatusReason="", PercentageComplete=0)
        return answered

    return begin
