"""`runs/importers/fields.py`: values as others write them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from runs.importers.fields import Fields

AT = datetime(2026, 11, 27, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "told",
    [
        AT.timestamp(),
        AT.timestamp() * 1000,
        "2026-11-27T09:30:00Z",
        "2026-11-27 10:30:00+01:00",
        "2026-11-27 09:30:00 UTC",
        AT.replace(tzinfo=None),
    ],
)
def test_a_time_is_read_as_others_write_it(told: Any) -> None:
    assert Fields({"at": told}).when("at") == AT


@pytest.mark.parametrize(
    "told",
    [
        "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59.999999Z",
        "9999-12-31T23:59:59-12:00",
        datetime.min.replace(tzinfo=UTC),
        datetime.max.replace(tzinfo=UTC),
        -1,
        253402300799_000,
        10**18,
        float("nan"),
        float("inf"),
        "soon",
        True,
        None,
    ],
)
def test_what_stands_for_no_time_is_none(told: Any) -> None:
    assert Fields({"at": told}).when("at") is None
