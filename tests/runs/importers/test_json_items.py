"""A JSON file is read an object at a time, however it is cut and however large."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from runs.importers import json_items
from runs.importers.base import Unread
from runs.importers.json_items import Item, items

ROWS: list[dict[str, Any]] = [{"a": 'x"\\{}[]\\"', "b": [{"data": [1]}]}, {"c": "é\n"}]
SPELLINGS = {
    "a list": json.dumps(ROWS),
    "a list over lines": json.dumps(ROWS, indent=2),
    "lines": "\n\n".join(map(json.dumps, ROWS)),
    "lines behind a mark": "\ufeff" + "\n".join(map(json.dumps, ROWS)),
    "of HAR": json.dumps({"log": {"v": "1", "pages": [{"z": 1}], "entries": ROWS}}),
    "of an API": json.dumps({"error": None, "data": ROWS, "meta": {}}, indent=1),
}


def found(text: str | bytes) -> list[Item | Unread]:
    data = text.encode() if isinstance(text, str) else text
    return list(items(io.BufferedReader(io.BytesIO(data))))


@pytest.mark.parametrize("piece", [1, 3, 7, 1 << 18])
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_spelling_is_read_whole_wherever_the_file_is_cut(
    spelling: str, piece: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_items, "PIECE", piece)
    got = found(SPELLINGS[spelling])
    assert [each.value for each in got if isinstance(each, Item)] == ROWS
    assert len(got) == len(ROWS)


def test_one_object_over_lines_is_one_row() -> None:
    assert found(json.dumps(ROWS[0], indent=2)) == [Item("line 1", ROWS[0])]


def test_a_broken_line_costs_itself_and_says_where_it_is() -> None:
    first, broken, list_, last = found('{"a":1}\n{bad\n\n[1]\n{"b":2}')
    assert first == Item("line 1", {"a": 1})
    assert last == Item("line 5", {"b": 2})
    assert isinstance(broken, Unread)
    assert broken.where == "line 2"
    assert list_ == Unread("line 4", "It is no object.")


@pytest.mark.parametrize(
    "text", ['[\n{"a":1},\n{"b":', '[\n{"a":1}}', '[\n{"a":1},\n{"b":"\\']
)
def test_a_list_that_breaks_off_keeps_what_came_before(text: str) -> None:
    first, broken = found(text)
    assert first == Item("line 2", {"a": 1})
    assert isinstance(broken, Unread)
    assert "breaks off" in broken.reason


@pytest.mark.parametrize("piece", [16, 1 << 18])
def test_an_object_that_is_too_large_is_passed_over(
    piece: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_items, "MOST", 100)
    monkeypatch.setattr(json_items, "PIECE", piece)
    rows = [{"a": "x" * 500}, {"b": 1}]
    for text in (json.dumps(rows), "\n".join(map(json.dumps, rows))):
        large, small = found(text)
        assert isinstance(large, Unread)
        assert "longer than" in large.reason
        assert isinstance(small, Item)
        assert small.value == {"b": 1}


def test_levels_without_end_are_not_followed() -> None:
    [told] = found("[" * 100_000)
    assert isinstance(told, Unread)
