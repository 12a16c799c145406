"""What is billed by the piece."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pricing.book import PriceBook
from pricing.cost import value
from pricing.match import Shelf, find
from pricing.quote import Quote
from pricing.rates import PricedModel
from pricing.usage import Unit, Usage
from proxy.recording.playing import CHECKED_AT
from tests.pricing.make_price import priced, rates

TOKENS = Usage(input=1000, output=100)
"""$0.003 at $2 and $10."""


def _value(row: PricedModel, usage: Usage) -> Quote:
    match = find([Shelf.of(row.provider, [row])], [row.model], row.model)
    assert match is not None
    return value(usage, row, match)


def _fees(**usd: str) -> PricedModel:
    return priced(fees={kind: Decimal(amount) for kind, amount in usd.items()})


def test_each_piece_costs_its_fee() -> None:
    quote = _value(_fees(web_search="0.01"), TOKENS.with_units(Unit("web_search", 3)))
    assert quote.cost_usd == Decimal("0.033")
    assert quote.formula == (
        "1,000 × $2.00/M + 100 × $10.00/M + 3 web search × $0.01 = $0.033"
    )
    assert (quote.lines[-1].pieces, quote.lines[-1].usd_each) == (
        Decimal(3),
        Decimal("0.01"),
    )


def test_a_fee_that_is_due_and_not_listed_leaves_the_cost_unknown() -> None:
    quote = _value(priced(), TOKENS.with_units(Unit("web_search", 3)))
    assert (quote.status, quote.cost_usd) == ("no_price", None)
    assert quote.why == (
        "The price of m-1 has no fee for web search. Without that: "
        "1,000 × $2.00/M + 100 × $10.00/M = $0.003."
    )


@pytest.mark.parametrize("unit", ["search_query", "web_fetch", "audio_second"])
def test_what_is_told_and_free_changes_nothing(unit: str) -> None:
    quote = _value(priced(), TOKENS.with_units(Unit(unit, 3)))
    assert quote.cost_usd == Decimal("0.003")


def test_none_of_it_says_nothing() -> None:
    assert TOKENS.with_units(Unit("web_search", 0)) == TOKENS


def test_a_prompt_that_searched_is_billed_once() -> None:
    row = _fees(web_search_prompt="0.035")
    quote = _value(row, TOKENS.with_units(Unit("web_search", 4)))
    assert quote.cost_usd == Decimal("0.038")


@pytest.mark.parametrize(
    ("size", "cost"), [("low", "0.008"), ("high", "0.015"), (None, "0.008")]
)
def test_a_request_is_billed_by_how_much_it_searched(
    size: str | None, cost: str
) -> None:
    row = _fees(search_context_low="0.005", search_context_high="0.012")
    units = [Unit(f"search_context_{size}")] if size else []
    quote = _value(row, TOKENS.with_units(*units))
    assert quote.cost_usd == Decimal(cost)
    assert bool(quote.lines[-1].note) == (size is None)


def test_some_models_are_billed_by_the_piece_alone() -> None:
    row = priced(rates=rates(), fees={"audio_second": Decimal("0.0001")})
    usage = Usage(units=(Unit("audio_second", Decimal("8.5")),))
    quote = _value(row, usage)
    assert quote.cost_usd == Decimal("0.00085")
    assert quote.formula == "8.5 audio second × $0.0001 = $0.00085"


def test_tokens_that_are_not_told_are_not_made_up_by_a_fee() -> None:
    quote = _value(_fees(web_search="0.01"), Usage(units=(Unit("web_search"),)))
    assert (quote.status, quote.cost_usd) == ("no_usage", None)


@pytest.mark.parametrize("kind", ["image_generation", "maps_grounding"])
def test_a_tools_calls_are_due_where_no_fee_is_listed(kind: str) -> None:
    quote = _value(
        _fees(image_standard_1024x1024="0.04"), TOKENS.with_units(Unit(kind))
    )
    assert (quote.cost_usd, kind.replace("_", " ") in quote.why) == (None, True)


def test_a_price_by_the_hour_is_exact_for_any_length(seeded_book: PriceBook) -> None:
    heard = Usage().with_units(Unit("audio_second", Decimal(120)))
    told = ("groq", ["whisper-large-v3"], heard, CHECKED_AT, "transcriptions")
    assert seeded_book.quote(*told).cost_usd == Decimal("0.0037")
