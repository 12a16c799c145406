"""The offline catalogue of the `genai-prices` package, turned into rows.

A model with prices for different dates or hours becomes one row for each. Where the
package prices something Weir doesn't count (web searches, audio hours), the row's notes
say so.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import cache
from importlib.metadata import version
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pricing.rates import Rates
from pricing.sources.base import (
    Catalogue,
    CataloguePrice,
    CatalogueProvider,
    CatalogueTier,
)

if TYPE_CHECKING:  # loading the catalogue takes 0.3 s: only when it is read
    from genai_prices.types import (
        ConditionalPrice,
        ModelInfo,
        ModelPrice,
        Provider,
    )

PROVIDERS = Path(__file__).resolve().parent.parent / "data" / "providers.toml"
PLACES = Decimal("1e-12")
"""Rates are kept to 12 decimal places; a few in the catalogue are longer."""

# The package's price keys and our buckets. Its `cache_write` is any lifetime.
_BUCKETS = {
    "input_mtok": "input",
    "cache_read_mtok": "cache_read",
    "cache_write_mtok": "cache_write_5m",
    "cache_write_1h_mtok": "cache_write_1h",
    "output_mtok": "output",
    "output_reasoning_mtok": "reasoning",
    "input_audio_mtok": "input_audio",
    "cache_audio_read_mtok": "cache_read_audio",
    "output_audio_mtok": "output_audio",
}
_PER_REQUEST = "requests_kcount"
_TIER = "service_tier"


class GenaiPrices:
    name = "genai-prices"

    def version(self) -> str:
        """The package's version and a digest of how Weir reads it."""
        folder = Path(__file__).resolve().parent
        files = (PROVIDERS, Path(__file__), folder / "genai_clauses.py")
        digest = hashlib.sha256(b"".join(file.read_bytes() for file in files))
        return f"{version('genai_prices')}+{digest.hexdigest()[:8]}"

    def read(self) -> Catalogue:
        from genai_prices.data import providers

        return Catalogue(
            prices=[
                price
                for provider in providers
                for model in provider.models
                for price in _prices(provider, model)
            ],
            providers=[_provider(provider) for provider in providers] + _ours(),
        )


@cache
def _slugs() -> dict[str, dict[str, Any]]:
    return tomllib.loads(PROVIDERS.read_text("utf-8"))


def slug_of(catalogue_id: str) -> str:
    """Weir's slug for a provider of the catalogue: `x-ai` is `xai`."""
    for slug, entry in _slugs().items():
        if entry.get("catalogue") == catalogue_id:
            return slug
    return catalogue_id


def _provider(provider: Provider) -> CatalogueProvider:
    slug = slug_of(provider.id)
    names = list(_slugs().get(slug, {}).get("names", []))
    if provider.id != slug:
        names.append(provider.id)
    return CatalogueProvider(
        slug=slug,
        name=provider.name,
        names=tuple(names),
        api_pattern=provider.api_pattern,
        fallbacks=tuple(map(slug_of, provider.fallback_model_providers or ())),
    )


def _ours() -> list[CatalogueProvider]:
    """Routers and gateways without a price list of their own."""
    return [
        CatalogueProvider(
            slug=slug, **{**entry, "names": tuple(entry.get("names", ()))}
        )
        for slug, entry in _slugs().items()
        if "name" in entry
    ]


def _prices(provider: Provider, model: ModelInfo) -> Iterator[CataloguePrice]:
    from pricing.sources.genai_clauses import row_names

    match, aliases = row_names(model.id, model.match)
    slug = slug_of(provider.id)
    row = CataloguePrice(
        key=f"{slug}/{model.id}",
        provider=slug,
        model=model.id,
        match=match,
        aliases=aliases,
        display_name=model.name or "",
        source_url=(provider.pricing_urls or [""])[0],
    )
    for number, priced in enumerate(_conditions(model)):
        key = row.key if number == 0 else f"{row.key}#{number + 1}"
        when: dict[str, Any] = _when(priced)
        yield _with_price(replace(row, key=key, **when), model, priced.prices)
    yield from _service_tiers(row, model)


