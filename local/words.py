"""What a run on one machine says of itself: how time is scaled, what is real, what is recorded.

`make demo` prints it, and the page shows it in its banner, which it has from the emulator.
"""

from typing import TypedDict

from local.instances import engine, serving

_MINUTE = 60.0
_REAL = (
    "Real: the API and this page, every Lambda function with its own role's rights enforced, the "
    "state machine, table, stream, schedule and events, on an emulator of AWS."
)
_RUNNING = (
    "Instances are processes of this machine: they run the templates' own user data under their "
    "own roles' rights, behind load balancers with health checks."
)
_RECORDED = (
    "Recorded, and not emulated: instances, containers, load balancer traffic, the database "
    "server and Elastic Beanstalk. User data does not run, and links do not open."
)
_COSTS = "Nothing costs anything: what is said of prices and of hours is AWS's."


class LocalRun(TypedDict):
    """One sentence that everybody sees, and the rest for those who open it."""

    summary: str
    details: list[str]


def local_run(pace: float, *, instances: bool) -> LocalRun:
    """Say what is to be known of a run; `pace` is in seconds per typical minute of a stack."""
    contained = engine.is_used()
    running = [_RUNNING, engine.sentence(), *serving.sentences(contained=contained)]
    behind = running if instances else [_RECORDED]
    return {"summary": _summary(pace), "details": [_REAL, *behind, _COSTS]}


def _summary(pace: float) -> str:
    if not pace:
        return "Stacks take no time here; leases end when they say."
    if pace == _MINUTE:
        return "Stacks take AWS's own time here."
    return f"A minute that stacks take on AWS is {pace:g} s here; leases end when they say."
