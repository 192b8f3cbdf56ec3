"""The templates and the image's build context as they came with the package.

`cfn/` and `docker/` lie beside app.py, in the repository and in a Lambda alike (vendor/ links
to them). A template is read for its parameters, outputs and metadata only; what it builds is
CloudFormation's business.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from chalicelib.core.bundle import DOCKER_FILES, make_bundle
from chalicelib.core.catalog import (
    SHIPPED,
    Catalog,
    Component,
    Parameter,
    TemplateProblem,
    build_catalog,
)
from chalicelib.core.credentials import SignIn
from chalicelib.core.errors import Rejected
from chalicelib.core.kinds import Pause
from chalicelib.core.prices import PriceItem

ROOT: Final = Path(__file__).resolve().parents[2]
SUFFIXES: Final = (".yaml", ".yml", ".json")
MAX_BODY: Final = 51_200
"""Bytes of a template passed in a request (CloudFormation User Guide, "quotas")."""


class PackagedTemplates:
    """The files of the package, read once a container."""

    def __init__(self, root: Path = ROOT) -> None:
        self._root = root
        self.catalog = functools.cache(self._catalog)
        self.bundle = functools.cache(self._bundle)
        self._found = functools.cache(lambda: _templates(root / "cfn"))

    def template(self, component: str) -> str:
        """Return a template's body; raise Rejected when it is not there any more."""
        path = self._found()[0].get(component)
        if path is None:
            raise Rejected(f"there is no template for {component} any more")
        return path.read_text(encoding="utf-8")

    def _bundle(self) -> bytes:
        folder = self._root / "docker"
        return make_bundle({name: (folder / name).read_bytes() for name in DOCKER_FILES})

    def _catalog(self) -> Catalog:
        paths, found = self._found()
        components, problems = [], [*found]
        for name, path in paths.items():
            try:
                components.append(read_component(name, path.read_bytes()))
            except ValueError as error:
                problems.append(TemplateProblem(name, str(error)))
        return build_catalog(components, problems)


def _templates(folder: Path) -> tuple[dict[str, Path], list[TemplateProblem]]:
    """Return each component's template; two of one name are a problem, and neither is used.

    A shipped component keeps its own, whatever lies beside it (docs/adr/0009).
    """
    by_name: dict[str, list[Path]] = {}
    for suffix in SUFFIXES:
        for path in sorted(folder.glob(f"*{suffix}")):
            by_name.setdefault(path.stem, []).append(path)
    problems = [
        TemplateProblem(name, f"has more than one template: {', '.join(p.name for p in paths)}")
        for name, paths in by_name.items()
        if len(paths) > 1
    ]
    usable = {n: paths[0] for n, paths in by_name.items() if len(paths) == 1 or n in SHIPPED}
    return usable, problems


def read_component(name: str, body: bytes) -> Component:
    """Return the component a template describes; raise ValueError saying what is wrong."""
    if len(body) > MAX_BODY:
        raise ValueError(f"is {len(body)} bytes long; CloudFormation takes {MAX_BODY}")
    if not name.isalnum() or not name.islower():
        raise ValueError("a component's file name must be lower-case letters and digits")
    template = _mapping(_parsed(body), "the template")
    metadata = _mapping(_mapping(template.get("Metadata")).get("StelligentDemo"))
    labels = _labels(template)
    parameters = _mapping(template.get("Parameters"), "Parameters")
    resources = _mapping(template.get("Resources"), "Resources")
    outputs = tuple(_mapping(template.get("Outputs"), "Outputs"))
    if not resources:
        raise ValueError("has no Resources")
    return Component(
        name=name,
        title=str(metadata.get("Title", name)),
        description=str(metadata.get("Description", template.get("Description", ""))).strip(),
        synonyms=tuple(str(word) for word in _list(metadata.get("Synonyms", []))),
        typical_minutes=_number(metadata.get("TypicalMinutes", 5), "TypicalMinutes"),
        prices=_prices(metadata.get("Prices")),
        parameters={
            k: _parameter(k, _mapping(v, f"parameter {k}"), labels.get(k, ""))
            for k, v in parameters.items()
        },
        outputs=outputs,
        resources=Counter(
            str(body["Type"])
            for body in map(_mapping, resources.values())
            if "Type" in body and "Condition" not in body
        ),
        solution_stacks=_solution_stacks(metadata, parameters),
        has_bucket=any(_mapping(r).get("Type") == "AWS::S3::Bucket" for r in resources.values()),
        pause=_pause(metadata.get("Pause", Pause.KEEP)),
        pause_loses=str(metadata.get("PauseLoses", "")),
        replaces=_replaces(metadata, parameters),
        sign_in=_sign_in(metadata.get("Credentials"), outputs),
    )


