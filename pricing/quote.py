"""The cost of one request: what `pricing/cost.py` makes and a request stores. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteLine:
    """One bucket of tokens and what it cost."""

    kind: str
    """`input`, `cache_read`, `cache_write_5m`, `cache_write_1h`, `output`, …"""
    tokens: int
    usd_per_million: Decimal
    cost_usd: Decimal
    note: str = ""
    """Why this rate, where it isn't the bucket's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A cost with everything it came from, or the reason why there is none."""

    status: Literal["priced", "no_usage", "no_price"]
    cost_usd: Decimal | None
    """None unless `priced`: an unknown price is never 0."""
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
    """Label of the tier used, "" for the flat rate."""
    lines: tuple[QuoteLine, ...] = ()
    formula: str = ""
    """`1,200 × $2.50/M + 300 × $10.00/M = $0.006`, for people."""
    why: str = ""
    """One sentence for `no_usage` and `no_price`."""
