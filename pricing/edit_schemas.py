"""What `pricing/edit_api.py` takes, and its errors."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from ninja import Field, Schema
from pydantic import ConfigDict, create_model

from pricing.models.rate_fields import RATE_COLUMNS
from pricing.patterns import Kind
from pricing.schemas import ClockTime

PRICE_FIELDS = (
    *("provider", "model", "match", "aliases", "display_name", *RATE_COLUMNS),
    *("request_usd", "fees", "service_tier", "valid_from", "daily_from"),
    *("daily_until", "workdays_only", "active", "source_url", "checked_at", "notes"),
)
TIER_FIELDS = ("min_input_tokens", "max_input_tokens", "label", *RATE_COLUMNS)
LIST_FIELDS = (
    *("slug", "name", "names", "api_pattern", "fallbacks", "host_prefix"),
    *("takes_prefix", "served_as"),
)
Dollars = Annotated[
    Decimal, Field(ge=0, le=10**5, allow_inf_nan=False, decimal_places=12)
]


class ProblemInfo(Schema):
    code: str
    message: str


class Problem(Schema):
    """What every error looks like."""

    error: ProblemInfo


class Edit(Schema):
    """What is left out stays as it is; an unknown name is refused."""

    model_config = ConfigDict(extra="forbid")


_RATES: dict[str, Any] = dict.fromkeys(RATE_COLUMNS, (Dollars | None, None))
RatesIn: Any = create_model("RatesIn", __base__=Edit, **_RATES)


class TierIn(RatesIn):  # type: ignore[misc]
    """Rates of a request whose whole input has `min` to below `max` tokens."""

    min_input_tokens: int = 0
    max_input_tokens: int | None = None
    label: str = ""


class PriceIn(RatesIn):  # type: ignore[misc]
    """A price's fields, those to set."""

    provider: str = Field("", examples=["openai"])
    model: str = Field("", examples=["gpt-5"])
    match: Kind = "equals"
    aliases: list[str] = []
    display_name: str = ""
    request_usd: Dollars | None = None
    fees: dict[str, str] = {}
    service_tier: str = ""
    valid_from: date | None = None
    daily_from: ClockTime | None = None
    daily_until: ClockTime | None = None
    workdays_only: bool = False
    active: bool = True
    source_url: str = ""
    checked_at: date | None = None
    notes: str = ""
    tiers: list[TierIn] = Field([], description="All of them, in place of the old.")
    confirm: bool = Field(
        False, description="A rate may change to more than three times, or a third."
    )


class PriceListIn(Edit):
    """A price list's fields, those to set."""

    name: str = ""
    names: list[str] = []
    api_pattern: str = ""
    fallbacks: list[str] = []
    host_prefix: str = ""
    takes_prefix: bool = False
    served_as: str = Field("", examples=["data-zone"])


class PriceListOut(Schema):
    """Whose prices are on which shelf, and who resells whose models."""

    slug: str
    name: str
    names: list[str]
    api_pattern: str
    fallbacks: list[str]
    host_prefix: str
    takes_prefix: bool
    served_as: str = Field(description="How all is served there: `data-zone`.")
    is_edited: bool
