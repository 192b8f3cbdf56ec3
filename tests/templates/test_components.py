"""What single components promise."""

import json
import re
from collections import Counter

import pytest

from chalicelib.core.failures import create_minutes

from .documents import COMPONENTS, LAUNCHING, REGISTRY, ROOT, Resolver, load, resources, user_data

USER_DATA_LIMIT_BYTES = 16_384  # before it is encoded


def test_ecs_stands_alone() -> None:
    """The container service relies on the network, two security groups and the bundle only."""
    outside = {name for c in COMPONENTS for name in load(c)["Outputs"]} | {"BundleKey"}
    groups = {"LoadBalancerSecurityGroupId", "ApplicationSecurityGroupId"}
    network, bundle = {"VpcId", "PublicSubnetIds"}, {"BucketName", "BundleKey"}
    assert network | groups | bundle == set(load("ecs")["Parameters"]) & outside


@pytest.mark.parametrize("component", LAUNCHING)
def test_group_waits_for_its_instances(component: str) -> None:
    """A group is ready when each instance has signalled, within a time."""
    template = load(component)
    signal = template["Resources"]["Group"]["CreationPolicy"]["ResourceSignal"]
    assert 1 <= int(Resolver(template)(signal["Count"])) <= 2
    waits = re.fullmatch(r"PT(\d+)M", signal["Timeout"])
    assert waits
    # The stack's own time limit ends everything, and says less about why.
    typical = template["Metadata"]["StelligentDemo"]["TypicalMinutes"]
    assert int(waits[1]) < create_minutes(typical)


@pytest.mark.parametrize("component", LAUNCHING)
def test_user_data_size(component: str) -> None:
    """A script with long values in it is still within what an instance takes."""
    text = user_data(component, DemoId="a12345678901", BundleKey="b" * 256)
    assert len(text.encode()) < USER_DATA_LIMIT_BYTES


def test_database_parameters() -> None:
    """MySQL 8.4, one zone unless asked, TLS only, and a password that is in no template."""
    template = load("rds")
    properties = Resolver(template)(template["Resources"]["Database"]["Properties"])
    assert ("mysql", "8.4") == (properties["Engine"], properties["EngineVersion"])
    assert ("false", False) == (properties["MultiAZ"], properties["PubliclyAccessible"])
    assert properties["MasterUserPassword"].startswith("{{resolve:secretsmanager:")
    settings = template["Resources"]["Settings"]["Properties"]["Parameters"]
    assert {"require_secure_transport": "1"} == settings


@pytest.mark.parametrize(
    ("values", "image"),
    [
        ({}, "stelligent/stelligent-demo-docker-image:latest"),
        ({"StelligentDemoDockerRegistryLabel": "a.example/b"}, None),
        (REGISTRY, "localhost:5000/stelligent-demo-docker-image:latest"),
    ],
)
def test_ecs_image(values: dict[str, str], image: str | None) -> None:
    """The task's image is the registry label and the image name, joined."""
    template = load("ecs")
    (container,) = template["Resources"]["Task"]["Properties"]["ContainerDefinitions"]
    expected = image or "a.example/b/stelligent-demo-docker-image:latest"
    assert expected == Resolver(template, **values)(container["Image"])


def test_ecs_ports() -> None:
    """The load balancer's port 80 leads to port 8011 of instance and container, with a check."""
    found = load("ecs")["Resources"]
    (container,) = found["Task"]["Properties"]["ContainerDefinitions"]
    assert [{"ContainerPort": 8011, "HostPort": 8011}] == container["PortMappings"]
    assert 80 == found["Listener"]["Properties"]["Port"]
    targets = found["Targets"]["Properties"]
    assert (8011, "/health") == (targets["Port"], targets["HealthCheckPath"])


def test_ecs_shared_volume() -> None:
    """The shared volume is there, and mounted only where a path is given."""
    template = load("ecs")
    task = template["Resources"]["Task"]["Properties"]
    assert "shared" in [volume["Name"] for volume in task["Volumes"]]
    (container,) = task["ContainerDefinitions"]
    assert ["now"] == [m["SourceVolume"] for m in Resolver(template)(container)["MountPoints"]]
    _, mount = Resolver(template, SharedVolumePath="/data")(container)["MountPoints"]
    assert ("shared", "/data") == (mount["SourceVolume"], mount["ContainerPath"])


def test_ecs_page_sees_what_is_known_now() -> None:
    """The folder that the instance keeps is mounted where the image looks, and only to be read."""
    template = load("ecs")
    task = Resolver(template)(template["Resources"]["Task"]["Properties"])
    folders = {volume["Name"]: volume["Host"]["SourcePath"] for volume in task["Volumes"]}
    ((mount, container),) = [(c["MountPoints"][0], c) for c in task["ContainerDefinitions"]]
    assert ("/srv/now", True) == (mount["ContainerPath"], mount["ReadOnly"])
    assert "/var/lib/stelligent-demo/now" == folders[mount["SourceVolume"]]
    assert {"DEMO_ID", "AWS_REGION"} == {value["Name"] for value in container["Environment"]}
    dockerrun = json.loads((ROOT / "docker" / "Dockerrun.aws.json").read_text())
    (volume,) = dockerrun["Volumes"]
    assert folders["now"] == volume["HostDirectory"]
    assert mount["ContainerPath"] == volume["ContainerDirectory"]
    assert "DEMO_NOW=/srv/now" in (ROOT / "docker" / "Dockerfile").read_text()


