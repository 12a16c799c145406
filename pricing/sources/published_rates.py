"""Amounts and rows as published catalogues write them.

Used by each of them. What is no price is left out with a sentence, never taken for 0.
Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from pricing.rates import Rates, plain
from pricing.sources.base import Catalogue, CataloguePrice, CatalogueTier

PLACES = Decimal("1e-12")
MOST_USD = 10**9
"""No price is more; a larger one has too many digits to be kept."""
"""As rates are kept: takes the binary noise from 0.9299999999999999, too."""
MILLION = 1_000_000

Row = Callable[[str, Any], Iterable[CataloguePrice]]


class BadAmountError(ValueError):
    """Its text says what stands there."""


def usd(value: object, times: int = 1) -> Decimal | None:
    """None where nothing stands; raises BadAmountError for what is no price."""
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise BadAmountError(f"{type(value).__name__} is not an amount")
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        raise BadAmountError(f"{str(value)[:80]!r} is not an amount") from None
    if not amount.is_finite() or not 0 <= amount < MOST_USD:
        raise BadAmountError(f"{str(value)[:80]} is not a price")
    return plain((amount * times).quantize(PLACES))


def rates(entry: Mapping[str, Any], names: Mapping[str, str], times: int = 1) -> Rates:
    """`names` are the entry's words and our buckets."""
    return Rates(
        **{bucket: usd(entry.get(word), times) for word, bucket in names.items()}
    )


def tier_above(tokens: int, own: Rates, end: int | None = None) -> CatalogueTier:
    """Rates of requests with more input than that."""
    return CatalogueTier(
        min_input_tokens=tokens + 1 if tokens else 0,
        max_input_tokens=None if end is None else end + 1,
        rates=own,
        label=f"over {tokens:,} input tokens" if tokens else f"to {end:,} input tokens",
    )


def gathered(entries: Iterable[tuple[str, Any]], row: Row) -> Catalogue:
    """All rows of all entries; a bad entry is named and harms no other."""
    prices: dict[str, CataloguePrice] = {}
    left_out = []
    for name, entry in entries:
        try:
            for price in row(name, entry):
                prices.setdefault(price.key, price)
        except BadAmountError as error:
            left_out.append(f"{name}: {error}.")
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            left_out.append(f"{name}: it can't be read ({type(error).__name__}).")
    return Catalogue(prices=list(prices.values()), left_out=left_out)
