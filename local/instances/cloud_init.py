"""What an instance's scripts ask about the instance."""

import json
import os
import sys
from pathlib import Path


def main(arguments: list[str]) -> int:
    """Answer `cloud-init query <key>` from what is kept of the instance."""
    file = Path(os.environ["INSTANCE_ROOT"]) / "var/lib/cloud/instance.json"
    data = json.loads(file.read_text())
    key = arguments[-1]
    if arguments[:1] != ["query"] or key not in data:
        print(f"Missing key: {key}", file=sys.stderr)
        return 1
    print(data[key])
    return 0
