"""Which offers of a catalogue are meant, and what they come to.

Asked by `proxy/api/catalogues.py` and by `weir prices preview` and `apply`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.utils import timezone

from pricing.book import PriceBook
from pricing.catalogues.comparing import Offer, Status, compared
from pricing.catalogues.reading import Reading, wants
from pricing.models import ModelPrice

_ORDER = (Status.CHANGED, Status.NEW, Status.KEPT, Status.UNCHANGED)


def chosen(found: Reading, only: str) -> list[Offer]:
    """The offers that are meant, compared with what counts now."""
    is_meant = wants(only)
    prices = [
        price
        for price in found.catalogue.prices
        if is_meant(f"{price.provider}/{price.model}")
    ]
    offers = compared(prices, PriceBook.current(), timezone.now())
    # Edited to another name, or switched off: they don't count, and stay all the same.
    edited = ModelPrice.objects.filter(source=found.source.name, is_edited=True)
    held = set(edited.values_list("source_key", flat=True))
    return [
        replace(offer, status=Status.KEPT)
        if offer.status is Status.NEW and offer.price.key in held
        else offer
        for offer in offers
    ]


def counts(offers: Sequence[Offer]) -> dict[str, int]:
    told = Counter(offer.status.value for offer in offers)
    return {
        **{status.value: told[status.value] for status in Status},
        "refused": sum(bool(offer.refused) for offer in offers),
        "doubted": sum(bool(offer.doubts and not offer.refused) for offer in offers),
    }


def not_taken(offers: Sequence[Offer], *, confirm: bool) -> list[dict[str, Any]]:
    """Of those that would change something."""
    told = []
    for offer in offers:
        why = [*offer.refused, *(() if confirm else offer.doubts)]
        if offer.status is Status.KEPT:
            why.append("An operator edited it.")
        if why:
            told.append({"key": offer.price.key, "why": why})
    return told


def by_status(offers: Sequence[Offer]) -> list[Offer]:
    """What would change something comes first."""
    return sorted(offers, key=lambda offer: _ORDER.index(offer.status))
