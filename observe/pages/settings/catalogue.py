"""An edited price beside its catalogue's: what differs, and the way back.

Called by `prices.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from decimal import Decimal
from functools import lru_cache
from typing import Any

from pricing import sync
from pricing.models import ModelPrice
from pricing.models.rate_fields import RATE_COLUMNS
from pricing.rates import digits
from pricing.sources import SOURCES
from pricing.sources.base import CataloguePrice


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """A rate that an operator has set to another value."""

    label: str
    own: str
    catalogue: str


def deviations(price: ModelPrice) -> list[Deviation] | None:
    """Of an edited price of a catalogue; None for any other one."""
    if not (price.is_edited and price.source):
        return None
    listed = _listed(price)
    if listed is None:
        return None
    pairs = zip(RATE_COLUMNS, fields(listed.rates), strict=True)
    found = [
        (column, getattr(price, column), getattr(listed.rates, field.name))
        for column, field in pairs
    ]
    found.append(("request_usd", price.request_usd, listed.request_usd))
    return [
        Deviation(
            label=name.removesuffix("_usd_per_million").replace("_", " "),
            own=_told(own),
            catalogue=_told(other),
        )
        for name, own, other in found
        if own != other
    ]


def take_back(price: ModelPrice) -> None:
    """As the catalogue has it; a refresh renews it from then on."""
    price.is_edited = False
    price.save(update_fields=["is_edited", "updated_at"])
    sync.refresh(next(each for each in SOURCES if each.name == price.source))


def _listed(price: ModelPrice) -> CataloguePrice | None:
    for source in SOURCES:
        if source.name == price.source:
            return _by_key(source.name, source.version()).get(price.source_key)
    return None


@lru_cache(4)
def _by_key(name: str, version: str) -> dict[str, CataloguePrice]:
    """Reading one takes a while; it is another one by another version."""
    source: Any = next(each for each in SOURCES if each.name == name)
    return {price.key: price for price in source.read().prices}


def _told(usd: Decimal | None) -> str:
    return "none" if usd is None else digits(usd)
