"""Where catalogues ask different prices for one model, beyond a per cent.

From what each said when it was last read (`PriceOffer`) and the prices in use, so it
needs no network. Asked by `weir prices check` and `/api/prices/disagreements`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from pricing.book import PriceBook
from pricing.catalogues.comparing import price_now
from pricing.models import PriceOffer
from pricing.rates import BUCKETS

TOLERATED = Decimal("0.01")
IN_USE = "in use"
Name = tuple[str, str, str]
"""Provider, model and how it is served."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """One rate of one model, as each source has it."""

    provider: str
    model: str
    service_tier: str
    bucket: str
    usd_per_million: Mapping[str, Decimal]
    """Source → rate; `in use` is what requests are priced at."""

    @property
    def percent(self) -> Decimal | None:
        """How much the dearest lies above the cheapest; None: above 0."""
        rates = self.usd_per_million.values()
        low, high = min(rates), max(rates)
        return ((high / low - 1) * 100).quantize(Decimal("0.1")) if low else None


def disagreements(
    book: PriceBook, at: datetime, provider: str = ""
) -> list[Disagreement]:
    """Widest first."""
    rows = PriceOffer.objects.order_by("provider", "model", "service_tier", "source")
    if provider:
        rows = rows.filter(provider=provider)
    told: dict[Name, dict[str, Mapping[str, str]]] = {}
    spelt: dict[Name, str] = {}
    for row in rows.iterator(2000):
        name = row.provider, row.model.lower(), row.service_tier
        spelt.setdefault(name, row.model)
        told.setdefault(name, {})[row.source] = row.rates
    found = [
        each
        for name, by_source in told.items()
        for each in _of_model(name, spelt[name], by_source, book, at)
    ]
    return sorted(found, key=_by_width)


def _by_width(each: Disagreement) -> tuple[bool, Decimal, str]:
    percent = each.percent
    return percent is not None, -(percent or Decimal(0)), each.model


def _of_model(
    name: Name,
    model: str,
    by_source: Mapping[str, Mapping[str, str]],
    book: PriceBook,
    at: datetime,
) -> Iterator[Disagreement]:
    provider, _, served = name
    now = price_now(book, provider, model, served, at)
    for bucket in BUCKETS:
        rates = {
            source: Decimal(rates[bucket])
            for source, rates in by_source.items()
            if bucket in rates
        }
        if now and (rate := getattr(now.rates, bucket)) is not None:
            rates[IN_USE] = rate
        if len(rates) > 1 and _differ(rates):
            yield Disagreement(
                provider=provider,
                model=model,
                service_tier=served,
                bucket=bucket,
                usd_per_million=rates,
            )


def _differ(rates: Mapping[str, Decimal]) -> bool:
    low, high = min(rates.values()), max(rates.values())
    return high - low > TOLERATED * low
