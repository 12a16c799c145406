"""What the price tables refuse, each with a sentence."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from pricing.models import ModelPrice, PriceTier
from tests.pricing.make_price import price_row, tier_row

pytestmark = pytest.mark.django_db


def _refusal(price: ModelPrice | PriceTier) -> str:
    with pytest.raises(ValidationError) as refused:
        price.full_clean()
    return " ".join(refused.value.messages)


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
    assert sentence in _refusal(ModelPrice(provider="acme", model="m", **fields))


def test_a_twin_is_refused() -> None:
    price_row("M-1")
    sentence = _refusal(ModelPrice(provider="Acme ", model="m-1"))
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


@pytest.mark.parametrize(
    ("low", "high", "fits"),
    [
        (0, 100, True),
        (200, 300, True),
        (300, None, True),
        (0, 101, False),
        (199, 300, False),
        (120, 130, False),
        (0, None, False),
        (150, None, False),
    ],
)
def test_tiers_may_touch_but_not_overlap(
    low: int, high: int | None, fits: bool
) -> None:
    price = price_row()
    tier_row(price, 100, 200)
    tier = PriceTier(price=price, min_input_tokens=low, max_input_tokens=high)
    if fits:
        tier.full_clean()
    else:
        assert "Two tiers overlap" in _refusal(tier)


@pytest.mark.parametrize("high", [5, 4, 0])
def test_a_tier_must_end_above_its_start(high: int) -> None:
    tier = PriceTier(price=price_row(), min_input_tokens=5, max_input_tokens=high)
    assert "must end above its start of 5 tokens" in _refusal(tier)
    with pytest.raises(IntegrityError):
        tier.save()


def test_a_rate_of_a_tier_is_not_negative() -> None:
    tier = PriceTier(price=price_row(), output_usd_per_million=Decimal("-0.1"))
    assert "A rate can't be negative." in _refusal(tier)


def test_rates_come_back_as_they_were_written() -> None:
    price = price_row(input_usd_per_million=Decimal("0.041666666667"))
    price.refresh_from_db()
    assert price.rates().input == Decimal("0.041666666667")
    assert str(price.rates().output) == "10"
    assert price.rates().cache_read is None
