"""Parquet: typed columns, compressed, for DuckDB, pandas or Spark.

Written by arro3 (12 MB of wheels; pyarrow is 55), an optional extra. The file's index
is at its end and needs every offset, so it is made in a temporary file, then sent.
"""

from __future__ import annotations

import importlib.util
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from runs.exporters.base import Exchange, Export, Exporter, Unavailable
from runs.exporters.columns import COLUMNS, Column, Kind
from runs.record import Side
from runs.schemas.requests import plain

WRITER = ("arro3", "arro3.core", "arro3.io")
GROUP = 1000
"""Rows of which the writer holds the compressed pages."""
ROWS = 200
BYTES = 8 * 1024 * 1024
"""Of text, or ROWS rows: then they go to the writer."""
LARGEST = 4 * 1024 * 1024
"""Bytes of a body; larger ones are in the other formats."""
COPIED = 256 * 1024
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
BODIES = (("request_body", Side.REQUEST), ("response_body", Side.RESPONSE))


def check() -> None:
    if not all(map(importlib.util.find_spec, WRITER)):
        raise Unavailable(
            "Parquet needs two packages more: pip install arro3-core arro3-io, with the"
            " pip of the Python that runs Weir (.venv/bin/python -m pip after `make"
            " run`). Then start Weir again."
        )


def write(export: Export) -> Iterator[bytes]:
    from arro3.core import RecordBatchReader
    from arro3.io import write_parquet

    columns = [*_columns(), *(_bodies() if export.content else ())]
    with tempfile.TemporaryFile() as file:
        batches = _batches(export, columns)
        reader = RecordBatchReader.from_batches(_schema(columns), batches)
        write_parquet(reader, file, compression="zstd(3)", max_row_group_size=GROUP)
        file.seek(0)
        while piece := file.read(COPIED):
            yield piece


Arrow = tuple[str, Callable[[Exchange], Any], Any, Any]
"""Name, value of an exchange, type that values are given as, type of the column."""


def _columns() -> list[Arrow]:
    return [_arrow(column) for column in COLUMNS]


def _arrow(column: Column) -> Arrow:
    from arro3.core import DataType

    text, whole = DataType.utf8(), DataType.int64()
    given, stored = {
        Kind.TEXT: (text, text),
        Kind.COUNT: (whole, whole),
        Kind.NUMBER: (DataType.float64(), DataType.float64()),
        Kind.FLAG: (DataType.bool(), DataType.bool()),
        Kind.TIME: (whole, DataType.timestamp("us", tz="UTC")),
        Kind.MONEY: (text, DataType.decimal128(24, 12)),
    }[column.kind]
    shaped: dict[Kind, Callable[[Any], Any]] = {
        Kind.TIME: _microseconds,
        Kind.MONEY: plain,
    }
    shape = shaped.get(column.kind)
    read = column.get if shape is None else lambda exchange: shape(column.get(exchange))
    return column.name, read, given, stored


def _bodies() -> list[Arrow]:
    """Text where a body is text, else nothing; the bytes are in `http` and `jsonl`."""
    from arro3.core import DataType

    def reader(side: Side) -> Callable[[Exchange], str | None]:
        def read(exchange: Exchange) -> str | None:
            text = exchange.text(side)
            if text is None or text.is_base64 or len(text.data) > LARGEST:
                return None
            return text.plain()

        return read

    kind = DataType.large_utf8()
    return [(name, reader(side), kind, kind) for name, side in BODIES]


def _schema(columns: list[Arrow]) -> Any:
    from arro3.core import Field, Schema

    return Schema([Field(name, kind, nullable=True) for name, _, _, kind in columns])


def _batches(export: Export, columns: list[Arrow]) -> Iterator[Any]:
    from arro3.core import Array, RecordBatch

    schema = _schema(columns)
    for rows in _groups(export, columns):
        arrays: dict[str, Any] = {
            name: Array(list(values), given).cast(stored)
            for (name, _, given, stored), values in zip(
                columns, zip(*rows, strict=True), strict=True
            )
        }
        yield RecordBatch.from_pydict(arrays, schema=schema)


def _groups(export: Export, columns: list[Arrow]) -> Iterator[list[list[Any]]]:
    """Rows of values, as many as are small enough to be in memory at once."""
    rows, size = list[list[Any]](), 0
    for exchange in export.exchanges():
        row = [get(exchange) for _, get, _, _ in columns]
        rows.append(row)
        size += sum(len(value) for value in row if isinstance(value, str))
        if size > BYTES or len(rows) == ROWS:
            yield rows
            rows, size = [], 0
    if rows:
        yield rows


def _microseconds(value: datetime) -> int:
    return (value - EPOCH) // timedelta(microseconds=1)


EXPORTER = Exporter(
    name="parquet",
    suffix=".parquet",
    content_type="application/vnd.apache.parquet",
    about="typed columns, for DuckDB or pandas",
    write=write,
    check=check,
)
