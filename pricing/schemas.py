"""The JSON shapes of `/api/prices`: money is a decimal string, `null` is not known."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import Annotated

from ninja import Schema
from pydantic import Field, WithJsonSchema, field_serializer

from pricing.models.rate_fields import RATE_COLUMNS
from pricing.patterns import Kind
from pricing.rates import digits

# JSON Schema's own format "time" wants a time zone.
ClockTime = Annotated[
    time, WithJsonSchema({"type": "string", "examples": ["16:30:00"]})
]


class RatesOut(Schema):
    """USD per 1,000,000 tokens of each kind; `null`: not published."""

    input_usd_per_million: Decimal | None = Field(examples=["2.5"])
    cache_read_usd_per_million: Decimal | None
    cache_write_5m_usd_per_million: Decimal | None
    cache_write_1h_usd_per_million: Decimal | None
    output_usd_per_million: Decimal | None
    reasoning_usd_per_million: Decimal | None
    input_audio_usd_per_million: Decimal | None
    cache_read_audio_usd_per_million: Decimal | None
    output_audio_usd_per_million: Decimal | None
    input_image_usd_per_million: Decimal | None
    cache_read_image_usd_per_million: Decimal | None
    output_image_usd_per_million: Decimal | None
    input_video_usd_per_million: Decimal | None
    cache_read_video_usd_per_million: Decimal | None
    output_video_usd_per_million: Decimal | None
    citation_usd_per_million: Decimal | None

    @field_serializer(*RATE_COLUMNS, check_fields=False)
    def _as_text(self, rate: Decimal | None) -> str | None:
        return None if rate is None else digits(rate)


class TierOut(RatesOut):
    """Rates of a request whose whole input has `min` to below `max` tokens."""

    label: str
    min_input_tokens: int
    max_input_tokens: int | None = Field(description="Exclusive; null: no upper end.")


class PriceOut(RatesOut):
    """One price row."""

    id: int
    provider: str
    model: str
    match: Kind = Field(description="How `model` is compared with a name.")
    aliases: list[str]
    display_name: str
    request_usd: Decimal | None = Field(description="USD per request, beside tokens.")
    fees: dict[str, str] = Field(
        description="USD for each piece, beside tokens.",
        examples=[{"web_search": "0.01"}],
    )
    tiers: list[TierOut]
    service_tier: str = Field(description="Only for requests served so, or empty.")
    valid_from: date | None
    daily_from: ClockTime | None = Field(description="Daily hours, UTC.")
    daily_until: ClockTime | None
    workdays_only: bool = Field(description="Those hours: Monday to Friday only.")
    active: bool
    is_edited: bool = Field(description="Changed or made by an operator.")
    source: str
    source_url: str
    checked_at: date | None
    notes: str
    updated_at: datetime

    @field_serializer("request_usd")
    def _request_as_text(self, usd: Decimal | None) -> str | None:
        return None if usd is None else digits(usd)


class PricePage(Schema):
    """A page of prices, in the order in which they were made."""

    items: list[PriceOut]
    next: str | None = Field(description="Address of the next page.")
    previous: str | None = Field(description="Address of the page before.")
