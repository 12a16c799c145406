"""Prices that change with the date and the hour."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal

import pytest

from pricing.rates import digits, dollars, in_force
from tests.pricing.make_price import priced, rates

OLD = priced(id=1)
NEW = priced(id=2, valid_from=date(2026, 5, 1))
NEWER = priced(id=3, valid_from=date(2026, 9, 1))
NIGHT = priced(id=4, daily_from=time(22), daily_until=time(6))


def _id(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> int | None:
    moment = datetime(year, month, day, hour, minute, tzinfo=UTC)
    row = in_force([OLD, NEW, NEWER, NIGHT], moment)
    return None if row is None else row.id


def test_the_latest_price_that_has_begun_counts() -> None:
    assert _id(2026, 4, 30, 21, 59) == 1
    assert _id(2026, 5, 1, 12) == 2
    assert _id(2026, 12, 1, 12) == 3


def test_hours_beat_dates_and_go_over_midnight() -> None:
    assert [_id(2026, 12, 1, hour) for hour in (21, 22, 23, 0, 5, 6)] == [
        3,
        4,
        4,
        4,
        4,
        3,
    ]


def test_the_day_is_a_day_in_utc() -> None:
    east = timezone(timedelta(hours=9))
    row = in_force([OLD, NEW], datetime(2026, 5, 1, 3, tzinfo=east))
    assert row is OLD


def test_before_the_first_price_there_is_none() -> None:
    assert in_force([NEW], datetime(2026, 1, 1, tzinfo=UTC)) is None


def test_an_operators_row_beats_the_catalogues() -> None:
    own = priced(id=1, is_edited=True)
    assert in_force([own, priced(id=9)], datetime(2026, 1, 1, tzinfo=UTC)) is own


def test_what_a_tier_leaves_open_is_the_models_own() -> None:
    filled = rates(input="4").over(rates(input="2", output="10"))
    assert filled == rates(input="4", output="10")


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("2.5", "$2.50"),
        ("1E+1", "$10.00"),
        ("0.0000075", "$0.0000075"),
        ("1234", "$1,234.00"),
    ],
)
def test_money_is_written_with_all_its_digits(number: str, text: str) -> None:
    assert dollars(Decimal(number)) == text


def test_a_tiny_rate_is_written_without_an_exponent() -> None:
    assert digits(Decimal("1E-7")) == "0.0000001"
    assert digits(Decimal("10.000")) == "10"


@pytest.mark.parametrize("zero", ["-0", "-0.00", "-0E-12", "0.000"])
def test_zero_has_no_sign(zero: str) -> None:
    assert dollars(Decimal(zero)) == "$0.00"
    assert digits(Decimal(zero)) == "0"
