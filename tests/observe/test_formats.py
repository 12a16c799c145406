"""Digits and units as pages show them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from observe import formats


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "–"),
        (0, "0"),
        (999, "999"),
        (9_999, "9,999"),
        (10_000, "10k"),
        (12_345, "12.3k"),
        (123_456, "123k"),
        (999_960, "1M"),
        (1_204_000, "1.2M"),
        (3_000_000_000, "3B"),
    ],
)
def test_counts_fit_a_narrow_column(value: int | None, shown: str) -> None:
    assert formats.count(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "–"),
        (Decimal(0), "$0"),
        (Decimal("0.00000001"), "<$0.0000001"),
        (Decimal("0.0000123"), "$0.0000123"),
        (Decimal("0.004123"), "$0.00412"),
        (Decimal("0.3184"), "$0.318"),
        (Decimal("1.5"), "$1.50"),
        (Decimal("1234.56"), "$1,235"),
    ],
)
def test_money_keeps_three_digits_that_matter(
    value: Decimal | None, shown: str
) -> None:
    assert formats.usd(value) == shown


def test_an_unknown_cost_is_never_zero() -> None:
    assert "0" not in formats.usd(None)


@pytest.mark.parametrize(
    ("ms", "shown"),
    [
        (None, "–"),
        (0, "0 ms"),
        (0.42, "0.4 ms"),
        (9.96, "10 ms"),
        (850, "850 ms"),
        (999.6, "1.00 s"),
        (3_910, "3.91 s"),
        (9_996, "10.0 s"),
        (59_960, "1m 0s"),
        (1_150_000, "19m 10s"),
        (7_500_000, "2h 5m"),
        (97_200_000, "1d 3h"),
    ],
)
def test_durations_change_units_without_a_jump(ms: float | None, shown: str) -> None:
    assert formats.duration(ms) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, "–"), (812, "812 B"), (1024, "1 KiB"), (1_500_000, "1.43 MiB")],
)
def test_sizes_are_binary(value: int | None, shown: str) -> None:
    assert formats.size(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, "–"), (12.34, "12.3"), (99.96, "100"), (1234.5, "1,234")],
)
def test_rates(value: float | None, shown: str) -> None:
    assert formats.rate(value) == shown


@pytest.mark.parametrize(
    ("part", "shown"),
    [
        (None, "–"),
        (0.0, "0 %"),
        (0.0004, "0.04 %"),
        (0.012, "1.2 %"),
        (0.5, "50 %"),
        (0.997, "99.7 %"),
        (1.0, "100 %"),
    ],
)
def test_shares_of_nearly_all_and_nearly_nothing_say_so(
    part: float | None, shown: str
) -> None:
    assert formats.share(part) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, ""), (-12.34, "−12.3 %"), (0.0, "+0.0 %"), (11_100.0, "×112")],
)
def test_what_is_many_times_as_much_is_told_in_times(
    value: float | None, shown: str
) -> None:
    assert formats.percent(value) == shown


@pytest.mark.parametrize(
    ("usd", "shown"),
    [(None, "–"), ("-3.97", "−$3.97"), ("0.1", "+$0.100"), ("0", "±$0")],
)
def test_a_difference_has_its_sign(usd: str | None, shown: str) -> None:
    assert formats.gap(None if usd is None else Decimal(usd)) == shown


def test_a_cost_is_told_with_all_digits_or_with_why_there_are_none() -> None:
    assert formats.usd_told(Decimal("0.000123456")) == "$0.000123456"
    assert formats.usd_told(Decimal("0.000000100000")) == "$0.0000001"
    assert formats.usd_told(None).startswith("Cost unknown: ")