def test_jenkins_knows_the_service_by_name() -> None:
    """It takes no output of the container service's, and the names it rolls are those it has."""
    ecs, jenkins = load("ecs"), load("jenkins")
    assert not jenkins["Parameters"].keys() & ecs["Outputs"].keys()
    named = {name: r["Properties"] for name, r in ecs["Resources"].items()}
    resolve = Resolver(ecs)
    name = "stelligent-demo-demo1234"
    assert name == resolve(named["Cluster"]["ClusterName"])
    assert name == resolve(named["Service"]["ServiceName"])
    assert f"{name}-ecs" == resolve(named["Group"]["AutoScalingGroupName"])
    role = Resolver(jenkins)(jenkins["Resources"]["InstanceRole"]["Properties"]["Policies"])
    rolled = [s["Resource"] for p in role for s in p["PolicyDocument"]["Statement"]]
    assert f"arn:aws:ecs:eu-central-1:111122223333:service/{name}/{name}" in rolled
    assert [1] == [r.count(f"autoScalingGroupName/{name}-ecs") for r in rolled if "autoSc" in r]


def test_jenkins_builds_the_services_image() -> None:
    """Both declare the parameters of the image alike, so that a request's values reach both."""
    shared = load("ecs")["Parameters"].keys() & load("jenkins")["Parameters"].keys()
    image = {name for name in shared if "Docker" in name}
    assert {
        "DockerImageMethod",
        "StelligentDemoDockerRegistryLabel",
        "StelligentDemoDockerImage",
    } == image
    for name in image:
        one, other = (load(c)["Parameters"][name] for c in ("ecs", "jenkins"))
        keys = ("Type", "Default", "AllowedValues", "AllowedPattern")
        assert [one.get(key) for key in keys] == [other.get(key) for key in keys]


def test_beanstalk_options() -> None:
    """Elastic Beanstalk uses the demo's groups, makes none of its own, and refuses IMDSv1."""
    template = load("eb")
    settings = Resolver(template)(
        template["Resources"]["Environment"]["Properties"]["OptionSettings"]
    )
    options = {(s["Namespace"].rsplit(":", 1)[1], s["OptionName"]): s["Value"] for s in settings}
    assert len(settings) == len(options)
    launch = "launchconfiguration"
    assert "sg-2" == options[launch, "SecurityGroups"]
    assert "true" == options[launch, "DisableDefaultEC2SecurityGroup"]
    assert "true" == options[launch, "DisableIMDSv1"]
    assert "true" == options[launch, "LaunchTemplateTagPropagationEnabled"]
    assert "ServiceRole.Arn" == options["environment", "ServiceRole"]
    assert "sg-1" == options["loadbalancer", "SecurityGroups"]
    assert "/health" == options["default", "HealthCheckPath"]


def test_vpc_has_no_nat_gateway() -> None:
    """Private subnets have no way out but the free endpoint of S3."""
    template = load("vpc")
    kinds = Counter(resource["Type"] for resource in template["Resources"].values())
    assert 0 == kinds["AWS::EC2::NatGateway"]
    assert (4, 1) == (kinds["AWS::EC2::Subnet"], kinds["AWS::EC2::Route"])
    endpoint = template["Resources"]["StorageEndpoint"]["Properties"]
    assert "Gateway" == endpoint["VpcEndpointType"]
    zones = Counter(
        Resolver(template)(subnet["Properties"]["AvailabilityZone"])
        for subnet in resources(template, "AWS::EC2::Subnet").values()
    )
    assert {"zone-a": 2, "zone-b": 2} == dict(zones)


def test_vpc_passes_a_zone_over() -> None:
    """Where a zone has no instances of today's types, two others are named."""
    template = load("vpc")
    resolve = Resolver(template, FirstZone="1", SecondZone="0")
    subnet = template["Resources"]["PublicSubnetA"]["Properties"]
    assert "zone-b" == resolve(subnet["AvailabilityZone"])


@pytest.mark.parametrize(
    "image",
    [
        "docker.io/jenkins/jenkins:lts-jdk21",
        f"docker.io/jenkins/jenkins:2.516.3@sha256:{'a' * 64}",
    ],
)
def test_jenkins_images(image: str) -> None:
    """Any release of the official image, held by a digest where one is given."""
    assert re.fullmatch(load("jenkins")["Parameters"]["JenkinsImage"]["AllowedPattern"], image)


@pytest.mark.parametrize(
    "image",
    [
        "jenkins/jenkins:lts",
        "docker.io/mallory/jenkins:lts",
        "docker.io/jenkins/jenkins",
        "docker.io/jenkins/jenkins:lts@sha256:1",
        "registry.example/docker.io/jenkins/jenkins:lts",
    ],
)
def test_other_images(image: str) -> None:
    """Its plugin manager runs as root, so nobody else's image may take its place."""
    pattern = load("jenkins")["Parameters"]["JenkinsImage"]["AllowedPattern"]
    assert not re.fullmatch(pattern, image)
