"""Tiers of a price: they may touch, not overlap."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import IntegrityError

from pricing.models import PriceTier
from tests.pricing.make_price import price_row, tier_row
from tests.pricing.models.refusal import refusal

pytestmark = pytest.mark.django_db


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
        assert "Two tiers overlap" in refusal(tier)


@pytest.mark.parametrize("high", [5, 4, 0])
def test_a_tier_must_end_above_its_start(high: int) -> None:
    tier = PriceTier(price=price_row(), min_input_tokens=5, max_input_tokens=high)
    assert "must end above its start of 5 tokens" in refusal(tier)
    with pytest.raises(IntegrityError):
        tier.save()


def test_a_rate_of_a_tier_is_not_negative() -> None:
    tier = PriceTier(price=price_row(), output_usd_per_million=Decimal("-0.1"))
    assert "A rate can't be negative." in refusal(tier)
