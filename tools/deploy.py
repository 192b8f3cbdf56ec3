"""Deploys the package through CloudFormation: to AWS, or to the emulator on this machine.

    python -m tools.deploy --stage prod --parameter OidcIssuer=https://… --parameter …

uses your own AWS credentials and region. The same function does the local run; only the
addresses its tools are given differ.
"""

import argparse
import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tools import packaging

SERVICE_STACK = "stelligent-demo-service"
_CAPABILITIES = ("CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND")
_STATE = packaging.ROOT / ".local"
_OF_DEMOS = "stelligent-demo-"  # what StackRole and the boundary open to demos


@dataclass(frozen=True)
class Target:
    """Where to deploy: a stage name, a stack, and the environment the AWS tools run in."""

    stage: str
    environment: Mapping[str, str]
    stack_name: str = SERVICE_STACK
    parameters: Mapping[str, str] = field(default_factory=dict)
    bucket: str = ""  # where the package is staged; drawn from account and region if empty
    endpoint_url: str = ""  # the emulator's; empty for AWS

    def client(self, service: str) -> Any:
        """Make a client that sees this target's environment only."""
        import boto3  # noqa: PLC0415 - packaging alone needs no SDK

        options = {"endpoint_url": self.endpoint_url} if self.endpoint_url else {}
        session = boto3.Session(
            aws_access_key_id=self.environment.get("AWS_ACCESS_KEY_ID"),
            aws_secret_access_key=self.environment.get("AWS_SECRET_ACCESS_KEY"),
            aws_session_token=self.environment.get("AWS_SESSION_TOKEN"),
            region_name=self.environment.get("AWS_REGION")
            or self.environment.get("AWS_DEFAULT_REGION"),
        )
        # mypy: the stubs want a literal service name.
        return session.client(service, **options)  # type: ignore[call-overload]


@dataclass(frozen=True)
class Deployed:
    """A deployed service: its address, its stack's outputs, and whether it was packaged again."""

    api_url: str
    outputs: Mapping[str, str]
    region: str
    packaged: bool


def tool_environment(extra: Mapping[str, str]) -> dict[str, str]:
    """Return this process's environment with nothing of AWS in it but `extra`."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return {**own, **extra}


def deploy(target: Target, build_folder: Path, root: Path = packaging.ROOT) -> Deployed:
    """Package what changed, stage it in the bucket, deploy the stack, and read its outputs.

    Raises `packaging.PackagingError` with what the tools say when one of them fails.
    """
    package, packaged = packaging.build(target.stage, build_folder, target.environment, root)
    # Several runs may share the package, so what one of them uploads is named for it.
    staged = package.folder / f"packaged-{os.getpid()}.yaml"
    bucket = _staging_bucket(target)
    packaging.run_tool(
        [
            *("-m", "awscli", "cloudformation", "package"),
            *("--template-file", str(package.template)),
            *("--s3-bucket", bucket, "--output-template-file", str(staged)),
        ],
        target.environment,
    )
    overrides = [f"{name}={value}" for name, value in target.parameters.items()]
    packaging.run_tool(
        [
            *("-m", "awscli", "cloudformation", "deploy"),
            *("--template-file", str(staged), "--stack-name", target.stack_name),
            *("--s3-bucket", bucket, "--no-fail-on-empty-changeset"),
            *("--capabilities", *_CAPABILITIES),
            *(("--parameter-overrides", *overrides) if overrides else ()),
        ],
        target.environment,
    )
    staged.unlink()
    if not target.endpoint_url:
        _protect(target)
    return _read(target, packaged=packaged)


def _protect(target: Target) -> None:
    """Keep the stack from being deleted by mistake: live demos would bill on without it."""
    target.client("cloudformation").update_termination_protection(
        StackName=target.stack_name, EnableTerminationProtection=True
    )


def _staging_bucket(target: Target) -> str:
    """Make sure of the bucket that holds packages; it costs cents and outlives the stack."""
    s3 = target.client("s3")
    region = s3.meta.region_name
    account = target.client("sts").get_caller_identity()["Account"]
    name = target.bucket or f"stelligent-service-packages-{account}-{region}"
    if name.startswith(_OF_DEMOS):
        raise packaging.PackagingError(
            f"{name} cannot hold packages: every demo may write to buckets named {_OF_DEMOS}…"
        )
    if name in {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}:
        return name
    elsewhere = {"CreateBucketConfiguration": {"LocationConstraint": region}}
    # us-east-1 is the one region S3 refuses as a location (CreateBucket API reference).
    s3.create_bucket(Bucket=name, **({} if region == "us-east-1" else elsewhere))
    s3.put_public_access_block(
        Bucket=name,
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True,
            "IgnorePublicAcls": True,
            "BlockPublicPolicy": True,
            "RestrictPublicBuckets": True,
        },
    )
    return name


def _read(target: Target, *, packaged: bool) -> Deployed:
    cloudformation = target.client("cloudformation")
    stack = cloudformation.describe_stacks(StackName=target.stack_name)["Stacks"][0]
    outputs = {out["OutputKey"]: out["OutputValue"] for out in stack.get("Outputs", [])}
    api_url = outputs.get("EndpointURL", "").rstrip("/")
    if target.endpoint_url:
        api_url = _emulated(target.endpoint_url, api_url)
    return Deployed(api_url, outputs, cloudformation.meta.region_name, packaged)


def _emulated(endpoint_url: str, api_url: str) -> str:
    """Turn the address AWS would have into the emulator's for the same API and stage."""
    found = re.match(r"https://(\w+)\.execute-api\.[^/]+/([^/]+)", api_url)
    if found is None:
        raise packaging.PackagingError(f"the stack has no EndpointURL output but {api_url!r}")
    return f"{endpoint_url}/restapis/{found[1]}/{found[2]}/_user_request_"


