"""The proof of emptiness: what is there is found, and what is gone is not believed to be there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.adapters.leftovers import TagSearch
from chalicelib.adapters.leftovers.kinds import LOOKUPS
from chalicelib.adapters.leftovers.sources import SOURCES
from chalicelib.core.errors import Throttled
from chalicelib.services.ports.targets import Leftovers
from testkit.fakes import MemoryCloud, VirtualClock

from . import leftovers as made
from .conftest import REGION

ACCOUNT = "123456789012"
TAGS = {"stelligent-demo:demo-id": made.ID, "stelligent-demo:service": "stelligent-demo-service"}


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """A kind that moto does not make, or names otherwise: the call that looks one up."""

    arn: str
    operation: str
    found: str
    there: dict[str, Any]
    gone: dict[str, Any] | None = None


RECORDED = {
    "ec2:elastic-ip": Recorded(
        arn=made.ec2_arn("elastic-ip", "eipalloc-1"),
        operation="describe_addresses",
        found="Addresses",
        there={"AllocationId": "eipalloc-1"},
    ),
    "ec2:natgateway": Recorded(
        arn=made.ec2_arn("natgateway", "nat-1"),
        operation="describe_nat_gateways",
        found="NatGateways",
        there={"NatGatewayId": "nat-1", "State": "deleting"},
        gone={"NatGatewayId": "nat-1", "State": "deleted"},
    ),
    "ec2:vpc-endpoint": Recorded(
        arn=made.ec2_arn("vpc-endpoint", "vpce-1"),
        operation="describe_vpc_endpoints",
        found="VpcEndpoints",
        there={"VpcEndpointId": "vpce-1", "State": "available"},
        gone={"VpcEndpointId": "vpce-1", "State": "Deleted"},
    ),
    "ecs:container-instance": Recorded(
        arn=f"arn:aws:ecs:{REGION}:{ACCOUNT}:container-instance/{made.STEM}/abc",
        operation="describe_container_instances",
        found="containerInstances",
        there={"status": "DRAINING"},
        gone={"status": "INACTIVE"},
    ),
    "ecs:task": Recorded(
        arn=f"arn:aws:ecs:{REGION}:{ACCOUNT}:task/{made.STEM}/abc",
        operation="describe_tasks",
        found="tasks",
        there={"lastStatus": "DEPROVISIONING"},
        gone={"lastStatus": "STOPPED"},
    ),
    "elasticbeanstalk:application": Recorded(
        arn=f"arn:aws:elasticbeanstalk:{REGION}:{ACCOUNT}:application/{made.STEM}",
        operation="describe_applications",
        found="Applications",
        there={"ApplicationName": made.STEM},
    ),
    "elasticbeanstalk:environment": Recorded(
        arn=f"arn:aws:elasticbeanstalk:{REGION}:{ACCOUNT}:environment/{made.STEM}/{made.STEM}",
        operation="describe_environments",
        found="Environments",
        there={"Status": "Terminating"},
        gone={"Status": "Terminated"},
    ),
}


class Answers:
    """Moto's clients, with some operations answered by hand: at once, or in pages."""

    def __init__(self) -> None:
        self.by_hand: dict[str, Callable[..., Any]] = {
            "describe_applications": lambda **_: {"Applications": []}
        }
        self.pages: dict[str, Sequence[Any]] = {}

    def client(self, service: str, region: str | None = None) -> Any:
        assert region == REGION
        return _Client(self, made.client(service))


class _Client:
    def __init__(self, answers: Answers, real: Any) -> None:
        self._answers = answers
        self._real = real

    def can_paginate(self, operation: str) -> bool:
        return bool(self._real.can_paginate(operation))

    def get_paginator(self, operation: str) -> Any:
        if operation in self._answers.pages:
            return _Pages(lambda **_: self._answers.pages[operation])
        if operation in self._answers.by_hand:
            return _Pages(lambda **arguments: [self._answers.by_hand[operation](**arguments)])
        return self._real.get_paginator(operation)

    def __getattr__(self, operation: str) -> Any:
        return self._answers.by_hand.get(operation) or getattr(self._real, operation)


class _Pages:
    def __init__(self, answer: Callable[..., Sequence[Any]]) -> None:
        self._answer = answer

    def paginate(self, **arguments: Any) -> Iterator[Any]:
        yield from self._answer(**arguments)


@pytest.fixture
def answers(aws: None, monkeypatch: pytest.MonkeyPatch) -> Answers:
    found = Answers()
    monkeypatch.setattr("chalicelib.adapters.leftovers.client", found.client)
    return found


