"""A table of another product's database, row by row, opened to read only.

SQLite files and PostgreSQL by its address; `runs/importers/sources.py` asks.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from runs.importers.base import Unread
from runs.importers.json_items import Item

STEP = 200
CELL_MOST = 64 * 1024 * 1024
PATIENCE_S = 10


class NoTable(Exception):
    """It can't be opened, or has no table that a format knows; str() says which."""


@dataclass(slots=True)
class Table:
    """A table that is there, and how much of it is read."""

    name: str
    count: int
    read: Callable[[], Iterator[dict[str, Any]]]
    done: int = 0

    def rows(self) -> Iterator[Item | Unread]:
        rows = self.read()
        while True:
            self.done += 1
            where = f"{self.name}, row {self.done}"
            try:
                row = next(rows, None)
            except Exception as error:
                yield Unread(where, f"It can't be read: {str(error).strip()[:200]}")
                return
            if row is None:
                return
            yield Item(where, row)


def sqlite(path: Path, tables: Mapping[str, str]) -> Table:
    uri = f"file:{quote(str(path.resolve()))}?mode=ro"
    try:
        with closing(sqlite3.connect(uri, uri=True)) as file:
            found = file.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            name = _known([row[0] for row in found], tables, str(path))
            (count,) = file.execute(f'SELECT count(*) FROM "{name}"').fetchone()
    except sqlite3.Error as error:
        raise NoTable(f"{path} can't be read: {error}.") from None
    return Table(name, count, lambda: _sqlite_rows(uri, tables[name]))


def _sqlite_rows(uri: str, query: str) -> Iterator[dict[str, Any]]:
    with closing(sqlite3.connect(uri, uri=True)) as file:
        file.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, CELL_MOST)
        file.row_factory = sqlite3.Row
        file.text_factory = lambda data: data.decode("utf-8", "replace")
        for row in file.execute(query):
            yield dict(row)


def postgres(address: str, tables: Mapping[str, str]) -> Table:
    """A cursor of the server: its rows come in steps, not at once."""
    import psycopg

    try:
        with psycopg.connect(address, connect_timeout=PATIENCE_S) as server:
            found = server.execute(
                "SELECT table_name::text FROM information_schema.tables"
                " WHERE table_schema = ANY (current_schemas(false))"
            )
            name = _known([row[0] for row in found], tables, "The database")
            told = server.execute(_query(f'SELECT count(*) FROM "{name}"')).fetchone()
    except psycopg.Error as error:
        # Its words may hold the address, and that a password.
        first = next(iter(str(error).strip().splitlines()), type(error).__name__)
        raise NoTable(f"The database can't be read: {_safe(first, address)}") from None
    return Table(name, told[0] if told else 0, lambda: _rows_of(address, tables[name]))


def _rows_of(address: str, query: str) -> Iterator[dict[str, Any]]:
    import psycopg
    from psycopg.rows import dict_row

    with psycopg.connect(address, connect_timeout=PATIENCE_S) as server:
        server.execute("SET TRANSACTION READ ONLY")
        with server.cursor("weir_import", row_factory=dict_row) as cursor:
            cursor.itersize = STEP
            cursor.execute(_query(query))
            yield from cursor


def _query(text: str) -> bytes:
    """The name is one of ours."""
    return text.encode()


def _known(found: Sequence[str], tables: Iterable[str], place: str) -> str:
    for name in tables:
        if name in found:
            return name
    raise NoTable(f"{place} has none of the tables {', '.join(tables)}.")


def _safe(text: str, address: str) -> str:
    password = urlsplit(address).password
    return text.replace(password, "…") if password else text
