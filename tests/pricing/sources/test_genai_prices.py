"""How the catalogue's entries become rows."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal
from functools import cache

from genai_prices.types import (
    ClauseAnd,
    ClauseContains,
    ClauseEndsWith,
    ClauseEquals,
    ClauseOr,
    ClauseRegex,
    ClauseStartsWith,
)

from pricing.patterns import from_alias
from pricing.sources.base import CataloguePrice
from pricing.sources.genai_clauses import row_names
from pricing.sources.genai_prices import GenaiPrices
from pricing.sources.slugs import slug_of


@cache
def prices() -> dict[str, CataloguePrice]:
    """Read by who asks for them: every worker collects."""
    return {price.key: price for price in GenaiPrices().read().prices}


def test_keys_are_unique() -> None:
    assert len(prices()) == len(GenaiPrices().read().prices)


def test_a_tier_starts_one_above_the_catalogues_threshold() -> None:
    (tier,) = prices()["anthropic/claude-sonnet-4-5"].tiers
    assert (tier.min_input_tokens, tier.max_input_tokens) == (200_001, None)
    assert (tier.rates.input, tier.rates.output) == (Decimal(6), Decimal("22.5"))
    assert tier.label == "over 200,000 input tokens"


def test_two_thresholds_make_tiers_that_meet() -> None:
    tiered = next(price for price in prices().values() if len(price.tiers) == 2)
    low, high = tiered.tiers
    assert low.max_input_tokens == high.min_input_tokens
    assert high.max_input_tokens is None


def test_a_price_with_dates_and_hours_becomes_several_rows() -> None:
    rows = [prices()["deepseek/deepseek-v4-flash"]]
    rows += [
        prices()[f"deepseek/deepseek-v4-flash#{number}"] for number in (2, 3, 4, 5)
    ]
    assert [row.valid_from for row in rows[:3]] == [
        None,
        date(2026, 8, 17),
        date(2026, 9, 10),
    ]
    assert (rows[3].daily_from, rows[3].daily_until) == (time(1), time(4))
    assert len({row.aliases for row in rows}) == 1


def test_the_first_price_of_a_model_always_applies() -> None:
    """Weir's order (hours, then dates) is the catalogue's, where the last one wins."""
    for key, row in prices().items():
        if "#" not in key:
            assert (row.valid_from, row.daily_from) == (None, None), key


def test_dated_rows_come_in_the_order_of_their_dates() -> None:
    for key, row in prices().items():
        if row.service_tier:
            continue
        model, _, number = key.partition("#")
        before = prices().get(f"{model}#{int(number) - 1}") if number else None
        if before is not None and row.daily_from is None:
            assert before.daily_from is None, key
            assert (before.valid_from or date.min) < (row.valid_from or date.min), key


def test_a_service_tier_is_a_row_of_its_own_from_the_day_it_has_a_price() -> None:
    row = prices()["openai/gpt-5~priority#2026-10-12"]
    assert (row.service_tier, row.valid_from) == ("priority", date(2026, 10, 12))
    assert (row.rates.input, row.rates.output) == (Decimal("2.5"), Decimal(20))
    assert row.model == "gpt-5"
    assert not [key for key in prices() if key.startswith("openai/gpt-5~default")]


def test_what_is_billed_by_the_piece_is_a_fee() -> None:
    assert prices()["anthropic/claude-sonnet-4-5"].fees == {
        "web_search": Decimal("0.01")
    }
    assert prices()["openai/whisper-1"].fees == {"audio_second": Decimal("0.0001")}


def test_units_that_are_not_counted_are_named() -> None:
    assert "input_text_messages_kcount" in prices()["xai/grok-voice-latest"].notes


def test_pages_have_a_price_each_and_annotated_ones_another() -> None:
    fees = prices()["mistral/mistral-ocr-2512"].fees
    assert fees == {"page": Decimal("0.002"), "annotated_page": Decimal("0.003")}


def test_free_names_are_free_and_empty_prices_unknown() -> None:
    assert prices()["openrouter/x-ai/grok-4.1-fast:free"].rates.input == 0
    assert prices()["github-copilot/gpt-4o"].rates.is_empty


def test_slugs_are_weirs_own() -> None:
    assert (slug_of("x-ai"), slug_of("moonshotai"), slug_of("openai")) == (
        "xai",
        "moonshot",
        "openai",
    )


def test_the_widest_clause_about_its_own_name_is_the_rows_match() -> None:
    clause = ClauseOr(or_=[ClauseEquals("m"), ClauseStartsWith("m"), ClauseEquals("n")])
    assert row_names("m", clause) == ("prefix", ("m", "n"))
    assert row_names("m", ClauseContains("m")) == ("contains", ())
    assert row_names("m", ClauseEndsWith("x")) == ("equals", ("*x",))


def test_a_conjunction_becomes_one_regular_expression() -> None:
    clause = ClauseAnd(
        and_=[ClauseStartsWith("a.1"), ClauseRegex("^(?!.*-tts$)"), ClauseContains("b")]
    )
    _, (alias,) = row_names("m", clause)
    for name in ("a.1-b", "a.1-tts", "a.1-b-tts", "ax1-b", "b-a.1", "a.1b"):
        assert from_alias(alias).matches(name) == clause.is_match(name), name
