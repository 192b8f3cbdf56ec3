"""The body that moves the end of a lease."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from pydantic import ConfigDict, Field, model_validator

from chalicelib.entrypoints.rest.models import Body, Number
from chalicelib.entrypoints.rest.moments import Moment


def _alone(field: str, kind: str) -> dict[str, Any]:
    """Return the JSON Schema of a body in which one field of LeaseBody is given."""
    others = {name: {"type": "null"} for name in ("extend_hours", "expires_at") if name != field}
    return {"required": [field], "properties": {field: {"type": kind}, **others}}


class LeaseBody(Body):
    """The body of PATCH /demos/{id}/lease: one of the two."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [_alone("extend_hours", "number"), _alone("expires_at", "string")]
        }
    )

    extend_hours: Number | None = Field(
        default=None, gt=0, le=10_000, description="Hours beyond the present end."
    )
    expires_at: Moment | None = Field(default=None, description="The new end.")

    @model_validator(mode="after")
    def _one_of_both(self) -> LeaseBody:
        if (self.extend_hours is None) == (self.expires_at is None):
            raise ValueError("give either extend_hours or expires_at")
        return self

    def wanted(self, current: datetime) -> datetime:
        """Return the end that is requested, given the lease's present one."""
        if self.expires_at is not None:
            return self.expires_at
        return current + timedelta(hours=self.extend_hours or 0)
