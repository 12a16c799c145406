"""A price row and its tiers as JSON, and back: what an import keeps to be undone."""

from __future__ import annotations

from collections.abc import Iterable
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
STEP = 500
"""Rows asked for at once: a database takes so many values, and not many more."""
_TIER = ("min_input_tokens", "max_input_tokens", "label", *RATE_COLUMNS)


def told(rows: Iterable[ModelPrice]) -> dict[int, dict[str, Any]]:
    """All that can be edited of each, by its id."""
    listed = list(rows)
    tiers: dict[int, list[PriceTier]] = {}
    found = PriceTier.objects.order_by("min_input_tokens")
    for start in range(0, len(listed), STEP):
        ids = [row.pk for row in listed[start : start + STEP]]
        for tier in found.filter(price_id__in=ids):
            tiers.setdefault(tier.price_id, []).append(tier)
    return {
        row.pk: {
            **{name: _plain(getattr(row, name)) for name in COLUMNS},
            "tiers": [
                {name: _plain(getattr(tier, name)) for name in _TIER}
                for tier in tiers.get(row.pk, ())
            ],
        }
        for row in listed
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