def _parsed(body: bytes) -> Any:
    import yaml  # noqa: PLC0415 - only who reads templates pays for it

    class Loader(yaml.CSafeLoader):
        """YAML with CloudFormation's short forms, whose contents nobody here reads."""

    Loader.add_multi_constructor("!", lambda _loader, _suffix, _node: None)
    try:
        return yaml.load(body, Loader=Loader)  # noqa: S506 - a CSafeLoader
    except yaml.YAMLError as error:
        raise ValueError(f"is not YAML: {' '.join(str(error).split())}") from error


def _mapping(value: Any, what: str = "") -> Mapping[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        if what:
            raise ValueError(f"{what} must be a mapping")
        return {}
    return value


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _number(value: Any, what: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise ValueError(f"{what} must be a number from 0 up")
    return value


def _prices(body: Any) -> tuple[PriceItem, ...] | None:
    if body is None:
        return None
    return tuple(_price(str(k), v) for k, v in _mapping(body, "Prices").items())


def _price(name: str, body: Any) -> PriceItem:
    """Return a line of Prices: a number of dollars an hour, or a unit and how many of them."""
    what = f"price of {name}"
    if not isinstance(body, dict):
        return PriceItem(name=name, usd=_number(body, what))
    if not body.get("Unit") or set(body) - {"Unit", "Count", "WhileStopped"}:
        raise ValueError(f"the {what} takes a Unit, and perhaps Count and WhileStopped")
    return PriceItem(
        name=name,
        unit=tuple(str(word) for word in _list(body["Unit"])),
        count=tuple(
            each if isinstance(each, str) else _number(each, f"count of the {what}")
            for each in _list(body.get("Count", []))
        ),
        while_stopped=body.get("WhileStopped", False) is True,
    )


def _pause(word: Any) -> Pause:
    if word not in [*Pause]:
        raise ValueError(f"Pause must be one of {', '.join(Pause)}")
    return Pause(word)


def _replaces(metadata: Mapping[str, Any], parameters: Mapping[str, Any]) -> tuple[str, ...]:
    found = tuple(str(name) for name in _list(metadata.get("Replaces", [])))
    for name in found:
        if name not in parameters:
            raise ValueError(f"Replaces names {name}, which is no parameter")
    return found


def _sign_in(body: Any, outputs: tuple[str, ...]) -> SignIn | None:
    if body is None:
        return None
    words = _mapping(body, "Credentials")
    if not {"Secret", "Address"} <= words.keys() <= {"Secret", "Address", "Command"}:
        raise ValueError("Credentials takes a Secret, an Address, and perhaps a Command")
    sign_in = SignIn(
        secret=str(words["Secret"]),
        address=str(words["Address"]),
        command=str(words.get("Command", "")),
    )
    for name in sign_in.unknown(outputs):
        raise ValueError(f"Credentials names {name}, which is no output")
    return sign_in


def _labels(template: Mapping[str, Any]) -> Mapping[str, str]:
    """Return what people read beside a parameter (AWS::CloudFormation::Interface)."""
    metadata = _mapping(template.get("Metadata"))
    interface = _mapping(metadata.get("AWS::CloudFormation::Interface"))
    labels = _mapping(interface.get("ParameterLabels"))
    return {name: str(_mapping(label).get("default", "")) for name, label in labels.items()}


def _parameter(name: str, body: Mapping[str, Any], label: str = "") -> Parameter:
    return Parameter(
        name=name,
        label=label,
        type=str(body.get("Type", "String")),
        description=str(body.get("Description", "")),
        default=_text(body["Default"]) if "Default" in body else None,
        allowed_values=tuple(_text(v) for v in body.get("AllowedValues", ())),
        allowed_pattern=body.get("AllowedPattern"),
        constraint=body.get("ConstraintDescription"),
        min_value=_maybe(float, body.get("MinValue")),
        max_value=_maybe(float, body.get("MaxValue")),
        min_length=_maybe(int, body.get("MinLength")),
        max_length=_maybe(int, body.get("MaxLength")),
        no_echo=_text(body.get("NoEcho", False)) == "true",
    )


def _solution_stacks(
    metadata: Mapping[str, Any], parameters: Mapping[str, Any]
) -> Mapping[str, str]:
    found = _mapping(metadata.get("SolutionStacks"), "SolutionStacks")
    for name, pattern in found.items():
        if name not in parameters:
            raise ValueError(f"SolutionStacks names {name}, which is no parameter")
        if str(pattern).count("*") != 1:
            raise ValueError(f"the solution stack of {name} must hold one * for its version")
    return {name: str(pattern) for name, pattern in found.items()}


def _maybe(kind: Any, value: Any) -> Any:
    return None if value is None else kind(value)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
