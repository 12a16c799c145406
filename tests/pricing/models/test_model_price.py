"""What prices are refused, each with a sentence; what is stored comes back."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal
from typing import Any

import pytest

from pricing.models import ModelPrice
from tests.pricing.make_price import price_row
from tests.pricing.models.refusal import refusal

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"input_usd_per_million": Decimal(-1)}, "A rate can't be negative."),
        ({"request_usd": Decimal(-1)}, "greater than or equal to 0"),
        ({"aliases": "gpt"}, "Aliases are a JSON list of texts"),
        ({"aliases": ["ok", 3]}, "Aliases are a JSON list of texts"),
        ({"aliases": ["*"]}, "An alias must hold more than stars."),
        ({"aliases": ["/(/"]}, "is no regular expression"),
        ({"daily_from": time(1)}, "Give both ends of the daily hours, or neither."),
        ({"daily_from": time(1), "daily_until": time(1)}, "never come"),
    ],
)
def test_a_wrong_price_is_refused(fields: dict[str, Any], sentence: str) -> None:
    assert sentence in refusal(ModelPrice(provider="acme", model="m", **fields))


def test_a_twin_is_refused() -> None:
    price_row("M-1")
    sentence = refusal(ModelPrice(provider="Acme ", model="m-1"))
    assert "one of the two could never be reached" in sentence
    assert "already equals “M-1”" in sentence


@pytest.mark.parametrize(
    "fields",
    [
        {"match": "prefix"},
        {"provider": "other"},
        {"model": "m-2"},
        {"active": False},
        {"valid_from": date(2027, 1, 1)},
        {"daily_from": time(1), "daily_until": time(2)},
    ],
)
def test_a_price_that_differs_is_no_twin(fields: dict[str, Any]) -> None:
    price_row("m-1")
    ModelPrice(**{"provider": "acme", "model": "m-1", **fields}).full_clean()


def test_a_price_is_not_its_own_twin() -> None:
    price_row("m-1").full_clean()


def test_rates_come_back_as_they_were_written() -> None:
    price = price_row(input_usd_per_million=Decimal("0.041666666667"))
    price.refresh_from_db()
    assert price.rates().input == Decimal("0.041666666667")
    assert str(price.rates().output) == "10"
    assert price.rates().cache_read is None
