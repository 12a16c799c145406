"""What holds of every price list, and what a change wants a second look for.

Asked by `pricing/catalogues/` for each offered row, by the admin and the API for each
edit, and by `weir prices check` for all rows. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from pricing.rates import BUCKETS, NO_RATES, Rates, dollars

LEAST, MOST = Decimal("0.001"), Decimal(1000)
"""USD per 1M tokens. Real lists lie between $0.002 and $600: what lies outside was
given per token, per thousand or in another currency. 0 is a price: free."""
JUMP = 3
"""A rate that grows or falls by more than this is as often a slip as a change."""
_CACHED = (
    ("cache_read", "input"),
    ("cache_read_audio", "input_audio"),
    ("cache_read_image", "input_image"),
    ("cache_read_video", "input_video"),
)
_WRITES = (("cache_write_5m", Decimal("1.25")), ("cache_write_1h", Decimal(2)))
"""Anthropic's, times its input: platform.claude.com/docs/en/about-claude/pricing."""
_ROUNDED = "claude-3-haiku"
"""Its list has $0.30 and $0.50 for 1.25 and 2 times $0.25."""
_CENT = Decimal("0.005")


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceSheet:
    """A price as far as rules look at it."""

    provider: str
    model: str
    rates: Rates
    tiers: Sequence[tuple[str, Rates]] = ()
    """Label and complete rates of each."""
    service_tier: str = ""
    standard: Rates = NO_RATES
    """Of the same model, served as usual."""


def broken(sheet: PriceSheet) -> list[str]:
    """A sentence for each rule that the price breaks."""
    found = []
    for where, rates in (("", sheet.rates), *sheet.tiers):
        place = f" ({where})" if where else ""
        told = [
            *_out_of_range(rates),
            *_dear_cache(rates),
            *_wrong_writes(sheet, rates),
        ]
        found += [f"{each}{place}." for each in told]
    found += [f"{each}." for each in _dear_batch(sheet)]
    return list(dict.fromkeys(found))


def jumps(before: Rates, after: Rates) -> list[str]:
    """A sentence for each rate that leaps; what was not published can't."""
    found = []
    for bucket in BUCKETS:
        old, new = getattr(before, bucket), getattr(after, bucket)
        if old is None or new is None or old == new:
            continue
        if not old or not new or max(old, new) > JUMP * min(old, new):
            found.append(
                f"{_words(bucket)} goes from {dollars(old)} to {dollars(new)} per 1M."
            )
    return found


def free(sheet: PriceSheet) -> bool:
    """Costs nothing at all, and its name doesn't say so: catalogues write 0 for what
    they don't know, too."""
    told = [rate for b in BUCKETS if (rate := getattr(sheet.rates, b)) is not None]
    return bool(told) and not any(told) and not sheet.model.endswith(":free")


def _out_of_range(rates: Rates) -> Iterator[str]:
    for bucket in BUCKETS:
        rate = getattr(rates, bucket)
        if rate is not None and rate and not LEAST <= rate <= MOST:
            yield (
                f"{_words(bucket)} of {dollars(rate)} per 1M lies outside of"
                f" {dollars(LEAST)} to {dollars(MOST)}"
            )


def _dear_cache(rates: Rates) -> Iterator[str]:
    for cached, plain in _CACHED:
        low, high = getattr(rates, cached), getattr(rates, plain)
        if low is not None and high is not None and low > high:
            yield (
                f"{_words(cached)} of {dollars(low)} is dearer than"
                f" {plain.replace('_', ' ')} of {dollars(high)}"
            )


def _wrong_writes(sheet: PriceSheet, rates: Rates) -> Iterator[str]:
    if sheet.provider != "anthropic" or sheet.model.startswith(_ROUNDED):
        return
    for bucket, factor in _WRITES:
        rate = getattr(rates, bucket)
        if rate is None or rates.input is None:
            continue
        if abs(rate - factor * rates.input) > _CENT:
            yield (
                f"{_words(bucket)} of {dollars(rate)} is not {factor} × input of"
                f" {dollars(rates.input)}, as it is at Anthropic"
            )


def _dear_batch(sheet: PriceSheet) -> Iterator[str]:
    if sheet.service_tier != "batch":  # `batch+data_zone`: of that zone's usual price
        return
    for bucket in BUCKETS:
        batch, usual = getattr(sheet.rates, bucket), getattr(sheet.standard, bucket)
        if batch is not None and usual is not None and batch > usual:
            yield (
                f"{_words(bucket)} of {dollars(batch)} as batch is dearer than the"
                f" usual {dollars(usual)}"
            )


def _words(bucket: str) -> str:
    """`Cache write 5m`"""
    return bucket.replace("_", " ").capitalize()
