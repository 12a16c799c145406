"""Room in memory for a connection that deletes much; `retention.py` beside this asks.

SQLite keeps a copy of each page that a statement with triggers changes: here in memory,
not in a file, and with the pages of the indexes a row takes a third less time to go.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

PAGES_KIB = 65_536
"""A row has a place of its own in each of some forty indexes."""
IN_MEMORY = 2


@contextmanager
def roomy() -> Iterator[None]:
    """Until the `with` is over. PostgreSQL has its own, and within a transaction SQLite
    moves nothing any more."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    before = [pragma(name) for name in ("cache_size", "temp_store")]
    try:
        pragma("cache_size", -PAGES_KIB)
        pragma("temp_store", IN_MEMORY)
        yield
    finally:
        pragma("cache_size", before[0])
        pragma("temp_store", before[1])


def pragma(name: str, value: int | None = None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA {name}" if value is None else f"PRAGMA {name}={value}")
        row = cursor.fetchone()
    return int(row[0]) if row else 0
