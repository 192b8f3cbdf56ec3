"""The catalog: the components that a request may name, read from the templates.

A parameter whose name equals an output of another component is an edge. Without a default the
component *requires* the provider, which then becomes part of the demo; with one it *wants* it, and
the parameter is wired only when the provider is part of the demo anyway. Nobody lists
dependencies.

A broken template is left out and named in `Catalog.problems`; the others stay usable.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from typing import Final, Literal

from chalicelib.core.credentials import SignIn
from chalicelib.core.kinds import BUNDLE, Kind, Pause
from chalicelib.core.prices import Price, PriceItem, price_of

ALL: Final = "all"
"""What a request says in place of names when it wants every component."""
Selection = tuple[str, ...] | Literal["all"]
RESERVED: Final = frozenset({BUNDLE, ALL})
"""Names that no template may have."""
SHIPPED: Final = frozenset({"s3", "vpc", "sg", "rds", "ecs", "asg", "eb", "jenkins", BUNDLE})
"""Where two templates claim one output, the shipped one keeps it: a file somebody drops into
cfn/ can be wrong without breaking the demos that do not use it."""

GIVEN: Final = frozenset(
    {
        "DemoId",
        "DemoName",
        "DemoService",
        "Owner",
        "ExpiresAt",
        "AllowedCidr",
        "AllowedCidrIpv6",
        "PermissionsBoundaryArn",
        "RolePath",
    }
)
"""Parameters that the service itself fills for any template that declares them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A template parameter, in CloudFormation's own terms (Parameters section syntax).

    `label` is what people read beside it, if its template says.
    """

    name: str
    label: str = ""
    type: str = "String"
    description: str = ""
    default: str | None = None
    allowed_values: tuple[str, ...] = ()
    allowed_pattern: str | None = None
    constraint: str | None = None
    min_value: float | None = None
    max_value: float | None = None
    min_length: int | None = None
    max_length: int | None = None
    no_echo: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """A template in cfn/ by its file name, or the bundle.

    `resources` says how many of each type every stack of it has: those under a condition are none.
    `solution_stacks` maps a parameter to the name of an Elastic Beanstalk platform with `*` in
    place of its version: the service fills in the newest one when it creates the stack. `prices`
    is None where the template says nothing of them, and empty where it costs nothing.
    `pause_loses` says in a sentence what a pause loses for good. `replaces` are the parameters
    whose change makes CloudFormation replace something that holds data. `sign_in` says where the
    password to what it runs is, if it has one.
    """

    name: str
    kind: Kind = Kind.STACK
    title: str = ""
    description: str = ""
    synonyms: tuple[str, ...] = ()
    typical_minutes: float = 5
    prices: tuple[PriceItem, ...] | None = None
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    outputs: tuple[str, ...] = ()
    resources: Mapping[str, int] = field(default_factory=dict)
    solution_stacks: Mapping[str, str] = field(default_factory=dict)
    has_bucket: bool = False
    pause: Pause = Pause.KEEP
    pause_loses: str = ""
    replaces: tuple[str, ...] = ()
    sign_in: SignIn | None = None

    def price(self, parameters: Mapping[str, str], region: str) -> Price:
        """Return what it costs an hour with these values in place of its parameters' defaults."""
        return self._price(self.prices, parameters, region)

    def paused_price(self, parameters: Mapping[str, str], region: str) -> Price:
        """Return what it costs an hour while its demo is paused."""
        if self.pause is Pause.DELETE:
            return Price()
        stays = self.pause is Pause.KEEP
        items = [item for item in self.prices or () if stays or item.while_stopped]
        return self._price(None if self.prices is None else items, parameters, region)

    def _price(
        self, items: Iterable[PriceItem] | None, parameters: Mapping[str, str], region: str
    ) -> Price:
        if items is None:
            return Price(unknown=(self.name,))
        defaults = {p.name: p.default for p in self.parameters.values() if p.default is not None}
        price = price_of(items, {**defaults, **parameters}, region)
        return Price(price.known_usd, tuple(f"{self.name}: {item}" for item in price.unknown))


BUNDLE_COMPONENT: Final = Component(
    name=BUNDLE,
    kind=Kind.BUNDLE,
    title="Docker bundle",
    description="stelligent-demo.zip, the image's build context, in the demo's own bucket.",
    typical_minutes=0.1,
    prices=(),
    parameters={"BucketName": Parameter(name="BucketName")},
    outputs=("BundleKey",),
)


@dataclass(frozen=True, slots=True)
class TemplateProblem:
    """A template that was left out, and why, in words for the person who wrote it."""

    component: str
    message: str


