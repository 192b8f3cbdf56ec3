"""The user-data scripts, run for real with stand-ins for what they would change."""

import json
import stat
from pathlib import Path

import pytest
import yaml

from chalicelib.core.bundle import DOCKER_FILES, PLACES

from .documents import REGISTRY, user_data
from .sandbox import PASSWORD, Outcome, Sandbox

IMAGE = "stelligent/stelligent-demo-docker-image:latest"
LOCAL_IMAGE = "localhost:5000/stelligent-demo-docker-image:latest"
LOOKING = ("systemctl daemon-reload", "systemctl enable --now stelligent-demo-look.timer")
# Every command of each script's good path that can fail, by how its call begins.
COMMANDS = {
    "ecs": ("dnf", *LOOKING, "aws s3 cp", "unzip", "docker build"),
    "ecs-registry": (
        "dnf",
        *LOOKING,
        "docker run",
        "curl",
        "aws s3 cp",
        "unzip",
        "docker build",
        "docker push",
    ),
    "asg": (
        "dnf",
        "cloud-init query instance_id",
        "cloud-init query availability_zone",
        *LOOKING,
        "systemctl enable --now stelligent-demo-web.service",
        "curl",
    ),
    "jenkins": (
        "dnf",
        "systemctl enable --now docker.service",
        "useradd",
        "docker pull",
        "docker create",
        "docker cp container-1:/usr/share/jenkins/jenkins.war",
        "docker cp container-1:",
        "docker rm",
        "java",
        "chown",
        "aws secretsmanager get-secret-value",
        "systemctl daemon-reload",
        "systemctl enable --now jenkins.service",
        "curl",
    ),
}
CASES = [(script, command) for script, commands in COMMANDS.items() for command in commands]


@pytest.fixture
def sandbox(tmp_path: Path) -> Sandbox:
    return Sandbox(tmp_path)


def start(sandbox: Sandbox, script: str, fail: str = "") -> Outcome:
    component, _, method = script.partition("-")
    text = user_data(component, **(REGISTRY if method else {}))
    return sandbox.run(text, fail=fail, NOT_IN_REGISTRY="yes" if method else "")


@pytest.mark.parametrize("script", COMMANDS)
def test_success(sandbox: Sandbox, script: str) -> None:
    """A script that went well says so once, at the very end, and leaves no temporary directory."""
    outcome = start(sandbox, script)
    assert (0, ()) == (outcome.status, outcome.leftovers), outcome.text
    assert 1 == outcome.count("cfn-signal")
    assert outcome.calls[-1].startswith("cfn-signal --exit-code 0 --stack ")


@pytest.mark.parametrize(("script", "command"), CASES)
def test_failure(sandbox: Sandbox, script: str, command: str) -> None:
    """Whatever fails, failure is signalled once and the temporary directory is gone."""
    outcome = start(sandbox, script, fail=command)
    assert 0 != outcome.status, outcome.text
    assert () == outcome.leftovers
    assert 1 == outcome.count("cfn-signal")
    assert outcome.calls[-1].startswith(f"cfn-signal --exit-code {outcome.status} --stack ")


@pytest.mark.parametrize("script", COMMANDS)
def test_no_command_is_left_out(sandbox: Sandbox, script: str) -> None:
    """The failing cases cover every call of the good path (a pull may fail: then it builds)."""
    allowed = (*COMMANDS[script], "cfn-signal", "docker pull")
    assert [] == [c for c in start(sandbox, script).calls if not c.startswith(allowed)]


@pytest.mark.parametrize(("fail", "word"), [("cfn-signal", "SUCCESS"), ("", "")])
def test_signal_without_the_helper(sandbox: Sandbox, fail: str, word: str) -> None:
    """Where the signalling program is missing, the AWS command line signals instead."""
    outcome = start(sandbox, "ecs", fail=fail)
    signals = [c for c in outcome.calls if c.startswith("aws cloudformation signal-resource")]
    assert 0 == outcome.status
    assert bool(word) == bool(signals)
    assert all(c.endswith(f"--unique-id i-0123456789abcdef0 --status {word}") for c in signals)


