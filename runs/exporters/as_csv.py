"""CSV: one line a request, for spreadsheets.

RFC 4180 in UTF-8. A spreadsheet runs a text that begins like a formula, and these texts
come from strangers: such a cell gets an apostrophe in front, as OWASP advises. Numbers
never do. Where exact text matters, JSONL and Parquet have it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from runs.exporters.base import Exchange, Export, Exporter
from runs.exporters.columns import COLUMNS, written
from runs.record import Side

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
BODIES = ("request_body", "response_body")
BASE64 = "base64:"
"""In front of a body that is no text."""


def write(export: Export) -> Iterator[bytes]:
    names = [column.name for column in COLUMNS]
    yield _line([*names, *(BODIES if export.content else ())])
    for exchange in export.exchanges():
        values = [written(column.get(exchange)) for column in COLUMNS]
        if export.content:
            values += [_body(exchange, Side.REQUEST), _body(exchange, Side.RESPONSE)]
        yield _line([_cell(value) for value in values])


def _body(exchange: Exchange, side: Side) -> str | None:
    text = exchange.text(side)
    if text is None:
        return None
    return (BASE64 if text.is_base64 else "") + text.plain()


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and value.startswith(FORMULA):
        return f"'{value}"
    return value


def _line(values: list[Any]) -> bytes:
    line = io.StringIO(newline="")
    csv.writer(line).writerow(values)
    return line.getvalue().encode("utf-8", "replace")


EXPORTER = Exporter(
    name="csv",
    suffix=".csv",
    content_type="text/csv; charset=utf-8",
    about="one line a request, for spreadsheets",
    write=write,
)
