"""Other models' prices on the same work, worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time
from decimal import Decimal

import pytest

from pricing.book import PriceBook
from pricing.rates import Tier
from pricing.shelves import Shelves
from pricing.usage import Unit, Usage
from pricing.used import Used
from pricing.what_if import split_key, what_if
from tests.pricing.make_price import priced, rates

NOW = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
NOON = datetime(2025, 7, 1, 12, 0, tzinfo=UTC)
BOOK = PriceBook(
    Shelves.holding(
        [
            priced("flat", id=1, rates=rates(input="2", cache_read="0.5", output="10")),
            priced(
                "tiered",
                id=2,
                rates=rates(input="1", output="4"),
                tiers=(
                    Tier(
                        min_input_tokens=1000,
                        max_input_tokens=None,
                        rates=rates(input="2", output="8"),
                        label="long",
                    ),
                ),
            ),
            priced("hours", id=3, rates=rates(input="1", output="1")),
            priced(
                "hours",
                id=4,
                rates=rates(input="3", output="3"),
                daily_from=time(11),
                daily_until=time(13),
            ),
        ]
    )
)
SMALL = Used(
    usage=Usage(input=500, cache_read=400, output=100),
    at=NOON,
    cost_usd=Decimal("0.01"),
    provider="openai",
    model="gpt",
)
LARGE = Used(usage=Usage(input=1_000, output=100), at=NOW, model="gpt")
UNKNOWN = Used(usage=Usage(), at=NOW, cost_usd=Decimal(1), model="other")


def test_each_request_has_its_own_tier_and_the_difference_is_of_one_set() -> None:
    told = what_if([SMALL, LARGE, UNKNOWN], ["acme/flat", "acme:tiered"], BOOK, NOW)
    base = told.baseline
    assert (base.requests, base.cost_usd) == (3, Decimal("1.01"))
    assert (base.unpriced_requests, base.models) == (1, ("gpt", "other"))
    flat, tiered = told.scenarios
    # 500 × 2 + 400 × 0.5 + 100 × 10 and 1,000 × 2 + 100 × 10, per million
    assert flat.cost_usd == Decimal("0.0022") + Decimal("0.003")
    assert (flat.requests, flat.unpriceable_requests) == (2, 1)
    # Only the first was captured with a cost and can be priced here.
    assert (flat.compared_requests, flat.captured_usd) == (1, Decimal("0.01"))
    assert flat.difference_usd == Decimal("-0.0078")
    assert flat.change_percent == -78
    assert [(each.why, each.requests) for each in flat.reasons] == [
        ("The provider reported no token counts.", 1)
    ]
    assert {
        (each.kind, each.tokens, each.usd_per_million) for each in flat.buckets
    } == {
        ("input", 1500, Decimal(2)),
        ("cache_read", 400, Decimal("0.5")),
        ("output", 200, Decimal(10)),
    }
    # 900 × 1 (no cache rate) + 100 × 4 below the tier, 1,000 × 2 + 100 × 8 in it
    assert tiered.cost_usd == Decimal("0.0013") + Decimal("0.0028")
    assert [(each.tier, each.requests) for each in tiered.tiers] == [
        ("standard", 1),
        ("long", 1),
    ]
    mixed = {each.kind: each.usd_per_million for each in tiered.buckets}
    assert mixed == {"input": None, "cache_read": Decimal(1), "output": None}
    assert "No cache read rate" in tiered.notes[0]


def test_prices_are_today_s_at_the_hour_of_each_request() -> None:
    (told,) = what_if([SMALL, LARGE], ["acme/hours"], BOOK, NOW).scenarios
    assert told.cost_usd == Decimal("0.003") + Decimal("0.0011")


def test_what_has_no_price_is_said_and_never_zero() -> None:
    usage = LARGE.usage.with_units(Unit("web_search", 2))
    searched = Used(usage=usage, at=NOW, cost_usd=Decimal(1), id="r-1")
    keys = ["acme/none", "acme/flat"]
    nothing, flat = what_if([searched], keys, BOOK, NOW).scenarios
    assert (nothing.cost_usd, nothing.difference_usd) == (None, None)
    assert "matches none" in nothing.reasons[0].why
    assert flat.reasons[0].why == "The price of flat has no fee for web search."
    assert flat.reasons[0].examples == ("r-1",)
    empty = what_if([], ["acme/flat"], BOOK, NOW)
    assert (empty.baseline.cost_usd, empty.scenarios[0].cost_usd) == (None, None)


def test_each_kind_of_tokens_has_its_own_difference() -> None:
    parts = (("input", "0.006"), ("cache_write_5m", "0.004"))
    split = replace(SMALL, parts={kind: Decimal(usd) for kind, usd in parts})
    (told,) = what_if([split, SMALL], ["acme/flat"], BOOK, NOW).scenarios
    assert {each.kind: each.difference_usd for each in told.buckets} == {
        "input": Decimal("0.001") - Decimal("0.006"),
        "cache_read": Decimal("0.0002"),
        "output": Decimal("0.001"),
        "cache_write_5m": Decimal("-0.004"),
    }
    assert told.buckets[0].captured_usd == Decimal("0.006")
    assert told.difference_usd == 2 * (Decimal("0.0022") - Decimal("0.01"))
    assert told.notes[-1].startswith("1 of the captured costs are")
    (alone,) = what_if([SMALL], ["acme/flat"], BOOK, NOW).scenarios
    assert {each.difference_usd for each in alone.buckets} == {None}


@pytest.mark.parametrize("key", ["", "gpt", "/gpt", "openai/", "openai: "])
def test_a_key_names_provider_and_model(key: str) -> None:
    with pytest.raises(ValueError, match="must be provider/model"):
        split_key(key)
    assert split_key("OpenRouter:qwen/qwen3:free") == ("openrouter", "qwen/qwen3:free")
