"""What an instance's scripts start and stop its units with."""

from local.instances.asking import ask

# Services that an image has from the start, and that need not run here.
_OF_THE_IMAGE = ("amazon-ssm-agent", "crond", "docker", "ecs")


def main(arguments: list[str]) -> int:
    """Start, stop, restart or ask after units of the instance."""
    verb, *names = [word for word in arguments if not word.startswith("-")]
    if verb == "daemon-reload":
        return 0
    now = verb not in ("enable", "disable") or "--now" in arguments
    verb = {"enable": "start", "disable": "stop"}.get(verb, verb)
    for name in names:
        unit = name if "." in name else f"{name}.service"
        if unit.removesuffix(".service") in _OF_THE_IMAGE or not now:
            continue
        if status := ask(verb, unit=unit):
            return status
    return 0
