"""Look at one component of a demo as CloudFormation has it at this moment."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.core.component import ComponentStatus
from chalicelib.core.demo import Demo
from chalicelib.core.errors import NotFound
from chalicelib.core.identity import Caller
from chalicelib.core.kinds import Kind
from chalicelib.core.naming import stack_name
from chalicelib.core.stack_details import StackDetails
from chalicelib.services.ports.targets import Targets
from chalicelib.services.read import ReadDemos


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspected:
    """A component's status, and its stack, if there is one now."""

    demo: Demo
    component: ComponentStatus
    stack: StackDetails | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectComponent:
    """Reads a component of a demo that the caller may see."""

    read: ReadDemos
    targets: Targets

    def component(self, caller: Caller, demo_id: str, name: str) -> Inspected:
        """Return a component of a demo the caller may see; raise NotFound."""
        demo = self.read.find(caller, demo_id)
        if name not in demo.components:
            raise NotFound(f"demo {demo_id} has no component of that name")
        component = demo.components[name]
        if component.kind is not Kind.STACK:
            return Inspected(demo=demo, component=component, stack=None)
        history = self.targets.history(demo.region)
        return Inspected(
            demo=demo, component=component, stack=history.of(stack_name(demo_id, name))
        )