@dataclass(frozen=True, slots=True)
class Catalog:
    """Every usable component by name, with what was left out.

    `withheld` are the outputs of templates that were left out: no component provides them now, and
    still no caller may set them.
    """

    components: Mapping[str, Component]
    problems: tuple[TemplateProblem, ...] = ()
    withheld: frozenset[str] = frozenset()

    def select(self, components: Selection) -> tuple[str, ...]:
        """Return the names that a request means, each once; nobody requests the bundle itself."""
        if isinstance(components, str):
            return tuple(name for name in self.components if name != BUNDLE)
        return tuple(dict.fromkeys(components))

    def is_set_by_service(self, parameter: str) -> bool:
        """Whether the service sets a parameter: in every demo, whatever its components are.

        An output of any component counts, also of one that is not part of the demo: otherwise
        a caller could name another demo's resources in its place.
        """
        provided = self.provider(parameter) is not None or parameter in self.withheld
        found = any(parameter in c.solution_stacks for c in self.components.values())
        return provided or found or parameter in GIVEN

    def provider(self, output: str) -> str | None:
        """Return the component that gives this output, if one does."""
        for component in self.components.values():
            if output in component.outputs:
                return component.name
        return None

    def requires(self, name: str) -> dict[str, str]:
        """Map each parameter without a default to the component that provides it."""
        return self._wires(name, defaulted=False)

    def wants(self, name: str) -> dict[str, str]:
        """Map each parameter with a default to the component that provides it, if one does."""
        return self._wires(name, defaulted=True)

    def _wires(self, name: str, *, defaulted: bool) -> dict[str, str]:
        wires = {}
        for parameter in self.components[name].parameters.values():
            provider = self.provider(parameter.name)
            fits = (parameter.default is not None) == defaulted
            if fits and provider is not None and provider != name:
                wires[parameter.name] = provider
        return wires


def build_catalog(
    components: Iterable[Component], problems: Iterable[TemplateProblem] = ()
) -> Catalog:
    """Wire the components together, leaving out (and naming) those that cannot be."""
    given = sorted(components, key=lambda c: c.name)
    usable = {c.name: c for c in given if c.name not in RESERVED}
    usable[BUNDLE] = BUNDLE_COMPONENT
    found = [*problems, *_reserved(given)]
    while bad := _first_fault(Catalog(usable)):
        found.extend(bad)
        for problem in bad:
            usable.pop(problem.component, None)
    withheld = frozenset(o for c in given if c.name not in usable for o in c.outputs)
    return Catalog(usable, tuple(found), withheld)


def _reserved(components: Iterable[Component]) -> list[TemplateProblem]:
    return [
        TemplateProblem(c.name, f"'{c.name}' is a word of the service's; name the file otherwise")
        for c in components
        if c.name in RESERVED
    ]


def _first_fault(catalog: Catalog) -> list[TemplateProblem]:
    return _two_providers(catalog) or _unfillable(catalog) or _cycle(catalog)


def _two_providers(catalog: Catalog) -> list[TemplateProblem]:
    givers: dict[str, list[str]] = defaultdict(list)
    for component in catalog.components.values():
        for output in component.outputs:
            givers[output].append(component.name)
    return [
        TemplateProblem(name, f"output {output} is given by {' and '.join(names)}")
        for output, names in givers.items()
        if len(names) > 1
        for name in _blame(names)
    ]


def _unfillable(catalog: Catalog) -> list[TemplateProblem]:
    return [
        TemplateProblem(
            component.name,
            f"parameter {parameter.name} has no default, and no component's output is named so",
        )
        for component in catalog.components.values()
        for parameter in component.parameters.values()
        if parameter.default is None
        and parameter.name not in {*GIVEN, *component.solution_stacks}
        and catalog.provider(parameter.name) in (None, component.name)
    ]


def _cycle(catalog: Catalog) -> list[TemplateProblem]:
    graph = {
        name: {*catalog.requires(name).values(), *catalog.wants(name).values()}
        for name in catalog.components
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        # graphlib lists each node before the one that depends on it; people read it
        # the other way: "a requires b, which requires a".
        path: list[str] = list(reversed(error.args[1]))
        message = f"the templates wait for each other: {' -> '.join(path)}"
        return [TemplateProblem(name, message) for name in _blame(sorted(set(path)))]
    return []


def _blame(names: list[str]) -> list[str]:
    dropped_in = [name for name in names if name not in SHIPPED]
    return dropped_in or names
