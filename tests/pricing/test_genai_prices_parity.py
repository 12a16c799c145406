"""The cost bar: quotes of recorded usage equal genai-prices' own, to the last digit."""

from __future__ import annotations

import json
import tomllib
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import genai_prices
import pytest

from pricing.book import PriceBook
from pricing.models import ModelPrice
from pricing.sources.genai_prices import PROVIDERS
from pricing.usage import Usage

SHAPES: list[dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "usage_shapes.toml").read_text("utf-8")
)["shape"]
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def _catalogue_id(shape: dict[str, Any]) -> str:
    slugs = tomllib.loads(PROVIDERS.read_text("utf-8"))
    entry = slugs.get(shape["provider"], {})
    return str(shape.get("catalogue") or entry.get("catalogue") or shape["provider"])


def _library_price(shape: dict[str, Any]) -> tuple[Decimal, str]:
    """What the library makes of the response, with its own reading of the usage."""
    response = json.loads(shape["response"])
    model = response.get("model") or response["modelVersion"]
    extracted = genai_prices.data_snapshot.get_snapshot().extract_usage(
        {**response, "model": model},
        provider_id=_catalogue_id(shape),
        api_flavor=shape["flavor"],
    )
    price = genai_prices.calc_price(
        extracted.usage,
        model,
        provider_id=_catalogue_id(shape),
        genai_request_timestamp=shape.get("at", NOON),
    )
    return price.total_price, price.model.id


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape["name"])
def test_a_recorded_usage_costs_what_the_library_says(
    shape: dict[str, Any], seeded_book: PriceBook
) -> None:
    response = json.loads(shape["response"])
    model = response.get("model") or response["modelVersion"]
    expected, model_id = _library_price(shape)

    quote = seeded_book.quote(
        shape["provider"],
        [model + shape.get("model_suffix", "")],
        Usage(**shape["buckets"]),
        shape.get("at", NOON),
        shape.get("operation", "chat"),
    )

    assert (quote.status, quote.why) == ("priced", "")
    assert quote.cost_usd == expected
    assert sum(line.cost_usd for line in quote.lines) == expected
    assert ModelPrice.objects.get(pk=quote.price_id).model == model_id


def test_the_table_is_as_broad_as_promised() -> None:
    assert len(SHAPES) >= 40
    assert len({shape["provider"] for shape in SHAPES}) >= 8


def test_web_searches_are_the_difference(seeded_book: PriceBook) -> None:
    """docs/pricing.md: what isn't counted in tokens isn't in the quote."""
    usage = {"input_tokens": 1000, "output_tokens": 100}
    with_search = genai_prices.Usage(**usage, web_searches=3)

    library = genai_prices.calc_price(
        with_search, "claude-sonnet-4-5", provider_id="anthropic"
    )
    quote = seeded_book.quote(
        "anthropic", ["claude-sonnet-4-5"], Usage(input=1000, output=100), NOON
    )

    assert quote.cost_usd is not None
    assert library.total_price - quote.cost_usd == Decimal("0.03")  # 3 at $10 per 1,000


def test_a_long_rate_is_kept_to_twelve_places(seeded_book: PriceBook) -> None:
    """docs/pricing.md: SQLite keeps 15 digits, the catalogue has a few longer rates."""
    model, tokens = "google/gemini-2.5-flash", 1_000_000
    library = genai_prices.calc_price(
        genai_prices.Usage(
            input_tokens=tokens, cache_write_tokens=tokens, output_tokens=0
        ),
        model,
        provider_id="openrouter",
        genai_request_timestamp=NOON,
    )

    quote = seeded_book.quote(
        "openrouter", [model], Usage(cache_write_5m=tokens, input=0, output=0), NOON
    )

    assert quote.cost_usd is not None
    assert quote.cost_usd != library.total_price
    assert abs(quote.cost_usd - library.total_price) < Decimal("1e-12")
