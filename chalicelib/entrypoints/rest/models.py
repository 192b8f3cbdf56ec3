"""Request bodies, checked against their types before a use case sees them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Any, Final, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StrictStr,
    ValidationError,
    model_validator,
)

from chalicelib.core.catalog import Selection
from chalicelib.core.demo import Desired
from chalicelib.core.errors import FieldProblem, InvalidRequest
from chalicelib.core.request import DemoRequest
from chalicelib.core.spec import SpecChange
from chalicelib.entrypoints.rest.moments import Moment


def _whole(text: str) -> str:
    """Refuse half a surrogate pair, which JSON can carry and nothing can store (RFC 8259, 8.2)."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError("must be whole Unicode characters") from error
    return text


Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Text = Annotated[StrictStr, AfterValidator(_whole)]
Scalar = Text | StrictBool | Number
Components = Annotated[list[Text], Field(min_length=1, max_length=100)] | Literal["all"]
Blocks = list[Text] | Text
M = TypeVar("M", bound=BaseModel)
_PLAIN: Final = {
    "extra_forbidden": "there is no such field",
    "model_type": "the body must be a JSON object",
}
"""Our own messages in place of pydantic's that speak of Python."""
_ANY: Final = "192.0.2.1/32"
_COMPONENTS: Final = "must be given: a list of names that is not empty, or 'all' for everything"


class Body(BaseModel):
    """A JSON object that may have the members named here and no others."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class DemoBody(Body):
    """The body of POST /demos and POST /plan."""

    components: Components = Field(
        description="Names from the catalog, or `all`; what they need comes along.",
        examples=[["ecs", "rds"], "all"],
    )
    name: Text | None = Field(
        default=None, description="1 to 60 printable characters; `demo <id>` by default."
    )
    ttl_hours: Number | None = Field(
        default=None, gt=0, le=10_000, description="Hours of the lease, within `/me`'s limits."
    )
    ready_by: Moment | None = Field(
        default=None,
        description="When it is to be ready, and its lease begins, within `/me`'s limits; as soon "
        "as possible by default.",
    )
    allowed_cidr: Blocks | None = Field(
        default=None,
        description="One to ten blocks that may open the demo; the caller's own by default.",
        examples=[["203.0.113.0/24"]],
    )
    region: Text | None = Field(
        default=None, description="One of `/me`'s regions; the service's own by default."
    )
    parameters: dict[Text, Scalar | list[Text]] = Field(
        default_factory=dict, max_length=200, description="Template parameters by their names."
    )
    keep_on_failure: StrictBool = Field(
        default=False, description="Whether a failed demo stays until its lease ends."
    )

    def request(self, own_block: str | None) -> DemoRequest:
        """Return the request as the core's value; the caller's own address opens by default.

        Raises InvalidRequest where neither is an IPv4 block.
        """
        blocks = self.allowed_cidr if self.allowed_cidr is not None else own_block
        if blocks is None:
            message = "must be given: your own address is not an IPv4 address"
            raise InvalidRequest(FieldProblem("allowed_cidr", message))
        return DemoRequest(
            components=_selection(self.components) or (),
            name=self.name.strip() if self.name is not None else None,
            ttl=timedelta(hours=self.ttl_hours) if self.ttl_hours is not None else None,
            ready_by=self.ready_by,
            allowed_cidr=_listed(blocks) or (),
            region=self.region,
            parameters={k: text_of(v) for k, v in self.parameters.items()},
            keep_on_failure=self.keep_on_failure,
        )


class ChangeBody(Body):
    """The body of PATCH /demos/{id}: a JSON Merge Patch of the demo's spec (RFC 7386)."""

    components: Components | None = Field(default=None, description="What it is to be made of.")
    name: Text | None = Field(default=None, description="1 to 60 printable characters.")
    parameters: dict[Text, Scalar | list[Text] | None] | None = Field(
        default=None,
        max_length=200,
        description="Template parameters to set; null takes one back to its default.",
    )
    allowed_cidr: Blocks | None = Field(
        default=None, description="The one to ten blocks that may open the demo from now on."
    )
    keep_on_failure: StrictBool | None = Field(
        default=None, description="Whether a failed demo stays until its lease ends."
    )
    desired_state: Desired | None = Field(
        default=None, description="`paused` pauses it, `running` resumes, `deleted` deletes."
    )
    allow_replacement: StrictBool = Field(
        default=False, description="Whether the change may replace what holds data."
    )
    ready_by: Moment | None = Field(
        default=None,
        description="When a demo that has not begun is to be ready; null begins it at once.",
    )

    @model_validator(mode="before")
    @classmethod
    def _nothing_is_removed(cls, body: Any) -> Any:
        """Refuse null, by which a merge patch removes a member: few members can be."""
        for name in cls.model_fields.keys() - {"ready_by"}:
            if isinstance(body, dict) and name in body and body[name] is None:
                raise ValueError(f"{name} cannot be removed: leave it out to keep it")
        return body

    def change(self) -> SpecChange:
        """Return the change as the core's value."""
        return SpecChange(
            name=self.name.strip() if self.name is not None else None,
            components=_selection(self.components),
            parameters=_values(self.parameters),
            allowed_cidr=_listed(self.allowed_cidr),
            keep_on_failure=self.keep_on_failure,
            desired_state=self.desired_state,
            allow_replacement=self.allow_replacement,
            ready_by=self.ready_by,
            starts_now="ready_by" in self.model_fields_set and self.ready_by is None,
        )


