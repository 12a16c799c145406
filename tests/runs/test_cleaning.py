"""`runs/cleaning.py`: whatever was captured becomes something a database takes."""

from __future__ import annotations

from decimal import Decimal

import pytest

from runs import cleaning


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("plain", "plain"),
        ("ünïcode ☃ 😀", "ünïcode ☃ 😀"),
        ("nul\0", "nul\ufffd"),
        ("half \ud83d", "half \ufffd"),
        ("two halves \ud83d\ude00", "two halves 😀"),
        ("\udcff", "\ufffd"),
    ],
)
def test_text_is_kept_or_marked(raw: str, clean: str) -> None:
    assert cleaning.text(raw) == clean
    clean.encode()


def test_text_is_cut_at_its_limit() -> None:
    assert cleaning.text("abcdef", 3) == "abc"
    assert cleaning.name("abcdef", 3) == "abc"
    # A pair that the cut would halve is marked, not stored broken.
    assert cleaning.text("ab\ud83d\ude00", 3) == "ab\ufffd"


def test_absurd_numbers_are_not_known() -> None:
    assert cleaning.count(2**63) is None
    assert cleaning.count(-1) is None
    assert cleaning.count(0) == 0
    assert cleaning.number(float("inf")) is None
    assert cleaning.number(1.5) == 1.5
    assert cleaning.small(2**40) == 2**31 - 1


def test_money_has_twelve_decimals_or_is_not_known() -> None:
    assert cleaning.money(Decimal("0.0000000000014")) == Decimal("1E-12")
    assert cleaning.money(Decimal("1E+12")) is None
    assert cleaning.money(Decimal("999999999999.9996")) is None
    assert cleaning.money(Decimal("NaN")) is None
    assert cleaning.money(None) is None


def test_of_short_texts_the_last_few_are_remembered_of_long_ones_none() -> None:
    asked: list[str] = []

    @cleaning.remembered(2)
    def size(text: str) -> int:
        asked.append(text)
        return len(text)

    long = "b" * cleaning.SHORT
    assert [size("a"), size("a"), size(long), size(long)] == [1, 1, 1000, 1000]
    assert asked == ["a", long, long]
    for each in "bca":
        size(each)
    assert asked[3:] == ["b", "c", "a"]


def test_names_are_remembered_but_not_long_ones() -> None:
    before = cleaning._known_text.cache_info().currsize
    assert cleaning.name("x" * 3_000, 255) == "x" * 255
    assert cleaning._known_text.cache_info().currsize == before
