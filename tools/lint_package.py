"""Judges the packaged service template, its state machine included, with cfn-lint.

    python -m tools.lint_package

The package is made again when a source has changed, so this is the template that deploys.
"""

from cfnlint.config import ConfigMixIn
from cfnlint.runner import Runner

from tools import packaging


def main() -> None:
    """Package and lint; the exit status is cfn-lint's."""
    template = packaging.build_local().template
    Runner(ConfigMixIn([str(template)])).cli()


if __name__ == "__main__":
    main()