class ChangePlanBody(ChangeBody):
    """The body of POST /plan for a change of a demo that exists."""

    demo_id: Text = Field(description="The demo that would be changed.")


class RetryBody(Body):
    """The body of POST /demos/{id}/retry; an absent one changes nothing."""

    parameters: dict[Text, Scalar | list[Text] | None] | None = Field(
        default=None,
        max_length=200,
        description="Template parameters to set before the components are made again.",
    )

    def change(self) -> SpecChange:
        """Return the change as the core's value."""
        return SpecChange(parameters=_values(self.parameters))


def _selection(components: Components | None) -> Selection | None:
    if components is None or isinstance(components, str):
        return components
    return tuple(components)


def _listed(blocks: Blocks | None) -> tuple[str, ...] | None:
    if blocks is None:
        return None
    return (blocks,) if isinstance(blocks, str) else tuple(blocks)


def _values(values: Mapping[str, Any] | None) -> dict[str, str | None] | None:
    if values is None:
        return None
    return {k: None if v is None else text_of(v) for k, v in values.items()}


def parsed(model: type[M], body: Any) -> M:
    """Return the body as its model; raise InvalidRequest naming every field that is wrong."""
    try:
        return model.model_validate(body)
    except ValidationError as error:
        problems = dict.fromkeys(_field_problem(e) for e in error.errors())
        raise InvalidRequest(*problems) from error


def demo_request(
    body: Any, own_block: str | None, check: Callable[[DemoRequest], object]
) -> tuple[DemoBody, DemoRequest]:
    """Return the body of a request for a demo, and the request; raise InvalidRequest.

    A field of a wrong type hides none that breaks a rule: `check` judges what else is there.
    """
    try:
        read = parsed(DemoBody, body)
        return read, read.request(own_block)
    except InvalidRequest as wrong:
        raise InvalidRequest(*wrong.problems, *_others(body, own_block, wrong, check)) from wrong


def _others(
    body: Any, own_block: str | None, wrong: InvalidRequest, check: Callable[[DemoRequest], object]
) -> Iterator[FieldProblem]:
    named = {problem.field.split(".")[0] for problem in wrong.problems}
    if not isinstance(body, dict) or "body" in named:
        return
    rest = {name: value for name, value in body.items() if name not in named}
    try:
        # Without its components nothing is known of the parameters; the rest is judged alone.
        request = parsed(DemoBody, {"components": "all", **rest}).request(own_block or _ANY)
        check(replace(request, parameters={}) if "components" in named else request)
    except InvalidRequest as more:
        yield from (p for p in more.problems if p.field.split(".")[0] not in named)


def _field_problem(error: Mapping[str, Any]) -> FieldProblem:
    # Where a field may be of several types pydantic adds the type tried to the path.
    path = [str(p) for p in error["loc"] if not (isinstance(p, str) and _is_type(p))]
    message = _COMPONENTS if path == ["components"] else _PLAIN.get(error["type"], error["msg"])
    return FieldProblem(".".join(path) or "body", message.removeprefix("Value error, "))


def _is_type(part: str) -> bool:
    return part.startswith(("constrained-", "list[", "literal[", "function-")) or part in (
        "str",
        "bool",
        "float",
    )


def text_of(value: Any) -> str:
    """Return a parameter's value as CloudFormation takes it: text."""
    match value:
        case bool():
            return "true" if value else "false"
        case float():
            return str(int(value)) if value == int(value) else f"{Decimal(repr(value)):f}"
        case list():
            return ",".join(value)
        case _:
            return str(value)
