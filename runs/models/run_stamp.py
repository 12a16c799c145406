"""A stamp for each run, which is another one whenever a request of it has changed.

Figures of a whole run are kept in memory as long as its stamp stands
(`runs/measure/of_run.py`). Triggers count it up, so it is another one whoever changes,
moves or removes a row, in the same transaction; nobody may keep what was found inside
of one that can still be taken back. A row that is added has no trigger: it is the run's
newest by then, which tells as much (ids only grow), also behind a restored backup. The
triggers call no function and do no upsert: both may fail, and SQLite would copy each
page that a statement changes, more than half of its time. On SQLite only: PostgreSQL's
writers would wait for each other at a run's stamp.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection, models
from django.db.backends.base.base import BaseDatabaseWrapper

_CHANGED = (
    "INSERT INTO runs_runstamp (run_id, stamp) SELECT {row}.run_id, 0"
    " WHERE NOT EXISTS (SELECT 1 FROM runs_runstamp WHERE run_id = {row}.run_id);"
    " UPDATE runs_runstamp SET stamp = stamp + 1 WHERE run_id = {row}.run_id;"
)
_EVENTS = {
    # What happens to a row → when, and what is done then.
    "DELETE": ("OLD.run_id IS NOT NULL", _CHANGED.format(row="OLD")),
    "UPDATE": ("NEW.run_id IS NOT NULL", _CHANGED.format(row="NEW")),
    "UPDATE OF run_id": (
        "OLD.run_id IS NOT NULL AND OLD.run_id IS NOT NEW.run_id",
        _CHANGED.format(row="OLD"),
    ),
}
FILL = "INSERT OR REPLACE INTO runs_runstamp SELECT id, 0 FROM runs_run"

_FORMER = tuple(f"runs_capturedrequest_run_stamp_{number}" for number in range(4))
"""Triggers of versions that had one of what is added, too."""
_STAMP = (
    "SELECT (SELECT stamp FROM runs_runstamp WHERE run_id = %s), (SELECT id || ' ' ||"
    " uid FROM runs_capturedrequest WHERE run_id = %s ORDER BY id DESC LIMIT 1)"
)
Stamp = tuple[int | None, str | None]
"""How often one was changed or left, None if none was, and the newest request."""

_RENEW = (
    # Of a run whose requests were only added, there is no stamp yet.
    "INSERT INTO runs_runstamp (run_id, stamp) SELECT run_id, 1"
    " FROM runs_capturedrequest WHERE id IN ({}) AND run_id IS NOT NULL GROUP BY run_id"
    " ON CONFLICT (run_id) DO UPDATE SET stamp = stamp + 1"
)


class RunStamp(models.Model):
    """Written by triggers alone."""

    run_id = models.BigIntegerField(primary_key=True, help_text="No foreign key.")
    stamp = models.BigIntegerField()

    def __str__(self) -> str:
        return f"run {self.run_id}"


def stamp_of(run: int) -> Stamp | None:
    """None: it can't be told whether a request of it has changed."""
    if connection.vendor != "sqlite":
        return None
    with connection.cursor() as cursor:
        cursor.execute(_STAMP, [run, run])
        found: Stamp = cursor.fetchone()
    return None if found == (None, None) else found


def renew(requests: Collection[int], connection: BaseDatabaseWrapper) -> None:
    """What is told of these requests beside their rows has changed, in the caller's
    transaction."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(_RENEW.format(", ".join(map(str, map(int, requests)))))


def install(connection: BaseDatabaseWrapper) -> None:
    """Create the triggers; harmless where they are already there."""
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        for event, (condition, does) in _EVENTS.items():
            cursor.execute(
                f"CREATE TRIGGER IF NOT EXISTS {_name(event)} AFTER {event}"
                f" ON runs_capturedrequest WHEN {condition} BEGIN {does} END"
            )


def fill(connection: BaseDatabaseWrapper) -> None:
    """A stamp for each run that is there."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(FILL)


def remove(connection: BaseDatabaseWrapper) -> None:
    """Drop the triggers, before what they write is gone."""
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        for name in (*map(_name, _EVENTS), *_FORMER):
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}")


def _name(event: str) -> str:
    return f"runs_capturedrequest_{event.lower().replace(' ', '_')}_stamp"
