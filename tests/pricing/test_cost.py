"""Tokens times rates."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

import pytest

from pricing import cost
from pricing.cost import STORED, value, why_no_usage
from pricing.match import Match, Shelf, find
from pricing.quote import Quote
from pricing.rates import PricedModel, Tier, dollars
from pricing.usage import COUNTS, Unit, Usage
from tests.pricing.make_price import priced, rates


def _value(row: PricedModel, **counts: int) -> Quote:
    match = find([Shelf.of(row.provider, [row])], [row.model], row.model)
    assert isinstance(match, Match)
    return value(Usage().with_parts(counts), row, match)


def _lines(quote: Quote) -> list[tuple[str, int, str]]:
    return [(line.kind, line.tokens, str(line.cost_usd)) for line in quote.lines]


def test_the_formula_is_the_sum_of_the_lines() -> None:
    quote = _value(
        priced(rates=rates(input="2.5", output="10")), input=1200, output=300
    )
    assert quote.formula == "1,200 × $2.50/M + 300 × $10.00/M = $0.006"
    assert quote.cost_usd == Decimal("0.006")
    assert _lines(quote) == [("input", 1200, "0.003"), ("output", 300, "0.003")]


def test_each_bucket_has_its_own_rate() -> None:
    row = priced(
        rates=rates(
            input="1",
            cache_read="0.1",
            cache_write_5m="1.25",
            cache_write_1h="2",
            output="5",
        )
    )
    million = 1_000_000
    quote = _value(
        row,
        input=million,
        cache_read=million,
        cache_write_5m=million,
        cache_write_1h=million,
        output=million,
    )
    assert [line.cost_usd for line in quote.lines] == [
        Decimal(rate) for rate in ("1", "0.1", "1.25", "2", "5")
    ]
    assert quote.cost_usd == Decimal("9.35")
    assert all(not line.note for line in quote.lines)


@pytest.mark.parametrize(
    ("bucket", "own", "used", "note"),
    [
        ("cache_read", {}, "2", "No cache read rate is published"),
        ("cache_write_5m", {}, "2", "billed at the input rate"),
        ("cache_write_1h", {}, "2", "billed at the input rate"),
        ("cache_write_1h", {"cache_write_5m": "2.5"}, "2.5", "at the cache write rate"),
    ],
)
def test_cached_tokens_without_a_rate_say_what_they_are_billed_at(
    bucket: str, own: dict[str, str], used: str, note: str
) -> None:
    row = priced(rates=rates(input="2", output="10", **own))
    quote = _value(row, input=0, output=0, **{bucket: 1_000_000})
    assert quote.cost_usd == Decimal(used)
    assert note in quote.lines[0].note


@pytest.mark.parametrize("kind", ["audio", "image", "video"])
def test_each_modality_is_cut_out_and_billed_at_its_own_rate(kind: str) -> None:
    own = {"input": "2", "output": "10", f"input_{kind}": "40", f"output_{kind}": "80"}
    counts = {"input": 100, f"input_{kind}": 60, "output": 50, f"output_{kind}": 20}
    assert [
        line[:2] for line in _lines(_value(priced(rates=rates(**own)), **counts))
    ] == [
        ("input", 40),
        (f"input_{kind}", 60),
        ("output", 30),
        (f"output_{kind}", 20),
    ]


@pytest.mark.parametrize(
    ("bucket", "name"),
    [
        ("input_audio", "audio input"),
        ("input_image", "image input"),
        ("output_image", "image output"),
        ("output_video", "video output"),
        ("cache_read_image", "cached image"),
    ],
)
def test_a_modality_without_a_rate_is_never_billed_as_text(
    bucket: str, name: str
) -> None:
    counts = {"input": 100, "cache_read": 100, "output": 100, bucket: 60}
    quote = _value(priced(), **counts)
    assert (quote.status, quote.cost_usd) == ("no_price", None)
    assert f"has no {name} rate. Without that: " in quote.why
    assert _value(priced(), **{**counts, bucket: 0}).cost_usd is not None


def test_all_that_is_missing_is_named() -> None:
    usage = Usage(input=1, output=9, output_image=5, units=(Unit("web_search", 2),))
    row = priced()
    match = find([Shelf.of(row.provider, [row])], [row.model], row.model)
    assert match is not None
    assert value(usage, row, match).why == (
        "The price of m-1 has no image output rate and no fee for web search. Without "
        "that: 1 × $2.00/M + 4 × $10.00/M = $0.000042."
    )


def test_citations_are_billed_beside() -> None:
    row = priced(rates=rates(input="2", output="10", citation="4"))
    quote = _value(row, input=0, output=0, citation=1_000_000)
    assert (quote.cost_usd, quote.formula) == (
        Decimal(4),
        "1,000,000 citation × $4.00/M = $4",
    )
    assert "no citation rate" in _value(priced(), input=0, output=0, citation=1).why


def test_a_cached_token_of_a_special_way_needs_that_ways_rate() -> None:
    row = priced(service_tier="flex")
    quote = _value(row, input=5, cache_read=5, output=0)
    assert (quote.cost_usd, "no cache read rate" in quote.why) == (None, True)
    assert _value(row, input=5, cache_write_5m=5, output=0).cost_usd is not None


def test_more_audio_than_input_is_never_a_negative_cost() -> None:
    row = priced(rates=rates(input="2", output="10", input_audio="40"))
    quote = _value(row, input=10, input_audio=99, output=0)
    assert _lines(quote) == [("input_audio", 10, "0.0004")]


def test_reasoning_is_output_unless_it_has_a_rate() -> None:
    counts = {"input": 0, "output": 1_000_000, "reasoning": 400_000}
    assert _value(priced(), **counts).cost_usd == Decimal(10)
    row = priced(rates=rates(input="2", output="10", reasoning="5"))
    assert _value(row, **counts).cost_usd == Decimal(8)


@pytest.mark.parametrize(
    ("size", "tier", "cost"),
    [
        (0, "", "0"),
        (199, "", "0.000398"),
        (200, "big", "0.0008"),
        (999, "big", "0.003996"),
        (1000, "", "0.002"),
    ],
)
def test_a_tier_holds_from_its_min_to_below_its_max(
    size: int, tier: str, cost: str
) -> None:
    row = priced(
        tiers=(
            Tier(
                min_input_tokens=200,
                max_input_tokens=1000,
                rates=rates(input="4", output="20"),
                label="big",
            ),
        )
    )
    quote = _value(row, input=size, output=0)
    assert (quote.tier, quote.cost_usd) == (tier, Decimal(cost))


def test_cached_tokens_count_towards_the_tier() -> None:
    tier = Tier(min_input_tokens=100, max_input_tokens=None, rates=rates(input="4"))
    quote = _value(priced(tiers=(tier,)), input=1, cache_read=99, output=0)
    assert quote.lines[0].usd_per_million == 4


def test_a_price_per_request_is_added() -> None:
    quote = _value(priced(request_usd=Decimal("0.014")), input=1_000_000, output=0)
    assert quote.cost_usd == Decimal("2.014")
    assert quote.formula == "1,000,000 × $2.00/M + $0.014 per request = $2.014"


def test_a_price_per_request_alone_is_the_cost() -> None:
    row = priced(rates=rates(), request_usd=Decimal("0.01"))
    assert _value(row, input=5, output=5).cost_usd == Decimal("0.01")


@pytest.mark.parametrize(
    ("own", "why"),
    [
        ({"input": "1"}, "has no output rate"),
        ({"output": "1"}, "has no input rate"),
        ({}, "has no input rate"),
    ],
)
def test_a_missing_rate_is_unknown_and_never_free(
    own: dict[str, Any], why: str
) -> None:
    quote = _value(priced(rates=rates(**own)), input=5, output=5)
    assert (quote.status, quote.cost_usd) == ("no_price", None)
    assert why in quote.why


def test_a_free_model_costs_nothing() -> None:
    quote = _value(priced(rates=rates(input="0", output="0")), input=5, output=5)
    assert (quote.status, quote.cost_usd) == ("priced", Decimal(0))
    assert quote.formula == "5 × $0.00/M + 5 × $0.00/M = $0"


@pytest.mark.parametrize(
    ("usage", "operation", "why"),
    [
        (Usage(), "chat", "reported no token counts"),
        (Usage(output=3), "chat", "reported no input tokens"),
        (Usage(input=3), "chat", "reported no output tokens"),
        (Usage(input=3), "embeddings", ""),
        (Usage(input=0, output=0), "chat", ""),
        (Usage(cache_read=9, output=1), "chat", ""),
    ],
)
def test_missing_counts_are_told(usage: Usage, operation: str, why: str) -> None:
    assert why in why_no_usage(usage, operation)
    assert bool(why) == bool(why_no_usage(usage, operation))


def test_a_cost_fits_its_column() -> None:
    row = priced(rates=rates(input="0.041666666667", output="0.000000000001"))
    quote = _value(row, input=123_457, output=7)
    exact = sum(line.cost_usd for line in quote.lines)
    assert quote.cost_usd == Decimal(exact).quantize(STORED)
    assert quote.cost_usd == round(quote.cost_usd, 12)


@pytest.mark.parametrize("seed", range(3))
def test_a_plain_usage_is_cut_as_any_other(seed: int) -> None:
    rng = random.Random(seed)
    counts = (None, 0, 1, 1_234, 10**9)
    for _ in range(300):
        told = rng.sample(COUNTS, rng.randrange(1, 6))
        usage = Usage().with_parts({name: rng.choice(counts) for name in told})
        own = rates(input="2.5", **rng.choice(({}, {"reasoning": "1"})))
        assert cost._buckets(usage, own) == [*cost._cut_up(usage, own)]


@pytest.mark.parametrize(
    "usd", ["0", "1E+3", "1234567.50", "0.00", "1E-12", "0.123456789012", "12.3400"]
)
def test_a_sum_is_told_with_all_its_digits(usd: str) -> None:
    row = priced(rates=rates(input=str(Decimal(usd) * 1_000_000)))
    quote = _value(row, input=1, output=0)
    assert quote.cost_usd is not None
    assert quote.cost_usd == Decimal(usd)
    assert quote.formula.endswith(f" = {dollars(quote.cost_usd, 0)}")
