"""What the service offers: the catalog, and what a request for some of it would make."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.core.catalog import Catalog
from chalicelib.core.costs import Cost, cost_of_demo
from chalicelib.core.demo import Demo
from chalicelib.core.policy import RequestPolicy
from chalicelib.core.preview import Preview, preview
from chalicelib.core.request import CheckedRequest, DemoRequest, check, new_demo
from chalicelib.core.start import ready_by_faults, start_of_demo
from chalicelib.services.ports.runtime import Clock, TemplateRepository


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """The catalog and the rules for requests; reads the package and the clock alone."""

    templates: TemplateRepository
    policy: RequestPolicy
    clock: Clock

    def catalog(self) -> Catalog:
        """Return the catalog of every usable template."""
        return self.templates.catalog()

    def cost(self, demo: Demo) -> Cost:
        """Return what a demo costs, at the prices of the templates as they are now."""
        return cost_of_demo(self.catalog(), demo)

    def check(self, request: DemoRequest) -> CheckedRequest:
        """Return a request with what follows from it; raise InvalidRequest."""
        late = ready_by_faults(request.ready_by, self.clock(), self.policy.lease)
        return check(request, self.catalog(), self.policy, also=late)

    def draft(self, checked: CheckedRequest, demo_id: str = "", owner: str = "") -> Demo:
        """Return the demo that a request would make now."""
        return new_demo(
            checked, demo_id=demo_id, owner=owner, catalog=self.catalog(), now=self.clock()
        )

    def preview(self, request: DemoRequest) -> Preview:
        """Return what a request would make, making nothing; raise InvalidRequest."""
        checked = self.check(request)
        demo = self.draft(checked)
        return preview(
            self.catalog(),
            checked.requested,
            checked.graph,
            parameters=request.parameters,
            region=checked.region,
            lease=demo.expires_at - demo.begins_at,
            start=start_of_demo(demo, demo.created_at),
        )
