"""How a request was served, in the words of price rows."""

from __future__ import annotations

import pytest

from pricing.book import PriceBook
from pricing.serving import served_as
from pricing.shelves import Shelves
from pricing.usage import Usage
from proxy.recording.playing import CHECKED_AT
from tests.pricing.make_price import priced


@pytest.mark.parametrize(
    ("told", "word"),
    [
        ((None, "", "default"), ""),
        (("auto",), ""),
        (("standard", "standard", "not_available"), ""),
        (("ON_DEMAND",), ""),
        (("ON_DEMAND_PRIORITY",), "priority"),
        (("SERVICE_TIER_FLEX",), "flex"),
        (("PROVISIONED_THROUGHPUT",), "provisioned_throughput"),
        (("Priority",), "priority"),
        (("batch", None, "us"), "batch+us"),
        (("us+batch",), "batch+us"),
        (("standard", "fast", "global"), "fast"),
    ],
)
def test_all_spellings_come_to_one_word(
    told: tuple[str | None, ...], word: str
) -> None:
    assert served_as(*told) == word


@pytest.mark.parametrize("tier", ["scale", "flex", "provisioned_throughput"])
def test_a_way_without_a_price_of_its_own_has_none(tier: str) -> None:
    book = PriceBook(Shelves.holding([priced()]))
    usage = Usage(input=5, output=5)
    quote = book.quote("acme", ["m-1"], usage, CHECKED_AT, service_tier=tier)
    assert (quote.status, quote.cost_usd) == ("no_price", None)
    assert quote.why == (
        f"No price of m-1 at acme is known when it is served as {tier}."
    )


def test_the_row_of_just_that_way_counts() -> None:
    rows = [priced(id=1), priced(id=2, service_tier="batch")]
    rows += [priced(id=3, service_tier="batch+us")]
    book, usage = PriceBook(Shelves.holding(rows)), Usage(input=5, output=5)
    ids = [
        book.quote("acme", ["m-1"], usage, CHECKED_AT, service_tier=tier).price_id
        for tier in ("", "default", "batch", "us+batch", "us")
    ]
    assert ids == [1, 1, 2, 3, None]


def test_a_model_that_costs_more_when_it_reasons_has_a_row_for_that() -> None:
    rows = [priced(id=1), priced(id=2, service_tier="thinking")]
    book = PriceBook(Shelves.holding(rows))
    for reasoning, row in ((None, 1), (0, 1), (3, 2)):
        usage = Usage(input=5, output=5, reasoning=reasoning)
        assert book.quote("acme", ["m-1"], usage, CHECKED_AT).price_id == row
