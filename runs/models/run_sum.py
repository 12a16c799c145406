"""What each run came to, as sums that triggers keep: a list of runs reads no request.

Whatever adds, changes, moves or removes rows, the sums are right in the same
transaction (`runs/measure/totals.py` reads them). On SQLite a run has one row, whose id
is the run's. On PostgreSQL a statement adds a row with what it changed, so that no
writer waits for another at a run; now and then one puts together what is not in use.
Installed by a migration and checked after each `migrate` (`runs/apps.py`).
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

_IF = "CASE WHEN {} THEN 1 ELSE 0 END"
_SUMS = {
    # A column → what a request, {row}, adds to it.
    "requests": "1",
    "errors": _IF.format("{row}.is_success IS FALSE"),
    "pending": _IF.format("{row}.is_success IS NULL"),
    "timed": _IF.format("{row}.is_success AND {row}.duration_ms IS NOT NULL"),
    "with_tokens": _IF.format("{row}.total_tokens IS NOT NULL"),
    "total_tokens": "coalesce({row}.total_tokens, 0)",
    "priced": _IF.format("{row}.cost_usd IS NOT NULL"),
    "unpriced": _IF.format("{row}.is_unpriced"),
}
_MOST_MS = "1e12"
"""No duration counts for more: one that somebody made up is no error of a sum."""
# As SQLite's round(): a function may fail, and a trigger that may has each statement of
# many rows copy the pages that it changes first (`runs/sql.py`).
_ROUNDED = "CAST({0} + CASE WHEN {0} < 0 THEN -0.5 ELSE 0.5 END AS INTEGER)"
_OF_SQLITE = {
    "cost_whole": "coalesce(CAST({row}.cost_usd AS INTEGER), 0)",
    "cost_rest": "coalesce({}, 0)".format(
        _ROUNDED.format("({row}.cost_usd - CAST({row}.cost_usd AS INTEGER)) * 1e12")
    ),
    "duration_us": _ROUNDED.format(
        f"(CASE WHEN {{row}}.duration_ms > {_MOST_MS} THEN {_MOST_MS}"
        f" WHEN {{row}}.duration_ms < -{_MOST_MS} THEN -{_MOST_MS}"
        " ELSE coalesce({row}.duration_ms, 0) END * 1000)"
    ),
}
_OF_POSTGRES = {
    "cost_whole": "coalesce(trunc({row}.cost_usd), 0)",
    "cost_rest": "coalesce(({row}.cost_usd - trunc({row}.cost_usd)) * 1e12, 0)",
    "duration_us": "round(CAST(least(greatest(coalesce({row}.duration_ms, 0), -"
    f"{_MOST_MS}), {_MOST_MS}) * 1000 AS numeric))",
}
COLUMNS = (*_SUMS, *_OF_SQLITE)
_TABLE, _REQUESTS = "runs_runsum", "runs_capturedrequest"
_NAMES = ", ".join(COLUMNS)
_TOTALS = ", ".join(f"sum({name}) AS {name}" for name in COLUMNS)
_HAS_ANY = " OR ".join(f"sum({name}) <> 0" for name in COLUMNS)

_FUNCTION = f"""
CREATE OR REPLACE FUNCTION weir_keep_run_sums_{{event}}() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO {_TABLE} (run_id, {_NAMES})
    SELECT run_id, {_TOTALS} FROM ({{rows}}) AS changed
    WHERE run_id IS NOT NULL GROUP BY run_id HAVING {_HAS_ANY};
    IF random() < 0.02 THEN
        WITH many AS (
            SELECT run_id FROM {_TABLE} GROUP BY run_id HAVING count(*) > 8
        ), taken AS (
            DELETE FROM {_TABLE} WHERE id IN (
                SELECT id FROM {_TABLE} WHERE run_id IN (SELECT run_id FROM many)
                FOR UPDATE SKIP LOCKED
            ) RETURNING *
        )
        INSERT INTO {_TABLE} (run_id, {_NAMES})
        SELECT run_id, {_TOTALS} FROM taken GROUP BY run_id HAVING {_HAS_ANY};
    END IF;
    RETURN NULL;
