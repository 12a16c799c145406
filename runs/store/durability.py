"""Whether what was committed would outlive a power cut.

Asked by `proxy/recorder.py` before it deletes journal files: until then they are what a
database can be recorded from again.
"""

from __future__ import annotations

from django.db import connection


def is_on_disk() -> bool:
    """True when all that is committed has reached the disk.

    PostgreSQL answers a commit when it has. SQLite in WAL mode (`synchronous=NORMAL`)
    syncs the log with a checkpoint only: one is made, and it counts when it took all.
    It waits for nobody and nobody for it.
    """
    if connection.vendor != "sqlite":
        return True
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")
        is_busy, in_log, taken = cursor.fetchone()
    return not is_busy and in_log == taken
