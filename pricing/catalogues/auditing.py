"""Which prices in use break a rule. Asked by `weir prices check` and its tests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from pricing.invariants import broken
from pricing.models import ModelPrice
from pricing.models.price_tier import sheet_of
from pricing.rates import NO_RATES, Rates


def broken_prices(provider: str = "") -> Iterator[tuple[ModelPrice, list[str]]]:
    """Each active row that breaks one, with its sentences."""
    rows = ModelPrice.objects.filter(active=True).order_by("provider", "model", "pk")
    if provider:
        rows = rows.filter(provider=provider)
    listed = list(rows.prefetch_related("tiers"))
    usual: dict[tuple[str, str], list[ModelPrice]] = {}
    for row in listed:
        if not row.service_tier:
            usual.setdefault(_name(row), []).append(row)
    for row in listed:
        standard = _standard(usual.get(_name(row), ()), row.valid_from or date.max)
        if said := broken(sheet_of(row, row.tiers.all(), standard)):
            yield row, said


def _standard(rows: Iterable[ModelPrice], day: date) -> Rates:
    """The usual rates on that day."""
    begun = [row for row in rows if (row.valid_from or date.min) <= day]
    latest = max(begun, key=lambda row: row.valid_from or date.min, default=None)
    return latest.rates() if latest else NO_RATES


def _name(row: ModelPrice) -> tuple[str, str]:
    return row.provider, row.model.lower()
