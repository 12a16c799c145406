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
END = b"\r\n"
BASE64 = b"base64:"
"""In front of a body that is no text."""


def write(export: Export) -> Iterator[bytes]:
    names = [column.name for column in COLUMNS]
    yield _line([*names, *(BODIES if export.content else ())]) + END
    for exchange in export.exchanges():
        yield _line([_cell(written(column.get(exchange))) for column in COLUMNS])
        if export.content:
            yield from _body(exchange, Side.REQUEST)
            yield from _body(exchange, Side.RESPONSE)
        yield END


def _body(exchange: Exchange, side: Side) -> Iterator[bytes]:
    """A cell made of bytes: as Python text a large body would be four times that."""
    text = exchange.text(side)
    if text is None:
        yield b","
        return
    yield b',"'
    if text.is_base64:
        yield BASE64
    elif text.data.startswith(tuple(each.encode() for each in FORMULA)):
        yield b"'"
    for piece in text.pieces():
        yield piece.replace(b'"', b'""')
    yield b'"'


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
    csv.writer(line, lineterminator="").writerow(values)
    return line.getvalue().encode("utf-8", "replace")


EXPORTER = Exporter(
    name="csv",
    suffix=".csv",
    content_type="text/csv; charset=utf-8",
    about="one line a request, for spreadsheets",
    write=write,
)
