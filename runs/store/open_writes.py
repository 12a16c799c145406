"""Which transactions are writing requests, on PostgreSQL, where several can at a time.

Ids are reserved before their rows are committed: an import may hold low ones while the
recorder has stored higher ones. `runs/store/writer.py` says that it begins; who goes
through requests by id stays behind all who have (`proxy/recording/settled.py`).
"""

from __future__ import annotations

from django.db import connection

_KEY = 0x7765_6973
"""Of the advisory lock that every writer shares: nobody waits for it."""


def begin() -> None:
    """Until the transaction ends; SQLite has one writer anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [_KEY])


def others() -> frozenset[str]:
    """The transactions, but our own, that are still open now."""
    if connection.vendor != "postgresql":
        return frozenset()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT virtualtransaction FROM pg_locks WHERE locktype = 'advisory'"
            " AND classid = 0 AND objid = %s AND pid <> pg_backend_pid() AND database ="
            " (SELECT oid FROM pg_database WHERE datname = current_database())",
            [_KEY],
        )
        return frozenset(row[0] for row in cursor.fetchall())
