"""The offline catalogue of the `genai-prices` package, turned into rows.

A model with prices for different dates or hours becomes one row for each. Where the
package prices something Weir doesn't count, the row's notes say so; what it gets wrong
is put right by `corrections.py`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pricing.serving import served_as
from pricing.sources.base import Catalogue, CataloguePrice, CatalogueProvider
from pricing.sources.corrections import CORRECTIONS, corrected
from pricing.sources.genai_rates import (
    fees_of,
    not_counted,
    rates_of,
    request_usd,
    tiers_of,
)
from pricing.sources.slugs import PROVIDERS, entries, slug_of

if TYPE_CHECKING:  # loading the catalogue takes 0.3 s: only when it is read
    from genai_prices.types import (
        ConditionalPrice,
        ModelInfo,
        ModelPrice,
        Provider,
    )

# The package's conditions that Weir knows from an answer; their values are the words of
# `pricing/serving.py`.
_SERVED = ("service_tier", "processing", "speed")


class GenaiPrices:
    name = "genai-prices"

    def version(self) -> str:
        """The package's version and a digest of how Weir reads it."""
        folder = Path(__file__).resolve().parent
        names = ("genai_clauses.py", "genai_rates.py", "corrections.py")
        files = (PROVIDERS, CORRECTIONS, Path(__file__), *map(folder.joinpath, names))
        digest = hashlib.sha256(b"".join(file.read_bytes() for file in files))
        return f"{version('genai_prices')}+{digest.hexdigest()[:8]}"

    def read(self) -> Catalogue:
        from genai_prices.data import providers

        return Catalogue(
            prices=corrected(
                price
                for provider in providers
                for model in provider.models
                for price in _prices(provider, model)
            ),
            providers=[_provider(provider) for provider in providers] + _ours(),
        )


def _provider(provider: Provider) -> CatalogueProvider:
    slug = slug_of(provider.id)
    ours = entries().get(slug, {})
    resold = map(slug_of, provider.fallback_model_providers or ())
    names = list(ours.get("names", []))
    if provider.id != slug:
        names.append(provider.id)
    return CatalogueProvider(
        slug=slug,
        name=provider.name,
        names=tuple(names),
        api_pattern=provider.api_pattern,
        fallbacks=tuple(ours.get("fallbacks", resold)),
    )


def _ours() -> list[CatalogueProvider]:
    """Routers and gateways without a price list of their own."""
    return [
        CatalogueProvider(
            slug=slug, **{**entry, "names": tuple(entry.get("names", ()))}
        )
        for slug, entry in entries().items()
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
    """Rows for `priority`, `batch` and the like: a new one on each day that changes."""
    variants = [v for v in model.price_variants or () if _served(v.when) is not None]
    starts = [_day(part.constraint) for part in _conditions(model)]
    starts += [_day(variant.constraint) for variant in variants]
    for how in dict.fromkeys(_served(variant.when) for variant in variants):
        if how is None or not (word := served_as(how[1])):
            continue
        last = None
        for day in sorted({day or date.min for day in starts}):
            moment = datetime.combine(max(day, date(1970, 1, 1)), time(), UTC)
            prices = model.get_prices(moment, dict([how]))
            if prices == (last or model.get_prices(moment)):
                continue  # as before, or not another price than the standard one
            last = prices
            first_day = None if day == date.min else day
            key = f"{row.key}~{word}" + (f"#{day}" if first_day else "")
            own = replace(row, key=key, service_tier=word, valid_from=first_day)
            yield _with_price(own, model, prices)


def _served(when: Mapping[str, str]) -> tuple[str, str] | None:
    """The one condition of a variant, where it is one of how it was served."""
    (condition,) = when.items() if len(when) == 1 else (("", ""),)
    return condition if condition[0] in _SERVED else None


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
    others = not_counted(prices)
    unbilled = f"Not counted by Weir: {', '.join(others)}." if others else ""
    return replace(
        row,
        rates=rates_of(prices),
        tiers=tuple(tiers_of(prices)),
        request_usd=request_usd(prices),
        fees=fees_of(prices),
        notes="\n".join(filter(None, [model.price_comments or "", unbilled])),
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
