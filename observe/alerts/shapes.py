"""What the API of alerts takes and gives."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from ninja import Field, Schema
from pydantic import ConfigDict

from runs.schemas.runs import Text

FIELDS = ("name", "condition", "where", "hold_s", "min_requests", "url", "active")
"""What is edited."""


class Strict(Schema):
    """An unknown name is refused."""

    model_config = ConfigDict(extra="forbid")


class PreviewIn(Strict):
    """A condition to be tried."""

    condition: Text = Field(examples=["errors > 5% over 10m"])
    where: Text = Field("", description="In the filter language; empty: all.")
    min_requests: int = Field(1, ge=0, le=2**31 - 1)
    hold_s: int = Field(0, ge=0, le=86_400)
    day: bool = Field(False, description="The last day, too.")


class AlertIn(Strict):
    """An alert's fields, those to set."""

    name: Text = Field("", examples=["errors"])
    condition: Text = Field("", examples=["errors > 5% over 10m"])
    where: Text = Field("", description="In the filter language; empty: all.")
    view: Text = Field("", description="A saved view, whose filter is taken as it is.")
    hold_s: int = Field(0, ge=0, le=86_400, description="It must be so for that long.")
    min_requests: int = Field(
        1, ge=0, le=2**31 - 1, description="A share or percentile of fewer is none."
    )
    url: Text = Field("", description="Webhook; empty: only shown.")
    secret: Text = Field(
        "", description="Signs its webhook; never answered. Empty: WEIR_ALERT_SECRET."
    )
    active: bool = True


class AlertPointOut(Schema):
    """The same a while ago."""

    at: datetime
    value: float | None
    is_broken: bool


class PreviewOut(Schema):
    """What it comes to now, as a look would find it."""

    condition: str
    value: float | None = Field(
        description="Times in ms, a share in per cent; null: not known."
    )
    told: str = Field(description="The value in words.")
    is_broken: bool
    requests: int
    unpriced_requests: int = Field(description="Billed, and not in a cost.")
    start: datetime
    end: datetime
    fired: int | None = Field(
        None, description="How often it would have begun to fire in the last day."
    )
    day: list[AlertPointOut] | None = Field(None, description="Where it was asked for.")


class DeliveryOut(Schema):
    """One message to one receiver."""

    id: UUID
    event: str = Field(examples=["firing", "resolved", "test"])
    channel: str = Field(examples=["webhook", "command"])
    state: str = Field(examples=["waiting", "delivered", "failed"])
    attempts: int
    told: str = Field(description="What the last attempt came to.")
    made_at: datetime
    next_at: datetime | None = Field(description="Of one that waits.")


class AlertOut(Schema):
    """An alert, where it stands, and the newest messages."""

    name: str
    condition: str
    where: str
    hold_s: int
    min_requests: int
    url: str
    active: bool
    state: str = Field(examples=["firing", "ok", "off", "not looked at"])
    since: datetime | None = Field(description="Of the last turn.")
    contrary_since: datetime | None = Field(
        description="Since when looks contradict `state`: it turns if that lasts"
    )
    value: float | None = Field(description="At the last look.")
    told: str = Field(description="The value in words.")
    path: str = Field(description="The requests that it is about; empty: it is quiet.")
    problem: str = Field(description="Why it can't be looked at.")
    looked_at: datetime | None
    is_signed: bool = Field(description="By its own secret, or WEIR_ALERT_SECRET.")
    deliveries: list[DeliveryOut]
