"""Is the database there, new enough, and up to date?"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from observe.checks import OLDEST_SQLITE
from observe.doctor.finding import Finding, State
from observe.newer_database import HINT, sentence, unknown_migrations

OWN = {"runs_journalincident", "proxy_provider"}
"""Of Weir alone: other projects of Django have `django_migrations` as well."""


def database() -> Iterable[Finding]:
    if not _is_made():
        where = connection.settings_dict["NAME"]
        message = f"There is no database at {where} yet."
        todo = "`weir serve` makes it; or set WEIR_DATA_DIR to where yours is."
        yield Finding("database", State.WARN, message, todo)
        return
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        todo = "Start the database server, or correct DATABASE_URL."
        yield Finding("database", State.FAIL, _first_line(error), todo)
        return
    if connection.vendor == "sqlite":
        where = str(settings.DATABASES["default"]["NAME"])
        yield Finding("database", State.OK, f"SQLite file {where} opens.")
    else:
        name = connection.settings_dict["NAME"]
        yield Finding("database", State.OK, f"PostgreSQL database {name} answers.")


def inherited_database() -> Iterable[Finding]:
    """A DATABASE_URL of another project that this shell still has."""
    if not os.environ.get("DATABASE_URL") or not _is_reachable():
        return
    found = set(connection.introspection.table_names())
    if not found or found & OWN:
        return
    name = connection.settings_dict["NAME"]
    some = ", ".join(sorted(found)[:3])
    message = f"DATABASE_URL leads to {name}, which another program uses ({some} …)."
    todo = (
        "Unset DATABASE_URL for SQLite in WEIR_DATA_DIR, or name a database of its own."
    )
    yield Finding("inherited database", State.FAIL, message, todo)


def sqlite_mode() -> Iterable[Finding]:
    """Version and journal mode; a network file system can't do WAL."""
    if connection.vendor != "sqlite" or not _is_made():
        return
    version = sqlite3.sqlite_version
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        todo = "Use a newer Python build, or PostgreSQL through DATABASE_URL."
        yield Finding("sqlite", State.FAIL, f"SQLite {version} is too old.", todo)
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA journal_mode")
        mode = str(cursor.fetchone()[0])
    # In memory (`test` runs) there is no WAL and no need for one.
    if mode in ("wal", "memory"):
        yield Finding("sqlite", State.OK, f"SQLite {version}, {mode.upper()} mode.")
    else:
        message = f"SQLite is in {mode} mode, so readers and the recorder block."
        todo = "Put WEIR_DATA_DIR on a local disk, not a network file system."
        yield Finding("sqlite", State.WARN, message, todo)


def migrations() -> Iterable[Finding]:
    if not _is_reachable():
        return
    if unknown := unknown_migrations():
        yield Finding("migrations", State.FAIL, sentence(unknown), HINT)
        return
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if not plan:
        yield Finding("migrations", State.OK, "The database is up to date.")
        return
    message = f"{len(plan)} migrations are not applied yet."
    todo = "Run `weir prepare`, or start `weir serve`, which does it by itself."
    yield Finding("migrations", State.WARN, message, todo)


def has_tables(*newer: str) -> bool:
    """True when Weir's own tables are there to be asked, and `newer` ones are made."""
    return _is_reachable() and {
        "runs_journalincident",
        "proxy_provider",
        *newer,
    } <= set(connection.introspection.table_names())


def _is_made() -> bool:
    """SQLite would make an empty file where there is none: looking must not."""
    if connection.vendor != "sqlite":
        return True
    return Path(connection.settings_dict["NAME"]).exists()


def _is_reachable() -> bool:
    if not _is_made():
        return False
    try:
        connection.ensure_connection()
    except DatabaseError:
        return False
    return True


def _first_line(error: Exception) -> str:
    return next(iter(str(error).strip().splitlines()), type(error).__name__)
