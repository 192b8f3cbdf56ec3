"""The templates and the metrics, in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from chalicelib.core.catalog import Catalog, Component, build_catalog
from chalicelib.core.errors import Rejected


class MemoryTemplates:
    """A catalog made of components, with their names for templates."""

    def __init__(self, components: Iterable[Component], *, bundle: bytes = b"zip") -> None:
        self._catalog = build_catalog(components)
        self._bundle = bundle
        self._release = 1

    def catalog(self) -> Catalog:
        """Return the catalog of every usable component."""
        return self._catalog

    def template(self, component: str) -> str:
        """Return a stand-in for a template's body; raise Rejected for an unknown one."""
        if component not in self._catalog.components:
            raise Rejected(f"there is no template {component}")
        return f"# {component}\nrelease {self._release}"

    def release(self) -> None:
        """Let every template be a new version of itself."""
        self._release += 1

    def bundle(self) -> bytes:
        """Return the bundle."""
        return self._bundle


class MemoryMetrics:
    """Counts that can be read back."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.values: list[tuple[str, float, str]] = []

    def count(self, name: str, value: float = 1, *, unit: str = "Count") -> None:
        """Add to a metric."""
        self.counts[name] += 1
        self.values.append((name, value, unit))