def _service_tiers(row: CataloguePrice, model: ModelInfo) -> Iterator[CataloguePrice]:
    """Rows for `priority`, `flex` and the like: a new one on each day that changes."""
    variants = [v for v in model.price_variants or () if set(v.when) == {_TIER}]
    starts = [_day(part.constraint) for part in _conditions(model)]
    starts += [_day(variant.constraint) for variant in variants]
    for name in dict.fromkeys(variant.when[_TIER] for variant in variants):
        last = None
        for day in sorted({day or date.min for day in starts}):
            moment = datetime.combine(max(day, date(1970, 1, 1)), time(), UTC)
            prices = model.get_prices(moment, {_TIER: name})
            if prices == (last or model.get_prices(moment)):
                continue  # as before, or not another price than the standard one
            last = prices
            first_day = None if day == date.min else day
            key = f"{row.key}~{name}" + (f"#{day}" if first_day else "")
            own = replace(row, key=key, service_tier=name, valid_from=first_day)
            yield _with_price(own, model, prices)


def _day(constraint: object) -> date | None:
    day: date | None = getattr(constraint, "start_date", None)
    return day


def _conditions(model: ModelInfo) -> list[ConditionalPrice]:
    from genai_prices.types import ConditionalPrice

    if isinstance(model.prices, list):
        return model.prices
    return [ConditionalPrice(prices=model.prices)]


def _with_price(
    row: CataloguePrice, model: ModelInfo, price: ModelPrice
) -> CataloguePrice:
    prices: dict[str, Any] = {
        key: value for key, value in price.__dict__.items() if value is not None
    }
    if not prices and model.id.endswith(":free"):
        # The catalogue writes "free" and "not known" alike; such a name means free.
        prices = {"input_mtok": Decimal(0), "output_mtok": Decimal(0)}
    per_thousand = prices.get(_PER_REQUEST)
    return replace(
        row,
        rates=_rates(prices, None),
        tiers=tuple(_tiers(prices)),
        request_usd=None if per_thousand is None else per_thousand / 1000,
        notes=_notes(model, prices),
    )


def _rates(prices: Mapping[str, Any], input_tokens: int | None) -> Rates:
    """The rates of the base (None), or those that count above a tier's start."""
    return Rates(
        **{
            bucket: _rate(prices[key], input_tokens)
            for key, bucket in _BUCKETS.items()
            if key in prices
        }
    )


def _rate(price: Any, start: int | None) -> Decimal:
    rate: Decimal = getattr(price, "base", price)
    for tier in getattr(price, "tiers", ()):
        if start is not None and tier.start <= start:
            rate = tier.price
    exponent = rate.as_tuple().exponent
    is_long = isinstance(exponent, int) and exponent < -12
    return rate.quantize(PLACES) if is_long else rate


def _tiers(prices: Mapping[str, Any]) -> Iterator[CatalogueTier]:
    """One tier from each start on: the package's tiers begin *above* their start."""
    tiered = (getattr(price, "tiers", ()) for price in prices.values())
    starts = sorted({tier.start for tiers in tiered for tier in tiers})
    for start, following in zip_longest(starts, starts[1:]):
        yield CatalogueTier(
            min_input_tokens=start + 1,
            max_input_tokens=None if following is None else following + 1,
            rates=_rates(prices, start),
            label=f"over {start:,} input tokens",
        )


def _when(priced: ConditionalPrice) -> dict[str, date | time | None]:
    from genai_prices.types import StartDateConstraint, TimeOfDateConstraint

    constraint = priced.constraint
    if isinstance(constraint, StartDateConstraint):
        return {"valid_from": constraint.start_date}
    if isinstance(constraint, TimeOfDateConstraint):
        return {
            "daily_from": _utc(constraint.start_time),
            "daily_until": _utc(constraint.end_time),
        }
    return {}


def _utc(value: time) -> time:
    if value.tzinfo is None:
        return value
    return datetime.combine(date(1970, 1, 1), value).astimezone(UTC).time()


def _notes(model: ModelInfo, prices: Mapping[str, Any]) -> str:
    others = [key for key in prices if key not in _BUCKETS and key != _PER_REQUEST]
    unbilled = f"Not counted by Weir: {', '.join(others)}." if others else ""
    return "\n".join(filter(None, [model.price_comments or "", unbilled]))
