"""What Weir's own list puts right in the catalogue."""

from __future__ import annotations

import re
import tomllib
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from typing import Any

import pytest

from pricing.book import PriceBook
from pricing.sources.base import CataloguePrice
from pricing.sources.corrections import CORRECTIONS
from pricing.sources.genai_prices import GenaiPrices
from pricing.sources.own import OwnPrices
from pricing.usage import Unit, Usage
from proxy.recording.playing import CHECKED_AT

TOKENS = Usage(input=1000, output=100)
ENTRIES: list[dict[str, Any]] = [
    entry
    for entries in tomllib.loads(CORRECTIONS.read_text("utf-8")).values()
    for entry in entries
]


@cache
def prices() -> dict[str, CataloguePrice]:
    """Read by who asks for them: it takes a second, and every worker collects."""
    return {price.key: price for price in GenaiPrices().read().prices}


def test_an_entry_hits_a_row_and_says_where_it_is_from() -> None:
    from genai_prices.data import providers

    from pricing.sources.slugs import slug_of

    assert ENTRIES
    for entry in ENTRIES:
        assert entry["url"].startswith("https://")
        assert any(
            re.search(entry.get("models", ""), model.id)
            for provider in providers
            if slug_of(provider.id) in entry["providers"]
            for model in provider.models
        ), f"{entry['providers']} {entry['url']}"


def test_additions_have_a_source_and_a_key_of_their_own() -> None:
    added = OwnPrices().read().prices
    assert len({price.key for price in added}) == len(added)
    assert all(price.source_url or price.provider == "demo" for price in added)


def test_no_addition_is_in_the_catalogue_already() -> None:
    keys = {price.key for price in OwnPrices().read().prices}
    assert not keys & prices().keys()


def test_what_a_rate_covers_is_written_down() -> None:
    flash = prices()["google/gemini-2.5-flash"].rates
    assert (flash.input_image, flash.input_video) == (flash.input, flash.input)
    assert (flash.input_audio, flash.output_image) == (Decimal(1), None)
    assert prices()["google/gemini-2.5-pro"].rates.input_audio == Decimal("1.25")


@pytest.mark.parametrize(
    ("model", "tier", "rates"),
    [
        ("claude-opus-4-6", "us", (5.5, 27.5)),
        ("claude-opus-4-6", "fast", (30, 150)),
        ("claude-opus-4-6", "fast+us", (33, 165)),
        ("claude-sonnet-4-6", "batch+us", (1.65, 8.25)),
        ("claude-sonnet-4-5", "us", None),
        ("claude-sonnet-4-6", "fast", None),
        ("claude-sonnet-4-6", "priority", None),
    ],
)
def test_anthropics_ways_to_serve(
    model: str, tier: str, rates: tuple[float, float] | None, seeded_book: PriceBook
) -> None:
    quote = seeded_book.quote("anthropic", [model], TOKENS, CHECKED_AT, "chat", tier)
    if rates is None:
        assert (quote.cost_usd, f"served as {tier}." in quote.why) == (None, True)
        return
    assert [line.usd_per_million for line in quote.lines] == [
        Decimal(str(rate)) for rate in rates
    ]


def test_a_tier_of_input_size_is_multiplied_too(seeded_book: PriceBook) -> None:
    large = Usage(input=200_001, output=1)
    quote = seeded_book.quote(
        "google", ["gemini-2.5-pro"], large, CHECKED_AT, "chat", "flex"
    )
    assert [line.usd_per_million for line in quote.lines] == [Decimal("1.25"), 7.5]


@pytest.mark.parametrize(
    ("day", "hour", "rate"),
    [(25, 2, "0.3"), (25, 5, "0.15"), (25, 7, "0.3"), (28, 2, "0.15"), (29, 7, "0.15")],
)
def test_deepseeks_peak_hours_are_those_of_working_days(
    day: int, hour: int, rate: str, seeded_book: PriceBook
) -> None:
    at = datetime(2026, 11, day, hour, tzinfo=UTC)
    quote = seeded_book.quote("deepseek", ["deepseek-v4-flash"], TOKENS, at)
    assert quote.lines[0].usd_per_million == Decimal(rate)


@pytest.mark.parametrize(
    ("model", "known"),
    [
        ("gpt-4o", True),
        ("claude-sonnet-4-5", True),
        ("grok-4", False),
        ("deepseek-v4-flash", False),
        ("kimi-k2.5", False),
    ],
)
def test_azure_sells_some_models_at_their_makers_list(
    model: str, known: bool, seeded_book: PriceBook
) -> None:
    quote = seeded_book.quote("azure", [model], TOKENS, CHECKED_AT)
    assert (quote.cost_usd is not None) == known


@pytest.mark.parametrize(
    ("model", "searches", "usd"),
    [("gemini-2.5-flash", 3, "0.035"), ("gemini-3-pro-preview", 3, "0.042")],
)
def test_older_gemini_is_billed_by_the_prompt_that_searched(
    model: str, searches: int, usd: str, seeded_book: PriceBook
) -> None:
    usage = TOKENS.with_units(Unit("web_search", searches))
    quote = seeded_book.quote("google", [model], usage, CHECKED_AT)
    assert quote.lines[-1].cost_usd == Decimal(usd)


@pytest.mark.parametrize(
    ("model", "usd"), [("gpt-4.1", "0.025"), ("gpt-5", "0.01"), ("o3", "0.01")]
)
def test_the_older_search_tool_costs_more_without_reasoning(
    model: str, usd: str, seeded_book: PriceBook
) -> None:
    usage = TOKENS.with_units(Unit("web_search_preview"))
    quote = seeded_book.quote("openai", [model], usage, CHECKED_AT)
    assert quote.lines[-1].cost_usd == Decimal(usd)
