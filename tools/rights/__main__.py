"""Prints whether AWS would let CloudFormation make and delete what is in cfn/.

    python -m tools.rights

The exit status is 1 if anything would be denied, or if a permission could be taken away and
nobody would see it.
"""

import sys
from collections import Counter, defaultdict
from collections.abc import Iterable

from tools.rights.check import Need, Needs, needs_of, refusals, unnoticed
from tools.rights.demo import stacks_of
from tools.rights.policy import Denied
from tools.rights.service import service


def main() -> int:
    """Print the verdict on each component, and each call that is denied."""
    deployed = service()
    needs = needs_of(stacks_of(deployed))
    denied = list(refusals(deployed.stack_role, needs.needs))
    print(_table(needs, denied))
    for (resource, message), handlers in _by_resource(denied).items():
        print(f"\n{resource} ({', '.join(handlers)})\n  {message}")
    missed = unnoticed(deployed.stack_role, needs.needs)
    asked = len(needs.needs)
    print(f"\n{asked} calls, {len(denied)} denied")
    print(f"{asked} permissions taken away one at a time, {asked - len(missed)} denied")
    return 1 if denied or missed else 0


def _table(needs: Needs, denied: Iterable[tuple[Need, Denied]]) -> str:
    asked = Counter(need.component for need in needs.needs)
    refused = Counter(need.component for need, _ in denied)
    unjudged = Counter(found.component for found in needs.unjudged)
    rows = [("component", "calls", "denied", "not judged")]
    rows += [(c, str(n), str(refused[c]), str(unjudged[c])) for c, n in asked.items()]
    return "\n".join(f"{a:12}{b:>8}{c:>8}{d:>12}" for a, b, c, d in rows)


def _by_resource(denied: Iterable[tuple[Need, Denied]]) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for need, verdict in denied:
        found[f"{need.component}: {need.resource.logical_id}", verdict.message].append(
            need.handler
        )
    return found


if __name__ == "__main__":
    sys.exit(main())
