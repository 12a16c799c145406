"""The cost of one request: what `pricing/cost.py` makes and a request stores. Pure."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pricing.values import dataclass

Status = Literal["priced", "reported", "no_usage", "no_price"]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteLine:
    """One bucket of tokens, or one kind of fee, and what it cost."""

    kind: str
    """`input`, `cache_read`, `output_image`, `web_search`, `request`, …"""
    tokens: int
    """0 for what is billed by the piece."""
    usd_per_million: Decimal
    cost_usd: Decimal
    pieces: Decimal | None = None
    """How many, where it is billed by the piece."""
    usd_each: Decimal | None = None
    model: str = ""
    """Whose rates, where another model did a part of the work."""
    note: str = ""
    """Why this rate, where it isn't the bucket's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A cost with everything it came from, or the reason why there is none."""

    status: Status
    """`reported`: Weir knows no price, and this is the provider's own figure."""
    cost_usd: Decimal | None
    """None unless `priced` or `reported`: an unknown price is never 0."""
    provider: str = ""
    model: str = ""
    """The model name that was looked up."""
    price_id: int | None = None
    """`pricing.ModelPrice` row."""
    price_model: str = ""
    """That row's model or alias that matched."""
    matched_by: str = ""
    """`equals`, `prefix` or `contains`."""
    tier: str = ""
    """How it was served and the tier used, "" for the flat standard rate."""
    lines: tuple[QuoteLine, ...] = ()
    formula: str = ""
    """`1,200 × $2.50/M + 300 × $10.00/M = $0.006`, for people."""
    why: str = ""
    """One sentence for all but `priced`: which part is missing."""
