"""Turns a price of genai-prices into rates, tiers and fees.

Called by `genai_prices.py` for each price of each model. Pure but for the package.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from pricing.rates import Rates
from pricing.sources.base import CatalogueTier

PLACES = Decimal("1e-12")
"""Rates are kept to 12 decimal places; a few in the catalogue are longer."""
FEE_PLACES = Decimal("1e-18")
"""A price by the hour, cut to the second: a day of sound is right to 12 places."""

# The package's price keys and our buckets. Its `cache_write` is any lifetime.
_BUCKETS = {
    "input_mtok": "input",
    "cache_read_mtok": "cache_read",
    "cache_write_mtok": "cache_write_5m",
    "cache_write_1h_mtok": "cache_write_1h",
    "output_mtok": "output",
    "output_reasoning_mtok": "reasoning",
    "output_citation_mtok": "citation",
    "input_audio_mtok": "input_audio",
    "cache_audio_read_mtok": "cache_read_audio",
    "output_audio_mtok": "output_audio",
    "input_image_mtok": "input_image",
    "cache_image_read_mtok": "cache_read_image",
    "output_image_mtok": "output_image",
    "input_video_mtok": "input_video",
    "output_video_mtok": "output_video",
}
# The package's price keys by the piece: our kind, and how many pieces it prices.
_FEES = {
    "web_searches_kcount": ("web_search", 1000),
    "social_searches_kcount": ("x_search", 1000),
    "storage_searches_kcount": ("file_search", 1000),
    "code_executions_kcount": ("code_execution", 1000),
    "rerank_searches_kcount": ("rerank_search", 1000),
    "audio_hours": ("audio_second", 3600),
    "input_audio_hours": ("audio_second", 3600),
    "input_mchars": ("character", 1_000_000),
    "input_document_kpages": ("page", 1000),
    "input_annotated_document_kpages": ("annotated_page", 1000),
}
_PER_REQUEST = "requests_kcount"


def rates_of(prices: Mapping[str, Any], input_tokens: int | None = None) -> Rates:
    """The rates of the base (None), or those that count above a tier's start."""
    return Rates(
        **{
            bucket: _rate(prices[key], input_tokens)
            for key, bucket in _BUCKETS.items()
            if key in prices
        }
    )


def tiers_of(prices: Mapping[str, Any]) -> Iterator[CatalogueTier]:
    """One tier from each start on: the package's tiers begin *above* their start."""
    tiered = (getattr(price, "tiers", ()) for price in prices.values())
    starts = sorted({tier.start for tiers in tiered for tier in tiers})
    for start, following in zip_longest(starts, starts[1:]):
        yield CatalogueTier(
            min_input_tokens=start + 1,
            max_input_tokens=None if following is None else following + 1,
            rates=rates_of(prices, start),
            label=f"over {start:,} input tokens",
        )


def fees_of(prices: Mapping[str, Any]) -> dict[str, Decimal]:
    """USD for each piece of what is billed beside tokens."""
    return {
        kind: _short(prices[key] / pieces, FEE_PLACES)
        for key, (kind, pieces) in _FEES.items()
        if key in prices
    }


def request_usd(prices: Mapping[str, Any]) -> Decimal | None:
    per_thousand = prices.get(_PER_REQUEST)
    return None if per_thousand is None else per_thousand / 1000


def not_counted(prices: Mapping[str, Any]) -> list[str]:
    """Price keys of things that Weir doesn't count."""
    known = {*_BUCKETS, *_FEES, _PER_REQUEST}
    return [key for key in prices if key not in known]


def _rate(price: Any, start: int | None) -> Decimal:
    rate: Decimal = getattr(price, "base", price)
    for tier in getattr(price, "tiers", ()):
        if start is not None and tier.start <= start:
            rate = tier.price
    return _short(rate)


def _short(amount: Decimal, places: Decimal = PLACES) -> Decimal:
    exponent = amount.as_tuple().exponent
    is_long = isinstance(exponent, int) and exponent < places.adjusted()
    return amount.quantize(places) if is_long else amount
