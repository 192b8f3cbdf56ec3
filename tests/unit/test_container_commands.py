"""What the machine's container engine is given in the place of an instance's `docker`."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.instances import docker_arguments
from local.instances.docker_arguments import Place

FOLDER = "/folder/of-instances"
PLACE = Place(Path(FOLDER, "i-0123"), "127.65.66.67")
ITS_ROOT = PLACE.directory / "root"
LABELS = [
    f"--label=stelligent-demo.instances={FOLDER}",
    f"--label=stelligent-demo.instance={FOLDER}/i-0123",
]


def run_here(*arguments: str) -> list[str]:
    return docker_arguments.run_here(docker_arguments.read_run(arguments, "drawn"), PLACE)


def test_a_task_of_ecs_keeps_all_its_bounds() -> None:
    """Names, volumes and ports become the instance's own; what the kernel is to do stays."""
    command = run_here(
        *("--detach", "--name", "ecs-1", "--pull", "missing", "--env=DEMO_ID=a b", "--init"),
        *(
            "--publish=127.65.66.67:8011:8011",
            "--volume=/var/lib/now:/srv/now:ro",
            "--memory=128m",
        ),
        *("--read-only", "--cap-drop=ALL", "--tmpfs=/srv/demo:size=16m", "stelligent/page:latest"),
    )
    assert command == [
        *("run", "--rm", "--pull=never", "--name=i-0123-ecs-1"),
        *LABELS,
        *("--init", "--read-only", "--memory=128m", "--cap-drop=ALL"),
        *("--tmpfs=/srv/demo:size=16m", "--env=DEMO_ID=a b"),
        f"--volume={ITS_ROOT}/var/lib/now:/srv/now:ro",
        "--publish=127.65.66.67:8011:8011",
        "localhost/stelligent-demo/i-0123/stelligent__page:latest",
    ]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("--publish=8011:8011", "--publish=127.65.66.67:8011:8011"),
        ("--publish=0.0.0.0:80:8011", "--publish=127.65.66.67:80:8011"),
        ("--publish=8011", "--publish=127.65.66.67::8011"),
        (f"--volume={ITS_ROOT}/opt:/opt", f"--volume={ITS_ROOT}/opt:/opt"),
        ("--volume=/:/host", f"--volume={ITS_ROOT}/:/host"),
        ("--volume=data:/data", f"--volume={ITS_ROOT}/data:/data"),
        ("--volume=/../../etc:/etc", f"--volume={ITS_ROOT}/etc:/etc"),
    ],
)
def test_nothing_but_the_instances_own_is_reached(given: str, expected: str) -> None:
    """No port of another address, and no folder or volume of this machine."""
    assert [expected] == [
        word for word in run_here(given, "page") if word.startswith(expected[:8])
    ]


def test_who_keeps_a_container_running_is_the_instance() -> None:
    """It is in the foreground of a unit that says when it is started again."""
    asked = docker_arguments.read_run(["-d", "--restart", "always", "page", "-x"], "drawn")
    assert ("always", "drawn") == (asked.restart, asked.name)
    command = docker_arguments.run_here(asked, PLACE)
    assert not [word for word in command if "restart" in word or "detach" in word]
    assert ["localhost/stelligent-demo/i-0123/page:latest", "-x"] == command[-2:]


def test_an_image_is_built_under_a_name_of_the_instances_own() -> None:
    """With its labels, and on another base where one is given."""
    asked = docker_arguments.read_build(["--pull", "--tag", "a.b:5000/c/d:1", "/w/context"])
    image = "--tag=localhost/stelligent-demo/i-0123/a.b--5000__c__d:1"
    command = docker_arguments.build_here(asked, PLACE, "")
    assert ["build", *LABELS, image, "/w/context"] == command
    assert "--build-arg=BASE_IMAGE=here:1" in docker_arguments.build_here(asked, PLACE, "here:1")
