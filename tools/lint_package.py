"""Judges the packaged service template, its state machine included, with cfn-lint.

    python -m tools.lint_package

The package is made again when a source has changed, so this is the template that deploys.
"""

import subprocess
import sys

from tools import packaging

# cfn-lint has no `python -m`; this finds it whatever the PATH is.
_CFN_LINT = "import cfnlint.runner, sys; sys.exit(cfnlint.runner.main())"


def main() -> int:
    """Package and lint; the exit status is cfn-lint's."""
    template = packaging.build_local().template
    # W3002: CodeUri is the zip beside the template until `cloudformation package` uploads it.
    command = [
        sys.executable,
        "-c",
        _CFN_LINT,
        "--ignore-checks",
        "W3002",
        "--",
        str(template),
    ]
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
