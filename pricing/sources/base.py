"""What a price source is: a catalogue that turns into rows.

A `Source` comes with Weir and is read by `pricing/sync.py` at a start; a `Published`
one is on the network or in a file, and `pricing/catalogues/` reads it when an operator
asks. Adding one: a module with such a class, and its line in `SOURCES` or `PUBLISHED`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from typing import Any, Protocol

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
    left_out: Sequence[str] = ()
    """Entries that are no price, each with a sentence."""


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


class Published(Protocol):
    """A catalogue that others publish, or an operator has written."""

    name: str
    """Stored with each row that is taken from it."""
    about: str
    address: str
    """Of its first document; "" where it is always a file."""
    provider: str
    """Whose key is sent, where Weir has it; "" where none is wanted."""

    def more(self, first: Any, wanted: Callable[[str], bool]) -> Sequence[str]:
        """Addresses of what else to read for the wanted `PROVIDER/MODEL`."""
        ...

    def read(self, documents: Sequence[Any]) -> Catalogue:
        """Its rows; a document is JSON whose numbers are decimal."""
        ...
