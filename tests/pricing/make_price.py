"""Builders for prices: a test names only what it is about."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from pricing.models import ModelPrice, PriceTier
from pricing.rates import PricedModel, Rates


def rates(**buckets: str) -> Rates:
    return Rates(**{bucket: Decimal(rate) for bucket, rate in buckets.items()})


def priced(model: str = "m-1", **fields: Any) -> PricedModel:
    """A price as a value: $2 in, $10 out."""
    defaults: dict[str, Any] = {
        "id": 1,
        "provider": "acme",
        "rates": rates(input="2", output="10"),
    }
    return PricedModel(model=model, **{**defaults, **fields})


def price_row(model: str = "m-1", **fields: Any) -> ModelPrice:
    """A stored price: $2 in, $10 out."""
    defaults: dict[str, Any] = {
        "provider": "acme",
        "input_usd_per_million": Decimal(2),
        "output_usd_per_million": Decimal(10),
    }
    return ModelPrice.objects.create(model=model, **{**defaults, **fields})


def tier_row(price: ModelPrice, low: int, high: int | None, **fields: Any) -> PriceTier:
    return PriceTier.objects.create(
        price=price, min_input_tokens=low, max_input_tokens=high, **fields
    )
