"""What the API answers about demos, and how it refuses; access_answers.py and offers.py: the rest.

Said once: views build these, and OpenAPI is generated from them.

Typed dictionaries and not pydantic models, so that no request pays for building models that
only the description needs (docs/adr/0019). mypy holds every view to its answer, and a test
holds the real answers to the generated schemas. The text under a field is its description.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal, NotRequired

from typing_extensions import TypedDict

from chalicelib.core.component import Status
from chalicelib.core.demo import Desired, Phase
from chalicelib.core.timeline import EntryKind


@dataclass(frozen=True, slots=True)
class Format:
    """Marks a text as one of JSON Schema's formats."""

    name: str

    def __get_pydantic_json_schema__(
        self, schema: Any, handler: Callable[[Any], dict[str, Any]]
    ) -> dict[str, Any]:
        """Add the format to what pydantic says of the text."""
        return {**handler(schema), "format": self.name}


Moment = Annotated[str, Format("date-time")]
Address = Annotated[str, Format("uri")]


class Answer(TypedDict):
    """What every answer has in common: the text under a field is its description."""


# Outside the class, where mypy would take it for a field.
Answer.__pydantic_config__ = {"use_attribute_docstrings": True}  # type: ignore[attr-defined]


class Failure(Answer):
    """The root cause: the first resource that failed, and AWS's reason."""

    component: str
    resource: str | None
    """The resource's logical id in the component's template, where one is to blame."""
    reason: str


class ComponentStatus(Answer):
    """One component of a demo, as it was last observed."""

    name: str
    stack_name: str | None
    """The CloudFormation stack; null for the bundle, which is an object in a bucket."""
    status: Status
    depends_on: list[str]
    """The components whose outputs it takes."""
    typical_minutes: float
    started_at: Moment | None
    finished_at: Moment | None
    removing_at: Moment | None
    removed_at: Moment | None
    failure: Failure | None
    retry_at: Moment | None
    """When what was refused or not answered is tried again."""


class Prices(Answer):
    """List prices in US dollars, as far as they are known; null where nothing is."""

    hourly_usd: float | None
    """An hour while it runs."""
    paused_hourly_usd: float | None
    """An hour while it is paused."""
    unpriced: list[str]
    """What is in none of the prices, because its own is not known; then they are lower bounds."""


class Demo(Prices):
    """A demo environment."""

    demo_id: str
    name: str
    owner: str
    """The verified e-mail address of whoever requested it, or took it over."""
    region: str
    desired_state: Desired
    """What its owner wants."""
    phase: Phase
    """Where it is."""
    reason: str
    """Why it is in this phase."""
    requested_components: list[str]
    """The components that the request named."""
    allowed_cidr: list[str]
    """The address blocks that may open it."""
    parameters: dict[str, str]
    """The template parameters that were given."""
    keep_on_failure: bool
    from_pool: str | None
    """The pool that it was claimed from, if it was."""
    components: list[ComponentStatus]
    """Every component: those requested and those they require."""
    outputs: dict[str, dict[str, str]]
    """Each component's stack outputs by their names."""
    failure: Failure | None
    """Why it failed, or why it cannot be deleted."""
    created_at: Moment
    ready_at: Moment | None
    expires_at: Moment
    """The end of its lease."""
    ready_by: Moment | None
    """When it is to be ready, which its lease begins with; null for as soon as possible."""
    starts_at: Moment | None
    """When its making begins, or began; null where that was at its creation."""
    ttl_hours: float
    """The whole length of its lease, as a request for the same again gives it."""
    lease_usd: float | None
    """Of the whole lease, if it runs all the time; null when nothing of the price is known."""
    deleted_at: Moment | None
    retry_at: Moment | None
    """When a quarantined deletion is tried again."""
    links: dict[str, Address]
    """What can be opened, by its component's title."""
    handover_until: Moment | None
    """The end, which may be past, of its owner's offer to hand it over; null without one."""


class Progress(Answer):
    """How many of a demo's components are ready."""

    ready: int
    of: int


class DemoBrief(Answer):
    """As much of a demo as a line of a list shows."""

    demo_id: str
    name: str
    owner: str
    desired_state: Desired
    phase: Phase
    component_names: list[str]
    """The components that have a stack."""
    progress: Progress
    failure: Failure | None
    created_at: Moment
    expires_at: Moment
    ready_by: Moment | None
    starts_at: Moment | None
    links: dict[str, Address]


class DemoList(Answer):
    """A page of demos."""

    demos: list[Demo]
    next_cursor: str | None
    """What `cursor` must be for the next page; null on the last one."""


class DemoBriefList(Answer):
    """A page of demos in brief."""

    demos: list[DemoBrief]
    next_cursor: str | None
    """What `cursor` must be for the next page; null on the last one."""


class Event(Answer):
    """One entry of a demo's timeline."""

    at: Moment
    actor: str
    """A person's e-mail address, or the part of the service that acted."""
    kind: EntryKind
    text: str


class EventList(Answer):
    """A page of a timeline, oldest first."""

    events: list[Event]
    next_cursor: str | None
    """What `cursor` must be for the next page; null on the last one."""


class FieldProblem(Answer):
    """One thing wrong with a request."""

    field: str
    """The path of the field, such as `components.0`."""
    message: str


class Problem(Answer):
    """Why a request was refused (RFC 9457)."""

    type: Literal["about:blank"]
    title: str
    status: NotRequired[int]
    detail: str
    errors: NotRequired[list[FieldProblem]]
    """Every field that is wrong, on a 422."""
    limit: NotRequired[str]
    """The quota that is full, on a 429."""
    maximum: NotRequired[int]
    """How many demos the quota holds."""
    held_by: NotRequired[list[str]]
    """The caller's demos in it."""
