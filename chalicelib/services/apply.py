"""The loop's second state: do one action, without knowing why.

Every action may run twice, and in a loop that another has replaced. So an action that creates
something reads the record first, and does nothing where the demo wants something else by now.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from chalicelib.core.actions import Action, ActionKind, Outcome
from chalicelib.core.bundle import BUNDLE_KEY, DEMO_KEY, about
from chalicelib.core.component import ComponentStatus, Status
from chalicelib.core.demo import Demo, Desired
from chalicelib.core.errors import Rejected
from chalicelib.core.failures import create_minutes
from chalicelib.core.inputs import stack_parameters
from chalicelib.core.naming import stack_name
from chalicelib.core.policy import PermissionsBoundary
from chalicelib.core.tags import stack_tags, tag_value
from chalicelib.services.ports.records import DemoRecords
from chalicelib.services.ports.runtime import TemplateRepository
from chalicelib.services.ports.targets import Target, Targets

DATABASE = "AWS::RDS::DBInstance"
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
        if not _still_wanted(demo, generation, action):
            return Outcome(action=action, skipped=True)
        return self._done(target, demo, action)

    def _done(self, target: Target, demo: Demo, action: Action) -> Outcome:
        """Do it and return its outcome; mypy names a kind that has no case."""
        name, stack = action.component, stack_name(demo.demo_id, action.component)
        match action.kind:
            case ActionKind.CREATE_STACK:
                self._create(target, demo, name)
            case ActionKind.UPDATE_STACK:
                return Outcome(action=action, skipped=not self._update(target, demo, name))
            case ActionKind.STAGE_BUNDLE:
                self._stage(target, demo, name)
            case ActionKind.STOP_DATABASE:
                target.databases.stop(target.stacks.resources(stack, DATABASE))
            case ActionKind.START_DATABASE:
                target.databases.start(target.stacks.resources(stack, DATABASE))
            case ActionKind.DELETE_STACK:
                target.stacks.delete(stack)
            case ActionKind.EMPTY_BUCKET:
                return Outcome(action=action, more=not _empty(target, stack))
            case ActionKind.RELEASE_INTERFACES:
                target.network.release_interfaces(_holders(target, stack))
            case ActionKind.LIFT_PROTECTION:
                return Outcome(action=action, more=not _lift(target, stack))
            case _:
                assert_never(action.kind)
        return Outcome(action=action)

    def _stage(self, target: Target, demo: Demo, name: str) -> None:
        """Put the bundle into its bucket; where it is already there, only the demo's own facts."""
        bucket = demo.outputs["BucketName"]
        if demo.components[name].status is Status.CREATING:
            target.buckets.put(bucket, BUNDLE_KEY, self.templates.bundle())
        target.buckets.put(bucket, DEMO_KEY, about(demo))

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
            token=_token(demo, demo.components[name]),
        )

    def _update(self, target: Target, demo: Demo, name: str) -> bool:
        """Ask for an update; its tags are only written anew where they name another owner."""
        component = demo.components[name]
        before = component.previous_inputs or {}
        changed = {k: v for k, v in component.inputs.items() if before.get(k) != v}
        dropped = before.keys() - component.inputs.keys()
        theirs = component.tagged_for in ("", tag_value(demo.owner))
        return target.stacks.update(
            name=stack_name(demo.demo_id, name),
            parameters=changed,
            previous=[p for p in component.declares if p not in changed and p not in dropped],
            tags=None if theirs else stack_tags(demo, name, self.service),
            token=_token(demo, component),
        )


def _empty(target: Target, stack: str) -> bool:
    """Empty a stack's buckets, or a batch of one; say whether nothing is left."""
    buckets = target.stacks.resources(stack, "AWS::S3::Bucket")
    return all(target.buckets.empty(bucket) for bucket in buckets)


def _still_wanted(demo: Demo, generation: int, action: Action) -> bool:
    """Whether the demo still wants the action; a deletion may be done at any time."""
    if not action.kind.during or action.kind is ActionKind.DELETE_STACK:
        return True
    return (
        demo.generation == generation
        and demo.desired_state is not Desired.DELETED
        and demo.components[action.component].status in action.kind.during
    )


def _token(demo: Demo, component: ComponentStatus) -> str:
    """Return the token by which CloudFormation takes a repeated request for the same one."""
    begun = component.moved_at or component.started_at or demo.created_at
    return f"{demo.demo_id}-{component.name}-{begun:%Y%m%d%H%M%S%f}"


def _holders(target: Target, stack: str) -> list[str]:
    return [x for type_ in _HOLDERS for x in target.stacks.resources(stack, type_)]


def _lift(target: Target, stack: str) -> bool:
    """Lift the protection of a stack's resources; say whether it is done or waits for a database.

    RDS modifies no database that is stopped (its User Guide, "Stopping an Amazon RDS DB instance
    temporarily"), so one that is protected is started first.
    """
    target.stacks.unprotect(stack)
    databases = target.stacks.resources(stack, DATABASE)
    if databases and (status := target.databases.status(databases)) is not Status.READY:
        if status is Status.STOPPED:
            target.databases.start(databases)
        return False
    balancers = target.stacks.resources(stack, "AWS::ElasticLoadBalancingV2::LoadBalancer")
    target.network.lift_protection(databases=databases, balancers=balancers)
    return True
