"""`writing.py`: a filter as a text, and texts with one part more or less."""

from __future__ import annotations

import pytest

from runs.filters.request_filter import RequestFilter
from runs.filters.writing import (
    in_language,
    joined,
    parts_of,
    replaced,
    term,
    value_in,
    without,
)


@pytest.mark.parametrize(
    ("query", "parts"),
    [
        ({}, []),
        ({"provider": "a b", "error": "1"}, ["error:yes", 'provider:"a b"']),
        ({"conversation": "1"}, ["conversation:1"]),
        ({"model": "a*", "where": "x"}, ['model:"a*"', "x"]),
        ({"where": "a -(b or c) d"}, ["a", "-(b or c)", "d"]),
        ({"where": "a (b or c)"}, ["a", "(b or c)"]),
        ({"where": "(a b) (c or d)"}, ["a", "b", "(c or d)"]),
        ({"where": "a or b"}, ["(a or b)"]),
        ({"where": "(a) or (b)"}, ["((a) or (b))"]),
        ({"where": "((a or b))"}, ["((a or b))"]),
        ({"where": 'q:" or "'}, ['q:" or "']),
        ({"where": "cost > 0.01 and has:error"}, ["cost > 0.01", "has:error"]),
    ],
)
def test_a_filter_is_written_in_parts(query: dict[str, str], parts: list[str]) -> None:
    chosen = RequestFilter.from_query(query)
    assert sorted(parts_of(chosen)) == sorted(parts)
    again = in_language(chosen)
    assert parts_of(again) == parts_of(chosen)
    assert again.as_query() == ({"where": joined(parts_of(chosen))} if parts else {})


def test_parts_come_and_go() -> None:
    parts = ["provider:a", "-provider:b", "cost>1"]
    assert value_in(parts, "provider") == "a"
    assert value_in(parts, "cost") is None
    assert joined(replaced(parts, "provider", "c")) == "-provider:b cost>1 provider:c"
    assert joined(replaced(parts, "provider", "")) == "-provider:b cost>1"
    assert without(parts, "cost>1") == parts[:2]
    assert term("model", 'a"b') == 'model:"a\\"b"'
