"""A price row and its tiers as JSON, and back: what an import keeps to be undone."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal
from typing import Any

from django.db.models import Field, Model

from pricing.models import ModelPrice, PriceTier
from pricing.models.rate_fields import RATE_COLUMNS
from pricing.rates import digits

COLUMNS = (
    *("provider", "model", "match", "aliases", "display_name", "request_usd", "fees"),
    *("service_tier", "valid_from", "daily_from", "daily_until", "workdays_only"),
    *("active", "is_edited", "source", "source_key", "source_url", "checked_at"),
    *("notes", *RATE_COLUMNS),
)
_TIER = ("min_input_tokens", "max_input_tokens", "label", *RATE_COLUMNS)


def told(row: ModelPrice) -> dict[str, Any]:
    """All that can be edited of it."""
    tiers = PriceTier.objects.filter(price_id=row.pk).order_by("min_input_tokens")
    return {
        **{name: _plain(getattr(row, name)) for name in COLUMNS},
        "tiers": [
            {name: _plain(getattr(tier, name)) for name in _TIER} for tier in tiers
        ],
    }


def restore(row: ModelPrice, kept: dict[str, Any]) -> None:
    """The row as it was told, saved."""
    for name in COLUMNS:
        setattr(row, name, _typed(ModelPrice, name, kept[name]))
    row.save()
    PriceTier.objects.filter(price=row).delete()
    tiers = [PriceTier(price=row) for _ in kept["tiers"]]
    for tier, values in zip(tiers, kept["tiers"], strict=True):
        for name in _TIER:
            setattr(tier, name, _typed(PriceTier, name, values[name]))
    PriceTier.objects.bulk_create(tiers)


def _typed(model: type[Model], name: str, value: Any) -> Any:
    """A date, a number … as the column has it."""
    field = model._meta.get_field(name)
    assert isinstance(field, Field)
    return field.to_python(value)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return digits(value)  # 1.5 is 1.50
    if isinstance(value, date | time):
        return value.isoformat()
    return value
