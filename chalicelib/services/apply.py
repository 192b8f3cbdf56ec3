"""The loop's second state: do one action. The interpreter knows nothing of why.

Every action may be run twice, and by a loop that has been overtaken; so an action that
creates looks at the record first and leaves a demo alone that wants something else by now.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from chalicelib.core.actions import CREATIONS, Action, ActionKind, Outcome
from chalicelib.core.bundle import BUNDLE_KEY
from chalicelib.core.demo import Demo, Desired, Status, stack_name, stack_tags
from chalicelib.core.errors import Rejected
from chalicelib.core.inputs import stack_parameters
from chalicelib.core.planner import create_minutes
from chalicelib.core.policy import PermissionsBoundary
from chalicelib.services.ports import DemoRecords, Target, Targets, TemplateRepository

_HOLDERS = ("AWS::EC2::SecurityGroup", "AWS::EC2::Subnet", "AWS::EC2::VPC")


@dataclass(frozen=True, slots=True, kw_only=True)
class Apply:
    """The loop's actions."""

    records: DemoRecords
    targets: Targets
    templates: TemplateRepository
    permissions_boundary: PermissionsBoundary
    service: str

    def run(self, demo_id: str, generation: int, action: Action) -> Outcome:
        """Do one action; raise RetryableError or FatalError, which the state machine handles."""
        demo = self.records.get(demo_id)
        target = self.targets.of(demo.region)
        stack = stack_name(demo_id, action.component)
        more = False
        if action.kind in CREATIONS and not _still_wanted(demo, generation, action):
            return Outcome(action=action, skipped=True)
        match action.kind:
            case ActionKind.CREATE_STACK:
                self._create(target, demo, action.component)
            case ActionKind.STAGE_BUNDLE:
                bucket = demo.outputs["BucketName"]
                target.buckets.put(bucket, BUNDLE_KEY, self.templates.bundle())
            case ActionKind.DELETE_STACK:
                target.stacks.delete(stack)
            case ActionKind.EMPTY_BUCKET:
                buckets = target.stacks.resources(stack, "AWS::S3::Bucket")
                more = not all(target.buckets.empty(bucket) for bucket in buckets)
            case ActionKind.RELEASE_INTERFACES:
                target.network.release_interfaces(_holders(target, stack))
            case ActionKind.LIFT_PROTECTION:
                _lift(target, stack)
            case _:
                assert_never(action.kind)
        return Outcome(action=action, more=more)

    def _create(self, target: Target, demo: Demo, name: str) -> None:
        component = self.templates.catalog().components.get(name)
        if component is None:
            raise Rejected(f"there is no usable template for {name} any more")
        target.stacks.create(
            name=stack_name(demo.demo_id, name),
            template=self.templates.template(name),
            parameters=stack_parameters(
                demo,
                component,
                self.permissions_boundary,
                service=self.service,
                platforms={
                    parameter: target.platforms.newest(pattern)
                    for parameter, pattern in component.solution_stacks.items()
                },
            ),
            tags=stack_tags(demo, name, self.service),
            timeout_minutes=create_minutes(component.typical_minutes),
            token=f"{demo.demo_id}-{name}-{demo.generation}",
        )


def _still_wanted(demo: Demo, generation: int, action: Action) -> bool:
    return (
        demo.generation == generation
        and demo.desired_state is not Desired.DELETED
        and demo.components[action.component].status is Status.CREATING
    )


def _holders(target: Target, stack: str) -> list[str]:
    return [x for type_ in _HOLDERS for x in target.stacks.resources(stack, type_)]


def _lift(target: Target, stack: str) -> None:
    target.stacks.unprotect(stack)
    target.network.lift_protection(
        databases=target.stacks.resources(stack, "AWS::RDS::DBInstance"),
        balancers=target.stacks.resources(stack, "AWS::ElasticLoadBalancingV2::LoadBalancer"),
    )
