"""What the API answers about the service: what can be requested, by whom, and where to sign in."""

from __future__ import annotations

from typing import Literal, NotRequired

from chalicelib.core.kinds import Pause
from chalicelib.entrypoints.rest.answers import Address, Answer, Moment, Prices


class Parameter(Answer):
    """A template parameter, in CloudFormation's own terms."""

    name: str
    label: str
    """What people read beside it, if its template says (AWS::CloudFormation::Interface)."""
    filled: bool
    """Whether the service sets it, so that no request may."""
    type: str
    description: str
    default: str | None
    allowed_values: list[str]
    allowed_pattern: str | None
    constraint: str | None
    """What the template's author says of the allowed pattern."""
    secret: bool
    """Whether it is declared NoEcho; a request may not set it, because requests are kept."""
    min_value: float | None
    max_value: float | None


class Component(Prices):
    """A component that can be requested."""

    name: str
    title: str
    description: str
    requires: list[str]
    """Components that are added with it, because it takes their outputs."""
    wants: list[str]
    """Components whose outputs it takes when they are part of the demo anyway."""
    pulls_in: list[str]
    """Everything that comes along, directly or through others."""
    parameters: list[Parameter]
    outputs: list[str]
    typical_minutes: float
    pause: Pause
    """What a pause does to it."""
    pause_loses: str
    """What a pause loses for good; empty when nothing."""
    credentials: bool
    """Whether there is something to sign in to (`GET /demos/{demo_id}/credentials`)."""
    not_poolable: list[str]
    """Parameters that keep it from waiting in a pool: they name a demo's owner, name or end."""


class TemplateProblem(Answer):
    """A template that was left out of the catalog, and why."""

    component: str
    message: str


class Catalog(Answer):
    """What can be requested, and what was left out."""

    components: list[Component]
    problems: list[TemplateProblem]


class PlannedStep(Answer):
    """One component of a plan, laid out in time."""

    component: str
    depends_on: list[str]
    """The components whose outputs it takes."""
    starts_minute: float
    ends_minute: float
    critical: bool
    """Whether the whole takes longer when this takes longer."""


class FromPool(Answer):
    """A demo that waits in a pool, and what it takes to complete it."""

    pool: str
    typical_minutes: float


class Start(Answer):
    """When a demo begins that is to be ready by some moment, and when its lease ends."""

    ready_by: Moment
    starts_at: Moment | None
    """Null where it begins at once."""
    expires_at: Moment
    minutes_late: int
    """How late it is probably ready; 0 when it is in time."""


class Plan(Prices):
    """What a request would make."""

    requested_components: list[str]
    """The components that the request named."""
    pulled_in: list[str]
    """The components that come along."""
    steps: list[PlannedStep]
    typical_minutes: float
    lease_usd: float | None
    """Of the whole lease, if it runs all the time."""
    from_pool: FromPool | None
    """What the same request would be given now; null when no pool has a demo that fits."""
    start: Start | None
    """Null without `ready_by`."""


class ChangePlan(Prices):
    """What a change of a demo would do."""

    hourly_usd_difference: float
    """Dollars an hour more than now while it runs, of what is known."""
    created: list[str]
    updated: list[str]
    replaced: list[str]
    """Updates that would replace what holds data; these need `allow_replacement`."""
    deleted: list[str]
    stopped: list[str]
    started: list[str]
    typical_minutes: float
    pause_loses: dict[str, str]
    """What a pause loses for good, by component."""


class Hours(Answer):
    """The operator's limits on a lease, in hours."""

    default: float
    at_once: float
    """The longest that a request or an extension may ask for."""
    in_total: float
    """The longest that a demo may live, all extensions counted."""
    ahead: float
    """How far ahead a demo may be requested to be ready."""


class Quotas(Answer):
    """How many demos may be active at once, and how many are; the newest may be missing."""

    per_owner: int
    in_all: int
    held_own: int
    """The caller's active demos."""
    held_in_all: int
    """Everybody's active demos; those that wait in pools give up their places, and are none."""


class Me(Answer):
    """The caller, and what the caller may ask for."""

    owner: str
    admin: bool
    cidr: str | None
    """The caller's own address as a block of one: what `allowed_cidr` is by default."""
    regions: list[str]
    lease_hours: Hours
    quotas: Quotas


class LocalRun(Answer):
    """What the page says of a run on one machine."""

    summary: str
    details: list[str]


class SignIn(Answer):
    """Where the web page signs people in."""

    issuer: Address
    client_id: str
    scopes: str
    authorization_endpoint: Address
    token_endpoint: Address
    end_session_endpoint: NotRequired[Address]
    """Where the issuer's own session is ended, if it offers that."""
    local: NotRequired[LocalRun]
    """How time is scaled and what is real, where the service runs on one machine; never on AWS."""


class Health(Answer):
    """The service works: its settings are whole and its templates can be read."""

    status: Literal["ok"]
    templates_left_out: list[str]
