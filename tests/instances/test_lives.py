"""What becomes of instances that fail, break, are replaced, or lose their emulator."""

from __future__ import annotations

import base64
import io
import os
import signal
import subprocess
import zipfile
from pathlib import Path
from typing import Any

from local import service
from local.emulator.process import Emulator
from tests.integration.conftest import Running

from .conftest import environment_of, left_of, of, opened, wait_for


def test_a_user_data_that_fails_fails_the_demo_in_awss_words(machines: Running) -> None:
    """
    Given a bundle whose Dockerfile names a file that is not in it, when ecs is built from it, then
    its instance signals failure, and the demo fails with what CloudFormation says.
    """
    control = machines.aws.control
    fault = control.hang(component="ecs", resource_type="AWS::EC2::LaunchTemplate")
    owner = machines.person()
    demo_id = owner.request("ecs")
    bundle = wait_for(lambda: _bundle(owner.demo(demo_id)), "the bundle")
    machines.aws.client("s3").put_object(Bucket=bundle, Key="stelligent-demo.zip", Body=_broken())
    control.heal(fault)
    failure = wait_for(lambda: owner.demo(demo_id)["failure"], "the failure")
    assert ("ecs", "Group") == (failure["component"], failure["resource"])
    assert failure["reason"].startswith("Received 1 FAILURE signal(s) out of 1.")
    assert "deleted" == owner.until(demo_id, "deleted", "quarantined")["phase"]


def _bundle(demo: dict[str, Any]) -> str:
    ready = {c["name"] for c in demo["components"] if c["status"] == "ready"}
    return str(demo["outputs"]["s3"]["BucketName"]) if "bundle" in ready else ""


def _broken() -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as written:
        written.writestr("Dockerfile", "FROM debian\nCOPY page.html /opt/demo/\n")
    return archive.getvalue()


def test_an_instance_that_breaks_is_replaced(machines: Running) -> None:
    """Of two web servers one breaks, and a new one takes its place and its turn."""
    owner = machines.person()
    demo_id = owner.request("asg")
    link = owner.until(demo_id, "ready", "deleted")["links"]["Web tier"]
    before = {one["instance_id"] for one in of(machines, "asg", demo_id)}
    broken = min(before)
    machines.aws.control.kill_instance(broken)

    def replaced() -> bool:
        now = {one["instance_id"] for one in of(machines, "asg", demo_id)}
        new = now - before
        return len(now) == 2 and broken not in now and any(n in opened(link).text for n in new)

    wait_for(replaced, "a new instance that answers")
    owner.call("DELETE", f"/demos/{demo_id}")
    assert "deleted" == owner.until(demo_id, "deleted", "quarantined")["phase"]


def test_jenkins_job_rolls_the_service_under_its_own_role(
    machines: Running, tmp_path: Path
) -> None:
    """
    Given ecs and Jenkins, when the job that Jenkins would run is run on its instance, then a new
    instance has built the image again, the old one is gone, and the link opens.
    """
    owner = machines.person()
    demo_id = owner.request("ecs", "jenkins")
    ready = owner.until(demo_id, "ready", "deleted")
    (jenkins,) = of(machines, "jenkins", demo_id)
    (before,) = _of_cluster(machines, demo_id)
    (tmp_path / "sleep").write_text("#!/bin/sh\nexec /bin/sleep 0.3\n")
    (tmp_path / "sleep").chmod(0o755)
    surroundings = environment_of(jenkins["pids"][0])
    job = Path(jenkins["directory"], "root/usr/local/bin/rebuild-and-roll")
    done = subprocess.run(
        ["bash", job, "roll"],
        env={**surroundings, "PATH": f"{tmp_path}:{surroundings['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert 0 == done.returncode, done.stdout + done.stderr
    (after,) = wait_for(lambda: _only(_of_cluster(machines, demo_id)), "one instance")
    assert before["instance_id"] != after["instance_id"]
    wait_for(lambda: opened(ready["links"]["Container service"]).status_code == 200, "the page")
    owner.call("DELETE", f"/demos/{demo_id}")
    assert "deleted" == owner.until(demo_id, "deleted", "quarantined")["phase"]


def _of_cluster(running: Running, demo_id: str) -> list[dict[str, Any]]:
    return of(running, "ecs", demo_id)


def _only(found: list[Any]) -> list[Any]:
    return found if len(found) == 1 else []


def test_a_killed_emulator_leaves_nothing_running(tmp_path: Path) -> None:
    """Instances of an emulator that was killed are found by what is left, and ended."""
    with Emulator.start(tmp_path / "emulator", persist=False, instances=True) as aws:
        (tmp_path / "emulator.json").write_text(aws.to_json())
        an_instance(aws, "#!/bin/bash\nsleep 600\n")
        wait_for(lambda: left_of(aws), "an instance")
        os.kill(aws.pid, signal.SIGKILL)
        wait_for(lambda: not aws.is_healthy(), "the end of the emulator")
        assert [] != left_of(aws)
        service.down(tmp_path, save=False)
        assert [] == left_of(aws)
        assert not aws.instances_folder.exists()


_SINGLE = """\
Parameters:
  UserData: {Type: String}
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties: {AssumeRolePolicyDocument: {Version: "2012-10-17", Statement: []}}
  Profile:
    Type: AWS::IAM::InstanceProfile
    Properties: {Roles: [!Ref Role]}
  Template:
    Type: AWS::EC2::LaunchTemplate
    Properties:
      LaunchTemplateData:
        IamInstanceProfile: {Arn: !GetAtt Profile.Arn}
        UserData: !Ref UserData
  Group:
    Type: AWS::AutoScaling::AutoScalingGroup
    Properties:
      MinSize: "1"
      MaxSize: "1"
      LaunchTemplate:
        LaunchTemplateId: !Ref Template
        Version: !GetAtt Template.LatestVersionNumber
"""


def an_instance(aws: Emulator, user_data: str) -> None:
    """Make a stack of one instance that has this user data."""
    encoded = base64.b64encode(user_data.encode()).decode()
    aws.client("cloudformation").create_stack(
        StackName="single",
        TemplateBody=_SINGLE,
        Parameters=[{"ParameterKey": "UserData", "ParameterValue": encoded}],
        Capabilities=["CAPABILITY_IAM"],
    )
