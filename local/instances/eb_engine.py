"""What Elastic Beanstalk's Docker platform does on an instance, in short.

    eb-engine <bundle's address in S3> <properties as JSON>

Takes the bundle, runs its hooks, builds its image and runs it with the environment's properties
and the volumes of Dockerrun.aws.json. What fails ends it, and fails the deployment.
"""

import json
import os
import subprocess
import tempfile
import zipfile
from pathlib import Path

from local.instances.machine import moved_here

_IMAGE = "aws_beanstalk/current-app"
_PORT = 8011  # what the image exposes; reached without nginx in between
_GET_CONFIG = "opt/elasticbeanstalk/bin/get-config"
_SCRIPT = """\
#!/bin/sh
exec python3 -c 'import json, sys; print(json.loads(sys.argv[1])[sys.argv[-1]])' {properties} "$@"
"""


def main(arguments: list[str]) -> int:
    """Deploy a bundle; return the exit status."""
    address, properties = arguments
    root = Path(os.environ["INSTANCE_ROOT"])
    _offer(root / _GET_CONFIG, properties)
    with tempfile.TemporaryDirectory() as work:
        context = Path(work, "context")
        _do("aws", "s3", "cp", "--only-show-errors", address, f"{work}/bundle.zip")
        with zipfile.ZipFile(f"{work}/bundle.zip") as bundle:
            bundle.extractall(context)
        for hook in sorted((context / ".platform/hooks/prebuild").glob("*")):
            _do("bash", "-c", _moved(hook.read_text(), root))
        _do("docker", "build", "--tag", _IMAGE, str(context))
        given = [f"--env={name}={value}" for name, value in json.loads(properties).items()]
        volumes = [f"--volume={volume}" for volume in _volumes(context / "Dockerrun.aws.json")]
        run = ("docker", "run", "--detach", "--restart", "always", "--name", "current-app")
        _do(*run, *given, *volumes, f"--publish={_PORT}:{_PORT}", _IMAGE)
    return 0


def _do(*command: str) -> None:
    subprocess.run(command, check=True)


def _moved(script: str, root: Path) -> str:
    url = os.environ["AWS_EC2_METADATA_SERVICE_ENDPOINT"]
    return moved_here(script, root, os.environ["INSTANCE_ADDRESS"], url)


def _offer(program: Path, properties: str) -> None:
    """Let hooks ask for the environment's properties as they do on an instance."""
    quoted = "'" + properties.replace("'", "'\\''") + "'"
    program.parent.mkdir(parents=True)
    program.write_text(_SCRIPT.format(properties=quoted))
    program.chmod(0o755)


def _volumes(file: Path) -> list[str]:
    described = json.loads(file.read_text()) if file.exists() else {}
    pairs = described.get("Volumes", ())
    return [f"{pair['HostDirectory']}:{pair['ContainerDirectory']}" for pair in pairs]