def test_ecs_builds_from_the_bundle(sandbox: Sandbox) -> None:
    """The instance builds the named image from every file of the demo's own bundle."""
    outcome = start(sandbox, "ecs")
    fetched = outcome.first("aws s3 cp")
    assert "s3://stelligent-demo-demo1234/stelligent-demo.zip" in fetched
    assert outcome.first("docker build").startswith(f"docker build --tag {IMAGE} ")
    assert sorted(PLACES.get(name, name) for name in DOCKER_FILES) == sorted(sandbox.context)
    assert 0 == outcome.count("docker run") + outcome.count("docker push")


def test_ecs_agent_configuration(sandbox: Sandbox) -> None:
    """The agent joins the stack's cluster and keeps to the image that was built."""
    start(sandbox, "ecs")
    lines = (sandbox.root / "etc/ecs/ecs.config").read_text().splitlines()
    assert ["ECS_CLUSTER=Cluster", "ECS_IMAGE_PULL_BEHAVIOR=prefer-cached"] == lines


def test_registry_builds_once(sandbox: Sandbox) -> None:
    """Where the registry has no image yet, the instance builds one and pushes it."""
    outcome = start(sandbox, "ecs-registry")
    order = [c.split(" --")[0] for c in outcome.calls if c.startswith("docker")]
    assert ["docker run", f"docker pull {LOCAL_IMAGE}", "docker build"] == order[:3]
    assert f"docker push {LOCAL_IMAGE}" == order[3]


def test_registry_pulls_next_time(sandbox: Sandbox) -> None:
    """Where the registry has the image, the instance pulls and builds nothing."""
    outcome = sandbox.run(user_data("ecs", **REGISTRY))
    assert 0 == outcome.status
    assert 0 == outcome.count("docker build") + outcome.count("docker push")


def test_registry_needs_no_keys(sandbox: Sandbox) -> None:
    """The registry keeps its data in the demo's bucket and is given no keys."""
    call = start(sandbox, "ecs-registry").first("docker run")
    assert "REGISTRY_STORAGE=s3 " in call
    assert "REGISTRY_STORAGE_S3_BUCKET=stelligent-demo-demo1234 " in call
    assert "REGISTRY_STORAGE_S3_ROOTDIRECTORY=/registry " in call
    assert "REGISTRY_HTTP_ADDR=127.0.0.1:5000 " in call
    assert "key" not in call.lower()


def test_jenkins_configuration(sandbox: Sandbox) -> None:
    """Jenkins gets the requested admin, a password from elsewhere, no sign-up and one job."""
    text = user_data("jenkins", JenkinsAdminUser="maria")
    assert 0 == sandbox.run(text).status
    configuration = yaml.safe_load((sandbox.root / "etc/jenkins/jenkins.yaml").read_text())
    realm = configuration["jenkins"]["securityRealm"]["local"]
    assert [{"id": "maria", "password": "${ADMIN_PASSWORD}"}] == realm["users"]
    assert realm["allowsSignup"] is False
    (job,) = configuration["jobs"]
    assert job["script"].startswith("pipelineJob('rebuild-and-roll')")
    unit = (sandbox.root / "etc/systemd/system/jenkins.service").read_text()
    assert "-Djenkins.install.runSetupWizard=false" in unit


def test_jenkins_password_stays_hidden(sandbox: Sandbox) -> None:
    """The password is in one file that only root reads, and on no command line or output."""
    outcome = start(sandbox, "jenkins")
    secret = sandbox.root / "etc/jenkins/ADMIN_PASSWORD"
    assert PASSWORD == secret.read_text()
    assert 0o600 == stat.S_IMODE(secret.stat().st_mode)
    assert PASSWORD not in json.dumps([outcome.calls, outcome.text])


@pytest.fixture
def job(sandbox: Sandbox, request: pytest.FixtureRequest) -> str:
    values = getattr(request, "param", {})
    assert 0 == sandbox.run(user_data("jenkins", **values)).status
    return (sandbox.root / "usr/local/bin/rebuild-and-roll").read_text()


