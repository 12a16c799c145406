"""`/api/rate-limits`: what providers said last. Joined in `observe/api.py`."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Router, Schema

from observe.rate_limits import newest
from observe.rate_limits.newest import Gauge

router = Router(tags=["figures"])


class LimitWindowOut(Schema):
    """What is left of what may be used until a moment."""

    name: str = Field(examples=["requests", "tokens", "input tokens", "5h"])
    limit: int | None
    remaining: int | None
    left: float | None = Field(description="Of the whole, 0 to 1.")
    resets_at: datetime | None


class GaugeOut(Schema):
    """The newest answer of a provider, model and key that told its limits."""

    provider: str
    model: str
    key: str = Field(description="The key's fingerprint.")
    told_at: datetime
    request: UUID
    is_old: bool = Field(description="For 15 minutes nothing newer was told.")
    windows: list[LimitWindowOut]


@router.get("/rate-limits", response=list[GaugeOut], summary="Rate limits told last")
def rate_limits(request: HttpRequest) -> list[Gauge]:
    """From the headers of the last day's answers; the scarcest first."""
    return newest.gauges()
