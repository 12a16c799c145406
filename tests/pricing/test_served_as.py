"""What a price list says of all that is served there: Azure's deployment types.

The rates are those of Azure's own meters (its retail prices of August 2026).
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from pricing.book import PriceBook
from pricing.models import PriceProvider
from pricing.shelves import Shelves
from pricing.usage import Usage

NOW = datetime(2026, 11, 25, tzinfo=UTC)
USAGE = Usage(input=1_000_000, cache_read=1_000_000, output=1_000_000)


def _rates(book: PriceBook, model: str, tier: str = "") -> list[str]:
    quote = book.quote("azure", [model], USAGE, NOW, service_tier=tier)
    return [f"{line.usd_per_million.normalize():f}" for line in quote.lines]


def _book(served_as: str) -> PriceBook:
    azure = PriceProvider.objects.get(slug="azure")
    azure.served_as = served_as
    return PriceBook(Shelves.stored(), [azure])


@pytest.mark.parametrize(
    ("served_as", "model", "tier", "rates"),
    [
        ("", "gpt-4.1", "", ["2", "0.5", "8"]),
        ("data-zone", "gpt-4.1", "", ["2.2", "0.55", "8.8"]),
        ("Data Zone", "gpt-4.1-mini", "default", ["0.44", "0.11", "1.76"]),
        ("data-zone", "gpt-4.1-nano", "", ["0.11", "0.028", "0.44"]),
        ("data-zone", "gpt-4o-2024-11-20", "", ["2.75", "1.375", "11"]),
        ("data-zone", "o3-mini", "", ["1.21", "0.605", "4.84"]),
        ("data-zone", "gpt-5.2", "priority", ["3.85", "0.385", "30.8"]),
        ("data-zone-apac", "gpt-5.1", "", ["1.5", "0.15", "12"]),
        ("regional-us", "gpt-4o-mini", "", ["0.165", "0.083", "0.66"]),
        ("regional-swedencentral", "gpt-4.1", "", ["2.42", "0.605", "9.68"]),
        ("regional-northeurope", "gpt-4o", "", ["3.3", "1.65", "13.2"]),
    ],
)
@pytest.mark.usefixtures("seeded")
def test_azures_deployment_types_have_their_own_rates(
    served_as: str, model: str, tier: str, rates: list[str]
) -> None:
    assert _rates(_book(served_as), model, tier) == rates


@pytest.mark.parametrize(
    ("served_as", "model"),
    [
        ("regional-francecentral", "gpt-4.1"),
        ("data-zone", "claude-sonnet-4-5"),
        ("data-zone-apac", "gpt-4.1"),
        ("provisioned", "gpt-5"),
    ],
)
@pytest.mark.usefixtures("seeded")
def test_a_rate_that_is_not_known_is_never_the_plain_one(
    served_as: str, model: str
) -> None:
    quote = _book(served_as).quote("azure", [model], USAGE, NOW)
    assert (quote.status, quote.cost_usd) == ("no_price", None)
    assert f"when it is served as {served_as.replace('-', '_')}" in quote.why


def test_its_maker_is_not_touched_by_that(seeded_book: PriceBook) -> None:
    quote = seeded_book.quote("openai", ["gpt-4.1"], USAGE, NOW)
    assert quote.cost_usd == Decimal("10.5")
