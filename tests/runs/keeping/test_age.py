"""`runs/keeping/age.py`."""

from __future__ import annotations

from datetime import timedelta

import pytest

from runs.keeping.age import read_age


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("30d", timedelta(days=30)),
        ("12h", timedelta(hours=12)),
        (" 8 W ", timedelta(weeks=8)),
    ],
)
def test_ages(text: str, age: timedelta) -> None:
    assert read_age(text) == age


@pytest.mark.parametrize("text", ["", "30", "d", "0d", "-1d", "1.5d", "30 days", "3m"])
def test_what_is_no_age(text: str) -> None:
    with pytest.raises(ValueError, match="such as 30d"):
        read_age(text)
