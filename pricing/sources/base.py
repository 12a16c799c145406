"""What a price source is: a catalogue that turns into rows.

Read by `pricing/sync.py`. Adding one: a module with these three, and its line in
`SOURCES`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from typing import Protocol

from pricing.rates import NO_RATES, Rates


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueTier:
    min_input_tokens: int
    max_input_tokens: int | None
    rates: Rates
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CataloguePrice:
    """One future row of `ModelPrice`."""

    key: str
    """Stays the same from version to version: how a refresh finds the row again."""
    provider: str
    model: str
    match: str = "equals"
    aliases: tuple[str, ...] = ()
    display_name: str = ""
    rates: Rates = NO_RATES
    request_usd: Decimal | None = None
    fees: Mapping[str, Decimal] = field(default_factory=dict)
    tiers: tuple[CatalogueTier, ...] = ()
    service_tier: str = ""
    valid_from: date | None = None
    daily_from: time | None = None
    daily_until: time | None = None
    workdays_only: bool = False
    source_url: str = ""
    notes: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueProvider:
    """One future row of `PriceProvider`."""

    slug: str
    name: str = ""
    names: tuple[str, ...] = ()
    api_pattern: str = ""
    fallbacks: tuple[str, ...] = ()
    host_prefix: str = ""
    takes_prefix: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    prices: Sequence[CataloguePrice]
    providers: Sequence[CatalogueProvider] = ()


class Source(Protocol):
    """A catalogue of prices."""

    name: str
    """Stored with each row it makes."""

    def version(self) -> str:
        """Changes whenever `read` would give other rows; must be quick."""
        ...

    def read(self) -> Catalogue:
        """Every row, in the order in which equals are tried."""
        ...
