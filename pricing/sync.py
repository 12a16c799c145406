"""Brings the price tables up to date with the catalogues of `pricing/sources`.

`seed()` runs at every start of `weir serve` and does nothing when the catalogue's
version is already in the database; `refresh()` is `weir prices refresh`. Neither
touches a row that an operator edited or made; what an operator deleted stays deleted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from pricing.models import ModelPrice, PriceProvider, PriceSource, PriceTier
from pricing.models.rate_fields import RATE_COLUMNS
from pricing.rates import digits
from pricing.sources import SOURCES
from pricing.sources.base import (
    Catalogue,
    CataloguePrice,
    CatalogueProvider,
    CatalogueTier,
    Source,
)

_COLUMNS = (
    *("provider", "model", "match", "aliases", "display_name", "request_usd", "fees"),
    *("service_tier", "valid_from", "daily_from", "daily_until", "workdays_only"),
    *("source_url", "notes", "active"),
    *RATE_COLUMNS,
)


@dataclass(slots=True)
class Report:
    """What a refresh did, in rows."""

    source: str
    version: str = ""
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    kept: int = 0
    """Edited by an operator, so left as they are."""
    deleted: int = 0
    """Deleted by an operator, so not made again."""
    withdrawn: int = 0
    """No longer in the catalogue, so made inactive."""


def seed() -> list[Report]:
    """Refresh the sources whose catalogue isn't in the database yet."""
    stored = dict(PriceSource.objects.values_list("name", "version"))
    return [
        refresh(source)
        for source in SOURCES
        if stored.get(source.name) != source.version()
    ]


def refresh(source: Source) -> Report:
    """Read one catalogue into the database."""
    with transaction.atomic():
        # The row's lock keeps two hosts that start together apart.
        PriceSource.objects.get_or_create(name=source.name)
        state = PriceSource.objects.select_for_update().get(name=source.name)
        catalogue = source.read()
        report = _apply(source.name, catalogue, set(state.keys))
        _apply_providers(catalogue.providers)
        keys = {price.key for price in catalogue.prices}
        state.keys = sorted(keys.union(state.keys))
        state.version = report.version = source.version()
        state.save()
    return report


def _apply(source: str, catalogue: Catalogue, seeded: set[str]) -> Report:
    report = Report(source)
    rows = {
        row.source_key: row
        for row in ModelPrice.objects.filter(source=source).prefetch_related("tiers")
    }
    new: list[CataloguePrice] = []
    changed: list[ModelPrice] = []
    for price in catalogue.prices:
        row = rows.pop(price.key, None)
        if row is None and price.key in seeded:
            report.deleted += 1
        elif row is None:
            new.append(price)
        elif row.is_edited:
            report.kept += 1
        elif _update(row, price):
            changed.append(row)
        else:
            report.unchanged += 1
    _create(source, new)
    ModelPrice.objects.bulk_update(changed, [*_COLUMNS, "updated_at"], batch_size=200)
    report.created, report.updated = len(new), len(changed)
    report.withdrawn = _withdraw(rows.values())
    return report


def _create(source: str, prices: Sequence[CataloguePrice]) -> None:
    rows = [
        ModelPrice(source=source, source_key=price.key, **_values(price))
        for price in prices
    ]
    ModelPrice.objects.bulk_create(rows, batch_size=500)
    PriceTier.objects.bulk_create(
        tier
        for row, price in zip(rows, prices, strict=True)
        for tier in _tiers(row, price.tiers)
    )


def _update(row: ModelPrice, price: CataloguePrice) -> bool:
    """Bring one row up to date; True when it has to be saved."""
    values = _values(price)
    is_changed = any(getattr(row, name) != value for name, value in values.items())
    tiers = _tiers(row, price.tiers)
    if list(map(_tier_values, row.tiers.all())) != list(map(_tier_values, tiers)):
        row.tiers.all().delete()
        PriceTier.objects.bulk_create(tiers)
        is_changed = True
    for name, value in values.items():
        setattr(row, name, value)
    row.updated_at = timezone.now()
    return is_changed


def _withdraw(rows: Iterable[ModelPrice]) -> int:
    """Rows stay, since stored quotes point at them; they only stop being used."""
    gone = [row.pk for row in rows if row.active and not row.is_edited]
    return ModelPrice.objects.filter(pk__in=gone).update(active=False)


def _values(price: CataloguePrice) -> dict[str, Any]:
    values: dict[str, Any] = {
        name: getattr(price, name)
        for name in _COLUMNS
        if name not in RATE_COLUMNS and name != "active"
    }
    rates = (getattr(price.rates, field.name) for field in fields(price.rates))
    values.update(zip(RATE_COLUMNS, rates, strict=True))
    fees = {kind: digits(usd) for kind, usd in price.fees.items()}
    listed = {"aliases": list(price.aliases), "fees": fees, "active": True}
    return {**values, **listed}


def _tiers(row: ModelPrice, tiers: Iterable[CatalogueTier]) -> list[PriceTier]:
    made = []
    for tier in tiers:
        made.append(
            PriceTier(
                price=row,
                min_input_tokens=tier.min_input_tokens,
                max_input_tokens=tier.max_input_tokens,
                label=tier.label,
            )
        )
        made[-1].set_rates(tier.rates)
    return made


def _tier_values(tier: PriceTier) -> tuple[object, ...]:
    return (tier.min_input_tokens, tier.max_input_tokens, tier.label, tier.rates())


def _apply_providers(providers: Iterable[CatalogueProvider]) -> None:
    stored = PriceProvider.objects.in_bulk(field_name="slug")
    for provider in providers:
        values = {
            field.name: list(value) if isinstance(value, tuple) else value
            for field in fields(provider)
            for value in (getattr(provider, field.name),)
        }
        row = stored.get(provider.slug)
        if row is None:
            PriceProvider.objects.create(**values)
        elif not row.is_edited and _differs(row, values):
            PriceProvider.objects.filter(pk=row.pk).update(**values)


def _differs(row: models.Model, values: dict[str, Any]) -> bool:
    return any(getattr(row, name) != value for name, value in values.items())
