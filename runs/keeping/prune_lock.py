"""One prune at a time, whoever started it: the daily one, a person, another host."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection

KEY = 0x77656972
"""Of PostgreSQL's advisory lock."""


class AlreadyPruning(Exception):
    """Another prune works on the same database."""


@contextmanager
def alone() -> Iterator[None]:
    """Raises `AlreadyPruning`; what holds the lock dies with its process."""
    held = _postgres() if connection.vendor == "postgresql" else _file()
    with held:
        yield


@contextmanager
def _postgres() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [KEY])
        if not cursor.fetchone()[0]:
            raise AlreadyPruning
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [KEY])


@contextmanager
def _file() -> Iterator[None]:
    path = settings.WEIR_DATA_DIR / "prune.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        try:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyPruning from None
        yield
