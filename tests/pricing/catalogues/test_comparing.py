"""What a catalogue would change, and that no error in one gets through."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pricing.book import PriceBook
from pricing.catalogues.comparing import Offer, Status, compared
from pricing.rates import Tier
from pricing.shelves import Shelves
from pricing.sources import PUBLISHED
from pricing.sources.base import CataloguePrice, CatalogueTier
from tests.pricing.make_price import priced, rates
from tests.pricing.sources.test_published import FILES, SAVED

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
ERRORS = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "cases" / "catalogue_errors.jsonl")
    .read_text()
    .splitlines()
]


def _document(name: str) -> Any:
    return json.loads((SAVED / FILES[name][0]).read_text())


def _said(name: str, document: Any, book: PriceBook) -> set[str]:
    """All that an operator is told about a document, and that stops a price."""
    (source,) = (each for each in PUBLISHED if each.name == name)
    catalogue = source.read([document])
    offers = compared(catalogue.prices, book, NOW)
    told = {
        f"{offer.price.key}: {sentence}"
        for offer in offers
        for sentence in (*offer.refused, *offer.doubts)
    }
    return told | set(catalogue.left_out)


def test_every_error_put_into_a_catalogue_is_caught(seeded_book: PriceBook) -> None:
    assert len(ERRORS) >= 50
    missed = []
    for error in ERRORS:
        document = _document(error["source"])
        before = _said(error["source"], document, seeded_book)
        *path, last = error["at"]
        place = document
        for step in path:
            place = place[step]
        place[last] = error["value"]
        told = _said(error["source"], document, seeded_book) - before
        if not any(error["caught"] in sentence for sentence in told):
            missed.append((error, told))
    assert missed == []


def _price(model: str = "m-1", **fields: Any) -> CataloguePrice:
    given: dict[str, Any] = {
        "key": f"acme/{model}",
        "provider": "acme",
        "rates": rates(input="2", output="10"),
    }
    return CataloguePrice(model=model, **{**given, **fields})


def _offer(price: CataloguePrice, *rows: Any) -> Offer:
    (offer,) = compared([price], PriceBook(Shelves.holding(rows)), NOW)
    return offer


def test_new_changed_unchanged_and_kept() -> None:
    dearer = _price(rates=rates(input="3", cache_read="0.3"))
    offer = _offer(dearer, priced())
    assert (offer.status, offer.is_takeable) == (Status.CHANGED, True)
    told = [
        (c.what, str(c.before), str(c.after), str(c.percent)) for c in offer.changes
    ]
    assert told == [
        ("input", "2", "3", "50.0"),
        ("cache_read", "None", "0.3", "None"),
    ]
    assert _offer(dearer).status is Status.NEW
    assert _offer(_price(), priced()).status is Status.UNCHANGED
    kept = _offer(dearer, priced(is_edited=True))
    assert (kept.status, kept.is_takeable) == (Status.KEPT, False)


def test_what_says_nothing_is_no_change() -> None:
    """Reasoning is billed as output without a rate, an embedding's output is none."""
    told = rates(input="2", output="10", reasoning="10", cache_write_5m="2")
    assert _offer(_price(rates=told), priced()).status is Status.UNCHANGED
    embeds = priced(rates=rates(input="2"))
    silent = _price(rates=rates(input="2", output="0"))
    assert _offer(silent, embeds).status is Status.UNCHANGED


def test_an_alias_costs_what_its_target_costs() -> None:
    target = priced("m-1", aliases=("m-latest",))
    same = _offer(_price("m-latest"), target)
    assert (same.status, same.doubts) == (Status.UNCHANGED, ())
    other = _offer(_price("m-latest", rates=rates(input="3", output="10")), target)
    assert (other.status, other.is_own) == (Status.NEW, False)
    assert other.doubts == ("It is priced as m-1 of acme now, and differs.",)


def test_a_tier_begins_where_the_provider_says() -> None:
    """Catalogues have `over 200k` for `from 200,000` and for `more than`."""
    dear = rates(input="4", output="20", cache_read="0.4")
    row = priced(
        tiers=(Tier(min_input_tokens=200_000, max_input_tokens=None, rates=dear),)
    )
    tier = CatalogueTier(
        min_input_tokens=200_001,
        max_input_tokens=None,
        rates=rates(input="4", output="20"),
    )
    assert _offer(_price(tiers=(tier,)), row).status is Status.UNCHANGED
    offer = _offer(_price(tiers=(tier,)), priced())
    assert [c.what for c in offer.changes] == [
        "input from 200,001 input tokens",
        "output from 200,001 input tokens",
    ]
    leap = replace(tier, rates=rates(input="40", output="20"))
    assert _offer(_price(tiers=(leap,)), row).doubts == (
        "From 200,000 tokens: Input goes from $4.00 to $40.00 per 1M.",
    )
    untold = _offer(_price(rates=rates(input="3")), row)
    assert untold.doubts == (
        "Its prices of larger requests (input $4.00) are not told, and stay.",
    )
