"""Bulk writing and deleting below the ORM, the same on SQLite and PostgreSQL.

Used by `runs/store/batch.py`, `runs/bodies/writer.py` and `runs/keeping/`,
inside their transaction.
Tables and columns come from the models, values are adapted as Django adapts them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from itertools import chain
from typing import Any
from uuid import UUID

from django.db import connection, models

Row = Sequence[Any]
GROUPS = (32, 4, 1)
"""Rows of a statement: few sizes, so that each is prepared once."""
# Of all but numbers and text, sqlite3 asks type and value how they want to be stored
# unless it has been told; as they are, these three. A third of the time.
sqlite3.register_adapter(type(None), dict[None, int]().get)
sqlite3.register_adapter(bool, int)
sqlite3.register_adapter(bytes, bytes)


class Adapter:
    """Values as the database at hand takes them."""

    def __init__(self) -> None:
        self._is_sqlite = connection.vendor == "sqlite"
        self._keeps_utc = self._is_sqlite and connection.timezone is UTC

    def uuid(self, value: UUID) -> Any:
        return value.hex if self._is_sqlite else value

    def time(self, value: datetime) -> Any:
        if self._keeps_utc and value.tzinfo is UTC:
            return _utc(value)
        return connection.ops.adapt_datetimefield_value(value)

    def money(self, value: Decimal | None) -> Any:
        if value is None or not self._is_sqlite:
            return value
        return format(value, "f")


@lru_cache(maxsize=2048)
def _utc(value: datetime) -> str:
    """As Django writes it, at a tenth of the time; a request has it in several rows."""
    return value.isoformat(" ")[: -len("+00:00")]


def insert(
    model: type[models.Model], columns: Sequence[str], rows: Sequence[Row]
) -> None:
    """Adds rows; PostgreSQL takes them as one COPY, 8 times as fast there."""
    if not rows:
        return
    if connection.vendor == "postgresql":
        _copy(model, columns, rows)
        return
    # FAIL in place of ABORT: who is told of an error undoes all of the batch. SQLite
    # then keeps no copy of the pages that a statement changes, which it would in a
    # table with triggers: more than twice the time.
    _in_groups(f"INSERT OR FAIL INTO {_table(model)} ({_names(columns)})", rows)


def upsert(
    model: type[models.Model],
    columns: Sequence[str],
    rows: Sequence[Row],
    *,
    keys: int = 1,
) -> None:
    """Adds rows, or replaces the other columns where the first `keys` are there."""
    if not rows:
        return
    key, others = _names(columns[:keys]), columns[keys:]
    change = ", ".join(f'"{name}" = excluded."{name}"' for name in others)
    _in_groups(
        f"INSERT INTO {_table(model)} ({_names(columns)})",
        rows,
        f" ON CONFLICT ({key}) DO UPDATE SET {change}",
    )


def _in_groups(head: str, rows: Sequence[Row], tail: str = "") -> None:
    """`INSERT`s of many rows each: SQLite prepares to write all indexes of a table, and
    its triggers, once a statement, which took twice what the rows themselves do."""
    is_sqlite = connection.vendor == "sqlite"
    # SQLite's own: Django would look for its marks among thousands, batch by batch.
    row = f"({', '.join(['?' if is_sqlite else '%s'] * len(rows[0]))})"
    at = 0
    with connection.cursor() as cursor:
        for size in GROUPS if is_sqlite else (1,):
            groups = range(at, len(rows) - size + 1, size)
            if not groups:
                continue
            at = groups[-1] + size
            cursor.executemany(
                f"{head} VALUES {', '.join([row] * size)}{tail}",
                [list(chain.from_iterable(rows[at : at + size])) for at in groups],
            )


def update(
    model: type[models.Model], columns: Sequence[str], rows: Sequence[Row]
) -> None:
    """Sets all columns of the rows whose first column is given."""
    if not rows:
        return
    key, *others = columns
    change = ", ".join(f'"{name}" = %s' for name in others)
    verb = "UPDATE OR FAIL" if connection.vendor == "sqlite" else "UPDATE"  # as above
    with connection.cursor() as cursor:
        cursor.executemany(
            f'{verb} {_table(model)} SET {change} WHERE "{key}" = %s',
            [(*row[1:], row[0]) for row in rows],
        )


def reserve(model: type[models.Model], count: int) -> list[int]:
    """New primary keys, never used before; only the one writer may call this."""
    if not count:
        return []
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id'))"
                " FROM generate_series(1, %s)",
                [table, count],
            )
            return [row[0] for row in cursor.fetchall()]
        # AUTOINCREMENT keeps the highest key ever used here, deleted ones included.
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        found = cursor.fetchone()
    first = (found[0] if found else 0) + 1
    return list(range(first, first + count))


def select(query: str, values: Iterable[Any]) -> list[tuple[Any, ...]]:
    """Rows of `query`, whose `{}` takes one mark per value, in steps of 5,000."""
    wanted, rows = list(values), list[tuple[Any, ...]]()
    with connection.cursor() as cursor:
        for start in range(0, len(wanted), 5000):
            step = wanted[start : start + 5000]
            cursor.execute(query.format(", ".join(["%s"] * len(step))), step)
            rows += cursor.fetchall()
    return rows


def analyze(model: type[models.Model]) -> None:
    """Behind a great change: PostgreSQL would plan by what was there before, until it
    looks by itself. SQLite goes by its indexes alone here."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {_table(model)}")


def _copy(
    model: type[models.Model], columns: Sequence[str], rows: Sequence[Row]
) -> None:
    statement = f"COPY {_table(model)} ({_names(columns)}) FROM STDIN"
    # Django makes its own errors of what `execute` raises, and of nothing else.
    with (
        connection.wrap_database_errors,
        connection.cursor() as cursor,
        cursor.copy(statement) as copy,
    ):
        for row in rows:
            copy.write_row(row)


def _table(model: type[models.Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def _names(columns: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)


def delete(rows: models.QuerySet[Any]) -> None:
    """Django's own would read every row first, and look for what hangs on it."""
    rows._raw_delete(rows.db)
