"""`conditions.py`: what is read, and what is refused with a sentence."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from observe.alerts.conditions import BadCondition, read


@pytest.mark.parametrize(
    ("text", "limit", "window", "normal"),
    [
        ("errors > 5 % over 10m", "5", 600, "errors > 5% over 10m"),
        ("cost > $20 a day", "20", 86400, "cost > $20 over 1d"),
        ("requests > 5 per hour", "5", 3600, "requests > 5 over 1h"),
        ("Cost>=$20.5  over 1d", "20.5", 86400, "cost >= $20.5 over 1d"),
        ("p95 > 3s over 15m", "3000", 900, "p95 > 3s over 15m"),
        ("ttft-p95 > 800ms over 2h", "800", 7200, "ttft-p95 > 800ms over 2h"),
        ("requests < 2k over 1m", "2000", 60, "requests < 2k over 1m"),
    ],
)
def test_a_condition_is_read(text: str, limit: str, window: int, normal: str) -> None:
    found = read(text)
    assert found.limit == Decimal(limit)
    assert found.window == timedelta(seconds=window)
    assert found.text == normal == read(normal).text


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("errors", "is like"),
        ("love > 3 over 10m", "'love' is none of"),
        ("errors > 101% over 10m", "0 to 100%"),
        ("cost > 5% over 10m", "Only errors"),
        ("p95 > 3 over 15m", "p95 is a time"),
        ("tokens > $3 over 15m", "Only a cost"),
        ("requests > 3ms over 15m", "no unit"),
        ("requests > 3 over 0m", "from 1m"),
        ("cost > $3 a year", "Not of 'year'"),
        ("requests > 3 over 32d", "from 1m"),
        ("requests > ٣ over 10m", "is like"),
    ],
)
def test_another_is_refused(text: str, says: str) -> None:
    with pytest.raises(BadCondition, match=says.replace("$", r"\$")):
        read(text)


def test_what_is_not_known_breaks_nothing() -> None:
    assert not read("errors < 5% over 10m").is_broken_by(None)
    assert read("errors >= 5% over 10m").is_broken_by(5.0)
