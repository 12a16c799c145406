"""A stamp for each run, which is another one whenever a request of it has changed.

Figures of a whole run are kept in memory as long as its stamp stands
(`runs/measure/of_run.py`). Triggers write it, so it is another one whoever adds,
changes, moves or removes a row, in the same transaction; a random number, so that it
never comes again, also behind a rollback or a restored backup. On SQLite only:
PostgreSQL's writers would wait for each other at a run's stamp.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

_CHANGED = (
    "INSERT INTO runs_runstamp (run_id, stamp) VALUES ({row}.run_id, random())"
    " ON CONFLICT (run_id) DO UPDATE SET stamp = excluded.stamp;"
)
_EVENTS = {
    # What happens to a row → when, and what is done then.
    "INSERT": ("NEW.run_id IS NOT NULL", _CHANGED.format(row="NEW")),
    "DELETE": ("OLD.run_id IS NOT NULL", _CHANGED.format(row="OLD")),
    "UPDATE": ("NEW.run_id IS NOT NULL", _CHANGED.format(row="NEW")),
    "UPDATE OF run_id": (
        "OLD.run_id IS NOT NULL AND OLD.run_id IS NOT NEW.run_id",
        _CHANGED.format(row="OLD"),
    ),
}
FILL = "INSERT OR REPLACE INTO runs_runstamp SELECT id, random() FROM runs_run"

_RENEW = (
    "UPDATE runs_runstamp SET stamp = random() WHERE run_id IN"
    " (SELECT run_id FROM runs_capturedrequest WHERE id IN ({}))"
)


class RunStamp(models.Model):
    """Written by triggers alone."""

    run_id = models.BigIntegerField(primary_key=True, help_text="No foreign key.")
    stamp = models.BigIntegerField()

    def __str__(self) -> str:
        return f"run {self.run_id}"


def stamp_of(run: int) -> int | None:
    """None: it can't be told whether a request of it has changed."""
    found = RunStamp.objects.filter(pk=run).values_list("stamp", flat=True)
    return found.first()


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
        for number, (event, (condition, does)) in enumerate(_EVENTS.items()):
            cursor.execute(
                f"CREATE TRIGGER IF NOT EXISTS {_name(number)} AFTER {event}"
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
        for number in range(len(_EVENTS)):
            cursor.execute(f"DROP TRIGGER IF EXISTS {_name(number)}")


def _name(number: int) -> str:
    return f"runs_capturedrequest_run_stamp_{number}"
