"""What tells CloudFormation how an instance's user data has ended."""

import argparse

from local.instances.asking import ask


def main(arguments: list[str]) -> int:
    """Signal a resource of a stack, as aws-cfn-bootstrap's program does."""
    parser = argparse.ArgumentParser("cfn-signal")
    parser.add_argument("-e", "--exit-code", type=int, default=0)
    parser.add_argument("-s", "--success", choices=("true", "false"))
    parser.add_argument("--stack", required=True)
    parser.add_argument("--resource", required=True)
    parser.add_argument("--region")
    options = parser.parse_args(arguments)
    good = options.success == "true" if options.success else options.exit_code == 0
    status = "SUCCESS" if good else "FAILURE"
    return ask("signal", stack=options.stack, resource=options.resource, status=status)
