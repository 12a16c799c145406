"""Which tables a connection's statements changed, as SQLite tells while it reads them.

Its authorizer hears of every table that a statement writes to, also through triggers
(https://www.sqlite.org/c3ref/set_authorizer.html). `base.py` has one as long as a
migration runs.
"""

from __future__ import annotations

import sqlite3

_REFERENCES = (
    'SELECT m.name, f."table", f."from", coalesce(f."to", \'\')'
    " FROM sqlite_master AS m, pragma_foreign_key_list(m.name) AS f"
    " WHERE m.type = 'table'"
)
_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table'"


class Touched:
    """From now on."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._before = self._tables()
        self._rows: set[str] = set()
        """Of these, rows may have come or gone: one is let go of as it is replaced."""
        self._columns: set[tuple[str, str]] = set()
        """These were set in rows that stayed."""
        # Statements that were read before are read again.
        database.set_authorizer(self._hear)

    def end(self) -> None:
        self._database.set_authorizer(None)

    def to_check(self) -> list[str]:
        """Tables that may refer to what isn't there: those that changed or are new,
        under whatever name, and those that refer to one that changed."""
        there = self._tables()
        changed = self._rows | (there - self._before)
        found = set(changed)
        for table, parent, column, key in self._database.execute(_REFERENCES):
            # A key that isn't named is the other's primary one, which has any name.
            set_here = {(table, column), (parent, key)} & self._columns
            if parent in changed or set_here or (not key and self._is_set(parent)):
                found.add(table)
        return sorted(found & there)

    def _is_set(self, table: str) -> bool:
        return any(table == changed for changed, _ in self._columns)

    def _tables(self) -> set[str]:
        return {name for (name,) in self._database.execute(_TABLES)}

    def _hear(
        self,
        action: int,
        first: str | None,
        second: str | None,
        database: str | None,
        source: str | None,
    ) -> int:
        if action in _OF_ROWS and first:
            self._rows.add(first)
        elif action == sqlite3.SQLITE_UPDATE and first and second:
            self._columns.add((first, second))
        return sqlite3.SQLITE_OK


_OF_ROWS = {
    sqlite3.SQLITE_INSERT,
    sqlite3.SQLITE_DELETE,
    sqlite3.SQLITE_DROP_TABLE,
}
