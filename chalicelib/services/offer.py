"""What the service offers: the catalog, and what a request for some of it would make."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.core.catalog import Catalog
from chalicelib.core.costs import Cost, cost_of_demo
from chalicelib.core.demo import Demo
from chalicelib.core.policy import RequestPolicy
from chalicelib.core.preview import Preview, preview
from chalicelib.core.request import CheckedRequest, DemoRequest, check
from chalicelib.services.ports.runtime import TemplateRepository


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """The catalog and the rules for requests; reads the package alone."""

    templates: TemplateRepository
    policy: RequestPolicy

    def catalog(self) -> Catalog:
        """Return the catalog of every usable template."""
        return self.templates.catalog()

    def cost(self, demo: Demo) -> Cost:
        """Return what a demo costs, at the prices of the templates as they are now."""
        return cost_of_demo(self.catalog(), demo)

    def check(self, request: DemoRequest) -> CheckedRequest:
        """Return a request with what follows from it; raise InvalidRequest."""
        return check(request, self.catalog(), self.policy)

    def preview(self, request: DemoRequest) -> Preview:
        """Return what a request would make, making nothing; raise InvalidRequest."""
        checked = self.check(request)
        return preview(
            self.catalog(),
            checked.requested,
            checked.graph,
            parameters=request.parameters,
            region=checked.region,
            lease=checked.ttl,
        )
