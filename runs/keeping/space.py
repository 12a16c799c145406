"""How much room the database takes, and what takes it.

SQLite counts pages by table only by reading the whole file, so who asks says whether
that may take its time; PostgreSQL knows.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.apps import apps
from django.db import DatabaseError, connection

from runs.text.tables import WORDS

QUICK_BYTES = 256 * 1024 * 1024
"""A file of this size is read in a moment."""
_SQLITE = """
    SELECT coalesce(m.tbl_name, s.name), sum(s.pgsize)
    FROM dbstat s LEFT JOIN sqlite_master m ON m.name = s.name
    WHERE s.aggregate = TRUE GROUP BY 1 ORDER BY 2 DESC
"""
_POSTGRESQL = """
    SELECT c.relname, pg_total_relation_size(c.oid)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND n.nspname = current_schema() ORDER BY 2 DESC
"""


@dataclass(frozen=True, slots=True)
class TableSize:
    """A table with its indexes."""

    table: str
    label: str
    """What it holds, in words."""
    bytes: int


def database_bytes() -> int | None:
    """On the disk; None: not told."""
    if connection.vendor == "postgresql":
        return _number("SELECT pg_database_size(current_database())")
    return _pages("page_count") or None


def free_bytes() -> int:
    """Of the file, but held by nothing: SQLite's free pages."""
    return _pages("freelist_count") if connection.vendor == "sqlite" else 0


def is_quick() -> bool:
    """Whether `tables` answers in a moment."""
    return connection.vendor != "sqlite" or (database_bytes() or 0) <= QUICK_BYTES


def tables() -> list[TableSize]:
    """The largest first; none where this SQLite was built without the means."""
    labels = {
        model._meta.db_table: str(model._meta.verbose_name_plural)
        for model in apps.get_models(include_auto_created=True)
    }
    query = _SQLITE if connection.vendor == "sqlite" else _POSTGRESQL
    try:
        with connection.cursor() as cursor:
            cursor.execute(query)
            rows = cursor.fetchall()
    except DatabaseError:
        return []
    found: dict[str, int] = {}
    for name, size in rows:
        # SQLite keeps an index of words in tables of its own.
        table = WORDS if name.startswith(f"{WORDS}_") else name
        found[table] = found.get(table, 0) + int(size)
    labels[WORDS] = "index of words"
    labels["sqlite_schema"] = "the schema"
    listed = (TableSize(name, labels.get(name, name), n) for name, n in found.items())
    return sorted(listed, key=lambda each: -each.bytes)


def _pages(which: str) -> int:
    sizes = f"pragma_{which}(), pragma_page_size()"
    return _number(f"SELECT {which} * page_size FROM {sizes}")


def _number(query: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(query)
        row = cursor.fetchone()
    return int(row[0]) if row and row[0] is not None else 0
