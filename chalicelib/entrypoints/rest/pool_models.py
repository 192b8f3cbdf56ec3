"""Request and response bodies about pools."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Annotated, Final, Literal

from pydantic import Field, StrictInt
from typing_extensions import TypedDict

from chalicelib.core.pool import MAX_WINDOWS, Pool, Tier, Window
from chalicelib.entrypoints.rest.answers import Answer, DemoBrief
from chalicelib.entrypoints.rest.models import Body, Number, Scalar, Text, text_of

_MIDNIGHT: Final = "24:00"
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Hour = Annotated[str, Field(pattern=r"^(?:[01][0-9]|2[0-3]):[0-5][0-9]$", examples=["08:00"])]
End = Annotated[
    str, Field(pattern=r"^(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00)$", examples=["18:00"])
]
Count = Annotated[StrictInt, Field(ge=0, le=1_000)]


class WindowBody(Body):
    """Hours in which another number of members is kept ready."""

    days: Annotated[list[Day], Field(min_length=1, max_length=7)]
    from_: Hour = Field(alias="from")
    to: End = Field(description="The end, no part of it; 24:00 is the end of the day.")
    time_zone: Annotated[Text, Field(max_length=60)] = Field(
        default="UTC", description="A name of the tz database.", examples=["Europe/Berlin"]
    )
    ready: Count

    def window(self) -> Window:
        """Return it as the core's value."""
        return Window(
            days=tuple(dict.fromkeys(self.days)),
            start=time.fromisoformat(self.from_),
            end=None if self.to == _MIDNIGHT else time.fromisoformat(self.to),
            time_zone=self.time_zone,
            ready=self.ready,
        )


class PoolBody(Body):
    """The body of PUT /pools/{name}: all of a pool, what is left out being the default."""

    components: Annotated[list[Text], Field(min_length=1, max_length=100)] = Field(
        description="Names from the catalog; what they need comes along.",
        examples=[["vpc", "sg", "rds", "s3"]],
    )
    parameters: dict[Text, Scalar | list[Text]] = Field(
        default_factory=dict, max_length=200, description="Template parameters by their names."
    )
    region: Text | None = Field(
        default=None, description="One of `/me`'s regions; the service's own by default."
    )
    ready: Count = Field(description="How many are kept ready outside the windows.")
    max_unready: Count = Field(default=2, description="How many may be on their way at once.")
    max_total: Count | None = Field(
        default=None, description="The most there may ever be; by default one more than `ready`."
    )
    unclaimed_hours: Number = Field(
        default=24, gt=0, le=10_000, description="How old a member gets that nobody claims."
    )
    windows: list[WindowBody] = Field(default_factory=list, max_length=MAX_WINDOWS)
    tier: Tier = Field(
        default=Tier.HOT, description="Whether members wait running, or paused at less cost."
    )

    def pool(self, name: str, *, home_region: str, most: int) -> Pool:
        """Return it as the core's value; `most` is how many demos there may be in all."""
        windows = tuple(window.window() for window in self.windows)
        wanted = max([self.ready, *(window.ready for window in windows)])
        return Pool(
            name=name,
            components=tuple(dict.fromkeys(self.components)),
            parameters={k: text_of(v) for k, v in self.parameters.items()},
            region=self.region or home_region,
            ready=self.ready,
            max_unready=self.max_unready,
            max_total=self.max_total if self.max_total is not None else min(wanted + 1, most),
            unclaimed=timedelta(hours=self.unclaimed_hours),
            windows=windows,
            tier=self.tier,
        )


PoolWindow = TypedDict(
    "PoolWindow",
    {"days": list[str], "from": str, "to": str, "time_zone": str, "ready": int},
)
"""Hours in which another number of members is kept ready; `from` is no name in Python."""


class PoolHealth(Answer):
    """How a pool is doing."""

    ready: int
    """Members that a request can be given now."""
    unready: int
    """Members on their way."""
    wanted: int
    """How many are to be ready at this hour."""
    claimed: int
    """How many requests were given a member."""
    missed: int
    """How many could have been given one, and none was ready."""
    hourly_usd: float | None
    """What the members cost while they wait: US dollars an hour; null where no price is known."""
    paused: str | None
    """Why nothing is made any more: members failed one after the other. PUT it again to go on."""
    ending: bool
    """Whether it was deleted, and is gone once its members are."""


class PoolAnswer(Answer):
    """A pool: what is wanted of it, how it is doing, and its members."""

    name: str
    components: list[str]
    parameters: dict[str, str]
    region: str
    ready: int
    max_unready: int
    max_total: int
    unclaimed_hours: float
    windows: list[PoolWindow]
    tier: Tier
    status: PoolHealth
    members: list[DemoBrief]


class PoolList(Answer):
    """Every pool, by name."""

    pools: list[PoolAnswer]