def _stage(text: str) -> str:
    """Return a stage's name as it may be; raise ArgumentTypeError.

    A function is named after stack and logical id, and CloudFormation cuts what is longer than
    64 characters, from the stack's name too. The functions' rights to their logs hold for whole
    stack names, and the longest logical id leaves nine characters for a stage.
    """
    if not re.fullmatch(r"[a-z][a-z0-9-]{0,8}", text):
        raise argparse.ArgumentTypeError(
            f"{text!r} must be at most nine lower-case letters, digits and dashes"
        )
    return text


def _parameter(text: str) -> tuple[str, str]:
    """Return a parameter's name and value; raise ArgumentTypeError."""
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise argparse.ArgumentTypeError(f"{text!r} must be NAME=VALUE")
    return name, value


def advice(error: Exception) -> str:
    """Return what is wrong as a sentence and, where a person's settings are, what to do."""
    match type(error).__name__:
        case "NoCredentialsError" | "PartialCredentialsError":
            return "No AWS credentials were found: run `aws configure`, or set AWS_PROFILE."
        case "NoRegionError":
            return "No AWS region is set: set AWS_DEFAULT_REGION, or one in your profile."
        case _:
            return str(error)


def _target() -> Target:
    parser = argparse.ArgumentParser(prog="deploy", description="Deploy the service to AWS.")
    parser.add_argument(
        "--stage", required=True, type=_stage, help="dev, prod, or what you like; one a stack"
    )
    parser.add_argument("--bucket", default="", help="for the package; made if missing")
    parser.add_argument(
        "--parameter", action="append", default=[], type=_parameter, metavar="NAME=VALUE"
    )
    given = parser.parse_args()
    return Target(
        given.stage,
        dict(os.environ),
        f"{SERVICE_STACK}-{given.stage}",
        dict(given.parameter),
        given.bucket,
    )


def main() -> None:
    """Deploy to AWS with the credentials and region this shell has."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - see Target.client

    target = _target()
    try:
        region = target.client("cloudformation").meta.region_name
        account = target.client("sts").get_caller_identity()["Account"]
        print(
            f"Packaging, and deploying {target.stack_name} to {region} of {account} …", flush=True
        )
        deployed = deploy(target, _STATE / "package" / target.stage)
    except (BotoCoreError, ClientError, packaging.PackagingError) as error:
        sys.exit(advice(error))
    print(f"Deployed {target.stack_name} to {deployed.region}: {deployed.api_url}")
    print(f"The page: {deployed.api_url}/app")


if __name__ == "__main__":
    main()
