"""The second way to an image: a registry on each instance, its images in the demo's bucket."""

from __future__ import annotations

import contextlib
import subprocess
from pathlib import Path
from typing import Any

from tests.integration.conftest import Running

from .conftest import environment_of, of, opened, wait_for

REGISTRY = {"DockerImageMethod": "registry"}


def test_the_second_instance_pulls_what_the_first_has_built(
    machines: Running, tmp_path: Path
) -> None:
    """
    Given images in the demo's bucket, when an instance breaks, then the one in its place pulls the
    image and does not build it; and the image that Jenkins' job pushes is the one that runs then.
    """
    owner = machines.person()
    demo_id = owner.request("ecs", "jenkins", parameters=REGISTRY)
    ready = owner.until(demo_id, "ready", "deleted", "failed")
    assert "ready" == ready["phase"], ready["failure"]
    bucket = ready["outputs"]["s3"]["BucketName"]
    first = _kept(machines, bucket)
    assert ["registry/v2/stelligent-demo-docker-image/manifests/latest"] == list(first)
    (builder,) = of(machines, "ecs", demo_id)
    assert "Successfully tagged localhost:5000/" in _output_of(builder)
    machines.aws.control.kill_instance(builder["instance_id"])
    puller = wait_for(lambda: _another(machines, demo_id, builder), "another instance")
    link = ready["links"]["Container service"]
    wait_for(lambda: opened(link).status_code == 200, "the page of the instance that pulled")
    assert "Successfully tagged" not in _output_of(puller)
    assert first == _kept(machines, bucket)
    before = _containers(machines, demo_id)
    _job(machines, demo_id, "build", tmp_path)
    _job(machines, demo_id, "roll", tmp_path)
    assert first != _kept(machines, bucket)
    wait_for(lambda: _containers(machines, demo_id) - before, "a container of the new image")
    wait_for(lambda: opened(link).status_code == 200, "the page again")
    (still,) = of(machines, "ecs", demo_id)
    assert puller["instance_id"] == still["instance_id"]
    owner.call("DELETE", f"/demos/{demo_id}")
    assert "deleted" == owner.until(demo_id, "deleted", "quarantined")["phase"]


def _kept(running: Running, bucket: str) -> dict[str, Any]:
    """Say which images the registry keeps, and when each was pushed."""
    found = running.aws.client("s3").list_objects_v2(Bucket=bucket, Prefix="registry/")
    return {one["Key"]: (one["ETag"], one["LastModified"]) for one in found.get("Contents", ())}


def _output_of(instance: dict[str, Any]) -> str:
    log: Path = Path(instance["directory"], "root/var/log/cloud-init-output.log")
    return log.read_text()


def _another(running: Running, demo_id: str, gone: dict[str, Any]) -> dict[str, Any] | None:
    new = (one for one in of(running, "ecs", demo_id) if one["booted"])
    return next((one for one in new if one["instance_id"] != gone["instance_id"]), None)


def _containers(running: Running, demo_id: str) -> set[str]:
    """Name the folders of images that the processes of ecs run from."""
    found = set()
    for one in of(running, "ecs", demo_id):
        for pid in one["pids"]:
            with contextlib.suppress(OSError):  # it has ended since
                found.add(environment_of(pid).get("DEMO_SOURCE", ""))
    return found - {""}


def _job(running: Running, demo_id: str, step: str, folder: Path) -> None:
    """Run a step of Jenkins' job on its instance, as Jenkins would."""
    (jenkins,) = of(running, "jenkins", demo_id)
    surroundings = environment_of(jenkins["pids"][0])
    (folder / "sleep").write_text("#!/bin/sh\nexec /bin/sleep 0.3\n")
    (folder / "sleep").chmod(0o755)
    done = subprocess.run(
        ["bash", Path(jenkins["directory"], "root/usr/local/bin/rebuild-and-roll"), step],
        env={**surroundings, "PATH": f"{folder}:{surroundings['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert 0 == done.returncode, done.stdout + done.stderr
