"""`completing.py`: fields and values for what stands before the cursor."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from runs.filters import FIELDS, Filter
from runs.filters.completing import complete
from runs.filters.grammar import parse


def known(field: Filter[Any], part: str) -> Iterable[str]:
    values = {"model": ["gpt-5", "old (x)", "my-gpt"], "tool": ["read_file"]}
    return [value for value in values.get(field.name, []) if part.lower() in value]


def offered(text: str, cursor: int | None = None) -> tuple[str, list[str]]:
    """What is replaced, and by what."""
    found = complete(text, len(text) if cursor is None else cursor, known)
    return text[found.start : found.end], [each.text for each in found.items]


@pytest.mark.parametrize(
    ("text", "replaces", "items"),
    [
        ("mod", "mod", ["model:"]),
        ("a (-Mod", "Mod", ["model:"]),
        ("a zzz", "zzz", []),
        ("model:", "", ["gpt-5", '"old (x)"', "my-gpt"]),
        ("-model:gpt", "gpt", ["gpt-5", "my-gpt"]),
        ('model:"old (', '"old (', ['"old (x)"']),
        ("status:5", "5", ["5xx"]),
        ("stream:", "", ["yes", "no"]),
        ("has:cache", "cache", ["cache-miss", "cache-hit"]),
        ("co", "co", ["conversation:", "cost>"]),
        ("cost>", "", []),
        ("nofield:x", "x", []),
    ],
)
def test_it_offers(text: str, replaces: str, items: list[str]) -> None:
    assert offered(text) == (replaces, items)


def test_in_the_middle_only_what_stands_before_the_cursor_counts() -> None:
    assert offered("mod status:5xx", 3) == ("mod", ["model:"])
    assert offered("mod", 99) == offered("mod")
    assert offered("mod", -5)[0] == ""


def test_nothing_yet_offers_every_field() -> None:
    assert len(offered("")[1]) == len(offered("a ")[1]) == len(FIELDS)


def test_what_is_offered_is_in_the_language() -> None:
    for text in ("model:", "status:", "purpose:", "outcome:", "after:"):
        for item in offered(text)[1]:
            assert parse(text + item)