NAME = "stelligent-demo-demo1234"


def test_job_builds(sandbox: Sandbox, job: str) -> None:
    """The job builds the demo's image from its bundle."""
    outcome = sandbox.run(job, "build")
    assert (0, ()) == (outcome.status, outcome.leftovers)
    assert outcome.first("docker build").startswith(f"docker build --pull --tag {IMAGE} ")


@pytest.mark.parametrize(
    "answer",
    [
        {"fail": "aws ecs describe-services", "ERROR": "(ClusterNotFoundException) none here"},
        {"SERVICE": "None"},
        {"SERVICE": "DRAINING"},
    ],
)
def test_job_without_a_service(sandbox: Sandbox, job: str, answer: dict[str, str]) -> None:
    """Where the container service is not there, or not yet, the job says so and rolls nothing."""
    outcome = sandbox.run(job, "roll", **answer)
    assert 0 == outcome.status
    assert "This demo has no ECS service yet" in outcome.text
    assert 1 == outcome.count("aws")


def test_job_that_cannot_see_the_service(sandbox: Sandbox, job: str) -> None:
    """Any other error fails the job, and is shown."""
    error = "(AccessDeniedException) not authorized"
    outcome = sandbox.run(job, "roll", fail="aws ecs describe-services", ERROR=error)
    assert (1, ()) == (outcome.status, outcome.leftovers)
    assert error in outcome.text
    assert "no ECS service" not in outcome.text


def test_job_rolls_instances(sandbox: Sandbox, job: str) -> None:
    """Where instances build for themselves, new ones are asked for before the service rolls."""
    outcome = sandbox.run(job, "roll")
    assert 0 == outcome.status
    assert ["ecs", "autoscaling", "autoscaling", "ecs", "ecs"] == [
        call.split()[1] for call in outcome.calls if call.startswith("aws")
    ]
    assert f" --cluster {NAME} --service {NAME} --force" in outcome.first("aws ecs update-service")
    assert f" --auto-scaling-group-name {NAME}-ecs " in outcome.first("aws autoscaling start")


@pytest.mark.parametrize("state", ["Failed", "Cancelled", "Pending"])
def test_job_gives_up_on_instances(sandbox: Sandbox, job: str, state: str) -> None:
    """A refresh that fails, or never ends, fails the job and does not roll the service."""
    outcome = sandbox.run(job, "roll", REFRESH=state)
    assert (1, ()) == (outcome.status, outcome.leftovers)
    assert 0 == outcome.count("aws ecs update-service")


@pytest.mark.parametrize("job", [REGISTRY], indirect=True)
def test_job_pushes(sandbox: Sandbox, job: str) -> None:
    """Where instances pull, the image is pushed before the service rolls."""
    outcome = sandbox.run(job, "roll")
    assert 0 == outcome.status
    assert 0 == outcome.count("aws autoscaling")
    pushed = outcome.calls.index(f"docker push {LOCAL_IMAGE}")
    assert pushed < outcome.calls.index(outcome.first("aws ecs update-service"))
    assert "docker rm --force rebuild-registry" == outcome.calls[-1]


@pytest.mark.parametrize("job", [REGISTRY], indirect=True)
@pytest.mark.parametrize(
    ("stage", "command"),
    [
        ("build", "aws s3 cp"),
        ("build", "unzip"),
        ("build", "docker build"),
        ("roll", "docker run"),
        ("roll", "curl"),
        ("roll", "docker push"),
        ("roll", "aws ecs update-service"),
        ("roll", "aws ecs wait"),
    ],
)
def test_job_failure(sandbox: Sandbox, job: str, stage: str, command: str) -> None:
    """Whatever fails fails the job, and neither the registry nor a temporary directory stays."""
    outcome = sandbox.run(job, stage, fail=command)
    assert (9, ()) == (outcome.status, outcome.leftovers)
    assert "docker rm --force rebuild-registry" == outcome.calls[-1]
