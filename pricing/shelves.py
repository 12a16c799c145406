"""The prices of each provider, read when they are first asked for.

`pricing/book.py` looks for a model's price here. A proxy sees a few of the providers
that there are prices of: to read all 3,000 rows took the recorder a quarter of a second
at each start and each change of a price.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from decimal import Decimal

from pricing.match import Shelf
from pricing.models import ModelPrice
from pricing.rates import PricedModel, Tier, plain

Reader = Callable[[str], Iterable[PricedModel]]


class Shelves:
    """One shelf a provider."""

    def __init__(self, providers: Collection[str], read: Reader) -> None:
        self._providers = frozenset(providers)
        self._read = read
        self._known: dict[str, Shelf] = {}

    @classmethod
    def stored(cls) -> Shelves:
        """Those of the database."""
        rows = ModelPrice.objects.filter(active=True)
        return cls(rows.values_list("provider", flat=True).distinct(), _stored)

    @classmethod
    def holding(cls, rows: Iterable[PricedModel]) -> Shelves:
        by_provider: dict[str, list[PricedModel]] = {}
        for row in rows:
            by_provider.setdefault(row.provider, []).append(row)
        return cls(by_provider, by_provider.__getitem__)

    def __contains__(self, provider: str) -> bool:
        return provider in self._providers

    def of(self, provider: str) -> Shelf | None:
        """None for a provider without prices."""
        if provider not in self._providers:
            return None
        shelf = self._known.get(provider)
        if shelf is None:
            shelf = self._known[provider] = Shelf.of(provider, self._read(provider))
        return shelf


def _stored(provider: str) -> Iterator[PricedModel]:
    """Active rows as values; an operator's rows first, so that they win over equals."""
    rows = (
        ModelPrice.objects.filter(active=True, provider=provider)
        .order_by("-is_edited", "pk")
        .prefetch_related("tiers")
    )
    for row in rows:
        rates = row.rates()
        yield PricedModel(
            id=row.pk,
            provider=row.provider,
            model=row.model,
            match=row.match,
            aliases=tuple(row.aliases),
            rates=rates,
            request_usd=None if row.request_usd is None else plain(row.request_usd),
            fees={kind: Decimal(usd) for kind, usd in row.fees.items()},
            tiers=tuple(
                Tier(
                    min_input_tokens=tier.min_input_tokens,
                    max_input_tokens=tier.max_input_tokens,
                    rates=tier.rates().over(rates),
                    label=tier.label or tier.range,
                )
                for tier in row.tiers.all()
            ),
            service_tier=row.service_tier,
            valid_from=row.valid_from,
            daily_from=row.daily_from,
            daily_until=row.daily_until,
            workdays_only=row.workdays_only,
            is_edited=row.is_edited,
        )