END $$
"""
_ADDED, _GONE = ("added", "NEW", ""), ("gone", "OLD", "-")
_POSTGRES_EVENTS = {"insert": (_ADDED,), "delete": (_GONE,), "update": (_ADDED, _GONE)}
_SQLITE_EVENTS = {
    # What happens to a row → the row as it was, and as it is.
    "INSERT": ("NEW",),
    "DELETE": ("OLD",),
    "UPDATE OF run_id, is_success, total_tokens, cost_usd, is_unpriced, duration_ms": (
        "OLD",
        "NEW",
    ),
}


def _sum(help_text: str = "") -> models.DecimalField[str, str]:
    """Larger than 64 bits on PostgreSQL, where too large a number is an error."""
    return models.DecimalField(max_digits=40, decimal_places=0, help_text=help_text)


class RunSum(models.Model):
    """Written by triggers alone."""

    run_id = models.BigIntegerField(db_index=True, help_text="No foreign key.")
    requests = models.BigIntegerField()
    errors = models.BigIntegerField()
    pending = models.BigIntegerField()
    timed = models.BigIntegerField(help_text="Successes whose duration is known.")
    with_tokens = models.BigIntegerField(help_text="Requests that reported any.")
    total_tokens = _sum()
    priced = models.BigIntegerField(help_text="Requests whose cost is known.")
    unpriced = models.BigIntegerField(help_text="Billed, and the cost is not known.")
    cost_whole = _sum("Whole dollars of each cost.")
    cost_rest = _sum("What they leave, in 1e-12 USD.")
    duration_us = _sum()

    def __str__(self) -> str:
        return f"run {self.run_id}"


def install(connection: BaseDatabaseWrapper) -> None:
    """Create the triggers; harmless where they are already there."""
    is_sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        for statement in _of_sqlite() if is_sqlite else _of_postgres():
            cursor.execute(statement)


def fill(connection: BaseDatabaseWrapper, mark: str) -> None:
    """Sum what is there; what comes meanwhile waits for this transaction. `mark` has
    SQLite read it from the index of statistics (`runs/measure/index.py`)."""
    is_sqlite = connection.vendor == "sqlite"
    sums = ", ".join(f"sum({each})" for each in _added(_REQUESTS, is_sqlite))
    key, value = ("id, run_id", "run_id, run_id") if is_sqlite else ("run_id",) * 2
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {_TABLE}")
        cursor.execute(
            f"INSERT INTO {_TABLE} ({key}, {_NAMES}) SELECT {value}, {sums}"
            f" FROM {_REQUESTS} WHERE run_id IS NOT NULL AND {mark} GROUP BY run_id"
        )


def remove(connection: BaseDatabaseWrapper) -> None:
    """Drop the triggers, before what they write is gone."""
    on = "" if connection.vendor == "sqlite" else f" ON {_REQUESTS}"
    with connection.cursor() as cursor:
        for event in _POSTGRES_EVENTS:
            cursor.execute(f"DROP TRIGGER IF EXISTS {_name(event)}{on}")


def _added(row: str, is_sqlite: bool) -> list[str]:
    """Of each column, what a row adds."""
    all_of = _SUMS | (_OF_SQLITE if is_sqlite else _OF_POSTGRES)
    return [all_of[name].format(row=row) for name in COLUMNS]


def _of_sqlite() -> Iterator[str]:
    for event, rows in _SQLITE_EVENTS.items():
        condition = " OR ".join(f"{row}.run_id IS NOT NULL" for row in rows)
        does = " ".join(_taken_back() if row == "OLD" else _put() for row in rows)
        yield (
            f"CREATE TRIGGER IF NOT EXISTS {_name(event.split()[0])} AFTER {event}"
            f" ON {_REQUESTS} WHEN {condition} BEGIN {does} END"
        )


def _put() -> str:
    """An upsert may fail, too."""
    values = zip(COLUMNS, _added("NEW", True), strict=True)
    sums = ", ".join(f"{name} = {name} + {value}" for name, value in values)
    return (
        f"INSERT INTO {_TABLE} (id, run_id, {_NAMES})"
        f" SELECT NEW.run_id, NEW.run_id{', 0' * len(COLUMNS)}"
        f" WHERE NEW.run_id IS NOT NULL"
        f" AND NOT EXISTS (SELECT 1 FROM {_TABLE} WHERE id = NEW.run_id);"
        f" UPDATE {_TABLE} SET {sums} WHERE id = NEW.run_id;"
    )


def _taken_back() -> str:
    values = zip(COLUMNS, _added("OLD", True), strict=True)
    sums = ", ".join(f"{name} = {name} - {value}" for name, value in values)
    return f"UPDATE {_TABLE} SET {sums} WHERE id = OLD.run_id;"


def _of_postgres() -> Iterator[str]:
    for event, parts in _POSTGRES_EVENTS.items():
        tables = " ".join(f"{row} TABLE AS {table}" for table, row, _ in parts)
        rows = " UNION ALL ".join(_rows(table, sign) for table, _, sign in parts)
        yield _FUNCTION.format(event=event, rows=rows)
        yield (
            f"CREATE OR REPLACE TRIGGER {_name(event)} AFTER {event} ON {_REQUESTS}"
            f" REFERENCING {tables} FOR EACH STATEMENT"
            f" EXECUTE FUNCTION weir_keep_run_sums_{event}()"
        )


def _rows(table: str, sign: str) -> str:
    values = zip(COLUMNS, _added(table, False), strict=True)
    told = ", ".join(f"{sign}({value}) AS {name}" for name, value in values)
    return f"SELECT run_id, {told} FROM {table}"


def _name(event: str) -> str:
    return f"{_REQUESTS}_{event.lower()}_run_sums"
