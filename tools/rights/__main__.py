"""Prints whether AWS would let the service make, use and delete a demo of everything.

    python -m tools.rights

The exit status is 1 if anything would be refused, or if a permission could be taken away and
nobody would notice it.
"""

import sys
from collections import Counter, defaultdict
from collections.abc import Iterable

from tools.rights.check import (
    Need,
    Unjudged,
    needs_of,
    needs_of_functions,
    refusals,
    text_faults,
    unnoticed,
)
from tools.rights.demo import stacks_of
from tools.rights.policy import Denied
from tools.rights.service import service


def main() -> int:
    """Print the verdict on each component, and each refusal."""
    deployed = service()
    stacks = stacks_of(deployed)
    found = needs_of(stacks, deployed)
    needs = [*found.needs, *needs_of_functions(deployed, stacks)]
    denied = list(refusals(needs))
    print(_table(needs, denied, found.unjudged))
    for (subject, message), when in _by_message(denied).items():
        print(f"\n{subject} ({', '.join(when)})\n  {message}")
    texts = text_faults({**stacks, "service": deployed.stack})
    for group, subject, fault in texts:
        print(f"\n{group}: {subject}\n  {fault}")
    missed = unnoticed(needs)
    calls = len(needs)
    print(f"\n{calls} calls, {len(denied)} denied; {len(texts)} texts refused")
    print(f"{calls} permissions taken away one at a time, {calls - len(missed)} turned red")
    return 1 if denied or texts or missed else 0


def _table(
    needs: Iterable[Need], denied: Iterable[tuple[Need, Denied]], unjudged: Iterable[Unjudged]
) -> str:
    calls = Counter(need.group for need in needs)
    refused = Counter(need.group for need, _ in denied)
    unknown = Counter(found.group for found in unjudged)
    rows = [("component", "calls", "denied", "not judged")]
    rows += [(c, str(n), str(refused[c]), str(unknown[c])) for c, n in calls.items()]
    return "\n".join(f"{a:12}{b:>8}{c:>8}{d:>12}" for a, b, c, d in rows)


def _by_message(denied: Iterable[tuple[Need, Denied]]) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for need, verdict in denied:
        found[f"{need.group}: {need.subject}", verdict.message].append(need.when)
    return found


if __name__ == "__main__":
    sys.exit(main())
