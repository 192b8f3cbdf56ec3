"""Says, when the package is built, what AWS would refuse of the templates in it.

An operator's own template in `cfn/` is checked as the shipped ones are. What it lacks is printed,
and does not stop the package: a component that AWS refuses fails by itself.
"""

from collections.abc import Iterator
from pathlib import Path

from chalicelib.adapters.templates import PackagedTemplates
from tools.rights.check import needs_of, refusals, text_faults
from tools.rights.demo import judgeable
from tools.rights.service import service


def verdict(root: Path) -> list[str]:
    """Return a line for each thing that AWS would refuse, and for each that cannot be judged."""
    return list(dict.fromkeys(_lines(root)))


def _lines(root: Path) -> Iterator[str]:
    for problem in PackagedTemplates(root).catalog().problems:
        yield f"{problem.component}: left out of the catalog: {problem.message}"
    deployed = service(root)
    stacks, unreadable = judgeable(deployed, root)
    for component, why in unreadable.items():
        yield f"{component}: not judged: {why}"
    found = needs_of(stacks, deployed)
    for need, denied in refusals(found.needs):
        yield f"{need.group}: {need.subject}: AWS would refuse it to {need.when}: {denied.message}"
    for component, logical_id, fault in text_faults(stacks):
        yield f"{component}: {logical_id}: AWS would refuse its {fault}"
    for unjudged in found.unjudged:
        if unjudged.permission == "*":
            yield f"{unjudged.group}: {unjudged.subject}: not judged: {unjudged.reason}"
