"""Which platform version of Elastic Beanstalk is the newest of its kind."""

from __future__ import annotations

import re
from collections.abc import Iterable


def newest(names: Iterable[str], pattern: str) -> str | None:
    """Return the name with the highest version where the pattern has its `*`; None without one.

    Names are solution stacks, such as `64bit Amazon Linux 2023 v4.13.5 running Docker`.
    """
    before, _, after = map(re.escape, pattern.partition("*"))
    wanted = re.compile(rf"{before}(\d+(?:\.\d+)*){after}")
    versions = {
        tuple(int(part) for part in found[1].split(".")): name
        for name in names
        if (found := wanted.fullmatch(name))
    }
    return versions[max(versions)] if versions else None