@pytest.fixture
def search(answers: Answers) -> TagSearch:
    return TagSearch(REGION, stack_role_arn=f"arn:aws:iam::{ACCOUNT}:role/stacks")


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Put a list in the place of the tag index, which forgets nothing; ask nobody else."""
    listed: list[str] = []
    monkeypatch.setattr(
        "chalicelib.adapters.leftovers.SOURCES", {"the tag index": lambda _: listed}
    )
    return listed


@pytest.fixture
def blind(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the tag index see nothing."""
    found = {**SOURCES, "the tag index": lambda _: []}
    monkeypatch.setattr("chalicelib.adapters.leftovers.SOURCES", found)


def refuse(code: str, message: str = "no", status: int = 400) -> Callable[..., Any]:
    def refused(**_: Any) -> Any:
        answer = {
            "Error": {"Code": code, "Message": message},
            "ResponseMetadata": {"HTTPStatusCode": status},
        }
        raise ClientError(answer, "Operation")  # type: ignore[arg-type]

    return refused


# Both implementations ------------------------------------------------------------------------


@pytest.fixture(params=["memory", "moto"])
def empty(request: pytest.FixtureRequest) -> Leftovers:
    if request.param == "memory":
        return MemoryCloud([], VirtualClock())
    searching: TagSearch = request.getfixturevalue("search")
    return searching


def make_bucket(leftovers: Leftovers, name: str) -> None:
    if isinstance(leftovers, MemoryCloud):
        leftovers.buckets.make(name, TAGS)
        return
    s3 = made.client("s3")
    s3.create_bucket(Bucket=name)
    tags = [{"Key": key, "Value": value} for key, value in TAGS.items()]
    s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": tags})


def test_nothing_is_left_where_nothing_is(empty: Leftovers) -> None:
    """An empty answer is the proof."""
    assert () == empty.find(made.ID)


def test_a_tagged_bucket_is_left(empty: Leftovers) -> None:
    """By its ARN, whatever its name is, and for its own demo only."""
    make_bucket(empty, "anyhow")
    assert ("arn:aws:s3:::anyhow",) == empty.find(made.ID)
    assert () == empty.find("demo0002")


# The services themselves ---------------------------------------------------------------------


def test_every_kind_has_a_test() -> None:
    """A look-up that is added is made on moto, or answered by hand, below."""
    assert set(LOOKUPS) == set(made.MADE) | set(RECORDED)


@pytest.mark.parametrize("kind", sorted(made.MADE))
def test_a_kind_is_left_until_it_is_gone(kind: str, search: TagSearch, index: list[str]) -> None:
    """Whatever the tag index says of it afterwards."""
    resource = made.MADE[kind]()
    arn = next(resource)
    index.append(arn)
    assert (arn,) == search.find(made.ID)
    assert next(resource, None) is None
    assert () == search.find(made.ID)


@pytest.mark.parametrize("kind", sorted(RECORDED))
def test_a_kind_that_moto_lacks_is_left_until_it_is_gone(
    kind: str, search: TagSearch, index: list[str], answers: Answers
) -> None:
    """There while the service answers with it, gone when it answers otherwise, or not at all."""
    recorded = RECORDED[kind]
    index.append(recorded.arn)
    answers.by_hand[recorded.operation] = lambda **_: {recorded.found: [recorded.there]}
    assert (recorded.arn,) == search.find(made.ID)
    for rest in ([], [recorded.gone] if recorded.gone else []):
        answers.by_hand[recorded.operation] = lambda rest=rest, **_: {recorded.found: rest}
        assert () == search.find(made.ID)


def test_ec2_names_the_kinds_alike() -> None:
    """DescribeTags and ARNs speak of a kind by one word."""
    words = made.client("ec2").meta.service_model.shape_for("ResourceType").enum
    kinds = {kind.partition(":")[2] for kind in LOOKUPS if kind.startswith("ec2:")}
    assert kinds <= set(words)


@pytest.mark.parametrize(
    "kind",
    [
        "autoscaling:autoScalingGroup",
        "ec2:volume",
        "iam:instance-profile",
        "iam:role",
        "rds:db",
        "s3:bucket",
        "secretsmanager:secret",
    ],
)
@pytest.mark.usefixtures("blind")
def test_what_the_index_does_not_show_yet_is_found(kind: str, search: TagSearch) -> None:
    """The service it lives in is asked directly."""
    arn = next(made.MADE[kind]())
    assert (arn,) == search.find(made.ID)
    assert () == search.find("demo0002")


def test_a_beanstalk_application_is_known_by_its_name(search: TagSearch, answers: Answers) -> None:
    """It carries no tag; one of a demo whose id merely begins alike is another's."""
    names = [made.STEM, f"{made.STEM}-eb-Application-X", f"{made.STEM}9", "theirs"]
    arns = [f"arn:aws:elasticbeanstalk:{REGION}:{ACCOUNT}:application/{name}" for name in names]
    listed = [
        {"ApplicationName": name, "ApplicationArn": arn}
        for name, arn in zip(names, arns, strict=True)
    ]
    answers.by_hand["describe_applications"] = lambda **_: {"Applications": listed}
    assert tuple(sorted(arns[:2])) == search.find(made.ID)


