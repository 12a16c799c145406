"""The rate columns that a price and its tiers share."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from pricing.rates import BUCKETS, Rates, plain

SUFFIX = "_usd_per_million"


def _rate(what: str) -> models.DecimalField[Any, Any]:
    # 12 places hold every published rate; SQLite keeps 15 significant digits.
    return models.DecimalField(
        max_digits=18,
        decimal_places=12,
        null=True,
        blank=True,
        verbose_name=f"{what}, USD per 1M",
        help_text=f"USD per 1M tokens of {what}. Empty: not published.",
    )


class RateFields(models.Model):
    """One nullable column per bucket of `pricing.rates.Rates`."""

    input_usd_per_million = _rate("input")
    cache_read_usd_per_million = _rate("input read from the cache")
    cache_write_5m_usd_per_million = _rate("input written to the cache")
    cache_write_1h_usd_per_million = _rate("input written to the cache for 1 hour")
    output_usd_per_million = _rate("output")
    reasoning_usd_per_million = _rate("reasoning, where it isn't billed as output")
    input_audio_usd_per_million = _rate("audio input")
    cache_read_audio_usd_per_million = _rate("audio input read from the cache")
    output_audio_usd_per_million = _rate("audio output")
    input_image_usd_per_million = _rate("image input")
    cache_read_image_usd_per_million = _rate("image input read from the cache")
    output_image_usd_per_million = _rate("image output")
    input_video_usd_per_million = _rate("video input")
    cache_read_video_usd_per_million = _rate("video input read from the cache")
    output_video_usd_per_million = _rate("video output")
    citation_usd_per_million = _rate("citations, counted beside the input")

    class Meta:
        abstract = True

    def rates(self) -> Rates:
        """The columns as a value, trailing zeros of the database cut."""
        return Rates(**{name: _short(getattr(self, name + SUFFIX)) for name in BUCKETS})

    @property
    def has_rates(self) -> bool:
        """0 is one: it says that something is free."""
        return any(getattr(self, name + SUFFIX) is not None for name in BUCKETS)

    def set_rates(self, rates: Rates) -> None:
        for name in BUCKETS:
            setattr(self, name + SUFFIX, getattr(rates, name))

    def refuse_negative_rates(self) -> None:
        """Raise ValidationError with a sentence on each negative rate."""
        errors = {
            name + SUFFIX: "A rate can't be negative."
            for name in BUCKETS
            if (rate := getattr(self, name + SUFFIX)) is not None and rate < 0
        }
        if errors:
            raise ValidationError(errors)


RATE_COLUMNS: tuple[str, ...] = tuple(name + SUFFIX for name in BUCKETS)


def _short(rate: Decimal | None) -> Decimal | None:
    return None if rate is None else plain(rate)
