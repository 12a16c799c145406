"""`runs/filters/request_filter.py`: a query string to a filter and back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from runs.filters import BadFilter
from runs.filters.kinds import Ago
from runs.filters.request_filter import RequestFilter


def test_an_empty_query_narrows_nothing() -> None:
    assert RequestFilter.from_query({}).is_empty
    assert RequestFilter.from_query({"provider": " ", "page": "3"}).is_empty
    assert RequestFilter.from_query({"where": " "}).is_empty
    assert RequestFilter().as_query() == {}


def test_a_filter_survives_its_own_query_string() -> None:
    query = {
        "provider": "openai",
        "model": "gpt-5",
        "route": "fast",
        "status": "4xx",
        "outcome": "completed",
        "endpoint": "chat",
        "stream": "0",
        "tools": "1",
        "images": "1",
        "slow": "1",
        "large": "1",
        "unpriced": "1",
        "error": "1",
        "conversation": "12",
        "after": "2026-01-01T00:00:00Z",
        "before": "2026-02-01T00:00:00Z",
        "q": "0199",
        "where": "after:1h -provider:openai",
    }
    chosen = RequestFilter.from_query(query)
    assert chosen.as_query() == query
    assert RequestFilter.from_query(chosen.as_query()) == chosen
    assert not chosen.is_empty


def test_values_have_their_types() -> None:
    chosen = RequestFilter.from_query(
        {"status": "404", "stream": "true", "error": "no", "conversation": "7"}
    )
    values = {each.filter.name: each.value for each in chosen.chosen}
    assert values == {"status": 404, "stream": True, "error": False, "conversation": 7}


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("2026-01-31T12:00", 0),
        ("2026-01-31T12:00Z", 0),
        ("2026-01-31 12:00", 0),
        ("2026-01-31T12:00+02:00", 2),
        ("2026-01-31T12:00 02:00", 2),  # an unescaped plus in a query string
    ],
)
def test_times_are_read_with_and_without_zone(text: str, hours: int) -> None:
    (after,) = RequestFilter.from_query({"after": text}).chosen
    zone = timezone(timedelta(hours=hours)) if hours else UTC
    assert after.value == datetime(2026, 1, 31, 12, tzinfo=zone)


def test_a_time_ago_goes_along_with_the_clock() -> None:
    (after,) = RequestFilter.from_query({"after": "1h"}).chosen
    assert after.text == "1h"
    assert isinstance(after.value, Ago)
    hour = timedelta(hours=1)
    assert abs(datetime.now(UTC) - hour - after.value.at()) < hour


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("status", "6xx"),
        ("status", "5"),
        ("status", "٤٠٤"),
        ("status", "9" * 30),
        ("status", "000404" + "0" * 30),
        ("outcome", "done"),
        ("stream", "maybe"),
        ("tools", "0"),
        ("conversation", "-1"),
        ("conversation", "9" * 30),
        ("after", "yesterday"),
        ("before", "2026-13-01"),
        ("model", "m" * 300),
        ("model", "\ud83d"),
        ("q", "nul\0"),
    ],
)
def test_a_bad_value_is_refused_with_a_sentence(name: str, value: str) -> None:
    with pytest.raises(BadFilter) as refused:
        RequestFilter.from_query({name: value})
    assert str(refused.value).startswith(f"{name} must be ")
    assert str(refused.value).endswith(".")