def test_a_task_definition_that_ecs_forgot_is_gone(search: TagSearch, index: list[str]) -> None:
    """Deleted after it was deregistered."""
    index.append(f"arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/{made.STEM}:1")
    assert () == search.find(made.ID)


def test_a_purged_secret_is_gone(search: TagSearch, index: list[str]) -> None:
    """One that is deleted without a recovery window is not there to be described."""
    resource = made.purged_secret()
    index.append(next(resource))
    next(resource, None)
    assert () == search.find(made.ID)


def test_members_of_a_cluster_that_is_gone_are_gone(search: TagSearch, index: list[str]) -> None:
    """The service says so of the cluster."""
    index += [
        f"arn:aws:ecs:{REGION}:{ACCOUNT}:{kind}/{made.STEM}/abc"
        for kind in ("service", "task", "container-instance")
    ]
    assert () == search.find(made.ID)


# Doubt ---------------------------------------------------------------------------------------


def test_a_kind_without_a_look_up_holds_the_proof_back(
    search: TagSearch, index: list[str]
) -> None:
    """The tag index alone is not believed, so a person is told what to look at."""
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:queue"
    index.append(arn)
    assert (f"{arn} (no look-up for sqs:queue)",) == search.find(made.ID)


@pytest.mark.usefixtures("blind")
def test_what_ec2_names_of_another_demo_holds_nothing_back(search: TagSearch) -> None:
    """Not even where its kind has no look-up."""
    ec2 = made.client("ec2")
    volume = ec2.create_volume(AvailabilityZone=f"{REGION}a", Size=1)["VolumeId"]
    arn = made.tagged("snapshot", ec2.create_snapshot(VolumeId=volume)["SnapshotId"])
    assert (f"{arn} (no look-up for ec2:snapshot)",) == search.find(made.ID)
    assert () == search.find("demo0002")


def test_a_refused_look_up_holds_the_proof_back(
    search: TagSearch, index: list[str], answers: Answers
) -> None:
    """Nobody here may look, so it may well be there."""
    arn = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:theirs"
    index.append(arn)
    answers.by_hand["describe_secret"] = refuse("AccessDeniedException", "not yours")
    assert (f"{arn} (not looked up: Operation: not yours)",) == search.find(made.ID)


def test_an_unforeseen_refusal_holds_the_proof_back(
    search: TagSearch, index: list[str], answers: Answers
) -> None:
    """A classic load balancer is none that the newer API knows; that does not make it gone."""
    arn = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:loadbalancer/classic"
    index.append(arn)
    answers.by_hand["describe_load_balancers"] = refuse("ValidationError", "not an ARN")
    assert (f"{arn} (not looked up: Operation: not an ARN)",) == search.find(made.ID)


@pytest.mark.parametrize(
    ("name", "operation"),
    [
        ("the tag index", "get_resources"),
        ("EC2", "describe_tags"),
        ("Auto Scaling", "describe_auto_scaling_groups"),
        ("Elastic Beanstalk", "describe_applications"),
        ("S3", "list_buckets"),
        ("RDS", "describe_db_instances"),
        ("Secrets Manager", "list_secrets"),
        ("IAM roles", "list_roles"),
        ("IAM instance profiles", "list_instance_profiles"),
    ],
)
def test_a_source_that_refuses_holds_the_proof_back(
    name: str, operation: str, search: TagSearch, answers: Answers
) -> None:
    """By its name, and without keeping the others from being asked."""
    answers.by_hand[operation] = refuse("AccessDenied")
    assert (f"{name} cannot be searched: Operation: no",) == search.find(made.ID)


@pytest.mark.parametrize("operation", ["get_resources", "describe_volumes"])
def test_a_service_that_is_busy_proves_nothing(
    operation: str, search: TagSearch, answers: Answers
) -> None:
    """The search is made again later."""
    next(made.volume())
    answers.by_hand[operation] = refuse("RequestLimitExceeded")
    with pytest.raises(Throttled):
        search.find(made.ID)


def test_every_page_of_an_answer_is_read(
    search: TagSearch, index: list[str], answers: Answers
) -> None:
    """EC2 may answer with an empty page and a token for the next one."""
    arn = next(made.volume())
    volumes = made.client("ec2").describe_volumes
    index.append(arn)
    answers.pages["describe_volumes"] = [{"Volumes": []}, volumes()]
    assert (arn,) == search.find(made.ID)


def test_a_log_group_whose_name_goes_on_is_another(search: TagSearch, index: list[str]) -> None:
    """CloudWatch Logs looks names up by how they begin."""
    resource = made.log_group()
    index.append(next(resource))
    next(resource, None)
    made.client("logs").create_log_group(logGroupName=f"/{made.STEM}/web/2")
    assert () == search.find(made.ID)
