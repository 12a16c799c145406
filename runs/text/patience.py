"""A bound on the time that a database may look for something.

For answers that can be given in part, or another way, where the whole takes too long:
lists of `runs/models`, `runs/measure/of_filter.py` and `in_postgres.py` ask within one.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

STEPS = 2_000
"""Of SQLite's machine, some hundredths of a millisecond, between looks at the clock."""


class TookTooLong(Exception):
    """The database has not found everything in its time."""


@contextmanager
def at_most(seconds: float, database: str) -> Iterator[None]:
    """Raises `TookTooLong`; what is asked in here only reads."""
    connection = connections[database]
    bound = _of_sqlite if connection.vendor == "sqlite" else _of_postgres
    with bound(connection, seconds):
        yield


@contextmanager
def _of_sqlite(connection: BaseDatabaseWrapper, seconds: float) -> Iterator[None]:
    connection.ensure_connection()
    # Of this thread's own: other work on the machine makes no answer a part of one.
    end, own = time.thread_time() + seconds, connection.connection
    own.set_progress_handler(lambda: time.thread_time() > end, STEPS)
    try:
        yield
    except DatabaseError as error:
        if "interrupted" not in str(error):
            raise
        raise TookTooLong from error
    finally:
        own.set_progress_handler(None, 0)


@contextmanager
def _of_postgres(connection: BaseDatabaseWrapper, seconds: float) -> Iterator[None]:
    try:
        with transaction.atomic(connection.alias), connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('statement_timeout')")
            before = cursor.fetchone()[0]
            set_to = "SELECT set_config('statement_timeout', %s, true)"
            cursor.execute(set_to, [f"{max(seconds * 1000, 1):.0f}ms"])
            yield
            # An outer transaction goes on as it was.
            cursor.execute(set_to, [before])
    except DatabaseError as error:
        if getattr(error.__cause__, "sqlstate", "") != "57014":  # query_canceled
            raise
        raise TookTooLong from error
