"""`runs/exporters/as_csv.py`, read back by the standard library."""

from __future__ import annotations

import base64
import csv
import io

import pytest

from tests import make
from tests.runs.exporters.exported import BINARY, EVENTS, ODD, a_run, export, records

pytestmark = pytest.mark.django_db


def rows(*, content: bool = True) -> list[dict[str, str]]:
    text = export("csv", content=content).decode("utf-8")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_newlines_quotes_and_emoji_come_back() -> None:
    given = records()
    run = a_run()
    found = rows()
    assert [row["id"] for row in found] == [str(each.uid) for each in given]
    assert found[0]["request_body"] == ODD
    assert found[1]["response_body"] == EVENTS
    assert found[0]["started_at"] == "2026-03-01T09:00:00.000000Z"
    assert {row["run"] for row in found} == {str(run.uid)}
    assert {row["run_name"] for row in found} == {"nightly <1>"}


def test_no_cell_begins_like_a_formula() -> None:
    records()
    found = rows()
    assert found[0]["preview"] == '\'=1+1, "hm"\nnext 🌊'
    assert found[3]["error"] == "'-no route"
    cells = [cell for row in found for cell in row.values() if cell]
    assert not [cell for cell in cells if cell[0] in "=+-@\t\r\n"]


def test_a_body_that_begins_like_a_formula_is_none_either() -> None:
    make.stored(request="=cmd", response='"quoted","@"')
    assert rows()[0]["request_body"] == "'=cmd"
    assert rows()[0]["response_body"] == '"quoted","@"'


def test_what_is_not_known_is_empty_and_zero_is_zero() -> None:
    records()
    found = rows()
    assert found[0]["cache_read_tokens"] == "0"
    assert found[0]["reasoning_tokens"] == ""
    assert (found[0]["success"], found[3]["success"]) == ("true", "false")
    assert found[5]["success"] == found[5]["status"] == ""


def test_a_body_that_is_no_text_is_base64() -> None:
    records()
    body = rows()[2]["request_body"]
    assert base64.b64decode(body.removeprefix("base64:")) == BINARY


def test_bodies_can_be_left_out() -> None:
    records()
    assert "request_body" not in rows(content=False)[0]
    assert ODD.encode() not in export("csv", content=False)
