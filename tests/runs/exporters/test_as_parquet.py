"""`runs/exporters/as_parquet.py`, read back by whichever reader is installed."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from runs.exporters import as_parquet, available
from runs.exporters.base import Unavailable
from tests import make
from tests.runs.exporters.exported import EVENTS, ODD, export, records

pytestmark = pytest.mark.django_db


def rows(path: Path, *, content: bool = True) -> list[dict[str, Any]]:
    pytest.importorskip("arro3.io")
    duckdb = pytest.importorskip("duckdb")
    path.write_bytes(export("parquet", content=content))
    # As a number, because DuckDB needs one more package to give Python a time.
    found = duckdb.connect().execute(
        "SELECT * REPLACE (epoch_us(started_at) AS started_at) FROM read_parquet(?)",
        [str(path)],
    )
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def test_values_have_their_types(tmp_path: Path) -> None:
    given = records()
    found = rows(tmp_path / "x.parquet")
    assert [row["id"] for row in found] == [str(each.uid) for each in given]
    assert found[0]["started_at"] == make.START.timestamp() * 1_000_000
    assert (found[0]["input_tokens"], found[0]["reasoning_tokens"]) == (120, None)
    assert (found[0]["success"], found[5]["success"]) == (True, None)
    assert found[0]["duration_ms"] == 812.5
    assert found[0]["request_body"] == ODD
    assert found[1]["response_body"] == EVENTS
    assert found[2]["request_body"] is None


def test_money_is_exact(tmp_path: Path) -> None:
    make.stored(reported_cost_usd=Decimal("0.000000000123"))
    found = rows(tmp_path / "x.parquet")
    assert found[0]["reported_cost_usd"] == Decimal("0.000000000123")


def test_a_huge_body_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(as_parquet, "LARGEST", 20)
    make.stored(request="x" * 21, response="y" * 20)
    found = rows(tmp_path / "x.parquet")[0]
    assert (found["request_body"], found["response_body"]) == (None, "y" * 20)


def test_an_export_of_nothing_has_its_columns(tmp_path: Path) -> None:
    assert rows(tmp_path / "x.parquet") == []


def test_bodies_can_be_left_out(tmp_path: Path) -> None:
    records()
    assert "request_body" not in rows(tmp_path / "x.parquet", content=False)[0]


def test_it_is_offered_where_it_works(monkeypatch: pytest.MonkeyPatch) -> None:
    assert as_parquet.EXPORTER in available()
    monkeypatch.setattr(as_parquet, "WRITER", ("nothing_of_this_name",))
    names = [each.name for each in available()]
    assert "parquet" not in names
    assert "csv" in names
    with pytest.raises(Unavailable, match="pip install arro3-core arro3-io"):
        as_parquet.check()
