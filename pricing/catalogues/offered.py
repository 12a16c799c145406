"""What each catalogue said when it was last read: kept, and made a price book again.

For what they differ in, and for `weir prices check`, which prices recorded answers by
each of them. A catalogue has no aliases, so a name is found there as it is spelt.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from pricing import editing
from pricing.book import PriceBook
from pricing.catalogues.comparing import LONGEST_NAME
from pricing.catalogues.reading import Reading
from pricing.models import PriceOffer, PriceProvider
from pricing.rates import BUCKETS, PricedModel, Rates, Tier, digits
from pricing.shelves import Shelves
from pricing.sources.base import CataloguePrice

STEP = 500


@transaction.atomic
def remember(reading: Reading) -> None:
    """Keep what this catalogue asks, in place of what it asked before."""
    editing.alone()  # two that read one catalogue at once would keep it twice
    PriceOffer.objects.filter(source=reading.source.name).delete()
    PriceOffer.objects.bulk_create(
        (
            _row(reading.source.name, price)
            for price in reading.catalogue.prices
            if len(price.model) <= LONGEST_NAME and price.model.isprintable()
        ),
        batch_size=STEP,
    )


def book_of(source: str) -> PriceBook:
    """Requests priced as this catalogue would."""
    rows = PriceOffer.objects.filter(source=source).iterator(2000)
    return PriceBook(Shelves.holding(map(_priced, rows)), PriceProvider.objects.all())


def sources() -> list[str]:
    """Those that were read."""
    found = PriceOffer.objects.order_by("source").values_list("source", flat=True)
    return list(found.distinct())


def _row(source: str, price: CataloguePrice) -> PriceOffer:
    return PriceOffer(
        source=source,
        key=price.key,
        provider=price.provider,
        model=price.model,
        service_tier=price.service_tier,
        rates=_told(price.rates),
        tiers=[
            [tier.min_input_tokens, tier.max_input_tokens, _told(tier.rates)]
            for tier in price.tiers
        ],
        read_at=timezone.now(),
    )


def _told(rates: Rates) -> dict[str, str]:
    return {
        bucket: digits(rate)
        for bucket in BUCKETS
        if (rate := getattr(rates, bucket)) is not None
    }


def _rates(told: Mapping[str, Any]) -> Rates:
    return Rates(**{bucket: Decimal(usd) for bucket, usd in told.items()})


def _priced(row: PriceOffer) -> PricedModel:
    rates = _rates(row.rates)
    return PricedModel(
        id=row.pk,
        provider=row.provider,
        model=row.model,
        rates=rates,
        service_tier=row.service_tier,
        tiers=tuple(
            Tier(
                min_input_tokens=start,
                max_input_tokens=end,
                rates=_rates(own).over(rates),
                label=f"from {start:,} input tokens",
            )
            for start, end, own in row.tiers
        ),
    )
