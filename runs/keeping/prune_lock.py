"""One prune (or one re-reading) at a time, whoever started it: the daily one, a person,
another host."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from zlib import crc32

from django.conf import settings
from django.db import connection

KEY = 0x77656972
"""Of PostgreSQL's advisory lock."""
BUSY = "Another prune, or a rebuild of figures, is at work on this database."


class AlreadyPruning(Exception):
    """Another one works on the same database."""


@contextmanager
def alone(work: str = "prune") -> Iterator[None]:
    """Raises `AlreadyPruning`; what holds the lock dies with its process."""
    held = _postgres(work) if connection.vendor == "postgresql" else _file(work)
    with held:
        yield


@contextmanager
def _postgres(work: str = "prune") -> Iterator[None]:
    key = KEY + crc32(work.encode()) - crc32(b"prune")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [key])
        if not cursor.fetchone()[0]:
            raise AlreadyPruning
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [key])


@contextmanager
def _file(work: str = "prune") -> Iterator[None]:
    path = settings.WEIR_DATA_DIR / f"{work}.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        try:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyPruning from None
        yield
